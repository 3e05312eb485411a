"""No chart cuts a name or lets two texts meet, however long names and figures are."""

from __future__ import annotations

import re

import pages
import pytest
from boxes import boxes, meeting, outside, svgs
from extremes import CHINESE, ENGLISH, NAMES, bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cescore.publish.charts.bullets import check_bar
from cescore.publish.charts.plan_bars import STATUSES
from cescore.publish.charts.style import LEAST
from cescore.publish.printing.measure import lines_of, width_of
from cescore.publish.words import LANGUAGES


def drawn(name, lang, factor=1.0):
    made = pages.all_figures(pages.opened(bundle(name, factor), lang=lang))
    return [(key, svg) for key, f in made.items() for svg in svgs(f.html)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("factor", [1.0, 2e9])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_a_chart_is_cut_or_meets_another(name, factor, lang):
    for chart, svg in drawn(NAMES[name], lang, factor):
        assert outside(svg) == [], chart
        assert meeting(svg) == [], chart
        assert not any("…" in box.text and len(box.text) > 1 for box in boxes(svg)), chart


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(["水", "资源", "（", "）", "rate", "output", "-"]), min_size=1, max_size=40
    )
)
def test_any_length_of_a_name_fits(parts):
    for chart, svg in drawn(" ".join(parts), "en"):
        assert outside(svg) == [] and meeting(svg) == [], chart


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_name_is_drawn_whole(lang):
    held = {"target_bars", "progress_chart", "group_scores", "contributions", "flows"}
    for chart, svg in drawn(ENGLISH, lang):
        packed = "".join("".join(b.text for b in boxes(svg)).split())
        assert chart not in held or "".join(ENGLISH.split()) in packed, chart


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_of_a_chart_is_smaller_than_seven_points(lang):
    sizes = {box.size for _, svg in drawn(CHINESE, lang) for box in boxes(svg)}
    assert min(sizes) >= LEAST == 7.0


@given(st.text(alphabet="水资源率，。（）/- abcdefgh", max_size=60), st.floats(6.0, 90.0))
def test_lines_fit_their_room_and_hold_the_whole_text(text, room):
    lines = lines_of(text, room, 7.0)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, 7.0) <= room for line in lines if len(line) > 1)


def test_no_line_begins_with_a_closing_sign_where_another_break_is_near():
    lines = lines_of("资源产出率，水资源（产出）率，能源产出率", 12.0, 7.0)
    assert len(lines) > 2 and not any(line[0] in "，）" for line in lines)


def test_widths_are_those_of_the_fonts_of_the_page():
    from matplotlib.ft2font import FT2Font

    from cescore.publish.printing.fonts import font_files

    for bold, path in enumerate(font_files()[:2]):
        face = FT2Font(str(path))
        face.set_size(100.0, 72)
        face.set_text("Resource 12,345.6 产出率")
        measured = sum(
            g.linearHoriAdvance / 65536 for g in map(face.load_char, map(ord, "Resource"))
        )
        assert width_of("Resource", 100.0, bold=bool(bold)) == pytest.approx(
            measured * 25.4 / 72, rel=0.02
        )


counts = st.lists(st.integers(0, 5000), min_size=5, max_size=5).filter(any)


@given(counts, st.integers(0, 3))
def test_the_parts_of_a_stacked_bar_stand_side_by_side_and_end_at_the_whole(parts, extra):
    html = str(check_bar(parts, sum(parts) + extra * 0))
    found = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html)
    assert len(found) == sum(1 for n in parts if n) and len(STATUSES) == len(parts)
    end = 0.0
    for left, width in found:
        assert float(left) == pytest.approx(end, abs=1e-9)
        end = round(float(left) + float(width), 2)
    assert end == 100.0
