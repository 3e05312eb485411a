"""What respondents answered to findings: counted, questions named, confirmations proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cescore.definitions.entries.located import Node
from cescore.errors import DataError, Sentence
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.observations.corrections import CONFIRM, ENTRIES
from cescore.intake.observations.recorded import word
from cescore.intake.wording import phrase
from cescore.intake.workspace import CORRECTIONS, Workspace
from cescore.publish.naming import on_terminal
from cescore.returns.collecting.folder import received_files, refused_file
from cescore.returns.forms.findings_sheet import QUESTION, REPLIES
from cescore.returns.forms.texts import form_text
from cescore.returns.marked.answers import FindingAnswer, read_answers
from cescore.returns.marked.owner import owner_of
from cescore.returns.marked.proposals import blanks, entries_text, proposed
from cescore.returns.workbooks.readers import Readers
from cescore.returns.workbooks.sheet import Workbook
from cescore.run.asked import Asked
from cescore.run.building.edition import is_selected
from cescore.run.files import make_private, write_atomically

PROPOSALS = "confirmations-proposed.yml"
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True)
class AnswersRead:
    """The answers of some workbooks, and the file with the confirmations they propose."""

    answers: tuple[FindingAnswer, ...]
    faults: tuple[Finding, ...]
    proposals: Path | None
    lang: str

    def lines(self) -> Iterator[str]:
        """Answers that cannot be used, questions in full, then how many there are of each kind."""
        for fault in self.faults:
            yield fault.line(self.lang, on_terminal)
        for answer in self.answers:
            if answer.reply == QUESTION:
                key = answer.key
                parts = (key.entity_id, str(key.year or ""), key.variable, key.finding)
                what = " ".join(filter(None, parts))
                yield form_text(
                    "answers.question", self.lang, at=answer.at, what=what, text=answer.reason
                )
        counts = Counter(answer.reply for answer in self.answers)
        yield form_text(
            "answers.counted",
            self.lang,
            n=len(self.answers) + len(self.faults),
            errors=len(self.faults),
            **{reply.key: counts[reply.key] for reply in REPLIES},
        )
        if self.proposals is not None:
            yield form_text("answers.proposed", self.lang, file=self.proposals)

    @property
    def exit_status(self) -> int:
        """1 where an answer cannot be used."""
        return int(bool(self.faults))


@dataclass
class Answering:
    """Takes workbooks one after the other, and what respondents answered in them."""

    asked: Asked
    log: FindingLog = field(default_factory=FindingLog)
    answers: list[FindingAnswer] = field(default_factory=list)

    def take(self, book: Workbook) -> None:
        """The answers in a workbook; of most there are none."""
        owner = owner_of(book)
        whose = owner.entity_id if owner is not None else ""
        self.answers += read_answers(book, whose, Context(self.log).file(book.file))

    @property
    def is_empty(self) -> bool:
        """Whether nobody answered anything."""
        return not (self.answers or self.log.found)

    def read(self) -> AnswersRead:
        """What was answered; what is confirmed is proposed for confirmations.yml, and no more."""
        workspace = Workspace.load(self.asked.root, self.asked.year)
        entries = list(proposed(self.answers, workspace.findings, self.asked.lang))
        text = entries_text(entries, self.asked.lang)
        path = _write(self.asked, workspace, text) if entries else None
        return AnswersRead(tuple(self.answers), self.log.sorted(), path, self.asked.spoken)


def read_folder(asked: Asked, folder: Path) -> AnswersRead:
    """The answers in all workbooks below a folder.

    Raises
    ------
    DataError
        There is no workbook in it.
    """
    answering = Answering(asked)
    files = [
        file
        for file in received_files(folder, FindingLog())
        if file.path.suffix.lower() in WORKBOOKS
    ]
    if not files:
        raise DataError(
            Sentence(
                "{folder}: no workbook with answers, expected {workbooks}",
                folder=folder,
                workbooks=", ".join(WORKBOOKS),
            )
        )
    with Readers() as readers:
        for read in readers.read(files):
            if read.workbook is not None:
                answering.take(read.workbook)
            else:
                reason = read.refused or phrase("reader_crashed")
                answering.log.add(refused_file(read.received.name, reason))
    return answering.read()


def _write(asked: Asked, workspace: Workspace, text: str) -> Path:
    folder = asked.root / "output" / "send-back" / asked.folder_name(str(workspace.year))
    make_private(folder)
    write_atomically(folder / PROPOSALS, text.encode("utf-8"))
    return folder / PROPOSALS


def waiting(asked: Asked) -> str:
    """Entries for confirmations.yml of all findings that wait for one, to be filled in; "" if none."""
    workspace = Workspace.load(asked.root, asked.year)
    register = workspace.register
    findings = [
        finding
        for finding in workspace.findings
        if finding.entity_id in register
        and is_selected(register[finding.entity_id].entity_type, finding.entity_id, asked.only)
    ]
    entries = list(blanks(findings, _old_reasons(asked.root), asked.lang))
    return entries_text(entries, asked.lang) if entries else ""


def _old_reasons(root: Path) -> dict[tuple[str, str, str], str]:
    """The reasons of confirmations of the old form, in corrections.yml."""
    entries: Sequence[Node] = ENTRIES.read(
        root / CORRECTIONS, Context(FindingLog()).file(CORRECTIONS)
    )
    return {
        (word(e, "finding"), word(e, "entity_id"), word(e, "variable")): word(e, "reason")
        for e in entries
        if word(e, "action") == CONFIRM
    }
