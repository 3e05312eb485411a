"""Attacks on what reports show of others: each succeeds with the gate taken out, fails with it in.

An attacker has the bundles handed to it, knows its own figures, and returns what it takes for the
victim's figure.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cases import Firm, evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger import industries
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released import gate
from cescore.errors import ParamsError
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.disclosure import rules as disclosure

CLOSE = 0.01  # a guess this near, relative, is a disclosure
Open = Callable[[], None]


@pytest.fixture
def take_out(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Takes the gate out: everything that could be computed is released as it is."""

    def everything(code, values, holders, direction, rules):  # type: ignore[no-untyped-def]
        cuts = np.nanquantile(values, [0.25, 0.5, 0.75]).tolist()
        return disclosure.GroupFigure(code, direction, int(np.isfinite(values).sum()), *cuts)

    def opened() -> None:
        monkeypatch.setattr(gate, "group_figure", everything)
        open_ledger(monkeypatch)
        monkeypatch.setattr(gate, "rounded", lambda value, digits: value)
        monkeypatch.setattr(industries, "rounded", lambda value, digits: value)
        monkeypatch.setattr(disclosure, "rounded", lambda value, digits: value)
        monkeypatch.setattr(gate.Gate, "withholds_constants", lambda self, entity: False)

    return opened


def bundles(yearly: YearlyEvaluation) -> dict[str, Bundle]:
    bundler = Bundler(yearly)
    return {e.entity_id: bundler.bundle(e.entity_id) for e in yearly.entities}


Attack = Callable[[dict[str, Bundle], list[Firm]], float | None]


def subtract_self_from_an_industry_of_two(
    made: dict[str, Bundle], frame: list[Firm]
) -> float | None:
    total = next(r["value"] for r in made["C1"].industries if r["industry"] == "glass")
    return None if total is None else float(total) - frame[1].output


def subtract_the_other_industries_from_the_total(
    made: dict[str, Bundle], frame: list[Firm]
) -> float | None:
    total = made["C1"].record.values["output"][-1]
    others = [r["value"] for r in made["C1"].industries if r["industry"] != "glass"]
    if total is None or None in others:
        return None
    return total - sum(float(o) for o in others if o is not None)


def read_the_median_of_eleven(made: dict[str, Bundle], frame: list[Firm]) -> float | None:
    (figure,) = _figures(made, "productivity")
    return figure


def read_the_dominated_park_in_its_siblings_report(
    made: dict[str, Bundle], frame: list[Firm]
) -> float | None:
    row = next(r for r in made["PK2"].siblings if r.place.entity_id == "PK1")
    return row.headline.get("productivity")


def read_the_best_from_the_scale(made: dict[str, Bundle], frame: list[Firm]) -> float | None:
    constants = made[frame[1].id].fitted.constants.get("productivity", {})
    return constants[2025]["high"] if constants else None


def read_the_median_of_a_group_that_is_one_holding(
    made: dict[str, Bundle], frame: list[Firm]
) -> float | None:
    (figure,) = _figures(made, "productivity")
    return figure


def _figures(made: dict[str, Bundle], code: str) -> set[float | None]:
    """The median printed, in every report of the firms: one number for all."""
    tables = [b.peers for b in made.values() if b.entity.entity_type == "firm"]
    return {f.median for table in tables if table for f in table.figures if f.code == code}


def glass_and_metal(victims: int) -> list[Firm]:
    """Glass makers first, then as many metal and food makers that nobody could tell apart."""
    glass = firms(victims, seed=2, industry="glass")
    return [*glass, *firms(8, seed=3), *firms(6, seed=4, industry="food")]


def one_giant() -> list[Firm]:
    """A park with one firm hundreds of times the others, and a park of equals."""
    small = firms(5, seed=5)
    giant = replace(small[0], output=2_500_000.5, material=900_000.25)
    return [giant, *small[1:], *firms(8, seed=6, park="PK2")]


def best_first() -> list[Firm]:
    return sorted(firms(25, seed=7), key=lambda firm: -firm.rate)


def middle_first() -> list[Firm]:
    ordered = sorted(firms(11, seed=8), key=lambda firm: firm.rate)
    return [ordered[5], *ordered[:5], *ordered[6:]]


def one_holding() -> list[Firm]:
    """Eleven firms, of which nine belong together and have the same rate."""
    group = [replace(f, holding="H", output=f.material * 1.2345) for f in firms(9, seed=9)]
    return [*group, *firms(2, seed=10)]


CASES: dict[str, tuple[Attack, list[Firm], Callable[[Firm], float], str]] = {
    "subtract self from a total over two": (
        subtract_self_from_an_industry_of_two, glass_and_metal(2), lambda f: f.output, "goalposts",
    ),
    "subtract the rest from the total": (
        subtract_the_other_industries_from_the_total, glass_and_metal(1), lambda f: f.output, "goalposts",
    ),
    "a percentile that is one unit's value": (
        read_the_median_of_eleven, middle_first(), lambda f: f.rate, "goalposts",
    ),
    "a body that one firm dominates": (
        read_the_dominated_park_in_its_siblings_report, one_giant(), lambda f: f.rate, "goalposts",
    ),
    "observed bounds of the scale": (
        read_the_best_from_the_scale, best_first(), lambda f: f.rate, "min_max",
    ),
    "a group that is one holding": (
        read_the_median_of_a_group_that_is_one_holding, one_holding(), lambda f: f.rate, "goalposts",
    ),
}  # fmt: skip


def tolerance(name: str) -> float:
    """A group's own figure is allowed to lie near a member's; an exact one gives it away."""
    return 1e-6 if "percentile" in name else CLOSE


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_the_gate_is_what_stops_the_attack(
    name: str, is_in: bool, take_out: Open, tmp_path: Path
) -> None:
    attack, frame, secret, normalisation = CASES[name]
    if not is_in:
        take_out()
    parks = sorted({firm.park for firm in frame})
    made = bundles(evaluated(tmp_path, frame, parks, normalisation))
    guess = attack(made, frame)
    truth = secret(frame[0])  # the victim stands first
    succeeded = guess is not None and abs(guess - truth) <= tolerance(name) * truth
    assert succeeded is not is_in


def solve_for_the_best(made: dict[str, Bundle], frame: list[Firm]) -> float:
    """Two firms that put values and scores together: score = 100 (x - low) / (high - low)."""
    pair = [frame[1], frame[2]]
    scores = [made[f.id].fitted.released_scores["productivity"][2025] for f in pair]
    (one, other), (x, y) = scores, (f.rate for f in pair)
    assert one is not None and other is not None
    return x + (100 - one) * (x - y) / (one - other)


def test_two_firms_solve_for_the_best_of_an_observed_scale_so_it_is_refused(
    tmp_path: Path,
) -> None:
    frame = best_first()
    made = bundles(evaluated(tmp_path, frame, normalisation="min_max"))  # allowed, with a reason
    assert solve_for_the_best(made, frame) == pytest.approx(frame[0].rate)
    path = tmp_path / "params/disclosure.yml"
    rules = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**rules, "learning_over_respondents": {}}), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"firm\.yml.*normalisation: min_max lets a respondent"):
        evaluate_again(tmp_path)


def test_a_finding_across_levels_is_the_bureau_s_where_it_shows_firms(
    tmp_path: Path,
) -> None:
    rule = {"en": "covers", "rule": "output <= 0.5 * sum_known(firm, output)", "severity": "soft"}
    checks = tmp_path / "params" / "checks.yml"
    checks.parent.mkdir(parents=True)
    checks.write_text(json.dumps({"rules": {"covers": {**rule, "entity_types": ["park"]}}}))
    frame = firms(2)
    yearly = evaluated(tmp_path, frame)
    (told,) = [f for f in yearly.workspace.findings if f.code == "covers" and f.year == 2025]
    assert all(f.id in told.found and f"{f.output:.10g}" in told.found for f in frame)
    printed = Bundler(yearly).bundle("PK1").to_bytes().decode()
    assert '"covers"' not in printed
    for firm in frame:
        assert firm.id not in printed
        assert f"{firm.output:.10g}" not in printed
