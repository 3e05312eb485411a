"""A step that is printed with its numbers comes out with the numbers that are printed."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import builders
import pages
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cescore.publish.arithmetic import decimals_that_work
from cescore.publish.numbers import percentage, rounded
from cescore.publish.pages.credits import credit_sum
from cescore.publish.pages.scorecard.totals import converted, parts_of_total
from cescore.publish.view import View

points = st.floats(60.0, 100.0).map(lambda value: round(value, 9))
WEIGHTS = [(0.8, 0.2), (2 / 3, 1 / 3), (0.825, 0.175)]


def view_of(index: float, measures: float, weights: tuple[float, float]) -> View:
    """A district whose index and measures alone make its total."""
    part = (index - 60) / 40 * 100
    total = weights[0] * part + weights[1] * measures
    made = builders.bundle()
    assessed = replace(
        made.assessment, parts={"index": part, "measures": measures}, total=total,
        weights=dict(zip(("index", "measures"), weights, strict=True)), index_converted=True,
    )  # fmt: skip
    series = made.evaluated.index
    own = series.model_copy(update={"values": (*series.values[:-1], index)})
    evaluated = made.evaluated.model_copy(update={"index": own})
    data = made.model_copy(update={"assessment": assessed, "evaluated": evaluated})
    return View(pages.opened(data))


@settings(max_examples=60, deadline=None)
@given(points, points, st.sampled_from(WEIGHTS))
def test_the_total_follows_from_its_parts_and_weights_as_they_are_printed(index, measures, weights):
    view = view_of(index, measures, weights)
    printed = [
        (float(score), float(weight.removesuffix("%")) / 100)
        for _, score, weight in parts_of_total(view)
    ]
    summed = sum(score * weight for score, weight in printed)
    total = view.data.assessment.total
    assert rounded(float(f"{summed:.12g}"), 1) == rounded(total, 1)


@settings(max_examples=60, deadline=None)
@given(points, points, st.sampled_from(WEIGHTS))
def test_the_index_as_printed_gives_the_part_as_printed(index, measures, weights):
    view = view_of(index, measures, weights)
    said = converted(view, "grade.converted.short")
    part, value = re.findall(r"[\d.]+", said)[:2]
    shown = {name: str(score) for name, score, _ in parts_of_total(view)}
    assert part in shown.values()  # the same number wherever it stands
    assert len(value.partition(".")[2]) <= 2  # more is not printed, but said to be exact
    if "未取舍" in said:
        return
    decimals = len(part.partition(".")[2])
    assert rounded(float(f"{(float(value) - 60) * 2.5:.12g}"), decimals) == rounded(
        float(part), decimals
    )


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=40))
def test_the_mean_credit_follows_from_the_credits_as_they_are_printed(credits):
    checks = tuple({"credit": credit} for credit in credits)
    line = SimpleNamespace(checks=checks, scored=len(credits), credit=math.fsum(credits))
    text = credit_sum([line])
    assert set(text) <= set("0123456789.()+×÷ ")
    worked = eval(text.replace("×", "*").replace("÷", "/"))
    assert percentage(worked) == percentage(math.fsum(credits) / len(credits))


@pytest.mark.parametrize(("index", "decimals"), [(90.65, 2), (84.0, 1)])
def test_no_more_decimals_are_printed_than_it_takes(index, decimals):
    assert decimals_that_work([index], lambda v: (v[0] - 60) * 2.5, (index - 60) * 2.5) == decimals


def test_what_is_no_result_of_the_numbers_alone_keeps_the_usual_decimals():
    assert decimals_that_work([1.0], lambda v: v[0], 7.0) == 1
