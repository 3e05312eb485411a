"""What each member counts: relative weights within a group, and the product of them down the tree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.errors import MethodError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def active_members(
    framework: Framework,
    active: Mapping[str, Bools],
    too_few: Mapping[str, Bools] | None = None,
) -> dict[str, Bools]:
    """Which indicators and groups take part in the group above them (entities, years).

    A weight of zero drops a member; a group takes part where one of its members does, unless it
    has values for ``too_few`` of them.
    """
    taking_part = dict(active)
    for group in framework.groups_bottom_up():
        members = framework.members(group.code)
        if not members:
            raise MethodError(f"group {group.code!r} of {framework.entity_type} has no members")
        masks = [taking_part[code] for code, weight in members if weight > 0]
        nobody = np.zeros_like(next(iter(active.values())))
        short = (too_few or {}).get(group.code, nobody)
        taking_part[group.code] = np.logical_or.reduce([nobody, *masks]) & ~short
    return taking_part


def shares(framework: Framework, active: Mapping[str, Bools]) -> dict[str, Floats]:
    """Each member's share of its own group, w / Σ w over the members that take part.

    Keys are indicators and groups; shares are 0 where a member does not take part.
    """
    taking_part = active_members(framework, active)
    result: dict[str, Floats] = {}
    for parent in ("", *framework.groups):
        members = framework.members(parent)
        weights = {code: weight * taking_part[code] for code, weight in members}
        whole = sum(weights.values(), start=np.zeros(_shape(active)))
        for code, weight in weights.items():
            result[code] = np.divide(weight, whole, out=np.zeros_like(whole), where=whole > 0)
    return result


def effective_weights(framework: Framework, active: Mapping[str, Bools]) -> dict[str, Floats]:
    """Each indicator's weight in the index [share]: the product of the shares from it up to the index.

    Together 1 wherever any indicator takes part.
    """
    share = shares(framework, active)
    whole = _products(framework, share)
    return {i.code: share[i.code] * whole[i.group] for i in framework.scored()}


def group_weights(framework: Framework, active: Mapping[str, Bools]) -> dict[str, Floats]:
    """Each group's weight in the index, in the framework's order."""
    whole = _products(framework, shares(framework, active))
    return {code: whole[code] for code in framework.groups}


def _products(framework: Framework, share: Mapping[str, Floats]) -> dict[str, Floats]:
    """Each group's share times those of the groups around it."""
    products: dict[str, Floats] = {}
    for group in reversed(tuple(framework.groups_bottom_up())):
        around = products.get(group.parent)
        products[group.code] = share[group.code] if around is None else share[group.code] * around
    return {code: products[code] for code in framework.groups}


def _shape(active: Mapping[str, Bools]) -> tuple[int, ...]:
    return next(iter(active.values())).shape
