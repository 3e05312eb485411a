"""Why a result moved by itself: another return, a correction, another rule, others' values, other code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cescore.definitions.definitions import Definitions
from cescore.definitions.model import Framework
from cescore.evaluation.revising.move import Because, ResultMove
from cescore.evaluation.revising.side import Side
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import ON_ENDS

NAMES = (
    "zh",
    "en",
    "note",
    "source",
    "tag",
    "examples",
    "decimals",
    "definition",
)  # move no number


def causes_of(move: ResultMove, a: Side, b: Side, is_explained: bool) -> Iterator[Because]:
    """A result's own causes; ``is_explained``: something that it stands on moved as well."""
    kind = move.result[0]
    if kind == "variable":
        yield from _of_variable(move, a, b)
        return
    own = tuple(_of_rules(move, a, b))
    yield from own
    if own or is_explained:
        return
    if move.change in ("appeared", "went") or "blocked" in (move.was, move.now):
        yield Because("register", detail=_register(move, a, b))
    elif kind in ("measure", "measure_credit", "standard") or move.result[1] == "measures":
        yield Because("inspection")
    elif kind == "assessment":
        yield Because("inspection" if a.inputs != b.inputs else "unknown")
    elif _learns(move, b.definitions or a.definitions):
        yield Because("others")
    elif a.made_with != b.made_with:
        yield Because("code")
    else:
        yield Because("unknown")


def _of_variable(move: ResultMove, a: Side, b: Side) -> Iterator[Because]:
    """Why a returned value is another one."""
    _, code, year = move.result
    where = (move.entity_id, code, year)
    before, after = a.place_of(*where), b.place_of(*where)
    corrected = _corrections(a, where) != _corrections(b, where)
    if corrected or "corrected" in (set(move.was.split("+")) ^ set(move.now.split("+"))):
        entries = _corrections(b, where) or _corrections(a, where)
        yield Because("correction", detail="; ".join(entries))
    elif after.startswith("sum of ") or before.startswith("sum of "):
        yield Because("sum", detail=after or before)
    elif after.startswith("estimated") or before.startswith("estimated"):
        yield Because("estimate", detail=after or before)
    elif move.change in ("appeared", "went") and _register(move, a, b):
        yield Because("register", detail=_register(move, a, b))
    else:
        places = " → ".join(dict.fromkeys(p for p in (before, after) if p))
        yield Because("observation", detail=places)


def _corrections(side: Side, where: tuple[str, str, int]) -> tuple[str, ...]:
    """The corrections on record of a value, as texts that say what they do and why."""
    return tuple(
        f"{c.action} {c.factor if c.factor is not None else c.value or ''}".strip()
        + f" ({c.reason})"
        for c in side.corrections
        if (c.entity_id, c.variable, c.year) == where and c.action != "confirm"
    )


def _register(move: ResultMove, a: Side, b: Side) -> str:
    """What the register says otherwise of an entity."""
    if a.register is None or b.register is None:
        return ""
    before = a.register.entities.get(move.entity_id)
    after = b.register.entities.get(move.entity_id)
    if before is None or after is None:
        return "entered" if before is None else "left"
    changed = [
        f"{name}: {getattr(before, name)} → {getattr(after, name)}"
        for name in before.__slots__
        if getattr(before, name) != getattr(after, name)
    ]
    return "; ".join(changed)


def _of_rules(move: ResultMove, a: Side, b: Side) -> Iterator[Because]:
    """What params say otherwise of a result itself."""
    if a.definitions is None or b.definitions is None:
        return
    kind, code, _ = move.result
    if (
        kind in ("target", "assessment", "measure", "measure_credit")
        and a.definitions.plan != b.definitions.plan
    ):
        if kind == "assessment" and _same(a.definitions, b.definitions, "assessment"):
            return
        yield Because("plan", detail=_plan_keys(kind, code, a.definitions, b.definitions))
        return
    old = a.definitions.frameworks.get(move.entity_type)
    new = b.definitions.frameworks.get(move.entity_type)
    if old is None or new is None or old.hash == new.hash:
        return
    detail = "; ".join(_keys(kind, code, old, new))
    if detail:
        is_weight = kind in ("group", "index", "weight") and "weight" in detail
        yield Because("weights" if is_weight else "definition", detail=detail)


def _same(a: Definitions, b: Definitions, name: str) -> bool:
    return getattr(a.plan, name, None) == getattr(b.plan, name, None)


def _plan_keys(kind: str, code: str, a: Definitions, b: Definitions) -> str:
    """Which keys of the plan changed that decide on a result."""
    if kind == "assessment":
        return "assessment"
    name = "targets" if kind == "target" else "measures"
    old, new = (getattr(d.plan, name, {}).get(code) for d in (a, b))
    return ", ".join(_changed(old, new)) or name


def _keys(kind: str, code: str, old: Framework, new: Framework) -> Iterator[str]:
    """The keys of params that decide on a result and are not what they were."""
    if kind in ("account", "rung"):
        yield from _changed(old.accounts.get(code), new.accounts.get(code))
        used = new.accounts[code].expression if code in new.accounts else None
        yield from _factors(used.names if used is not None else (), old, new)
    elif kind == "indicator":
        found = _changed(old.indicators.get(code), new.indicators.get(code))
        yield from (key for key in found if not key.startswith(_OF_SCORE))
        used = new.indicators[code].expression if code in new.indicators else None
        yield from _factors(used.names if used is not None else (), old, new)
    elif kind == "score":
        found = _changed(old.indicators.get(code), new.indicators.get(code))
        yield from (
            key for key in found if key.startswith(_OF_SCORE) and not key.startswith("weight")
        )
        names = ("normalisation", "scale", "missing", "imputation", "treatment", "observed_over")
        yield from (n for n in names if getattr(old, n) != getattr(new, n))
    elif kind in ("group", "index"):
        group = code if kind == "group" else ""
        if old.members(group) != new.members(group):
            yield _weights(dict(old.members(group)), dict(new.members(group)))
        if old.mean_of(group) != new.mean_of(group):
            yield f"aggregation: {old.mean_of(group)[0]} → {new.mean_of(group)[0]}"
    elif kind == "progress_index" and old.progress != new.progress:
        yield "progress"


_OF_SCORE = (
    "goalposts", "direction", "normalisation", "reference", "imputation", "treatment", "weight",
    "group", "role",
)  # fmt: skip


def _factors(names: tuple[str, ...], old: Framework, new: Framework) -> Iterator[str]:
    for name in names:
        before, after = old.factors.get(name), new.factors.get(name)
        if before is not None and after is not None and before.value != after.value:
            yield f"{name}: {before.value:g} → {after.value:g}"


def _weights(old: Mapping[str, float], new: Mapping[str, float]) -> str:
    told = [
        f"{code} {old.get(code, 0.0):g} → {new.get(code, 0.0):g}"
        for code in dict.fromkeys([*old, *new])
        if old.get(code) != new.get(code)
    ]
    return f"weight: {', '.join(told)}" if told else ""


def _changed(old: Any, new: Any) -> Iterator[str]:
    """The fields of a definition that differ, those that move no number apart."""
    if old is None or new is None:
        if old is not new:
            yield "new" if old is None else "gone"
        return
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in NAMES or before == after:
            continue
        is_short = isinstance(after, str | int | float)
        yield f"{name}: {before} → {after}" if is_short else name


def _learns(move: ResultMove, definitions: Definitions | None) -> bool:
    """Whether a result is computed with what was learnt of other entities."""
    framework = definitions.frameworks.get(move.entity_type) if definitions is not None else None
    if framework is None:
        return False
    kind, code, _ = move.result
    if kind == "score" and code in framework.indicators:
        indicator = framework.indicators[code]
        learns_gaps = framework.imputation_of(indicator).method != "none"
        learns = method_of(indicator, framework) not in ON_ENDS or learns_gaps
        return (
            learns
            or framework.treatment_of(indicator).method != "none"
            or "floor" in (move.was, move.now)
        )
    if kind in ("group", "index"):
        group = code if kind == "group" else ""
        weighting = framework.weighting_of(group).method
        return framework.mean_of(group)[0] in ("copeland", "topsis") or weighting not in (
            "given",
            "equal",
            "budget",
            "ahp",
        )
    return False
