"""Known errors of the sources, mended on record: what was changed, and why."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from cescore.definitions.located import Node, read
from cescore.definitions.model import Variable
from cescore.errors import DataError, Problem
from cescore.intake.address import Address
from cescore.intake.dates import read_date
from cescore.intake.dictionary import broken_rule
from cescore.intake.entities import Register
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.inventory import is_there
from cescore.intake.observations import Observations
from cescore.intake.statuses import REPORTED, STATUSES
from cescore.intake.wording import Phrase, phrase, shortened
from cescore.intake.wording import code as named_code
from cescore.method.column import Flag

ACTIONS = ("scale", "set", "drop", "confirm")
# what a finding is called, where another entry of the catalogue words it
_CODES: Mapping[str, str] = {
    "correction_without_row": "correction_outdated",
    "correction_breaks": "bad_correction",
}
_KEYS = frozenset(
    [
        "action",
        "entity_id",
        "year",
        "variable",
        "factor",
        "value",
        "finding",
        "expect",
        "reason",
        "reported",
        "status",
    ]
)
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
}


@dataclass(frozen=True)
class Correction:
    """One entry of corrections.yml.

    scale multiplies a value by ``factor``; set gives a number, a status or a code; drop takes the
    row out; confirm accepts a warning. ``expect`` holds comparisons with the value in the source:
    where they fail, the source has been mended and the correction must go.
    """

    action: str
    entity_id: str
    year: int | None
    variable: str
    reason: str
    at: Address
    factor: float | None = None
    value: float | str | None = None
    finding: str = ""
    expect: tuple[tuple[str, float], ...] = ()
    rules: Variable | None = None  # of the variable, which the corrected value keeps
    entity_type: str = ""


def read_corrections(
    path: Path, register: Register, variables: Mapping[str, Variable], context: Context
) -> tuple[Correction, ...]:
    """The entries that can be used; the others are errors of the entity they name.

    Raises
    ------
    DataError
        The file is no YAML list: nobody can tell what it meant to correct.
    """
    if not is_there(path):
        return ()
    problems: list[Problem] = []
    top = read(path, context.at.file, problems, may_be_list=True)
    entries = _entries(top, problems)
    # a number that is none is its entry's fault, and told there
    problems = [p for p in problems if p.what.partition(".")[0] not in _KEYS]
    if problems:
        raise DataError(
            f"{context.at.file}: not readable as YAML, as a list of corrections", problems
        )
    found = []
    for entry in entries:
        here = context.row(int(entry.where.rpartition(":")[2]))
        entry = _in_current_codes(entry, register, variables)
        wrong = _wrong_with(entry, register, variables)
        for what in wrong:
            here.of(entity_id=_word(entry, "entity_id")).error("bad_correction", what=what)
        if not wrong:
            correction = _correction(entry, here.at)
            rules, entity = variables.get(correction.variable), register[correction.entity_id]
            found.append(replace(correction, rules=rules, entity_type=entity.entity_type))
    return tuple(found)


def _in_current_codes(entry: Node, register: Register, variables: Mapping[str, Variable]) -> Node:
    """The entry under the codes that its entity and variable have now."""
    former = {old: code for code, variable in variables.items() for old in variable.formerly}
    found = dict(entry.entries())
    for key, current in (("entity_id", register.current_ids), ("variable", former)):
        node = found.get(key)
        if node is not None and node.raw.strip() in current:
            code = current[node.raw.strip()]
            found[key] = Node(code, node.where, code)
    return entry if found == entry.entries() else Node(found, entry.where, entry.raw)


def _entries(top: Node, problems: list[Problem]) -> Sequence[Node]:
    """The list in a file, which may stand below the one key ``corrections``."""
    entries = top
    if isinstance(top.value, dict):
        for key, node in top.value.items():
            if key != "corrections":
                problems.append(Problem(node.where, key, "a key", "a list of corrections"))
        entries = top.get("corrections") or Node([], top.where)
    if not isinstance(entries.value, list | None):
        problems.append(Problem(entries.where, "file", entries.kind, "a list of corrections"))
    return entries.value if isinstance(entries.value, list) else ()


def _word(entry: Node, key: str) -> str:
    """A value as it is written: the id 0012 is no number, and the name NO no answer."""
    node = entry.get(key)
    return "" if node is None else node.raw.strip()


def _value_of(entry: Node, key: str) -> object:
    node = entry.get(key)
    return None if node is None else node.value


def _wrong_with(entry: Node, register: Register, variables: Mapping[str, Variable]) -> list[Phrase]:
    """Everything that keeps one entry from being used."""
    if not isinstance(entry.value, dict):
        return [phrase("no_mapping", text=shortened(entry.raw))]
    action, entity_id = _word(entry, "action"), _word(entry, "entity_id")
    wrong = [
        phrase("unknown_key", text=shortened(key)) for key in entry.entries() if key not in _KEYS
    ]
    if action not in ACTIONS:
        wrong.append(phrase("unknown_action", text=shortened(action), known=ACTIONS))
    if not _word(entry, "reason"):
        wrong.append(phrase("no_reason"))
    if entity_id not in register:
        wrong.append(phrase("not_in_register", text=shortened(entity_id)))
    if action == "confirm" and not _word(entry, "finding"):
        wrong.append(phrase("no_finding_code"))
    year = _value_of(entry, "year")
    if not _is_year(year) and not (year is None and action == "confirm"):
        wrong.append(phrase("no_year", text=shortened(_word(entry, "year"))))
    for key, user in (("factor", "scale"), ("value", "set"), ("finding", "confirm")):
        if action != user and entry.get(key) is not None:
            wrong.append(phrase("key_with_action", key=key, action=shortened(action), user=user))
    if action == "confirm" and entry.get("expect") is not None:
        wrong.append(
            phrase("key_with_action", key="expect", action=action, user="scale, set, drop")
        )
    reported = _word(entry, "reported")
    if reported and read_date(reported).day is None:
        wrong.append(phrase("no_date", key="reported", text=shortened(reported)))
    if action != "confirm":
        entity_type = register[entity_id].entity_type if entity_id in register else ""
        wrong += _wrong_with_change(entry, action, entity_type, variables)
    return wrong


def _wrong_with_change(
    entry: Node, action: str, entity_type: str, variables: Mapping[str, Variable]
) -> list[Phrase]:
    wrong = []
    code = _word(entry, "variable")
    variable = variables.get(code)
    if variable is None:
        wrong.append(phrase("not_in_variables", text=shortened(code)))
    elif entity_type and variable.entity_types and entity_type not in variable.entity_types:
        wrong.append(phrase("variable_of_other_type", text=code, own=named_code(entity_type)))
    factor = _value_of(entry, "factor")
    if action == "scale" and not (_is_number(factor) and factor):
        wrong.append(phrase("no_factor", text=shortened(_word(entry, "factor"))))
    if action == "set" and variable is not None:
        wrong += _wrong_value(entry, variable)
    expect = entry.get("expect")
    if expect is not None and expect.value is not None:
        limits = expect.entries()
        is_sound = all(key in _COMPARE and _is_number(n.value) for key, n in limits.items())
        if not isinstance(expect.value, dict) or not is_sound:
            wrong.append(phrase("bad_expect", known=tuple(_COMPARE)))
    return wrong


def _wrong_value(entry: Node, variable: Variable) -> list[Phrase]:
    """Why a cell of a variable cannot be set to a value."""
    word, value = _word(entry, "value"), _value_of(entry, "value")
    if word in STATUSES[2:]:
        return []
    if variable.kind != "code":
        return [] if _is_number(value) else [phrase("no_number_to_set", text=shortened(word))]
    if word and (not variable.allowed or word in variable.allowed):
        return []
    return [phrase("no_code_to_set", text=shortened(word), known=variable.allowed)]


def _is_year(value: object) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 1900 <= value <= 2100  # type: ignore[operator]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _correction(entry: Node, at: Address) -> Correction:
    value, factor, year = (_value_of(entry, key) for key in ("value", "factor", "year"))
    is_code = entry.get("value") is not None and not _is_number(value)
    expect = entry.get("expect")
    limits = expect.entries() if expect is not None else {}
    return Correction(
        action=_word(entry, "action"),
        entity_id=_word(entry, "entity_id"),
        year=year if isinstance(year, int) else None,
        variable=_word(entry, "variable"),
        reason=_word(entry, "reason"),
        at=at,
        factor=float(factor) if _is_number(factor) else None,
        value=_word(entry, "value") if is_code else float(value) if _is_number(value) else None,
        finding=_word(entry, "finding"),
        expect=tuple((k, float(n.value)) for k, n in limits.items() if _is_number(n.value)),
    )


def apply_corrections(
    observations: Observations, corrections: Iterable[Correction], file: str, log: FindingLog
) -> Observations:
    """The observations as corrected; each change is a finding with its reason.

    A finding of the reader about the same cell is marked corrected when the cell is set or dropped.
    """
    mending = [c for c in corrections if c.action != "confirm"]
    loose = observations.with_rows_of(_cells_named(observations, mending))
    changed = replace(loose, files=(*observations.files, file))
    for correction in mending:
        changed = _apply(changed, correction, log)
    return changed


def _cells_named(
    observations: Observations, corrections: Iterable[Correction]
) -> list[tuple[int, int, int]]:
    """The cells that corrections name: entity, variable, year."""
    entity_at = {entity_id: i for i, entity_id in enumerate(observations.entities)}
    variable_at = {code: i for i, code in enumerate(observations.variables)}
    return [(entity_at[c.entity_id], variable_at[c.variable], c.year or 0) for c in corrections]


def _apply(observations: Observations, correction: Correction, log: FindingLog) -> Observations:
    row = _row_of(observations, correction)
    before = _cells_of(observations, row)
    value = float(before["value"])
    failed = tuple(
        f"{key} {limit:g}" for key, limit in correction.expect if not _COMPARE[key](value, limit)
    )
    here = Context(
        FindingLog(), correction.at, correction.entity_id, correction.year, correction.variable
    )
    after = None if correction.action == "drop" else _changed(before, correction)
    broken = None if after is None else _breaks(after, correction)
    if row is None and correction.action != "set":
        here.error("correction_without_row")
    elif failed:
        here.error("correction_outdated", value=value, expected=failed)
    elif broken is not None and after is not None:
        here.error(
            "correction_breaks", before=_shown(before), after=float(after["value"]), expected=broken
        )
    else:
        file, line = observations.files[before["file"]], int(before["line"])
        was = (
            phrase("no_usable_row")
            if row is None
            else phrase("row_value", file=file, n=line, value=_shown(before))
        )
        becomes = phrase("no_row") if after is None else _shown(after)
        here.warning(f"correction_{correction.action}", before=was, after=becomes)
    is_done = not any(finding.severity == "error" for finding in here.log.found)
    log.extend(
        replace(
            found,
            code=_CODES.get(found.code, found.code),
            kind=found.code,
            note=correction.reason,
            status="corrected" if is_done else "open",
        )
        for found in here.log.found
    )
    if not is_done:
        return observations
    if correction.action != "scale":
        log.found[:] = [_mended(finding, correction) for finding in log.found]
    return _with_row(observations, row, after, correction)


def _breaks(after: Mapping[str, Any], correction: Correction) -> Phrase | None:
    """What the corrected value should have been under its variable's hard rules; None where it is."""
    if np.isnan(after["value"]):
        return phrase("a_number_to_scale") if correction.action == "scale" else None
    if correction.rules is None:
        return None
    broken = broken_rule(correction.rules, correction.entity_type, float(after["value"]))
    return broken[1] if broken else None


def _row_of(observations: Observations, correction: Correction) -> int | None:
    """Position of the row a correction names."""
    entity = observations.entities.index(correction.entity_id)
    variable = observations.variables.index(correction.variable)
    key = observations.keys.one(entity, variable, correction.year or 0)
    at = np.flatnonzero(observations.key == key)
    return int(at[0]) if len(at) else None


def _cells_of(observations: Observations, row: int | None) -> dict[str, Any]:
    """A row's cells by column; those of a row still without a value where there is none."""
    if row is not None:
        return {str(name): cell for name, cell in observations.frame.iloc[row].to_dict().items()}
    blank = {"value": np.nan, "status": REPORTED, "flags": 0, "basis": 0, "text": "", "source": ""}
    return {**blank, "file": len(observations.files) - 1, "line": 0}


def _shown(cells: Mapping[str, Any]) -> str:
    """What a row says: its code, its number, or the status in place of them."""
    number = "" if np.isnan(cells["value"]) else f"{cells['value']:.15g}"
    return cells["text"] or number or STATUSES[cells["status"]]


def _changed(before: Mapping[str, Any], correction: Correction) -> dict[str, Any]:
    """The row's cells after scale or set."""
    after = {**before, "flags": int(before["flags"]) | Flag.CORRECTED.value}
    if correction.action == "scale":
        return {**after, "value": _scaled(before["value"], correction.factor or 0.0)}
    if not isinstance(correction.value, str):
        return {**after, "value": correction.value, "status": REPORTED, "text": ""}
    is_status = correction.value in STATUSES
    status = STATUSES.index(correction.value) if is_status else REPORTED
    text = "" if is_status else correction.value
    return {**after, "value": np.nan, "status": status, "text": text}


def _scaled(value: float, factor: float) -> float:
    """The product, whole where it is whole as it is written: 690 · 0.7 is 483, no 482.99999999999994."""
    if not math.isfinite(value):
        return value
    exact = Decimal(repr(value)) * Decimal(repr(factor))
    return float(exact) if exact == exact.to_integral_value() else value * factor


def _with_row(
    observations: Observations,
    row: int | None,
    cells: Mapping[str, Any] | None,
    correction: Correction,
) -> Observations:
    """The observations with one row replaced, added at the end, or (cells None) taken out."""
    frame = observations.frame
    others = frame if row is None else frame.drop(index=row)
    if cells is None:
        return replace(observations, frame=others.reset_index(drop=True))
    whose = {
        "entity": observations.entities.index(correction.entity_id),
        "variable": observations.variables.index(correction.variable),
        "year": correction.year,
    }
    if row is None:
        whose["line"] = correction.at.row
    added = pd.DataFrame([{**cells, **whose}])[list(frame.columns)].astype(frame.dtypes.to_dict())
    return replace(observations, frame=pd.concat([others, added], ignore_index=True))


def _mended(finding: Finding, correction: Correction) -> Finding:
    same = (finding.entity_id, finding.year, finding.variable) == (
        correction.entity_id,
        correction.year,
        correction.variable,
    )
    is_own = finding.code.startswith("correction_")
    if same and finding.is_open_error and not is_own:
        return replace(finding, status="corrected", note=correction.reason)
    return finding


def confirm(findings: Sequence[Finding], corrections: Iterable[Correction]) -> tuple[Finding, ...]:
    """The findings with the warnings confirmed on record marked so.

    An entry that names nothing, or an error, is itself a finding: an error is mended, not waved
    through.
    """
    result = list(findings)
    for correction in corrections:
        if correction.action != "confirm":
            continue
        matching = [i for i, finding in enumerate(result) if _is_meant(finding, correction)]
        for i in matching:
            if result[i].severity == "warning":
                result[i] = replace(result[i], status="confirmed", note=correction.reason)
        refused = any(result[i].is_open_error for i in matching)
        if refused or not matching:
            code = "confirmation_refused" if refused else "confirmation_unused"
            about = (correction.at, correction.entity_id, correction.year, correction.variable)
            values = (("code", correction.finding),)
            result.append(Finding("error" if refused else "warning", code, *about, values=values))
    return tuple(result)


def _is_meant(finding: Finding, correction: Correction) -> bool:
    return (
        finding.code == correction.finding
        and finding.entity_id == correction.entity_id
        and correction.year in (None, finding.year)
        and correction.variable in ("", finding.variable)
    )
