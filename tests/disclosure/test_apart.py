"""What ties the figures of one system together beside the sums that they give away."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated

from cescore.disclosure.ledger.apart import _equations, audits_of
from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.kept_pattern import KeptPattern
from cescore.disclosure.ledger.printed_sums import PrintedSums
from cescore.disclosure.ledger.statements import Figure, Returned
from cescore.disclosure.ledger.system_audit import SystemAudit
from cescore.method.disclosure.linear_forms import LinearForm, Meaning

FRAME = [Firm(i, o) for i, o in zip("abcd", (90, 80, 70, 60), strict=True)]
FRAME += [replace(f, id=f"{f.id}2", industry="stone") for f in FRAME[:2]]


def edited(path: Path, **changes: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    now = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**now, **changes}), encoding="utf-8")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Behind:
    """Waste is material in every firm; the rate stands on ``used``, and nothing on ``idle``."""
    root = tmp_path_factory.mktemp("apart")
    evaluated(root, FRAME)
    made = {"unit": "t", "source": "the tests", "tag": "P"}
    for entity_type in ("city", "park"):
        path = root / f"params/frameworks/{entity_type}.yml"
        indicators = json.loads(path.read_text("utf-8"))["indicators"]
        indicators["recycling"]["formula"] = "recycled / used"
        edited(path, indicators=indicators)
    used = {"en": "used", "formula": "material + waste", **made}
    idle = {"en": "idle", "formula": "output + waste", **made}
    edited(root / "params/accounts.yml", accounts={"used": used, "idle": idle})
    rule = {"en": "r", "rule": "waste == material", "severity": "hard", "kind": "balance"}
    rule |= {"entity_types": ["firm"], "source": "the tests"}  # type: ignore[dict-item]
    edited(root / "params/checks.yml", rules={"r": rule})
    edited(root / "params/disclosure.yml", industry_totals=["material", "waste"])
    return Behind(evaluate_again(root))


@pytest.fixture(scope="module")
def audits(behind: Behind) -> tuple[SystemAudit, ...]:
    return audits_of(PrintedSums(behind, KeptPattern()))


def test_a_printed_sum_that_counts_is_an_equation_of_what_it_is_made_of(
    audits: tuple[SystemAudit, ...],
) -> None:
    """Not one that nothing scored stands on: it goes with what it stands on."""
    sums = {
        (next(iter(e.beside)), frozenset(e.figures))
        for a in audits
        for e in a.equations
        if e.beside
    }
    assert sums == {
        (Figure(b, "used", y), frozenset(Figure(b, c, y) for c in ("material", "waste")))
        for b in ("C1", "PK1")
        for y in (2024, 2025)
    }


def test_totals_of_industries_that_no_page_prints_may_follow_all_the_same(
    audits: tuple[SystemAudit, ...],
) -> None:
    """Stone is of two firms; metal, of four, is printed."""
    assert frozenset().union(*(a.unprinted for a in audits)) == {
        Figure("C1", f"{code} @ stone", year)
        for code in ("material", "waste")
        for year in (2024, 2025)
    }


@pytest.mark.parametrize(
    ("bodies", "is_one"), [(("C1", "C1"), True), (("C1", "PK1"), False), (("PK1", "PK1"), False)]
)
def test_a_sum_is_an_equation_of_figures_of_its_own_body_alone(
    bodies: tuple[str, str], is_one: bool, behind: Behind
) -> None:
    sums, figure = PrintedSums(behind, KeptPattern()), Figure("C1", "used", 2025)
    codes = zip(bodies, ("material", "waste"), strict=True)
    form = LinearForm({Returned(b, Quantity(c, 2025)): 1.0 for b, c in codes}, 0.0, 800.0)
    vars(sums)["meanings"] = {figure: Meaning("present", form, Meaning.number(1.0).denominator)}
    made = [equation for equation in _equations(sums) if figure in equation.beside]
    assert bool(made) is is_one
