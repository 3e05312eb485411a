"""The charts of a report."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import builders
import numpy as np
import pages
import pytest
from boxes import boxes, meeting, outside, svgs

from cescore.desk import figures
from cescore.method.column import State
from cescore.method.uncertainty.firmness import Band
from cescore.publish.charts.progress import MOST, apart, moved_most
from cescore.publish.view import View
from cescore.publish.words import LANGUAGES

FIGURES = {
    "group_scores": ("81.0", "83.0"),
    "index_trend": ("75.6", "81.8", "150.0"),
    "headline_trend": ("20,000.0", "30,000.0", "40.0", "65.0"),
    "contributions": ("6.0", "5.2"),
    "target_bars": ("125",),
    "measures_bars": ("2", "1"),
    "peer_strip": ("81.8", "75.0", "12"),
    "progress_chart": ("100.0", "150.0", "137.5", "+1.48", "+0.60", "+0.48", "+0.40"),
    "band_chart": ("81.8", "80.1", "82.9", "60", "100"),
}
BAND = Band(score_low=80.1, score_high=82.9, draws=9, alternatives=())


@pytest.fixture(scope="module", params=LANGUAGES)
def drawn(request):
    return pages.all_figures(pages.opened(builders.bundle(uncertainty=BAND), lang=request.param))


@pytest.mark.parametrize(("name", "held"), FIGURES.items())
def test_the_alternative_text_holds_the_numbers_shown(drawn, name, held):
    titles = " ".join(re.findall(r"<title>(.*?)</title>", drawn[name].html))
    assert all(number in titles for number in held), titles


@pytest.mark.parametrize("name", FIGURES)
def test_every_chart_is_sound_markup_with_one_title(drawn, name):
    found = svgs(drawn[name].html)
    assert found
    for svg in found:
        root = ET.fromstring(svg)
        assert len(root.findall("{http://www.w3.org/2000/svg}title")) == 1


@pytest.mark.parametrize("name", FIGURES)
def test_text_stays_text_in_our_own_font(drawn, name):
    texts = re.findall(r"<text[^>]*>", drawn[name].html)
    assert texts and all("CE Sans" in text for text in texts)


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_in_a_chart_is_read_as_style_of_the_page(drawn, name):
    assert all("style=" not in svg and "<style" not in svg for svg in svgs(drawn[name].html))


def test_equal_bundles_give_equal_charts(drawn):
    lang = "zh" if "示例数据" in drawn["group_scores"].html else "en"
    again = pages.all_figures(pages.opened(builders.bundle(uncertainty=BAND), lang=lang))
    assert {k: v.html for k, v in drawn.items()} == {k: v.html for k, v in again.items()}


def test_no_two_charts_share_an_id(drawn):
    html = "".join(f.html for f in drawn.values())
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_a_sample_is_marked_on_every_chart(drawn):
    for fragment in drawn.values():
        assert all("示例数据" in svg or "Sample data" in svg for svg in svgs(fragment.html))


def test_no_chart_of_an_official_run_is_marked_a_sample():
    run = builders.bundle().run.model_copy(update={"status": "draft"})
    made = pages.all_figures(pages.opened(builders.bundle(run=run, uncertainty=BAND)))
    assert not any("示例数据" in made[name].html for name in FIGURES)


@pytest.mark.parametrize("name", ["$x$ $\\frac{1}{2}$", "<b>&amp;", "{{7*7}}", "名" * 500])
def test_hostile_names_are_drawn_as_text(name):
    made = pages.all_figures(pages.opened(pages.named(name)))
    for svg in svgs(made["target_bars"].html + made["measures_bars"].html):
        shown = "".join(ET.fromstring(svg).itertext())
        assert name[:5] in shown


def moves(points):
    """A change of the index split into these points."""
    split = {f"i{n}": np.array([value]) for n, value in enumerate(points)}
    parts = SimpleNamespace(change=np.array([sum(points)]), changes=split)
    return moved_most(View(pages.opened()), parts)


@pytest.mark.parametrize("points", [[0.5, -1.5], [0.1 * n * (-1) ** n for n in range(12)]])
def test_the_bars_of_a_change_add_up_to_it_the_largest_first(points):
    found = [value for _, value in moves(points)]
    assert sum(found) == pytest.approx(sum(points), abs=0.005)
    sizes = [abs(value) for value in found[:MOST]]
    assert sizes == sorted(sizes, reverse=True) and len(found) <= MOST + 1


def test_no_bars_where_there_is_no_change_to_split():
    assert moves([float("nan"), 1.0]) == []


def test_labels_at_the_ends_of_lines_never_meet():
    sizes = [4.0, 4.0, 8.0, 4.0]
    places = apart([120.0, 100.0, 119.0, 119.5], sizes, (98.0, 122.0))
    low = sorted(zip(places, sizes, strict=True))
    assert all(b - a >= (m + n) / 2 - 1e-9 for (a, m), (b, n) in pairwise(low))
    assert low[0][0] >= 100.0 and low[-1][0] <= 120.0
    assert places[1] < places[2] < places[3] < places[0]


def test_nothing_is_drawn_of_progress_without_a_return():
    assert pages.all_figures(pages.opened(pages.not_filed()))["progress_chart"].html == ""


def without_progress(state, *, has_moves=True):
    """The chart of progress with no value of the index, for a reason."""
    bundle = pages.opened()
    made = pages.computed(bundle)
    index, parts = made["progress"].index, made["parts"]
    none = np.full_like(index.values, np.nan)
    blank = replace(index, values=none, state=np.full_like(index.state, state))
    still = parts if has_moves else replace(parts, change=np.full_like(parts.change, np.nan))
    return figures.progress_chart(bundle, replace(made["progress"], index=blank), still).html


@pytest.mark.parametrize(
    ("state", "why"), [(State.SUPPRESSED, "不予公布（※）"), (State.MISSING, "有数值的年份不足两年")]
)
def test_lines_that_are_not_drawn_leave_their_reason_in_their_place(state, why):
    drawn = without_progress(state)
    assert why in "".join(box.text for box in boxes(svgs(drawn)[0]))
    assert why in drawn[drawn.index("<title>") : drawn.index("</title>")]
    assert meeting(svgs(drawn)[0]) == [] and outside(svgs(drawn)[0]) == []
    assert why in without_progress(state, has_moves=False)


def test_the_style_does_not_leak():
    import matplotlib as mpl

    before = mpl.rcParams["svg.fonttype"]
    pages.all_figures(pages.opened())
    assert mpl.rcParams["svg.fonttype"] == before


def test_peers_chart_draws_nothing_that_is_not_released():
    made = pages.all_figures(pages.opened(builders.bundle(peers=None)))
    assert made["peer_strip"].html == ""
