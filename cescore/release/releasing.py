"""Taking an edition to its next stage: checked against everything, built anew, sealed, registered.

draft → reviewed → final → (corrected | withdrawn). Each of the first three makes an edition of its own
beside the others; publishing opens the public tree of one, withdrawing closes it again.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cescore
from cescore.definitions.load import load_definitions
from cescore.disclosure.documents.standing import (
    Answered,
    Issue,
    QualityLog,
    ReportStanding,
    SignOff,
    Stage,
)
from cescore.disclosure.ledger.kept_pattern import FILE as PATTERN
from cescore.disclosure.ledger.kept_pattern import pattern_of
from cescore.disclosure.released.gate import Gate
from cescore.intake.findings import SEVERITIES
from cescore.release.audiences import Audiences, public_reports, told_about
from cescore.release.contents import write_index
from cescore.release.editions import (
    BUREAU,
    MAKING,
    OPEN,
    SIGN_OFF,
    STATEMENT,
    EditionFolder,
    put_in_place,
    write_manifest_of,
)
from cescore.release.kept import keep, read_kept
from cescore.release.ledgers import LedgerAudit, ledger_audit
from cescore.release.moved import CHANGES, moved_in, write_changes
from cescore.release.provenance import code_state, packages, statement, workspace_inputs
from cescore.release.refusals import ReleaseProposal, against_data, against_step, is_embargoed
from cescore.release.register import OFFICIAL, RegisterEntry, Signed
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.sign_off import template, to_answer
from cescore.run.building.annual import AnnualEdition
from cescore.run.building.build import build_edition
from cescore.run.building.edition import choose
from cescore.run.files import make_private
from cescore.run.inputs.hashed import Inputs
from cescore.run.tree.lock import locked
from cescore.run.tree.manifest import Before, read_manifest
from cescore.run.tree.store import MANIFEST_NAME, Store

if TYPE_CHECKING:
    from rich.console import Console

    from cescore.run.asked import Asked
    from cescore.run.processes.executor import Executor


def run_name(asked: Asked) -> str:
    """The folder of the year's editions: 2025, or 2025-en."""
    return asked.folder_name(f"{load_definitions(asked.root / 'params', asked.year).run.year}")


Opening = Callable[[], "Executor"]


@dataclass(frozen=True)
class StepTaken:
    """What a step came to: what stood against it, or its line in the register."""

    against: tuple[ReleaseRemark, ...] = ()
    entry: RegisterEntry | None = None
    sign_off: Path | None = None  # a form for the next sign-off
    notes: tuple[ReleaseRemark, ...] = ()  # what a person must know of it, and nobody can mend


@dataclass(frozen=True)
class Releasing:
    """A step under way."""

    asked: Asked
    proposal: ReleaseProposal
    opening: Opening
    console: Console

    def take(self) -> StepTaken:
        """Take the step, or say all that stands against it."""
        folder = self.proposal.register.folder
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(OPEN)  # the way to public trees, whatever the umask
        with locked(folder):
            against = list(against_step(self.proposal))
            if self.proposal.step in ("published", "withdrawn"):
                return StepTaken(tuple(against)) if against else self._turned()
            with ExitStack() as stack:
                # before any data are read: the processes of reports never hold them
                executor = None if against else stack.enter_context(closing(self.opening()))
                before = Before.of(Inputs(self.asked.root))
                edition = AnnualEdition.open(self.asked)
                against += against_data(self.proposal, edition.workspace)
                if against or executor is None:
                    return StepTaken(tuple(against))
                return self._made(edition, before, executor)

    def _turned(self) -> StepTaken:
        """Open the public tree of the edition in force to all, or withdraw it."""
        proposal, edition = self.proposal, self.proposal.subject
        assert edition is not None  # against_step has seen to it
        folder = proposal.folder(edition)
        entry = proposal.register.append(self._entry(edition.edition, edition.manifest))
        folder.open_public(is_open=proposal.step == "published")
        write_index(proposal.register.folder)
        return StepTaken(entry=entry)

    def _made(self, edition: AnnualEdition, before: Before, executor: Executor) -> StepTaken:
        proposal = self.proposal
        number = len(proposal.register.made(proposal.run)) + 1
        name = f"{proposal.run}/{number}-{proposal.step}"
        place = proposal.register.folder / name
        making = place.with_name(f"{MAKING}-{place.name}")
        issue = _issue(proposal, edition, number)
        asked = replace(self.asked, folder=making / BUREAU, issue=issue)
        issued = AnnualEdition(asked, edition.loaded)
        audit = LedgerAudit() if issue is None else self._audit(issued)
        if audit.problems:
            return StepTaken(audit.problems)
        shutil.rmtree(making, ignore_errors=True)
        making.parent.mkdir(exist_ok=True)
        making.parent.chmod(OPEN)
        make_private(making)
        if issue is None:
            _seed(self.asked.output(edition.name), making / BUREAU)
        if build_edition(issued, before, executor, self.console):
            return StepTaken((remark("not_built", what=str(making / BUREAU)),))
        if not read_manifest(making / BUREAU)["is_consistent"]:
            return StepTaken((remark("not_consistent"),))
        made = Making(issued, making, proposal, number)
        made.write()
        form = None if proposal.step in OFFICIAL else made.form(place)
        folder = EditionFolder(making)
        manifest = folder.manifest_hash
        is_open = proposal.step in OFFICIAL and not self._is_embargoed
        folder.seal(is_official=proposal.step in OFFICIAL)
        put_in_place(making, place)
        entry = proposal.register.append(self._entry(name, manifest))
        if is_open:
            register = type(proposal.register).read(proposal.register.folder)
            opened = replace(entry, step="published", signed=Signed(), reason="")
            register.append(opened)
            EditionFolder(place).open_public(is_open=True)
        write_index(proposal.register.folder)
        return StepTaken(entry=entry, sign_off=form, notes=audit.notes)

    def _audit(self, issued: AnnualEdition) -> LedgerAudit:
        """The ledger's audit, beside every official edition there has been, whatever became of it."""
        register, patterns = self.proposal.register, dict[bytes, str]()
        for entry in register.entries:
            if entry.step in OFFICIAL:
                folder = EditionFolder(register.folder / entry.edition)
                digest = folder.manifest["inputs"].get(PATTERN, "")
                if (raw := read_kept(folder.path, digest)) is not None:
                    patterns.setdefault(raw, entry.edition)
        workspace = issued.workspace
        earlier = {edition: pattern_of(workspace, raw) for raw, edition in patterns.items()}
        return ledger_audit(issued, public_reports(issued), earlier)

    @property
    def _is_embargoed(self) -> bool:
        signed = self.proposal.signed
        return signed is not None and is_embargoed(signed.says.embargo, self.proposal.now)

    def _entry(self, edition: str, manifest: str) -> RegisterEntry:
        """The line of the register that the step adds."""
        proposal, signed = self.proposal, self.proposal.signed
        entry = RegisterEntry(
            number=0,
            at=proposal.now.astimezone(UTC).isoformat(timespec="seconds"),
            step=proposal.step,
            run=proposal.run,
            edition=edition,
            manifest=manifest,
        )
        if signed is None:
            return entry
        says = signed.says
        return replace(
            entry,
            signed=Signed(says.who, says.role, says.date, signed.sha256),
            reason=says.reason,
            embargo=says.embargo,
            access=tuple(f"{one.who} ({one.role})" for one in says.access),
        )


def _seed(built: Path, bureau: Path) -> None:
    """Begin a draft from what the last build made, so that only what is out of date is built."""
    if (built / MANIFEST_NAME).is_file():
        shutil.copytree(built, bureau, symlinks=True)


def _issue(proposal: ReleaseProposal, edition: AnnualEdition, number: int) -> Issue | None:
    """What the pages of a signed stage say of it; None for a draft."""
    signed, step = proposal.signed, proposal.step
    if signed is None or step not in ("reviewed", "final", "corrected"):
        return None
    stage: Stage = step
    standing = ReportStanding(
        stage=stage,
        edition=number,
        signed_on=signed.says.date,
        reason=signed.says.reason if step == "corrected" else "",
    )
    moved = {}
    if step == "corrected" and proposal.last is not None:
        old, new = (
            proposal.folder(e).path / BUREAU for e in (proposal.official[-1], proposal.last)
        )
        frameworks = edition.workspace.definitions.frameworks
        for subject in edition.entities:
            framework = frameworks.get(subject.folder)
            moved[subject.name] = moved_in(old, new, subject.name, framework)
    return Issue(standing, moved, _quality(proposal, edition))


def _quality(proposal: ReleaseProposal, edition: AnnualEdition) -> QualityLog:
    """The log of what was done for the quality of the edition: counts and who signed.

    Counted is what the reports for everybody tell: of all findings, a rule that is not named would be
    one that every respondent keeps.
    """
    workspace = edition.workspace
    told = told_about(public_reports(edition), Gate(edition.yearly))
    counts = Counter(finding.severity for finding in told)
    answered = Counter((f.code, f.severity) for f in to_answer(told).values())
    last, signed = proposal.last, []
    if last is not None and last.signed.who:
        by = last.signed
        signed.append(SignOff(stage=last.step, who=by.who, role=by.role, date=by.date))
    if proposal.signed is not None:
        says = proposal.signed.says
        signed.append(SignOff(stage=proposal.step, who=says.who, role=says.role, date=says.date))
    return QualityLog(
        checked={severity: counts[severity] for severity in sorted(SEVERITIES)},  # as JSON keeps it
        settled=sum(f.status != "open" for f in told),
        answered=tuple(
            Answered(code=code, severity=severity, count=n)
            for (code, severity), n in sorted(answered.items())
        ),
        signed=tuple(signed),
        refused=len(workspace.blocked),
    )


@dataclass(frozen=True)
class Making:
    """An edition whose bureau tree is built, on the way to its place."""

    edition: AnnualEdition
    folder: Path
    proposal: ReleaseProposal
    number: int

    def write(self) -> None:
        """The trees of its audiences, its kept inputs, manifest and statement."""
        lay_out(self.edition, self.folder)
        root = self.edition.asked.root
        inputs = workspace_inputs(root)
        keep(root, inputs, self.folder)
        if self.proposal.signed is not None:
            (self.folder / SIGN_OFF).write_bytes(self.proposal.signed.raw)
        folder = EditionFolder(self.folder)
        write_manifest_of(folder, {**self._about(), "inputs": inputs})
        made = EditionFolder(self.folder)
        (self.folder / STATEMENT).write_bytes(statement(made.manifest, made.manifest_hash))

    @cached_property
    def numbers(self) -> Mapping[str, Mapping[str, str]]:
        """Number and hash of each report's file, by its name: what its pages print."""
        return dict(self._numbers())

    def _numbers(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        chosen = choose(self.edition, self.edition.asked.only)
        for subject in (*chosen.entities, *chosen.documents):
            made = self.edition.make(subject)
            yield subject.name, {"number": made.report_number, "hash": made.hash}

    def _about(self) -> dict[str, Any]:
        """What the manifest says beside its files and inputs."""
        edition, proposal = self.edition, self.proposal
        issue, last = edition.asked.issue, proposal.last
        return {
            "edition": {
                "run": proposal.run,
                "year": edition.workspace.year,
                "language": edition.asked.lang,
                "number": self.number,
                "stage": proposal.step,
            },
            "follows": None
            if last is None
            else {"edition": last.edition, "manifest": last.manifest},
            "issue": None if issue is None else issue_as_json(issue),
            "reports": self.numbers,
            "code": code_state(),
            "packages": packages(),
            "version": cescore.__version__,
        }

    def form(self, place: Path) -> Path:
        """A form for the next sign-off, beside the edition; one that stands there stays."""
        signed = self.proposal.signed
        form = place.with_name(f"{place.name}.{SIGN_OFF}")
        open_ = to_answer(self.edition.workspace.findings)
        before = signed.says.answers if signed is not None else ()
        lang = self.edition.asked.lang
        text = template(EditionFolder(self.folder).manifest_hash, open_, lang, before)
        if not form.exists():
            form.write_text(text, encoding="utf-8")
            form.chmod(0o600)
        return form


def issue_as_json(issue: Issue) -> dict[str, Any]:
    """An issue as the manifest keeps it, so that the edition can be made again."""
    return {
        "standing": issue.standing.model_dump(mode="json"),
        "moved": {
            name: [one.model_dump(mode="json") for one in lines]
            for name, lines in issue.moved.items()
            if lines
        },
        "quality": None if issue.quality is None else issue.quality.model_dump(mode="json"),
    }


def lay_out(edition: AnnualEdition, folder: Path) -> None:
    """From the bureau's tree as a build leaves it to all trees of an edition: whatever pages and tables
    make, so that it can be made again from the inputs alone."""
    issue, bureau = edition.asked.issue, folder / BUREAU
    if issue is not None and issue.standing.stage in OFFICIAL:
        audiences = Audiences(edition, Store.open(bureau), folder)
        for audience in audiences.all():
            audiences.write(audience)
    if issue is not None and issue.standing.stage == "corrected":
        write_changes(bureau / CHANGES, issue.moved)
    _only_what_is_listed(bureau)


def _only_what_is_listed(bureau: Path) -> None:
    """Take away what is no output: the journal, logs, what was set aside."""
    manifest = read_manifest(bureau)
    reports: Iterable[str] = [
        f"{name}/{file}"
        for kind in ("reports", "documents")
        for name, report in manifest[kind].items()
        for file in report.get("outputs", ())
    ]
    wanted = {*reports, *manifest["outputs"], MANIFEST_NAME, CHANGES}
    for path in sorted(bureau.rglob("*"), reverse=True):
        name = path.relative_to(bureau).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in wanted:
            path.unlink()
