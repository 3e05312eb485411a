"""What a build prints: the reports and documents of an evaluation, its tables, its page of contents.

There are two, the year's (`cescore.run.building.annual`) and a plan period's (`cescore.run.building.period`); the
commands know only what stands here.
"""

from __future__ import annotations

import fnmatch
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cescore.definitions.spelling import nearest_few
from cescore.disclosure.documents.kinds import METHOD_BOOK
from cescore.disclosure.documents.reading import with_standing
from cescore.disclosure.documents.standing import release_stage
from cescore.errors import RunError, Sentence, sentences
from cescore.run.job import report_name
from cescore.run.order import Subject

if TYPE_CHECKING:
    import pandas as pd

    from cescore.disclosure.documents.kinds import Kind
    from cescore.disclosure.documents.reading import Printable
    from cescore.intake.findings import Finding
    from cescore.intake.register.entities import Entity
    from cescore.intake.workspace import Workspace
    from cescore.publish.pages.index.listing import IndexPage
    from cescore.run.asked import Asked
    from cescore.run.job import Outcome
    from cescore.run.kept.kept_work import KeptWork
    from cescore.run.tree.store import Store

MOST_NEAR = 3  # names that a refusal offers


class Edition(ABC):
    """An evaluation as it is printed."""

    report: ClassVar[Kind]  # of each entity
    asked: Asked

    @property
    @abstractmethod
    def workspace(self) -> Workspace:
        """What was received and decided."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What its folder below output/ is called, before the language."""

    @property
    @abstractmethod
    def documents(self) -> Sequence[Subject]:
        """Its documents, in the order in which they are listed."""

    def make(self, subject: Subject) -> Printable:
        """The bundle or document that a report is made from, with the standing of its release;
        whatever is raised is that report's."""
        made, issue = self._made(subject), self.asked.issue
        if issue is None:
            return made
        is_book = subject.kind == METHOD_BOOK
        return with_standing(made, issue.standing_of(subject.name, is_method_book=is_book))

    def origin(self, subject: Subject, shared: str) -> str:
        """The hash of what a report's bundle is made from, ``shared`` among it; "" where only the
        bundle can tell."""
        return ""

    @abstractmethod
    def _made(self, subject: Subject) -> Printable:
        """The bundle or document as a draft."""

    @property
    def release_stage(self) -> str:
        """How official it is: see `release_stage`."""
        issue = self.asked.issue
        standing = None if issue is None else issue.standing
        return release_stage(self.workspace.definitions.run.status, standing)

    @abstractmethod
    def write_tables(self, folder: Path, kept: KeptWork | None = None) -> pd.DataFrame:
        """Write its tables; returns the rows of results that the page of contents shows.

        ``kept``: what the last run worked out, to be taken again where it is the same.
        """

    @abstractmethod
    def tables(self, folder: Path) -> tuple[str, ...]:
        """Its tables, by their names in the folder."""

    @abstractmethod
    def contents(
        self,
        store: Store,
        results: pd.DataFrame,
        by_name: Mapping[str, Outcome],
        out_of_step: Collection[str],
    ) -> IndexPage:
        """The page that it ends with."""

    def opening(self, lang: str) -> Iterator[str]:
        """What is said before its reports are made."""
        yield from ()

    @abstractmethod
    def evaluate(self) -> None:
        """Evaluate it now, if it is not evaluated yet: else the first that asks for a number waits."""

    def about(self) -> Mapping[str, Any]:
        """What its manifest says of the run, beside what every manifest says."""
        return {}

    @cached_property
    def output(self) -> Path:
        """The folder of the run."""
        return self.asked.output(self.name)

    @cached_property
    def entities(self) -> Sequence[Subject]:
        """A report for each entity of the year, in the order of the register."""
        found = self.workspace.entities()
        return [Subject(self.report, e.entity_type, e.entity_id) for e in found]

    def subject(self, name: str) -> Subject:
        """The report of an entity by its id or name, or a document by its name.

        Raises
        ------
        RunError
            There is neither.
        """
        for subject in (*self.entities, *self.documents):
            if name in (subject.id, subject.name):
                return subject
        named = self.ids_by_name.get(name, ())
        if len(named) == 1:
            return self.subject(named[0])
        raise RunError(self._nobody(name))

    @cached_property
    def ids_by_name(self) -> Mapping[str, Sequence[str]]:
        """The ids of the entities that have a name, be it Chinese or English."""
        found: dict[str, list[str]] = {}
        for subject in self.entities:
            entity = self.workspace.register[subject.id]
            for name in {entity.name_zh, entity.name_en} - {"", subject.id}:
                found.setdefault(name, []).append(subject.id)
        return found

    def _nobody(self, name: str) -> str:
        """Why nothing is called so: another year's, of no framework, or a name that is not there."""
        workspace = self.workspace
        year, register = workspace.year, workspace.register
        if name in register:
            entity = register[name]
            if entity.entity_type not in workspace.definitions.frameworks:
                return Sentence(
                    "{name} is of type {entity_type!r}, which no framework evaluates",
                    name=name, entity_type=entity.entity_type,
                )  # fmt: skip
            return Sentence(
                "{name} is no entity of {year}: it is registered for {years}",
                name=name, year=year, years=_validity(entity),
            )  # fmt: skip
        known = [known for s in (*self.entities, *self.documents) for known in (s.id, s.name)]
        near = did_you_mean(name, known, self.ids_by_name)
        return Sentence(
            "no entity and no document of {year} is called {name!r}{near}",
            year=year, name=name, near=near,
        )  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """Of all that an edition could print: what is asked for, what of it is blocked, the others."""

    entities: Sequence[Subject]
    documents: Sequence[Subject]
    blocked: Mapping[Subject, tuple[Finding, ...]]  # with the reasons
    others: Sequence[Subject]  # not asked for, or of a type without a framework

    def __len__(self) -> int:
        return len(self.entities) + len(self.documents) + len(self.blocked) + len(self.others)


def choose(edition: Edition, only: str) -> Selection:
    """What ``--only`` asks for.

    Raises
    ------
    RunError
        It asks for nothing that there is.
    """
    workspace, blocked = edition.workspace, edition.workspace.blocked
    asked_for = [s for s in edition.entities if is_selected(s.folder, s.id, only)]
    documents = [s for s in edition.documents if is_selected(s.folder, s.id, only)]
    if not asked_for and not (only and documents):
        if not only:
            raise RunError(
                Sentence(
                    "nothing to build: no entity of {year} belongs to the year", year=workspace.year
                )
            )
        raise RunError(Sentence("nothing to build: {no_match}", no_match=_no_match(edition, only)))
    wanted = {*asked_for, *documents}
    unframed = [Subject(edition.report, e.entity_type, e.entity_id) for e in workspace.unframed]
    return Selection(
        entities=[s for s in asked_for if s.id not in blocked],
        documents=documents,
        blocked={s: blocked[s.id] for s in asked_for if s.id in blocked},
        others=[s for s in (*edition.entities, *edition.documents) if s not in wanted] + unframed,
    )


def _no_match(edition: Edition, only: str) -> str:
    """What --only asked for in vain, what there is, and the nearest names."""
    workspace = edition.workspace
    counts = Counter(entity.entity_type for entity in workspace.entities())
    there = ", ".join(f"{entity_type}/* ({n})" for entity_type, n in counts.items())
    left = [name for name in only.split(",") if name.strip() in workspace.register]
    away = [
        Sentence("{name} is registered for {years}", name=e.entity_id, years=_validity(e))
        for e in (workspace.register[name.strip()] for name in left)
    ]
    known = [*(f"{t}/*" for t in counts), *(s.id for s in edition.entities)]
    near = did_you_mean(only, known, edition.ids_by_name)
    told = Sentence(
        "no entity of {year} matches --only {only!r}{near}",
        year=workspace.year, only=only, near=near,
    )  # fmt: skip
    rest = Sentence("there is {there}", there=there) if there else Sentence("there is none")
    return sentences([told, *away, rest])


def _validity(entity: Entity) -> str:
    """The years that an entity is registered for, in words."""
    first, last = entity.valid_from, entity.valid_to
    if first is not None and last is not None:
        return Sentence("{first} to {last}", first=first, last=last)
    if last is not None:
        return Sentence("the years to {last}", last=last)
    if first is not None:
        return Sentence("{first} and after", first=first)
    return Sentence("every year")


def did_you_mean(name: str, known: Iterable[str], ids: Mapping[str, Sequence[str]]) -> str:
    """What one comes near, as the end of a sentence: of an entity's name its ids; nothing where it
    comes near none."""
    near = ids.get(name) or [
        f"{word} ({', '.join(ids[word])})" if word in ids else word
        for word in nearest_few(name, [*known, *ids], MOST_NEAR)
    ]
    return Sentence("; did you mean {near}?", near=", ".join(near)) if near else ""


def is_selected(folder: str, id_: str, only: str) -> bool:
    """Whether ``--only`` names a subject: its id, or a pattern over type/id such as district/*."""
    patterns = [pattern.strip() for pattern in only.split(",") if pattern.strip()]
    names = (id_, report_name(folder, id_))
    return not patterns or any(fnmatch.fnmatchcase(n, p) for n in names for p in patterns)
