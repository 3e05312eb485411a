"""From a subject to its order: what its report would be made from, and whether it stands so already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.run.files import combined
from cescore.run.inputs.hashed import Inputs, part_hashes
from cescore.run.order import Key, Manner, Order, Subject
from cescore.run.processes.child import cause_of
from cescore.run.tree.store import Store

if TYPE_CHECKING:
    from cescore.disclosure.documents.reading import Printable
    from cescore.run.building.edition import Edition


@dataclass(frozen=True)
class Orders:
    """What orders are made from: an edition, the inputs on disk, the tree as it stands."""

    edition: Edition
    inputs: Inputs
    store: Store

    def of(self, subjects: Iterable[Subject]) -> Iterator[Order]:
        """One order per subject, made when it is asked for: one bundle in memory at a time.

        What cannot be made is an order with the cause, and the others go on.
        """
        return map(self.one, subjects)

    def one(self, subject: Subject) -> Order:
        """The order of a subject, be it that it cannot be made."""
        try:
            origin = self.origin(subject)
            return self._standing(subject, origin) or self._to_build(subject, origin)
        except Exception as error:  # whatever it is, it is this report's, and told by its name
            cause = cause_of(error)
            return Order(subject, self._manner, {}, (cause,), cause=cause)

    def planned(self, subject: Subject) -> Order:
        """The order of a subject as far as it takes to say why it would be built: no bundle is made
        for what was never built, nor for what was last compared with these very inputs."""
        entry = self.store.entries.get(subject.name)
        if entry is None:
            return Order(subject, self._manner, {}, self.store.reasons_to_build(subject.name, {}))
        if self.edition.asked.force or not self._was_compared(subject):
            return self.one(subject)
        reasons = self.store.reasons_to_build(subject.name, entry.key)
        return Order(subject, self._manner, entry.key, reasons)

    def _was_compared(self, subject: Subject) -> bool:
        """Whether these very inputs were last compared with a report, set in this very manner."""
        if not self.store.is_of_these_inputs(subject.name):
            return False
        key = self.store.entries[subject.name].key
        now = self.inputs.key({}, self._notebook(subject), self._manner.lang)
        return all(key.get(name) == digest for name, digest in now.items())

    def _standing(self, subject: Subject, origin: str) -> Order | None:
        """The order of a report that stands as these inputs would make it, told without its bundle."""
        if self.edition.asked.force or not self.store.is_of_origin(subject.name, origin):
            return None
        key = self.store.entries[subject.name].key
        if self.store.reasons_to_build(subject.name, key):
            return None
        return Order(subject, self._manner, key, (), origin=origin)

    def _to_build(self, subject: Subject, origin: str) -> Order:
        printable, notebook, key = self.made(subject)
        reasons = self.store.reasons_to_build(subject.name, key)
        reasons = reasons or (("asked for",) if self.edition.asked.force else ())
        bundle = printable.to_bytes() if reasons else b""
        return Order(subject, self._manner, key, reasons, bundle, notebook, origin=origin)

    def origin(self, subject: Subject) -> str:
        """The hash of what a report's bundle is made from, and of what sets it; "" where only the
        bundle can tell."""
        origin = self.edition.origin(subject, self.inputs.not_followed)
        if not origin:
            return ""
        notebook = self.inputs.notebook_hash(self._notebook(subject))
        manner = {"notebook": notebook, "language": self._manner.lang}
        return combined({"bundle": origin, **manner, **self.inputs.shared})

    def made(self, subject: Subject) -> tuple[Printable, Path, Key]:
        """What a report is made from: its bundle or document, its notebook, and both by hash."""
        printable = self.edition.make(subject)
        notebook = self._notebook(subject)
        made_of = part_hashes(subject.kind.source, printable.texts())
        key = self.inputs.key(made_of, notebook, self._manner.lang)
        return printable, notebook, key

    def _notebook(self, subject: Subject) -> Path:
        return self.inputs.notebook(subject.kind.notebook or subject.folder)

    @property
    def _manner(self) -> Manner:
        asked = self.edition.asked
        return Manner(asked.lang, self.inputs.templates, asked.engine)
