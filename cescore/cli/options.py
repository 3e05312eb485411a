"""Options that several commands share, and what their values mean."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from cescore.cli.wrong_use import WrongUse
from cescore.run.job import Limits
from cescore.run.telling.progress import Form


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
Language = Annotated[
    Lang | None,
    typer.Option(
        help="Language of the reports (zh if not given) and of the terminal (if not given: as the system's).",
        show_default=False,
    ),
]
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
HERE, BY_LOCALE, IN_PROCESS, BY_ITSELF = Path(), None, Engine.inprocess, Form.auto
DEFAULT_SECONDS = Limits().seconds
LOCALES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order that they are obeyed


def of_reports(lang: Lang | None) -> str:
    """The language of what is written: Chinese unless another is asked for."""
    return (lang or Lang.zh).value


def of_terminal(lang: Lang | None) -> str:
    """The language of what is said: as asked for, else Chinese where the system's is, else English."""
    return lang.value if lang is not None else of_the_system()


def asked_in(arguments: Sequence[str]) -> str:
    """The language of the terminal by words that nobody has parsed yet, or that cannot be."""
    given = (
        b if a == "--lang" else a.removeprefix("--lang=")
        for a, b in zip_longest(arguments, arguments[1:], fillvalue="")
    )
    return next((word for word in given if word in set(Lang)), of_the_system())


def of_the_system() -> str:
    """Chinese where the system's language is, else English."""
    named = (os.environ.get(name, "") for name in LOCALES)
    return "zh" if next((name for name in named if name), "").lower().startswith("zh") else "en"


def workspace(root: Path) -> Path:
    """A folder that holds a workspace."""
    missing = [name for name in ("data", "params") if not (root / name).is_dir()]
    if missing:
        raise WrongUse("no_workspace", "--root", root=root, folders=", ".join(missing))
    return root.resolve()


def patterns(only: Sequence[str] | None) -> str:
    """All that ``--only`` named, however often it was given."""
    return ",".join(only or ())
