"""Results that were published against the same year computed again: which numbers moved, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cescore.definitions.definitions import Definitions
from cescore.definitions.frameworks.history import SeriesBreak, breaks_between
from cescore.errors import DataError, Sentence
from cescore.evaluation.revising.move import Cause, ResultMove
from cescore.evaluation.revising.revision import KEY, revise
from cescore.evaluation.revising.side import Side
from cescore.intake.register.entities import Register
from cescore.method.thresholds import is_equal

OF_FORMULA = ("formula", "unit", "value", "")  # facts of an indicator that move its own value


@dataclass(frozen=True)
class MovedNumber:
    """A published number that is not computed as it was.

    ``cause`` is the first that is known: what of the method changed by the record of that year
    (``definition``), which numbers below it moved (``follows``), else its own cause as
    `revising.causes` finds it. ``because`` names the facts, the numbers or the place.
    """

    move: ResultMove
    cause: Cause
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class BackTest:
    """What came of a back test: how many numbers are the same, and each that is not."""

    year: int
    compared: int
    moved: tuple[MovedNumber, ...]
    has_record: bool  # the method of that year was kept, so that its changes can be named

    @property
    def same(self) -> int:
        return self.compared - len(self.moved)


def back_test(published: Side, again: Side, year: int) -> BackTest:
    """Every published number of a year held against today's computation of the same year.

    Codes that changed since (``former_ids``, ``formerly``) are read as today's. Equal are numbers
    that differ by rounding noise alone (see `thresholds`) and have the same status.

    Raises
    ------
    DataError
        What is computed again is no workspace.
    """
    definitions, register = again.definitions, again.register
    if definitions is None or register is None:
        raise DataError(
            Sentence("{name}: expected a workspace, which can be computed again", name=again.name)
        )
    before = _in_current_codes(published.results, definitions, register)
    _refuse_twice(before, published.name)
    found = revise(replace(published, results=before), again)
    breaks = _method_changes(definitions, year)
    moved = (move for move in found.moves if not _is_noise(move))
    told = tuple(_with_cause(move, breaks.get(move.entity_type, ())) for move in moved)
    return BackTest(year, found.compared, told, year in definitions.history)


def _is_noise(move: ResultMove) -> bool:
    """Whether a number moved by less than it is computed with."""
    if move.was != move.now or move.before is None or move.after is None:
        return False
    return bool(is_equal(np.float64(move.before), np.float64(move.after)))


def _in_current_codes(
    published: pd.DataFrame, definitions: Definitions, register: Register
) -> pd.DataFrame:
    """The rows under the codes that entities, variables, accounts and indicators have now."""
    frame = published.assign(entity_id=published["entity_id"].replace(dict(register.current_ids)))
    former: dict[str, str] = {o: c for c, v in definitions.variables.items() for o in v.formerly}
    for framework in definitions.frameworks.values():
        for table in (framework.indicators, framework.accounts):
            former |= {old: code for code, one in table.items() for old in one.formerly}
    if former:
        codes = frame["code"].str.split(".")
        frame["code"] = [".".join(former.get(part, part) for part in parts) for parts in codes]
    return frame


def _refuse_twice(results: pd.DataFrame, name: str) -> None:
    twice = results[results.duplicated(KEY)]
    if len(twice):
        first = " ".join(str(value) for value in twice.iloc[0][KEY])
        raise DataError(
            Sentence(
                "{name}: {twice} {twice:result stands|results stand} there twice, the first: {first}",
                name=name,
                twice=len(twice),
                first=first,
            )
        )


def _method_changes(definitions: Definitions, year: int) -> Mapping[str, tuple[SeriesBreak, ...]]:
    """By entity type, what is defined otherwise than the record of the year says."""
    record = definitions.history.get(year)
    if record is None:
        return {}
    return {t: breaks_between(record, f, year) for t, f in definitions.frameworks.items()}


def _with_cause(move: ResultMove, breaks: Sequence[SeriesBreak]) -> MovedNumber:
    of_method = tuple(_facts(move, breaks))
    if of_method:
        return MovedNumber(move, "definition", of_method)
    below = [b.result for b in move.because if b.result is not None]
    if below:
        return MovedNumber(move, "follows", tuple(dict.fromkeys(code for _, code, _ in below)))
    own = next(iter(move.because), None)
    if own is None:
        return MovedNumber(move, "unknown")
    return MovedNumber(move, own.cause, (own.detail,) if own.detail else ())


def _facts(move: ResultMove, breaks: Sequence[SeriesBreak]) -> Iterator[str]:
    """What of the method changed that a number is computed by itself."""
    kind, code, _ = move.result
    own = code.rpartition(".")[2]
    for one in breaks:
        is_setting = not one.code and kind in ("index", "group", "score", "progress_index")
        is_own = one.code == own and (
            kind not in ("indicator", "account") or one.fact in OF_FORMULA
        )
        if is_setting or is_own:
            yield f"{one.code or kind}: {one.fact or one.kind}"
