"""Shared by all tests: helper modules beside this file can be imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent))

# a busy machine makes an example slow, not wrong
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def liaoyuan() -> Workspace:
    """The shipped sample as it is read; nobody changes it."""
    return Workspace.load(Path(__file__).parents[1], 2025)


@pytest.fixture(scope="session")
def yearly(liaoyuan: Workspace) -> YearlyEvaluation:
    """The shipped sample evaluated, once for all tests; nobody changes it."""
    return evaluate_workspace(liaoyuan)
