"""Scored indicators that no entity of a type can have this year, since nobody returned their figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.definitions import Definitions
from cescore.definitions.formulas.formula import parse
from cescore.definitions.frameworks.order import closure
from cescore.definitions.model import Framework
from cescore.intake.findings import Finding
from cescore.intake.observations.panel import Cube
from cescore.intake.wording import code, phrase
from cescore.method.column import State
from cescore.method.index.weight import effective_weights

ONE_OF = "first_available("  # in a formula: one of the operands is enough

OUTCOME = {  # of the framework's rule for what no entity of a type has
    "floor": "nowhere_floor",
    "exclude": "nowhere_exclude",
    "propagate": "nowhere_propagate",
}


def scored_and_unreturned(cubes: Mapping[str, Cube], definitions: Definitions) -> Iterator[Finding]:
    """A warning for each scored indicator that rests on a variable that nobody of the type returned in
    the last year, with its weight in the index and what the framework's rule makes of it.

    A type of which nobody returned anything is told by itself. What is estimated or imputed has a value
    all the same, and so has what is summed over the bodies inside a body.
    """
    for entity_type, framework in definitions.frameworks.items():
        cube = cubes.get(entity_type)
        if cube is None or not cube.entities or not cube.has_row[:, :, -1].any():
            continue
        there = np.array([entity.is_valid_in(cube.years[-1]) for entity in cube.entities], bool)
        absent = {c for c in framework.variables if _is_nowhere(c, cube, there, definitions)}
        if absent:
            yield from _of_framework(entity_type, framework, absent, cube.years[-1])


def _is_nowhere(
    variable: str, cube: Cube, there: NDArray[np.bool_], definitions: Definitions
) -> bool:
    """Whether no entity that is there in the last year has a value of a variable, or a word for it."""
    defined = definitions.variables.get(variable)
    if defined is None or defined.estimate is not None:
        return False
    at = cube.code_at.get(variable)
    if at is None:
        return True
    return bool((cube.state[at, there, -1] == State.MISSING).all())


def _of_framework(
    entity_type: str, framework: Framework, absent: Collection[str], year: int
) -> Iterator[Finding]:
    scored = framework.scored()
    every = {indicator.code: np.ones((1, 1), bool) for indicator in scored}
    weights = effective_weights(framework, every)
    for indicator in scored:
        if framework.imputation_of(indicator).method != "none" or not indicator.collected:
            continue
        if not _is_blocked(indicator.formula, framework, absent):
            continue
        rests_on = closure([indicator.code], framework.expressions)
        values = (
            ("indicator", code(indicator.code)),
            ("entity_type", code(entity_type)),
            ("variables", tuple(code(c) for c in rests_on if c in absent)),
            ("share", 100 * float(weights[indicator.code][0, 0])),
            ("rule", phrase(OUTCOME[framework.missing.nowhere_reported])),
        )
        yield Finding("warning", "scored_and_unreturned", year=year, values=values)


def _is_blocked(formula: str, framework: Framework, absent: Collection[str]) -> bool:
    """Whether a formula has no value without some variables; what has no formula (an account that is
    looked up in a table) is taken to have one."""
    blocked = [
        _is_blocked(framework.accounts[name].formula, framework, absent)
        if name in framework.accounts
        else name in absent
        for name in _names(formula)
    ]
    return bool(blocked) and (all(blocked) if ONE_OF in formula else any(blocked))


def _names(formula: str) -> tuple[str, ...]:
    return parse(formula).names if formula else ()
