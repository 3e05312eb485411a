"""frameworks/<type>.yml as it is laid out: nested groups, inheritance, the progress index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cescore.definitions.entries.located import Node, merged
from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.formula import Expression
from cescore.definitions.formulas.language import is_reserved
from cescore.definitions.frameworks.ends import Ends
from cescore.definitions.frameworks.names import read_formula
from cescore.definitions.model import Group, Indicator, Progress
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence

# Folders that a run's tree has beside those of the entity types.
RESERVED_FOLDERS = ("evidence", "logs", "release", "stale", "units")
Files = list[tuple[str, Reading]]  # files of a folder, each with its stem


@dataclass
class Draft:
    """One framework as read: its sound parts as objects, and the places of all."""

    entity_type: str
    at: Reading
    id: str = ""  # the file's name
    groups: dict[str, Group] = field(default_factory=dict)
    group_places: dict[str, Reading] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    indicator_places: dict[str, Reading] = field(default_factory=dict)
    expressions: dict[str, Expression] = field(default_factory=dict)
    progress: Progress | None = None

    @property
    def is_broken(self) -> bool:
        return self.at.node.is_broken


@dataclass(frozen=True)
class Drafts:
    """The frameworks as read: of each entity type the one that it is evaluated by, and the others."""

    official: Mapping[str, Draft]  # by entity type
    others: Mapping[str, Mapping[str, Draft]]  # entity type -> id -> what it may be held against

    def every(self) -> dict[str, Draft]:
        """All of them by id: the name of the file."""
        others = {code: d for of_type in self.others.values() for code, d in of_type.items()}
        return {**{draft.id: draft for draft in self.official.values()}, **others}


def draft_frameworks(
    files: Files, folder: Reading, chosen: Mapping[str, str], ends: Ends
) -> Drafts:
    """A draft of each file, with what it extends laid under it, and ends of quantities written in.

    A type is evaluated by the framework that ``chosen`` (the run's ``frameworks``) names for it, else
    by the file that has the type's name, else by its only one.
    """
    if not files:
        folder.of(folder.node, "frameworks").refuse("there is none", "frameworks/<entity type>.yml")
    places = dict(files)
    types = {stem: _entity_type(stem, at.node) for stem, at in files}
    for stem, entity_type in types.items():
        if entity_type.casefold() in RESERVED_FOLDERS:  # it names the folder of its reports
            here = places[stem].of(places[stem].node, "entity_type")
            here.refuse(
                Sentence("{entity_type!r} is a folder of every run", entity_type=entity_type),
                "another name",
            )
    drafts = {
        stem: _draft(types[stem], stem, at.of(_extended(stem, places, ()), ""), ends)
        for stem, at in places.items()
    }
    official: dict[str, Draft] = {}
    others: dict[str, dict[str, Draft]] = {}
    for entity_type in dict.fromkeys(types.values()):
        own = {stem: drafts[stem] for stem, of_type in types.items() if of_type == entity_type}
        code = _official(entity_type, list(own), folder, chosen.get(entity_type, ""))
        official[entity_type] = own.pop(code)
        others[entity_type] = own
    for entity_type in chosen:
        folder.of(folder.node, f"runs: frameworks.{entity_type}").known(entity_type, official)
    return Drafts(official, others)


def _official(entity_type: str, ids: list[str], folder: Reading, chosen: str) -> str:
    """The framework a type is evaluated by; a doubt is a Problem."""
    at = folder.of(folder.node, f"runs: frameworks.{entity_type}")
    if chosen and chosen not in ids:
        at.refuse(
            repr(chosen),
            Sentence(
                "a framework of {entity_type}: {listed}",
                entity_type=entity_type,
                listed=", ".join(ids),
            ),
        )
    if chosen in ids:
        return chosen
    if entity_type in ids or len(ids) == 1:
        return entity_type if entity_type in ids else ids[0]
    at.refuse(
        Sentence(
            "{listed} are all of {entity_type}", listed=", ".join(ids), entity_type=entity_type
        ),
        Sentence("frameworks: {{{entity_type}: …}}", entity_type=entity_type),
    )
    return ids[0]


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
        expected = with_nearest("a framework", base.raw, places)
        at.refuse(base.kind, expected, "extends")
        return own
    under = _extended(base.raw, places, (*path, entity_type))
    return merged(under.without("entity_type"), own)


def _draft(entity_type: str, code: str, at: Reading, ends: Ends) -> Draft:
    draft = Draft(entity_type, at, code)
    if draft.is_broken:
        return draft
    groups = _section(at, "groups")
    if not groups:
        at.refuse("there is none", "at least one group", "groups")
    _add_groups(draft, groups, "")
    for code, entry in _section(at, "indicators").items():
        _add_indicator(draft, code, ends.written_into(at.of(entry, f"indicators.{code}")))
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
            at.refuse(Sentence("the code is taken at {first}", first=first), "each group once")
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
