"""What stands against taking an edition to a stage: everything at once, each thing by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cescore.publish.naming import on_terminal
from cescore.release.editions import EditionFolder
from cescore.release.provenance import changes, code_changes, code_state, packages, workspace_inputs
from cescore.release.register import OFFICIAL, RegisterEntry, ReleaseRegister
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.sign_off import GivenSignOff, to_answer
from cescore.release.verifying import edition_problems

if TYPE_CHECKING:
    from cescore.intake.findings import Finding
    from cescore.intake.workspace import Workspace

Step = Literal["draft", "reviewed", "final", "corrected", "published", "withdrawn"]
SIGNED_STEPS = ("reviewed", "final", "corrected", "withdrawn")
NEEDS_REASON = ("corrected", "withdrawn")
BEFORE: Mapping[str, str] = {"reviewed": "draft", "final": "reviewed", "corrected": "reviewed"}


@dataclass(frozen=True)
class ReleaseProposal:
    """A step that somebody wants to take with a run, and when."""

    step: Step
    run: str  # the year's folder: 2025, or 2025-en
    register: ReleaseRegister
    now: datetime
    signed: GivenSignOff | None = None
    lang: str = "zh"  # in which findings are repeated

    @property
    def last(self) -> RegisterEntry | None:
        """The newest edition of the run."""
        made = self.register.made(self.run)
        return made[-1] if made else None

    @property
    def official(self) -> tuple[RegisterEntry, ...]:
        """Every edition that ever was official, the oldest first."""
        return tuple(e for e in self.register.made(self.run) if e.step in OFFICIAL)

    @property
    def subject(self) -> RegisterEntry | None:
        """The edition that the step is taken with: the newest, or the one in force."""
        if self.step in ("published", "withdrawn"):
            return self.register.in_force(self.run)
        return self.last if self.step in BEFORE else None

    def folder(self, entry: RegisterEntry) -> EditionFolder:
        return EditionFolder(self.register.folder / entry.edition)


def against_step(proposal: ReleaseProposal) -> Iterator[ReleaseRemark]:
    """What in the register and the sign-off stands against the step, whatever the data say."""
    yield from proposal.register.problems
    subject, step = proposal.subject, proposal.step
    if step in BEFORE:
        if subject is None or subject.step != BEFORE[step]:
            found = subject.edition if subject is not None else "–"
            yield remark("needs_before", stage=step, before=BEFORE[step], found=found)
        if step == "final" and proposal.official:
            yield remark("is_correction", edition=proposal.official[-1].edition)
        if step == "corrected" and not proposal.official:
            yield remark("nothing_to_correct")
    elif step != "draft" and subject is None:
        yield remark("none_in_force", run=proposal.run)
    if step == "published" and subject is not None:
        yield from _against_publishing(proposal, subject)
    yield from _against_sign_off(proposal)


def _against_publishing(
    proposal: ReleaseProposal, subject: RegisterEntry
) -> Iterator[ReleaseRemark]:
    if proposal.register.has(subject.edition, "published"):
        yield remark("is_published", edition=subject.edition)
    if is_embargoed(subject.embargo, proposal.now):
        named = "; ".join(subject.access) or "–"
        yield remark("embargo", edition=subject.edition, until=subject.embargo, access=named)


def is_embargoed(until: str, now: datetime) -> bool:
    """Whether a moment lies before the end of an embargo; "" is none."""
    return bool(until) and now < datetime.fromisoformat(until)


def _against_sign_off(proposal: ReleaseProposal) -> Iterator[ReleaseRemark]:
    signed, step, subject = proposal.signed, proposal.step, proposal.subject
    if signed is None:
        if step in SIGNED_STEPS:
            yield remark("needs_sign_off", stage=step)
        return
    if step not in SIGNED_STEPS:
        yield remark("no_sign_off", stage=step)
    if subject is not None and signed.says.manifest != subject.manifest:
        edition = subject.edition
        yield remark(
            "other_manifest", found=signed.says.manifest, expected=subject.manifest, edition=edition
        )
    if step in NEEDS_REASON and not signed.says.reason.strip():
        yield remark("needs_reason", stage=step)
    used = {*(f"{e.signed.sha256}" for e in proposal.register.entries)}
    if signed.sha256 in used:
        yield remark("used_sign_off")
    if signed.says.date > proposal.now.date().isoformat():
        yield remark("future_sign_off", date=signed.says.date)


def against_data(proposal: ReleaseProposal, workspace: Workspace) -> Iterator[ReleaseRemark]:
    """What in data, params and code stands against it."""
    step = proposal.step
    for finding in workspace.findings:
        if finding.is_open_error:
            yield remark("failed_check", finding=finding.line(proposal.lang, on_terminal))
    if step == "draft":
        return
    yield from _synthetic(workspace)
    subject = proposal.subject
    if subject is not None:
        yield from _changed(proposal, subject, workspace)
    if proposal.signed is not None:
        yield from _unanswered(proposal, to_answer(workspace.findings))


def _synthetic(workspace: Workspace) -> Iterator[ReleaseRemark]:
    """Nothing that a sample holds is ever official."""
    if workspace.definitions.run.status == "sample":
        yield remark("sample_run")
    made_up = [e.entity_id for e in workspace.register if e.is_synthetic]
    if made_up:
        yield remark("synthetic", n=len(made_up), first=made_up[0])


def _changed(
    proposal: ReleaseProposal, subject: RegisterEntry, workspace: Workspace
) -> Iterator[ReleaseRemark]:
    """What is not as it was when the edition was made that is signed off."""
    folder, edition = proposal.folder(subject), subject.edition
    problems = list(edition_problems(folder, subject))
    yield from (remark("damaged", edition=edition, what=p.said(proposal.lang)) for p in problems)
    if problems:
        return
    manifest = folder.manifest
    names = [
        *changes(manifest["inputs"], workspace_inputs(workspace.root)),
        *code_changes(manifest["code"], code_state()),
        *changes(manifest["packages"], packages()),
    ]
    for name in names:
        yield remark("changed", edition=edition, what=name)


def _unanswered(proposal: ReleaseProposal, open_: Mapping[str, Finding]) -> Iterator[ReleaseRemark]:
    answered = proposal.signed.answered if proposal.signed is not None else frozenset[str]()
    for id_, finding in open_.items():
        if id_ not in answered:
            yield remark("unanswered", id=id_, finding=finding.line(proposal.lang, on_terminal))
    for id_ in sorted(answered - set(open_)):
        yield remark("answers_nothing", id=id_)
