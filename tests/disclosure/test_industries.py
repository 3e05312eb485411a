"""The industry table among the ledger's figures: what it gives away together with bodies' own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.ledger import industries
from cescore.disclosure.ledger.behind import Behind
from cescore.disclosure.ledger.industries import (
    OF_INDUSTRY,
    IndustryTable,
    industry_figure,
    is_of_industry,
)
from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation

CLOSE = 0.05
RULE = "abs(material - total(waste, recycled)) <= 0.005 * material"


def table(yearly: YearlyEvaluation, code: str = "output") -> dict[str, float | None]:
    """The city's table as printed: industry -> total."""
    rows = Bundler(yearly).bundle("C1").industries
    return {str(r["industry"]): r["value"] for r in rows if r["variable"] == code}  # type: ignore[misc]


def precisely(root: Path, *totalled: str) -> YearlyEvaluation:
    """The workspace with totals of four significant digits, the most that is allowed."""
    path = root / "params/disclosure.yml"
    rules = json.loads(path.read_text("utf-8"))
    changed = {**rules, "significant_digits": 4, "industry_totals": list(totalled or ["output"])}
    path.write_text(json.dumps(changed), encoding="utf-8")
    return evaluate_again(root)


def park_of_two_industries() -> list[Firm]:
    """PK2 has all glass makers but one, which alone lies in PK1, and stands first."""
    glass = firms(6, seed=2, industry="glass")
    alone = replace(glass[0], park="PK1", output=9_000.5)
    others = [replace(f, park="PK2") for f in glass[1:]]
    metal = [*firms(6, seed=3), *firms(6, seed=4, park="PK2")]
    return [alone, *others, *metal]


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
def test_an_industry_less_its_park_s_part_leaves_no_firm(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A park of one industry alone: the industry's total less the park is the firm outside it."""
    frame = [f for f in park_of_two_industries() if f.park == "PK1" or f.industry == "glass"]
    frame = [*frame, *firms(6, seed=4, park="PK3")]
    evaluated(tmp_path, frame, ("PK1", "PK2", "PK3"))
    if not is_in:
        open_ledger(monkeypatch)
        monkeypatch.setattr(industries, "rounded", lambda value, digits: value)
    yearly = precisely(tmp_path)
    glass = table(yearly)["glass"]
    park = Bundler(yearly).bundle("PK2").record.values["output"][-1]
    secret = frame[0].output
    succeeded = (
        glass is not None and park is not None and abs(glass - park - secret) < CLOSE * secret
    )
    assert succeeded is not is_in


def test_what_is_safe_beside_everything_else_is_printed(tmp_path: Path) -> None:
    evaluated(tmp_path, park_of_two_industries(), ("PK1", "PK2"))
    ledger = Ledger(precisely(tmp_path))
    assert not ledger.breaches(ledger.withheld)
    assert any(ledger.shows_total(one) for one in ledger.industries.of("C1", 2025))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_total_of_fewer_than_the_minimum_is_never_printed(count: int, tmp_path: Path) -> None:
    frame = [*firms(count, seed=2, industry="glass"), *firms(9, seed=3)]
    assert table(evaluated(tmp_path, frame))["glass"] is None


def one_recycles_in_glass() -> list[Firm]:
    """Of six glass makers one recycles nearly all that is recycled; it stands first."""
    glass = [replace(f, recycled=0.25, industry="glass") for f in firms(6, seed=2)]
    glass[0] = replace(glass[0], recycled=7_000.25)
    return [replace(f, material=f.waste + f.recycled) for f in [*glass, *firms(9, seed=3)]]


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
def test_a_hidden_column_is_not_the_total_less_the_other_column(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    frame = one_recycles_in_glass()
    text = {"en": "material is waste and recycled", "rule": RULE, "severity": "soft"}
    made = {"kind": "balance", "entity_types": ["firm"], "identity": True, "source": "the tests"}
    path = tmp_path / "params/checks.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rules": {"sum": {**text, **made}}}), encoding="utf-8")
    evaluated(tmp_path, frame)
    if not is_in:
        open_ledger(monkeypatch)
    yearly = precisely(tmp_path, "material", "waste", "recycled")
    whole, part = table(yearly, "material")["glass"], table(yearly, "waste")["glass"]
    guess = None if whole is None or part is None else whole - part
    secret = frame[0].recycled
    succeeded = guess is not None and abs(guess - secret) < CLOSE * secret
    assert succeeded is not is_in


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
def test_a_late_return_is_not_the_final_table_less_the_preliminary_one(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    frame = [*firms(6, seed=2, industry="glass"), *firms(9, seed=3)]
    late = frame[0]
    evaluated(tmp_path, frame[1:])
    if not is_in:
        open_ledger(monkeypatch)
    before = precisely(tmp_path)
    first = table(before)["glass"]
    assert first is not None
    pattern = Ledger(before).pattern().text()
    evaluated(tmp_path, frame)
    (tmp_path / FILE).write_text(pattern, encoding="utf-8")
    last = table(precisely(tmp_path))["glass"]
    succeeded = last is not None and abs(last - first - late.output) < CLOSE * late.output
    assert succeeded is not is_in


def test_the_kept_pattern_names_totals_as_figures_of_their_body(tmp_path: Path) -> None:
    figure = industry_figure("C1", "output", "glass", 2025)
    assert is_of_industry(figure) and figure.entity_id == "C1"
    ledger = Ledger(evaluated(tmp_path, park_of_two_industries(), ("PK1", "PK2")))
    assert figure in ledger.industries.totals
    own, _ = ledger.of_body("C1")
    assert not [code for code in own if is_of_industry(figure._replace(code=code))]


def test_without_a_choice_the_totals_are_those_behind_the_respondents_headline_rates(
    tmp_path: Path,
) -> None:
    evaluated(tmp_path, firms(6))
    for kind in ("city", "park"):  # bodies' own rates stand on less
        path = tmp_path / f"params/frameworks/{kind}.yml"
        rules = json.loads(path.read_text("utf-8"))
        rules["indicators"]["recycling"]["formula"] = "material / output"
        path.write_text(json.dumps(rules), encoding="utf-8")
    path = tmp_path / "params/disclosure.yml"
    rules = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**rules, "industry_totals": []}), encoding="utf-8")
    totals = IndustryTable(Behind(evaluate_again(tmp_path)))
    assert totals.codes == ("output", "material", "recycled", "waste")


def equated_codes(root: Path, frame: list[Firm]) -> list[dict[str, float]]:
    """The equations of the totals of 2025 under a rule that material is waste and recycled."""
    text = {"en": "material is waste and recycled", "rule": RULE, "severity": "soft"}
    made = {"kind": "balance", "entity_types": ["firm"], "identity": True, "source": "the tests"}
    path = root / "params/checks.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rules": {"sum": {**text, **made}}}), encoding="utf-8")
    evaluated(root, frame)
    totals = IndustryTable(Behind(precisely(root, "material", "waste", "recycled")))
    return [
        {figure.code.partition(OF_INDUSTRY)[0]: share for figure, share in one.coefficients.items()}
        for one in totals.equations()
        if {figure.year for figure in one.coefficients} == {2025}
    ]


EQUATION = {"material": 1.0, "waste": -1.0, "recycled": -1.0}


def test_what_holds_of_every_return_equates_the_totals_of_an_industry(tmp_path: Path) -> None:
    frame = [replace(f, material=f.waste + f.recycled) for f in firms(6, industry="glass")]
    assert equated_codes(tmp_path, frame) == [EQUATION]


@pytest.mark.parametrize(("recycled", "is_equated"), [(10.5, True), (9.0, True), (8.5, False)])
def test_a_rule_that_totals_break_by_more_than_a_fiftieth_of_the_largest_tells_nothing_of_them(
    recycled: float, is_equated: bool, tmp_path: Path
) -> None:
    frame = [replace(f, material=50.0, waste=40.0, recycled=recycled) for f in firms(6)]
    assert equated_codes(tmp_path, frame) == ([EQUATION] if is_equated else [])
