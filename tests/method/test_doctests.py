"""The examples in the docstrings of the method are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from cescore import method

MODULES = [module.name for module in pkgutil.iter_modules(method.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    module = importlib.import_module(f"cescore.method.{name}")
    assert doctest.testmod(module).failed == 0
