"""Commands that build reports: run, check, plan, review, preview."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cescore.cli.application import REPORTS, app, begin, console
from cescore.cli.options import (
    BY_ITSELF,
    BY_LOCALE,
    DEFAULT_SECONDS,
    HERE,
    IN_PROCESS,
    EngineName,
    Force,
    Jobs,
    Language,
    Only,
    PlanId,
    Progress,
    Root,
    Scheduler,
    Seconds,
    Shared,
    Stage,
    StageOfPlan,
    Year,
    of_reports,
    of_terminal,
    patterns,
    workspace,
)
from cescore.cli.wrong_use import WrongUse
from cescore.definitions.processors import usable_processors
from cescore.run.asked import Asked
from cescore.run.job import PREVIEW_RENDER, RENDER, TRIAL_RENDER, WATCHED_RENDER, Limits
from cescore.run.telling.lines import Terminal
from cescore.run.telling.progress import Form

if TYPE_CHECKING:
    from rich.console import Console

    from cescore.run.processes.executor import Executor

Opening = Callable[[], "Executor"]


@app.command(rich_help_panel=REPORTS)
def run(
    root: Root = HERE,
    year: Year = None,
    only: Only = None,
    lang: Language = BY_LOCALE,
    jobs: Jobs = 0,
    force: Force = False,
    seconds: Seconds = DEFAULT_SECONDS,
    scheduler: Scheduler = "",
    shared: Shared = False,
    engine: EngineName = IN_PROCESS,
    progress: Progress = BY_ITSELF,
) -> None:
    """Check the data, evaluate the year, build every report that is out of date (the default)."""
    asked = Asked(
        root=workspace(root),
        year=year,
        only=patterns(only),
        lang=of_reports(lang),
        terminal=of_terminal(lang),
        force=force,
        engine=engine,
        progress=progress,
    )
    _build(asked, _opening(jobs, seconds, scheduler=scheduler, is_shared=shared))


@app.command(rich_help_panel=REPORTS)
def check(
    root: Root = HERE,
    year: Year = None,
    lang: Language = BY_LOCALE,
    is_all: Annotated[
        bool, typer.Option("--all", help="Every finding, not the weightiest.")
    ] = False,
) -> None:
    """Check params and data only, and say what each finding could move; 1 if there is an open error."""
    asked = Asked(workspace(root), year, lang=of_reports(lang), terminal=of_terminal(lang))
    begin(asked.spoken)
    from cescore.run.commands.checking import check as check_only

    raise typer.Exit(check_only(asked, console, is_all=is_all))


@app.command(rich_help_panel=REPORTS)
def plan(
    root: Root = HERE,
    year: Year = None,
    only: Only = None,
    lang: Language = BY_LOCALE,
    force: Force = False,
    stage: StageOfPlan = None,
    plan_id: Annotated[str, typer.Option("--plan", help="With --stage: id in params/plans.")] = "",
) -> None:
    """Say what would be built, and which input changed; with --stage of a plan's evaluation."""
    asked = Asked(
        root=workspace(root),
        year=year,
        only=patterns(only),
        lang=of_reports(lang),
        terminal=of_terminal(lang),
        force=force,
        stage=stage or "",
        plan=plan_id,
    )
    begin(asked.spoken)
    from cescore.run.commands.planning import plan as plan_only

    raise typer.Exit(plan_only(asked, console))


@app.command(rich_help_panel=REPORTS)
def review(
    stage: Annotated[
        Stage, typer.Option(help="midterm: against the schedule; final: against the goals.")
    ],
    plan: PlanId = "",
    root: Root = HERE,
    year: Annotated[int | None, typer.Option(help="The year a midterm looks back from.")] = None,
    only: Only = None,
    lang: Language = BY_LOCALE,
    jobs: Jobs = 0,
    force: Force = False,
    seconds: Seconds = DEFAULT_SECONDS,
    engine: EngineName = IN_PROCESS,
    progress: Progress = BY_ITSELF,
) -> None:
    """Evaluate a whole plan at its middle or end, into output/<plan>-<stage>."""
    asked = Asked(
        root=workspace(root),
        year=year,
        only=patterns(only),
        lang=of_reports(lang),
        terminal=of_terminal(lang),
        force=force,
        engine=engine,
        progress=progress,
        stage=stage,
        plan=plan,
    )
    _build(asked, _opening(jobs, seconds))


def _build(asked: Asked, opening: Opening) -> NoReturn:
    """The one way of ``run`` and ``review``; exits."""
    from cescore.run.kept.unchanged import tell_unchanged  # without pandas and all that

    told = _words(asked.progress)
    if tell_unchanged(asked, told):
        raise typer.Exit(0)
    begin(asked.spoken, asked.progress)
    with contextlib.closing(opening()) as executor:
        from cescore.run.building.build import build

        raise typer.Exit(build(asked, executor, told))


@app.command(rich_help_panel=REPORTS)
def preview(
    name: Annotated[str, typer.Argument(help="The entity's id, or a document such as units/U01.")],
    root: Root = HERE,
    year: Year = None,
    lang: Language = BY_LOCALE,
    stage: StageOfPlan = None,
    seconds: Seconds = DEFAULT_SECONDS,
    engine: EngineName = IN_PROCESS,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the PDF.")] = True,
    variant: Annotated[
        Path | None, typer.Option(help="A variant file: the report as a trial, into output/trial.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build it again as notebook, template or params change.")
    ] = False,
) -> None:
    """Build one report into output/preview and open it."""
    if variant is not None and stage:
        raise WrongUse("variant_of_stage", "--variant")
    asked = Asked(
        workspace(root),
        year,
        lang=of_reports(lang),
        terminal=of_terminal(lang),
        engine=engine,
        stage=stage or "",
        variant=variant,
    )
    tell_phase = begin(asked.spoken, is_apart=True)  # the report's path is the output
    render = TRIAL_RENDER if variant else WATCHED_RENDER if watch else PREVIEW_RENDER
    from cescore.run.processes.executor import Deferred

    with contextlib.closing(Deferred(_opening(1, seconds, render=render))) as executor:
        if watch:  # which makes a report sooner or later, also where this one stands
            executor.begin()
        from cescore.run.commands.preview import Preview, unfenced_told

        for line in unfenced_told(asked):
            console.print(line, markup=False)
        made = Preview(asked, name, executor, executor.begin, tell_phase)
        try:
            previewed = made.make()
            for line in previewed.lines(asked.spoken):
                console.print(line, markup=False)
        finally:
            made.keep()
        if show and sys.stdout.isatty():
            typer.launch(str(previewed.pdf))
        for line in made.watch() if watch else ():
            console.print(line, markup=False)


def _opening(
    jobs: int,
    seconds: float,
    render: str = RENDER,
    *,
    scheduler: str = "",
    is_shared: bool = False,
) -> Opening:
    """Opens the executor, before any data are read, so that report processes never hold them."""
    workers = jobs or usable_processors()

    def opened() -> Executor:
        from cescore.run.processes import executor

        return executor.open_executor(
            workers,
            render=render,
            limits=Limits(seconds=seconds),
            scheduler=scheduler,
            is_shared=is_shared,
        )

    return opened


def _words(progress: str) -> Console:
    """Where the words for people go: to standard error where standard output carries JSON."""
    return Terminal(stderr=True, soft_wrap=True) if progress == Form.json else console
