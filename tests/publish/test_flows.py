"""Pictures of flows: the bundle's own numbers, nothing guessed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import builders
import pages
import pytest

from cescore.definitions.pictures import FlowLink, FlowNode, FlowPicture
from cescore.desk import figures
from cescore.method.column import State
from cescore.publish.charts.flows import BAND, GAP, DrawnNode, _scale, _taken
from cescore.publish.words import LANGUAGES


def picture(*codes, **more):
    nodes = {
        "made": FlowNode(zh="产生", en="Made", column=0),
        "used": FlowNode(zh="利用", en="Used", column=1, kind="good"),
    }
    links = tuple(FlowLink(start="made", end="used", codes=(code,)) for code in codes)
    given = {"zh": "废弃物", "en": "Waste", "unit": "t", "nodes": nodes, "links": links}
    return FlowPicture(**(given | more))


def drawn(*codes, lang="zh", data=None, **more):
    bundle = (data or builders.bundle()).model_copy(
        update={"flows": {"w": picture(*codes, **more)}}
    )
    return figures.flows(pages.opened(bundle, lang)).html


CODE = "waste_recycled"  # 65 t in 2025


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_alternative_text_holds_each_band(lang):
    title = re.findall(r"<title>(.*?)</title>", drawn(CODE, lang=lang))[0]
    assert "65" in title and ("产生 → 利用" in title or "Made → Used" in title)


@pytest.mark.parametrize(
    ("factor", "shown"),
    [(1e-4, "（2025年，吨）"), (1.0, "（2025年，万吨）"), (0.1, "（2025年，万吨）")],
    ids=["65 t", "65 ten thousand", "6.5 ten thousand"],
)
def test_a_picture_is_in_tons_where_ten_thousands_of_them_are_too_large(factor, shown):
    html = drawn(CODE, unit="10k t", factor=factor)
    assert shown in html
    assert ("65" in html) == (factor != 0.1)


def test_no_band_is_written_as_nothing():
    texts = re.findall(r">(?:产生|利用) ([^<]*)<", drawn(CODE, factor=1e-4))
    assert texts == ["0.007", "0.007"]


def with_unknown():
    """A bundle with a variable "lost" that was not returned."""
    data = builders.bundle()
    state = {**data.record.state, "lost": (int(State.MISSING),) * len(data.record.years)}
    values = {**data.record.values, "lost": (None,) * len(data.record.years)}
    flags = {**data.record.flags, "lost": (0,) * len(data.record.years)}
    record = data.record.model_copy(update={"values": values, "state": state, "flags": flags})
    return data.model_copy(update={"record": record})


def test_without_one_of_the_branches_that_enter_it_no_picture_passes_for_the_whole():
    html = drawn(CODE, "lost", data=with_unknown())
    assert "<path" not in html
    assert "未绘" in html and "产生 → 利用" in html


def test_a_band_within_that_cannot_be_known_is_named_and_not_drawn():
    nodes = {
        "made": FlowNode(zh="产生", column=0), "used": FlowNode(zh="利用", column=1),
        "sold": FlowNode(zh="外售", column=2),
    }  # fmt: skip
    links = (
        FlowLink(start="made", end="used", codes=(CODE,)),
        FlowLink(start="used", end="sold", codes=("lost",)),
    )
    within = picture(CODE, nodes=nodes).model_copy(update={"links": links})
    data = with_unknown().model_copy(update={"flows": {"w": within}})
    html = figures.flows(pages.opened(data)).html
    assert html.count("<path") == 1
    assert "数据不全未绘出：利用 → 外售" in html


def test_what_is_taken_off_makes_the_band_smaller_and_nothing_is_drawn_below_zero():
    bundle = builders.bundle()
    links = (FlowLink(start="made", end="used", codes=(CODE, f"-{CODE}")),)
    flat = picture(CODE).model_copy(update={"links": links})
    made = figures.flows(pages.opened(bundle.model_copy(update={"flows": {"w": flat}})))
    assert made.html == ""


def test_the_picture_is_sound_markup_with_real_text_and_the_mark_of_a_sample():
    svg = re.findall(r"<svg.*?</svg>", drawn(CODE), re.DOTALL)[0]
    words = "".join(ET.fromstring(svg).itertext())
    assert "示例数据" in words and "利用" in words and "style=" not in svg


def test_hostile_names_of_nodes_are_drawn_as_text():
    nodes = {
        "made": FlowNode(zh="<script>x</script>", column=0),
        "used": FlowNode(zh="$x$ & {0}", column=1),
    }
    html = drawn(CODE, nodes=nodes)
    assert "<script>" not in html and "$x$ &amp; {0}" in html


def node(column, size):
    return DrawnNode(column, "plain", size, ("name",))


def test_the_fullest_column_fills_the_height_and_small_nodes_keep_a_line():
    nodes = {"a": node(0, 100.0), "b": node(0, 0.1), "c": node(1, 100.1)}
    scale = _scale(nodes, 40.0)
    assert _taken([nodes["a"], nodes["b"]], scale) == pytest.approx(40.0, abs=1e-3)
    assert 100 * scale == pytest.approx(40.0 - nodes["b"].least - GAP, abs=1e-3)


def lightness(colour, opacity):
    """How light a colour over white paper is when printed in grey (CIE L*, 0-100)."""
    parts = (int(colour[i : i + 2], 16) * opacity + 255 * (1 - opacity) for i in (1, 3, 5))
    linear = [(((c / 255) + 0.055) / 1.055) ** 2.4 for c in parts]
    return 116 * (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]) ** (1 / 3) - 16


def test_the_kinds_of_bands_are_told_apart_in_grey():
    found = sorted(lightness(*band) for band in BAND.values())
    assert all(light - dark >= 12 for dark, light in pairwise(found))


def through(entering, leaving):
    """A node within the picture that one thing enters and another leaves."""
    nodes = {
        "in": FlowNode(zh="来", en="In", column=0), "mid": FlowNode(zh="中", en="Mid", column=1),
        "out": FlowNode(zh="去", en="Out", column=2),
    }  # fmt: skip
    links = (
        FlowLink(start="in", end="mid", codes=entering),
        FlowLink(start="mid", end="out", codes=leaving),
    )
    return picture(CODE).model_copy(update={"nodes": nodes, "links": links})


@pytest.mark.parametrize(
    ("entering", "leaving", "is_told"),
    [
        ((CODE,), (CODE,), False),
        ((CODE,), (CODE, "gdp"), True),
        ((CODE, f"-{CODE}"), (CODE,), True),
        ((CODE, "gdp"), (CODE,), False),
    ],
)
def test_a_flow_that_starts_from_nowhere_is_explained(entering, leaving, is_told):
    data = builders.bundle().model_copy(update={"flows": {"w": through(entering, leaving)}})
    html = figures.flows(pages.opened(data, "zh")).html
    assert ("流出多于流入的：中" in html) == is_told
