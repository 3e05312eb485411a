"""A small city of parks and firms for the tests of the gate, written as a workspace and evaluated."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.release.ledgers import LedgerAudit, ledger_audit

YEARS = (2024, 2025)
RULES = {"public_types": ["city", "park"], "industry_totals": ["output"], "decided_by": "the tests"}
VARIABLES = ("output", "material", "waste", "recycled")


@dataclass(frozen=True)
class Firm:
    """A respondent; its headline rates are output / material and recycled / waste."""

    id: str
    output: float
    park: str = "PK1"
    material: float = 100.0
    waste: float = 100.0
    recycled: float = 50.0
    holding: str = ""
    industry: str = "metal"

    @property
    def rate(self) -> float:
        return self.output / self.material


def firms(count: int, seed: int = 1, **changes: str) -> list[Firm]:
    """So many firms of different, unround figures, none of them dominant."""
    draw = random.Random(seed)

    def figure() -> float:
        return round(draw.uniform(1000, 3000), 4)

    return [
        replace(
            Firm(f"firm-{seed}-{i:03d}", figure()),
            material=figure(),
            waste=figure(),
            recycled=round(draw.uniform(100, 999), 4),
            **changes,
        )
        for i in range(count)
    ]


def evaluated(
    root: Path,
    frame: Sequence[Firm],
    parks: Sequence[str] = ("PK1",),
    normalisation: str = "goalposts",
    *,
    beside: bool = False,
) -> YearlyEvaluation:
    """The evaluation of a city whose parks' and own figures are the sums over their firms.

    ``beside``: a scored indicator more, which is no headline rate.
    """
    _write(root / "params/variables.yml", {c: {"en": c, "unit": "t"} for c in VARIABLES})
    allowed = {"firm": "the tests learn from firms"} if normalisation != "goalposts" else {}
    _write(root / "params/disclosure.yml", {**RULES, "learning_over_respondents": allowed})
    _write(root / "params/runs/2025.yml", {"year": 2025, "base_year": 2024, "status": "sample"})
    for entity_type in ("city", "park"):
        _write(root / f"params/frameworks/{entity_type}.yml", _framework("goalposts", beside))
    _write(root / "params/frameworks/firm.yml", _framework(normalisation, beside))
    lines = ["entity_id,entity_type,name_en,parent_id,holding_id,industry"]
    lines += ["C1,city,The City,,,", *(f"{p},park,Park {p},C1,," for p in parks)]
    lines += [f"{f.id},firm,Name of {f.id},{f.park},{f.holding},{f.industry}" for f in frame]
    _text(root / "data/entities.csv", lines)
    for year in YEARS:
        lines = ["entity_id,year,variable,value"]
        for body, inside in _bodies(frame, parks):
            lines += [f"{body},{year},{v},{sum(getattr(f, v) for f in inside)}" for v in VARIABLES]
        _text(root / f"data/{year}/observations.csv", lines)
    return evaluate_workspace(Workspace.load(root, 2025))


def evaluate_again(root: Path) -> YearlyEvaluation:
    """The workspace as it now stands in its folder."""
    return evaluate_workspace(Workspace.load(root, 2025))


def summed_by_the_program(root: Path) -> YearlyEvaluation:
    """The same workspace without the bodies' own figures: they are the sums over their firms."""
    for path in sorted((root / "data").glob("*/observations.csv")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(x for x in lines if x[:2] not in ("C1", "PK")), encoding="utf-8")
    run = root / "params/runs/2025.yml"
    tiled = {"tiled_by": {"city": "park", "park": "firm"}}
    run.write_text(json.dumps(json.loads(run.read_text("utf-8")) | tiled), encoding="utf-8")
    return evaluate_again(root)


def audit_of_release(yearly: YearlyEvaluation, parks: Sequence[str]) -> LedgerAudit:
    """The audit of an edition in which the city and some parks have reports for everybody."""
    bundler = Bundler(yearly)
    edition: Any = SimpleNamespace(yearly=yearly, subject=str, make=bundler.bundle)
    audit = ledger_audit(edition, {body: body for body in ("C1", *parks)})
    told = tuple(one for one in audit.problems if one.code != "not_protected")  # as yet
    return replace(audit, problems=told)


def open_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the ledger out: every figure of every body is released."""
    monkeypatch.setattr(Ledger, "withheld", frozenset())
    monkeypatch.setattr(Ledger, "above", frozenset())
    monkeypatch.setattr(Ledger, "shows_total", lambda self, total: total.n > 0)


def _bodies(frame: Sequence[Firm], parks: Sequence[str]) -> list[tuple[str, list[Firm]]]:
    inside = [(park, [f for f in frame if f.park == park]) for park in parks]
    return [("C1", list(frame)), *inside, *((f.id, [f]) for f in frame)]


def _framework(normalisation: str, beside: bool = False) -> dict[str, object]:
    made = {"source": "made for the tests", "tag": "P"}
    ends = {2024: {"worst": 0, "best": 10, **made}}
    shares = {2024: {"worst": 0, "best": 100, **made}}
    rate = {"en": "rate", "group": "all", "weight": 1, "direction": 1, **made}
    goalposts = normalisation == "goalposts"
    ends_of_less = {2024: {"worst": 10, "best": 0, **made}}
    less = {**rate, "en": "waste rate", "direction": -1, "goalposts": ends_of_less}
    more = {"waste_rate": {"formula": "waste / output", "unit": "ratio", **less}} if beside else {}
    return {
        "version": "1",
        "source": "made for the tests",
        "en": "test",
        "index": {"code": "INDEX", "en": "index"},
        "normalisation": normalisation,
        "headline": {
            "resource_output_rate": "productivity",
            "resource_recycling_rate": "recycling",
        },
        "groups": {"all": {"en": "all", "weight": 1}},
        "indicators": {
            "productivity": {
                "formula": "output / material",
                "unit": "ratio",
                **rate,
                **({"goalposts": ends} if goalposts else {}),
            },
            "recycling": {
                "formula": "recycled / waste",
                "unit": "%",
                **rate,
                **({"goalposts": shares} if goalposts else {}),
            },
            **more,
        },
    }


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")  # JSON is YAML


def _text(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
