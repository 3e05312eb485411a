"""Running a notebook: papermill with declared parameters only, in this process or in a kernel.

The engine registered with papermill as ``cescore`` (see `engine`) runs the cells in a fresh shell
of this process. One report, one process: isolation is the caller's fork.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (papermill, nbformat and IPython are not typed)
from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from traitlets.config import Config

from cescore.errors import PublishError
from cescore.publish.engine import InProcessEngine

ENGINES = {"inprocess": "cescore", "kernel": "nbclient"}
INDEX_MIME = "application/vnd.cescore.index+json"
_LIBRARY_SETTINGS = {"MPLBACKEND": "Agg"}  # a window or an inline figure would change the page
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, str | int], *, engine: str = "inprocess"
) -> NotebookNode:
    """The executed notebook, also written to `output` as it stands, even when a cell fails.

    Parameters
    ----------
    parameters
        Values for names that the notebook's ``parameters`` cell declares.
    engine
        ``inprocess`` (a fresh IPython shell here) or ``kernel`` (an ordinary python3 kernel).

    Raises
    ------
    PublishError
        The notebook has no ``parameters`` cell or does not declare one of the names; or a cell
        failed: then the message names the cell and its cause.
    """
    if engine not in ENGINES:
        raise PublishError(f"no notebook engine {engine!r}, expected one of {', '.join(ENGINES)}")
    source = read_notebook(notebook)
    refuse_undeclared(source, parameters, notebook.name)
    try:
        with _environment(_LIBRARY_SETTINGS):
            executed = papermill.execute_notebook(
                source,
                str(output).replace("{", "{{").replace("}", "}}"),  # papermill formats paths
                parameters=dict(parameters),
                engine_name=ENGINES[engine],
                kernel_name="python3",
                language="python",
                progress_bar=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                **_transport(engine),
            )
    except PapermillExecutionError as error:
        number = error.cell_index + 1 - bool(parameters)  # not counting the injected cell
        raise PublishError(_cell_failure(notebook.name, number, error)) from error
    except PapermillException as error:
        raise PublishError(f"{notebook.name}: {error}") from error
    _refuse_early_end(executed, notebook.name)
    return executed


def _refuse_early_end(executed: NotebookNode, name: str) -> None:
    """Raise PublishError for a cell that ended the notebook: papermill takes exit() for success."""
    cells = [c for c in executed.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    for number, cell in enumerate(cells, start=1):
        if any(o.output_type == "error" for o in cell.get("outputs", [])):
            raise PublishError(
                f"{name}: cell {number} ended the notebook at `{_first_line(cell.source)}`:"
                " SystemExit; the cells after it did not run"
            )


def read_notebook(path: Path) -> NotebookNode:
    """A notebook file in nbformat 4.

    Raises
    ------
    PublishError
        The file is absent or no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise PublishError(f"{path.name}: there is no such notebook") from error
    except Exception as error:  # nbformat raises whatever the JSON or its schema provoke
        raise PublishError(f"{path.name}: not a notebook: {error}") from error


def refuse_undeclared(source: NotebookNode, parameters: Mapping[str, str | int], name: str) -> None:
    """Raise PublishError unless the notebook's ``parameters`` cell declares every name."""
    if not any("parameters" in cell.metadata.get("tags", []) for cell in source.cells):
        raise PublishError(f"{name}: no cell is tagged 'parameters'")
    declared = papermill.inspect_notebook(source)
    unknown = sorted(set(parameters) - set(declared))
    if unknown:
        raise PublishError(
            f"{name}: unknown parameter {', '.join(unknown)};"
            f" its parameters cell declares {', '.join(sorted(declared)) or 'none'}"
        )


def finish(executed: NotebookNode, *, shown_parameters: Mapping[str, str | int]) -> NotebookNode:
    """The same notebook without anything of this machine or moment, ready to be kept.

    Times, durations and papermill's record go; ids are counted; the injected cell says
    `shown_parameters` instead of the paths that were really used; what libraries said on stderr
    goes (it names files of this machine: `complaints` has it).
    """
    clean = nbformat.from_dict(executed)
    clean.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(clean.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": list(tags)} if tags else {})
        cell.id = "injected-parameters" if "injected-parameters" in tags else f"cell-{number:03d}"
        if "injected-parameters" in tags:
            lines = [f"{name} = {value!r}" for name, value in shown_parameters.items()]
            cell.source = "\n".join(["# Parameters", *lines])
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_stderr(output)]
            for output in cell.outputs:
                _without_addresses(output)
    return clean


def complaints(executed: NotebookNode) -> list[str]:
    """The lines that cells wrote to stderr: warnings of libraries, as a rule."""
    return [
        line
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if _is_stderr(output)
        for line in output.text.splitlines()
    ]


def _is_stderr(output: NotebookNode) -> bool:
    return bool(output.output_type == "stream" and output.name == "stderr")


def write_notebook(notebook: NotebookNode, path: Path) -> bytes:
    """Write the notebook and give back the bytes written."""
    raw = (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
    path.write_bytes(raw)
    return raw


def displayed(executed: NotebookNode, mime: str) -> list[Any]:
    """Everything the notebook displayed under a MIME type, in order."""
    return [
        output.data[mime]
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if mime in output.get("data", {})
    ]


def _without_addresses(output: NotebookNode) -> None:
    data = output.get("data", {})
    if "text/plain" in data:  # repr() of an object without one: its address differs every time
        data["text/plain"] = _ADDRESS.sub("at 0x…", data["text/plain"])


def _cell_failure(name: str, number: int, error: PapermillExecutionError) -> str:
    first = _first_line(error.source)
    return f"{name}: cell {number} failed at `{first}`: {error.ename}: {error.evalue}"


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "").strip()


def _transport(engine: str) -> dict[str, Any]:
    if engine != "kernel":
        return {}
    # TCP ports race when several kernels start at once; local sockets do not.
    return {"config": Config({"KernelManager": {"transport": "ipc"}})}


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


# by hand as well: a checkout that is not installed has no entry points
papermill_engines.register("cescore", InProcessEngine)
