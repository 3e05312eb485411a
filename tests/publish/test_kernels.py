"""A notebook of another language runs in the kernel it names, by its parameters like any other."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from cescore.errors import PublishError
from cescore.publish.notebook import execute, finish

KERNEL = '''
import subprocess
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel


class Shell(Kernel):
    """Runs cells with sh; what one assigns the next ones know."""

    implementation = banner = "sh"
    implementation_version = "1"
    language_info = {"name": "bash", "mimetype": "text/x-sh", "file_extension": ".sh"}
    before = ""

    def do_execute(self, code, silent, *_, **__):
        done = subprocess.run(["sh", "-c", self.before + code], capture_output=True, text=True)
        self.before += code + "\\n" if "=" in code else ""
        if done.stdout and not silent:
            content = {"name": "stdout", "text": done.stdout}
            self.send_response(self.iopub_socket, "stream", content)
        if done.returncode:
            error = {"ename": "exit", "evalue": str(done.returncode), "traceback": []}
            self.send_response(self.iopub_socket, "error", error)
            return {"status": "error", "execution_count": self.execution_count, **error}
        return {"status": "ok", "execution_count": self.execution_count, "payload": []}


IPKernelApp.launch_instance(kernel_class=Shell)
'''


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel of another language, installed for this test."""
    folder = tmp_path / "jupyter" / "kernels" / "shell"
    folder.mkdir(parents=True)
    (folder / "kernel.py").write_text(KERNEL, encoding="utf-8")
    line = [sys.executable, str(folder / "kernel.py"), "-f", "{connection_file}"]
    spec = {"argv": line, "display_name": "Shell", "language": "bash"}
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return "shell"


def notebook(folder: Path, kernel: str, *sources: str) -> Path:
    tagged = new_code_cell("year=0", metadata={"tags": ["parameters"]})
    spec = {"name": kernel, "language": "bash", "display_name": "Shell"}
    cells = [tagged, *map(new_code_cell, sources)]
    path = folder / "other.ipynb"
    nbformat.write(new_notebook(metadata={"kernelspec": spec}, cells=cells), path)
    return path


def test_a_notebook_of_another_language_runs_in_its_kernel(tmp_path: Path, kernel: str) -> None:
    path = notebook(tmp_path, kernel, 'echo "the year is $year"')
    made = execute(path, tmp_path / "out.ipynb", {"year": 2025}, engine="kernel")
    assert made.cells[-1].outputs[0].text == "the year is 2025\n"
    clean = finish(made, shown_parameters={"year": 2025})
    assert clean.metadata.kernelspec.language == "bash"
    assert "year=2025" in next(c.source for c in clean.cells if c.id == "injected-parameters")
    with pytest.raises(
        PublishError, match="unknown parameter yaer; its parameters cell declares y"
    ):
        execute(path, tmp_path / "out.ipynb", {"yaer": 2025}, engine="kernel")


def test_in_this_process_it_is_refused_with_the_way_to_run_it(tmp_path: Path) -> None:
    path = notebook(tmp_path, "shell", "echo")
    with pytest.raises(
        PublishError, match="its cells are bash, which only a kernel runs: --engine"
    ):
        execute(path, tmp_path / "out.ipynb", {"year": 2025})


def test_a_kernel_that_is_not_installed_is_named(tmp_path: Path) -> None:
    path = notebook(tmp_path, "no-such-kernel", "echo")
    with pytest.raises(PublishError, match=r"other.ipynb: .*no-such-kernel"):
        execute(path, tmp_path / "out.ipynb", {"year": 2025}, engine="kernel")
