"""A linear program that is asked one question after the other, each from where the last one ended."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cescore.errors import MethodError, Sentence

Floats = NDArray[np.float64]
OPTIMAL, UNBOUNDED = "kOptimal", ("kUnbounded", "kUnboundedOrInfeasible")
OPTIONS: Mapping[str, Any] = {  # one thread and one way: equal questions get equal proofs
    "threads": 1, "presolve": "off", "solver": "simplex",
    "simplex_scale_strategy": 0,  # rows and unknowns come scaled
}  # fmt: skip


class ConstraintRow(NamedTuple):
    """low ≤ Σ values·x[columns] ≤ high."""

    columns: NDArray[np.int32]
    values: Floats
    low: float
    high: float


class Optimum(NamedTuple):
    """The least that a sum can be, the point where it is so, and the dual value of each row."""

    value: float
    point: Floats
    duals: Floats


class LinearProgram:
    """Rows over unknowns, kept with its last vertex by HiGHS.

    Questions that differ little in what they ask and in the limits of the unknowns take few steps
    each. The same questions in the same order get the same answers.
    """

    def __init__(self, rows: Sequence[ConstraintRow], lower: Floats) -> None:
        self._rows = rows
        self._low, self._high = lower.copy(), np.full(len(lower), math.inf)
        self._model = _model(rows, lower)

    def least(self, costs: Mapping[int, float], low: Floats, high: Floats) -> Optimum | None:
        """The least of Σ costs·x with low ≤ x ≤ high; None where nothing bounds it.

        Raises
        ------
        MethodError
            The rows contradict one another, so that nothing follows from them.
        """
        model = self._model
        self._limit(low, high)
        for at, cost in costs.items():
            model.changeColCost(at, cost)
        status, found = _run(model), model.getSolution()
        value = float(model.getInfo().objective_function_value)
        for at in costs:
            model.changeColCost(at, 0.0)
        if status in UNBOUNDED:
            return None
        if status != OPTIMAL:
            raise MethodError(
                Sentence("nothing follows from the printed numbers: {status}", status=status)
            )
        return Optimum(value, np.array(found.col_value), np.array(found.row_dual))

    def loosen(self, row: int) -> None:
        """Ask as if a row were not there."""
        self._model.changeRowBounds(row, -math.inf, math.inf)

    def restore(self, row: int) -> None:
        """Ask with a row again."""
        self._model.changeRowBounds(row, self._rows[row].low, self._rows[row].high)

    def _limit(self, low: Floats, high: Floats) -> None:
        """Set the limits of the unknowns that have others than in the last question."""
        places = np.flatnonzero((low != self._low) | (high != self._high)).astype(np.int32)
        if len(places):
            self._model.changeColsBounds(len(places), places, low[places], high[places])
            self._low[places], self._high[places] = low[places], high[places]


def _model(rows: Sequence[ConstraintRow], lower: Floats) -> Any:
    import highspy

    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(lower), len(rows)
    program.col_cost_ = np.zeros(len(lower))
    program.col_lower_, program.col_upper_ = lower, np.full(len(lower), math.inf)
    program.row_lower_ = np.array([row.low for row in rows])
    program.row_upper_ = np.array([row.high for row in rows])
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *(len(row.columns) for row in rows)])
    program.a_matrix_.index_ = np.concatenate([row.columns for row in rows])
    program.a_matrix_.value_ = np.concatenate([row.values for row in rows])
    with _without_banner():
        model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    for option, value in OPTIONS.items():
        model.setOptionValue(option, value)
    model.passModel(program)
    return model


def _run(model: Any) -> str:
    """How a program ends; one that the last vertex leads nowhere begins anew, and then by points
    inside."""
    status = ""
    for solver in (None, "simplex", "ipm"):
        if solver is not None:
            model.clearSolver()
            model.setOptionValue("solver", solver)
        model.run()
        status = str(model.getModelStatus().name)
        if status == OPTIMAL or status in UNBOUNDED:
            break
    model.setOptionValue("solver", OPTIONS["solver"])
    return status


@contextmanager
def _without_banner() -> Iterator[None]:
    """HiGHS greets on standard output before it can be told to be silent."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
