"""What ties figures of several years and bodies together: a secret does not follow through a link."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cases import evaluate_again, evaluated, firms

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
