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
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from cescore.definitions.model.refusals import expected_by
from cescore.disclosure.statements import Figure
from cescore.errors import DataError, Sentence

if TYPE_CHECKING:
    from cescore.intake.workspace import Workspace

NAME = "withheld.json"
FILE = f"data/{NAME}"
SAYS_NOTHING_OF_SUMS = {"learning_over_respondents", "licence", "decided_by", "decided_on"}
METHOD = 10  # of choosing and auditing; a pattern of another method is looked for again


class _Content(BaseModel):
    """The file as written: entity -> code -> years."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audited: str
    filed: Mapping[int, tuple[str, ...]]
    withheld: Mapping[str, Mapping[str, tuple[int, ...]]]
    released_above: Mapping[str, Mapping[str, tuple[int, ...]]]
    proven: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptPattern:
    """What an edition withheld.

    ``audited``: the hash of everything it was audited on (`basis_of`); "" where there is no file.
    ``proven``: of each part of it that is safe the hash of what that rests on (`proven.verdict_of`).
    ``filed``: year -> the respondents whose figures that edition's sums held. ``withheld``,
    ``above``: as in `ledger.Ledger`.
    """

    audited: str = ""
    filed: Mapping[int, frozenset[str]] = field(default_factory=dict)
    withheld: frozenset[Figure] = frozenset()
    above: frozenset[Figure] = frozenset()
    proven: frozenset[str] = frozenset()

    def text(self) -> str:
        """The file's text: one line a body and code, in the order of the alphabet."""
        content = {
            "audited": self.audited,
            "filed": {year: sorted(ids) for year, ids in sorted(self.filed.items())},
            "withheld": _nested(self.withheld),
            "released_above": _nested(self.above),
            "proven": sorted(self.proven),
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        return (
            re.sub(r"\[\s*([^\[\]]*?)\s*\]", lambda m: f"[{' '.join(m[1].split())}]", text) + "\n"
        )


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
        {year: frozenset(ids) for year, ids in content.filed.items()},
        _figures(content.withheld),
        _figures(content.released_above),
        frozenset(content.proven),
    )


def basis_of(workspace: Workspace) -> str:
    """A hash of all that decides what may be released: data, register, formulas and rules."""
    found = hashlib.sha256(f"method {METHOD}".encode())
    definitions = workspace.definitions
    equating = [rule for rule in definitions.checks if rule.equated]
    for entity_type, panel in workspace.panels.items():
        found.update(repr((entity_type, panel.entities, panel.years)).encode())
        found.update(repr(sorted(panel.attributes.get("basis", ()))).encode())
        for code in sorted(panel.columns):
            column = panel.columns[code]
            found.update(code.encode())
            for array in (column.values, column.state, column.flags):
                found.update(array.tobytes())
    for entity in workspace.register:
        found.update(repr(entity).encode())
    hashes = {t: framework.hash for t, framework in sorted(definitions.frameworks.items())}
    rules = definitions.disclosure.model_dump_json(exclude=SAYS_NOTHING_OF_SUMS)
    parts = (hashes, rules, workspace.year, workspace.base_year)
    found.update(repr((*parts, dict(workspace.tiled_by), sorted(workspace.blocked))).encode())
    found.update(repr(sorted((r.id, r.equated, r.entity_types) for r in equating)).encode())
    found.update(repr(sorted((c, v.additive) for c, v in definitions.variables.items())).encode())
    return found.hexdigest()
