"""Several frameworks of one entity type: which evaluates it, which stands beside it, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.errors import ParamsError

KILN = """
version: "1"
source: made up
index: {code: IX}
groups: {G: {weight: 1}}
indicators:
  A: {en: A, group: G, weight: 1, formula: made / used, unit: ratio, direction: 1,
      goalposts: {2024: {worst: 0, best: 1, source: ours, tag: P}}, source: x, tag: P}
  B: {en: B, group: G, weight: 1, formula: used / made, unit: ratio, direction: -1,
      goalposts: {2024: {worst: 9, best: 1, source: ours, tag: P}}, source: x, tag: P}
"""
OTHER = "entity_type: kiln\nextends: kiln\nindicators: {B: null}\n"


def loaded(root: Path, run: str = "", **frameworks: str) -> Definitions:
    files = {
        "variables.yml": "made: {en: Made, unit: t}\nused: {en: Used, unit: t}\n",
        **{f"frameworks/{name}.yml": text for name, text in frameworks.items()},
        **({"runs/2024.yml": run} if run else {}),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_definitions(root, 2024)


def test_the_file_of_the_type_s_name_evaluates_it_and_others_wait_to_be_asked_for(
    tmp_path: Path,
) -> None:
    found = loaded(tmp_path, kiln=KILN, kiln_short=OTHER)
    assert set(found.frameworks["kiln"].indicators) == {"A", "B"}
    assert found.beside == ()


def test_the_run_says_which_evaluates_a_type_and_which_stand_beside_it(tmp_path: Path) -> None:
    run = "frameworks: {kiln: kiln_short}\nbeside: {kiln: [kiln]}\n"
    found = loaded(tmp_path, run, kiln=KILN, kiln_short=OTHER)
    assert found.frameworks["kiln"].id == "kiln_short"
    assert [(f.entity_type, f.id) for f in found.beside] == [("kiln", "kiln")]


def test_a_run_under_another_framework_has_another_hash(tmp_path: Path) -> None:
    usual = loaded(tmp_path / "a", kiln=KILN, kiln_short=OTHER).frameworks["kiln"]
    short = loaded(tmp_path / "b", "frameworks: {kiln: kiln_short}", kiln=KILN, kiln_short=OTHER)
    assert usual.hash != short.frameworks["kiln"].hash


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("frameworks: {kiln: kiln_shrt}\n", "'kiln_shrt', expected a framework of kiln"),
        ("frameworks: {oven: kiln}\n", "'oven'"),
        ("beside: {kiln: [kiln_shrt]}\n", "kiln_short"),
        ("beside: {kiln: [kiln]}\n", "another framework of kiln"),  # it is the official one
    ],
)
def test_a_framework_that_is_not_there_is_refused_by_name(
    tmp_path: Path, run: str, said: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        loaded(tmp_path, run, kiln=KILN, kiln_short=OTHER)
    assert said in str(caught.value)


def test_of_several_without_the_type_s_name_the_run_must_say_which(tmp_path: Path) -> None:
    a, b = "entity_type: kiln\n" + KILN, "entity_type: kiln\n" + KILN
    with pytest.raises(ParamsError, match="a, b are all of kiln"):
        loaded(tmp_path, a=a, b=b)
    found = loaded(tmp_path, "frameworks: {kiln: b}", a=a, b=b)
    assert found.frameworks["kiln"].id == "b"


def test_what_is_wrong_in_a_framework_that_waits_is_told_all_the_same(tmp_path: Path) -> None:
    broken = OTHER.replace("extends: kiln", "extends: kilm")
    with pytest.raises(ParamsError, match="extends"):
        loaded(tmp_path, kiln=KILN, kiln_short=broken)
