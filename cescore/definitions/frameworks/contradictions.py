"""What makes a framework impossible to compute: codes, weights, goalposts that do not fit."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.entries.located import Node
from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.frameworks.names import ONCE, Names
from cescore.definitions.model import AMONG_ALL, ON_GOALPOSTS, Goalposts, Indicator, Progress, Run
from cescore.definitions.spelling import best_first, nearest, with_nearest
from cescore.errors import Sentence


def headline_codes(draft: Draft) -> list[str]:
    """The codes that page one shows."""
    headline = draft.at.node.get("headline") or Node({}, "")
    rates = ("resource_output_rate", "resource_recycling_rate", "recycled_input_share")
    codes = [n.raw for key, n in headline.entries().items() if key in rates and n.raw]
    instead = headline.get("instead")
    if instead is not None:
        codes += [code for key, n in instead.entries().items() for code in (key, n.raw)]
    beside = headline.get("beside")
    if beside is not None:
        codes += [n.raw for n in beside.value] if isinstance(beside.value, list) else [beside.raw]
    return [code for code in codes if code]


def check_codes(draft: Draft, names: Names) -> None:
    """Codes the framework refers to: no double meaning, and headline and progress exist."""
    _check_meanings(draft, names)
    known = {*draft.indicator_places, *names.accounts}
    for code in headline_codes(draft):
        if code not in known:
            expected = with_nearest("an indicator or account", code, sorted(known))
            draft.at.refuse(Sentence("unknown code {code!r}", code=code), expected, "headline")
    if draft.progress is not None:
        _check_progress(draft, draft.progress)


def _check_meanings(draft: Draft, names: Names) -> None:
    """Whatever a page looks up by code has a code of its own: else one prints the other's label.

    A group of the progress index may be called like a group of the index: pages write the progress
    index before it.
    """
    taken = {code: at.node.where for code, at in names.places.items()}
    progress = draft.at.node.get("progress") or Node({}, "")
    own = {**draft.indicator_places, **draft.group_places}
    for code, at in own.items():
        if code in taken:
            at.refuse(_taken(code, taken), ONCE)
    taken = {**{code: at.node.where for code, at in own.items()}, **taken}
    for kind, default in (("index", "INDEX"), ("progress", "CEDI")):
        at = draft.at.at(kind)
        if at.node is not draft.at.node and at.node.value is not None:
            given = at.node.get("code")
            code = given.raw if given is not None and given.raw else default
            if code in taken:
                at.of(given or at.node, f"{kind}.code").refuse(_taken(code, taken), ONCE)
            taken.setdefault(code, (given or at.node).where)
    for code in (progress.get("groups") or Node({}, "")).entries():
        if code in taken and code not in draft.group_places:
            draft.at.at("progress", "groups", code).refuse(_taken(code, taken), ONCE)


def check_kinds(drafts: Mapping[str, Draft]) -> None:
    """A code that recurs in another framework is of the same kind there: an indicator or a group."""
    first: dict[str, tuple[str, Reading]] = {}
    for draft in drafts.values():
        own = {code: ("indicator", at) for code, at in draft.indicator_places.items()}
        own |= {code: ("group", at) for code, at in draft.group_places.items()}
        for code, (kind, at) in own.items():
            known, place = first.setdefault(code, (kind, at))
            if known != kind:
                at.refuse(
                    Sentence(
                        "the code {code!r} is of {kind} at {where}",
                        code=code,
                        kind=_a(known),
                        where=place.node.where,
                    ),
                    ONCE,
                )


def _a(kind: str) -> str:
    return Sentence("an indicator") if kind == "indicator" else Sentence("a group")


def _taken(code: str, taken: dict[str, str]) -> str:
    return Sentence("the code {code!r} is taken at {taken}", code=code, taken=taken[code])


def _check_progress(draft: Draft, progress: Progress) -> None:
    at = draft.at.at("progress")
    members = {code for group in progress.members.values() for code in group}
    if not progress.groups or not sum(group.weight for group in progress.groups):
        at.refuse("no group has a weight", "a weight above zero", "groups")
    for group in progress.groups:
        if group.aggregation in AMONG_ALL:
            place = at.at("groups", group.code)
            place.refuse(group.aggregation, "a mean of the ratios", "aggregation")
    for code, weights in progress.members.items():
        place = at.at("groups", code, "members")
        for member in weights:
            if member not in draft.indicator_places:
                expected = with_nearest("an indicator", member, draft.indicator_places)
                here = place.of(place.node.get(member) or place.node, place.what)
                here.refuse(Sentence("unknown code {member!r}", member=member), expected)
    for code, floor in progress.base_floor.items():
        place = at.at("base_floor", code)
        indicator = draft.indicators.get(code)
        if code not in members:
            place.refuse("is no member", with_nearest("a member", code, members))
        elif indicator is not None and indicator.direction == -1:
            place.refuse("less is better", "a member of which more is better")
        elif floor <= 0:
            place.refuse(f"{floor:g}", "a base value above zero")
    if progress.below_base_floor != "exclude" and not progress.base_floor:
        expected = Sentence("base_floor, against which a smaller base is measured")
        at.refuse("no floor is given", expected, "below_base_floor")


def check_weights(draft: Draft) -> None:
    """Each group has members, and weights that are not all zero; each indicator's group exists."""
    unread = [
        p.node.get("group") for c, p in draft.indicator_places.items() if c not in draft.indicators
    ]
    unsure = {node.raw for node in unread if node is not None}  # their members have Problems
    for code, indicator in draft.indicators.items():
        at = draft.indicator_places[code]
        if indicator.group and indicator.group not in draft.group_places:
            expected = with_nearest("a group", indicator.group, draft.group_places)
            unsure.add(nearest(indicator.group, draft.group_places))
            at.refuse(Sentence("unknown group {group!r}", group=indicator.group), expected, "group")
        if indicator.group and at.node.get("weight") is None:
            unsure.add(indicator.group)
            at.refuse(
                "is missing",
                Sentence("its share within group {group}", group=indicator.group),
                "weight",
            )
    for code in ("", *draft.groups):
        if code not in unsure:
            _check_members(draft, code)


def _check_members(draft: Draft, code: str) -> None:
    whole = draft.at.of(draft.at.node.get("groups") or draft.at.node, "groups")
    at = draft.group_places[code] if code else whole
    weights = [g.weight for g in draft.groups.values() if g.parent == code]
    if code:
        weights += [i.weight for i in draft.indicators.values() if i.group == code]
    if set(draft.group_places) - set(draft.groups):
        return  # a member that could not be read has its own Problem
    if not weights and code:
        at.refuse("has no members", "an indicator with this group, or a group inside it")
    elif weights and not sum(weights):
        at.of(at.node, f"{at.what}.weight").refuse("all weights are zero", "a weight above zero")


def check_scale(draft: Draft) -> None:
    """The floor of the scale lies below its top."""
    scale = draft.at.node.get("scale") or Node({}, "")
    floor, top = (scale.get(key) for key in ("floor", "top"))
    low = floor.value if floor is not None else 0.0
    high = top.value if top is not None else 100.0
    if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        at = draft.at.of(floor or top or draft.at.node, "scale")
        at.refuse(Sentence("floor {low:g}, top {high:g}", low=low, high=high), "floor below top")


def method_of(draft: Draft, indicator: Indicator) -> str:
    """By which method an indicator is scored: its own, or the framework's."""
    default = draft.at.node.get("normalisation")
    return indicator.normalisation or (default.raw if default is not None else "goalposts")


def check_goalposts(draft: Draft, indicator: Indicator, run: Run | None) -> None:
    """The ends of the scale lie as the direction says, and exist for the year evaluated."""
    at = draft.indicator_places[indicator.code].at("goalposts")
    for year, ends in indicator.goalposts.items():
        _check_ends(ends, indicator.direction, at.at(str(year)))
    method = method_of(draft, indicator)
    for year, ends in indicator.goalposts.items() if method == "log_goalposts" else ():
        low = min(
            ends.worst, ends.best, *(end for pair in ends.by_industry.values() for end in pair)
        )
        if low <= 0:
            at.at(str(year)).refuse(
                Sentence("an end of {low:g}", low=low), "ends above 0: they have a logarithm"
            )
    is_needed = indicator.group and indicator.collected and method in ON_GOALPOSTS
    if run is not None and is_needed and indicator.goalposts_in(run.year) is None:
        first = min(indicator.goalposts, default=None)
        found = "none" if first is None else Sentence("begin in {first}", first=first)
        at.refuse(
            Sentence("{found}, nothing holds in {year}", found=found, year=run.year),
            Sentence("a key {year} or earlier", year=run.year),
        )


def _check_ends(ends: Goalposts, direction: int, at: Reading) -> None:
    pairs = {"": (ends.worst, ends.best), **ends.by_industry}
    for industry, (worst, best) in pairs.items():
        here = at.of(at.node, f"{at.what}.by_industry.{industry}") if industry else at
        if (best - worst) * direction <= 0:
            order = best_first(direction)
            here.refuse(
                Sentence("worst {worst:g}, best {best:g}", worst=worst, best=best),
                Sentence("{order} (direction {direction})", order=order, direction=direction),
            )
