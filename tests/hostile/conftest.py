"""A small workspace that uses every key of params once; tests spoil one thing in a copy of it."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace

SOUND = Path(__file__).parent / "workspace"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shops"
    shutil.copytree(SOUND, root)
    return root


def through(root: Path) -> Workspace:
    """Read, check, evaluate and pass the gate, all that a build does before its pages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numbers beyond what a float holds
        workspace = Workspace.load(root)
        yearly = evaluate_workspace(workspace)
        yearly.results()
        bundler = Bundler(yearly)
        for entity in yearly.entities:
            bundler.bundle(entity.entity_id).to_bytes()
    return workspace


@pytest.fixture
def build_up_to_pages() -> Callable[[Path], Workspace]:
    return through
