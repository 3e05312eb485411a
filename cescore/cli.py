"""Evaluate a year's returns and print a scorecard for every entity."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cescore.errors import CescoreError
from cescore.run.executor import Executor, open_executor
from cescore.run.interrupt import Interrupted, listen, settle
from cescore.run.job import PREVIEW_RENDER, RENDER, WATCHED_RENDER, Limits
from cescore.run.progress import Form

if TYPE_CHECKING:
    from cescore.run.asked import Asked

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
    from cescore.run.unchanged import tell_unchanged  # without pandas and all that

    asked = _asked(root, year, only, lang, force, engine, progress)
    told = _words(progress)
    if tell_unchanged(asked, told):
        raise typer.Exit(0)
    with _executor(jobs, seconds, scheduler=scheduler, is_shared=shared) as executor:
        from cescore.run.build import build

        raise typer.Exit(build(asked, executor, told))


@app.command()
def check(root: Root = HERE, year: Year = None, lang: Language = CHINESE) -> None:
    """Check params and data only; exit status 1 if there is an open error."""
    from cescore.run.build import check as check_only

    raise typer.Exit(check_only(_asked(root, year, lang=lang), console))


@app.command()
def plan(
    root: Root = HERE,
    year: Year = None,
    only: Only = None,
    lang: Language = CHINESE,
    force: Force = False,
) -> None:
    """Say what would be built, and which input changed."""
    from cescore.run.build import plan as plan_only

    raise typer.Exit(plan_only(_asked(root, year, only, lang, force), console))


@app.command()
def review(
    stage: Annotated[
        Stage, typer.Option(help="midterm: against the schedule; final: against the goals.")
    ],
    plan: Annotated[str, typer.Option(help="Id in params/plans; else the newest run's.")] = "",
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
    with _executor(jobs, seconds) as executor:
        from cescore.run.review import ReviewAsked, build_review

        same = _asked(root, year, only, lang, force, engine, progress)
        asked = ReviewAsked(
            same.root,
            stage.value,
            plan,
            year,
            same.only,
            same.lang,
            force,
            same.engine,
            same.progress,
        )
        raise typer.Exit(build_review(asked, executor, _words(progress)))


@app.command()
def preview(
    entity: Annotated[str, typer.Argument(help="The entity's id.")],
    root: Root = HERE,
    year: Year = None,
    lang: Language = CHINESE,
    seconds: Seconds = DEFAULT_SECONDS,
    engine: EngineName = IN_PROCESS,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the PDF.")] = True,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build it again as notebook, template or params change.")
    ] = False,
) -> None:
    """Build one report into output/preview and open it."""
    asked = _asked(root, year, lang=lang, engine=engine)
    with _executor(1, seconds, render=WATCHED_RENDER if watch else PREVIEW_RENDER) as executor:
        from cescore.run.preview import Preview

        made = Preview(asked, entity, executor)
        pdf = made.make()
        console.print(str(pdf), markup=False)
        if show and sys.stdout.isatty():
            typer.launch(str(pdf))
        for line in made.watch() if watch else ():
            console.print(line, markup=False)


@contextlib.contextmanager
def _executor(
    jobs: int,
    seconds: float,
    render: str = RENDER,
    *,
    scheduler: str = "",
    is_shared: bool = False,
) -> Iterator[Executor]:
    """Opened before any data are read, so that report processes never hold them."""
    workers = jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else (1, 2))
    opened = open_executor(
        workers,
        render=render,
        limits=Limits(seconds=seconds),
        scheduler=scheduler,
        is_shared=is_shared,
    )
    with contextlib.closing(opened) as executor:
        yield executor


def _words(progress: Form) -> Console:
    """Where the words for people go: to standard error where standard output carries JSON."""
    return Console(stderr=True, soft_wrap=True) if progress == Form.json else console


def _asked(
    root: Path,
    year: int | None,
    only: Sequence[str] | None = None,
    lang: Lang = CHINESE,
    force: bool = False,
    engine: Engine = IN_PROCESS,
    progress: Form = BY_ITSELF,
) -> Asked:
    from cescore.run.asked import Asked

    missing = [name for name in ("data", "params") if not (root / name).is_dir()]
    if missing:
        raise typer.BadParameter(
            f"{root} has no {' and no '.join(missing)} folder", param_hint="--root"
        )
    return Asked(
        root.resolve(), year, _patterns(only), lang.value, force, engine.value, progress.value
    )


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit status; what the user can mend is no traceback."""
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
