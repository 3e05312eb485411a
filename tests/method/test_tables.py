"""A table of params: the value of each entity's word, and why there is none."""

from __future__ import annotations

import numpy as np
import pytest

from cescore.definitions.model import Account
from cescore.method.column import Panel, State
from cescore.method.index.tables import looked_up

LINES = {
    "brick": {"value": 0.05, "source": "a standard", "tag": "V"},
    "steel": {"value": 0.5, "source": "ours", "tag": "P"},
}


def norm(**given: object) -> Account:
    fields = {"code": "n", "unit": "tce/t", "by": "product", "values": LINES}
    return Account.model_validate({**fields, "source": "made up", "tag": "P", **given})


def panel(*words: str) -> Panel:
    texts = np.array([[word] for word in words], object)
    entities = tuple(f"E{i}" for i in range(len(words)))
    return Panel(entities, (2025,), attributes={"industry": tuple(words)}, codes={"product": texts})


def states(table: Account, *words: str) -> list[str]:
    found = looked_up(table, panel(*words))
    return [
        f"{value:g}" if state == State.PRESENT else State(state).name.lower()
        for value, state in zip(found.values[:, 0], found.state[:, 0], strict=True)
    ]


def test_a_word_without_a_line_does_not_apply_and_a_blank_one_is_missing() -> None:
    assert states(norm(), "brick", "steel", "glass", "") == [
        "0.05",
        "0.5",
        "not_applicable",
        "missing",
    ]


def test_otherwise_is_the_value_of_words_without_a_line_but_not_of_a_blank_one() -> None:
    rest = {"value": 0.1, "source": "ours", "tag": "P"}
    assert states(norm(otherwise=rest), "glass", "brick", "") == ["0.1", "0.05", "missing"]


def test_a_table_may_go_by_the_industry_of_the_register() -> None:
    assert states(norm(by="industry"), "steel", "glass") == ["0.5", "not_applicable"]


@pytest.mark.parametrize("years", [(2024,), (2023, 2024, 2025)])
def test_each_year_has_its_own_word(years: tuple[int, ...]) -> None:
    words = ("brick", "steel", "glass")[: len(years)]
    texts = {"product": np.array([words], object)}
    found = looked_up(norm(), Panel(("A",), years, codes=texts))
    assert found.values.shape == (1, len(years))
    assert found.values[0, 0] == 0.05


def of_body(table: Account, industry: str) -> str:
    """What a body that has no word of its own is given for its industry in the register."""
    body = Panel(("P1",), (2025,), attributes={"industry": (industry,)})
    found = looked_up(table, body)
    state = State(found.state[0, 0])
    return f"{found.values[0, 0]:g}" if state == State.PRESENT else state.name.lower()


def test_a_body_of_several_products_has_the_sum_of_share_times_value() -> None:
    assert of_body(norm(), "works（brick）75%；works（steel）25%") == "0.1625"


def test_a_part_that_no_line_holds_has_the_strictest_of_its_industry_or_there_is_no_value() -> None:
    mix = "works（brick）50%；works（glass）50%"
    strict = {"works": {"value": 0.01, "source": "ours", "tag": "P"}}
    assert of_body(norm(otherwise_in=strict), mix) == "0.03"
    assert of_body(norm(otherwise_in=strict), "works（brick）50%；works 50%") == "0.03"
    assert of_body(norm(), mix) == "not_applicable"


@pytest.mark.parametrize("industry", ["works", "", "works（brick）"])
def test_a_body_that_names_no_shares_has_no_value(industry: str) -> None:
    assert of_body(norm(), industry) == "missing"
