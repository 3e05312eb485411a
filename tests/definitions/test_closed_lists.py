"""A closed list of methods stands once: what params may name is what the method can do."""

from __future__ import annotations

from typing import get_args

from cescore.definitions.model import (
    AMONG_ALL,
    ON_GOALPOSTS,
    Aggregation,
    Learnt,
    Normalisation,
    Transformation,
)
from cescore.method import learning, normalisations, outranking


def test_every_aggregation_among_all_entities_has_its_function() -> None:
    assert set(outranking.AMONG_ALL) == set(AMONG_ALL) <= set(get_args(Aggregation))


def test_every_normalisation_on_goalposts_is_one_that_params_can_name() -> None:
    assert set(normalisations.ON_ENDS) == set(ON_GOALPOSTS) <= set(get_args(Normalisation))


def test_every_learnt_weighting_has_its_function() -> None:
    assert set(learning.LEARNERS) == set(get_args(Learnt))


def test_every_transformation_is_named_once() -> None:
    assert len(set(get_args(Transformation))) == len(get_args(Transformation))
