"""Of one body's groups and indices above withheld figures, those that leave each of them its room are shown."""

from __future__ import annotations

from typing import cast

import pytest
from publish import builders, pages

from cescore.disclosure.ledger.solvable import Beneath
from cescore.disclosure.released.shown_wholes import ShownWholes, _Leaves
from cescore.method.disclosure.mean_bounds import Extent, MeanBounds
from cescore.method.index.evaluation import TypeEvaluation, evaluate

NOW = frozenset({2025})


def evaluation(**rows: tuple[float, ...]) -> TypeEvaluation:
    """The district of the builders, with other returned values."""
    data = builders.bundle(record=pages.record(rows))
    panel = pages.opened(data).as_released
    return evaluate(panel, builders.framework(), base_year=2020, run_year=2025)


def wholes(whole: TypeEvaluation, *hidden: str, p_percent: float = 10.0) -> ShownWholes:
    """Of a body of which this is withheld in 2025, all its scores apart."""
    return ShownWholes(whole, 0, dict.fromkeys(hidden, NOW), {}, p_percent, lambda code, year: "")


def test_of_a_progress_index_above_nothing_withheld_there_is_nothing_to_choose() -> None:
    assert wholes(evaluation(), "film_rate").progress is None


def test_a_group_of_progress_above_one_withheld_member_is_not_shown_nor_the_index_above_it() -> (
    None
):
    assert wholes(evaluation(), "energy_output", "energy").progress == {}


@pytest.mark.parametrize(("p_percent", "is_shown"), [(10.0, False), (5.0, True)])
def test_an_index_of_progress_leaves_each_ratio_p_per_cent_upwards(
    p_percent: float, is_shown: bool
) -> None:
    """Recycling fell to a twentieth and can be no less than 0: the index leaves the group of output,
    137.5, at most 142.5, and the ratio of energy, 125, at most 135."""
    whole = evaluation(waste_recycled=(40, 45, 50, 55, 60, 2))
    hidden = ("energy_output", "energy", "waste_rate", "waste_recycled")
    progress = wholes(whole, *hidden, p_percent=p_percent).progress
    assert (2025 in (progress or {}).get("", {})) is is_shown


def test_a_score_must_be_able_to_be_that_of_p_per_cent_less_and_more() -> None:
    found = wholes(evaluation(), "waste_rate")._needed_score("waste_rate", 5)
    assert found == pytest.approx(Extent(60 + 0.4 * 58.5, 60 + 0.4 * 71.5))


def test_a_ratio_must_be_able_to_be_p_per_cent_less_and_more() -> None:
    (nest,) = wholes(evaluation(), "energy_output", "energy", p_percent=10.0)._progress
    (leaf,) = (leaf for leaf in nest.leaves.hidden if leaf.endswith(".energy_output"))
    ratio = nest.tree.values[leaf][0, 5]
    assert ratio > 0
    assert nest.leaves.needed(leaf, 5) == pytest.approx(Extent(0.9 * ratio, 1.1 * ratio))


class _Themselves:
    """Indicators that stand on one returned figure each, of the same name."""

    def deepest(self, cell: tuple[str, int]) -> frozenset[tuple[str, int]]:
        return frozenset([cell])


def test_of_the_leaves_those_are_left_that_stand_on_a_figure_which_is_not_known() -> None:
    one, other = ("one", 2025), ("other", 2025)
    leaves = _Leaves(
        {"a": {2025: {one}}, "b": {2025: {one, other}}, "c": {2025: {other}}},
        Extent(0.0, 100.0),
        lambda leaf, place: Extent(0.0, 1.0),
    )
    left = leaves.but(frozenset([one]), cast(Beneath, _Themselves())).hidden
    assert left == {"a": {}, "b": {2025: {one, other}}, "c": {2025: {other}}}


@pytest.mark.parametrize(
    ("known", "is_open"),
    [((70.0, 90.0), True), ((75.0, 85.0), True), ((76.0, 90.0), False), ((70.0, 84.0), False)],
)
def test_a_whole_is_open_that_leaves_a_score_both_ends_of_what_it_must_be_able_to_be(
    known: tuple[float, float], is_open: bool
) -> None:
    class Bounds:
        place = 5

        def beneath(self, whole: str) -> list[tuple[str, Extent]]:
            return [("rate", Extent(*known))]

    leaves = _Leaves({}, Extent(60.0, 100.0), lambda leaf, place: Extent(75.0, 85.0))
    assert leaves.are_open(cast(MeanBounds, Bounds()), "") is is_open
