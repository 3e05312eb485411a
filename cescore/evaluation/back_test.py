"""Results that were published against the same year computed again: which numbers moved, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cescore.definitions.history import MethodRecord, SeriesBreak, breaks_between
from cescore.definitions.model import Framework
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.thresholds import is_equal

KEY = ["entity_type", "entity_id", "year", "kind", "code"]
CHANGES = ["changed", "gone", "new"]
Cause = Literal["data", "method", "follows", "unknown"]
# what the numbers of a kind are made from, beside the operands of their own formula
MADE_FROM: Mapping[str, tuple[str, ...]] = {
    "score": ("indicator",),
    "group": ("score",),
    "index": ("score",),
    "progress_index": ("indicator",),
    "target": ("indicator",),
    "assessment": ("index", "target", "measure", "variable"),
    "standard": ("indicator",),
    "rung": ("variable", "account"),
}


@dataclass(frozen=True)
class MovedNumber:
    """A number that is not as it was published.

    ``change``: changed, gone (published, and not computed any more) or new. ``cause``: the data it
    was returned in; the method, by the record of that year; it follows from others that moved
    (``because`` names them, or what of the method changed); unknown.
    """

    entity_type: str
    entity_id: str
    year: int
    kind: str
    code: str
    change: str
    before: float | None
    after: float | None
    status_before: str
    status_after: str
    cause: Cause
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class BackTest:
    """What came of a back test: how many numbers are the same, and each that is not."""

    year: int
    same: int
    moved: tuple[MovedNumber, ...]
    has_record: bool  # the method of that year was kept, so that its changes can be named

    @property
    def compared(self) -> int:
        return self.same + len(self.moved)


def back_test(published: pd.DataFrame, yearly: YearlyEvaluation) -> BackTest:
    """Every published number of a year held against today's computation of the same year.

    Codes that changed since (``former_ids``, ``formerly``) are read as today's. Equal are numbers
    that differ by rounding noise alone (see `thresholds`) and have the same status.
    """
    definitions, year = yearly.workspace.definitions, yearly.year
    before, after = _in_current_codes(published, yearly), yearly.results()
    joined = before.merge(
        after, on=KEY, how="outer", suffixes=("_before", "_after"), indicator="side"
    )
    both = joined["side"] == "both"
    values = joined["value_before"].to_numpy(float), joined["value_after"].to_numpy(float)
    same_value = is_equal(*values) | (np.isnan(values[0]) & np.isnan(values[1]))
    same_status = (joined["status_before"] == joined["status_after"]).to_numpy(bool)
    is_same = both.to_numpy(bool) & same_value & same_status
    record = definitions.history.get(year)
    causes = _Causes(joined[~is_same], definitions.frameworks, record, year)
    return BackTest(year, int(is_same.sum()), tuple(causes.moved()), record is not None)


def _in_current_codes(published: pd.DataFrame, yearly: YearlyEvaluation) -> pd.DataFrame:
    """The rows under the codes that entities, variables, accounts and indicators have now."""
    definitions = yearly.workspace.definitions
    ids = yearly.workspace.register.current_ids
    frame = published.assign(entity_id=published["entity_id"].replace(dict(ids)))
    former: dict[str, str] = {o: c for c, v in definitions.variables.items() for o in v.formerly}
    for framework in definitions.frameworks.values():
        for table in (framework.indicators, framework.accounts):
            former |= {old: code for code, one in table.items() for old in one.formerly}
    if former:
        codes = frame["code"].str.split(".")
        frame["code"] = [".".join(former.get(part, part) for part in parts) for parts in codes]
    return frame


class _Causes:
    """Finds why each number moved, from what else moved and what of the method changed."""

    def __init__(
        self,
        rows: pd.DataFrame,
        frameworks: Mapping[str, Framework],
        record: MethodRecord | None,
        year: int,
    ) -> None:
        self.rows, self.frameworks = rows, frameworks
        self.breaks = {t: _method_changes(f, record, year) for t, f in frameworks.items()}
        self.by_cell: dict[tuple[str, int], dict[str, set[str]]] = {}
        row: Any  # a named tuple of the columns
        for row in rows.itertuples():
            cell = self.by_cell.setdefault((str(row.entity_id), int(row.year)), {})
            cell.setdefault(str(row.kind), set()).add(str(row.code))

    def moved(self) -> Iterator[MovedNumber]:
        row: Any
        for row in self.rows.sort_values(KEY, kind="stable").itertuples():
            cause, because = self._cause(row)
            yield MovedNumber(
                entity_type=str(row.entity_type),
                entity_id=str(row.entity_id),
                year=int(row.year),
                kind=str(row.kind),
                code=str(row.code),
                change={"both": "changed", "left_only": "gone"}.get(str(row.side), "new"),
                before=_number(row.value_before),
                after=_number(row.value_after),
                status_before=_word(row.status_before),
                status_after=_word(row.status_after),
                cause=cause,
                because=tuple(because),
            )

    def _cause(self, row: Any) -> tuple[Cause, Sequence[str]]:
        entity_type, kind, code = map(str, (row.entity_type, row.kind, row.code))
        if kind in ("variable", "measure"):
            return "data", ()
        of_method = [
            f"{b.code or kind}: {b.fact or b.kind}" for b in self._breaks(entity_type, kind, code)
        ]
        if of_method:
            return "method", of_method
        moved = self.by_cell[str(row.entity_id), int(row.year)]
        operands = self._operands(entity_type, kind, code)
        reasons = sorted(operands & set().union(*moved.values()) - {code})
        if not reasons:
            made_from = MADE_FROM.get(kind, tuple(moved))
            reasons = sorted({c for k in made_from if k != kind for c in moved.get(k, ())})
        if not reasons and kind in ("indicator", "account"):
            reasons = self._elsewhere(row, operands)
        return ("follows", reasons[:6]) if reasons else ("unknown", ())

    def _breaks(self, entity_type: str, kind: str, code: str) -> list[SeriesBreak]:
        """What of the method changed that a number is computed by."""
        last = code.rpartition(".")[2]
        found = [b for b in self.breaks.get(entity_type, ()) if b.code == last]
        if kind in ("indicator", "account"):
            return [b for b in found if b.fact in ("formula", "unit", "value", "")]
        if kind in ("index", "group", "assessment"):
            return [*found, *(b for b in self.breaks.get(entity_type, ()) if not b.code)]
        return found

    def _operands(self, entity_type: str, kind: str, code: str) -> set[str]:
        framework = self.frameworks.get(entity_type)
        if framework is None:
            return set()
        table = {"indicator": framework.indicators, "account": framework.accounts}.get(kind, {})
        computed = table.get(code)
        expression = computed.expression if computed is not None else None
        return set(expression.names) if expression is not None else set()

    def _elsewhere(self, row: Any, operands: set[str]) -> list[str]:
        """Operands that moved in another year (a base, a lag), or of another entity (a sum)."""
        entity_id = str(row.entity_id)
        for (other, year), moved in self.by_cell.items():
            if other == entity_id and year != row.year:
                found = operands & set().union(*moved.values())
                if found:
                    return [f"{code} {year}" for code in sorted(found)]
        return []


def _method_changes(
    framework: Framework, record: MethodRecord | None, year: int
) -> tuple[SeriesBreak, ...]:
    if record is None:
        return ()
    return breaks_between(record, framework, year)


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number


def _word(status: object) -> str:
    return status if isinstance(status, str) else ""
