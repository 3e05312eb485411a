"""Whatever stands in params/, it is understood or refused by file and key; nothing breaks on it."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cescore.errors import CescoreError, ParamsError
from cescore.intake.workspace import Workspace

SOUND = Path(__file__).parent / "workspace"
FILES = sorted(p.relative_to(SOUND).as_posix() for p in (SOUND / "params").rglob("*.yml"))
NASTY: tuple[Any, ...] = (
    None, "", 0, -1, 1.5, 1e300, -1e300, 1e-300, True, [], {}, "x", "a: b", [1, 2], {"x": 1},
    {"a": {"b": [1]}}, "中" * 3000, "2023-01-01", 10**17, "nan", "<b>{{7*7}}</b>", "../../x",
    [[]], [None], {"": 1}, {"2021": None},
)  # fmt: skip
Path_ = tuple[str | int, ...]


def paths(value: Any, above: Path_ = ()) -> Iterator[Path_]:
    """Every key of a tree, however deep."""
    if above:
        yield above
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, below in items:
        yield from paths(below, (*above, key))


def spoilt(tree: Any, path: Path_, value: Any) -> Any:
    changed = copy.deepcopy(tree)
    here = changed
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return changed


@pytest.mark.soak
@pytest.mark.parametrize("file", FILES)
def test_no_value_at_any_key_breaks_the_build(
    file: str, root: Path, build_up_to_pages: Callable[[Path], Workspace]
) -> None:
    """Every key of every file takes six nasty values, drawn by its name: some 3,000 workspaces."""
    tree = YAML(typ="safe").load((SOUND / file).read_text(encoding="utf-8"))
    for path in paths(tree):
        for value in random.Random(f"{file} {path}").sample(NASTY, 6):
            text = json.dumps(spoilt(tree, path, value), ensure_ascii=False)
            (root / file).write_text(text, encoding="utf-8")
            try:
                build_up_to_pages(root)
            except CescoreError:
                continue
            except Exception as error:
                raise AssertionError(f"{file}: {path} = {value!r}"[:300]) from error


@pytest.mark.parametrize(
    ("file", "path", "value"),
    [
        ("params/checks.yml", ("built_in", "unit_slip", 1, 0), -1e300),
        ("params/checks.yml", ("built_in", "unit_slip", 0, 1), 0),
        ("params/disclosure.yml", ("industry_totals",), ""),
        ("params/disclosure.yml", ("industry_totals",), [""]),
    ],
)
def test_a_window_is_of_positive_numbers_and_a_list_of_words_that_say_something(
    file: str, path: tuple[str | int, ...], value: object, root: Path
) -> None:
    tree = YAML(typ="safe").load((SOUND / file).read_text(encoding="utf-8"))
    (root / file).write_text(json.dumps(spoilt(tree, path, value)), encoding="utf-8")
    assert file in refused(root)


def refused(root: Path) -> str:
    with pytest.raises(ParamsError) as caught:
        Workspace.load(root)
    return str(caught.value)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("spoil", ["folder", "gb18030", "nul", "list", "two documents", "bomb"])
def test_a_file_that_is_no_params_file_is_named(file: str, spoil: str, root: Path) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    if spoil == "folder":
        path.unlink()
        path.mkdir()
    elif spoil == "gb18030":
        path.write_bytes(text.encode("utf-8") + "\n# 产值".encode("gb18030"))
    else:
        nines = "".join(
            f"l{i}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
        )
        spoilt_text = {
            "nul": text + "\0",
            "list": "- a\n- b\n",
            "two documents": f"{text}\n---\n{text}",
            "bomb": f"{text}\nlol: &a [x, x]\n{nines}",
        }
        path.write_text(spoilt_text[spoil], encoding="utf-8")
    assert file in refused(root)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("change", [("\n", "\r\n"), ("", "\ufeff")])
def test_line_ends_and_byte_order_marks_change_nothing(
    file: str, change: tuple[str, str], root: Path
) -> None:
    old, new = change
    text = (root / file).read_text(encoding="utf-8")
    (root / file).write_bytes((text.replace(old, new) if old else new + text).encode())
    assert [f for f in Workspace.load(root).findings if f.severity != "info"] == []


# file, what stands there, what is written instead, words of the refusal
MISTAKES = {
    "a total of an unknown variable": ("disclosure.yml", "[waste]", "[wast]", "waste"),
    "a total of shares": ("disclosure.yml", "[waste]", "[share]", "additive"),
    "a base year after the run": ("runs/2023.yml", "base_year: 2022", "base_year: 2024", "2023"),
    "a base year that is no year": ("runs/2023.yml", "base_year: 2022", "base_year: 22", "base_year"),
    "a cut of everything": (
        "plans/p1.yml", "type: cumulative_increase, value: 15",
        "type: cumulative_reduction, value: 100", "below 100 %",
    ),
    "a plan that ends in its base year": (
        "plans/p1.yml", "first_year: 2023\nlast_year: 2025", "first_year: 2022\nlast_year: 2022",
        "base < last",
    ),
    "a rise by nothing": ("plans/p1.yml", "value: 15", "value: 0", "above 0 %"),
    "a step that takes points away": ("plans/p1.yml", "bonus_step: 0.1", "bonus_step: -1", "bonus_step"),
    "a ladder of no known form": ("plans/p1.yml", "ladder: [[", "ladder_form: smooth, ladder: [[", "steps, continuous"),
    "evidence graded by halves": ("plans/p1.yml", "bonus_step: 0.1", "evidence: {document: 1}, bonus_step: 0.1", "without record, statement, none"),
    "evidence above one": (
        "plans/p1.yml", "bonus_step: 0.1",
        "evidence: {document: 3, record: 1, statement: 1, none: 0}, bonus_step: 0.1", "above 1",
    ),
    "a goal that is no number": ("plans/p1.yml", "goal: 80", "goal: eighty", "a number"),
    "a goal of no year": ("plans/p1.yml", "goal: 80", "goal: {soon: 80}", "soon"),
    "a goal and another yardstick": ("plans/p1.yml", "goal: 80", "goal: 80, yardstick: improves", "with a goal"),
    "a document that is to improve": (
        "plans/p1.yml", "levels: [city], type: doc", "levels: [city], type: doc, yardstick: improves", "of a doc",
    ),
    "units of no type": ("plans/p1.yml", "commitments: {", "units_of: town\ncommitments: {", "town"),
    "a veto shown by nothing known": (
        "plans/p1.yml", "grade: 差", "grade: 差, indicator: prodd, op: '>=', than: last_year", "prodd",
    ),
    "a veto held against two things": (
        "plans/p1.yml", "grade: 差", "grade: 差, indicator: prod, op: '>=', than: last_year, threshold: 3", "or a threshold",
    ),
    "limits the wrong way round": ("checks.yml", "low: -0.5", "low: 2", "low below high"),
    "a pair the wrong way round": ("checks.yml", "[80, 120]", "[120, 80]", "low below high"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_cannot_be_meant_is_refused_with_its_place(mistake: str, root: Path) -> None:
    file, old, new, words = MISTAKES[mistake]
    path = root / "params" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    message = refused(root)
    assert f"params/{file}:" in message and words in message


@pytest.mark.parametrize("name", ["units", "logs", "stale", "release", "evidence"])
def test_an_entity_type_may_not_take_the_name_of_a_folder_of_the_run(name: str, root: Path) -> None:
    shutil.copy(root / "params/frameworks/city.yml", root / f"params/frameworks/{name}.yml")
    assert f"frameworks/{name}.yml" in refused(root)


def test_units_too_many_to_read_are_refused_and_never_cut(root: Path) -> None:
    (root / "params/units.txt").write_text("# " + "x" * 300_000, encoding="utf-8")
    assert "params/units.txt" in refused(root)


def test_types_and_entities_that_nobody_has_are_named_with_the_nearest(root: Path) -> None:
    for file, old, new in (
        ("disclosure.yml", "[city, depot]", "[city, depott]"),
        ("plans/p1.yml", "reference_for: [depot]", "reference_for: [deepot]"),
        ("standards/s1.yml", "[PK1]", "[PK9]"),
    ):
        path = root / "params" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    told = {f.file: str(f) for f in Workspace.load(root).findings if f.severity == "warning"}
    assert "did you mean 'depot'" in told["params/disclosure.yml"]
    assert "'deepot' in targets.T1" in told["params/plans/p1.yml"]
    assert "'PK9'" in told["params/standards/s1.yml"]
