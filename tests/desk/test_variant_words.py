"""What a variant changes, in words of either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.definitions.model import Framework
from cescore.desk.variant_words import in_words
from cescore.desk.whole_type import TypeDesk, desk_of
from cescore.intake.workspace import Workspace

EU = Path(__file__).parents[2] / "examples" / "eu"


@pytest.fixture(scope="module")
def desk() -> TypeDesk:
    return desk_of(Workspace.load(EU, 2022), "country", "en")


def changed(f: Framework) -> Framework:
    """A framework with one change of every kind."""
    further = {"formula": "CMU", "unit": "%", "direction": 1, "group": "use", "goalposts": (0, 40)}
    return (
        f.with_indicator("NEW", **further).without("WEEE_R").with_weights(CMU=4)
        .with_goalposts(CMU=(1, 30)).with_normalisation("min_max")
        .with_aggregation(use="generalised_mean", power=0.5).with_missing(not_reported="floor")
    )  # fmt: skip


def test_every_change_has_a_sentence_with_what_it_was_and_what_it_is(desk: TypeDesk) -> None:
    said = in_words(desk.patch(changed(desk.framework)), desk.framework, "en")
    text = "\n".join(said)
    weight = desk.framework.indicators["CMU"].weight
    ends = desk.framework.indicators["CMU"].goalposts_in(2022)
    assert ends
    assert "Further indicator NEW (NEW): CMU, %" in text
    assert f"CMU: weight {weight:g} → 4" in text
    assert f"{ends.worst:g} – {ends.best:g} → 1 – 30" in text
    assert "WEEE_R: left out" in text
    assert "All indicators: normalisation fixed goalposts → " in text
    assert "use: aggregation" in text
    assert "0.5" in text
    assert any(line.startswith("Missing data, Not returned") for line in said)


def test_the_same_is_said_in_both_languages_and_nothing_of_no_change(desk: TypeDesk) -> None:
    patch = desk.patch(changed(desk.framework))
    assert len(in_words(patch, desk.framework, "zh")) == len(in_words(patch, desk.framework, "en"))
    assert in_words(desk.patch(desk.framework), desk.framework, "zh") == ()
