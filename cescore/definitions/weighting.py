"""Weights that experts' judgements give: worked out when params are read, and frozen as weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cescore.definitions.judgement import ahp_weights, budget_allocation, equal_weights
from cescore.definitions.layout import Draft
from cescore.definitions.located import Node
from cescore.definitions.model import Framework, Weighting
from cescore.definitions.shape import with_nearest
from cescore.errors import MethodError

STATED = ("equal", "budget", "ahp")


def with_stated_weights(draft: Draft, framework: Framework) -> Framework:
    """The framework with the weights of every group whose weighting is equal, budget or ahp.

    Points and judgements of the framework serve each group that has no weighting of its own; where
    they name none of its members, its weights stay as written.
    """
    found: dict[str, float] = {}
    for group in ("", *framework.groups):
        own = draft.group_nodes[group].get("weighting") if group else draft.node.get("weighting")
        weighting = framework.weighting_of(group)
        node = own or draft.node.get("weighting") or draft.node
        what = f"groups.{group}.weighting" if own is not None and group else "weighting"
        if own is not None:
            _check_names(draft, framework, weighting, node, what)
        members = [code for code, _ in framework.members(group)]
        if weighting.method in STATED and members:
            found |= _stated(draft, weighting, members, node, what)
    return framework.with_weights(**found) if found else framework


def _check_names(
    draft: Draft, framework: Framework, weighting: Weighting, node: Node, what: str
) -> None:
    """Points and judgements name members, and are there where the method needs them."""
    known = [*framework.groups, *(i.code for i in framework.scored())]
    named = [code for points in weighting.points.values() for code in points]
    for code, others in weighting.judgements.items():
        named += [code, *others]
    for code in dict.fromkeys(named):
        if code not in known:
            expected = with_nearest("a group or a scored indicator", code, known)
            draft.refuse(node, what, f"unknown code {code!r}", expected)
    for method, key in (("budget", "points"), ("ahp", "judgements")):
        if weighting.method == method and not getattr(weighting, key):
            draft.refuse(node, f"{what}.{key}", "there is none", f"{key} for method {method}")


def _stated(
    draft: Draft, weighting: Weighting, members: Sequence[str], node: Node, what: str
) -> dict[str, float]:
    """The weights of one group's members, none where points and judgements name none of them."""
    if weighting.method == "equal":
        return equal_weights(members)
    try:
        if weighting.method == "budget":
            rows = {e: {m: p.get(m, 0.0) for m in members} for e, p in weighting.points.items()}
            given = {expert: row for expert, row in rows.items() if sum(row.values()) > 0}
            return budget_allocation(given) if given else {}
        matrix = _matrix(weighting.judgements, members)
        if matrix is None:
            return {}
        result = ahp_weights(members, matrix)
    except (MethodError, KeyError) as error:
        draft.refuse(node, what, str(error), f"usable {weighting.method} of {', '.join(members)}")
        return {}
    if not result.is_consistent:
        found = f"consistency ratio {result.consistency_ratio:.3f} of {', '.join(members)}"
        draft.refuse(node, f"{what}.judgements", found, "below 0.1")
    return dict(result.weights)


def _matrix(
    judgements: Mapping[str, Mapping[str, float]], members: Sequence[str]
) -> list[list[float]] | None:
    """Judgements of all pairs, the other way round as reciprocals; None where no pair is judged."""
    given = {
        (a, b): times
        for a, row in judgements.items()
        for b, times in row.items()
        if a in members and b in members and a != b
    }
    if not given:
        return None

    def times(a: str, b: str) -> float:
        if a == b:
            return 1.0
        if (a, b) in given:
            return given[a, b]
        if not given.get((b, a)):
            raise KeyError(f"no judgement of {a} against {b}")
        return 1 / given[b, a]

    return [[times(a, b) for b in members] for a in members]
