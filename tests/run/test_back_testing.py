"""Published results computed again: all the same, or each number that moved with its cause."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_city import FIRST, FRAMEWORK, edit_register, make, publish, returns

from cescore.errors import DataError
from cescore.evaluation.back_test import BackTest, MovedNumber
from cescore.evaluation.revising.move import CAUSES
from cescore.publish.words import has_label
from cescore.run.commands.back_testing import computed_again, published_results, told
from cescore.run.commands.new_year import new_year
from cescore.run.results.vintages import read_results


def again(root: Path, year: int = 2025) -> BackTest:
    return computed_again(root, year, published_results(root, year))


def moved(found: BackTest, kind: str, year: int = 2025) -> list[MovedNumber]:
    return [m for m in found.moved if m.move.result[::2] == (kind, year)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace whose 2025 was published, and its method kept."""
    root = make(tmp_path)
    publish(root, 2025)
    new_year(root, 2026, 2025, lang="zh")
    return root


def test_nothing_changed_and_every_number_is_the_same(root: Path) -> None:
    found = again(root)
    rows = len(read_results(published_results(root, 2025)))
    assert (found.same, found.compared, found.moved) == (rows, rows, ())
    assert list(told(found, "en")) == [f"back test of 2025: all {rows} numbers are the same"]


def test_changes_of_a_later_year_in_the_register_move_nothing_published(root: Path) -> None:
    edit_register(
        root,
        "E1,firm,甲,P1,,2025,,", "E1,firm,甲新,P2,2026,,,", "E3,firm,丙,P2,,2025,,",
        "E4,firm,丁,P2,,2025,,", "E5,firm,戊,P2,,2025,,", "E6,firm,丁戊,P2,2026,,E4;E5,",
    )  # fmt: skip
    assert again(root).moved == ()


def test_a_return_that_changed_is_named_and_what_follows_from_it(root: Path) -> None:
    text = (root / "data/2025/observations.csv").read_text("utf-8")
    (root / "data/2025/observations.csv").write_text(
        text.replace("E1,2025,energy,10", "E1,2025,energy,20"), "utf-8"
    )
    found = again(root)
    assert {m.move.entity_id for m in found.moved} == {"E1"}
    (energy,) = moved(found, "variable")
    assert (energy.move.result[1], energy.move.before, energy.move.after) == ("energy", 10, 20)
    assert (energy.cause, energy.because) == ("observation", ("data/2025/observations.csv:6",))
    (rate,) = moved(found, "indicator")
    assert (rate.cause, rate.because) == ("follows", ("energy",))
    assert {m.cause for m in moved(found, "index")} == {"follows"}


def test_a_formula_that_changed_is_named_as_the_cause(root: Path) -> None:
    changed = FRAMEWORK.replace("output / energy", "output / (2 * energy)")
    (root / "params/frameworks/firm.yml").write_text(changed, "utf-8")
    causes = {(m.cause, m.because) for m in moved(again(root), "indicator")}
    assert causes == {("definition", ("yield_of_energy: formula",))}
    lines = "\n".join(told(again(root), "en"))
    assert "the method changed: yield_of_energy: formula" in lines


def test_goalposts_that_changed_move_scores_and_no_indicator(root: Path) -> None:
    (root / "params/frameworks/firm.yml").write_text(
        FRAMEWORK.replace("best: 100", "best: 50"), "utf-8"
    )
    found = again(root)
    assert moved(found, "indicator") == []
    assert {m.because for m in moved(found, "score")} == {("yield_of_energy: goalposts",)}


def test_without_the_method_of_the_year_the_cause_is_open_and_that_is_said(root: Path) -> None:
    (root / "params/history/2025.yml").unlink()
    (root / "params/frameworks/firm.yml").write_text(
        FRAMEWORK.replace("best: 100", "best: 50"), "utf-8"
    )
    found = again(root)
    assert "definition" not in {m.cause for m in found.moved}
    assert any("history/2025.yml" in line for line in told(found, "en"))


def test_codes_that_changed_are_the_same_numbers(root: Path) -> None:
    framework = FRAMEWORK.replace(
        "  yield_of_energy:\n", "  yoe:\n    formerly: [yield_of_energy]\n"
    )
    framework = framework.replace("yield_of_energy", "yoe").replace("[yoe]", "[yield_of_energy]")
    (root / "params/frameworks/firm.yml").write_text(framework, "utf-8")
    plan = (root / "params/plans/five.yml").read_text("utf-8").replace("yield_of_energy", "yoe")
    for file in ("five", "2026-2026"):
        (root / f"params/plans/{file}.yml").write_text(plan, "utf-8")
    (root / "params/variables.yml").write_text(
        "output: {en: Output, unit: CNY}\nenergy: {en: Energy, unit: kg, formerly: [power]}\n",
        "utf-8",
    )
    edit_register(root, "E9,firm,甲,P1,,,,E1", "E1")
    text = (root / "data/entities.csv").read_text("utf-8").replace("\nE1\n", "\n")
    (root / "data/entities.csv").write_text(text, "utf-8")
    assert again(root).moved == ()


def test_an_entity_that_was_published_and_is_gone_is_named(root: Path) -> None:
    edit_register(root, "E1,firm,甲,P1,,2024,,")
    assert {(m.move.entity_id, m.move.change) for m in again(root).moved} == {("E1", "went")}


def test_what_is_no_table_of_results_is_refused_by_name(root: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(DataError, match=r"bad\.csv"):
        computed_again(root, 2025, bad)
    with pytest.raises(DataError, match="no published results of 2024"):
        published_results(root, 2024)
    assert returns(2025, E1=1).startswith("entity_id") and FIRST["E1"] == 10


def test_every_cause_has_its_words() -> None:
    assert [cause for cause in CAUSES if not has_label(f"back_test.cause.{cause}")] == []
