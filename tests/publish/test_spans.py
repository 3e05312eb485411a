"""What words call no change, no chart draws as one."""

from __future__ import annotations

import re

import pages
import pytest

from cescore.publish.charts.spans import span_of
from cescore.publish.charts.spark import spark
from cescore.publish.numbers import change_words
from cescore.publish.view import Number, View

SHORTEST = 0.06  # of the height of a scale: what an eye takes for level


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([5000.0, 4998.0], "CNY/t"),
        ([96.7, 96.74], "%"),
        ([70.6, 70.56], "index"),
        ([1e-9, 1e-9], "t"),
    ],
)
def test_what_words_call_no_change_is_drawn_level(values, unit):
    low, high = span_of(values, unit)
    assert change_words(*values, "%" if unit == "index" else unit, "zh") == "持平"
    assert abs(values[0] - values[1]) <= SHORTEST * (high - low)


def test_what_changes_more_than_that_keeps_its_scale():
    assert span_of([10.0, 30.0, 20.0], "t") == (10.0, 30.0)
    assert span_of([60.0, 90.0], "%") == (60.0, 90.0)


def test_the_small_trend_beside_a_number_lies_level_where_it_is_said_to():
    view = View(pages.opened())
    rates = [Number(value) for value in (5000.0, 4999.5, 4999.6, 4999.7, 4999.8, 5000.0)]
    heights = [
        float(y) for y in re.findall(r'<circle[^>]*cy="([\d.]+)"', spark(view, "", rates, unit="t"))
    ]
    assert len(heights) == 6 and max(heights) - min(heights) < 1.5  # points, of some 37 high
