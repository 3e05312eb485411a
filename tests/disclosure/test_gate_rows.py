"""What the gate says of each of a few bodies whose rates can be worked out in the head.

Each park holds one firm of 100 t of material and waste, half of it recycled: its output is its rate.
PK4 did not file this year, PK5 lies in PK1 and is counted in it, PK6 ended last year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cases import Firm, evaluate_again, evaluated, open_ledger

from cescore.disclosure.documents.bundle import PublicRow
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.released import gate as gates
from cescore.disclosure.released.gate import Gate
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.register.entities import Entity, Register
from cescore.method.disclosure.rules import YearRank
from cescore.method.grading.assessment import Assessment
from tests.method.builders import panel

OUTPUT = {"PK1": 800.0, "PK2": 600.0, "PK3": 400.0, "PK4": 200.0, "PK5": 900.0, "PK6": 100.0}
INDEX = {"PK1": 76.3, "PK2": 69.4, "PK3": 62.5, "PK5": 79.6}  # of 10·rate, 50 and 100 - 10/rate


def parks(root: Path) -> YearlyEvaluation:
    frame = [Firm(f"f{park[2:]}", output, park=park) for park, output in OUTPUT.items()]
    evaluated(root, frame, tuple(OUTPUT), beside=True)
    register, returned = root / "data/entities.csv", root / "data/2025/observations.csv"
    head, *rows = register.read_text("utf-8").splitlines()
    told = [f"{head},counted_in,valid_to"]
    for row in rows:
        who = row.split(",")[0]
        told.append(
            f"{row.replace(',C1,', ',PK1,')},PK1,"
            if who == "PK5"
            else f"{row},,{2024 if who in ('PK6', 'f6') else ''}"
        )
    register.write_text("\n".join(told) + "\n", "utf-8")
    silent = ("PK4", "PK6", "f6")
    kept = [x for x in returned.read_text("utf-8").splitlines() if not x.startswith(silent)]
    returned.write_text("\n".join(kept) + "\n", "utf-8")
    return evaluate_again(root)


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> YearlyEvaluation:
    return parks(tmp_path_factory.mktemp("parks"))


@pytest.fixture
def gate(yearly: YearlyEvaluation) -> Gate:
    """As the ledger has it: nothing of a park of one firm is released."""
    return Gate(yearly)


@pytest.fixture
def opened(yearly: YearlyEvaluation, monkeypatch: pytest.MonkeyPatch) -> Gate:
    open_ledger(monkeypatch)
    return Gate(yearly)


def entity(gate: Gate, entity_id: str) -> Entity:
    return gate.yearly.workspace.register[entity_id]


def by_id(rows: tuple[PublicRow, ...]) -> dict[str, PublicRow]:
    return {row.place.entity_id: row for row in rows}


# --- rows -----------------------------------------------------------------------------------------


def test_the_rows_of_a_type_are_of_its_bodies_of_the_year(opened: Gate) -> None:
    rows = by_id(opened.siblings(entity(opened, "PK2")))
    assert list(rows) == ["PK1", "PK2", "PK3", "PK4", "PK5"]
    assert {who: row.status for who, row in rows.items()} == {
        **dict.fromkeys(rows, "reported"),
        "PK4": "not_filed",
    }
    assert {who: row.index for who, row in rows.items() if row.index is not None} == INDEX
    assert [row.rank for row in rows.values()] == [1, 2, 3, None, None]
    assert [row.n for row in rows.values()] == [3, 3, 3, None, 3]
    for who in INDEX:
        assert rows[who].headline == {"productivity": OUTPUT[who] / 100, "recycling": 50.0}
    assert rows["PK4"].headline == {}
    assert (rows["PK1"].place.name_zh, rows["PK1"].place.name_en) == ("Park PK1", "Park PK1")


def test_a_part_stands_under_its_whole_and_lies_in_nothing_beside(opened: Gate) -> None:
    rows = by_id(opened.siblings(entity(opened, "PK5")))
    assert {who: (row.part_of, row.inside) for who, row in rows.items()} == {
        **dict.fromkeys(rows, ("", "")),
        "PK5": ("PK1", ""),
    }


def test_rows_stand_beside_public_bodies_that_have_any(opened: Gate) -> None:
    assert opened.siblings(entity(opened, "C1")) == ()  # alone of its type
    assert opened.siblings(entity(opened, "f1")) == ()
    assert list(by_id(opened.children(entity(opened, "PK1")))) == ["PK5"]
    inside = list(by_id(opened.children(entity(opened, "C1"))))
    assert inside == ["PK1", "PK2", "PK3", "PK4", "PK5"]


def test_bodies_inside_another_stand_by_type(opened: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = opened.rules.model_copy(update={"public_types": ("city", "park", "firm")})
    monkeypatch.setattr(Gate, "rules", rules)
    monkeypatch.setattr(
        Gate, "public_row", lambda gate, e, *, is_own: PublicRow(place=gate.place(e))
    )
    types = [row.place.entity_type for row in opened.children(entity(opened, "C1"))]
    assert types == ["firm"] * 5 + ["park"] * 5


def test_of_two_of_a_type_each_has_rows(yearly: YearlyEvaluation, opened: Gate) -> None:
    register = yearly.workspace.register
    two = Register({e: register[e] for e in ("C1", "PK1", "PK2")})
    gate = Gate(replace(yearly, workspace=replace(yearly.workspace, register=two)))
    assert list(by_id(gate.siblings(register["PK1"]))) == ["PK1", "PK2"]


def test_a_withheld_body_has_its_name_for_others_and_a_row_in_its_own_report(gate: Gate) -> None:
    rows = by_id(gate.siblings(entity(gate, "PK2")))
    assert {who: row.status for who, row in rows.items()} == {
        **dict.fromkeys(rows, "suppressed"), "PK2": "reported", "PK4": "not_filed",
    }  # fmt: skip
    assert all((row.index, row.rank, row.n) == (None, None, None)
               for who, row in rows.items() if who != "PK2")  # fmt: skip
    own = rows["PK2"]
    assert (own.index, own.rank, own.n) == (69.4, None, 0)  # above three withheld scores
    assert own.headline == {"productivity": None, "recycling": None}
    assert {row.status for row in gate.children(entity(gate, "C1"))} == {"suppressed", "not_filed"}


def test_one_rate_is_withheld_beside_one_that_is_shown(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "is_released", lambda self, body, code, year: code != "recycling")
    own = opened.public_row(entity(opened, "PK1"), is_own=True)
    assert own.headline == {"productivity": 8.0, "recycling": None}
    assert (own.index, own.rank, own.n) == (76.3, None, 0)
    assert opened.public_row(entity(opened, "PK1")).status == "suppressed"


@pytest.mark.parametrize(("parent", "inside"), [("PK1", "PK1"), ("C1", ""), ("", ""), ("XX", "")])
def test_a_body_lies_in_one_of_its_type_if_its_parent_is_there_and_is_one(
    parent: str, inside: str, opened: Gate
) -> None:
    lying = replace(entity(opened, "PK2"), parent_id=parent)
    assert opened.public_row(lying).inside == inside


# --- ranks ----------------------------------------------------------------------------------------


def test_ranked_is_who_is_cleared_of_the_year_and_no_part_of_another(opened: Gate) -> None:
    assert opened.cleared == {"C1", "PK1", "PK2", "PK3", "PK4", "PK5"}
    for year in (2024, 2025):
        assert opened.ranked_in(year, "park") == {"PK1", "PK2", "PK3", "PK4"}
        assert opened.ranked_in(year, "city") == {"C1"}
        assert opened.ranked_in(year, "firm") == frozenset()


def test_nobody_is_cleared_before_it_began_or_after_it_ended(opened: Gate) -> None:
    begun = replace(entity(opened, "PK1"), valid_from=2025)
    assert not opened._is_cleared(begun, 2024) and opened._is_cleared(begun, 2025)
    assert not opened._is_cleared(entity(opened, "PK6"), 2024)  # not evaluated in this year's run
    assert not opened._is_cleared(replace(begun, entity_type="village"), 2025)
    assert opened.is_withheld(entity(opened, "f1")) and not opened.is_withheld(begun)


def test_a_rank_of_each_year_up_to_the_one_evaluated(opened: Gate) -> None:
    ranks = {
        who: table.ranks
        for who in ("PK1", "PK3", "PK4", "PK5")
        if (table := opened.peer_table(entity(opened, who))) is not None
    }
    assert ranks == {
        "PK1": (YearRank(2024, 4, 1, 1, 1), YearRank(2025, 3, 1, 1, 1)),
        "PK3": (YearRank(2024, 4, 3, 3, 3), YearRank(2025, 3, 3, 3, 3)),
        "PK4": (YearRank(2024, 4, 4, 4, 4), YearRank(2025, 3)),  # it did not file
        "PK5": (YearRank(2024, 4), YearRank(2025, 3)),  # a part of PK1
    }


def test_a_later_year_of_the_panel_has_no_rank_yet(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "year", 2024)
    monkeypatch.setattr(Gate, "_rows", opened._rows)
    assert [rank.year for rank in opened._rank_history("park")[0]] == [2024]


def test_a_rank_among_nobody_is_none_and_a_withheld_one_says_so(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "ranked_in", lambda gate, year, kind: frozenset(["PK1"]))
    found = opened._ranks_in("park", 2025)
    assert [(one.n, one.rank) for one in found] == [(1, None)] * 5
    # PK4 has no index this year, and PK5 is no rank's to have
    assert [one.is_withheld for one in found] == [False, True, True, False, False]
    monkeypatch.setattr(Gate, "ranked_in", lambda gate, year, kind: frozenset(["PK1", "PK3"]))
    assert [one.rank for one in opened._ranks_in("park", 2025)] == [1, None, 2, None, None]


def test_who_is_no_reference_for_others_has_no_rank_to_withhold(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    parks = opened.yearly.evaluations["park"]
    nobody = np.zeros_like(parks.in_reference_set)
    monkeypatch.setitem(vars(parks), "in_reference_set", nobody)
    monkeypatch.setattr(Gate, "ranked_in", lambda gate, year, kind: frozenset())
    assert not any(one.is_withheld for one in opened._ranks_in("park", 2025))


def test_figures_of_the_index_groups_and_headline_rates_are_ranked_and_others_are_not(
    opened: Gate,
) -> None:
    table = opened.peer_table(entity(opened, "PK2"))
    assert table is not None and (table.entity_type, table.audience) == ("park", "public")
    ranked = {figure.code: (figure.rank, figure.n) for figure in table.figures}
    assert ranked == {
        "INDEX": (2, 3), "all": (2, 3), "productivity": (2, 3), "recycling": (1, 3),
        "waste_rate": (None, None),
    }  # fmt: skip


def test_what_is_compared_is_of_who_is_evaluated_and_each_figure_once(opened: Gate) -> None:
    compared = opened._comparisons["park"]
    told = {c.code: (c.direction, c.is_ranked, np.nan_to_num(c.values).tolist()) for c in compared}
    assert len(told) == len(compared)
    assert told["productivity"] == (1, True, [8.0, 6.0, 4.0, 0.0, 9.0])
    assert told["waste_rate"][:2] == (-1, False)
    assert told["waste_rate"][2] == pytest.approx([1 / 8, 1 / 6, 1 / 4, 0, 1 / 9])
    assert told["INDEX"] == (1, True, told["all"][2])
    assert [round(value, 1) for value in told["INDEX"][2]] == [76.2, 69.4, 62.5, 0.0, 79.6]


def test_a_respondent_is_compared_and_never_ranked_and_who_is_alone_is_neither(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = opened.peer_table(entity(opened, "f1"))
    assert table is not None and (table.audience, table.ranks) == ("respondent", ())
    assert {figure.rank for figure in table.figures} == {None}
    assert opened.peer_table(entity(opened, "C1")) is None
    monkeypatch.setattr(type(opened.rules), "is_decided", False)
    assert opened.peer_table(entity(opened, "f1")) is None


# --- what stands above withheld figures ------------------------------------------------------------


def seen(**changed: Any) -> SimpleNamespace:
    """A body's view in which index, progress, group and rate are withheld in 2024 and shown in 2025."""
    of = panel(
        {code: [["withheld", 5]] for code in ("all", "productivity", "index")}, first_year=2024
    )
    framework = SimpleNamespace(index=SimpleNamespace(code="INDEX"))
    found = SimpleNamespace(
        panel=of,
        framework=framework,
        indicators=of,
        aggregation=SimpleNamespace(
            index=of.column("index"), groups=panel({"all": [["withheld", 5]]}, first_year=2024)
        ),
        progress=SimpleNamespace(index=of.column("index")),
    )
    return SimpleNamespace(evaluation=found, hides_a_score=lambda year: False, hidden={}, **changed)


SHOWN = {2024: False, 2025: True}


def test_index_progress_and_band_are_shown_in_the_years_in_which_they_are_released(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for asked in (Gate.shows_index, Gate.shows_progress, Gate.shows_band):
        assert asked(opened, "PK1", 2024) and asked(opened, "PK1", 2025)  # nothing is withheld
    monkeypatch.setattr(Gate, "view", lambda gate, body: seen())
    for asked in (Gate.shows_index, Gate.shows_progress, Gate.shows_band):
        assert {year: asked(opened, "PK1", year) for year in SHOWN} == SHOWN
    above = SimpleNamespace(**{**vars(seen()), "hides_a_score": lambda year: year == 2025})
    monkeypatch.setattr(Gate, "view", lambda gate, body: above)
    assert opened.shows_index("PK1", 2025) and not opened.shows_band("PK1", 2025)


@pytest.mark.parametrize("code", ["INDEX", "all", "productivity"])
@pytest.mark.parametrize("year", SHOWN)
def test_a_report_prints_what_its_view_of_the_year_shows(
    code: str, year: int, opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened._prints("PK1", code)
    monkeypatch.setattr(Gate, "view", lambda gate, body: seen())
    monkeypatch.setattr(Gate, "year", year)
    assert opened._prints("PK1", code) is SHOWN[year]


@pytest.mark.parametrize("lost", [(), ("index",), ("targets",), ("index", "measures")])
def test_a_total_is_shown_with_all_of_its_parts_or_not_at_all(
    lost: tuple[str, ...], opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "shows_index", lambda gate, body, year: "index" not in lost)
    monkeypatch.setattr(Gate, "_lost_parts", lambda gate, body, year: {*lost} - {"index"})
    whole: Mapping[str, float] = {"targets": 90.0, "index": 60.0, "measures": 50.0}
    made = opened.assessment("PK1", Assessment(total=70.0, grade_en="good", parts=whole), 2025)
    assert made.parts == {part: None if part in lost else of for part, of in whole.items()}
    assert (made.total, made.grade_en) == (None if lost else 70.0, "good")


def test_of_a_body_without_a_view_everything_is_shown_as_it_is(opened: Gate) -> None:
    found = Assessment(total=70.0, parts={"index": 60.0})
    assert opened.view("PK1") is None
    assert opened.assessment("PK1", found, 2025) == found
    assert opened.measures("PK1") == ()


def test_measures_of_another_year_give_no_part_away(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        gates.CoveredMeasures, "gives_a_credit_away", lambda made, lines, on: asked.append(lines)
    )
    this_year = object()
    there = Gate(replace(gate.yearly, measures={"PK1": (this_year,)}))  # type: ignore[dict-item]
    assert [[*there._lost_parts("PK1", year)] for year in (2024, 2025)] == [[], []]
    assert asked == [(), (this_year,)]


# --- groups, holdings, constants, robustness -------------------------------------------------------


def test_firms_of_a_holding_are_one_contributor_and_others_are_their_own(opened: Gate) -> None:
    register = opened.yearly.workspace.register
    held = {
        e.entity_id: replace(e, holding_id="H" * (e.entity_id in ("f1", "f3"))) for e in register
    }
    workspace = replace(opened.yearly.workspace, register=replace(register, entities=held))
    gate = Gate(replace(opened.yearly, workspace=workspace))
    assert gate._holders("firm") == ("H", "f2", "H", "f4", "f5")


@pytest.mark.parametrize("least", [4, 5])
def test_quantiles_of_public_bodies_leave_out_who_does_not_print_its_own(
    least: int, opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four have a value; below the number of which there is a median nobody reads one."""
    rules = opened.rules.model_copy(update={"median_least_n": least})
    monkeypatch.setattr(Gate, "rules", rules)
    monkeypatch.setattr(Gate, "_prints", lambda gate, body, code: body != "PK2")
    compared = {c.code: c for c in opened._comparisons["park"]}["productivity"]
    found = np.nan_to_num(opened._readable("park", compared)).tolist()
    assert found == [8.0, 6.0 if least == 5 else 0.0, 4.0, 0.0, 9.0]
    of_firms = {c.code: c for c in opened._comparisons["firm"]}["productivity"]
    assert opened._readable("firm", of_firms) is of_firms.values


def test_only_what_was_learnt_of_respondents_is_withheld(opened: Gate) -> None:
    withheld = {who: opened.withholds_constants(entity(opened, who)) for who in ("C1", "PK1", "f1")}
    assert withheld == {"C1": False, "PK1": False, "f1": True}


def test_of_how_firm_rankings_are_what_aggregates_over_respondents_is_told_apart(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "_robustness", lambda gate, kind: None if kind == "park" else kind)
    of = {who: opened.robustness(entity(opened, who)) for who in ("C1", "PK1", "f1")}
    assert of == {"C1": ("city", "firm"), "PK1": (), "f1": ()}
    of = {who: opened.robustness_of_respondents(entity(opened, who)) for who in ("C1", "PK1", "f1")}
    assert of == {"C1": ("firm",), "PK1": (), "f1": ()}


def test_of_a_type_without_a_ranking_nothing_is_told(
    opened: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(opened.yearly), "robustness_of", lambda yearly, kind: None)
    assert opened._robustness("park") is None and opened._robustness("firm") is None


def test_respondents_have_no_totals_by_industry(opened: Gate) -> None:
    assert opened.industries(entity(opened, "f1")) == ()
    rows = opened.industries(entity(opened, "C1"))
    assert rows and {(row["variable"], row["zh"], row["en"], row["unit"]) for row in rows} == {
        ("output", "output", "output", "t")
    }
    assert {row["industry"] for row in rows} == {"metal"}
