"""Evaluate a year's returns and print a scorecard for every entity."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cescore.errors import CescoreError
from cescore.run.asked import Asked
from cescore.run.executor import Executor, open_executor
from cescore.run.interrupt import Interrupted, listen, settle
from cescore.run.job import PREVIEW_RENDER, RENDER, WATCHED_RENDER, Limits
from cescore.run.progress import Form

NOTHING_BUILT, INTERRUPTED = 2, 130
COMMANDS = ("run", "check", "plan", "preview", "review")
VALUED = (
    "--root",
    "--year",
    "--only",
    "--lang",
    "--jobs",
    "--seconds",
    "--scheduler",
    "--stage",
    "--plan",
    "--engine",
    "--progress",
)  # options with a value


class Engine(StrEnum):
    """What runs a notebook's cells."""

    inprocess = "inprocess"
    kernel = "kernel"


class Lang(StrEnum):
    """Languages of a report."""

    zh = "zh"
    en = "en"


class Stage(StrEnum):
    """Evaluations of a whole plan."""

    midterm = "midterm"
    final = "final"


Root = Annotated[Path, typer.Option(help="The workspace: a folder with data/ and params/.")]
Year = Annotated[
    int | None, typer.Option(help="The year evaluated; else the newest in params/runs.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(help="Entities to build: ids or patterns such as 'district/*'; may be repeated."),
]
Language = Annotated[Lang, typer.Option(help="Language of the reports.")]
Jobs = Annotated[int, typer.Option(help="Reports made at once; 0: one per core.", min=0)]
Force = Annotated[bool, typer.Option("--force", help="Build even what is up to date.")]
Seconds = Annotated[float, typer.Option(help="Wall time one report may take.", min=1)]
Scheduler = Annotated[
    str,
    typer.Option(help="Address of a dask scheduler (or its file) whose workers make the reports."),
]
Shared = Annotated[
    bool,
    typer.Option("--shared", help="Workers see output/ under the same path and write into it."),
]
EngineName = Annotated[
    Engine, typer.Option(help="Run notebooks in the report's process, or in the kernel they name.")
]
Progress = Annotated[
    Form, typer.Option(help="How progress is shown; json: a line per report on standard output.")
]
StageOfPlan = Annotated[Stage | None, typer.Option(help="The evaluation of a whole plan instead.")]
PlanId = Annotated[str, typer.Option(help="Id in params/plans; else the newest run's.")]
Opening = Callable[[], Executor]
HERE, CHINESE, IN_PROCESS, BY_ITSELF = Path(), Lang.zh, Engine.inprocess, Form.auto
DEFAULT_SECONDS = Limits().seconds

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(soft_wrap=True, highlight=False)


@app.command()
def run(
    root: Root = HERE,
    year: Year = None,
    only: Only = None,
    lang: Language = CHINESE,
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
        root=_workspace(root),
        year=year,
        only=_patterns(only),
        lang=lang,
        force=force,
        engine=engine,
        progress=progress,
    )
    _build(asked, _opening(jobs, seconds, scheduler=scheduler, is_shared=shared))


@app.command()
def check(root: Root = HERE, year: Year = None, lang: Language = CHINESE) -> None:
    """Check params and data only; exit status 1 if there is an open error."""
    from cescore.run.build import check as check_only

    raise typer.Exit(check_only(Asked(_workspace(root), year, lang=lang.value), console))


@app.command()
def plan(
    root: Root = HERE,
    year: Year = None,
    only: Only = None,
    lang: Language = CHINESE,
    force: Force = False,
    stage: StageOfPlan = None,
    plan_id: Annotated[str, typer.Option("--plan", help="With --stage: id in params/plans.")] = "",
) -> None:
    """Say what would be built, and which input changed; with --stage of a plan's evaluation."""
    from cescore.run.build import plan as plan_only

    asked = Asked(
        root=_workspace(root),
        year=year,
        only=_patterns(only),
        lang=lang,
        force=force,
        stage=stage or "",
        plan=plan_id,
    )
    raise typer.Exit(plan_only(asked, console))


@app.command()
def review(
    stage: Annotated[
        Stage, typer.Option(help="midterm: against the schedule; final: against the goals.")
    ],
    plan: PlanId = "",
    root: Root = HERE,
    year: Annotated[int | None, typer.Option(help="The year a midterm looks back from.")] = None,
    only: Only = None,
    lang: Language = CHINESE,
    jobs: Jobs = 0,
    force: Force = False,
    seconds: Seconds = DEFAULT_SECONDS,
    engine: EngineName = IN_PROCESS,
    progress: Progress = BY_ITSELF,
) -> None:
    """Evaluate a whole plan at its middle or end, into output/<plan>-<stage>."""
    asked = Asked(
        root=_workspace(root),
        year=year,
        only=_patterns(only),
        lang=lang,
        force=force,
        engine=engine,
        progress=progress,
        stage=stage,
        plan=plan,
    )
    _build(asked, _opening(jobs, seconds))


def _build(asked: Asked, opening: Opening) -> NoReturn:
    """The one way of ``run`` and ``review``; exits."""
    from cescore.run.unchanged import tell_unchanged  # without pandas and all that

    told = _words(asked.progress)
    if tell_unchanged(asked, told):
        raise typer.Exit(0)
    with contextlib.closing(opening()) as executor:
        from cescore.run.build import build

        raise typer.Exit(build(asked, executor, told))


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="The entity's id, or a document such as units/U01.")],
    root: Root = HERE,
    year: Year = None,
    lang: Language = CHINESE,
    stage: StageOfPlan = None,
    seconds: Seconds = DEFAULT_SECONDS,
    engine: EngineName = IN_PROCESS,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the PDF.")] = True,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build it again as notebook, template or params change.")
    ] = False,
) -> None:
    """Build one report into output/preview and open it."""
    asked = Asked(_workspace(root), year, lang=lang, engine=engine, stage=stage or "")
    opening = _opening(1, seconds, render=WATCHED_RENDER if watch else PREVIEW_RENDER)
    with contextlib.closing(opening()) as executor:
        from cescore.run.preview import Preview

        made = Preview(asked, name, executor)
        previewed = made.make()
        for line in previewed.lines():
            console.print(line, markup=False)
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
    workers = jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else (1, 2))
    return lambda: open_executor(
        workers,
        render=render,
        limits=Limits(seconds=seconds),
        scheduler=scheduler,
        is_shared=is_shared,
    )


def _words(progress: str) -> Console:
    """Where the words for people go: to standard error where standard output carries JSON."""
    return Console(stderr=True, soft_wrap=True) if progress == Form.json else console


def _workspace(root: Path) -> Path:
    """A folder that holds a workspace."""
    missing = [name for name in ("data", "params") if not (root / name).is_dir()]
    if missing:
        raise typer.BadParameter(
            f"{root} has no {' and no '.join(missing)} folder", param_hint="--root"
        )
    return root.resolve()


def _patterns(only: Sequence[str] | None) -> str:
    """All that ``--only`` named, however often it was given."""
    return ",".join(only or ())


def with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with the command first: ``run`` where none is named."""
    for position, word in enumerate(arguments):
        before = arguments[position - 1] if position else ""
        if word in COMMANDS and before not in VALUED:
            return [word, *arguments[:position], *arguments[position + 1 :]]
    if arguments and arguments[0] in ("--help", "-h"):
        return ["--help"]
    if any(word.partition("=")[0] == "--stage" for word in arguments):
        return ["review", *arguments]  # what asks for a stage asks for a plan's evaluation
    first = arguments[0] if arguments else "-"
    return list(arguments) if not first.startswith("-") else ["run", *arguments]


def _replace_what_cannot_be_shown() -> None:
    """A character that the terminal's encoding lacks is shown as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit status; what the user can mend is no traceback."""
    _replace_what_cannot_be_shown()
    listen()
    try:
        app(with_command(sys.argv[1:] if arguments is None else arguments), prog_name="build.py")
    except CescoreError as error:
        print(error, file=sys.stderr)
        sys.exit(getattr(error, "exit_status", NOTHING_BUILT))
    except BrokenPipeError:  # whoever read our lines has gone: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    except OSError as error:  # a full disk, a folder that cannot be written
        print(f"{error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(NOTHING_BUILT)
    except Interrupted:
        print("interrupted; the same command goes on where it stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    finally:
        settle()
