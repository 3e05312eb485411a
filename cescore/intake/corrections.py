"""Known errors of the sources, mended on record: what was changed, and why."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cescore.definitions.model import Variable
from cescore.errors import DataError
from cescore.intake.entities import Register
from cescore.intake.findings import Finding, FindingLog, quoted
from cescore.intake.known import broken_rule
from cescore.intake.observations import REPORTED, STATUSES, Observations
from cescore.method.column import Flag

ACTIONS = ("scale", "set", "drop", "confirm")
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
    place: str
    factor: float | None = None
    value: float | str | None = None
    finding: str = ""
    expect: tuple[tuple[str, float], ...] = ()
    rules: Variable | None = None  # of the variable, which the corrected value keeps
    entity_type: str = ""


def read_corrections(
    path: Path,
    file: str,
    register: Register,
    variables: Mapping[str, Variable],
    log: FindingLog,
) -> tuple[Correction, ...]:
    """The entries that can be used; the others are errors of the entity they name.

    Raises
    ------
    DataError
        The file is no YAML list: nobody can tell what it meant to correct.
    """
    if not path.is_file():
        return ()
    try:
        content = YAML(typ="rt").load(path.read_bytes().decode("utf-8-sig"))
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from error
    entries = _entries(content, file)
    found = []
    for entry in entries:
        line = getattr(getattr(entry, "lc", None), "line", None)
        place = "" if line is None else f"row {line + 1}"
        wrong = _wrong_with(entry, register, variables)
        for what in wrong:
            log.add(
                "error",
                "bad_correction",
                file=file,
                place=place,
                found=what,
                entity_id=str(entry.get("entity_id", "")) if isinstance(entry, Mapping) else "",
                expected="an entry as docs/formats.md describes",
            )
        if not wrong:
            correction = _correction(entry, place)
            rules, entity = variables.get(correction.variable), register[correction.entity_id]
            found.append(replace(correction, rules=rules, entity_type=entity.entity_type))
    return tuple(found)


def _entries(content: Any, file: str) -> Sequence[Any]:
    """The list in a file, which may stand below the one key ``corrections``."""
    entries = content
    if isinstance(content, Mapping):
        strange = ", ".join(quoted(key) for key in content if key != "corrections")
        if strange:
            raise DataError(f"{file}: found the key {strange}, expected a list of corrections")
        entries = content.get("corrections")
    if entries is not None and (isinstance(entries, str) or not isinstance(entries, Sequence)):
        raise DataError(f"{file}: found {quoted(entries)}, expected a list of corrections")
    return entries or ()


def _wrong_with(entry: Any, register: Register, variables: Mapping[str, Variable]) -> list[str]:
    """Everything that keeps one entry from being used."""
    if not isinstance(entry, Mapping):
        return [f"{quoted(entry)} is no mapping"]
    action = entry.get("action")
    wrong = [f"unknown key {quoted(key)}" for key in entry if key not in _KEYS]
    if action not in ACTIONS:
        wrong.append(f"action {quoted(action)}, not one of {', '.join(ACTIONS)}")
    if not str(entry.get("reason") or "").strip():
        wrong.append("no reason")
    entity_id = str(entry.get("entity_id", ""))
    if entity_id not in register:
        wrong.append(f"entity_id {quoted(entity_id)} is not in the register")
    if action == "confirm" and not entry.get("finding"):
        wrong.append("no finding code to confirm")
    year = entry.get("year")
    if not _is_year(year) and not (year is None and action == "confirm"):
        wrong.append(f"year {quoted('' if year is None else year)} is no year")
    for key, user in (("factor", "scale"), ("value", "set"), ("finding", "confirm")):
        if action != user and entry.get(key) is not None:
            wrong.append(f"{key} with action {quoted(action)}, expected only with {user}")
    if action == "confirm" and entry.get("expect") is not None:
        wrong.append("expect with action 'confirm', expected only with scale, set or drop")
    if action != "confirm":
        entity_type = register[entity_id].entity_type if entity_id in register else ""
        wrong += _wrong_with_change(entry, str(action), entity_type, variables)
    return wrong


def _wrong_with_change(
    entry: Mapping[str, Any], action: str, entity_type: str, variables: Mapping[str, Variable]
) -> list[str]:
    wrong = []
    code = str(entry.get("variable", ""))
    variable = variables.get(code)
    if variable is None:
        wrong.append(f"variable {quoted(code)} is not in params/variables.yml")
    elif entity_type and variable.entity_types and entity_type not in variable.entity_types:
        wrong.append(f"variable {quoted(code)} is not of type {entity_type}")
    if action == "scale" and not (_is_number(entry.get("factor")) and entry["factor"]):
        wrong.append(f"factor {quoted(entry.get('factor', ''))} is no number other than 0")
    if action == "set" and variable is not None:
        wrong += _wrong_value(entry.get("value"), variable)
    expect = entry.get("expect") or {}
    if not isinstance(expect, Mapping) or not all(
        key in _COMPARE and _is_number(limit) for key, limit in expect.items()
    ):
        wrong.append(
            f"expect {quoted(expect)}, not comparisons {', '.join(_COMPARE)} with a number"
        )
    return wrong


def _wrong_value(value: object, variable: Variable) -> list[str]:
    """Why a cell of a variable cannot be set to a value."""
    if value in STATUSES[2:]:
        return []
    if variable.kind != "code":
        known = "a number, missing or not_applicable"
        return [] if _is_number(value) else [f"value {quoted(value)}, expected {known}"]
    if isinstance(value, str) and value and (not variable.allowed or value in variable.allowed):
        return []
    known = f"one of {', '.join(variable.allowed)}" if variable.allowed else "a text"
    return [f"value {quoted(value)}, expected {known}"]


def _is_year(value: object) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 1900 <= value <= 2100  # type: ignore[operator]


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer of hundreds of digits
        return False


def _correction(entry: Mapping[str, Any], place: str) -> Correction:
    value = entry.get("value")
    factor = entry["factor"] if entry["action"] == "scale" else None
    return Correction(
        action=entry["action"],
        entity_id=str(entry["entity_id"]),
        year=entry.get("year"),
        variable=str(entry.get("variable") or ""),
        reason=str(entry["reason"]).strip(),
        place=place,
        factor=float(factor) if factor is not None else None,
        value=float(value) if _is_number(value) else None if value is None else str(value),
        finding=str(entry.get("finding") or ""),
        expect=tuple((k, float(v)) for k, v in (entry.get("expect") or {}).items()),
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
        changed = _apply(changed, correction, file, log)
    return changed


def _cells_named(
    observations: Observations, corrections: Iterable[Correction]
) -> list[tuple[int, int, int]]:
    """The cells that corrections name: entity, variable, year."""
    entity_at = {entity_id: i for i, entity_id in enumerate(observations.entities)}
    variable_at = {code: i for i, code in enumerate(observations.variables)}
    return [(entity_at[c.entity_id], variable_at[c.variable], c.year or 0) for c in corrections]


def _apply(
    observations: Observations, correction: Correction, file: str, log: FindingLog
) -> Observations:
    row = _row_of(observations, correction)
    before = _cells_of(observations, row)
    value = float(before["value"])
    failed = [
        f"{key} {limit:g}" for key, limit in correction.expect if not _COMPARE[key](value, limit)
    ]
    about: dict[str, Any] = {
        "file": file,
        "place": correction.place,
        "entity_id": correction.entity_id,
        "year": correction.year,
        "variable": correction.variable,
        "note": correction.reason,
    }
    if failed or (row is None and correction.action != "set"):
        found = "no such row" if row is None else f"{value:.15g} in the source"
        expected = " and ".join(failed) or "a row to correct"
        log.add("error", "correction_outdated", **about, found=found, expected=expected)
        return observations
    after = _changed(before, correction)
    broken = _breaks(after, correction)
    if broken:
        found = f"{_shown(before)} becomes {after['value']:.15g}"
        log.add("error", "bad_correction", **about, found=found, expected=broken)
        return observations
    place = f"{observations.files[before['file']]}, row {before['line']}"
    found = "no usable row" if row is None else f"{place}: {_shown(before)}"
    expected = "no row" if correction.action == "drop" else _shown(after)
    code = f"correction_{correction.action}"
    log.add("warning", code, **about, found=found, expected=expected, status="corrected")
    if correction.action != "scale":
        log.found[:] = [_mended(finding, correction) for finding in log.found]
    return _with_row(observations, row, None if correction.action == "drop" else after, correction)


def _breaks(after: Mapping[str, Any], correction: Correction) -> str:
    """What the corrected value should have been under its variable's hard rules, or ""."""
    if correction.action == "drop":
        return ""
    if np.isnan(after["value"]):
        return "a number to scale" if correction.action == "scale" else ""
    if correction.rules is None:
        return ""
    broken = broken_rule(correction.rules, correction.entity_type, float(after["value"]))
    return broken[1] if broken else ""


def _row_of(observations: Observations, correction: Correction) -> int | None:
    """Position of the row a correction names."""
    entity = observations.entities.index(correction.entity_id)
    variable = observations.variables.index(correction.variable)
    key = observations.key_of([entity], [variable], [correction.year or 0])
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
        return {**after, "value": before["value"] * (correction.factor or 0.0)}
    if not isinstance(correction.value, str):
        return {**after, "value": correction.value, "status": REPORTED, "text": ""}
    is_status = correction.value in STATUSES
    status = STATUSES.index(correction.value) if is_status else REPORTED
    text = "" if is_status else correction.value
    return {**after, "value": np.nan, "status": status, "text": text}


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
        whose["line"] = int(correction.place.removeprefix("row ") or 0)
    added = pd.DataFrame([{**cells, **whose}])[list(frame.columns)].astype(frame.dtypes.to_dict())
    return replace(observations, frame=pd.concat([others, added], ignore_index=True))


def _mended(finding: Finding, correction: Correction) -> Finding:
    same = (finding.entity_id, finding.year, finding.variable) == (
        correction.entity_id,
        correction.year,
        correction.variable,
    )
    if same and finding.is_open_error and finding.code != "correction_outdated":
        return replace(finding, status="corrected", note=correction.reason)
    return finding


def confirm(
    findings: Sequence[Finding], corrections: Iterable[Correction], file: str
) -> tuple[Finding, ...]:
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
            result.append(
                Finding(
                    "error" if refused else "warning",
                    "confirmation_refused" if refused else "confirmation_unused",
                    file,
                    correction.place,
                    correction.entity_id,
                    correction.year,
                    correction.variable,
                    found=f"{correction.finding} is an error"
                    if refused
                    else f"no {correction.finding}",
                    expected="scale, set or drop" if refused else "a finding to confirm",
                )
            )
    return tuple(result)


def _is_meant(finding: Finding, correction: Correction) -> bool:
    return (
        finding.code == correction.finding
        and finding.entity_id == correction.entity_id
        and correction.year in (None, finding.year)
        and correction.variable in ("", finding.variable)
    )
