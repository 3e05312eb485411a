"""Whose figures of a statistical survey are used for statistics only."""

from __future__ import annotations

from cescore.definitions.model.run import Disclosure


def test_a_survey_binds_whoever_may_not_be_named() -> None:
    rules = Disclosure(public_types=("district",))
    assert rules.is_for_statistics_alone("enterprise", "statistical")
    assert not rules.is_for_statistics_alone("district", "statistical")
    assert not rules.is_for_statistics_alone("enterprise", "consented")


def test_where_nobody_was_said_to_be_public_it_binds_all() -> None:
    assert Disclosure().is_for_statistics_alone("district", "statistical")
