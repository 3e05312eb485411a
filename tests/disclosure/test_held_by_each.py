"""What a rule says of each respondent is known of the respondents of a sum."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated, summed_by_the_program

from cescore.disclosure.ledger.apart import audits_of
from cescore.disclosure.ledger.held_by_each import HeldByEach
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.disclosure.inference import NOISE, Key
from cescore.method.disclosure.knowledge import RespondentCell

PARKS = ("PK1", "PK2")
NEAR = 0.1  # the share of a value within which nobody may come [p %]
LARGE = Firm("large", 40, park="PK2", waste=1000.0, recycled=0.0)


def ruled(root: Path, rule: str, frame: list[Firm], **more: object) -> YearlyEvaluation:
    """A city whose firms, and nobody else, are held to a rule; its figures are sums over these."""
    text = {"en": "a rule", "rule": rule, "severity": "hard", "entity_types": ["firm"], **more}
    path = root / "params/checks.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rules": {"r": text}}), encoding="utf-8")
    evaluated(root, frame, PARKS)
    return summed_by_the_program(root)


@pytest.mark.parametrize("is_in", [True, False], ids=["rule read", "rule not read"])
@pytest.mark.parametrize(
    ("rule", "recycled", "least"),
    [("recycled <= 2 * waste", 44.0, 110.0), ("abs(recycled - waste) <= 0.1 * waste", 38.0, 172.7)],
    ids=["from one side", "within a wide tolerance"],
)
def test_a_bound_wide_of_small_firms_tells_a_large_one_beside_them(
    rule: str,
    recycled: float,
    least: float,
    is_in: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Five firms of PK1 have 200 t of waste, and by a rule that each of them keeps no less than some share
    of what they recycled: of the city's 1,200 t that leaves the large firm of PK2 little more than it has."""
    if not is_in:
        monkeypatch.setattr(HeldByEach, "_bounds", lambda held, has_tolerance: iter(()))
    bundler = Bundler(ruled(tmp_path, rule, [*_small(recycled), LARGE]))
    whole, of_park = (
        bundler.bundle(body).record.values[code][-1]
        for body, code in (("C1", "waste"), ("PK1", "recycled"))
    )
    is_bounded = whole is not None and of_park is not None
    assert not is_bounded or whole - least <= (1 + NEAR) * LARGE.waste
    assert is_bounded is not is_in


def stated(yearly: YearlyEvaluation) -> list[tuple[dict[str, float], float, float]]:
    """What rules say of this year's sums over respondents: cells with factors, and between which it lies."""
    sums = Ledger(yearly).sums
    found = HeldByEach(sums.behind, sums.unknowns.cell_of, sums.unknowns.truth)
    return [
        ({_named(key): c for key, c in one.terms.items()}, one.low, one.high)
        for one in found
        if max(key.quantity.year for key in one.terms) == 2025  # type: ignore[attr-defined]
    ]


def _named(key: Key) -> str:
    assert isinstance(key, RespondentCell)
    (body, *_), (code, year) = key.group, key.quantity  # type: ignore[misc]
    return f"{body} {code}" + " before" * (year < 2025)


BOTH = {"PK1 recycled": 1.0, "PK1 waste": -1.0}
TWICE = {"PK1 recycled": 1.0, "PK1 waste": -2.0}
AT_MOST = [(TWICE, -math.inf, 0.0)]
WITHIN_20 = [(BOTH, -20.0, 20.0)]


@pytest.mark.parametrize(
    ("rule", "recycled", "more", "expected"),
    [
        ("recycled <= 2 * waste", 44.0, {}, AT_MOST),
        ("recycled / waste <= 2", 44.0, {}, [({"PK1 recycled": 1 / 1200, "PK1 waste": -2 / 1200}, -math.inf, 0.0)]),
        ("recycled <= 2 * waste", 44.0, {"entity_types": []}, AT_MOST),
        ("recycled <= 2 * waste", 44.0, {"entity_types": ["park"]}, []),
        ("recycled <= 2 * waste", 44.0, {"severity": "soft"}, []),
        ("recycled <= 200 * waste", 44.0, {}, []),  # wide of the large one too
        ("recycled <= 2 * waste and waste <= 2 * in_body(park, waste)", 44.0, {}, []),  # looks at others
        ("waste <= 5000", 44.0, {}, []),  # of one figure alone
        ("waste <= lag(waste)", 44.0, {}, [
            ({f"{park} waste": 1.0, f"{park} waste before": -1.0}, -math.inf, 0.0) for park in PARKS
        ]),
        ("waste <= 1.2 * lag(waste)", 44.0, {}, [({"PK1 waste": 1.0, "PK1 waste before": -1.2}, -math.inf, 0.0)]),
        ("waste <= 2.5 * lag(waste)", 44.0, {}, []),
        ("abs(recycled - waste) <= 0.1 * waste", 38.0, {}, WITHIN_20),
        ("abs(recycled - waste) <= 0.1 * waste", 39.5, {}, [(BOTH, -2.5, 2.5)]),  # as nearly as it is
        ("abs(recycled - waste) <= 0.9 * waste", 38.0, {}, []),
        ("abs(recycled - waste) <= 0.1 * waste", 38.0, {"severity": "soft"}, []),
        ("abs(recycled - waste) <= 0.1 * waste", 38.0, {"severity": "soft", "identity": True}, WITHIN_20),
        ("waste > 2000 or recycled <= 2 * waste", 44.0, {}, AT_MOST),
        ("waste > 30 or recycled <= 2 * waste", 44.0, {}, []),  # it is the other way
        ("output > 43.5 or recycled <= 2 * waste", 44.0, {}, []),  # of one of the five
        ("lag(output, 2) > 1 or recycled <= 2 * waste", 44.0, {}, []),  # whoever knows
    ],
)  # fmt: skip
def test_what_each_firm_keeps_is_stated_of_the_firms_of_a_sum(
    rule: str,
    recycled: float,
    more: dict[str, object],
    expected: list[tuple[dict[str, float], float, float]],
    tmp_path: Path,
) -> None:
    """The waste of PK1's five firms is 200 t, of the one of PK2 1,000 t, and the same the year before."""
    large = replace(LARGE, recycled=0.0)
    yearly = ruled(tmp_path, rule, [*_small(recycled), large], **more)
    found = stated(yearly)
    assert [terms for terms, *_ in found] == [pytest.approx(terms) for terms, *_ in expected]
    for (_, low, high), (_, least, most) in zip(found, expected, strict=True):
        assert (low, high) == pytest.approx((least, most), abs=1e-3)
        assert low < least or math.isinf(least) or least == -20.0
    if expected is AT_MOST:  # but for what rounding leaves of its largest part
        assert found[0][2] == pytest.approx(NOISE * 400)


def _small(recycled: float) -> list[Firm]:
    return [Firm(i, 40 + n, waste=40.0, recycled=recycled) for n, i in enumerate("abcde")]


def test_what_is_next_to_nothing_of_its_largest_part_is_as_nearly_known_as_it_is(
    tmp_path: Path,
) -> None:
    """2.9 t are 1.5 % of the waste, and more than all of the least part: within 20 t is not all that is known.
    What rounding leaves is of the largest part too."""
    rule = "waste > 500 or abs(waste - recycled - 0.01 * output) <= 0.1 * waste"
    ((terms, low, high),) = stated(ruled(tmp_path, rule, [*_small(39.0), LARGE]))
    assert terms == {"PK1 waste": 1.0, "PK1 recycled": -1.0, "PK1 output": -0.01}
    noise = NOISE * 200
    assert (low + 2.9, high - 2.9) == pytest.approx((-noise, noise), rel=1e-3)


def test_of_whom_a_tolerance_is_not_known_nothing_is_stated(tmp_path: Path) -> None:
    ruled(tmp_path, "abs(recycled - waste) <= 0.5 * output", [*_small(38.0), LARGE])
    for path in sorted(tmp_path.glob("data/*/observations.csv")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text(
            "".join(x for x in lines if not x.startswith("a,") or ",output," not in x), "utf-8"
        )
    assert stated(evaluate_again(tmp_path)) == []


def test_rules_of_the_same_difference_are_told_apart(tmp_path: Path) -> None:
    """Who keeps both keeps the nearer one: none takes the other's place."""
    both = "abs(recycled - waste) <= 0.1 * waste and recycled <= waste"
    found = stated(ruled(tmp_path, both, [*_small(38.0), LARGE]))
    assert [(low, high) for _, low, high in found] == [
        pytest.approx((-20.0, 20.0)), pytest.approx((-math.inf, 0.0), abs=1e-3)
    ]  # fmt: skip
    audits = audits_of(Ledger(evaluate_again(tmp_path)).sums)
    assert sum(len(audit.held_by_each) for audit in audits) == 2 * len(found)  # of two years
