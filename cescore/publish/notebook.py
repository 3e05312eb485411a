"""Running a notebook: papermill with declared parameters only, in this process or in a kernel.

The engine registered with papermill as ``cescore`` runs the cells in a fresh IPython shell of
this process and keeps what they show as nbformat outputs: no kernel, no sockets, no second
import of pandas and matplotlib. One report, one process: isolation is the caller's fork.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (papermill, nbformat and IPython are not typed)
from __future__ import annotations

import atexit
import base64
import io
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import nbformat
import papermill
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from traitlets.config import Config

from cescore.errors import PublishError

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
            return papermill.execute_notebook(
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
    first = next((line for line in error.source.splitlines() if line.strip()), "")
    return f"{name}: cell {number} failed at `{first.strip()}`: {error.ename}: {error.evalue}"


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


class _Outputs(list[NotebookNode]):
    """What one cell shows, in order; streams of the same name run together."""

    def write(self, name: str, text: str) -> None:
        last = self[-1] if self else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.append(new_output("stream", name=name, text=text))

    def show(self, kind: str, data: Mapping[str, Any], metadata: Any, **more: Any) -> None:
        text = {mime: _as_json(value) for mime, value in data.items()}
        self.append(new_output(kind, data=text, metadata=dict(metadata or {}), **more))


def _as_json(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


class _Stream(io.TextIOBase):
    """A text stream of the running cell."""

    def __init__(self, shell: ReportShell, name: str) -> None:
        self._shell = shell
        self._name = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._shell.outputs.write(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    """Keeps what `display()` shows."""

    shell: ReportShell

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        self.shell.outputs.show("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    shell: Any  # a ReportShell; IPython declares it as a trait

    def write_output_prompt(self) -> None:
        """A page has no prompts."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.show(
            "execute_result", format_dict, md_dict, execution_count=self.prompt_count
        )


class ReportShell(InteractiveShell):
    """An IPython shell whose cells' outputs are kept as nbformat objects."""

    def __init__(self, **options: Any) -> None:
        self.outputs = _Outputs()
        super().__init__(**options)

    def init_virtualenv(self) -> None:
        """Nothing: the report uses the environment it was started in."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))
        )

    def run(self, source: str) -> tuple[list[NotebookNode], int, BaseException | None]:
        """Outputs, execution count and the error of one cell.

        Raises
        ------
        KeyboardInterrupt
            The person at the keyboard stopped the run; a cell does not swallow that.
        """
        self.outputs = _Outputs()
        count = self.execution_count
        with redirect_stdout(_Stream(self, "stdout")), redirect_stderr(_Stream(self, "stderr")):
            result = self.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, KeyboardInterrupt):
            raise error
        if error is not None and not any(o.output_type == "error" for o in self.outputs):
            self._showtraceback(type(error), error, [f"{type(error).__name__}: {error}"])
        return list(self.outputs), count, error


@contextmanager
def fresh_shell() -> Iterator[ReportShell]:
    """A shell with an empty namespace that is IPython's current one until the block ends."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0  # no Out[] history: it would keep every table alive
    holder: Any = InteractiveShell  # get_ipython() and display() ask it for the current shell
    outer = holder._instance
    with tempfile.TemporaryDirectory() as folder:  # IPython wants a profile; this one is nobody's
        shell = ReportShell(
            config=config,
            ipython_dir=folder,
            displayhook_class=_Hook,
            display_pub_class=_Publisher,
        )
        holder._instance = shell
        try:
            yield shell
        finally:
            shell.restore_sys_module_state()
            atexit.unregister(shell.atexit_operations)
            holder._instance = outer


class InProcessEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Runs a notebook's cells in this process, in a fresh shell."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: Any
    ) -> None:
        """Run the code cells in order and stop at the first that fails."""
        with fresh_shell() as shell:
            for number, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, number)
                cell.outputs, cell.execution_count, error = shell.run(cell.source)
                if error is not None:
                    nb_man.cell_exception(cell, number, exception=error)
                nb_man.cell_complete(cell, number)
                if error is not None:
                    break


papermill_engines.register("cescore", InProcessEngine)
