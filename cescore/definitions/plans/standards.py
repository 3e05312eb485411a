"""standards/<id>.yml: published thresholds, checked against the indicators they are held to."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft, Files
from cescore.definitions.model import Standard
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence


def load_standards(files: Files, drafts: Mapping[str, Draft]) -> dict[str, Standard]:
    """Every standard by its id; whatever contradicts itself or the frameworks is a Problem."""
    standards: dict[str, Standard] = {}
    for stem, file in files:
        at = file.of(file.node, "standard")
        standard = None if at.node.is_broken else at.build(Standard, id=stem)
        if standard is not None:
            _check_groups(standard, at)
            _check_indicators(standard, at, drafts)
            standards[stem] = standard
    return standards


def _check_groups(standard: Standard, at: Reading) -> None:
    """Each group has members enough; nothing is compulsory and a choice at once."""
    file = at.of(at.node, "")
    if not standard.requirements:
        at.of(at.node, "standard.requirements").refuse("there is none", "one or more")
    for code, line in standard.requirements.items():
        place = file.at("requirements", code)
        place = place.of(place.node, f"{place.what}.choose")
        place.known(line.choose, standard.choose, "a group under choose")
        if line.choose and line.compulsory:
            place.refuse("also compulsory", "one or the other")
    for code, group in standard.choose.items():
        size = sum(line.choose == code for line in standard.requirements.values())
        if size < group.least:
            file.at("choose", code).refuse(
                Sentence("{size} members", size=size),
                Sentence("at least {least} of them", least=group.least),
            )


def _check_indicators(standard: Standard, at: Reading, drafts: Mapping[str, Draft]) -> None:
    """The entity type has a framework, and the framework every indicator."""
    draft = drafts.get(standard.entity_type)
    if draft is None:
        kind = standard.entity_type
        expected = with_nearest("an entity type with a framework", kind, drafts)
        at.refuse(repr(kind), expected, "entity_type")
        return
    if draft.is_broken:
        return
    for code, line in standard.requirements.items():
        for key, used in (("indicator", line.indicator), ("sign_of", line.sign_of)):
            place = at.of(at.node, "").at("requirements", code, key)
            place.known(
                used,
                draft.indicator_places,
                Sentence("an indicator of {entity_type}", entity_type=draft.entity_type),
            )
