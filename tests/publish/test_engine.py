"""The engine as papermill finds it: by its entry point alone, whichever is imported first."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import {first}
import papermill
made = papermill.execute_notebook(
    "in.ipynb", "out.ipynb", {{"year": 2025}}, engine_name="cescore", progress_bar=False
)
print(made.cells[-1].outputs[0]["data"]["text/plain"])
"""


def installed(folder: Path) -> Path:
    """A folder on the path that says what pip would write of this project's entry points."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["papermill.engine"]
    info = folder / f"{project['name']}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    lines = [f"{name} = {value}" for name, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[papermill.engine]", *lines]))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cescore\nVersion: 0\n")
    return folder


@pytest.mark.parametrize("first", ["papermill", "cescore.publish.engine"])
def test_papermill_finds_the_engine_whichever_is_imported_first(tmp_path: Path, first: str) -> None:
    tagged = new_code_cell("year: int = 0", metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "language": "python", "display_name": "P"}
    made = new_notebook(metadata={"kernelspec": kernel}, cells=[tagged, new_code_cell("year + 1")])
    nbformat.write(made, tmp_path / "in.ipynb")
    paths = os.pathsep.join([str(ROOT), str(installed(tmp_path / "site"))])
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(first=first)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "2026"
