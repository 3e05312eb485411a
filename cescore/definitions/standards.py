"""standards/<id>.yml: published thresholds, checked against the indicators they are held to."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.layout import Draft
from cescore.definitions.located import Node
from cescore.definitions.model import Requirement, Standard
from cescore.definitions.shape import build, with_nearest
from cescore.errors import Problem


def load_standards(
    files: list[tuple[str, Node]], drafts: Mapping[str, Draft], problems: list[Problem]
) -> dict[str, Standard]:
    """Every standard by its id; whatever contradicts itself or the frameworks is a Problem."""
    found: dict[str, Standard] = {}
    for stem, node in files:
        standard = None if node.is_broken else build(Standard, node, "standard", problems, id=stem)
        if standard is not None:
            _check_groups(standard, node, problems)
            _check_indicators(standard, node, drafts, problems)
            found[stem] = standard
    return found


def _check_groups(standard: Standard, node: Node, problems: list[Problem]) -> None:
    """Each group has members enough; nothing is compulsory and a choice at once."""
    if not standard.requirements:
        problems.append(
            Problem(node.where, "standard.requirements", "there is none", "one or more")
        )
    for code, line in standard.requirements.items():
        place, what = node.at(("requirements", code)), f"requirements.{code}.choose"
        if line.choose and line.choose not in standard.choose:
            expected = with_nearest("a group under choose", line.choose, standard.choose)
            problems.append(Problem(place.where, what, repr(line.choose), expected))
        if line.choose and line.compulsory:
            problems.append(Problem(place.where, what, "also compulsory", "one or the other"))
    for code, group in standard.choose.items():
        size = sum(line.choose == code for line in standard.requirements.values())
        if size < group.least:
            where, found = node.at(("choose", code)).where, f"{size} members"
            expected = f"at least {group.least} of them"
            problems.append(Problem(where, f"choose.{code}", found, expected))


def _check_indicators(
    standard: Standard, node: Node, drafts: Mapping[str, Draft], problems: list[Problem]
) -> None:
    """The entity type has a framework, and the framework every indicator."""
    draft = drafts.get(standard.entity_type)
    if draft is None:
        place = node.at(("entity_type",)).where
        expected = with_nearest("an entity type with a framework", standard.entity_type, drafts)
        problems.append(
            Problem(place, "standard.entity_type", repr(standard.entity_type), expected)
        )
        return
    if draft.node.is_broken:
        return
    for code, line in standard.requirements.items():
        _check_line(code, line, node.at(("requirements", code)), draft, problems)


def _check_line(
    code: str, line: Requirement, node: Node, draft: Draft, problems: list[Problem]
) -> None:
    for key in ("indicator", "sign_of"):
        used = getattr(line, key)
        if used and used not in draft.indicator_nodes:
            place = node.at((key,)).where
            expected = with_nearest(
                f"an indicator of {draft.entity_type}", used, draft.indicator_nodes
            )
            problems.append(Problem(place, f"requirements.{code}.{key}", repr(used), expected))
