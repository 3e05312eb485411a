"""Commands for analysts: lab."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer

from cescore.cli.application import NUMBERS, app, console
from cescore.cli.options import BY_LOCALE, HERE, Language, Root, of_reports, of_terminal, workspace


@app.command(rich_help_panel=NUMBERS)
def lab(
    root: Root = HERE,
    lang: Language = BY_LOCALE,
    port: Annotated[int, typer.Option(help="Of JupyterLab, on this machine.")] = 8888,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
    is_prepared_only: Annotated[
        bool, typer.Option("--prepare", help="Make the working copy, and stop.")
    ] = False,
) -> None:
    """Open JupyterLab on a working copy of the notebooks, in work/: nothing tried there is published."""
    from cescore.definitions.shipped import PACKAGE, REPOSITORY
    from cescore.publish.words import label
    from cescore.run.commands.working_copy import FOLDER, prepare

    place = workspace(root)
    for one in prepare(place, of_reports(lang)):
        if one.fate != "as it is":
            key = f"terminal.lab_{one.fate}"
            console.print(label(key, of_terminal(lang), name=f"{FOLDER}/{one.name}"), markup=False)
    if is_prepared_only:
        return
    known = os.environ.get("PYTHONPATH", "")
    paths = os.pathsep.join(filter(None, (str(REPOSITORY), known)))
    browser = [] if show else ["--no-browser"]
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={place / FOLDER}"]
    command += [f"--port={port}", "--ServerApp.ip=127.0.0.1", *browser]
    startup = {
        "PYTHONSTARTUP": str(PACKAGE / "desk" / "at_start.py"),
        "CESCORE_PYTHONSTARTUP": os.environ.get("PYTHONSTARTUP", ""),
    }
    environment = {**os.environ, **startup, "PYTHONPATH": paths}
    raise typer.Exit(subprocess.run(command, env=environment, cwd=place / FOLDER).returncode)
