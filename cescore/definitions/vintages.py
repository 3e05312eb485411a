"""Factors that are published anew each year: all formulas of a workspace take one vintage of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.formula import Expression
from cescore.definitions.frameworks.names import Names
from cescore.definitions.model import Factor
from cescore.errors import Sentence

Written = tuple[str, Expression, Reading]  # a code, its formula, and where it stands


def check_vintages(
    names: Names, drafts: Iterable[Mapping[str, tuple[Expression, Reading]]]
) -> None:
    """Refuse a second vintage of a series: a trend over two of them is no trend of what is measured.

    A factor with ``series`` has a ``vintage``; the formulas of accounts and of all frameworks take
    the same one. What no formula uses may stand beside it, as a table of the other years.
    """
    for factor in names.factors.values():
        if factor.series and factor.vintage is None:
            names.places[factor.code].refuse(
                Sentence("series {series!r} without a year", series=factor.series),
                "the year of the table",
                "vintage",
            )
    first: dict[str, tuple[Factor, str]] = {}
    for code, expression, at in _every(names, drafts):
        for factor in (names.factors[n] for n in expression.names if n in names.factors):
            if not factor.series:
                continue
            known, user = first.setdefault(factor.series, (factor, code))
            if known.vintage != factor.vintage:
                at.refuse(
                    Sentence(
                        "{code} is of {vintage}, {other} in {user} of {of_other}",
                        code=factor.code,
                        vintage=factor.vintage,
                        other=known.code,
                        user=user,
                        of_other=known.vintage,
                    ),
                    Sentence("one vintage of {series} in all formulas", series=factor.series),
                    "formula",
                )


def _every(
    names: Names, drafts: Iterable[Mapping[str, tuple[Expression, Reading]]]
) -> Iterator[Written]:
    """The formulas of accounts, then those of each framework."""
    for code, expression in names.expressions.items():
        yield code, expression, names.places[code]
    for formulas in drafts:
        for code, (expression, at) in formulas.items():
            yield code, expression, at
