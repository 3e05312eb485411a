"""Shared by the tests of definitions: the shipped unit table, read once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cescore.definitions.formulas.units import Units

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def units() -> Units:
    return Units.load()
