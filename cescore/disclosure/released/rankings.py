"""How firm the ranking of a type is, as a report may print it: rounded, and by names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.documents.bundle import RemovedIndicator, TypeRobustness
from cescore.method.disclosure.rules import to_decimals
from cescore.method.uncertainty.firmness import AppliedAlternative, SourceShare, WithoutOne

if TYPE_CHECKING:
    from cescore.definitions.model import Framework, Indicator
    from cescore.method.uncertainty.robustness import Robustness

SHARE_DECIMALS = 2
SHIFT_DECIMALS = 1


def released_robustness(
    robustness: Robustness, framework: Framework, told_without: Collection[str]
) -> TypeRobustness:
    """The robustness of a type to the decimals in print; a share below 0 is noise, and 0.

    ``told_without``: the indicators of which may be told what the type is without them.
    """
    told = [removal for removal in robustness.removals if removal.indicator in told_without]
    return TypeRobustness(
        entity_type=robustness.entity_type,
        entities=robustness.entities,
        draws=robustness.draws,
        sources=tuple(
            SourceShare(share.source, _share(share.first), _share(share.total))
            for share in robustness.sources
        ),
        reason=robustness.reason,
        alternatives=tuple(
            AppliedAlternative(choice.source, choice.name, choice.share_of_draws)
            for choice in robustness.alternatives
            if choice.is_applied
        ),
        removals=tuple(_removals(told, framework.indicators)),
    )


def _share(share: float) -> float:
    return to_decimals(max(share, 0.0), SHARE_DECIMALS)


def _removals(
    removals: Iterable[WithoutOne], indicators: Mapping[str, Indicator]
) -> Iterator[RemovedIndicator]:
    """The removals that moved anything that can be told, each with its indicator's names."""
    for removal in removals:
        shifts = (removal.mean_rank_shift, removal.mean_index_shift)
        if np.isfinite(shifts).all():
            indicator = indicators[removal.indicator]
            yield RemovedIndicator(
                zh=indicator.zh,
                en=indicator.en,
                indicator=removal.indicator,
                mean_rank_shift=to_decimals(shifts[0], SHIFT_DECIMALS),
                mean_index_shift=to_decimals(shifts[1], SHIFT_DECIMALS),
            )
