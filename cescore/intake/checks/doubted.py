"""Which years of an indicator the checks of data have doubts about: they set no pace and no example."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from cescore.definitions.frameworks.order import closure
from cescore.definitions.model import Framework, Indicator

# what holds of a body for years on end, and is no slip of one of them
LASTING = frozenset({"usual_range", "formula_range", "same_as_last_year"})


class DatedFinding(Protocol):
    """A finding as far as it says which year of which variable it is about."""

    @property
    def severity(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def variable(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def status(self) -> str: ...


def doubted_years(findings: Iterable[DatedFinding], variables: Collection[str]) -> frozenset[int]:
    """The years in which an error or warning stands against one of some variables, confirmed or not."""
    return frozenset(
        doubt.year
        for doubt in findings
        if doubt.year is not None
        and doubt.variable in variables
        and doubt.severity != "info"
        and doubt.status != "corrected"
        and (doubt.kind or doubt.code) not in LASTING
    )


def without_doubted(
    series: Sequence[float | None],
    years: Sequence[int],
    findings: Iterable[DatedFinding],
    indicator: Indicator,
    framework: Framework,
) -> list[float | None]:
    """An indicator's series without the values of doubted years."""
    doubted = doubted_years(findings, closure([indicator.code], framework.expressions))
    return [None if year in doubted else value for value, year in zip(series, years, strict=True)]
