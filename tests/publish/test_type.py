"""The type of the printed page: nothing too small, too pale, or without room."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.publish.charts import style
from cescore.publish.page import TEMPLATES
from cescore.publish.printing.widths import fitted, needed, too_narrow
from cescore.publish.table import Row, Table, TableColumn

SHEETS = sorted((TEMPLATES / "static").glob("*.css"))
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SIZE = re.compile(r"font(?:-size)?:[^;]*?([\d.]+)(pt|em|%)")
INKS = re.compile(r"(?<![-\w])color: (#[0-9a-f]{6})")
GROUNDS = re.compile(r"background: (#[0-9a-f]{6})")
BEHIND = {"#fcf3ed"}  # the watermark: behind the text, and not to be read


def rules():
    for sheet in SHEETS:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        yield from ((f"{sheet.name} {s.strip()}", body) for s, body in RULE.findall(text))


def luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(ink, ground):
    low, high = sorted((luminance(ink), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def test_no_rule_of_the_page_sets_type_below_seven_points():
    small = {
        selector: size
        for selector, body in rules()
        for size, unit in SIZE.findall(body)
        if unit == "pt" and float(size) < 7.0
    }
    assert small == {}


def test_sizes_are_absolute_so_that_none_shrinks_inside_another():
    relative = {s for s, body in rules() for _, unit in SIZE.findall(body) if unit != "pt"}
    assert relative == set()


def test_the_cells_of_tables_are_eight_points():
    sizes = {
        s: float(size)
        for s, body in rules()
        for size, _ in SIZE.findall(body)
        if re.search(r"(^|[ ,])(table|td|tbody)\b[^,]*$", s)
        and "thead" not in s
        and "sup" not in s
        and "small" not in s
    }
    assert sizes and min(sizes.values()) >= 8.0, sizes


def test_every_ink_is_readable_on_its_ground():
    pale = "#eef5f8"  # the darkest ground that grey text stands on
    for selector, body in rules():
        ground = next(iter(GROUNDS.findall(body)), pale)
        for ink in set(INKS.findall(body)) - BEHIND:
            assert contrast(ink, ground) >= 4.5, (selector, ink)


@pytest.mark.parametrize("ink", [style.INK, style.FAINT, style.MAIN, style.SIGN])
def test_the_inks_of_charts_are_readable_on_paper(ink):
    assert contrast(ink, "#ffffff") >= 4.5


@given(st.lists(st.tuples(st.floats(4, 40), st.one_of(st.none(), st.floats(2, 60))), min_size=2))
def test_columns_keep_their_sum_and_no_figure_loses_room_it_needs(columns):
    given_sum = sum(width for width, _ in columns)
    widths = [100 * width / given_sum for width, _ in columns]
    needs = [need for _, need in columns]
    found = fitted(widths, needs, 172.0)
    assert sum(found) == pytest.approx(100.0)
    for before, after, need in zip(widths, found, needs, strict=True):
        kept = before * 0.61 if need is None else min(before, 100 * need / 172.0)
        assert after >= kept - 1e-6


def test_a_figure_of_twelve_digits_gets_its_room_from_the_names():
    columns = [
        TableColumn("Name", 60, "text"),
        TableColumn("2024", 8),
        TableColumn("2025", 8),
        TableColumn("n", 24),
    ]
    rows = [Row(["Output", "123,456,789,012", "123,456,789,012.5", "3"])]
    html = Table(columns, rows).fragment().html
    widths = [float(w) for w in re.findall(r"width:([\d.]+)%", html)]
    assert widths[1] / 100 * 172 >= needed(["123,456,789,012"]) - 0.1 and widths[0] < 60
    assert "wrap" not in html


def test_a_figure_that_no_width_can_hold_breaks_instead_of_overprinting():
    columns = [
        TableColumn("Name", 40, "text"),
        *(TableColumn(str(y), 12) for y in range(2020, 2025)),
    ]
    rows = [Row(["Output", *["123,456,789,012,345,678.5"] * 5])]
    assert Table(columns, rows).fragment().html.count('class="wrap"') >= 5
    assert too_narrow([50.0, 50.0], [None, 90.0], 172.0) == [False, True]


def test_columns_that_fit_stay_as_they_are():
    assert fitted([60.0, 20.0, 20.0], [None, 10.0, 12.0], 172.0) == [60.0, 20.0, 20.0]


def test_page_sizes_step_down_from_title_to_note():
    sizes = dict.fromkeys(("h1", "h2", ".lead", ".note"), 0.0)
    for selector, body in rules():
        name = selector.split(" ", 1)[1].split(",")[0]
        found = SIZE.findall(body)
        if name in sizes and found:
            sizes[name] = float(found[0][0])
    assert all(a > b for a, b in pairwise(sizes.values())), sizes
