"""When an index stands: enough of the weight that applies has a value. One rule for all who ask."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cescore.definitions.model import MissingRules
from cescore.method.index.aggregate import Aggregation
from cescore.method.thresholds import at_least, meets

Bools = NDArray[np.bool_]


def covers_enough(coverage: float | None, rules: MissingRules) -> bool:
    """Whether a share of the weight [0-1] reaches what the rules ask; None reaches nothing.

    Examples
    --------
    >>> rules = MissingRules(min_weight_covered=0.8)
    >>> [covers_enough(share, rules) for share in (0.8, 0.1 * 8, 0.7999, None)]
    [True, True, False, False]
    """
    return coverage is not None and meets(coverage, ">=", rules.min_weight_covered)


def stands(result: Aggregation, rules: MissingRules, returned: Bools | None = None) -> Bools:
    """Where an index stands (entities, years): it is computed and covers enough of the weight.

    Below that it is no rating, has no rank and no change to split. ``returned``: where anything was
    returned for the year; values that were only imputed carry no index.

    References
    ----------
    数据不足，不予评级 below 80 % of the weight is ours [P] (methodology 9.5).
    """
    has_index: Bools = result.index.is_present & is_sufficient(result.coverage, rules)
    return has_index if returned is None else has_index & returned


def is_sufficient(coverage: ArrayLike, rules: MissingRules) -> Bools:
    """`covers_enough` on arrays; NaN reaches nothing.

    Examples
    --------
    >>> is_sufficient([0.8, 0.7999, float("nan")], MissingRules(min_weight_covered=0.8)).tolist()
    [True, False, False]
    """
    return at_least(coverage, rules.min_weight_covered)
