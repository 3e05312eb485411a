"""A notebook's cells run in this process: the engine that papermill knows as ``cescore``.

The cells run in a fresh IPython shell and what they show is kept as nbformat outputs: no kernel,
no sockets, no second import of pandas and matplotlib. papermill loads the class through this
package's entry point while papermill itself is still being imported; so nothing of papermill is
imported here before the engine runs, and either may be imported first.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (papermill, nbformat and IPython are not typed)
from __future__ import annotations

import atexit
import base64
import io
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from traitlets.config import Config

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager


INLINE = "module://matplotlib_inline.backend_inline"


class _Outputs(list[NotebookNode]):
    """What one cell shows, in order; streams of the same name run together."""

    def __init__(self) -> None:
        super().__init__()
        self._is_clearing = False  # with the next output, as clear_output(wait=True) asks

    def clear_soon(self) -> None:
        """Clear when something new is shown."""
        self._is_clearing = True

    def _begin(self) -> None:
        if self._is_clearing:
            self.clear()
        self._is_clearing = False

    def write(self, name: str, text: str) -> None:
        self._begin()
        last = self[-1] if self else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.append(new_output("stream", name=name, text=text))

    def show(self, kind: str, data: Mapping[str, Any], metadata: Any, **more: Any) -> NotebookNode:
        self._begin()
        given = {
            "data": NotebookNode(_text_of(data)),
            "metadata": from_dict(metadata or {}),
            **more,
        }
        is_plain = all(isinstance(v, str) or _is_json(mime) for mime, v in given["data"].items())
        # What is text or JSON fits nbformat's schema, which takes longer to ask than a cell to run.
        shown = (
            NotebookNode({"output_type": kind, **given}) if is_plain else new_output(kind, **given)
        )
        self.append(shown)
        return shown


def _text_of(data: Mapping[str, Any]) -> dict[str, Any]:
    return {mime: _as_json(value) for mime, value in data.items()}


def _is_json(mime: str) -> bool:
    return mime.startswith("application/") and mime.endswith(("+json", "/json"))


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
    """Keeps what `display()` shows; an update replaces what was shown under its id, in any cell."""

    shell: ReportShell

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        *_: Any,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        identity = (transient or {}).get("display_id")
        known = self.shell.displays.setdefault(identity, []) if identity else []
        for shown in known:
            shown.data, shown.metadata = _text_of(data), dict(metadata or {})
        if not update:
            known.append(self.shell.outputs.show("display_data", data, metadata))

    def clear_output(self, wait: bool = False) -> None:
        if wait:
            self.shell.outputs.clear_soon()
        else:
            self.shell.outputs.clear()


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    shell: Any  # a ReportShell; IPython declares it as a trait

    def write_output_prompt(self) -> None:
        """A page has no prompts."""

    def update_user_ns(self, result: Any) -> None:
        """The last three values are at hand as ``_``, ``__`` and ``___``; no older ones are kept."""
        names = self.shell.user_ns
        names |= {"___": names.get("__", ""), "__": names.get("_", ""), "_": result}

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.show(
            "execute_result", format_dict, md_dict, execution_count=self.prompt_count
        )


class ReportShell(InteractiveShell):
    """An IPython shell whose cells' outputs are kept as nbformat objects."""

    def __init__(self, **options: Any) -> None:
        self.outputs = _Outputs()
        self.displays: dict[str, list[NotebookNode]] = {}  # by display id, over all cells
        super().__init__(**options)

    def init_builtins(self) -> None:
        """Nobody sits at the keyboard: a cell that asks fails, as it does in a kernel."""
        super().init_builtins()
        self.builtin_trap.auto_builtins["input"] = _no_keyboard

    def init_virtualenv(self) -> None:
        """Nothing: the report uses the environment it was started in."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.append(
            new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))
        )

    def ask_exit(self) -> None:
        """What exit() in a cell comes to: the cells after it are part of the report."""
        raise SystemExit("the cell called exit()")

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


def _no_keyboard(*_: object) -> str:
    raise StdinNotImplementedError("the cell asks for input, and nobody is there to answer")


@contextmanager
def _inline_figures(shell: ReportShell) -> Iterator[None]:
    """Figures of pyplot are shown in the cell that draws them; the backend is handed back."""
    if "matplotlib" not in sys.modules:  # imported by a cell, it finds the backend by itself
        yield
        return
    import matplotlib as mpl
    from matplotlib_inline.backend_inline import configure_inline_support

    before, was_interactive = mpl.get_backend(auto_select=False), mpl.is_interactive()
    mpl.use(INLINE)
    mpl.interactive(True)  # or the backend keeps no list of what is drawn
    configure: Any = configure_inline_support
    configure.current_backend = "unset"  # it would pass over a second shell
    configure(shell, INLINE)
    try:
        yield
    finally:
        mpl.interactive(was_interactive)
        mpl.use(before or "agg")


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
            with _inline_figures(shell):
                yield shell
        finally:
            shell.restore_sys_module_state()
            atexit.unregister(shell.atexit_operations)
            holder._instance = outer


class InProcessEngine:
    """Runs a notebook's cells in this process, in a fresh shell: papermill's `Engine` by shape."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """papermill's own bookkeeping around `execute_managed_notebook`."""
        from papermill.engines import Engine

        return Engine.execute_notebook.__func__(cls, nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """The kernel named by the caller, else by the notebook; it is not started."""
        return str(name or nb.metadata.get("kernelspec", {}).get("name", "python3"))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """The language named by the caller, else by the notebook."""
        return str(language or nb.metadata.get("kernelspec", {}).get("language", "python"))

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        begun: list[NotebookNode] | None = None,
        **_: Any,
    ) -> None:
        """Run the code cells in order and stop at the first that fails.

        ``begun`` takes the notebook before its first cell runs, for a caller that wants it whatever
        becomes of it.
        """
        if begun is not None:
            begun.append(nb_man.nb)
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
