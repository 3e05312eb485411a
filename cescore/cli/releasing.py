"""Commands by which reports go out officially, and are proved: release, verify, remake."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cescore.cli.application import OFFICIAL, app, begin, console
from cescore.cli.options import (
    BY_LOCALE,
    DEFAULT_SECONDS,
    HERE,
    Jobs,
    Language,
    Root,
    Seconds,
    Year,
    of_reports,
    of_terminal,
    workspace,
)
from cescore.cli.wrong_use import WrongUse
from cescore.definitions.processors import usable_processors

if TYPE_CHECKING:
    from collections.abc import Callable

    from cescore.run.processes.executor import Executor

REFUSED, FOUND = 2, 1


class ReleaseStage(StrEnum):
    """Steps of a release, in their order."""

    draft = "draft"
    reviewed = "reviewed"
    final = "final"
    corrected = "corrected"
    published = "published"
    withdrawn = "withdrawn"


@app.command(rich_help_panel=OFFICIAL)
def release(
    stage: Annotated[
        ReleaseStage, typer.Option(help="The step to take; docs/release.md has them.")
    ],
    sign_off: Annotated[
        Path | None, typer.Option("--sign-off", help="The filled-in form of who signs it off.")
    ] = None,
    root: Root = HERE,
    year: Year = None,
    lang: Language = BY_LOCALE,
    jobs: Jobs = 0,
    seconds: Seconds = DEFAULT_SECONDS,
    now: Annotated[
        str, typer.Option(help="The moment it is, for rehearsals: 2026-10-15T09:00+08:00.")
    ] = "",
) -> None:
    """Take a year's reports to their next stage, as an edition of its own that is never overwritten."""
    begin(of_terminal(lang))
    from cescore.release.refusals import ReleaseProposal
    from cescore.release.register import ReleaseRegister
    from cescore.release.releasing import Releasing, run_name
    from cescore.release.sign_off import read_sign_off
    from cescore.release.telling import tell_rehearsed, tell_released
    from cescore.run.asked import Asked

    asked = Asked(workspace(root), year, lang=of_reports(lang), terminal=of_terminal(lang))
    proposal = ReleaseProposal(
        step=stage.value,
        run=run_name(asked),
        register=ReleaseRegister.read(asked.root / "release"),
        now=_moment(now),
        signed=read_sign_off(sign_off) if sign_off is not None else None,
        lang=of_terminal(lang),
    )
    made = Releasing(asked, proposal, _opening(jobs, seconds), console).take()
    tell_released(made, proposal, console)
    if now and made.entry is not None:
        tell_rehearsed(proposal, datetime.now(UTC), console)
    raise typer.Exit(REFUSED if made.against else 0)


@app.command(rich_help_panel=OFFICIAL)
def verify(
    what: Annotated[
        str,
        typer.Argument(help="A PDF, an edition such as 2025/3-final; without it, every edition."),
    ] = "",
    root: Root = HERE,
    anchors: Annotated[
        Path | None, typer.Option(help="File with the lines that were kept elsewhere.")
    ] = None,
    trust: Annotated[
        list[Path] | None, typer.Option(help="Certificate whose signatures are trusted (PEM, DER).")
    ] = None,
    lang: Language = BY_LOCALE,
) -> None:
    """Prove an edition, or a single PDF from itself alone; exit status 1 if anything is wrong."""
    begin(of_terminal(lang), is_apart=True)
    from cescore.release.telling import tell_verified

    is_pdf = what.lower().endswith(".pdf") or Path(what).is_file()
    if is_pdf:
        from cescore.release.verify_pdf import verify_pdf

        found = verify_pdf(Path(what), root, tuple(trust or ()))
    else:
        from cescore.release.verify_all import verify_editions

        found = verify_editions(root, what, _text(anchors), tuple(trust or ()))
    tell_verified(found, of_terminal(lang), console)
    raise typer.Exit(FOUND if found.problems else 0)


@app.command(rich_help_panel=OFFICIAL)
def remake(
    edition: Annotated[str, typer.Argument(help="An edition such as 2025/3-final.")],
    out: Annotated[Path, typer.Option(help="An empty or new folder that it is made in.")],
    root: Root = HERE,
    jobs: Jobs = 0,
    seconds: Seconds = DEFAULT_SECONDS,
    lang: Language = BY_LOCALE,
) -> None:
    """Make an edition again from its own kept inputs, and compare every byte."""
    begin(of_terminal(lang))
    from cescore.release.remaking import remake_edition
    from cescore.release.telling import tell_verified

    found = remake_edition(root.resolve(), edition, out.resolve(), _opening(jobs, seconds), console)
    tell_verified(found, of_terminal(lang), console)
    raise typer.Exit(FOUND if found.problems else 0)


def _opening(jobs: int, seconds: float) -> Callable[[], Executor]:
    from cescore.run.job import RENDER, Limits
    from cescore.run.processes.executor import open_executor

    workers = jobs or usable_processors()
    return lambda: open_executor(workers, render=RENDER, limits=Limits(seconds=seconds))


def _moment(text: str) -> datetime:
    """The moment given, or now."""
    if not text:
        return datetime.now(UTC)
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment
    raise WrongUse("moment", "--now", given=text)


def _text(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise WrongUse("unreadable", "--anchors", file=path, cause=error.strerror) from None
