"""data/withheld.json: which figures are withheld, kept from edition to edition and year to year.

A correction that withheld other figures than the edition before it would give both away; so what
was withheld stays withheld as long as that is safe. The file also says on what it was audited: while
that has not changed the pattern holds without being looked for again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cescore.definitions.model.refusals import expected_by
from cescore.disclosure.ledger.earlier import NOTHING, SIZES, EarlierSums
from cescore.disclosure.ledger.industries import OF_INDUSTRY
from cescore.disclosure.ledger.statements import Figure
from cescore.errors import DataError, Sentence

if TYPE_CHECKING:
    from cescore.intake.workspace import Workspace

NAME = "withheld.json"
FILE = f"data/{NAME}"
SAYS_NOTHING_OF_SUMS = {"learning_over_respondents", "licence", "decided_by", "decided_on"}
# of a rule that names no type; patterns of before these were read are asked anew
EVERY = ("every type",)
METHOD = 14  # of choosing and auditing; a pattern of another method is looked for again


class _Content(BaseModel):
    """The file as written: entity -> code -> years."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audited: str
    # year -> respondents, by the bodies they lay in; the bare respondents, as earlier versions wrote
    filed: Mapping[int, Mapping[str, tuple[str, ...]] | tuple[str, ...]]
    sizes: Mapping[int, Mapping[str, str]] = {}  # year -> code -> see `earlier.EarlierSums`
    withheld: Mapping[str, Mapping[str, tuple[int, ...]]]
    released_above: Mapping[str, Mapping[str, tuple[int, ...]]]
    proven: tuple[str, ...] = ()
    # edition -> as `withheld`
    taken_back: Mapping[int, Mapping[str, Mapping[str, tuple[int, ...]]]] = {}


@dataclass(frozen=True)
class KeptPattern:
    """What an edition withheld.

    ``audited``: the hash of everything it was audited on (`basis_of`); "" where there is no file.
    ``proven``: of each part of it that is safe the hash of what that rests on (`proven.verdict_of`).
    ``filed``: year -> whose figures that edition's sums held. ``withheld``,
    ``above``: as in `ledger.Ledger`. ``taken_back``: figures of ``withheld`` that an edition before had
    released -> the year that it evaluated.
    """

    audited: str = ""
    filed: Mapping[int, EarlierSums] = field(default_factory=dict)
    withheld: frozenset[Figure] = frozenset()
    above: frozenset[Figure] = frozenset()
    proven: frozenset[str] = frozenset()
    taken_back: Mapping[Figure, int] = field(default_factory=dict)

    @property
    def edition(self) -> int:
        """The year that the edition evaluated; 0 where there was none."""
        return max(self.filed, default=0)

    def renamed(self, ids: Mapping[str, str], codes: Mapping[str, str]) -> KeptPattern:
        """The same of entities and quantities that have another code since: old code -> new."""

        def figure(old: Figure) -> Figure:
            code, mark, industry = old.code.partition(OF_INDUSTRY)
            new = f"{codes.get(code, code)}{mark}{industry}"
            return Figure(ids.get(old.entity_id, old.entity_id), new, old.year)

        return replace(
            self,
            filed={year: one.renamed(ids, codes) for year, one in self.filed.items()},
            withheld=frozenset(map(figure, self.withheld)),
            above=frozenset(map(figure, self.above)),
            taken_back={figure(old): edition for old, edition in self.taken_back.items()},
        )

    def text(self) -> str:
        """The file's text: one line a body and code, in the order of the alphabet."""
        content = {
            "audited": self.audited,
            "filed": {year: _by_chain(one) for year, one in sorted(self.filed.items())},
            "sizes": {
                year: dict(sorted(one.sizes.items())) for year, one in sorted(self.filed.items())
            },
            "withheld": _nested(self.withheld),
            "released_above": _nested(self.above),
            "proven": sorted(self.proven),
        }
        if self.taken_back:
            content["taken_back"] = {
                edition: _nested(f for f, since in self.taken_back.items() if since == edition)
                for edition in sorted(set(self.taken_back.values()))
            }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        return (
            re.sub(r"\[\s*([^\[\]]*?)\s*\]", lambda m: f"[{' '.join(m[1].split())}]", text) + "\n"
        )


def _by_chain(returns: EarlierSums) -> dict[str, list[str]]:
    """Bodies, between blanks -> the respondents that lay in them."""
    found: dict[str, list[str]] = defaultdict(list)
    for entity_id, chain in returns.chains.items():
        found[" ".join(chain)].append(entity_id)
    return dict(sorted(found.items()))


def _earlier(content: _Content, year: int) -> EarlierSums:
    filed = content.filed[year]
    by_chain = filed if isinstance(filed, Mapping) else {"": filed}
    chains = {e: tuple(bodies.split()) for bodies, ids in by_chain.items() for e in ids}
    sizes = content.sizes.get(year, {})
    if any(len(one) != len(chains) or set(one) - {*SIZES, NOTHING} for one in sizes.values()):
        raise DataError(
            Sentence(
                "{file}: {at}: expected {expected}, as `build.py protect` writes it",
                file=FILE,
                at=f"sizes.{year}",
                expected=Sentence("a digit, a letter or a dot for each respondent"),
            )
        )
    return EarlierSums(dict(sorted(chains.items())), sizes)


def _nested(figures: Iterable[Figure]) -> dict[str, dict[str, list[int]]]:
    by_body: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for figure in sorted(figures):
        by_body[figure.entity_id][figure.code].append(figure.year)
    return by_body


def _figures(nested: Mapping[str, Mapping[str, Iterable[int]]]) -> frozenset[Figure]:
    return frozenset(
        Figure(entity_id, code, year)
        for entity_id, codes in nested.items()
        for code, years in codes.items()
        for year in years
    )


def read_pattern(root: Path) -> KeptPattern:
    """The pattern kept in a workspace; an empty one where there is none.

    Raises
    ------
    DataError
        The file is not what `KeptPattern.text` writes.
    """
    path = root / "data" / NAME
    if not path.is_file():
        return KeptPattern()
    try:
        content = _Content.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"])) or "the whole file"
        raise DataError(
            Sentence(
                "{file}: {at}: expected {expected}, as `build.py protect` writes it",
                file=FILE,
                at=at,
                expected=expected_by(first),
            )
        ) from error
    return KeptPattern(
        content.audited,
        {year: _earlier(content, year) for year in content.filed},
        _figures(content.withheld),
        _figures(content.released_above),
        frozenset(content.proven),
        {f: edition for edition, some in content.taken_back.items() for f in _figures(some)},
    )


def pattern_of(workspace: Workspace) -> KeptPattern:
    """The pattern kept in a workspace, in the ids and codes of today.

    Raises
    ------
    DataError
        As `read_pattern`.
    """
    frameworks = workspace.definitions.frameworks.values()
    tables: list[Mapping[str, Any]] = [workspace.definitions.variables]
    tables += [table for f in frameworks for table in (f.accounts, f.indicators)]
    codes = {old: new for table in tables for new, q in table.items() for old in q.formerly}
    return read_pattern(workspace.root).renamed(workspace.register.current_ids, codes)


def basis_of(workspace: Workspace) -> str:
    """A hash of all that decides what may be released: data, register, formulas and rules."""
    found = hashlib.sha256(f"method {METHOD}".encode())
    for entity_type, panel in workspace.panels.items():
        found.update(repr((entity_type, panel.entities, panel.years)).encode())
        found.update(repr(panel.attributes.get("basis", ())).encode())  # in the entities' order
        for code in sorted(panel.columns):
            column = panel.columns[code]
            found.update(code.encode())
            for array in (column.values, column.state, column.flags):
                found.update(array.tobytes())
    found.update(structure_of(workspace))
    return found.hexdigest()


def structure_of(workspace: Workspace) -> bytes:
    """What decides beside the values received: register, formulas and rules."""
    definitions = workspace.definitions
    equating = [rule for rule in definitions.checks if rule.equated or rule.bounds]
    register = [
        (entity, workspace.register.states(entity.entity_id)) for entity in workspace.register
    ]
    hashes = {t: framework.hash for t, framework in sorted(definitions.frameworks.items())}
    rules = definitions.disclosure.model_dump_json(exclude=SAYS_NOTHING_OF_SUMS)
    parts = (hashes, rules, workspace.year, workspace.base_year)
    adds_up = sorted((c, v.additive, v.kind) for c, v in definitions.variables.items())
    said = (
        *map(repr, register),
        repr((*parts, dict(workspace.tiled_by), sorted(workspace.blocked))),
        repr(sorted((r.id, r.equated, r.bounds, r.entity_types or EVERY) for r in equating)),
        repr(adds_up),
    )
    return "".join(said).encode()
