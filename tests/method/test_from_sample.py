"""Which scores of a real body stand on reference values of the synthetic sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cescore.definitions.model import Account
from cescore.method.column import Panel
from cescore.method.index.evaluation import evaluate
from cescore.method.index.from_sample import scores_from_sample

from .builders import column, framework, indicator


def table(**changed: Any) -> Account:
    lines = {"brick": {"value": 2}, "glass": {"value": 4, "from_sample": False}}
    entry = {"code": "ref", "unit": "t", "by": "product", "values": lines, "from_sample": True}
    return Account.model_validate(entry | {"source": "made up", "tag": "P"} | changed)


def counted(word: str = "brick", *, made_up: str = "", industry: str = "", **ends: Any) -> int:
    """Of one indicator, x over the table's value, and one that is not returned."""
    posts = {"worst": 0, "best": 9, "source": "made up", "tag": "P"} | ends
    own = indicator("P01", formula="x / ref", goalposts={2000: posts})
    made = framework(
        [own, indicator("P02", formula="y / ref")], accounts={}, order=["ref", "P01", "P02"]
    ).changed({"accounts": {"ref": table()}})
    panel = Panel(
        ("L1",), (2025,), {"x": column([[6.0]]), "y": column([[None]])},
        {"is_synthetic": (made_up,), "industry": (industry,)},
        {"product": np.array([[word]], object)},
    )  # fmt: skip
    return scores_from_sample(evaluate(panel, made, base_year=2025, run_year=2025), "L1", 2025)


def test_a_score_by_a_table_of_the_sample_counts_and_one_without_a_value_does_not() -> None:
    assert counted() == 1


def test_a_line_that_a_survey_replaced_is_none_of_the_sample() -> None:
    assert counted("glass") == 0


def test_a_body_of_the_sample_has_none() -> None:
    assert counted(made_up="true") == 0


def test_ends_of_the_sample_count_whatever_the_formula() -> None:
    assert counted("glass", from_sample=True) == 1


@pytest.mark.parametrize(
    ("industry", "n"), [("a（glass）100%", 0), ("a（glass）50%;a（brick）50%", 1)]
)
def test_a_mix_stands_on_the_sample_with_any_of_its_parts(industry: str, n: int) -> None:
    assert counted("", industry=industry) == n
