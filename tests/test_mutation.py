"""The lists that mutation testing goes by name what is there."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from benchmarks import mutation

LEFT_OUT = YAML(typ="safe").load(mutation.EQUIVALENT.read_text("utf-8"))


@pytest.mark.parametrize("module", mutation.TESTS)
def test_a_module_that_is_mutated_is_there_with_its_tests(module: str) -> None:
    assert (mutation.PACKAGE / f"{module}.py").is_file()
    files = [mutation.ROOT / f"tests/{name}.py" for name in mutation.TESTS[module]]
    assert files and [file for file in files if not file.is_file()] == []


def test_what_is_left_out_is_a_mutant_of_a_module_that_is_listed() -> None:
    assert LEFT_OUT.keys() <= mutation.TESTS.keys()
    for module, entries in LEFT_OUT.items():
        left_out = mutation.equivalent(module, mutation.mutants(module))
        assert len({mutant.key for mutant in left_out}) == len(entries)
