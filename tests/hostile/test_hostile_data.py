"""Whatever stands in data/, every line is accounted for and only what is wrong is left out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.errors import CescoreError
from cescore.intake.sources.accounting import RowCount
from cescore.intake.workspace import Workspace

SOUND = Path(__file__).parent / "workspace"
OBSERVATIONS = "data/2023/observations.csv"
FILES = (
    OBSERVATIONS,
    "data/2022/observations.csv",
    "data/entities.csv",
    "data/2023/measures.csv",
    "data/2023/vetoes.csv",
)
PIECES = (
    "", '"', ",", "\n", "\r", "\t", "\u200b", "\ufeff", "１", "，", "nan", "1e308", "-1e308", "1e-320",
    "9" * 400, "1e5000", "0x10", "1_0", "\u22125", "%", "85%", "S1", "PK1", "C1", "shop", "sales",
    "audit", "2023", "2024", "1899", "99999", "not_applicable", "estimated", "missing", "—", "#REF!",
    "=1+1", "𠮷", "\x0b", "\x85", "\u2028", "x" * 5000, "1,234", '"a\nb"', "../x", ".", "done",
)  # fmt: skip


def add(root: Path, text: str, file: str = OBSERVATIONS) -> None:
    with (root / file).open("a", encoding="utf-8") as stream:
        stream.write(text)


def replace(root: Path, old: str, new: str, file: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def count(workspace: Workspace, file: str = OBSERVATIONS) -> RowCount:
    return next(one for one in workspace.rows if one.file == file)


def found(workspace: Workspace, code: str) -> list[str]:
    return [str(f) for f in workspace.findings if f.code == code]


def test_the_workspace_is_sound_before_it_is_spoilt(root: Path) -> None:
    assert [f for f in Workspace.load(root).findings if f.severity != "info"] == []


def test_a_quote_never_closed_does_not_swallow_the_rows_below_it(root: Path) -> None:
    add(root, 'S1,2023,share,5,,,,"open\nS2,2023,share,5,,,,\nS3,2023,share,6,,,,"\n')
    workspace = Workspace.load(root)
    assert len(found(workspace, "unbalanced_quotes")) == 2
    assert count(workspace).accepted == 73 and count(workspace).rejected == 2
    assert {"S1", "S3"} == set(workspace.blocked)


def test_a_note_of_several_lines_is_one_cell(root: Path) -> None:
    add(root, 'S1,2023,share,5,,,,"first line\nsecond, with a comma"\n')
    workspace = Workspace.load(root)
    assert found(workspace, "line_break_in_cell") and not workspace.has_errors


@pytest.mark.parametrize("file", FILES)
def test_a_line_without_end_is_named_and_never_taken_apart(file: str, root: Path) -> None:
    (root / file).write_text("a,;" * 2_000_000, encoding="utf-8")
    began = time.process_time()
    try:
        said = "\n".join(found(Workspace.load(root), "line_too_long"))
    except CescoreError as error:
        said = str(error)
    assert file in said and "6000000" in said
    assert time.process_time() - began < 5


def test_a_folder_in_place_of_a_file_is_named(root: Path) -> None:
    (root / "data/2023/observations_more.csv").mkdir()
    assert "a folder" in found(Workspace.load(root), "file_refused")[0]


def test_an_entity_that_ends_before_it_begins_is_an_error_and_not_silence(root: Path) -> None:
    replace(root, "H1,steel,,,1", "H1,steel,2024,2020,1", "data/entities.csv")
    assert "2020, before valid_from 2024" in found(Workspace.load(root), "bad_period")[0]


def test_entities_without_a_framework_are_named_and_a_slip_of_the_type_is_a_warning(
    root: Path,
) -> None:
    add(root, "PR1,province,省,,,,,,,,1\nQ1,shopp,店,,,,,,,,1\n", "data/entities.csv")
    workspace = Workspace.load(root)
    assert {e.entity_id for e in workspace.unframed} == {"PR1", "Q1"}
    severities = {f.found: f.severity for f in workspace.findings if f.code == "no_framework"}
    assert severities == {
        "entities of type 'province': 1": "info",
        "entities of type 'shopp': 1": "warning",
    }


@pytest.mark.parametrize("base", ["1e-300", "1e308", "0"])
@pytest.mark.parametrize("now", ["1e-300", "1e308", "0"])
def test_numbers_beyond_measure_stop_nobody_elses_report(
    base: str, now: str, root: Path, build_up_to_pages: Callable[[Path], Workspace]
) -> None:
    replace(root, "S1,2022,mass,370.000", f"S1,2022,mass,{base}", "data/2022/observations.csv")
    replace(root, "S1,2023,mass,377.000", f"S1,2023,mass,{now}", OBSERVATIONS)
    assert not build_up_to_pages(root).has_errors


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_random_damage_loses_no_row(
    seed: int, root: Path, build_up_to_pages: Callable[[Path], Workspace]
) -> None:
    chance = random.Random(seed)
    for _ in range(500):
        file = chance.choice(FILES)
        text = damaged((SOUND / file).read_text(encoding="utf-8"), chance)
        (root / file).write_bytes(text.encode())
        try:
            workspace = build_up_to_pages(root)
        except CescoreError:
            continue
        finally:
            (root / file).write_bytes((SOUND / file).read_bytes())
        counted = next((c for c in workspace.rows if c.file == file), None)
        if counted is not None and not counted.refused:
            assert counted.read + continued(workspace, file) == lines_of(text)


def damaged(text: str, chance: random.Random) -> str:
    """A file with a few cells, lines or letters changed."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 6)):
        i = chance.randrange(len(lines))
        cells = lines[i].split(",")
        kind = chance.random()
        if kind < 0.6:
            cells[chance.randrange(len(cells))] = chance.choice(PIECES)
            lines[i] = ",".join(cells)
        elif kind < 0.7:
            lines.insert(i, chance.choice(lines))
        elif kind < 0.85:
            at = chance.randrange(len(lines[i]) + 1)
            lines[i] = lines[i][:at] + chance.choice(PIECES) + lines[i][at:]
        elif kind < 0.9:
            lines[i] = lines[i][::-1]
        else:
            lines[i] = ",".join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))
    return "\n".join(lines)


def lines_of(text: str) -> int:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return len(plain.split("\n")) - plain.endswith("\n")


def continued(workspace: Workspace, file: str) -> int:
    """Lines that continue the record above them."""
    told = [f for f in workspace.findings if (f.file, f.code) == (file, "line_break_in_cell")]
    return sum(int(f.found.split()[-1]) for f in told)
