"""The ledger's systems of a city of two parks and eight firms, worked out by hand.

PK1 holds a, b and the two firms of H, of metal; PK2 holds e and f of stone, g and h of metal. h recycles
nothing. PK1 returned 7 of waste that no firm did. Everything else is the same in both years.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated

from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.costs import costs
from cescore.disclosure.ledger.earlier import EarlierSums
from cescore.disclosure.ledger.equations import Equation, Equations, Follows
from cescore.disclosure.ledger.industries import OF_INDUSTRY
from cescore.disclosure.ledger.kept_pattern import KeptPattern
from cescore.disclosure.ledger.ledger import Ledger, _needless
from cescore.disclosure.ledger.printed_sums import PrintedSum, PrintedSums, is_implied
from cescore.disclosure.ledger.statements import Figure, Returned
from cescore.disclosure.ledger.system_audit import SystemAudit, in_words
from cescore.disclosure.ledger.unknowns import LATE, Rest, is_late
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.disclosure.inference import Key, Statement
from cescore.method.disclosure.knowledge import RespondentCell
from cescore.method.disclosure.linear_forms import LinearForm

PARKS = ("PK1", "PK2")
FIRMS = [
    Firm("a", 100, recycled=60),
    Firm("b", 50),
    Firm("c", 10, holding="H"),
    Firm("d", 30, holding="H"),
    Firm("e", 70, park="PK2", industry="stone"),
    Firm("f", 60, park="PK2", industry="stone"),
    Firm("g", 20, park="PK2"),
    Firm("h", 5, park="PK2", recycled=0),
]


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> YearlyEvaluation:
    root = tmp_path_factory.mktemp("city")
    evaluated(root, FIRMS, PARKS)
    returned = root / "data/2025/observations.csv"
    text = returned.read_text("utf-8").replace("PK1,2025,waste,400.0", "PK1,2025,waste,407.0")
    returned.write_text(text.replace("C1,2025,waste,800.0", "C1,2025,waste,807.0"), "utf-8")
    assert text.count("407.0") == 1
    return evaluate_again(root)


@pytest.fixture(scope="module")
def ledger(yearly: YearlyEvaluation) -> Ledger:
    return Ledger(yearly)


@pytest.fixture(scope="module")
def behind(ledger: Ledger) -> Behind:
    return ledger.behind


def short(key: Key) -> str:
    """PK1/metal, PK2 (of no industry), rest of PK1, with ' late' of late returns."""
    if isinstance(key, Rest):
        return f"rest of {key.body}"
    assert isinstance(key, RespondentCell)
    body, *marks = key.group  # type: ignore[misc]
    industry = [m.removeprefix(OF_INDUSTRY) for m in marks if m.startswith(OF_INDUSTRY)]
    return "/".join([body, *industry]) + " late" * (LATE in marks)


def said(
    sums: PrintedSums, code: str, body: str, year: int = 2025
) -> list[tuple[dict[str, float], float, float]]:
    """What a figure gives away: unknowns with coefficients, the sum, and its half-width."""
    return [
        (
            {short(key): c for key, c in p.statement.terms.items()},
            (p.statement.low + p.statement.high) / 2,
            (p.statement.high - p.statement.low) / 2,
        )
        for p in sums.every
        if p.figure == Figure(body, code, year)
    ]


# --- who stands behind what -------------------------------------------------------------------


def test_a_body_contains_what_lies_in_it_at_any_depth(behind: Behind) -> None:
    assert [b.entity_id for b in behind.bodies] == ["C1", "PK1", "PK2"]
    assert behind.inside("C1", 2025) == ("PK1", "PK2") and behind.inside("PK1", 2025) == ()
    assert behind.chain("a", 2025) == ("PK1", "C1") and behind.chain("PK2", 2024) == ("C1",)
    assert behind.chain("C1", 2025) == ()
    assert behind.respondents == tuple("abcdefgh")
    assert (behind.holder("c"), behind.holder("a")) == ("H", "a")


def test_what_respondents_returned_is_by_magnitude_and_without_zeros(behind: Behind) -> None:
    recycled = behind.values(Quantity("recycled", 2025))
    assert recycled == {"a": 60, **dict.fromkeys("bcdefg", 50.0)}
    assert behind.values(Quantity("recycled", 2019)) == {}
    assert behind.values(Quantity("nothing", 2025)) == {}
    output = Quantity("output", 2025)
    assert behind.parts("PK1", output) == {"a": 100, "b": 50, "H": 40}  # by holding
    assert behind.parts("PK2", output) == {"e": 70, "f": 60, "g": 20, "h": 5}
    assert behind.has_returned("h", 2025) and not behind.has_returned("h", 2019)
    assert not behind.has_returned("PK1", 2025)


def test_a_body_s_own_figure_is_its_own_where_it_returned_one(behind: Behind) -> None:
    waste = Quantity("waste", 2025)
    assert (behind.figure("PK1", waste), behind.figure("PK2", waste)) == (407, 400)
    assert behind.figure("PK1", Quantity("waste", 2019)) is None
    assert behind.figure("PK1", Quantity("nothing", 2025)) is None
    assert not behind.is_summed("PK1", waste)
    assert behind.is_about_respondents(waste)
    assert not behind.is_about_respondents(Quantity("nothing", 2025))


# --- what is unknown --------------------------------------------------------------------------


def test_nothing_is_known_of_an_earlier_edition_where_there_was_none(ledger: Ledger) -> None:
    assert ledger.still_known() == ()


def test_respondents_that_no_sum_tells_apart_are_one_unknown(ledger: Ledger) -> None:
    """Output is totalled by industry as well; recycled is not."""
    cells = ledger.sums.unknowns.cells
    of_2025 = {
        (short(c), c.quantity.code): dict(p) for c, p in cells.items() if c.quantity.year == 2025
    }  # type: ignore[attr-defined]
    assert of_2025["PK1/metal", "output"] == {"a": 100, "b": 50, "H": 40}
    assert of_2025["PK2/stone", "output"] == {"e": 70, "f": 60}
    assert of_2025["PK2/metal", "output"] == {"g": 20, "h": 5}
    assert of_2025["PK1", "recycled"] == {"a": 60, "b": 50, "H": 100}
    assert of_2025["PK2", "recycled"] == {"e": 50, "f": 50, "g": 50}
    assert len(of_2025) == 3 + 3 * 2


def test_a_body_s_figure_is_the_cells_in_it_and_what_no_respondent_returned(ledger: Ledger) -> None:
    unknowns, waste = ledger.sums.unknowns, Quantity("waste", 2025)
    keys = {b: [short(k) for k in unknowns.of(Returned(b, waste))] for b in ("PK1", "PK2", "C1")}
    assert keys["PK1"] == ["PK1", "rest of PK1"] and keys["PK2"] == ["PK2", "rest of PK2"]
    assert keys["C1"] == ["PK1", "PK2", "rest of PK1", "rest of PK2"]
    rests = {b: unknowns.truth[Rest(b, waste)] for b in PARKS}
    assert rests == {"PK1": 7, "PK2": 0}
    cell = unknowns.cell_of("c", waste)
    assert cell is not None and unknowns.members(cell) == dict.fromkeys("abcd", 100.0)
    assert unknowns.cell_of("h", Quantity("recycled", 2025)) == unknowns.cell_of(
        "e", Quantity("recycled", 2025)
    )
    assert unknowns.keys_of(Figure("PK1", "waste", 2025)) == unknowns.of(Returned("PK1", waste))


# --- what figures give away -------------------------------------------------------------------


def test_a_returned_figure_gives_its_sum_away_exactly(ledger: Ledger) -> None:
    (made,) = said(ledger.sums, "waste", "PK1")
    assert made[0] == {"PK1": 1, "rest of PK1": 1}
    assert made[1:] == pytest.approx((407, 407e-7))


def test_a_difference_is_as_uncertain_as_what_it_is_taken_from(ledger: Ledger) -> None:
    """Noise of 407 and 400, though they differ by 7 alone; what cancels out says nothing of anybody."""
    first, second = (Returned(park, Quantity("waste", 2025)) for park in PARKS)
    figure = Figure("C1", "difference", 2025)
    made = ledger.sums._statement(figure, LinearForm({first: 1.0, second: -1.0}))
    assert made is not None
    assert (made.low, made.high) == pytest.approx((7 - 807e-7, 7 + 807e-7), rel=1e-9)
    assert ledger.sums._statement(figure, LinearForm({first: 0.0})) is None


def test_a_rate_gives_both_of_its_sums_away_in_its_own_unit(ledger: Ledger) -> None:
    recycled, waste = said(ledger.sums, "recycling", "PK1")
    assert recycled[0] == {"PK1": 100, "rest of PK1": 100}
    assert recycled[1] == pytest.approx(21_000) and waste[1] == pytest.approx(407)
    assert waste[0] == {"PK1": 1, "rest of PK1": 1}


def test_a_total_of_an_industry_is_of_its_cells_and_as_it_is_rounded(ledger: Ledger) -> None:
    totals = {f.code: t for f, t in ledger.industries.totals.items() if f.year == 2025}
    metal, stone = totals["output @ metal"], totals["output @ stone"]
    assert (metal.value, metal.shown, metal.half_width, metal.n, metal.is_safe) == (
        215,
        220,
        5,
        5,
        True,
    )
    assert (stone.value, stone.n, stone.is_safe) == (130, 2, False)
    assert ledger.industries.hidden == {
        stone.figure,
        replace(stone, quantity=Quantity("output", 2024)).figure,
    }
    (made,) = said(ledger.sums, "output @ metal", "C1")
    assert made[0] == {"PK1/metal": 1, "PK2/metal": 1}
    assert made[1:] == pytest.approx((220, 5))
    assert said(ledger.sums, "output @ stone", "C1") == []
    assert [t.industry for t in ledger.industries.of("C1", 2025)] == ["metal", "stone"]
    assert ledger.industries.of("PK1", 2025) == [] == ledger.industries.of("C1", 2019)
    assert ledger.industries.industry("e", Quantity("output", 2025)) == "stone"
    assert ledger.industries.industry("e", Quantity("waste", 2025)) is None
    assert not ledger.shows_total(stone)


@pytest.mark.parametrize(
    ("left", "is_kept"),
    [
        ("output - lag(output)", True),
        ("output - 0.998 * lag(output)", True),
        ("100 * output - 99.8 * lag(output)", True),
        ("output - 0.97 * lag(output)", False),
        ("0.01 * output - 0.0097 * lag(output)", False),
        ("output + lag(output)", False),
        ("output", False),  # one total is no sum of others
        ("output - lag(waste)", False),  # of which there is no total
        ("output / lag(output)", False),
    ],
)
def test_totals_are_tied_by_a_rule_that_they_keep_nearly(
    left: str, is_kept: bool, ledger: Ledger
) -> None:
    """The totals of both years are the same."""
    assert (ledger.industries._form(left, "C1", "metal", 2025) is not None) is is_kept


def test_a_total_follows_from_others_as_nearly_as_these_are_rounded(ledger: Ledger) -> None:
    """2·metal - 4·stone is 3 off, both known to 5: metal is off by (3 + 4·5) / 2, stone by (3 + 2·5) / 4."""
    metal, stone = (Figure("C1", f"output @ {i}", 2025) for i in ("metal", "stone"))
    form = LinearForm({metal: 2.0, stone: -4.0}, 0.0, -3.0)
    assert ledger.industries._off(form) == {metal: 11.5, stone: 3.25}


def test_what_follows_from_released_figures_of_the_body_says_nothing_more(ledger: Ledger) -> None:
    rate, own = Figure("PK2", "recycling", 2025), Figure("PK2", "recycled", 2025)
    waste = Figure("PK2", "waste", 2025)
    first, second = (p for p in ledger.printed if p.figure == rate)
    assert is_implied(first, [own]) and not is_implied(first, [waste])
    assert is_implied(second, [waste, rate]) and not is_implied(second, [rate])
    (returned,) = (p for p in ledger.printed if p.figure == own)
    assert not is_implied(returned, [own, rate])


@pytest.mark.parametrize(
    ("atoms", "released", "expected"),
    [
        (["PK1 a", "PK1 b"], ["PK1 a", "PK1 b", "PK1 sum"], True),
        (["PK1 a", "PK1 b"], ["PK1 a", "PK1 sum"], False),
        (["PK1 a", "PK2 b"], ["PK1 a", "PK2 b"], False),  # is printed on another's page
        (["PK2 a"], ["PK2 a"], False),
        (["PK1 a", "PK1 sum"], ["PK1 a", "PK1 sum"], False),  # of itself
        ([], ["PK1 a"], False),
    ],
)
def test_a_sum_of_several_follows_only_where_all_are_its_body_s_and_released(
    atoms: list[str], released: list[str], expected: bool
) -> None:
    def figure(text: str) -> Figure:
        return Figure(*text.split(), 2025)  # type: ignore[arg-type]

    of = frozenset(Returned(a.split()[0], Quantity(a.split()[1], 2025)) for a in atoms)
    nothing = Statement.of("sum", {}, 0.0)
    printed = PrintedSum(figure("PK1 sum"), nothing, of)
    assert is_implied(printed, [figure(text) for text in released]) is expected


# --- what it costs, and what is withheld -----------------------------------------------------


def test_what_readers_look_at_first_costs_most_and_a_level_above_twice(ledger: Ledger) -> None:
    found = ledger.sums.costs
    assert found[Figure("PK1", "waste", 2025)] == pytest.approx(3 * (1 + 0.5 * 407 / 807))
    assert found[Figure("C1", "waste", 2025)] == pytest.approx(3 * 2 * 1.5)
    assert found[Figure("C1", "productivity", 2025)] == pytest.approx(60 * 2 * 1.5)
    assert found[Figure("PK2", "productivity", 2025)] == pytest.approx(60 * (1 + 0.5 * 400 / 800))
    assert found[Figure("C1", "output @ metal", 2025)] == pytest.approx(1 * 2 * 1.5)


def test_what_an_earlier_edition_withheld_costs_a_hundredth(behind: Behind) -> None:
    one, other = Figure("PK1", "waste", 2025), Figure("PK2", "waste", 2025)
    found = costs([(one, 50.0), (other, 100.0), (one, 20.0)], behind, {one})
    assert found == pytest.approx({one: 0.01 * 3 * 1.25, other: 3 * 1.5})


def test_systems_are_what_no_figure_ties_together(ledger: Ledger) -> None:
    """Output with material, by the rate of both; recycled with waste; each year apart."""
    found = [{(p.figure.code, p.figure.year) for p in audit.printed} for audit in ledger.audits]
    of_output = ("output", "material", "productivity", "output @ metal")
    assert found == [
        {(code, year) for code in codes}
        for codes in (of_output, ("waste", "recycled", "recycling"))
        for year in (2024, 2025)
    ]


def audit_of(ledger: Ledger, code: str) -> SystemAudit:
    (audit,) = (a for a in ledger.audits if Figure("PK2", code, 2025) in a.figures)
    return audit


def test_a_rate_ties_no_figures_together_and_is_returned_by_nobody(ledger: Ledger) -> None:
    """Only a rule or a printed sum is an equation; only what was returned can be solved for."""
    audit = audit_of(ledger, "recycled")
    assert not audit.equations.figures and not audit.unprinted and not audit.held_by_each
    assert {f.code for f in audit.returned} == {"waste", "recycled"}
    assert {f.code for f in audit.figures} == {"waste", "recycled", "recycling"}


def given_away(
    audit: SystemAudit, withheld: frozenset[Figure] = frozenset()
) -> list[tuple[str, ...]]:
    """Target, observer, rule and the figures that give it away."""
    return [
        (b.target, b.observer, b.rule, *sorted(f"{f.entity_id} {f.code}" for f in b.proof))  # type: ignore[attr-defined]
        for b in audit.breaches(withheld)
    ]


def test_sums_of_three_are_given_away_by_themselves(ledger: Ledger) -> None:
    assert given_away(audit_of(ledger, "recycled")) == [
        ("H", "", "contributors", "PK1 waste"),
        ("H", "", "contributors", "PK1 recycled"),
        ("e", "", "contributors", "PK2 recycled"),
    ]
    assert given_away(audit_of(ledger, "output")) == [
        ("a", "", "contributors", "PK1 output"),
        ("H", "", "contributors", "PK1 material"),
    ]


def test_an_industry_less_another_and_a_park_less_both_are_found(ledger: Ledger) -> None:
    """Stone is at most 345 - 215, and e and f make 77 + 60 of it; g and h are at least 155 - 130."""
    hidden = frozenset(Figure("PK1", c, 2025) for c in ("output", "material", "productivity"))
    assert given_away(audit_of(ledger, "output"), hidden) == [
        ("e", "f", "upper", "C1 output", "C1 output @ metal"),
        ("g", "h", "lower", "C1 output", "C1 output @ metal", "PK2 output"),
    ]


def test_the_least_is_withheld_and_nothing_stands_above_it(ledger: Ledger) -> None:
    assert ledger.withheld == {
        Figure(body, code, year)
        for year in (2024, 2025)
        for body, codes in (
            ("C1", ["output @ metal"]),
            ("PK1", ["material", "output", "productivity", "recycled", "recycling", "waste"]),
            ("PK2", ["recycled", "recycling"]),
        )
        for code in codes
    }
    assert ledger.above == frozenset()


def test_nothing_is_left_to_infer_from_what_is_released(ledger: Ledger) -> None:
    for audit in ledger.audits:
        assert audit.breaches(ledger.withheld & audit.figures) == []
    assert ledger.breaches(ledger.withheld) == []
    assert ledger.breaches() != []


def test_a_body_s_withheld_figures_are_listed_by_code_and_year(ledger: Ledger) -> None:
    withheld, above = ledger.of_body("PK1")
    assert all(years <= {2024, 2025} for years in (*withheld.values(), *above.values()))
    assert {Figure("PK1", c, y) for c, years in withheld.items() for y in years} == {
        f for f in ledger.withheld if f.entity_id == "PK1"
    }
    assert list(withheld) == sorted(withheld)
    assert not any(OF_INDUSTRY in code for code in ledger.of_body("C1")[0])
    assert ledger.is_released("PK1", "waste", 2025) is (2025 not in withheld.get("waste", ()))


# --- editions before it -----------------------------------------------------------------------


def test_late_returns_are_told_apart_and_what_was_printed_without_them_stays(
    behind: Behind,
) -> None:
    filed = EarlierSums.of("abcdefg")
    sums = PrintedSums(behind, KeptPattern(filed={2025: filed}))
    assert sums.unknowns.late(Quantity("output", 2025)) == {"h"}
    assert (
        sums.unknowns.late(Quantity("recycled", 2025)) == frozenset()
    )  # of which h returned nothing
    assert sums.unknowns.late(Quantity("output", 2024)) == frozenset()
    keys = sums.unknowns.sums[Quantity("output", 2025)]["PK2"]
    assert [short(k) for k in keys] == ["PK2/stone", "PK2/metal", "PK2/metal late", "rest of PK2"]
    assert [is_late(k) for k in keys] == [False, False, True, False]
    (earlier,) = said(sums, "earlier edition: output", "PK2")
    assert earlier[0] == {"PK2/stone": 1, "PK2/metal": 1, "rest of PK2": 1}
    assert earlier[1] == pytest.approx(150)
    (total,) = said(sums, "earlier edition: output @ metal", "C1")
    assert total[0] == {"PK1/metal": 1, "PK2/metal": 1} and total[1:] == pytest.approx((210, 5))
    assert said(sums, "earlier edition: recycled", "PK2") == []
    assert said(sums, "earlier edition: output", "PK2", 2024) == []


def test_who_moved_counts_once_where_it_lay_then_and_not_where_it_lies_now(behind: Behind) -> None:
    """e lay in PK1 and lies in PK2; the city held it then and holds it now."""
    output = Quantity("output", 2025)
    lay = dict.fromkeys("abcde", ("PK1", "C1")) | dict.fromkeys("fgh", ("PK2", "C1"))
    filed = EarlierSums(lay, {"output": "kjgijjhf"})
    unknowns = PrintedSums(behind, KeptPattern(filed={2025: filed})).unknowns
    assert unknowns.moved(output) == {"e": ("PK1", "C1")} and unknowns.has_changed(output)
    held = {
        body: [
            sorted(unknowns.members(key)) if isinstance(key, RespondentCell) else "rest"
            for key in unknowns.held_earlier(Returned(body, output))
        ]
        for body in ("C1", *PARKS)
    }
    assert {body: sorted(filter(None, map("".join, cells))) for body, cells in held.items()} == {
        "C1": ["abcd", "e", "f", "gh", "rest", "rest"],
        "PK1": ["abcd", "e", "rest"],
        "PK2": ["f", "gh", "rest"],
    }


def test_what_an_earlier_edition_withheld_was_not_printed_in_it(behind: Behind) -> None:
    figures = frozenset([Figure("PK2", "output", 2025), Figure("C1", "output @ metal", 2025)])
    sums = PrintedSums(
        behind, KeptPattern(filed={2025: EarlierSums.of("abcdefg")}, withheld=figures)
    )
    assert said(sums, "earlier edition: output", "PK2") == []
    assert said(sums, "earlier edition: output @ metal", "C1") == []
    assert len(said(sums, "earlier edition: output", "C1")) == 1


def test_a_pattern_holds_who_had_returned_and_reads_back_as_it_was(
    ledger: Ledger, tmp_path: Path
) -> None:
    kept = ledger.pattern()
    assert list(kept.filed) == [2024, 2025]
    for filed in kept.filed.values():
        lay = dict.fromkeys("abcd", ("PK1", "C1")) | dict.fromkeys("efgh", ("PK2", "C1"))
        assert filed.chains == lay
        assert filed.sizes["output"] == "kjgijjhf"  # 100, 50, 10, 30, 70, 60, 20, 5
        assert filed.sizes["recycled"] == "jjjjjjj."
    assert (kept.withheld, kept.above, kept.audited) == (
        ledger.withheld,
        ledger.above,
        ledger.basis,
    )
    assert not ledger.is_kept


def kept_as(yearly: YearlyEvaluation, kept: KeptPattern) -> Ledger:
    """The ledger of an edition before which another kept this pattern."""
    ledger = Ledger(yearly)
    vars(ledger)["kept"] = kept
    return ledger


def test_a_pattern_audited_on_what_is_released_now_holds_without_being_looked_for(
    yearly: YearlyEvaluation, ledger: Ledger
) -> None:
    withheld, above = Figure("PK1", "waste", 2025), Figure("PK1", "recycling", 2025)
    kept = KeptPattern(ledger.basis, {}, frozenset([withheld]), frozenset([above]))
    again = kept_as(yearly, kept)
    assert again.is_kept
    assert (again.withheld, again.above) == ({withheld}, {above})
    assert again.of_body("PK1") == ({"waste": {2025}}, {"recycling": {2025}})
    assert again.of_body("a") == ({}, {})  # contains nobody


def test_whoever_waits_is_told_whether_it_is_the_first_choice_or_one_made_anew(
    yearly: YearlyEvaluation, ledger: Ledger
) -> None:
    for audited, phase in (
        (ledger.basis, ""),
        ("another", "withholding"),
        ("", "withholding_first"),
    ):
        assert kept_as(yearly, KeptPattern(audited)).phase == phase


@pytest.mark.parametrize(
    ("code", "sizes", "was_printed"),
    [
        ("waste", {}, True),  # what an edition held it may not have kept
        ("waste", {"waste": "jjjjjjjj"}, True),
        ("waste", {"output": "kjgijjhf"}, False),
        ("recycling", {"waste": "jjjjjjjj"}, False),  # of recycled and waste
        ("recycling", {"waste": "jjjjjjjj", "recycled": "jjjjjjj."}, True),
        ("output @ metal", {"output": "kjgijjhf"}, True),
        ("output @ metal", {"waste": "jjjjjjjj"}, False),
    ],
)
def test_an_earlier_edition_printed_what_it_held_all_quantities_of(
    code: str, sizes: dict[str, str], was_printed: bool, behind: Behind
) -> None:
    lay = dict.fromkeys("abcdefgh", ("PK1", "C1"))
    filed = {2025: EarlierSums(lay, sizes)}
    figure = Figure("C1", code, 2025)
    assert PrintedSums(behind, KeptPattern(filed=filed)).was_printed(figure) is was_printed
    hidden = KeptPattern(filed=filed, withheld=frozenset([figure]))
    assert not PrintedSums(behind, hidden).was_printed(figure)
    sums = PrintedSums(behind, KeptPattern(filed=filed))
    assert not sums.was_printed(figure._replace(year=2024))
    assert not sums.was_printed(figure._replace(entity_id="PK2"))  # in which nobody lay


def test_what_stands_on_a_withheld_figure_and_is_released_is_named(
    yearly: YearlyEvaluation,
) -> None:
    """A rate, that is: a returned figure goes by itself, and what is withheld is above nothing."""
    ledger = kept_as(yearly, KeptPattern())
    waste, rate = Figure("PK2", "waste", 2025), Figure("PK2", "recycling", 2025)
    assert ledger._above(frozenset([waste])) == {rate}
    assert ledger._above(frozenset([waste, rate])) == frozenset()


def test_a_total_is_shown_where_somebody_is_in_it_it_is_safe_and_not_withheld(
    yearly: YearlyEvaluation, ledger: Ledger
) -> None:
    open_ledger = kept_as(yearly, KeptPattern(ledger.basis))
    metal, stone = (
        ledger.industries.totals[Figure("C1", f"output @ {i}", 2025)] for i in ("metal", "stone")
    )
    assert open_ledger.shows_total(metal)
    assert not open_ledger.shows_total(stone)  # of two
    assert not open_ledger.shows_total(replace(metal, n=0))
    assert open_ledger.shows_total(replace(metal, n=1))
    assert not ledger.shows_total(metal)  # withheld


def test_what_follows_from_released_figures_of_its_body_is_not_withheld(
    yearly: YearlyEvaluation,
) -> None:
    """A rate hides nothing while both its sums are there; a returned figure does."""
    ledger = kept_as(yearly, KeptPattern())
    rate = Figure("PK2", "recycling", 2025)
    waste, other = rate._replace(code="waste"), rate._replace(entity_id="PK1", code="waste")
    nobodys = rate._replace(code="nothing")
    assert _needless(ledger.printed, {rate, other, nobodys}) == {rate}
    assert _needless(ledger.printed, {rate, waste}) == set()


def test_what_is_protected_is_what_is_released_and_all_of_it(ledger: Ledger) -> None:
    statements = [s for p in ledger.protections() for s in p.system.statements]
    figures = {s.name for s in statements if isinstance(s.name, Figure)}
    released = {p.figure for p in ledger.printed} - ledger.withheld
    assert figures == {p.figure for p in ledger.printed if not is_implied(p, released)} & released
    assert len(figures) > 4


# --- what no figure says by itself --------------------------------------------------------------


def test_a_rule_has_one_name_in_whatever_order_its_figures_stand() -> None:
    one, other = Figure("PK1", "output", 2025), Figure("PK1", "waste", 2025)
    names = [
        Equation({}, dict(pairs)).name
        for pairs in (((one, 1), (other, -1)), ((other, -1), (one, 1)))
    ]
    assert names[0] == names[1]


def test_what_follows_of_a_quantity_that_nothing_printed_is_about_is_a_part_of_its_own(
    ledger: Ledger,
) -> None:
    """Output is the sum of what is recycled and of waste, which are printed; output itself is not."""
    output, *others = (Figure("PK1", c, 2025) for c in ("output", "recycled", "waste"))
    audit = audit_of(ledger, "recycled")
    tied = Equation(dict.fromkeys((output, *others), 0.0))
    audit = replace(
        audit, equations=Equations([tied]), returned=audit.returned | {output}, costs={}
    )
    (part,) = (p for p in audit.parts(frozenset([output])) if not p.numbers)
    assert [one.figure for one in part.following] == [output] and not part.balances
    assert not [p for p in audit.parts(frozenset([output, others[0]])) if not p.numbers]


def test_what_follows_is_called_the_same_in_whatever_order_its_sources_stand() -> None:
    """A set of texts has another order in every process."""
    codes = "abcdefgh"
    sources = frozenset(Figure("PK1", code, 2025) for code in reversed(codes))
    words = in_words(Follows(Figure("PK1", "z", 2025), sources, 0.5))
    places = [words.index(f"code={code!r}") for code in codes]
    assert places == sorted(places)
