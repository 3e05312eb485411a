"""What check rules equate: the last of several figures is known where all others are released."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated, firms, open_ledger, summed_by_the_program

from cescore.definitions.model import CheckRule
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger.behind import Behind
from cescore.disclosure.ledger.equated import Equated
from cescore.disclosure.ledger.equations import Balance, Equation, Equations
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.statements import Figure, Statements
from cescore.disclosure.ledger.system_audit import _between
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.disclosure.inference import Statement

CLOSE = 0.01
PARKS = ("PK1", "PK2")
RULE = "abs(material - total(waste, recycled)) <= 0.005 * material"


def rule(text: str, severity: str = "hard") -> CheckRule:
    fields = {"id": "r", "en": "r", "rule": text, "executable": text, "severity": severity}
    return CheckRule.model_validate({**fields, "kind": "balance", "entity_types": ("park",)})


@pytest.mark.parametrize(
    ("text", "zero"),
    [
        ("abs(a - total(b, c)) <= 0.005 * a", "a - total(b, c)"),
        ("abs(a - b) < 1", "a - b"),
        ("a + b == c", "a + b - c"),
        ("a <= b", ""),
        ("abs(a) >= b", ""),
        ("a <= b and abs(a - b) <= c", ""),
    ],
)
def test_a_rule_equates_what_it_says_to_be_nothing_but_for_a_tolerance(
    text: str, zero: str
) -> None:
    assert rule(text).equated == zero
    assert rule(text, "soft").equated == ""
    assert rule(text, "soft").model_copy(update={"identity": True}).equated == zero


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("abs(a - total(b, c)) <= 0.005 * a", [("a - total(b, c)", "0.005 * a")]),
        ("a == b", [("a - b", "0")]),
        ("a >= b - 1 and a < c", [("b - 1 - a", ""), ("a - c", "")]),
        ("a <= b - c", [("a - (b - c)", "")]),
        ("a <= b and has_value(c)", [("a - b", "")]),
        ("a <= 0 or a <= b", [("a - 0", "", ("a <= b",)), ("a - b", "", ("a <= 0",))]),
        ("not a > b", [("a - b", "")]),
        ("not a == b", []),
        ("not a != b", [("a - b", "0")]),
        ("not (a > b or c > a)", [("a - b", ""), ("c - a", "")]),
        ("not (a > b and c > a)", [("a - b", "", ("not (c > a)",)), ("c - a", "", ("not (a > b)",))]),
        ("0.02 * a >= abs(a - b)", [("a - b", "0.02 * a")]),
        ("a <= min(b, c)", [("a - b", ""), ("a - c", "")]),
        ("max(a, b) < c", [("a - c", ""), ("b - c", "")]),
        ("a >= min(b, c)", [("b - a", "", ("c <= a",)), ("c - a", "", ("b <= a",))]),
        ("min(abs(a - b), a) <= c", [("a - b", "c", ("a <= c",)), ("a - c", "", ("abs(a - b) <= c",))]),
        ("abs(a - b) >= c", [("c - (a - b)", "", ("c <= -(a - b)",)), ("c - -(a - b)", "", ("c <= a - b",))]),
        (
            "a <= 0 or (b <= 0 or c <= a)",
            [
                ("a - 0", "", ("b <= 0 or c <= a",)),
                ("b - 0", "", ("c <= a", "a <= 0")),
                ("c - a", "", ("b <= 0", "a <= 0")),
            ],
        ),
    ],
)  # fmt: skip
def test_a_rule_without_a_finding_tells_what_is_nearly_nothing_or_at_most(
    text: str, bounds: list[tuple[str, ...]]
) -> None:
    bounds = [(*bound, ())[:3] for bound in bounds]
    assert list(rule(text, "soft").bounds) == bounds
    assert list(rule(text).bounds) == bounds


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("abs(waste - material) <= 0.02 * abs(material)", (-4.0, 4.0)),  # PK1: 203 and 200
        ("abs(waste - material) <= 0.01 * material", None),  # its report has the finding
        ("material <= waste", (-math.inf, 0.0)),
        ("waste <= material", (0.0, math.inf)),  # its report has the finding
        ("1.2 * waste <= material", None),
        ("material + 50 <= 1.6 * waste", None),  # further from it than anybody may come
        ("waste <= 5 + material", (-math.inf, 5.0)),
        ("waste - lag(waste) <= 4", (-math.inf, 4.0)),
        ("abs(waste - lag(waste)) <= 4", (-4.0, 4.0)),  # 200 the year before
        ("abs(waste - sum_over(firm, waste)) <= 0.02 * sum_over(firm, waste)", (-4.0, 4.0)),
        ("waste == sum_over(firm, waste)", None),
        ("output <= 0 or abs(waste - material) <= 4", (-4.0, 4.0)),
        ("output > 0 or abs(waste - material) <= 4", None),  # it is the other way
        ("recycled > 1000 or material <= waste", (-math.inf, 0.0)),
        ("recycled > 1000 or waste <= material", (0.0, math.inf)),  # it has the finding
        ("not_there > 1000 or material <= waste", None),  # nobody knows whether it was checked
        ("sum_over(firm, waste) > 300 or material <= waste", (-math.inf, 0.0)),
        ("sum_over(firm, waste) > 100 or material <= waste", None),
        ("min(waste, output) >= material", (-math.inf, 0.0)),
        ("material >= min(0.98 * waste, 1000 * output)", (-math.inf, 0.0)),
        ("waste / material <= 1.02", (-math.inf, 0.0)),
        ("waste / material <= 1.01", (0.0, math.inf)),
        ("abs(waste / material - 1) <= 0.02", (-0.02, 0.02)),
        ("abs(waste - material) <= max(3, rounding(waste))", (-3.0, 3.0)),
        ("waste <= material + 3 + rounding(waste)", (-math.inf, 3.0)),
        ("abs(waste - material - 2) <= 4", (-2.0, 6.0)),
        ("abs(waste - material - 2.5) <= lag(waste, 2)", None),  # within nobody knows what
        ("0.1 * waste <= 20.3", (-math.inf, 20.3)),  # but for what rounding leaves
        ("waste <= 0.68 * in_body(city, waste)", (-math.inf, 0.0)),
        ("waste <= base(waste) + 4", (-math.inf, 4.0)),
    ],
)
def test_what_a_body_s_report_says_by_a_finding_or_by_none_is_known_within_its_bounds(
    text: str, ends: tuple[float, float] | None, tmp_path: Path
) -> None:
    evaluated(tmp_path, [Firm("a", 80), Firm("b", 60), Firm("c", 10, park="PK2")], PARKS)
    path = tmp_path / "data/2025/observations.csv"
    path.write_text(path.read_text("utf-8").replace("PK1,2025,waste,200.0", "PK1,2025,waste,203.0"))
    checked = rule(text, "soft").model_copy(
        update={"looks_at_others": "sum_over" in text or "in_body" in text}
    )
    yearly = _with_rule(evaluate_again(tmp_path), checked)
    figure = Figure("PK1", "waste", 2025)
    found = [e for e in Equated(Statements(Behind(yearly))) if figure in e.figures]
    assert [e.ends for e in found] == ([] if ends is None else [pytest.approx(ends)])
    assert [e.name.ends for e in found] == [e.ends for e in found]


@pytest.mark.parametrize(
    ("waste", "ends"),
    [
        (203.0, None),  # is taken to be 0, as nearly as it is
        (210.0, (-20.0, 20.0)),
        (201.0, None),
        (225.0, None),  # is not so
    ],
)
def test_what_is_off_by_more_than_a_slip_is_known_within_the_tolerance_of_its_rule(
    waste: float, ends: tuple[float, float] | None, tmp_path: Path
) -> None:
    evaluated(tmp_path, [Firm("a", 80), Firm("b", 60), Firm("c", 10, park="PK2")], PARKS)
    path = tmp_path / "data/2025/observations.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("PK1,2025,waste,200.0", f"PK1,2025,waste,{waste}"), "utf-8")
    hard = rule("abs(waste - material) <= 0.1 * material")
    yearly = _with_rule(evaluate_again(tmp_path), hard)
    figure = Figure("PK1", "waste", 2025)
    found = [e.ends for e in Equated(Statements(Behind(yearly))) if figure in e.figures]
    assert found == ([] if waste > 220 else [ends])


@pytest.mark.parametrize(("beside", "is_told"), [(100.0, False), (1_000.0, True)])
def test_a_wide_bound_counts_where_a_firm_beside_the_body_is_large(
    beside: float, is_told: bool, tmp_path: Path
) -> None:
    """A city's sum less the park's is that firm's: 70 t are far from the park's 200, and near to 1,000."""
    frame = [Firm("a", 80), Firm("b", 60), Firm("c", 10, park="PK2", waste=beside)]
    yearly = _with_rule(evaluated(tmp_path, frame, PARKS), rule("material + 50 <= 1.6 * waste"))
    figure = Figure("PK1", "waste", 2025)
    found = [e.ends for e in Equated(Statements(Behind(yearly))) if figure in e.figures]
    assert found == ([(-math.inf, -50.0)] if is_told else [])


def test_limits_tell_of_a_single_withheld_figure_what_no_equation_does() -> None:
    a, b = Figure("PK1", "a", 2025), Figure("PK1", "b", 2025)
    both = {a: 0.0, b: 0.0}
    bound = Equation(both, {a: 1.0, b: -1.0}, ends=(-math.inf, 0.0))
    equations = Equations([Equation(both, {a: 1.0, b: -1.0}), bound])
    assert list(equations.open([a, b], [])) == [*equations]
    assert list(equations.open([a], [])) == [bound] == list(equations.open([a, b], [b]))
    assert list(Equations([bound]).following([a], [b])) == []


@pytest.mark.parametrize(
    ("coefficients", "ends", "is_told"),
    [
        ((1.0, -1.0), (-math.inf, 0.0), True),
        ((1.0, 1.0), (0.0, math.inf), False),  # what is never less than nothing
        ((-1.0, -1.0), (-math.inf, 0.0), False),
        ((1.0, 1.0), (-math.inf, 400.0), True),
        ((1.0, 1.0), (-math.inf, 300.0), False),  # is not so of magnitudes
        ((1.0, 1.0), (300.0, math.inf), True),
    ],
)
def test_limits_that_hold_of_anything_are_no_statement(
    coefficients: tuple[float, float], ends: tuple[float, float], is_told: bool
) -> None:
    values = {"x": 200.0, "y": 200.0}
    terms = dict(zip(values, coefficients, strict=True))
    name = Balance((), ends)
    value = sum(c * values[key] for key, c in terms.items())
    found = _between(name, terms, value, 1e-3)
    assert found == (
        Statement(name, terms, ends[0] - 1e-3, ends[1] + 1e-3, frozenset()) if is_told else None
    )


IDENTITIES = {
    "parts": "waste == sum_over(park, waste)",
    "known": "recycled == sum_known(park, recycled)",
    "all": "recycled == sum_over(park, recycled)",
    "within": "waste == sum_over(firm, waste)",
    "count": "waste == material * count_of(firm) / 2",
    "above": "waste == in_body(city, waste) / 2",
    "before": "2 * output == 2 * lag(output)",
    "far": "waste == 1.03 * material",
    "small": "waste == material + 0.05 * output",
    "two": "sum_known(firm, output) == 0.35 * material + 0.335 * waste",
    "ratio": "waste / material == recycled / output",
    "cancels": "waste + material - waste == material",
}


@pytest.fixture(scope="module")
def equated(tmp_path_factory: pytest.TempPathFactory) -> Sequence[tuple[str, Equation]]:
    """Every rule's equations, of parks PK1 with firms a and b, and PK2 with c, d and e.

    PK1 returned 203 of waste where its firms have 200, the city 503; PK2 recycled nothing known in 2024,
    when the city recycled 100.
    """
    root = tmp_path_factory.mktemp("equated")
    path = root / "params/checks.yml"
    path.parent.mkdir(parents=True)
    common = {"kind": "balance", "severity": "soft", "identity": True, "source": "the tests"}
    frame = [Firm(i, o) for i, o in (("a", 80), ("b", 60))]
    frame += [Firm(i, 10, park="PK2") for i in "cde"]
    rules = {
        name: {"en": name, "rule": text, "entity_types": ["city", "park"], **common}
        for name, text in IDENTITIES.items()
    }
    path.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    evaluated(root, frame, PARKS)
    _correct(root)
    yearly = evaluate_again(root)
    return [
        (checked.id, equation)
        for checked in yearly.workspace.definitions.checks
        for equation in Equated(Statements(Behind(_with_rule(yearly, checked))))
    ]


def _with_rule(yearly: YearlyEvaluation, checked: CheckRule) -> YearlyEvaluation:
    definitions = replace(yearly.workspace.definitions, checks=(checked,))
    return replace(yearly, workspace=replace(yearly.workspace, definitions=definitions))


def _correct(root: Path) -> None:
    changes = {
        2024: [("PK2,2024,recycled,150.0\n", ""), ("C1,2024,recycled,250.0", "C1,2024,recycled,100.0")],
        2025: [("PK1,2025,waste,200.0", "PK1,2025,waste,203.0"), ("C1,2025,waste,500.0", "C1,2025,waste,503.0")],
    }  # fmt: skip
    for year, edits in changes.items():
        path = root / f"data/{year}/observations.csv"
        text = path.read_text("utf-8")
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "year", "expected"),
    [
        ("parts", 2025, [({"C1 waste": 1, "PK1 waste": -1, "PK2 waste": -1}, 0)]),
        ("known", 2024, [({"C1 recycled": 1, "PK1 recycled": -1}, 0)]),
        ("all", 2024, []),  # PK2's is not known
        ("within", 2025, [
            ({"C1 waste": 1, "C1 waste within": -1}, 3),
            ({"PK1 waste": 1, "PK1 waste within": -1}, 3),
            ({"PK2 waste": 1, "PK2 waste within": -1}, 0),
        ]),
        ("count", 2025, [({"PK1 waste": 1, "PK1 material": -1}, 3)]),  # the others have not two
        ("above", 2025, []),  # 203 and 300 are not nearly 503 / 2
        ("far", 2025, [({"PK1 waste": 1, "PK1 material": -1.03}, 3)]),  # 500 and 300 miss by 3 %
        ("before", 2025, [({f"{b} output": 2, f"{b} output before": -2}, 0) for b in ("C1", *PARKS)]),
        ("small", 2025, [  # however small one of its figures is
            ({f"{b} waste": 1, f"{b} material": -1, f"{b} output": -0.05}, off)
            for b, off in (("C1", 5.5), ("PK1", 4), ("PK2", 1.5))
        ]),
        ("two", 2025, [({"PK1 output within": 1, "PK1 material": -0.35, "PK1 waste": -0.335}, 1.995)]),
        ("ratio", 2025, []),
        ("cancels", 2025, []),
    ],
)  # fmt: skip
def test_what_a_rule_equates_has_its_factors_and_what_it_is_missed_by(
    name: str,
    year: int,
    expected: list[tuple[dict[str, float], float]],
    equated: Sequence[tuple[str, Equation]],
) -> None:
    found = [
        ({_named(f, year): c for f, c in e.coefficients.items()}, e)
        for n, e in equated
        if n == name and max(f.year for f in e.figures) == year
    ]
    assert [factors for factors, _ in found] == [pytest.approx(factors) for factors, _ in expected]
    for (factors, off), (_, equation) in zip(expected, found, strict=True):
        offs = {_named(f, year): x for f, x in equation.figures.items()}
        assert offs == pytest.approx({name: off / abs(c) for name, c in factors.items()})


def _named(figure: Figure, year: int) -> str:
    return f"{figure.entity_id} {figure.code}" + " before" * (figure.year < year)


def figures(codes: str) -> list[Figure]:
    return [Figure("B", code, 2025) for code in codes]


def test_a_figure_follows_by_one_equation_after_the_other_with_all_its_sources() -> None:
    a, b, c, d, e = figures("abcde")
    equations = Equations([Equation(dict.fromkeys((a, b, c), 0.5)), Equation({c: 1.0, d: 2.0})])
    follows = equations.following({b, c, e}, {a, d})
    assert {f.figure: (f.sources, f.off) for f in follows} == {
        c: (frozenset([d]), 1.0),
        b: (frozenset([a, d]), 0.5),
    }


@pytest.mark.parametrize("left_out", range(3))
def test_nothing_follows_where_two_are_hidden(left_out: int) -> None:
    shown = figures("abc")[left_out]
    equations = Equations([Equation(dict.fromkeys(figures("abc"), 0.0))])
    assert equations.following(set(figures("abc")) - {shown}, {shown}) == ()


def one_recycles(count: int = 6) -> list[Firm]:
    """Firms whose material is waste and what they recycle, which only the first does."""
    made = [replace(f, recycled=0.0, park="PK1") for f in firms(count)]
    made[0] = replace(made[0], recycled=700.25)
    return [
        replace(f, material=f.waste + f.recycled) for f in [*made, *firms(5, seed=2, park="PK2")]
    ]


EVERYBODY = ("city", "park", "firm")


def balanced(root: Path, entity_types: Sequence[str] = EVERYBODY) -> Path:
    text = {"en": "material is waste and recycled", "rule": RULE, "severity": "hard"}
    made = {"kind": "balance", "entity_types": [*entity_types], "source": "the tests"}
    path = root / "params/checks.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rules": {"sum": {**text, **made}}}), encoding="utf-8")
    return root


def take_waste_off_material(made: dict[str, Bundle]) -> float | None:
    material, waste = (made["PK1"].record.values[code][-1] for code in ("material", "waste"))
    return None if material is None or waste is None else material - waste


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
def test_a_part_that_is_one_firm_s_does_not_follow_from_the_total_and_the_other_part(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        open_ledger(monkeypatch)
    frame = one_recycles()
    yearly = evaluated(balanced(tmp_path), frame, ("PK1", "PK2"))
    bundler = Bundler(yearly)
    guess = take_waste_off_material({"PK1": bundler.bundle("PK1")})
    succeeded = guess is not None and abs(guess - frame[0].recycled) <= CLOSE * frame[0].recycled
    assert succeeded is not is_in


@pytest.mark.parametrize("said_of", [("firm",), ()], ids=["of each firm", "of nobody"])
def test_what_holds_for_each_firm_holds_for_the_firms_of_a_park(
    said_of: tuple[str, ...], tmp_path: Path
) -> None:
    frame = one_recycles()
    root = balanced(tmp_path, said_of) if said_of else tmp_path
    evaluated(root, frame, PARKS)
    bundles = {"PK1": Bundler(summed_by_the_program(root)).bundle("PK1")}
    guess = take_waste_off_material(bundles)
    is_inferred = guess is not None and abs(guess - frame[0].recycled) <= CLOSE * frame[0].recycled
    assert is_inferred is not bool(said_of)


def test_without_the_rule_the_total_and_the_other_part_are_released(tmp_path: Path) -> None:
    ledger = Ledger(evaluated(tmp_path, one_recycles(), ("PK1", "PK2")))
    released = [ledger.is_released("PK1", code, 2025) for code in ("material", "waste", "recycled")]
    assert released == [True, True, False]


@pytest.mark.parametrize("seed", range(6))
def test_no_equation_has_one_hidden_figure_alone_that_would_break_a_rule(
    seed: int, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    frame = [
        replace(f, recycled=f.recycled if draw.random() < 0.4 else 0.0, park=draw.choice(PARKS))
        for f in firms(12, seed=seed + 20)
    ]
    frame = [replace(f, material=f.waste + f.recycled) for f in frame]
    ledger = Ledger(evaluated(balanced(tmp_path), frame, PARKS))
    assert not ledger.breaches(ledger.withheld)
    for park in PARKS:
        codes = ("material", "waste", "recycled")
        hidden = [c for c in codes if not ledger.is_released(park, c, 2025)]
        recycling = [f.recycled for f in frame if f.park == park and f.recycled]
        if len(recycling) in (1, 2):
            assert len(hidden) >= 2, (park, hidden)


@pytest.mark.parametrize("hidden", ["ab", "abcd", "abcdefgh"])
def test_a_rule_counts_however_many_of_its_figures_are_withheld(hidden: str) -> None:
    every = figures("abcdefgh")
    rule_of_eight = Equation(dict.fromkeys(every, 0.0), dict.fromkeys(every, 1.0))
    assert list(Equations([rule_of_eight]).open(figures(hidden), [])) == [rule_of_eight]


def test_a_rule_of_one_withheld_figure_is_no_unknown_more() -> None:
    every = figures("abc")
    equations = Equations([Equation(dict.fromkeys(every, 0.0), dict.fromkeys(every, 1.0))])
    assert list(equations.open(every[:1], [])) == []
