"""What each member counts: relative weights within a group, and the product of them down the tree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.errors import MethodError, Sentence

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

    Parameters
    ----------
    active
        Indicator -> whether it takes part.
    too_few
        Group -> where it has values for too few members; None: nowhere.

    Raises
    ------
    MethodError
        A group of the framework has no members.
    """
    taking_part = dict(active)
    for group in framework.groups_bottom_up():
        members = framework.members(group.code)
        if not members:
            raise MethodError(
                Sentence(
                    "group {code!r} of {entity_type} has no members",
                    code=group.code,
                    entity_type=framework.entity_type,
                )
            )
        masks = [taking_part[code] for code, weight in members if weight > 0]
        no_member = np.zeros_like(next(iter(active.values())))
        short = (too_few or {}).get(group.code, no_member)
        taking_part[group.code] = np.logical_or.reduce([no_member, *masks]) & ~short
    return taking_part


def shares(framework: Framework, active: Mapping[str, Bools]) -> dict[str, Floats]:
    """Each member's share of its own group, w / Σ w over the members that take part [0-1].

    Keys are indicators and groups, arrays (entities, years); shares are 0 where a member does not
    take part, and together 1 in every group where one does.
    """
    taking_part = active_members(framework, active)
    result: dict[str, Floats] = {}
    for parent in ("", *framework.groups):
        members = framework.members(parent)
        weights = {code: weight * taking_part[code] for code, weight in members}
        total = sum(weights.values(), start=np.zeros(_shape(active)))
        for code, weight in weights.items():
            result[code] = np.divide(weight, total, out=np.zeros_like(total), where=total > 0)
    return result


def effective_weights(framework: Framework, active: Mapping[str, Bools]) -> dict[str, Floats]:
    """Each indicator's weight in the index [share].

    The product of the shares from it up to the index. Arrays (entities, years), together 1 wherever
    any indicator takes part, 0 for one that does not: what a member that drops out counted goes to
    the others of its group, not to all.

    References
    ----------
    The communiqué on the 2016 green development index: the weight of an indicator that does not
    exist for an area is spread over the others (methodology 9.5).

    Examples
    --------
    Two groups of equal weight; A counts three times B in the first.

    >>> from cescore.definitions.model import Goalposts, Group, Indicator
    >>> made_up = {"source": "made up", "tag": "P"}
    >>> posts = {2020: Goalposts(worst=0, best=10, **made_up)}
    >>> members = {
    ...     code: Indicator(
    ...         code=code,
    ...         unit="ratio",
    ...         formula=code.lower(),
    ...         direction=1,
    ...         group=group,
    ...         weight=weight,
    ...         goalposts=posts,
    ...         **made_up,
    ...     )
    ...     for code, group, weight in (("A", "G", 3), ("B", "G", 1), ("C", "H", 1))
    ... }
    >>> lake = Framework(
    ...     entity_type="lake",
    ...     version="1",
    ...     source="made up",
    ...     index={"code": "LI"},
    ...     groups={code: Group(code=code, weight=1) for code in "GH"},
    ...     indicators=members,
    ... )
    >>> active = {code: np.array([[True], [code != "A"]]) for code in members}  # A only in row 0
    >>> {code: w[:, 0].tolist() for code, w in effective_weights(lake, active).items()}
    {'A': [0.375, 0.0], 'B': [0.125, 0.5], 'C': [0.5, 0.5]}
    """
    share = shares(framework, active)
    whole = _products(framework, share)
    return {i.code: share[i.code] * whole[i.group] for i in framework.scored()}


def group_weights(framework: Framework, active: Mapping[str, Bools]) -> dict[str, Floats]:
    """Each group's weight in the index [share], in the framework's order.

    The product of its own share and those of the groups around it, (entities, years); 0 for a group
    that does not take part.
    """
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
