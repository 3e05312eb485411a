"""What a respondent's bundle is made from, as a hash that is found without making the bundle.

Of a thousand reports one change concerns a few. Making each bundle to see that it is as before
costs some hundred times what its hash here costs; and where hashes are equal, bundles are.

What goes into a hash, and what does not have to:

* all that the evaluation holds of the entity, array by array (`method.row_hashes`), under its own
  framework and under those beside it;
* what is worked out of it entity by entity: targets, measures, assessment, standards, band;
* what the gate releases to it of others;
* where its values stand, its findings, its words;
* everything else there is, whole: params, register, code. The caller states it as ``shared``.

A public body's bundle shows what is released of it and of its like; of every public body it has the
same origin as far as that goes: all that is evaluated of bodies, what is withheld of them, who returned
what, and the aggregates over respondents that it prints. So has the method book, which shows one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from cescore.disclosure.ledger.by_year import who_returned_what
from cescore.disclosure.making.grades_apart import grades_apart
from cescore.disclosure.making.illustrating import statistics_of_respondents
from cescore.method.index.row_hashes import SIZE, row_hashes

if TYPE_CHECKING:
    from cescore.disclosure.making.bundles import Bundler
    from cescore.intake.register.entities import Entity
    from cescore.method.grading.measures import MeasureLine
    from cescore.method.index.evaluation import TypeEvaluation


@dataclass(frozen=True, eq=False)
class Origins:
    """Finds the hash of what each entity's bundle is made from.

    ``shared``: a hash of all inputs that are not followed entity by entity.
    """

    bundler: Bundler
    shared: str

    def of(self, entity: Entity) -> str:
        """The hash of an entity's bundle's origin; "" where only the bundle can tell: of an entity that
        is not evaluated, whose bundle is refused with the reason."""
        if entity.entity_id not in self.bundler.row_of:
            return ""
        is_public = self.bundler.gate.is_public(entity)
        return _joined(
            self._of_type(entity.entity_type),
            *(self._of_body(entity) if is_public else self._of_respondent(entity)),
        )

    def of_method_book(self) -> str:
        """The hash of what the method book is made from."""
        gate = self.bundler.gate
        public = filter(gate.is_public, self.bundler.yearly.workspace.entities())
        topmost = [e for e in public if not e.parent_id and not e.counted_in]
        return _joined(
            self._of_bodies,
            *(self.of(e).encode() for e in topmost if e.entity_id in self.bundler.row_of),
            _text(statistics_of_respondents(self.bundler)),
            _text(*grades_apart(self.bundler.yearly, gate.rules)),
        )

    def _of_its_own(self, entity: Entity) -> Iterator[bytes]:
        """What is worked out, found and said of an entity by itself."""
        yearly, entity_id = self.bundler.yearly, entity.entity_id
        yield entity_id.encode()
        yield yearly.workspace.sources.mark(entity_id)
        yield self._measures(yearly.measures.get(entity_id, ()))
        yield _text(
            yearly.targets.get(entity_id),
            yearly.assessments.get(entity_id),
            yearly.compliance.get(entity_id),
            self.bundler.findings_of(entity_id),
            self.bundler.prose_of(entity_id),
        )

    def _of_body(self, entity: Entity) -> Iterator[bytes]:
        """All that a public body's bundle has of its own, and of all bodies."""
        gate = self.bundler.gate
        yield self._of_bodies
        yield from self._of_its_own(entity)
        yield _text(gate.industries(entity), gate.robustness_of_respondents(entity))

    @cached_property
    def _of_bodies(self) -> bytes:
        """All that is evaluated of public bodies, and what decides which of it is released."""
        yearly, ledger = self.bundler.yearly, self.bundler.gate.ledger
        types = [t for t in yearly.evaluations if t in ledger.behind.public_types]
        parts = [self.shared.encode(), who_returned_what(ledger.behind)]
        for entity_type in types:
            parts += [self._of_type(entity_type), *self._rows[entity_type]]
            parts += [
                one for beside in self._beside.get(entity_type, ()) for one in beside.values()
            ]
        blocked = sorted(yearly.workspace.blocked)
        parts.append(_text(sorted(ledger.withheld), sorted(ledger.above), blocked))
        return _joined(*parts).encode()

    def _of_respondent(self, entity: Entity) -> Iterator[bytes]:
        """All that a respondent's bundle has of its own."""
        bundler, gate, entity_id = self.bundler, self.bundler.gate, entity.entity_id
        yield from self._of_its_own(entity)
        yield self._rows[entity.entity_type][bundler.row_of[entity_id]]
        for beside in self._beside.get(entity.entity_type, ()):
            yield beside.get(entity_id, b"")
        yield _text(
            bundler.yearly.workspace.filed(entity_id),
            bundler.band(entity),
            gate.peer_table(entity),
            gate.children(entity),
        )

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as its run
    def _of_type(self, entity_type: str) -> bytes:
        """What all bundles of a type have in common."""
        yearly = self.bundler.yearly
        evaluations = [yearly.evaluations[entity_type], *yearly.beside.get(entity_type, ())]
        common = [
            (e.framework.hash, e.base_year, e.run_year, e.panel.years, e.fitted.nowhere, e.fitted.constants)
            for e in evaluations
        ]  # fmt: skip
        workspace = yearly.workspace
        return _text(self.shared, workspace.base_year, yearly.is_large(entity_type), common)

    @cached_property
    def _rows(self) -> Mapping[str, list[bytes]]:
        return {t: _hashes(found) for t, found in self.bundler.yearly.evaluations.items()}

    @cached_property
    def _beside(self) -> Mapping[str, list[Mapping[str, bytes]]]:
        """By type, under each further framework, the hash of each entity."""
        return {
            t: [dict(zip(found.panel.entities, _hashes(found), strict=True)) for found in every]
            for t, every in self.bundler.yearly.beside.items()
        }

    def _measures(self, lines: tuple[MeasureLine, ...]) -> bytes:
        """The hash of an entity's measures; of those that nobody inspected, one for all of a type."""
        if self._last_measures and self._last_measures[0][0] is lines:
            return self._last_measures[0][1]
        digest = hashlib.blake2b(_text(lines), digest_size=SIZE).digest()
        self._last_measures[:] = [(lines, digest)]
        return self._last_measures[0][1]

    @cached_property
    def _last_measures(self) -> list[tuple[tuple[MeasureLine, ...], bytes]]:
        return []


def _hashes(found: TypeEvaluation) -> list[bytes]:
    return row_hashes(found, len(found.panel.entities))


def _joined(*parts: bytes) -> str:
    whole = hashlib.blake2b(digest_size=SIZE)
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def _text(*parts: object) -> bytes:
    return repr(parts).encode("utf-8", "surrogatepass")
