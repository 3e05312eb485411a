"""frameworks/<type>.yml as it is laid out: nested groups, inheritance, the progress index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cescore.definitions.formula import Expression, is_reserved
from cescore.definitions.located import Node, merged
from cescore.definitions.model import Group, Indicator, Progress
from cescore.definitions.resolving import FILLED_BY_LOADING, read_formula
from cescore.definitions.shape import build, with_nearest
from cescore.errors import Problem

# Folders that a run's tree has beside those of the entity types.
RESERVED_FOLDERS = ("evidence", "logs", "release", "stale", "units")


@dataclass
class Draft:
    """One framework as read: its sound parts as objects, and the places of all."""

    entity_type: str
    node: Node
    problems: list[Problem]
    groups: dict[str, Group] = field(default_factory=dict)
    group_nodes: dict[str, Node] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    indicator_nodes: dict[str, Node] = field(default_factory=dict)
    expressions: dict[str, Expression] = field(default_factory=dict)
    progress: Progress | None = None

    def refuse(self, node: Node | None, what: str, found: str, expected: str) -> None:
        place = (node or self.node).where
        self.problems.append(Problem(place, what, found, expected))


def draft_frameworks(
    files: list[tuple[str, Node]], where: str, problems: list[Problem]
) -> dict[str, Draft]:
    """A draft per entity type, with what it extends laid under it."""
    if not files:
        expected = "frameworks/<entity type>.yml"
        problems.append(Problem(where, "frameworks", "there is none", expected))
    nodes: dict[str, Node] = {}
    for stem, node in files:
        entity_type = _entity_type(stem, node)
        if entity_type in nodes:
            found = f"{entity_type!r} is also described at {nodes[entity_type].where}"
            problems.append(Problem(node.where, "entity_type", found, "one file per entity type"))
        nodes.setdefault(entity_type, node)
        _check_folder(entity_type, node, problems)
    return {
        entity_type: _draft(entity_type, _extended(entity_type, nodes, (), problems), problems)
        for entity_type in nodes
    }


def _check_folder(entity_type: str, node: Node, problems: list[Problem]) -> None:
    """An entity type names the folder of its reports, which must not be another's."""
    if entity_type.casefold() in RESERVED_FOLDERS:
        found = f"{entity_type!r} is a folder of every run"
        problems.append(Problem(node.where, "entity_type", found, "another name"))


def _entity_type(stem: str, node: Node) -> str:
    given = node.get("entity_type")
    return given.raw if given is not None and given.raw else stem


def _extended(
    entity_type: str,
    nodes: Mapping[str, Node],
    path: tuple[str, ...],
    problems: list[Problem],
) -> Node:
    node = nodes[entity_type]
    base = node.get("extends")
    own = node.without("extends")
    if base is None or base.value is None:
        return own
    if base.raw in (*path, entity_type):
        found = " -> ".join([*path, entity_type, base.raw])
        problems.append(Problem(base.where, "extends", found, "no cycle"))
        return own
    if base.raw not in nodes:
        expected = with_nearest("an entity type with a framework", base.raw, nodes)
        problems.append(Problem(base.where, "extends", base.kind, expected))
        return own
    return merged(
        _extended(base.raw, nodes, (*path, entity_type), problems).without("entity_type"),
        own,
    )


def _draft(entity_type: str, node: Node, problems: list[Problem]) -> Draft:
    draft = Draft(entity_type, node, problems)
    if node.is_broken:
        return draft
    groups = _section(draft, "groups")
    if not groups:
        draft.refuse(node.get("groups"), "groups", "there is none", "at least one group")
    _add_groups(draft, groups, "")
    for code, entry in _section(draft, "indicators").items():
        _add_indicator(draft, code, entry)
    draft.progress = _progress(draft)
    return draft


def _section(draft: Draft, key: str) -> dict[str, Node]:
    section = draft.node.get(key)
    if section is not None and section.value is not None and not isinstance(section.value, dict):
        draft.refuse(section, key, section.kind, "keys with values")
    return section.entries() if section is not None else {}


def _add_groups(draft: Draft, entries: Mapping[str, Node], parent: str) -> None:
    """Groups of a nested mapping, to any depth, each with the group it stands in."""
    for code, node in entries.items():
        what = f"groups.{code}"
        if code in draft.group_nodes:
            first = draft.group_nodes[code].where
            draft.refuse(node, what, f"the code is taken at {first}", "each group once")
            continue
        draft.group_nodes[code] = node
        inner = node.get("groups")
        plain = node.without("groups") if isinstance(node.value, dict) else node
        group = build(Group, plain, what, draft.problems, hidden=("parent",), code=code)
        if group is not None:
            draft.groups[code] = group.model_copy(update={"parent": parent})
        if inner is not None and inner.value is not None:
            if not isinstance(inner.value, dict):
                draft.refuse(inner, f"{what}.groups", inner.kind, "keys with values")
            _add_groups(draft, inner.entries(), code)


def _add_indicator(draft: Draft, code: str, node: Node) -> None:
    what = f"indicators.{code}"
    draft.indicator_nodes[code] = node
    found = build(Indicator, node, what, draft.problems, hidden=FILLED_BY_LOADING, code=code)
    if is_reserved(code) or code in draft.group_nodes:
        words = "a group has this code" if code in draft.group_nodes else "a word of the language"
        draft.refuse(node, what, words, "another code")
    if found is not None:
        role = "scored" if found.group else "reference" if found.role == "reference" else "reported"
        draft.indicators[code] = found.model_copy(update={"role": role})
        expression = read_formula(found, node, what, draft.problems)
        if expression is not None:
            draft.expressions[code] = expression
        if not found.collected and not found.definition:
            draft.refuse(
                node,
                f"{what}.definition",
                "is missing",
                "in words what is not collected",
            )


def _progress(draft: Draft) -> Progress | None:
    """The progress index: its groups hold their members directly."""
    node = draft.node.get("progress")
    if node is None or node.value is None:
        return None
    groups: list[Group] = []
    members: dict[str, Any] = {}
    for code, entry in (node.get("groups") or Node({}, node.where)).entries().items():
        group = build(
            Group,
            entry.without("members") if isinstance(entry.value, dict) else entry,
            f"progress.groups.{code}",
            draft.problems,
            hidden=("parent", "min_available"),
            code=code,
        )
        if group is not None:
            groups.append(group)
            members[code] = _progress_members(draft, code, entry)
    plain = node.without("groups") if isinstance(node.value, dict) else node
    return build(
        Progress,
        plain,
        "progress",
        draft.problems,
        hidden=("members",),
        groups=tuple(groups),
        members=members,
    )


def _progress_members(draft: Draft, group: str, entry: Node) -> dict[str, float]:
    """Indicator -> weight; a plain list means equal weights."""
    what = f"progress.groups.{group}.members"
    given = entry.get("members")
    found: dict[str, float] = {}
    if given is None or not given.value or not isinstance(given.value, dict | list):
        draft.refuse(given or entry, what, "there is none", "indicator: weight")
        return found
    if isinstance(given.value, list):
        return {node.raw: 1.0 for node in given.value}
    for code, node in given.value.items():
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            draft.refuse(node, f"{what}.{code}", node.kind, "a weight of 0 or more")
        else:
            found[code] = float(value)
    if found and not sum(found.values()):
        draft.refuse(given, what, "all weights are zero", "a weight above zero")
    return found
