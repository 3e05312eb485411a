"""What params may name is what the method can do, and what docs/formats.md lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from cescore.definitions.model import (
    AMONG_ALL,
    ON_GOALPOSTS,
    Aggregation,
    ImputationMethod,
    Learnt,
    Mean,
    Normalisation,
    OnObserved,
    Transformation,
    WeightingMethod,
)
from cescore.method.index import (
    aggregate,
    learning,
    mean_tree,
    normalisations,
    outliers,
    outranking,
)

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
LISTS = {
    "normalisation": Normalisation,
    "aggregation": Aggregation,
    "weighting": WeightingMethod,
    "imputation": ImputationMethod,
    "transformation": Transformation,
}


@pytest.mark.parametrize("what", LISTS)
def test_every_method_that_params_can_name_is_on_the_page(what: str) -> None:
    names = get_args(LISTS[what])
    assert [name for name in names if not re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", PAGE)] == []


def test_every_normalisation_on_observed_values_has_its_function() -> None:
    can = {*normalisations.BY_CONSTANTS, *normalisations.BY_ORDER}
    assert can == set(get_args(OnObserved)) <= set(get_args(Normalisation))


def test_every_mean_has_its_function() -> None:
    assert set(aggregate.MEANS) == set(mean_tree.POWERS) == set(get_args(Mean))


def test_every_aggregation_among_all_entities_has_its_function() -> None:
    assert set(outranking.AMONG_ALL) == set(AMONG_ALL) <= set(get_args(Aggregation))


def test_every_normalisation_on_goalposts_is_one_that_params_can_name() -> None:
    assert set(normalisations.ON_ENDS) == set(ON_GOALPOSTS) <= set(get_args(Normalisation))


def test_every_learnt_weighting_has_its_function() -> None:
    assert set(learning.LEARNERS) == set(get_args(Learnt))


def test_every_transformation_has_its_function() -> None:
    with_more = {"none", "log_ct_plus", "box_cox"}  # nothing, a mirror, a power
    assert set(outliers.OVER_RANGE) | with_more == set(get_args(Transformation))


def test_every_transformation_is_named_once() -> None:
    assert len(set(get_args(Transformation))) == len(get_args(Transformation))
