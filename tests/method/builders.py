"""Valid small objects; a test varies one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cescore.definitions.model import (
    Account,
    Factor,
    Framework,
    Goalposts,
    Group,
    Indicator,
    Plan,
    VariableName,
)
from cescore.method.column import Column, Panel, State

STATES = {"na": State.NOT_APPLICABLE, "missing": State.MISSING, "withheld": State.SUPPRESSED}
Cell = float | int | str | None


def column(rows: Sequence[Sequence[Cell]]) -> Column:
    """Cells are numbers, None (missing) or a word of STATES."""
    state = [[STATES.get(c, 0) if isinstance(c, str) else 2 * (c is None) for c in r] for r in rows]
    values = [[np.nan if c is None or isinstance(c, str) else float(c) for c in r] for r in rows]
    array = np.array(values, float)
    return Column(array, np.array(state, np.uint8), np.zeros(array.shape, np.uint8))


def panel(
    cells: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    first_year: int = 2020,
    industry: Sequence[str] = (),
) -> Panel:
    """Entities A, B, C …, consecutive years."""
    columns = {code: column(rows) for code, rows in cells.items()}
    entities, years = next(iter(columns.values())).shape
    return Panel(
        tuple(chr(65 + i) for i in range(entities)),
        tuple(range(first_year, first_year + years)),
        columns,
        {"industry": tuple(industry)} if industry else {},
    )


def indicator(code: str, formula: str = "", **changed: Any) -> Indicator:
    """More is better, from 0 (worst) to 10 (best), unless told otherwise."""
    ends = changed.pop("ends", (0, 10))
    posts = Goalposts(worst=ends[0], best=ends[1], source="made up", tag="P")
    entry: dict[str, Any] = {
        "code": code,
        "unit": "ratio",
        "formula": formula or code.lower(),
        "source": "made up",
        "tag": "P",
        "direction": 1 if ends[1] > ends[0] else -1,
        "group": "G",
        "weight": 1,
        "goalposts": {2000: posts},
    }
    return Indicator.model_validate(entry | changed)


def group(code: str, weight: float = 1, **changed: Any) -> Group:
    return Group.model_validate({"code": code, "weight": weight} | changed)


def framework(
    indicators: Sequence[Indicator],
    groups: Sequence[Group] = (),
    *,
    accounts: Mapping[str, str] | None = None,
    factors: Mapping[str, float] | None = None,
    **changed: Any,
) -> Framework:
    """One group G with the indicators given, on 0-100."""
    below = {
        code: Account(code=code, unit="t", formula=text, source="made up", tag="P")
        for code, text in (accounts or {}).items()
    }
    named = {
        code: Factor(code=code, value=value, unit="1", source="made up", tag="P")
        for code, value in (factors or {}).items()
    }
    entry: dict[str, Any] = {
        "entity_type": "lake",
        "version": "1",
        "source": "made up",
        "index": {"code": "LI"},
        "groups": {g.code: g for g in (groups or [group("G")])},
        "indicators": {i.code: i for i in indicators},
        "accounts": below,
        "factors": named,
        "variables": {"x": VariableName(en="x", unit="t")},
    }
    return Framework.model_validate(entry | changed)


LADDER = ((100, 1.0), (90, 0.9), (80, 0.8), (70, 0.7), (60, 0.6), (50, 0.5))
BANDS_A = [("优秀", "excellent", 90), ("良好", "good", 80), ("中", "fair", 70)]
BANDS_A += [("合格", "pass", 60), ("不合格", "fail", 0)]


def scale(code: str, bands: Sequence[tuple[str, str, float]]) -> dict[str, Any]:
    rungs = [{"zh": zh, "en": en, "least": least} for zh, en, least in bands]
    return {"code": code, "zh": code, "en": code, "bands": rungs, "source": "made up", "tag": "P"}


def plan(targets: Mapping[str, Mapping[str, Any]] | None = None, **changed: Any) -> Plan:
    """2020 to 2025; type lake is graded on A with weights 5, 3, 2."""
    filled = {
        code: {
            "id": code,
            "indicator": "P01",
            "type": "cumulative_reduction",
            "value": 15,
            "unit": "%",
            "op": ">=",
            "applies_to": ["lake"],
            "source": "made up",
            "tag": "S",
        }
        | dict(entry)
        for code, entry in (targets or {}).items()
    }
    entry: dict[str, Any] = {
        "id": "made-up",
        "base_year": 2020,
        "first_year": 2021,
        "last_year": 2025,
        "source": "made up",
        "targets": filled,
        "assessment": {
            "weights": {"lake": {"targets": 5, "index": 3, "measures": 2}},
            "scale_of": {"lake": "A"},
            "scales": {"A": scale("A", BANDS_A)},
            "ladder": LADDER,
            "bonus_step": 0.075,
            "bonus_most": 0.225,
        },
    }
    return Plan.model_validate(entry | changed)
