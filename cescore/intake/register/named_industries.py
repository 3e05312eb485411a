"""Industries that params name and no entity has: a slip would quietly put a firm on another scale."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cescore.definitions.definitions import Definitions
from cescore.definitions.entries.located import Node, read
from cescore.definitions.industry_mix import names_of
from cescore.definitions.model import Framework
from cescore.errors import ParamsError, Problem, Sentence
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.intake.register.entities import Register

CLOSE = 0.6  # share of letters in common from which a word passes for a slip of another


@dataclass(frozen=True)
class _Named:
    """A table by industry in params/: its file, the keys that lead to it, and what it names."""

    file: str
    path: tuple[str, ...]
    industries: tuple[str, ...]
    entity_types: tuple[str, ...]


def unknown_industries(
    definitions: Definitions, register: Register, params_dir: Path
) -> tuple[Finding, ...]:
    """A warning for each industry that no entity of the type has.

    Raises
    ------
    ParamsError
        Such an industry is spelt nearly like one that entities have and the table does not name:
        all of them at once, each with its line.
    """
    refused: list[Problem] = []
    found: list[Finding] = []
    for (where, named, industry), (had, beside) in _entries(definitions, register, params_dir):
        if industry in had:
            continue
        slip = _slip_of(industry, had - beside)
        if slip:
            said = Sentence("the industry {industry!r}, which no entity has", industry=industry)
            refused.append(
                Problem(where, named, said, Sentence("did you mean {slip!r}?", slip=slip))
            )
            continue
        file, _, line = where.rpartition(":")
        values = (("industry", industry), ("key", named), ("had", tuple(sorted(had))))
        at = Address(file, int(line))
        found.append(Finding("warning", "unknown_industry", at, values=values))
    if refused:
        raise ParamsError(
            Sentence(
                "{name}/ names industries that the register does not have", name=params_dir.name
            ),
            refused,
        )
    return tuple(found)


_Entry = tuple[str, str, str]  # file and line, keys that lead to it, the industry


def _entries(
    definitions: Definitions, register: Register, params_dir: Path
) -> Iterable[tuple[_Entry, tuple[set[str], set[str]]]]:
    """Each entry once, with the industries of the types it is for, and those named beside it.

    An entry that one framework takes from another by ``extends`` is for the entities of both.
    """
    industries: dict[str, set[str]] = defaultdict(set)
    for entity in register:
        industries[entity.entity_type].update(names_of(entity.industry))
    found: dict[_Entry, tuple[set[str], set[str]]] = {}
    for table in _tables(definitions):
        for industry in table.industries:
            entry = (_place(params_dir, table, industry), ".".join(table.path), industry)
            had, beside = found.setdefault(entry, (set(), set()))
            had.update(*(industries[t] - {""} for t in table.entity_types))
            beside.update(table.industries)
    return found.items()


def _slip_of(industry: str, unserved: Collection[str]) -> str:
    """The industry that was meant, where a real one without an entry of its own is close."""
    return next(iter(difflib.get_close_matches(industry, sorted(unserved), 1, CLOSE)), "")


def _tables(definitions: Definitions) -> Iterator[_Named]:
    for entity_type, framework in definitions.frameworks.items():
        yield from _goalposts(entity_type, framework)
    for framework in definitions.beside:
        yield from _goalposts(framework.entity_type, framework)
    every = tuple(definitions.frameworks)
    for code, quantity in definitions.ends.quantities.items():
        for key, named in (
            ("by_industry", quantity.by_industry),
            ("ends_by_industry", quantity.ends_by_industry),
        ):
            yield _Named("goalposts.yml", ("quantities", code, key), tuple(named), every)
    for code, account in definitions.accounts.items():
        types = account.entity_types or every
        yield _Named("norms.yml", (code, "otherwise_in"), tuple(account.otherwise_in), types)
    for one in definitions.ranges:
        types = one.entity_types or tuple(definitions.frameworks)
        path = ("ranges", one.code, "by_industry")
        yield _Named("checks.yml", path, tuple(one.by_industry), types)


def _goalposts(entity_type: str, framework: Framework) -> Iterator[_Named]:
    for code, indicator in framework.indicators.items():
        for year, posts in indicator.goalposts.items():
            path = ("indicators", code, "goalposts", str(year), "by_industry")
            file = f"frameworks/{framework.id or entity_type}.yml"
            own = () if posts.of else tuple(posts.by_industry)  # else they stand in goalposts.yml
            yield _Named(file, path, own, (entity_type,))


def _place(params_dir: Path, table: _Named, industry: str) -> str:
    """File and line of the entry, which may stand in a framework that this one extends."""
    file, wanted = table.file, (*table.path, industry)
    for _ in range(10):  # a chain of extends, which loading has found to end
        node = read(params_dir / file, f"{params_dir.name}/{file}", [])
        base = node.get("extends")
        if _holds(node, wanted) or base is None:
            return node.at(wanted).where
        file = f"frameworks/{base.value}.yml"
    return f"{params_dir.name}/{table.file}:1"


def _holds(node: Node, path: tuple[str, ...]) -> bool:
    found: Node | None = node
    for key in path:
        found = found.get(key) if found is not None else None
    return found is not None
