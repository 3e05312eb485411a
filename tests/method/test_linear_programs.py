"""A linear program that is asked one question after the other."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import pytest

from cescore.errors import MethodError
from cescore.method.disclosure import linear_programs
from cescore.method.disclosure.linear_programs import ConstraintRow, LinearProgram

FREE = np.zeros(2), np.full(2, np.inf)


def row(low: float, high: float, *values: float) -> ConstraintRow:
    return ConstraintRow(np.arange(2, dtype=np.int32), np.array(values), low, high)


def test_each_question_is_answered_as_if_it_were_the_first() -> None:
    program = LinearProgram([row(4, 10, 1, 1)], np.zeros(2))
    least, most = program.least({0: 1.0, 1: 2.0}, *FREE), program.least({0: -1.0}, *FREE)
    assert least is not None and most is not None
    assert (least.value, least.point.tolist()) == (4, [4, 0])
    assert most.value == -10 and most.point[0] == 10  # the second unknown costs nothing any more
    bounded = program.least({0: -1.0}, np.array([0.0, 3.0]), np.array([np.inf, 5.0]))
    assert bounded is not None and bounded.point.tolist() == [7, 3]
    again = program.least({0: -1.0}, *FREE)
    assert again is not None and again.value == -10


def test_what_nothing_bounds_has_no_least() -> None:
    assert LinearProgram([row(4, np.inf, 1, 1)], np.zeros(2)).least({0: -1.0}, *FREE) is None


def test_a_row_that_holds_an_optimum_has_a_price_and_another_none() -> None:
    found = LinearProgram([row(4, 10, 1, 1), row(-9, 99, 1, -1)], np.zeros(2)).least(
        {0: 1.0, 1: 2.0}, *FREE
    )
    assert found is not None and found.duals.tolist() == [1, 0]


def test_a_row_is_taken_away_and_put_back() -> None:
    program = LinearProgram([row(4, 10, 1, 1), row(0, 6, 1, 0)], np.zeros(2))
    values = []
    for change in (None, program.loosen, program.restore):
        if change is not None:
            change(1)
        found = program.least({0: -1.0}, *FREE)
        assert found is not None
        values.append(found.value)
    assert values == [-6, -10, -6]


def test_the_greeting_of_the_solver_is_not_seen_and_what_comes_after_it_is(
    capfd: pytest.CaptureFixture[str],
) -> None:
    LinearProgram([row(4, 10, 1, 1)], np.zeros(2))
    os.write(1, b"out")
    os.write(2, b"error")
    assert capfd.readouterr() == ("out", "error")


class Solver:
    """Ends as it is told to, and remembers how it was asked."""

    def __init__(self, ends: Sequence[str]) -> None:
        self.ends, self.asked = list(ends), list[str]()
        self._solver = "simplex"

    def clearSolver(self) -> None:  # noqa: N802 - as HiGHS calls it
        self.asked.append("anew")

    def setOptionValue(self, option: str, value: str) -> None:  # noqa: N802
        assert option == "solver"
        self._solver = value

    def run(self) -> None:
        self.asked.append(self._solver)

    def getModelStatus(self) -> object:  # noqa: N802
        return type(
            "Status", (), {"name": self.ends[len([a for a in self.asked if a != "anew"]) - 1]}
        )


@pytest.mark.parametrize(
    ("ends", "asked"),
    [
        (["kOptimal"], ["simplex"]),
        (["kUnbounded"], ["simplex"]),
        (["kUnboundedOrInfeasible"], ["simplex"]),
        (["kUnknown", "kOptimal"], ["simplex", "anew", "simplex"]),
        (["kUnknown", "kUnknown", "kOptimal"], ["simplex", "anew", "simplex", "anew", "ipm"]),
        (["kUnknown"] * 3, ["simplex", "anew", "simplex", "anew", "ipm"]),
    ],
)
def test_a_program_whose_last_vertex_leads_nowhere_begins_anew_and_then_by_points_inside(
    ends: list[str], asked: list[str]
) -> None:
    solver = Solver(ends)
    assert linear_programs._run(solver) == ends[-1]
    assert solver.asked == asked
    assert solver._solver == "simplex"  # the next question begins as the first did


def test_rows_that_contradict_one_another_are_an_error() -> None:
    program = LinearProgram([row(4, 10, 1, 1), row(20, 30, 1, 1)], np.zeros(2))
    with pytest.raises(MethodError, match="nothing follows from the printed numbers: kInfeasible"):
        program.least({0: 1.0}, *FREE)
