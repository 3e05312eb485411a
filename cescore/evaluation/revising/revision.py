"""What moved between two evaluations, result by result, and what each move comes from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from cescore.evaluation.revising.causes import causes_of
from cescore.evaluation.revising.dependencies import Result, stands_on
from cescore.evaluation.revising.move import Because, ResultMove
from cescore.evaluation.revising.side import Side

# from what is received to what is concluded: the order in which a chain is told
ORDER = (
    "variable", "account", "rung", "indicator", "score", "group", "index", "progress_index",
    "target", "measure", "measure_credit", "standard", "assessment", "weight", "contribution",
    "contribution_to_change", "contribution_to_change_by_weight", "progress_weight",
    "progress_contribution", "progress_contribution_to_change",
    "progress_contribution_to_change_by_weight",
)  # fmt: skip
SPLITS = ORDER[ORDER.index("weight") :]  # of what has moved already: not told in chains
KEY = ["entity_type", "entity_id", "year", "kind", "code"]


@dataclass(frozen=True, eq=False)
class Revision:
    """All moves between two sides, what was compared, and the inputs that differ."""

    a: Side
    b: Side
    moves: tuple[ResultMove, ...]
    compared: int

    @cached_property
    def of_entity(self) -> Mapping[str, tuple[ResultMove, ...]]:
        """The moves of each entity, from what was received to what is concluded."""
        found: dict[str, list[ResultMove]] = defaultdict(list)
        for move in self.moves:
            found[move.entity_id].append(move)
        return {entity: tuple(moves) for entity, moves in found.items()}

    @property
    def counts(self) -> Mapping[str, int]:
        """How many results moved, by kind, in the order of a chain."""
        counts = Counter(move.result[0] for move in self.moves)
        return {kind: counts[kind] for kind in dict.fromkeys([*ORDER, *counts]) if counts[kind]}

    @property
    def inputs_changed(self) -> tuple[str, ...]:
        """Files of data/ and params/ that differ, came or went; empty where neither is known."""
        return _different(self.a.inputs, self.b.inputs)

    @property
    def made_otherwise(self) -> tuple[str, ...]:
        """Code and libraries that differ."""
        return _different(self.a.made_with, self.b.made_with)

    @property
    def grades(self) -> tuple[ResultMove, ...]:
        """Totals whose grade or standing is another one."""
        return tuple(m for m in self.moves if m.result[:2] == ("assessment", "total"))

    @property
    def indices(self) -> tuple[ResultMove, ...]:
        """Indices of the later year that moved, the largest move first."""
        last = max((m.result[2] for m in self.moves), default=0)
        found = [m for m in self.moves if m.result[0] == "index" and m.result[2] == last]
        return tuple(sorted(found, key=lambda m: -abs(m.size or 0.0)))

    def chains(self, entity_id: str) -> Iterator[tuple[ResultMove, tuple[ResultMove, ...]]]:
        """Each move of an entity that has a cause of its own, with all that follows from it.

        What follows is in the order of the computation; a result with several roots follows each.
        """
        moves = {m.result: m for m in self.of_entity.get(entity_id, ())}
        follows: dict[Result, list[Result]] = defaultdict(list)
        for move in moves.values():
            for because in move.because:
                if because.result is not None:
                    follows[because.result].append(move.result)
        for move in moves.values():
            if move.result[0] in SPLITS or all(b.result is not None for b in move.because):
                continue
            steps = _reached(move.result, follows)
            ordered = sorted(steps, key=lambda result: (_rank(result), steps[result]))
            told = (moves[result] for result in ordered if result[0] not in SPLITS)
            yield move, tuple(told)


def revise(a: Side, b: Side) -> Revision:
    """Compare two sides: every result of either, and why each that moved did.

    Values are compared exactly; of runs of different years only years are compared that both have; a difference of rounding noise alone is a move, and its size says
    so. Results of years that one side does not have appear or go.
    """
    shown_a, shown_b = (_of_common_years(one, a, b) for one in (a.results, b.results))
    both = shown_a.merge(shown_b, on=KEY, how="outer", suffixes=("_a", "_b"))
    same_value = (both["value_a"] == both["value_b"]) | (
        both["value_a"].isna() & both["value_b"].isna()
    )
    same = same_value & (both["status_a"] == both["status_b"])
    moves = sorted((_move(dict(row)) for row in both[~same].to_dict("records")), key=_place)
    explained = tuple(_with_causes(moves, a, b))
    return Revision(a, b, explained, len(both))


def run_years(a: Side, b: Side) -> tuple[int, int]:
    """The year that each side evaluates: as its run says, else the last year of its results."""
    years = (
        side.facts.get("year") or (0 if side.results.empty else side.results["year"].max())
        for side in (a, b)
    )
    first, second = (int(str(year)) for year in years)
    return first, second


def common_years(a: Side, b: Side) -> tuple[int, ...]:
    """The years of which both sides have results."""
    return tuple(sorted({int(year) for year in {*a.results["year"]} & {*b.results["year"]}}))


def _of_common_years(results: pd.DataFrame, a: Side, b: Side) -> pd.DataFrame:
    """The results to compare: all, but of runs of different years those of years that both have."""
    first, second = run_years(a, b)
    return results if first == second else results[results["year"].isin(common_years(a, b))]


def _move(row: Mapping[Any, Any]) -> ResultMove:
    def number(name: str) -> float | None:
        value = row[name]
        return None if pd.isna(value) else float(value)

    def text(name: str) -> str:
        return "" if pd.isna(row[name]) else str(row[name])

    return ResultMove(
        entity_type=str(row["entity_type"]),
        entity_id=str(row["entity_id"]),
        result=(str(row["kind"]), str(row["code"]), int(row["year"])),
        unit=text("unit_b") or text("unit_a"),
        before=number("value_a"),
        after=number("value_b"),
        was=text("status_a"),
        now=text("status_b"),
    )


def _place(move: ResultMove) -> tuple[str, str, int, int, str]:
    kind, code, year = move.result
    order = ORDER.index(kind) if kind in ORDER else len(ORDER)
    return move.entity_type, move.entity_id, order, year, code


def _with_causes(moves: Sequence[ResultMove], a: Side, b: Side) -> Iterator[ResultMove]:
    """Each move with what it comes from, by the definitions of the later side."""
    moved = {(move.entity_id, move.result) for move in moves}
    known = b if b.definitions is not None else a
    for move in moves:
        below: tuple[Result, ...] = ()
        if known.definitions is not None and known.base_year is not None:
            below = stands_on(move.result, move.entity_type, known.definitions, known.base_year)
        from_below = tuple(
            Because("follows", result=one) for one in below if (move.entity_id, one) in moved
        )
        yield replace(move, because=(*from_below, *causes_of(move, a, b, bool(from_below))))


def _reached(start: Result, follows: Mapping[Result, Sequence[Result]]) -> dict[Result, int]:
    """All that follows from a result, with the most steps that lead there."""
    reached: dict[Result, int] = {}
    waiting = [(one, 1) for one in follows.get(start, ())]
    while waiting:
        one, steps = waiting.pop()
        if reached.get(one, 0) < steps:
            reached[one] = steps
            waiting += [(further, steps + 1) for further in follows.get(one, ())]
    return reached


def _rank(result: Result) -> tuple[int, int]:
    """Earlier years first, and in a year the order of the computation."""
    kind, _, year = result
    return year, ORDER.index(kind) if kind in ORDER else len(ORDER)


def _different(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[str, ...]:
    if not a or not b:
        return ()
    return tuple(name for name in sorted({**a, **b}) if a.get(name) != b.get(name))
