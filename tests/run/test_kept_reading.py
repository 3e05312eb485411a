"""What is read with what the last command read is what is read anew, whatever file says something else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.definitions import load
from cescore.errors import CescoreError
from cescore.intake import workspace
from cescore.intake.records.inspections import MeasuresRead
from cescore.intake.workspace import Workspace
from cescore.run.asked import Asked
from cescore.run.building.annual import AnnualEdition
from cescore.run.building.build import build
from cescore.run.commands.checking import check
from cescore.run.kept.kept_reading import KeptForYear
from cescore.run.telling.lines import Terminal
from tests.run.in_this_process import InThisProcess
from tests.run.small_city import make

MEASURES = "data/2025/measures.csv"
HEAD = "check_id,entity_id,year,status,value,evidence_ref,inspector_unit\n"
COMPARED = (
    "definitions", "register", "findings", "rows", "measures", "vetoes", "prose", "blocked", "years",
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = "C1,P1,2025,done,,doc 1,office\nC1,P2,2025,dome,,,office\n"  # the second with a slip
    return make(tmp_path, {MEASURES: HEAD + rows})


def read(root: Path) -> Workspace:
    kept = KeptForYear(Asked(root, 2025))
    found = kept.workspace()
    kept.tidy()
    return found


def test_what_is_of_no_use_any_more_is_gone(root: Path) -> None:
    read(root)
    before = {path.name for path in (root / "output/answers/reading-2025").iterdir()}
    exchanged(MEASURES, "dome", "done")(root)
    read(root)
    after = {path.name for path in (root / "output/answers/reading-2025").iterdir()}
    assert len(after) == len(before) and len(after - before) == 1


def added(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def exchanged(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new, 1), "utf-8")

    return change


CHANGES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "nothing": (lambda root: None, set()),
    "a value": (added("data/2025/observations.csv", "\n"), set()),
    "a correction": (added("data/corrections.yml", "# none\n"), set()),
    "an inspection": (exchanged(MEASURES, "dome", "done"), {"measures"}),
    "inspections of forms": (added("data/2025/measures_returns.csv", HEAD), {"measures"}),
    "an earlier year's inspections": (added("data/2024/measures.csv", HEAD), {"measures"}),
    "the register": (added("data/entities.csv", "\n"), {"measures", "params"}),
    "params": (added("params/variables.yml", "# so\n"), {"measures", "params", "definitions"}),
    "a unit": (added("params/units.txt", "bushel = 27 kg\n"), {"measures", "params", "definitions"}),
    "the plan": (
        exchanged("params/plans/five.yml", "levels: [park]", "levels: [firm]"),
        {"measures", "params", "definitions"},
    ),
}  # fmt: skip


def be_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what a process remembers of what it read."""
    monkeypatch.setattr("cescore.definitions.kept_definitions._KEPT", {})
    monkeypatch.setattr("cescore.intake.kept_parts._HELD", {})


@pytest.mark.parametrize("is_another", [True, False], ids=["another process", "the same process"])
@pytest.mark.parametrize("what", CHANGES)
def test_only_what_its_files_changed_is_read_again(
    what: str, is_another: bool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, anew = CHANGES[what]
    read(root)
    change(root)
    if is_another:
        be_another_process(monkeypatch)
    seen = noted(monkeypatch)
    again = read(root)
    assert seen == anew
    fresh = Workspace.load(root, 2025)
    for name in COMPARED:
        assert getattr(again, name) == getattr(fresh, name), name
    assert again.definitions.units.factor("t", "kg") == 1000


def noted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What is read again, from now on."""
    seen: set[str] = set()
    of, found, definitions = MeasuresRead.of, workspace._found_in_params, load.load_definitions

    def measures(*given: object) -> MeasuresRead:
        seen.add("measures")
        return of(*given)  # type: ignore[arg-type]

    def params(*given: object) -> object:
        seen.add("params")
        return found(*given)  # type: ignore[arg-type]

    def defined(*given: object) -> object:
        seen.add("definitions")
        return definitions(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(MeasuresRead, "of", measures)
    monkeypatch.setattr(workspace, "_found_in_params", params)
    monkeypatch.setattr(load, "load_definitions", defined)
    return seen


def test_another_code_or_another_library_finds_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(root)
    be_another_process(monkeypatch)
    monkeypatch.setattr("cescore.run.kept.kept_reading.made_with", lambda inputs: "another")
    seen = noted(monkeypatch)
    read(root)
    assert seen == {"measures", "params", "definitions"}


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b.replace(b"done", b"dome")])
def test_an_altered_piece_is_made_anew(
    root: Path, damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read(root)
    be_another_process(monkeypatch)
    for piece in (root / "output/answers/reading-2025").iterdir():
        piece.write_bytes(damage(piece.read_bytes()))
    assert read(root).measures == first.measures


def test_a_fault_in_params_is_told_each_time(root: Path) -> None:
    read(root)
    added("params/variables.yml", "energy_: {unit: parsec}\n")(root)
    for _ in range(2):
        with pytest.raises(CescoreError):
            read(root)


def built(root: Path) -> bytes:
    """What a build writes of a park, told in its table of results."""
    build(Asked(root, 2025, only="park/P1", progress="quiet"), InThisProcess(), Terminal())
    return (root / "output/2025/results.csv").read_bytes()


def test_a_build_takes_what_was_read_and_chooses_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(Asked(root, 2025), Terminal(soft_wrap=True))
    for name in ("choices", "draws"):
        monkeypatch.setattr(KeptForYear, name, property(lambda self: pytest.fail("read")))
    be_another_process(monkeypatch)
    seen = noted(monkeypatch)
    with_kept = built(root)
    assert seen == set()
    shutil.rmtree(root / "output")
    be_another_process(monkeypatch)
    assert built(root) == with_kept
    assert {"params", "definitions"} <= seen


def test_a_release_takes_nothing_that_was_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(Asked(root, 2025), Terminal(soft_wrap=True))
    be_another_process(monkeypatch)
    seen = noted(monkeypatch)
    AnnualEdition.open(Asked(root, 2025))  # as a release does, and who makes one again
    assert seen == {"measures", "params", "definitions"}


def drawn(root: Path, kept: KeptForYear | None) -> str:
    """The bands and what rankings depend on, of the workspace as it is."""
    edition = AnnualEdition.open(Asked(root, 2025), kept=kept)
    return edition.yearly.uncertainty().to_csv(float_format="%r")


@pytest.mark.parametrize("damage", [lambda b: b, lambda b: b[:-9]], ids=["whole", "cut off"])
@pytest.mark.parametrize("old", ["E1,2025,output,110", "E5,2024,energy,50"])
def test_draws_are_those_of_a_run_from_nothing(
    root: Path, old: str, damage: Callable[[bytes], bytes]
) -> None:
    before = drawn(root, KeptForYear(Asked(root, 2025)))
    pieces = list((root / "output/answers/draws-2025").iterdir())
    assert pieces
    for piece in pieces:
        piece.write_bytes(damage(piece.read_bytes()))
    exchanged(f"data/{old.split(',')[1]}/observations.csv", old, f"{old}7")(root)
    now = drawn(root, KeptForYear(Asked(root, 2025)))
    assert now == drawn(root, None)
    assert (now != before) == ("2025" in old)


def test_pieces_of_draws_are_few(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptForYear(Asked(root, 2025))
    drawn(root, kept)
    folder = root / "output/answers/draws-2025"
    of_others = [folder / f"{n:064x}" for n in range(3)]
    for piece in of_others:
        piece.touch()
    kept.tidy()
    assert all(piece.is_file() for piece in of_others)
    monkeypatch.setattr("cescore.run.kept.kept_reading.MOST_DRAWS", 3)
    kept.tidy()
    assert not any(piece.exists() for piece in of_others) and any(folder.iterdir())
