"""seaborn without SciPy's statistics, until somebody draws a density or a tree of clusters.

seaborn loads ``scipy.stats`` and ``scipy.cluster`` as it is imported, a second for two kinds of picture
that no report shows; a notebook of a bureau's may. In the exact version that was read they are
loaded when first used, with the same result; another version is imported as it is.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import ExitStack
from importlib.metadata import version
from types import ModuleType
from typing import Any

from cescore.definitions.formulas.held_back import held_back

VERSION = "0.13.2"
STATISTICS, CLUSTERS = "scipy.stats", "scipy.cluster"


class _Later:
    """A module that is imported when the first thing of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, asked: str) -> Any:
        return getattr(importlib.import_module(self._name), asked)


def seaborn() -> ModuleType:
    """The library, imported once."""
    if "seaborn" in sys.modules or STATISTICS in sys.modules or version("seaborn") != VERSION:
        return importlib.import_module("seaborn")
    with ExitStack() as held:
        for name in (STATISTICS, CLUSTERS):
            held.enter_context(held_back(name))
        library = importlib.import_module("seaborn")
        statistics = importlib.import_module("seaborn._statistics")
        matrix = importlib.import_module("seaborn.matrix")
    vars(statistics).update(gaussian_kde=_gaussian_kde, _no_scipy=False)
    vars(matrix).update(hierarchy=_Later(f"{CLUSTERS}.hierarchy"), _no_scipy=False)
    return library


def _gaussian_kde(*data: Any, **options: Any) -> Any:
    """SciPy's estimate of a density, which seaborn takes as a function."""
    return importlib.import_module(STATISTICS).gaussian_kde(*data, **options)
