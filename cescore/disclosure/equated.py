"""What check rules equate: where all but one of some returned values are released, the last follows.

A hard rule such as total = virgin + recycled holds for whatever is printed, and everybody may read it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cescore.definitions.formula import parse
from cescore.disclosure.statements import Figure, Returned, Statements
from cescore.method.linear_forms import LinearForm, Meaning, meaning

if TYPE_CHECKING:
    from cescore.definitions.model import CheckRule

HARD = "hard"
MOST_OPEN = 3  # withheld figures of one rule: of more it says next to nothing of each
CLOSE = 0.02  # of the largest term: a rule that a record breaks by more tells nothing of it


class Follows(NamedTuple):
    """A returned figure that is withheld and follows from released ones all the same, at most so
    far ``off`` [its unit]."""

    figure: Figure
    sources: frozenset[Figure]
    off: float


class Balance(NamedTuple):
    """What a rule says of several withheld figures at once: no figure, and not to be withheld."""

    coefficients: tuple[tuple[Figure, float], ...]


@dataclass(frozen=True)
class Equation:
    """Returned figures of one body that a rule, or a printed sum, ties together.

    Attributes
    ----------
    figures
        Figure -> how far off its value may be when it is worked out of the others [its unit].
    coefficients
        Figure -> what it is multiplied by: the sum of the products is 0, for everybody who knows the
        rule. Empty where it is a printed sum instead.
    beside
        What must be released as well: the figure that is their sum.
    """

    figures: Mapping[Figure, float]
    coefficients: Mapping[Figure, float] = field(default_factory=dict)
    beside: frozenset[Figure] = frozenset()

    @property
    def name(self) -> Balance:
        return Balance(tuple(sorted(self.coefficients.items())))


@dataclass(frozen=True, eq=False)
class Equated:
    """The equations that hard check rules make of bodies' returned figures."""

    statements: Statements

    def __iter__(self) -> Iterator[Equation]:
        behind = self.statements.behind
        workspace = behind.yearly.workspace
        rules = [(rule, left) for rule in workspace.definitions.checks if (left := equated(rule))]
        for body in behind.bodies:
            applying = [left for rule, left in rules if body.entity_type in rule.entity_types]
            for year in behind.years:
                for left in applying:
                    form = self._form(left, body.entity_id, year)
                    if form is not None and len(form.terms) > 1:
                        yield Equation(_figures(form), _coefficients(form))

    def _form(self, left: str, body: str, year: int) -> LinearForm | None:
        """What is equated with 0, as a linear form of what a body returned; None where it is none."""

        def look(code: str, in_year: int) -> Meaning:
            return self.statements.of(Figure(body, code, in_year))

        base_year = self.statements.behind.yearly.workspace.base_year
        found = meaning(left, "1", year, base_year, look)
        if not found.is_linear or found.numerator is None or found.denominator is None:
            return None
        form = found.numerator.times(1 / found.denominator.value)
        largest = max((abs(c) * self._value(a) for a, c in form.terms.items()), default=0.0)
        return form if abs(form.value) <= CLOSE * largest else None

    def _value(self, atom: object) -> float:
        assert isinstance(atom, Returned)
        return abs(self.statements.behind.figure(atom.body, atom.quantity) or 0.0)


def equated(rule: CheckRule) -> str:
    """What a hard rule says to be 0, but for a tolerance: x of ``abs(x) <= …``, x - y of ``x == y``;
    "" where it says no such thing.
    """
    if rule.severity != HARD or rule.looks_at_others:
        return ""
    match parse(rule.executable or rule.rule, conditions=True).tree:
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="abs"), args=[inner]), ops=[ast.LtE() | ast.Lt()]
        ):
            return ast.unparse(inner)
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return f"{ast.unparse(left)} - ({ast.unparse(right)})"
    return ""


def summed(figure: Figure, form: LinearForm) -> Equation:
    """The equation that a printed sum makes of what it stands on."""
    return Equation(_figures(form), beside=frozenset([figure]))


def _figures(form: LinearForm) -> Mapping[Figure, float]:
    off = abs(form.value)
    found: dict[Figure, float] = {}
    for atom, coefficient in form.terms.items():
        assert isinstance(atom, Returned)
        figure = Figure(atom.body, atom.quantity.code, atom.quantity.year)
        found[figure] = off / abs(coefficient)
    return found


def _coefficients(form: LinearForm) -> Mapping[Figure, float]:
    found: dict[Figure, float] = {}
    for atom, coefficient in form.terms.items():
        assert isinstance(atom, Returned)
        found[Figure(atom.body, atom.quantity.code, atom.quantity.year)] = coefficient
    return found


class Equations:
    """Equations, asked for what follows from released figures."""

    def __init__(self, equations: Iterable[Equation]) -> None:
        self._every = tuple(equations)
        self._of: dict[Figure, list[Equation]] = defaultdict(list)
        for equation in self._every:
            for figure in equation.figures:
                self._of[figure].append(equation)

    def open(self, hidden: Collection[Figure], known: Collection[Figure]) -> Iterator[Equation]:
        """Rules of which several figures are neither released nor followed from what is: none of
        these is known, and all of them together are."""
        not_known = set(hidden) - set(known)
        for equation in self._every:
            unknown = equation.coefficients.keys() & not_known
            if 1 < len(unknown) <= MOST_OPEN:
                yield equation

    def following(
        self, hidden: Collection[Figure], released: Collection[Figure]
    ) -> tuple[Follows, ...]:
        """The hidden figures that follow from released ones, by one equation after the other."""
        known: dict[Figure, Follows] = {}
        left = set(hidden) & self._of.keys()
        is_growing = True
        while is_growing:
            is_growing = False
            for figure in sorted(left):
                found = self._follows(figure, released, known)
                if found is not None:
                    known[figure] = found
                    left.discard(figure)
                    is_growing = True
        return tuple(known.values())

    def _follows(
        self, figure: Figure, released: Collection[Figure], known: Mapping[Figure, Follows]
    ) -> Follows | None:
        for equation in self._of[figure]:
            others = (equation.figures.keys() - {figure}) | equation.beside
            if all(other in released or other in known for other in others):
                sources = [
                    frozenset([other]) if other in released else known[other].sources
                    for other in others
                ]
                return Follows(figure, frozenset().union(*sources), equation.figures[figure])
        return None
