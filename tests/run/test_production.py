"""A build prints by notebooks in which nobody's trial is left, and names the cell where one is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from cescore.definitions.shipped import NOTEBOOKS
from cescore.errors import RunError
from cescore.run.asked import Asked
from cescore.run.building.build import build
from cescore.run.commands.checking import check
from cescore.run.commands.planning import plan
from cescore.run.inputs.production import traces, trials_in_production
from tests.run.in_this_process import InThisProcess

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"
OUTPUT = {"output_type": "stream", "name": "stdout", "text": "1,441,395"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))
    (root / "notebooks").mkdir(exist_ok=True)
    shutil.copy(NOTEBOOKS / "generic.ipynb", root / "notebooks" / "hospital.ipynb")
    return root


def spoil(root: Path, cell: int, **changed: object) -> Path:
    path = root / "notebooks" / "hospital.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][cell - 1].update(changed)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def test_the_shipped_notebooks_hold_no_trial(root: Path) -> None:
    assert trials_in_production(root) == []


def parameters(root: Path) -> int:
    cells = json.loads((root / "notebooks" / "hospital.ipynb").read_text("utf-8"))["cells"]
    tagged = [n for n, c in enumerate(cells, 1) if "parameters" in c["metadata"].get("tags", [])]
    return tagged[0]


def test_every_kind_of_trace_is_named_with_its_cell(root: Path) -> None:
    n = parameters(root)
    spoil(root, n, source='entity_id: str = "H1"\nbundle_path: str = "/tmp/b.json"')
    spoil(root, n + 1, outputs=[OUTPUT], execution_count=3)
    spoil(root, n + 1, source=["x = 1\n", "bundle = bundle.with_framework(variant)"])
    spoil(root, n + 3, execution_count=4, cell_type="code", source="%matplotlib", outputs=[])
    found = list(traces(root / "notebooks" / "hospital.ipynb"))
    assert (f"cell {n}", "bundle_path = '/tmp/b.json'") in found
    assert (f"cell {n + 1}", "outputs") in found
    assert (f"cell {n + 1}", "a variant (with_framework)") in found
    assert (f"cell {n + 3}", "the count of an execution") in found
    assert len(found) == 4


def test_a_remark_about_variants_is_no_trial(root: Path) -> None:
    spoil(
        root, parameters(root) + 1, source="# bundle = bundle.with_framework(x)\n'with_framework'"
    )
    assert trials_in_production(root) == []


def test_run_plan_and_check_say_it_before_anything_is_built(root: Path) -> None:
    n = parameters(root) + 1
    spoil(root, n, outputs=[OUTPUT])
    asked, quiet = Asked(root, 2023, lang="en"), Console(record=True, width=200, quiet=False)
    for act in (lambda: build(asked, InThisProcess(), quiet), lambda: plan(asked, quiet)):
        with pytest.raises(RunError, match=rf"notebooks/hospital.ipynb  cell {n}: outputs"):
            act()
    assert not (root / "output").exists()
    assert check(asked, quiet) == 1
    assert f"notebooks/hospital.ipynb  cell {n}: outputs" in quiet.export_text()
