"""The examples in the docstrings of the package are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cescore

ROOT = Path(cescore.__file__).parent
WITH_EXAMPLES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix()
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    module = importlib.import_module(f"cescore.{name.replace('/', '.')}")
    names = {**vars(module), "np": np, "pd": pd}  # tables are loaded where they are of use alone
    found = doctest.testmod(module, globs=names)
    assert found.attempted and not found.failed
