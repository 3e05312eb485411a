"""Reads data/layouts/*.yml: every layout of a workspace, or one error that names all that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cescore.definitions.entries.located import read
from cescore.definitions.entries.reading import Reading
from cescore.definitions.spelling import with_nearest
from cescore.errors import DataError, Problem, Sentence
from cescore.intake.observations.statuses import BASES, BASIS_WORDS
from cescore.intake.sources.plain_files import is_plain_file
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.definition import EVERY_TYPE, IN_CELL, Layout
from cescore.returns.layouts.form import FORM

FOLDER = "data/layouts"
BUILT_IN = (FORM, "table")


def load_layouts(root: Path, expected: Expected) -> dict[str, Layout]:
    """The layouts of a workspace by name.

    Raises
    ------
    DataError
        Everything that is wrong in any of them: file, line, key, what was found and expected.
    """
    problems: list[Problem] = []
    layouts: dict[str, Layout] = {}
    folder = root / FOLDER
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
        if not is_plain_file(path) or path.name.startswith("."):
            continue
        where = f"{FOLDER}/{path.name}"
        at = Reading(read(path, where, problems), "layout", problems)
        layout = None if at.node.is_broken else at.build(Layout, id=path.stem)
        if layout is not None:
            _check(layout, at, expected)
            layouts[layout.id] = layout
    if problems:
        raise DataError(Sentence("{folder}/ contradicts itself", folder=FOLDER), problems)
    return layouts


def _check(layout: Layout, at: Reading, expected: Expected) -> None:
    """Codes and ids must be known, each word must mean one thing, lookups must be able to be made."""
    if layout.id in BUILT_IN:
        at.refuse(
            repr(layout.id),
            Sentence(
                "another name than those of the program: {listed}", listed=", ".join(BUILT_IN)
            ),
        )
    file = at.of(at.node, "")
    for code in layout.variables:
        if code not in expected.variables:
            wanted = with_nearest("a code of params/variables.yml", code, expected.variables)
            file.at("variables", code).refuse(repr(code), wanted)
    known = expected.register.entities
    for entity_id in layout.entities:
        if entity_id not in known:
            wanted = with_nearest("an id of data/entities.csv", entity_id, known)
            file.at("entities", entity_id).refuse(repr(entity_id), wanted)
    for key in ("variables", "entities"):
        _check_words(key, getattr(layout, key).items(), file)
    _check_bases(layout, file, expected)
    for n, table in enumerate(layout.tables):
        for name, lookups in table.lookups.items():
            if any(lookup.direction == IN_CELL for lookup in lookups) and name != "unit":
                file.at("tables", str(n), name).refuse("in cell", "a unit alone stands in a cell")
        places = [look for lookups in table.lookups.values() for look in lookups]
        if not any(look.is_left or look.is_above for look in places):
            place = file.at("tables", str(n))
            place.refuse("no lookup above or to the left", "headings or stubs around values")


def _check_bases(layout: Layout, file: Reading, expected: Expected) -> None:
    """The basis of values is a word of theirs, stated for a type that somebody in the register has."""
    types = dict.fromkeys(entity.entity_type for entity in expected.register)
    for entity_type, basis in layout.basis.items():
        at = file if entity_type == EVERY_TYPE else file.at("basis")
        key = "basis" if entity_type == EVERY_TYPE else entity_type
        if entity_type != EVERY_TYPE:
            at.at(entity_type).known(entity_type, types)
        at.at(key).known(basis, (*BASES[1:], *BASIS_WORDS))


def _check_words(key: str, words: Iterable[tuple[str, tuple[str, ...]]], file: Reading) -> None:
    """A word of the form stands for one thing."""
    meant: dict[str, str] = {}
    for code, names in words:
        for word in names:
            other = meant.setdefault("".join(word.casefold().split()), code)
            if other != code:
                file.at(key, code).refuse(
                    repr(word), Sentence("a word that is not already {other}'s", other=other)
                )
