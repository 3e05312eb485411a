"""A series of energy rests on one basis."""

from __future__ import annotations

import numpy as np

from cescore.method.column import Panel
from cescore.method.index.energy import mixed_bases


def test_an_entity_that_changes_its_basis_is_found_and_one_that_states_it_once_is_not() -> None:
    texts = np.array(
        [["当量", "calorific", ""], ["等价", "", "calorific"], ["", "等价", None]], object
    )
    panel = Panel(("A", "B", "C"), (2020, 2021, 2022), codes={"energy_basis": texts})
    found = mixed_bases(panel)
    assert list(found) == ["B"]
    assert found["B"] == {2020: "equivalent 等价", 2022: "calorific 当量"}
    assert mixed_bases(Panel(("A",), (2020,))) == {}
