"""Running a notebook: papermill with declared parameters only, in this process or in a kernel.

The engine registered with papermill as ``cescore`` (see `engine`) runs the cells in a fresh shell
of this process. One report, one process: isolation is the caller's fork.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (papermill, nbformat and IPython are not typed)
from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.parameterize import parameterize_notebook
from papermill.translators import papermill_translators
from traitlets.config import Config

from cescore.errors import PublishError
from cescore.publish.cells.shown import cell_numbers
from cescore.publish.cells.terminal import without_colours
from cescore.publish.engine import INLINE, InProcessEngine
from cescore.publish.table_data import TABLE_MIME

IN_PROCESS = (
    "inprocess"  # in the report's own process, behind its fence; a kernel stands behind none
)
ENGINES = {IN_PROCESS: "cescore", "kernel": "nbclient"}
PYTHON = "python"
_LIBRARY_SETTINGS = {"MPLBACKEND": INLINE}  # figures of pyplot stand in their cell, as in Jupyter
_ASSIGNED = re.compile(
    r"^\s*(?:(?:let|const|var|val|auto)\s+)?\$?(\w+)\s*(?::\s*\w+\s*)?(?:<-|=)", re.M
)
_STYLER = re.compile(r'(?<=[ "]id=")T_[0-9a-f]+(?=")|(?<=<table id=")T_[0-9a-f]+(?=")')
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ARROW = re.compile(r"^-+> \d+ ?(.*)$", re.M)  # how IPython marks the line that failed
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, str | int], *, engine: str = IN_PROCESS
) -> NotebookNode:
    """The executed notebook; also written to `output` as it stands, if a cell fails.

    Parameters
    ----------
    parameters
        Values for names that the notebook's ``parameters`` cell declares.
    engine
        ``inprocess`` (a fresh IPython shell here) or ``kernel`` (the ordinary Jupyter kernel that
        the notebook names, of whatever language).

    Raises
    ------
    PublishError
        The notebook has no ``parameters`` cell or does not declare one of the names; or a cell
        failed: then the message names the cell and its cause.
    """
    if engine not in ENGINES:
        raise PublishError(f"no notebook engine {engine!r}, expected one of {', '.join(ENGINES)}")
    source = _with_kernel(read_notebook(notebook))
    refuse_undeclared(source, parameters, notebook.name)
    if engine == IN_PROCESS and _language(source) != PYTHON:
        raise PublishError(
            f"{notebook.name}: its cells are {_language(source)}, which only a kernel runs:"
            " --engine kernel"
        )
    begun: list[NotebookNode] = []
    with left_where_it_fails(begun, output):
        try:
            with _environment(_LIBRARY_SETTINGS):
                executed = (
                    _run_here(source, parameters, begun)
                    if engine == IN_PROCESS
                    else _run_in_kernel(source, output, parameters)
                )
        except PapermillExecutionError as error:
            number = error.cell_index + 1 - bool(parameters)  # not counting the injected cell
            raise PublishError(_cell_failure(notebook.name, number, error)) from error
        except (PapermillException, NoSuchKernel) as error:
            raise PublishError(f"{notebook.name}: {error}") from error
        except DeadKernelError as error:
            raise PublishError(f"{notebook.name}: its kernel ended: {error}") from error
        _refuse_early_end(executed, notebook.name)
    return executed


def _run_here(
    source: NotebookNode, parameters: Mapping[str, str | int], begun: list[NotebookNode]
) -> NotebookNode:
    """The notebook with its parameters, by papermill, then its cells run by our engine.

    Its steps are called one by one, on the notebook that was read: papermill's own run turns it into
    text and reads that again, and what runs here its caller writes, once, when it is ready.
    """
    how = {"engine_name": ENGINES[IN_PROCESS], "kernel_name": _kernel(source)}
    source.metadata.setdefault("papermill", {})
    for cell in source.cells:
        cell.metadata["papermill"] = {}
        cell.metadata.setdefault("tags", [])
    prepared = remove_error_markers(parameterize_notebook(source, dict(parameters), **how))
    executed = papermill_engines.execute_notebook_with_engine(
        nb=prepared, progress_bar=False, autosave_cell_every=0, begun=begun, **how
    )
    raise_for_execution_errors(executed, None)
    return executed


def _run_in_kernel(
    source: NotebookNode, output: Path, parameters: Mapping[str, str | int]
) -> NotebookNode:
    """The notebook run by the kernel that it names; papermill writes what a kernel executed."""
    return papermill.execute_notebook(
        source,
        str(output).replace("{", "{{").replace("}", "}}"),  # papermill formats paths
        parameters=dict(parameters),
        engine_name=ENGINES["kernel"],
        kernel_name=_kernel(source),
        language=_language(source),
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        **_transport(),
    )


@contextmanager
def left_where_it_fails(executed: Iterable[NotebookNode], path: Path) -> Iterator[None]:
    """Write what was executed, as it stands, if the block ends in an error: it shows how far it came."""
    try:
        yield
    except Exception:
        for notebook in executed:
            write_notebook(notebook, path)
        raise


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
    declared = _declared(source)
    unknown = sorted(set(parameters) - set(declared))
    if unknown:
        raise PublishError(
            f"{name}: unknown parameter {', '.join(unknown)};"
            f" its parameters cell declares {', '.join(sorted(declared)) or 'none'}"
        )


def _declared(source: NotebookNode) -> list[str]:
    """The names that the ``parameters`` cell gives a value to.

    papermill knows Python's assignments only; those of other languages are told by their sign.
    """
    cells = [c for c in source.cells if "parameters" in c.metadata.get("tags", [])]
    if _language(source) == PYTHON:
        translator = papermill_translators.find_translator(_kernel(source), PYTHON)
        return [parameter.name for parameter in translator.inspect(cells[0])]
    return [name for cell in cells for name in _ASSIGNED.findall(cell.source)]


def _with_kernel(source: NotebookNode) -> NotebookNode:
    """The notebook with a kernel named, Python's where it names none: papermill asks for it."""
    spec = {"name": _kernel(source), "language": _language(source), "display_name": "Python 3"}
    source.metadata["kernelspec"] = {**spec, **source.metadata.get("kernelspec", {})}
    return source


def _kernel(source: NotebookNode) -> str:
    """The kernel that a notebook names."""
    return str(source.metadata.get("kernelspec", {}).get("name", "python3"))


def _language(source: NotebookNode) -> str:
    """The language of a notebook's cells, in lower case."""
    metadata = source.metadata
    named = metadata.get("kernelspec", {}).get("language")
    return str(named or metadata.get("language_info", {}).get("name") or PYTHON).lower()


def finish(executed: NotebookNode, *, shown_parameters: Mapping[str, str | int]) -> NotebookNode:
    """The same notebook without anything of this machine or moment, ready to be kept.

    Times, durations and papermill's record go; ids are counted; the injected cell says
    `shown_parameters` instead of the paths that were really used; what libraries said on stderr
    goes (it names files of this machine: `complaints` has it), and so do the data of tables, which
    travel with the PDF.
    """
    clean = NotebookNode({**executed, "cells": [_apart(cell) for cell in executed.cells]})
    language, spec = _language(clean), clean.metadata.get("kernelspec", {})
    shown = {"display_name": "Python 3", "language": PYTHON, "name": "python3"}
    if language != PYTHON:
        named = {"display_name": _kernel(clean), "name": _kernel(clean), **spec}
        shown = {name: str(named.get(name, language)) for name in shown}
    clean.metadata = nbformat.from_dict({"kernelspec": shown, "language_info": {"name": language}})
    for number, cell in enumerate(clean.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": list(tags)} if tags else {})
        cell.id = "injected-parameters" if "injected-parameters" in tags else f"cell-{number:03d}"
        if "injected-parameters" in tags:
            cell.source = _injected(shown_parameters, clean)
        if cell.cell_type == "code":
            cell.outputs = _run_together(o for o in cell.outputs if not _is_stderr(o))
            for output in cell.outputs:
                output.get("data", {}).pop(TABLE_MIME, None)
                _without_addresses(output)
                _with_counted_ids(output, number)
    return clean


def _apart(cell: NotebookNode) -> NotebookNode:
    """A cell whose outputs may lose what its own keep; values are shared, and nobody changes them."""
    apart = NotebookNode(cell)
    if "outputs" in cell:
        apart["outputs"] = [
            NotebookNode({**o, "data": NotebookNode(o.data)} if "data" in o else o)
            for o in cell.outputs
        ]
    return apart


def _injected(parameters: Mapping[str, str | int], notebook: NotebookNode) -> str:
    """The cell that sets the parameters, in the notebook's language."""
    if _language(notebook) == PYTHON:
        lines = [f"{name} = {value!r}" for name, value in parameters.items()]
        return "\n".join(["# Parameters", *lines])
    translator = papermill_translators.find_translator(_kernel(notebook), _language(notebook))
    return str(translator.codify(dict(parameters), "Parameters")).rstrip("\n")


def complaints(executed: NotebookNode) -> list[str]:
    """What was written to stderr, warnings of libraries as a rule, each line with its cell."""
    return [
        f"cell {number}: {line}"
        for number, cell in cell_numbers(executed)
        for line in without_colours(_stderr(cell)).splitlines()
        if line.strip()
    ]


def _stderr(cell: NotebookNode) -> str:
    return "".join(output.text for output in cell.get("outputs", []) if _is_stderr(output))


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


def _with_counted_ids(output: NotebookNode, number: int) -> None:
    """pandas gives each styled table a random id, a kernel each display one: counted ones stay the
    same."""
    data = output.get("data", {})
    html = data.get("text/html", "")
    for count, random in enumerate(dict.fromkeys(_STYLER.findall(html))):
        html = html.replace(random, f"T_{number}_{count}")
    if "text/html" in data:
        data["text/html"] = html


def _run_together(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs with neighbouring streams of one name as one: kernels send them in pieces."""
    kept: list[NotebookNode] = []
    for output in outputs:
        last = kept[-1] if kept else None
        both_streams = last is not None and last.output_type == output.output_type == "stream"
        if last is not None and both_streams and last.name == output.name:
            last.text += output.text
        else:
            kept.append(output)
    return kept


def _cell_failure(name: str, number: int, error: PapermillExecutionError) -> str:
    line = _failing_line(error)
    return f"{name}: cell {number} failed at `{line}`: {error.ename}: {error.evalue}"


def _failing_line(error: PapermillExecutionError) -> str:
    """The line of the cell that failed, by IPython's own traceback; else the cell's first."""
    traceback = _ANSI.sub("", "\n".join(error.traceback))
    frames = traceback.split("\nFile ")  # the cell's own frame comes before those of modules
    marked = [match.group(1) for frame in frames[:1] for match in _ARROW.finditer(frame)]
    return marked[-1].strip() if marked else _first_line(error.source)


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "").strip()


def _transport() -> dict[str, Any]:
    """How papermill speaks with a kernel."""
    if sys.platform == "win32":  # has no local sockets that ZeroMQ could use
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
