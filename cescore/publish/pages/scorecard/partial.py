"""Means of several rates that lack a part which does not exist here: another mean than the nation's.

Methodology 9.5: the mean of the others, labelled 四项均值, not to be compared with the nation's; where
a part was not returned there is no mean at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cescore.method.column import Flag, State
from cescore.publish.view import View, by_code, of_series

MEAN = re.compile(r"mean\(([A-Za-z0-9_,\s]+)\)")


@dataclass(frozen=True)
class PartialMean:
    """An indicator that is the mean of ``n`` parts, without those named in ``absent``."""

    code: str
    n: int
    absent: tuple[str, ...]


def partial_mean(view: View, code: str) -> PartialMean | None:
    """What a mean of indicators lacks in the year evaluated; None where it lacks nothing."""
    indicator = view.bundle.framework.indicators.get(code)
    if indicator is None:
        return None
    evaluated, parts = by_code(view.data.evaluated.indicators), mean_of(indicator.formula)
    found = of_series(evaluated.get(code), view.now)
    if found.value is None or not found.flags & Flag.PARTIAL:
        return None
    states = {p: of_series(evaluated.get(p), view.now).state for p in parts if p in evaluated}
    absent = tuple(p for p, state in states.items() if state == State.NOT_APPLICABLE)
    return PartialMean(code, len(parts) - len(absent), absent) if absent else None


def partial_means(view: View) -> Iterator[str]:
    """A sentence for each indicator that is such a mean."""
    for code in view.bundle.framework.indicators:
        found = partial_mean(view, code)
        if found is not None:
            absent = view.join(view.name(part) for part in found.absent)
            yield view.t("quality.partial_mean", name=view.name(code), n=found.n, absent=absent)


def mean_of(formula: str) -> tuple[str, ...]:
    """The indicators that a formula is the plain mean of; none for any other formula."""
    found = MEAN.fullmatch(formula.strip())
    return tuple(part.strip() for part in found[1].split(",")) if found else ()
