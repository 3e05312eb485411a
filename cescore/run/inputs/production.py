"""Notebooks that a build prints by hold nothing of anybody's trial: no outputs, no file of theirs, no variant.

JupyterLab saves by itself what somebody tries in a production notebook, with the figures of the
entity that was looked at; the next build would take it for a change of the notebook.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import NOTEBOOKS
from cescore.errors import Problem, RunError, Sentence
from cescore.run.inputs.hashed import DESK_NOTEBOOK

HANDED = ("bundle_path", "document_path")  # parameters that only a build fills
VARYING = "with_framework"
ADVICE = "none; clear it (Edit > Clear Outputs, or git checkout), and try things in work/: make lab"


def trials_in_production(root: Path) -> list[Problem]:
    """What is left of trials in the notebooks of a workspace and in those shipped, cell by cell."""
    found: list[Problem] = []
    for folder in dict.fromkeys([root / "notebooks", NOTEBOOKS]):
        for path in sorted(folder.glob("*.ipynb")):
            if path.is_file() and path != DESK_NOTEBOOK:
                where = f"notebooks/{path.name}"
                found += [Problem(where, cell, what, ADVICE) for cell, what in traces(path)]
    return found


def refuse_trials(root: Path) -> None:
    """Raise RunError, naming every cell, where a notebook that a build prints by holds a trial."""
    found = trials_in_production(root)
    if found:
        raise RunError(Sentence("nothing is built: a notebook holds a trial"), found)


def traces(path: Path) -> Iterator[tuple[str, str]]:
    """What is left of a trial in a notebook: the cell, counted from 1, and what it holds.

    A file that is no notebook has none; the build says what is wrong with it.
    """
    try:
        cells = json_document(path.read_bytes(), path)["cells"]
        for number, cell in enumerate(cells, start=1):
            yield from ((f"cell {number}", what) for what in _left_in(cell))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return


def _left_in(cell: dict[str, Any]) -> Iterator[str]:
    if cell["cell_type"] != "code":
        return
    tags = cell.get("metadata", {}).get("tags", [])
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    if cell.get("outputs"):
        yield "outputs"
    elif cell.get("execution_count") is not None:
        yield "the count of an execution"
    if "injected-parameters" in tags:
        yield "parameters that papermill put in"
    if "parameters" in tags:
        for name, value in _assigned(source):
            if name in HANDED and value:
                yield f"{name} = {value!r}"
    if VARYING in _called(source):
        yield f"a variant ({VARYING})"


def _assigned(source: str) -> Iterator[tuple[str, object]]:
    """Names that a cell of Python gives a constant to."""
    for node in _parsed(source).body:
        target: ast.expr | None = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            yield target.id, value.value


def _called(source: str) -> set[str]:
    """Names of methods that a cell of Python calls."""
    calls = (n.func for n in ast.walk(_parsed(source)) if isinstance(n, ast.Call))
    return {func.attr for func in calls if isinstance(func, ast.Attribute)}


def _parsed(source: str) -> ast.Module:
    """A cell's code; nothing where it is not plain Python (another language, a magic)."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])
