"""A batch of cells as positions and numbers, and which of its rows need no second look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cescore.intake.notation import PLAIN_NUMBER, clean, is_spreadsheet_error
from cescore.intake.observations.arrays import Rows, has_text
from cescore.intake.observations.careful import FolderYear
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.observations.statuses import BASES, ESTIMATED, REPORTED, STATUSES
from cescore.intake.sources.batches import (
    Batch,
    Bools,
    Ints,
    coded,
    column_as_text,
    positions,
    years_of,
)

STATUS_AT = {word: i for i, word in enumerate(STATUSES)}
BASIS_AT = {word: i for i, word in enumerate(BASES) if word}


@dataclass(frozen=True)
class Typed:
    """One batch as positions and numbers, and where its rows are plain: all cells clean, known, and
    within the hard rules of their variables."""

    rows: Rows
    is_plain: Bools


@dataclass(frozen=True)
class _Values:
    """The value column: numbers, where there is one, where the cell is empty, the texts of codes."""

    number: NDArray[np.float64]
    is_number: Bools
    is_empty: Bools
    text: NDArray[np.object_] | None = None


def typed(batch: Batch, dictionary: Dictionary, folder: FolderYear) -> Typed:
    """The rows of a batch by position, and which of them are plain."""
    get, size = batch.columns.get, len(batch)
    entity = positions(get("entity_id"), dictionary.entity_at, size, -1)
    variable = positions(get("variable"), dictionary.variable_at, size, -1)
    status = positions(get("status"), STATUS_AT, size, REPORTED)
    basis = positions(get("basis"), BASIS_AT, size, 0)
    years = years_of(batch.columns["year"])
    values = _values(batch.columns["value"], variable, dictionary)
    known = (entity >= 0) & (variable >= 0) & (status >= 0) & (basis >= 0) & years.is_plain
    if folder.year is not None:
        known &= (years.year <= folder.year) & (not folder.is_absent)
    known &= _has_own_unit(get("unit"), variable, dictionary)
    at, kind = np.maximum(variable, 0), dictionary.type_of[np.maximum(entity, 0)]
    has_value = status <= ESTIMATED
    sound = _in_rules(values, at, kind, dictionary)
    plain = known & dictionary.fits[kind, at] & np.where(has_value, sound, values.is_empty)
    text = None
    if values.text is not None:
        text = np.where(has_value & has_text(values.text), values.text, "")
    elif dictionary.is_code[at].any():
        plain &= ~(dictionary.is_code[at] & has_value)
        text = np.full(size, "", object)
    rows = Rows(entity, variable, years.year, values.number, status, basis, text)
    return Typed(rows, plain.astype(bool))


def _in_rules(values: _Values, at: Ints, kind: Ints, dictionary: Dictionary) -> Bools:
    """Values within the hard rules of their variables."""
    number = values.number
    sound: Bools = values.is_number & (
        dictionary.is_number[at]
        & ((number >= 0) | ~dictionary.must_not_be_negative[at])
        & (~dictionary.must_be_whole[at] | (np.mod(number, 1) == 0))
        & (number <= dictionary.most[kind, at])
        | dictionary.is_flag[at] & ((number == 0) | (number == 1))
    )
    return sound if values.text is None else sound | has_text(values.text)


def _values(column: pa.Array, variable: Ints, dictionary: Dictionary) -> _Values:
    found = _numbers(column)
    if found is not None:
        return found
    text = column_as_text(column)
    plain = pc.match_substring_regex(text, PLAIN_NUMBER)
    number = np.array(pc.if_else(plain, text, "0").cast(pa.float64()), dtype=float)
    finite = np.isfinite(number)
    is_empty = np.asarray(pc.equal(text, ""))
    codes = np.flatnonzero((variable >= 0) & dictionary.is_code[np.maximum(variable, 0)])
    words = _words(text, variable, codes, dictionary) if codes.size else None
    return _Values(np.where(finite, number, 0.0), np.asarray(plain) & finite, is_empty, words)


def _numbers(column: pa.Array) -> _Values | None:
    """A column of numbers; None where it is one of words."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return None
    number = np.array(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), float)
    finite = np.isfinite(number)
    return _Values(np.where(finite, number, 0.0), finite, np.asarray(column.is_null()))


def _words(text: pa.Array, variable: Ints, at: Ints, dictionary: Dictionary) -> NDArray[np.object_]:
    """The texts of code variables where they are plain and allowed; None elsewhere."""
    words, index = coded(text.take(pa.array(at)))
    result = np.full(len(text), None, object)
    for code in np.unique(variable[at]).tolist():
        allowed = dictionary.variables[dictionary.codes[code]].allowed
        usable = np.array([w if _is_sound(w, allowed) else None for w in (*words, "")], object)
        mine = variable[at] == code
        result[at[mine]] = usable[index[mine]]
    return result


def _is_sound(word: str, allowed: Iterable[str]) -> bool:
    """Whether a code needs no second look."""
    if not word or clean(word).text != word or is_spreadsheet_error(word):
        return False
    return not allowed or word in tuple(allowed)


def _has_own_unit(column: pa.Array | None, variable: Ints, dictionary: Dictionary) -> Bools:
    """Rows that name no unit, or their variable's own; each pair is looked at once."""
    if column is None:
        return np.ones(len(variable), bool)
    words, at = coded(column)
    words = [*words, ""]
    pairs, back = np.unique(
        at * len(dictionary.codes) + np.maximum(variable, 0), return_inverse=True
    )
    fits = [
        dictionary.is_unit_of(words[pair // len(dictionary.codes)], pair % len(dictionary.codes))
        for pair in pairs.tolist()
    ]
    found: Bools = np.array(fits, bool)[back]
    return found
