"""The variables and checks of a workspace as far as the generator needs them: read plainly from params/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cescore.errors import ParamsError
from sample.frame import YEARS

LEVELS = ("city", "district", "park", "enterprise")
_NAME = re.compile(r"[a-z][a-z0-9_]+")
_SUM = re.compile(r"total\([a-z0-9_,\s]+\)")


@dataclass(frozen=True)
class Catalogue:
    """Variable codes by entity type in the dictionary's order, with units and kinds."""

    codes: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class PlannedCheck:
    """One yearly check of a measure."""

    id: str
    name: str
    levels: tuple[str, ...]
    industries: tuple[str, ...]  # of firms, only those of one of these
    entities: tuple[str, ...]  # only these bodies
    type: str
    formula: str
    better: str
    yardstick: str
    goal: Mapping[int, float]  # by the year from which it holds
    is_flow: bool
    tolerance: float  # of an improvement: percentage points of a rate, per cent of a number
    near: float  # percentage points from its end within which a rate earns for being held
    years: int  # a flow is held against the mean of so many
    units: tuple[str, ...]  # that answer for it
    inspectors: tuple[str, ...]


@dataclass(frozen=True)
class PlannedVeto:
    """One veto of the plan."""

    id: str
    entity_types: tuple[str, ...]


def read_yaml(path: Path) -> Mapping[str, Any]:
    """A YAML mapping.

    Raises
    ------
    ParamsError
        The file is not there or is no mapping.
    """
    if not path.is_file():
        raise ParamsError(f"{path.name}: not found in {path.parent.name}/")
    content = YAML(typ="safe").load(path.read_bytes())
    if not isinstance(content, Mapping):
        raise ParamsError(f"{path.name}: found {type(content).__name__}, expected a mapping")
    return content


def read_catalogue(params: Path) -> Catalogue:
    """The dictionary of variables."""
    variables = read_yaml(params / "variables.yml")
    codes = {
        level: tuple(c for c, v in variables.items() if level in (v.get("entity_types") or LEVELS))
        for level in LEVELS
    }
    return Catalogue(
        codes,
        {code: str(v.get("unit", "")) for code, v in variables.items()},
        {code: str(v.get("kind", "quantity")) for code, v in variables.items()},
    )


def read_plan(params: Path) -> tuple[tuple[PlannedCheck, ...], tuple[PlannedVeto, ...]]:
    """Checks and vetoes of the newest plan that has begun; none where the workspace has no plan."""
    paths = sorted((params / "plans").glob("*.yml")) if (params / "plans").is_dir() else []
    begun = [plan for plan in map(read_yaml, paths) if int(plan["first_year"]) <= YEARS[-1]]
    if not begun:
        return (), ()
    plan, sums = begun[-1], _sums(params)
    improves = (plan.get("assessment") or {}).get("improves") or {}
    checks = tuple(
        PlannedCheck(
            str(check["id"]),
            str(check.get("zh", "") or ""),
            tuple(check.get("levels") or measure.get("levels") or LEVELS),
            tuple(check.get("industries") or ()),
            tuple(map(str, check.get("entities") or ())),
            str(check.get("type", "doc")),
            _NAME.sub(lambda m: sums.get(m[0], m[0]), str(check.get("formula", "") or "")),
            str(check.get("better", "") or ""),
            str(check.get("yardstick", "") or ""),
            {int(year): float(goal) for year, goal in (check.get("goal") or {}).items()},
            check.get("quantity") == "flow",
            float(improves.get(*(("rate", 1) if check.get("type") == "rate" else ("amount", 5)))),
            float(improves.get("near", 1)),
            int(improves.get("years", 3)),
            tuple(measure.get("units") or ()),
            tuple(plan.get("inspectors") or ("市发改委",)),
        )
        for measure in (plan.get("measures") or {}).values()
        for check in measure["checks"]
    )
    vetoes = tuple(
        PlannedVeto(str(code), tuple(veto.get("entity_types") or LEVELS))
        for code, veto in (plan.get("vetoes") or {}).items()
    )
    return checks, vetoes


def _sums(params: Path) -> dict[str, str]:
    """Accounts that are nothing but sums of variables, which a check may name instead of them."""
    path = params / "accounts.yml"
    accounts = read_yaml(path).get("accounts") or {} if path.is_file() else {}
    formulas = {code: str(entry.get("formula", "")) for code, entry in accounts.items()}
    return {code: text for code, text in formulas.items() if _SUM.fullmatch(text.strip())}
