"""What makes a framework impossible to compute: codes, weights, goalposts that do not fit."""

from __future__ import annotations

from cescore.definitions.layout import Draft
from cescore.definitions.located import Node
from cescore.definitions.model import Goalposts, Indicator, Progress, Run
from cescore.definitions.resolving import Names
from cescore.definitions.shape import nearest, with_nearest

ONCE = "each code once, whatever it is of"
ON_GOALPOSTS = ("goalposts", "efficacy", "distance_to_target")


def headline_codes(draft: Draft) -> list[str]:
    """The codes that page one shows."""
    headline = draft.node.get("headline") or Node({}, "")
    found = [n.raw for key, n in headline.entries().items() if key != "beside" and n.raw]
    beside = headline.get("beside")
    if beside is not None:
        found += [n.raw for n in beside.value] if isinstance(beside.value, list) else [beside.raw]
    return [code for code in found if code]


def check_codes(draft: Draft, names: Names) -> None:
    """Codes the framework refers to: no double meaning, and headline and progress exist."""
    _check_meanings(draft, names)
    known = {
        **draft.indicator_nodes,
        **{code: names.nodes[code] for code in names.accounts},
    }
    for code in headline_codes(draft):
        if code not in known:
            expected = with_nearest("an indicator or account", code, known)
            draft.refuse(
                draft.node.get("headline"),
                "headline",
                f"unknown code {code!r}",
                expected,
            )
    if draft.progress is not None:
        _check_progress(draft, draft.progress)


def _check_meanings(draft: Draft, names: Names) -> None:
    """Whatever a page looks up by code has a code of its own: else one prints the other's label.

    A group of the progress index may be called like a group of the index: pages write the progress
    index before it.
    """
    taken = {code: node.where for code, node in names.nodes.items()}
    progress = draft.node.get("progress") or Node({}, "")
    kinds = (
        ("indicators", draft.indicator_nodes),
        ("groups", draft.group_nodes),
        ("index.code", _coded(draft.node.get("index"), "INDEX")),
        ("progress.code", _coded(progress, "CEDI") if progress.entries() else {}),
    )
    for kind, nodes in kinds:
        for code, node in nodes.items():
            what = kind if "." in kind else f"{kind}.{code}"
            if code in taken and not (kind == "groups" and code in draft.indicator_nodes):
                draft.refuse(node, what, f"the code {code!r} is taken at {taken[code]}", ONCE)
            taken.setdefault(code, node.where)
    progress_groups = progress.get("groups") or Node({}, "")
    for code, node in progress_groups.entries().items():
        if code in taken and code not in draft.group_nodes:
            found = f"the code {code!r} is taken at {taken[code]}"
            draft.refuse(node, f"progress.groups.{code}", found, ONCE)


def _coded(node: Node | None, default: str) -> dict[str, Node]:
    """The code that an index has, with its place."""
    if node is None:
        return {}
    given = node.get("code")
    return {given.raw: given} if given is not None and given.raw else {default: node}


def _check_progress(draft: Draft, progress: Progress) -> None:
    node = draft.node.get("progress") or draft.node
    members = {code for group in progress.members.values() for code in group}
    if not progress.groups or not sum(group.weight for group in progress.groups):
        draft.refuse(node, "progress.groups", "no group has a weight", "a weight above zero")
    for one in progress.groups:
        if one.aggregation in ("copeland", "topsis"):
            place, what = node.at(("groups", one.code)), f"progress.groups.{one.code}.aggregation"
            draft.refuse(place.get("aggregation"), what, one.aggregation, "a mean of the ratios")
    for group, weights in progress.members.items():
        place = node.at(("groups", group, "members"))
        for code in weights:
            if code not in draft.indicator_nodes:
                expected = with_nearest("an indicator", code, draft.indicator_nodes)
                found = f"unknown code {code!r}"
                draft.refuse(
                    place.get(code) or place,
                    f"progress.groups.{group}.members",
                    found,
                    expected,
                )
    for code in progress.base_floor:
        if code not in members:
            place = node.at(("base_floor", code))
            expected = with_nearest("a member", code, members)
            draft.refuse(place, f"progress.base_floor.{code}", "is no member", expected)


def check_weights(draft: Draft) -> None:
    """Each group has members, and weights that are not all zero; each indicator's group exists."""
    unread = [n.get("group") for c, n in draft.indicator_nodes.items() if c not in draft.indicators]
    unsure = {node.raw for node in unread if node is not None}  # their members have Problems
    for code, indicator in draft.indicators.items():
        node = draft.indicator_nodes[code]
        if indicator.group and indicator.group not in draft.group_nodes:
            expected = with_nearest("a group", indicator.group, draft.group_nodes)
            unsure.add(nearest(indicator.group, draft.group_nodes))
            found = f"unknown group {indicator.group!r}"
            draft.refuse(node.get("group"), f"indicators.{code}.group", found, expected)
        if indicator.group and node.get("weight") is None:
            unsure.add(indicator.group)
            expected = f"its share within group {indicator.group}"
            draft.refuse(node, f"indicators.{code}.weight", "is missing", expected)
    for code in ("", *draft.groups):
        if code not in unsure:
            _check_members(draft, code)


def _check_members(draft: Draft, code: str) -> None:
    node = draft.group_nodes[code] if code else draft.node.get("groups") or draft.node
    what = f"groups.{code}" if code else "groups"
    weights = [g.weight for g in draft.groups.values() if g.parent == code]
    if code:
        weights += [i.weight for i in draft.indicators.values() if i.group == code]
    unread = set(draft.group_nodes) - set(draft.groups)
    if unread:
        return  # a member that could not be read has its own Problem
    if not weights and code:
        expected = "an indicator with this group, or a group inside it"
        draft.refuse(node, what, "has no members", expected)
    elif weights and not sum(weights):
        draft.refuse(node, f"{what}.weight", "all weights are zero", "a weight above zero")


def check_scale(draft: Draft) -> None:
    """The floor of the scale lies below its top."""
    scale = draft.node.get("scale") or Node({}, "")
    floor, top = (scale.get(key) for key in ("floor", "top"))
    low = floor.value if floor is not None else 0.0
    high = top.value if top is not None else 100.0
    if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        draft.refuse(floor or top, "scale", f"floor {low:g}, top {high:g}", "floor below top")


def check_goalposts(draft: Draft, indicator: Indicator, node: Node, run: Run | None) -> None:
    """The ends of the scale lie as the direction says, and exist for the year evaluated."""
    what = f"indicators.{indicator.code}.goalposts"
    posts = node.get("goalposts")
    for year, ends in indicator.goalposts.items():
        place = (posts.get(str(year)) if posts else None) or node
        _check_ends(draft, ends, indicator.direction, place, f"{what}.{year}")
    default = draft.node.get("normalisation")
    method = indicator.normalisation or (default.raw if default is not None else "goalposts")
    is_needed = indicator.group and indicator.collected and method in ON_GOALPOSTS
    if run is not None and is_needed and indicator.goalposts_in(run.year) is None:
        first = min(indicator.goalposts, default=None)
        found = "none" if first is None else f"begin in {first}"
        draft.refuse(
            posts or node,
            what,
            f"{found}, nothing holds in {run.year}",
            f"a key {run.year} or earlier",
        )


def _check_ends(draft: Draft, ends: Goalposts, direction: int, place: Node, what: str) -> None:
    pairs = {"": (ends.worst, ends.best), **ends.by_industry}
    for industry, (worst, best) in pairs.items():
        named = f"{what}.by_industry.{industry}" if industry else what
        if (best - worst) * direction <= 0:
            order = "best above worst" if direction == 1 else "best below worst"
            found = f"worst {worst:g}, best {best:g}"
            draft.refuse(place, named, found, f"{order} (direction {direction})")
