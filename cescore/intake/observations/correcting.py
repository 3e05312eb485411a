"""Observations as corrected on record: each change is a finding with its reason and on whose word."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from cescore.intake.findings import NOBODY, Context, Finding, FindingLog
from cescore.intake.observations.corrections import COMPARE, NO_ROW, Correction
from cescore.intake.observations.dictionary import broken_rule
from cescore.intake.observations.loose_rows import LooseRows
from cescore.intake.observations.observations import Observations
from cescore.intake.observations.statuses import BASES, REPORTED, STATUSES
from cescore.intake.wording import Phrase, phrase
from cescore.method.column import Flag

# what a finding is called, where another entry of the catalogue words it
_CODES: Mapping[str, str] = {
    "correction_without_row": "correction_outdated",
    "correction_of_another": "correction_outdated",
    "correction_breaks": "bad_correction",
    "correction_on_nobodys_word": "bad_correction",
}
_SAME = 1e-12  # relative: a number written down again in full


def apply_corrections(
    observations: Observations, corrections: Iterable[Correction], file: str, log: FindingLog
) -> Observations:
    """The observations as corrected; each change is a finding with its reason.

    A finding of the reader about the same cell is marked corrected when the cell is set or dropped.
    """
    mending = tuple(corrections)
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
    return [(entity_at[c.entity_id], variable_at[c.variable], c.year) for c in corrections]


def _apply(observations: Observations, correction: Correction, log: FindingLog) -> Observations:
    row = _row_of(observations, correction)
    unusable = "" if row is not None else _unusable(log, correction)
    before = _cells_of(observations, row)
    value = float(before["value"])
    failed = tuple(
        f"{key} {limit:g}" for key, limit in correction.expect if not COMPARE[key](value, limit)
    )
    here = Context(
        FindingLog(), correction.at, correction.entity_id, correction.year, correction.variable
    )
    after = None if correction.action == "drop" else _changed(before, correction)
    broken = None if after is None else _breaks(after, correction)
    if row is None and correction.action != "set":
        here.error("correction_without_row")
    elif not _is_old(before, row, unusable, correction):
        found = unusable or _source(before, row)
        here.error("correction_of_another", value=found, expected=_told(correction.old))
    elif _lacks_word(observations, before, correction):
        here.error("correction_on_nobodys_word", before=_source(before, row))
    elif failed:
        here.error("correction_outdated", value=value, expected=failed)
    elif broken is not None and after is not None:
        here.error(
            "correction_breaks", before=_shown(before), after=float(after["value"]), expected=broken
        )
    else:
        file, line = observations.files[before["file"]], int(before["line"])
        nothing = phrase("unusable_row", text=unusable) if unusable else phrase("no_usable_row")
        was = (
            nothing if row is None else phrase("row_value", file=file, n=line, value=_shown(before))
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
            settled=correction.settlement if is_done else NOBODY,
        )
        for found in here.log.found
    )
    if not is_done:
        return observations
    if correction.action != "scale":
        log.found[:] = [_mended(finding, correction) for finding in log.found]
    return _with_row(observations, row, after, correction)


def _source(before: Mapping[str, Any], row: int | None) -> str:
    """What the source says of a cell; `NO_ROW` where no row of it is usable."""
    return NO_ROW if row is None else _shown(before)


def _unusable(log: FindingLog, correction: Correction) -> str:
    """What stands in the source of a cell of which no row is usable; "" where nothing does."""
    for finding in log.found:
        if _is_same_cell(finding, correction) and finding.is_open_error:
            text = dict(finding.values).get("text", "")
            if isinstance(text, str) and text:
                return text
    return ""


def _told(value: float | str | None) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _is_old(
    before: Mapping[str, Any], row: int | None, unusable: str, correction: Correction
) -> bool:
    """Whether the source still says what the entry was written for, be it no usable value."""
    if correction.old is None or (unusable and _told(correction.old) == unusable):
        return True
    if isinstance(correction.old, float) and not before["text"]:
        return math.isclose(float(before["value"]), correction.old, rel_tol=_SAME)
    return _source(before, row) == _told(correction.old)


def _lacks_word(
    observations: Observations, before: Mapping[str, Any], correction: Correction
) -> bool:
    """Whether a value returned under a statistical survey would be changed on nobody's word, or
    whatever it is: the law leaves that to the respondent."""
    if correction.on_word_of != NOBODY and correction.old is not None:
        return False
    basis = BASES[int(before["basis"])]
    if basis:
        return basis == "statistical"
    entity = observations.entities.index(correction.entity_id)
    return observations.is_of_survey(entity, correction.year)


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
    key = observations.keys.one(entity, variable, correction.year)
    at = np.flatnonzero(observations.key == key)
    return int(at[0]) if len(at) else None


def _cells_of(observations: Observations, row: int | None) -> dict[str, Any]:
    """A row's cells by column; those of a row still without a value where there is none."""
    if row is not None:
        return observations.frame.row(row)
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
    others = frame if row is None else frame.without([row])
    if cells is None:
        return replace(observations, frame=others)
    whose = {
        "entity": observations.entities.index(correction.entity_id),
        "variable": observations.variables.index(correction.variable),
        "year": correction.year,
    }
    if row is None:
        whose["line"] = correction.at.row
    added = LooseRows.of_rows([{**cells, **whose}])
    return replace(observations, frame=LooseRows.joined([others, added]))


def _is_same_cell(finding: Finding, correction: Correction) -> bool:
    """Whether a finding of the reader is about the cell that a correction names."""
    about = (finding.entity_id, finding.year, finding.variable)
    named = (correction.entity_id, correction.year, correction.variable)
    return about == named and not finding.code.startswith("correction_")


def _mended(finding: Finding, correction: Correction) -> Finding:
    if _is_same_cell(finding, correction) and finding.is_open_error:
        settled = correction.settlement
        return replace(finding, status="corrected", note=correction.reason, settled=settled)
    return finding
