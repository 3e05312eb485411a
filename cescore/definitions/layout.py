"""frameworks/<type>.yml as it is laid out: nested groups, inheritance, the progress index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cescore.definitions.formula import Expression
from cescore.definitions.language import is_reserved
from cescore.definitions.located import Node, merged
from cescore.definitions.model import Group, Indicator, Progress
from cescore.definitions.names import read_formula
from cescore.definitions.reading import Reading
from cescore.definitions.spelling import with_nearest

# Folders that a run's tree has beside those of the entity types.
RESERVED_FOLDERS = ("evidence", "logs", "release", "stale", "units")
Files = list[tuple[str, Reading]]  # files of a folder, each with its stem


@dataclass
class Draft:
    """One framework as read: its sound parts as objects, and the places of all."""

    entity_type: str
    at: Reading
    groups: dict[str, Group] = field(default_factory=dict)
    group_places: dict[str, Reading] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    indicator_places: dict[str, Reading] = field(default_factory=dict)
    expressions: dict[str, Expression] = field(default_factory=dict)
    progress: Progress | None = None

    @property
    def is_broken(self) -> bool:
        return self.at.node.is_broken


def draft_frameworks(files: Files, folder: Reading) -> dict[str, Draft]:
    """A draft per entity type, with what it extends laid under it."""
    if not files:
        folder.of(folder.node, "frameworks").refuse("there is none", "frameworks/<entity type>.yml")
    places: dict[str, Reading] = {}
    for stem, at in files:
        entity_type = _entity_type(stem, at.node)
        here = at.of(at.node, "entity_type")
        if entity_type in places:
            found = f"{entity_type!r} is also described at {places[entity_type].node.where}"
            here.refuse(found, "one file per entity type")
        places.setdefault(entity_type, at)
        if entity_type.casefold() in RESERVED_FOLDERS:  # it names the folder of its reports
            here.refuse(f"{entity_type!r} is a folder of every run", "another name")
    return {
        kind: _draft(kind, at.of(_extended(kind, places, ()), "")) for kind, at in places.items()
    }


def _entity_type(stem: str, node: Node) -> str:
    given = node.get("entity_type")
    return given.raw if given is not None and given.raw else stem


def _extended(entity_type: str, places: Mapping[str, Reading], path: tuple[str, ...]) -> Node:
    at = places[entity_type]
    base, own = at.node.get("extends"), at.node.without("extends")
    if base is None or base.value is None:
        return own
    if base.raw in (*path, entity_type):
        at.refuse(" -> ".join([*path, entity_type, base.raw]), "no cycle", "extends")
        return own
    if base.raw not in places:
        expected = with_nearest("an entity type with a framework", base.raw, places)
        at.refuse(base.kind, expected, "extends")
        return own
    under = _extended(base.raw, places, (*path, entity_type))
    return merged(under.without("entity_type"), own)


def _draft(entity_type: str, at: Reading) -> Draft:
    draft = Draft(entity_type, at)
    if draft.is_broken:
        return draft
    groups = _section(at, "groups")
    if not groups:
        at.refuse("there is none", "at least one group", "groups")
    _add_groups(draft, groups, "")
    for code, entry in _section(at, "indicators").items():
        _add_indicator(draft, code, at.of(entry, f"indicators.{code}"))
    draft.progress = _progress(at)
    return draft


def _section(at: Reading, key: str) -> dict[str, Node]:
    section = at.node.get(key)
    if section is not None and section.value is not None and not isinstance(section.value, dict):
        at.refuse(section.kind, "keys with values", key)
    return section.entries() if section is not None else {}


def _without(at: Reading, *keys: str) -> Reading:
    """A place without some of its keys, which are read by themselves."""
    node = at.node.without(*keys) if isinstance(at.node.value, dict) else at.node
    return at.of(node, at.what)


def _add_groups(draft: Draft, entries: Mapping[str, Node], parent: str) -> None:
    """Groups of a nested mapping, to any depth, each with the group it stands in."""
    for code, node in entries.items():
        at = draft.at.of(node, f"groups.{code}")
        if code in draft.group_places:
            first = draft.group_places[code].node.where
            at.refuse(f"the code is taken at {first}", "each group once")
            continue
        draft.group_places[code] = at
        group = _without(at, "groups").build(Group, hidden=("parent",), code=code)
        if group is not None:
            draft.groups[code] = group.model_copy(update={"parent": parent})
        _add_groups(draft, _section(at, "groups"), code)


def _add_indicator(draft: Draft, code: str, at: Reading) -> None:
    draft.indicator_places[code] = at
    indicator = at.build(Indicator, code=code)
    if is_reserved(code) or code in draft.group_places:
        words = "a group has this code" if code in draft.group_places else "a word of the language"
        at.refuse(words, "another code")
    if indicator is None:
        return
    role = "reference" if indicator.role == "reference" else "reported"
    role = "scored" if indicator.group else role
    draft.indicators[code] = indicator.model_copy(update={"role": role})
    expression = read_formula(indicator, at)
    if expression is not None:
        draft.expressions[code] = expression
    if not indicator.collected and not indicator.definition:
        at.of(at.node, f"{at.what}.definition").refuse(
            "is missing", "in words what is not collected"
        )


def _progress(framework: Reading) -> Progress | None:
    """The progress index: its groups hold their members directly."""
    node = framework.node.get("progress")
    if node is None or node.value is None:
        return None
    at = framework.at("progress")
    groups: list[Group] = []
    members: dict[str, Any] = {}
    for code in (node.get("groups") or Node({}, node.where)).entries():
        place = at.at("groups", code)
        group = _without(place, "members").build(
            Group, hidden=("parent", "min_available"), code=code
        )
        if group is not None:
            groups.append(group)
            members[code] = _progress_members(place)
    return _without(at, "groups").build(
        Progress, hidden=("members",), groups=tuple(groups), members=members
    )


def _progress_members(group: Reading) -> dict[str, float]:
    """Indicator -> weight; a plain list means equal weights."""
    weights: dict[str, float] = {}
    given = group.node.get("members")
    if given is None or not given.value or not isinstance(given.value, dict | list):
        group.of(given or group.node, f"{group.what}.members").refuse(
            "there is none", "indicator: weight"
        )
        return weights
    if isinstance(given.value, list):
        return {node.raw: 1.0 for node in given.value}
    for code, node in given.value.items():
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            group.at("members", code).refuse(node.kind, "a weight of 0 or more")
        else:
            weights[code] = float(value)
    if weights and not sum(weights.values()):
        group.refuse("all weights are zero", "a weight above zero", "members")
    return weights
