"""What release, verify and remake say in the terminal, in the language asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.publish.words import label
from cescore.release.advice import advice
from cescore.release.register import OFFICIAL
from cescore.run.telling.runs import say

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from cescore.release.refusals import ReleaseProposal
    from cescore.release.releasing import StepTaken
    from cescore.release.verification import Verification

SHOWN = 200  # lines; the rest is counted
HOLDS_NO_MORE = frozenset(
    ["pdf_is_superseded", "pdf_is_withdrawn"]
)  # of a report that is sound all the same


def tell_released(made: StepTaken, proposal: ReleaseProposal, console: Console) -> None:
    """What a step came to: everything that stood against it, or its edition and the line to keep."""
    lang, entry = proposal.lang, made.entry
    if entry is None:
        say(console, label("release.refused", lang, step=proposal.step, n=len(made.against)))
        for one in made.against:
            say(console, f"  {one.said(lang)}")
        say(console, label("release.next", lang))
        for sentence in advice(made.against, proposal):
            say(console, f"  {sentence}")
        return
    state = label(f"release.state.{entry.step}", lang)
    say(console, label("release.done", lang, edition=entry.edition, state=state))
    if entry.embargo and entry.step in OFFICIAL:
        say(console, label("release.closed_until", lang, until=entry.embargo))
    for note in made.notes:
        say(console, f"! {note.said(lang)}")
    if made.sign_off is not None:
        say(console, label("release.form", lang, file=made.sign_off))
    say(console, label("release.anchor", lang))
    say(console, entry.anchor)


def tell_rehearsed(proposal: ReleaseProposal, clock: datetime, console: Console) -> None:
    """That a step taken as of another moment counts all the same: a rehearsal needs a copy."""
    at, now = (m.astimezone().isoformat(timespec="minutes") for m in (proposal.now, clock))
    say(console, f"! {label('release.rehearsed', proposal.lang, at=at, clock=now)}")


def tell_verified(found: Verification, lang: str, console: Console) -> None:
    """What was looked at and is well, a report that holds no more marked as such, then everything that is
    not well."""
    for one in found.facts:
        say(console, f"{'! ' * (one.code in HOLDS_NO_MORE)}{one.said(lang)}")
    for one in found.problems[:SHOWN]:
        say(console, f"✗ {one.said(lang)}")
    if len(found.problems) > SHOWN:
        say(console, label("release.more", lang, n=len(found.problems) - SHOWN))
    key = "release.wrong" if found.problems else "release.well"
    say(console, label(key, lang, n=len(found.problems)))
