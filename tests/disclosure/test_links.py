"""What ties figures of several years and bodies together: a secret does not follow through a link."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated, firms

from cescore.definitions.model import CheckRule
from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.equated import WITHIN, Equated
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.statements import Statements
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import CescoreError
from cescore.evaluation.yearly import YearlyEvaluation

PARKS = ("PK1", "PK2", "PK3")
CLOSE = 0.02  # relative: a guess this near is a disclosure
LINK = "abs(opening - lag(recycled)) <= 0.005 * opening"
NO_LINK = "opening >= 0"


def linked(root: Path, rule: str, severity: str = "soft", **more: object) -> YearlyEvaluation:
    """One firm of PK1 has a closing stock (recycled); each park returns its own opening stock, which
    no firm returns, and a rule may say that it is last year's closing stock."""
    frame = [
        replace(f, recycled=f.recycled if park != "PK1" or i == 0 else 0.0)
        for seed, park in enumerate(PARKS)
        for i, f in enumerate(firms(6, seed=seed + 3, park=park))
    ]
    evaluated(root, frame, PARKS)
    variables = root / "params/variables.yml"
    known = json.loads(variables.read_text("utf-8")) | {"opening": {"en": "opening", "unit": "t"}}
    variables.write_text(json.dumps(known), encoding="utf-8")
    written = {"en": "a link", "rule": rule, "severity": severity, "source": "the tests", **more}
    text = json.dumps({"rules": {"link": {"entity_types": ["city", "park"], **written}}})
    (root / "params/checks.yml").write_text(text, encoding="utf-8")
    with (root / "data/2025/observations.csv").open("a", encoding="utf-8") as file:
        for body in ("C1", *PARKS):
            inside = [f.recycled for f in frame if body in ("C1", f.park)]
            file.write(f"{body},2025,opening,{sum(inside)}\n")
    return evaluate_again(root)


def read_the_opening_stock(yearly: YearlyEvaluation) -> bool:
    """Whether a park's opening stock tells what its one firm had left the year before."""
    bundle = Bundler(yearly).bundle("PK1")
    opening = bundle.record.values["opening"][-1]
    secret = Behind(yearly).values(Quantity("recycled", 2024))["firm-3-000"]
    return opening is not None and abs(opening - secret) <= CLOSE * secret


@pytest.mark.parametrize(
    "said",
    [{"severity": "hard"}, {"identity": True}, {"severity": "soft"}],
    ids=["hard", "known", "no finding"],
)
def test_a_stock_does_not_follow_from_next_year_s_where_a_rule_says_that_they_are_one(
    said: dict[str, object], tmp_path: Path
) -> None:
    assert not read_the_opening_stock(linked(tmp_path, LINK, **said))  # type: ignore[arg-type]


def test_the_opening_stock_is_the_closing_stock_where_no_rule_says_so(tmp_path: Path) -> None:
    assert read_the_opening_stock(linked(tmp_path, NO_LINK))


def test_nothing_is_left_that_the_link_gives_away(tmp_path: Path) -> None:
    ledger = Ledger(linked(tmp_path, LINK, identity=True))
    assert not ledger.is_released("PK1", "recycled", 2024)
    assert not ledger.breaches(ledger.withheld)


@pytest.mark.parametrize("is_known", [True, False])
def test_years_are_audited_as_one_system_where_a_rule_ties_them(
    is_known: bool, tmp_path: Path
) -> None:
    ledger = Ledger(linked(tmp_path, LINK if is_known else NO_LINK))
    years = [{printed.figure.year for printed in audit.printed} for audit in ledger.audits]
    assert ({2024, 2025} in years) is is_known


@pytest.mark.parametrize(
    ("rule", "tied"),
    [
        ("output == sum_over(park, output)", {("C1", "output"), *((p, "output") for p in PARKS)}),
        (
            "abs(output - sum_known(firm, output)) <= 0.01 * output",
            {("C1", "output"), ("C1", f"output{WITHIN}")},
        ),
        (
            "abs(sum_over(park, material) - waste - material + waste) <= 1",
            {("C1", "material"), *((p, "material") for p in PARKS)},
        ),
    ],
)
def test_a_rule_that_looks_at_others_ties_their_figures_together(
    rule: str, tied: set[tuple[str, str]], tmp_path: Path
) -> None:
    yearly = linked(tmp_path, rule, "hard", entity_types=["city"])
    every = Equated(Statements(Behind(yearly)))
    equations = [e for e in every if {figure.year for figure in e.figures} == {2025}]
    assert [{(f.entity_id, f.code) for f in e.figures} for e in equations] == [tied]


def test_an_identity_that_equates_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CescoreError, match="identity"):
        linked(tmp_path, "opening <= lag(recycled)", identity=True)


# --- what a report says of two years by having no finding ------------------------------------------

BEFORE = {"a": 500.0, "b": 450.0, "c": 300.0, "d": 250.0}  # of which three or more hide each
NOW = {"a": 1480.0, "b": 6.0, "c": 8.0, "d": 7.0}
LIMIT = 1.02
NOT_MUCH_MORE = {
    "from one side": f"waste <= {LIMIT} * lag(waste)",
    "a rate of growth": f"waste / lag(waste) <= {LIMIT}",
    "within": f"abs(waste / lag(waste) - 1) <= {LIMIT - 1}",
    "the less of two": f"waste <= min({LIMIT} * lag(waste), 3 * material)",
    "alternatives": f"not waste > 0 or waste <= {LIMIT} * lag(waste)",
}


def dominated(root: Path, rule: str) -> YearlyEvaluation:
    """A park in which one firm has nearly all waste of 2025, which is as much as four had in 2024."""
    frame = [
        Firm(name, 1000.0 + 10 * i, "PK1", 4000.0, value, 0.0)
        for i, (name, value) in enumerate(NOW.items())
    ]
    evaluated(root, [*frame, *firms(6, seed=5, park="PK2")], PARKS[:2])
    path = root / "data/2024/observations.csv"
    before = path.read_text("utf-8")
    whole = sum(BEFORE.values()) - sum(NOW.values())
    for body in ("C1", "PK1", *NOW):
        was = next(line for line in before.splitlines() if line.startswith(f"{body},2024,waste,"))
        value = BEFORE.get(body) or float(was.rpartition(",")[2]) + whole
        before = before.replace(was, f"{body},2024,waste,{value}")
    path.write_text(before, "utf-8")
    written = {"en": "r", "rule": rule, "severity": "soft", "kind": "change", "source": "the tests"}
    text = json.dumps({"rules": {"r": {**written, "entity_types": ["park"]}}})
    (root / "params/checks.yml").write_text(text, encoding="utf-8")
    return evaluate_again(root)


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize("rule", NOT_MUCH_MORE.values(), ids=NOT_MUCH_MORE)
def test_last_year_s_sum_does_not_bound_this_year_s_giant_where_growth_has_no_finding(
    rule: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        monkeypatch.setattr(CheckRule, "bounds", ())
    record = Bundler(dominated(tmp_path, rule)).bundle("PK1").record.values["waste"]
    before, now = record[-2:]
    most = now if now is not None else before and LIMIT * before
    is_inferred = most is not None and most - NOW["b"] < 1.1 * NOW["a"]
    assert is_inferred is not is_in
