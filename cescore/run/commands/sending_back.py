"""Returns sent back: a marked copy of each faulty workbook, a list for whoever sent none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from rich.console import Console

from cescore.disclosure.released.told_findings import of_itself
from cescore.disclosure.released.undecided import UndecidedOthers
from cescore.errors import RunError, Sentence
from cescore.intake.findings import Finding
from cescore.intake.register.respondents import NamedRespondents
from cescore.intake.wording import LANGUAGES, NamedTerm, code, joined
from cescore.intake.workspace import Workspace
from cescore.publish.naming import in_words
from cescore.publish.terminal_words import spoken
from cescore.returns.collecting.kept import KeptReturns
from cescore.returns.forms.contents import form_contents
from cescore.returns.forms.findings_sheet import REMARKS
from cescore.returns.forms.texts import form_text
from cescore.returns.marked.copying import listed, marked_copy
from cescore.returns.marked.originals import Original, Originals
from cescore.returns.marked.owner import cells_of_form, owner_of
from cescore.returns.marked.remarks import RemarkWriter, ReturnRemark, by_workbook
from cescore.returns.marked.unfiled import UnfiledEntity, unfiled_list
from cescore.returns.workbooks.readers import Readers, ReceivedFile
from cescore.returns.workbooks.sheet import Workbook
from cescore.run.asked import Asked
from cescore.run.building.edition import is_selected
from cescore.run.files import make_private, write_atomically
from cescore.run.job import Outcome, Status
from cescore.run.telling.phases import phases
from cescore.run.telling.progress import REMARKS as FILE
from cescore.run.telling.progress import display

WRITTEN: Status = "built"
SAME: Status = "up_to_date"
FAILED: Status = "failed"


@dataclass(frozen=True)
class SentBack:
    """What became of every workbook and list that goes back."""

    outcomes: tuple[Outcome, ...]
    folder: Path
    lang: str
    counts: Mapping[str, int]  # remarks by severity
    elsewhere: Mapping[str, int]  # findings of check that do not go back, by why
    needless: tuple[str, ...]  # copies of an earlier call, about findings that are settled

    def lines(self) -> Iterator[str]:
        """What is said at the end: every copy accounted for; the display named failures as they came."""
        became = Counter(outcome.status for outcome in self.outcomes)
        yield form_text(
            "send_back.counted",
            self.lang,
            made=became[WRITTEN],
            same=became[SAME],
            failed=became[FAILED],
            n=len(self.outcomes),
            errors=self.counts.get("error", 0),
            warnings=self.counts.get("warning", 0),
        )
        sent = self.counts.get("error", 0) + self.counts.get("warning", 0)
        if any(self.elsewhere.values()):
            n = sent + sum(self.elsewhere.values())
            told = [
                form_text(f"send_back.{why}", self.lang, n=count)
                for why, count in self.elsewhere.items()
                if count
            ]
            rest = " + ".join(told)
            yield form_text("send_back.accounted", self.lang, n=n, sent=sent, rest=rest)
        if self.needless:
            yield form_text("send_back.needless", self.lang, files=", ".join(self.needless))
        if self.outcomes:
            yield f"{self.folder}"

    @property
    def exit_status(self) -> int:
        """0: all that should go back is there; 1: some is not, each named with its cause."""
        return int(any(outcome.status == FAILED for outcome in self.outcomes))


def send_back(asked: Asked, out: Path | None, console: Console) -> SentBack:
    """Mark the returns of a year in which something open was found, and say how far it is.

    A copy that is there already and differs may hold answers; only ``force`` replaces it.
    """
    tell_phase = phases(console, asked.spoken, asked.progress)
    workspace = Workspace.load(asked.root, asked.year, tell_phase)
    tell_phase("marking")
    _refuse_nobody(asked, workspace)
    sending = _Sending(asked, workspace, Originals(KeptReturns(asked.root, workspace.year)))
    folder = out or asked.root / "output" / "send-back" / asked.folder_name(str(workspace.year))
    books = sending.books()
    if books:
        make_private(folder)
    outcomes = []
    with display(len(books), console, asked.progress, asked.spoken) as show, Readers(1) as readers:
        for name, content, fault in sending.copies(books, readers):
            outcome = _written(folder / name, content, fault, asked)
            outcomes.append(outcome)
            show(outcome)
    made = {outcome.entity_id for outcome in outcomes}
    # with --only, copies for others are no less open than they were: nothing is said of them
    there = folder.rglob("*.xlsx") if folder.is_dir() and not asked.only else ()
    needless = sorted(str(p.relative_to(folder)) for p in there if p.name not in made)
    return SentBack(
        tuple(outcomes),
        folder,
        asked.spoken,
        Counter(
            r.severity for entities in books.values() for some in entities.values() for r in some
        ),
        sending.elsewhere(books),
        tuple(needless),
    )


def _refuse_nobody(asked: Asked, workspace: Workspace) -> None:
    """A name mistyped must not look like a return in which nothing is open."""
    year = workspace.year
    if asked.only and not any(
        is_selected(e.entity_type, e.entity_id, asked.only)
        for e in workspace.register.valid_in(year)
    ):
        raise RunError(
            Sentence(
                "nothing to send back: no entity of {year} matches --only {only!r}",
                year=year,
                only=asked.only,
            )
        )


def _written(path: Path, content: bytes, fault: str, asked: Asked) -> Outcome:
    about = (path.name, FILE)
    if fault:
        return Outcome(*about, FAILED, cause=spoken(fault, asked.spoken))
    there = path.read_bytes() if path.is_file() else None
    if there == content:
        return Outcome(*about, SAME)
    if there is not None and not asked.force:
        cause = form_text("send_back.differs", asked.spoken, path=path)
        return Outcome(*about, FAILED, cause=cause)
    write_atomically(path, content)
    return Outcome(*about, WRITTEN)


Books = Mapping[
    str, Mapping[str, Sequence[ReturnRemark]]
]  # file ("" of none) -> entity -> its remarks


@dataclass(frozen=True, eq=False)
class _Sending:
    """What is sent back for one year of a workspace."""

    asked: Asked
    workspace: Workspace
    originals: Originals

    @cached_property
    def open_findings(self) -> tuple[Finding, ...]:
        """Errors and warnings of the year that nobody has settled."""
        year = self.workspace.year
        return tuple(
            finding
            for finding in self.workspace.findings
            if finding.status == "open"
            and finding.severity != "info"
            and finding.year in (None, year)
        )

    def elsewhere(self, books: Books) -> Mapping[str, int]:
        """How many of the open errors and warnings that `check` counts do not go back, by why."""
        register, year = self.workspace.register, self.workspace.year
        open_ = [f for f in self.workspace.findings if f.status == "open" and f.severity != "info"]
        of_year = [f for f in open_ if f.year in (None, year)]
        owned = [f for f in of_year if f.entity_id in register]
        every, sent = _number_in(self._every), _number_in(books)
        return {
            "of_nobody": len(of_year) - len(owned),
            "of_earlier": len(open_) - len(of_year),
            "of_others": every - sent,
            "said_once": len(owned) - every,
        }

    def books(self) -> Books:
        """The remarks by workbook and entity, in the language asked for.

        A workbook goes back whole: what was found of others in it stands in it whoever was asked for.
        """
        without = self._of_no_workbook(self._every.get("", {}))
        books = {
            file: some
            for file, some in self._every.items()
            if file and any(map(self._is_asked_for, some))
        }
        return {**books, "": without} if without else books

    @cached_property
    def _owned(self) -> tuple[Finding, ...]:
        """Those about an entity, which can be asked."""
        return tuple(f for f in self.open_findings if f.entity_id in self.workspace.register)

    @cached_property
    def _every(self) -> Books:
        """All remarks of the year, whoever was asked for."""
        remarks = self._writer(self.asked.lang).remarks(self._owned)
        return by_workbook(remarks, self.originals.file_of, self._not_kept)

    @cached_property
    def _not_kept(self) -> frozenset[str]:
        """Received files that say nothing usable, and are not kept: what is wrong with them is listed."""
        told = self.originals.kept.untaken()
        return frozenset(f.file for f in told) - frozenset(self.originals.by_file)

    def _of_no_workbook(
        self, entities: Mapping[str, Sequence[ReturnRemark]]
    ) -> Mapping[str, Sequence[ReturnRemark]]:
        """What goes to whoever was asked for; of those who sent nothing all, if one of them was asked
        for: their list is one for the whole year."""
        mine = {e: some for e, some in entities.items() if self._is_asked_for(e)}
        if not any(_is_unfiled(remark) for some in mine.values() for remark in some):
            return mine
        unfiled = {e: list(filter(_is_unfiled, some)) for e, some in entities.items()}
        return {**{e: some for e, some in unfiled.items() if some}, **mine}

    def _is_asked_for(self, entity_id: str) -> bool:
        entity_type = self.workspace.register[entity_id].entity_type
        return is_selected(entity_type, entity_id, self.asked.only)

    def copies(self, books: Books, readers: Readers) -> Iterator[tuple[str, bytes, str]]:
        """Name, content and fault of each workbook that goes back, those received as one first."""
        for file in sorted(filter(None, books)):
            yield self._copy(file, books[file], readers)
        own = books.get("", {})
        unfiled = [remark for remarks in own.values() for remark in remarks if _is_unfiled(remark)]
        if unfiled:
            yield self._unfiled(unfiled)
        for entity_id, some in own.items():
            remarks = [remark for remark in some if not _is_unfiled(remark)]
            if not remarks:
                continue
            name = f"{entity_id}-{REMARKS.name(self.asked.lang)}.xlsx"
            yield name, listed(remarks, self._title([entity_id]), self.asked.lang), ""

    def _unfiled(self, remarks: Sequence[ReturnRemark]) -> tuple[str, bytes, str]:
        """The bureau's list of all who sent nothing."""
        lang, year, definitions = self.asked.lang, self.workspace.year, self.workspace.definitions
        departments: dict[str, str] = {}
        rows = []
        for remark in sorted(remarks, key=lambda remark: remark.entity_id):
            entity = self.workspace.register[remark.entity_id]
            kind = entity.entity_type
            if kind not in departments:
                asked = form_contents(definitions, kind, self.workspace.base_year).variables
                every = (one.variable.department.split("、") for one in asked)
                names = dict.fromkeys(name for some in every for name in some)
                departments[kind] = joined(filter(None, names), lang)
            named = in_words(code(kind), lang, lambda text: text)
            about = (entity.entity_id, entity.name(lang), named, remark.found)
            rows.append(UnfiledEntity(*about, departments[kind]))
        name = f"{form_text('unfiled.sheet', lang)}.xlsx"
        return name, unfiled_list(rows, year, lang), ""

    def _copy(
        self, file: str, entities: Mapping[str, Sequence[ReturnRemark]], readers: Readers
    ) -> tuple[str, bytes, str]:
        name = f"{PurePosixPath(file.replace('/', '_')).stem}.xlsx"
        original = self.originals.by_file.get(file)
        if original is None:
            return name, b"", _not_collected(file)
        if fault := original.fault():
            return name, b"", fault
        [read] = readers.read([ReceivedFile(original.path, file)])
        if read.workbook is None:
            gone = Sentence("{path}: cannot be read any more", path=original.path)
            return name, b"", gone
        return name, self._marked(original, read.workbook, entities), ""

    def _marked(
        self, original: Original, book: Workbook, entities: Mapping[str, Sequence[ReturnRemark]]
    ) -> bytes:
        lang = language_of(book) or self.asked.lang
        remarks = [remark for some in entities.values() for remark in some]
        if lang != self.asked.lang:
            keys = {remark.key.text() for remark in remarks}
            again = self._writer(lang).remarks(self._owned)
            remarks = [remark for remark in again if remark.key.text() in keys]
        held = self.originals.entities_in[original.file]
        if len(held) == 1:
            title = self._title([*entities], lang)
        else:
            title = self._title_of_several(original, len(held), lang)
            remarks = [self._with_owner(remark, lang) for remark in remarks]
        return marked_copy(original.path, book, list(_placed(remarks, book)), title, lang).content

    def _with_owner(self, remark: ReturnRemark, lang: str) -> ReturnRemark:
        """A remark that says whose figure it is about, in a workbook that holds those of several."""
        entity = self.workspace.register[remark.entity_id]
        whose = f"{entity.name(lang)} {entity.entity_id}".strip()
        return replace(remark, what=" · ".join(filter(None, [whose, remark.what])))

    def _title_of_several(self, original: Original, n: int, lang: str) -> str:
        """Of a workbook with several returns, which are not for one another's eyes: by its name."""
        file = PurePosixPath(original.file).name
        return form_text("remarks.title.several", lang, file=file, n=n, year=self.workspace.year)

    def _title(self, entities: Sequence[str], lang: str = "") -> str:
        lang = lang or self.asked.lang
        names = "、".join(self.workspace.register[e].name(lang) for e in entities)
        return form_text("remarks.title", lang, name=names, year=self.workspace.year)

    def _writer(self, lang: str) -> RemarkWriter:
        definitions = self.workspace.definitions
        public = definitions.disclosure.public_types
        named = {**definitions.accounts, **definitions.variables}
        rules = {rule.id: rule for rule in definitions.checks}
        ranges = {one.code: one for one in definitions.ranges}

        def naming(term: NamedTerm, lang: str) -> str:
            return in_words(
                term, lang, lambda code: named[code].name(lang) if code in named else code
            )

        return RemarkWriter(
            lang=lang,
            naming=naming,
            rule_names={code: one.name(lang) for code, one in {**ranges, **rules}.items()},
            is_withheld=UndecidedOthers(self.workspace).are_told_in,
            of_itself=of_itself,
            others=NamedRespondents(self.workspace.register, lambda e: e.entity_type in public),
            sources=self.workspace.sources,
        )


def _number_in(books: Books) -> int:
    return sum(len(some) for entities in books.values() for some in entities.values())


def _is_unfiled(remark: ReturnRemark) -> bool:
    return remark.code == "not_filed"


def _placed(remarks: Iterable[ReturnRemark], book: Workbook) -> Iterator[ReturnRemark]:
    """Remarks about what was left empty, with the cell of a form in which it is to be filled in."""
    blank = cells_of_form(book)
    for remark in remarks:
        at = blank.get(remark.key.variable)
        yield remark if remark.cells or at is None else replace(remark, cells=(at,))


def _not_collected(file: str) -> str:
    return Sentence("{file}: not among the files collected", file=file)


def language_of(book: Workbook) -> str:
    """The language of a form of ours; "" where it is none."""
    owner = owner_of(book)
    return owner.lang if owner is not None and owner.lang in LANGUAGES else ""
