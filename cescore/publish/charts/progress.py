"""Progress in one figure: the index since the base year with its groups, and what moved the level
of the index since last year. Two scales, so two axes, each with its own title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cescore.method.column import State
from cescore.publish.charts.drawing import PT
from cescore.publish.charts.frame import (
    BESIDE,
    LINE,
    NONE,
    WIDE,
    name_rows,
    sample_mark,
    titled,
    write,
)
from cescore.publish.charts.seaborn_alone import seaborn
from cescore.publish.charts.spans import span_of
from cescore.publish.charts.style import (
    FAINT,
    INK,
    MAIN,
    POINTS,
    QUIET,
    SECOND,
    TITLE,
    chart,
    house_style,
    panels,
)
from cescore.publish.concerned import concerns
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import number, signed
from cescore.publish.printing.measure import (
    TextRows,
    height_of,
    lines_of,
    rows_of,
    width_of,
)
from cescore.publish.view import Number, View, at, row_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.index.contributions import Decomposition
    from cescore.method.index.progress import ProgressResult

MOST = 6  # indicators named; the others are one bar
NEGLIGIBLE = 0.005  # points: printed as 0.00
LEFT = (9.0, 34.0)  # left edge and width of the lines [mm]; behind them stand their names
MIDDLE = 88.0  # mm, where the right side begins
NAMES = 40.0  # mm of it for the names of the bars
SMALLER = POINTS - 0.5  # of what is written beside lines and bars
LEAST_HEIGHT = 40.0  # mm of either side
GAP = 0.8  # mm between the labels of two lines
FOOT = 9.0  # mm below: years and the mark of a sample


@dataclass(frozen=True)
class Course:
    """One index over the years."""

    name: str
    points: tuple[tuple[int, float], ...]  # years with a value


def progress_chart(bundle: OpenBundle, progress: ProgressResult, parts: Decomposition) -> Fragment:
    """Left the progress index and its groups since the base year; right the points by which each
    indicator moved the index since last year. What cannot be drawn leaves its reason in its place."""
    view = View(bundle)
    if not concerns(view, "progress") or not bundle.data.filed:
        return NONE
    courses, moves = _courses(view, progress), moved_most(view, parts)
    why = "" if courses else _why_not(view, progress)
    if not courses and not moves:
        return paragraph(why, "nothing") if why else NONE
    change = float(parts.change[0])
    labels = _labels(courses)
    rows = rows_of([name for name, _ in moves], NAMES - BESIDE, SMALLER, LINE)
    titles = _titles(view, bool(courses or why), change if moves else None)
    head = max(height_of(lines, TITLE) for _, lines in titles) + 3.5
    height = max(LEAST_HEIGHT, rows.height, sum(label.height + GAP for label in labels))
    values = [signed(points, 2) for _, points in moves]
    beside = max((width_of(text, SMALLER) for text in values), default=0.0) + 1.4
    low = beside if any(points < 0 for _, points in moves) else 0.0
    right = (MIDDLE + NAMES + low, WIDE - MIDDLE - NAMES - low - beside)
    with house_style():
        figure, axes = panels(WIDE, head + height + FOOT, (LEFT, right), top=head, bottom=FOOT)
        for side, drawn in zip(axes, (courses, moves), strict=True):
            side.set_visible(bool(drawn))
        if courses:
            _lines(axes[0], view, courses, labels, height)
        if moves:
            _bars(axes[1], moves, values, rows, (low, height))
        for x, lines in titles:
            titled(figure, lines, x / WIDE)
        _reason(figure, why, head / (head + height + FOOT), height_mm=head + height + FOOT)
        alt = view.sentences(
            [why, *_said_of_lines(view, courses), *_said_of_bars(view, moves, change)]
        )
        return chart(figure, alt, mark=sample_mark(view), mark_below=True)


def _why_not(view: View, progress: ProgressResult) -> str:
    """Why no line of the progress index is drawn; "" of a framework without one."""
    if view.bundle.framework.progress is None:
        return ""
    states = {at(progress.index, position).state for position in range(len(view.years))}
    return view.t(f"chart.progress.{'withheld' if State.SUPPRESSED in states else 'few'}")


def _reason(figure: Figure, text: str, top: float, *, height_mm: float) -> None:
    """A sentence in place of the left side, `top` being the share of the height above it."""
    lines = lines_of(text, MIDDLE - 12, SMALLER) if text else []
    for i, line in enumerate(lines):
        y = 1 - top - height_of(lines[:i], SMALLER) / height_mm
        figure.text(0, y, line, va="top", fontsize=SMALLER, color=FAINT)


def _titles(view: View, has_lines: bool, change: float | None) -> list[tuple[float, list[str]]]:
    """The title of each side in lines, and the place it begins at [mm]."""
    found: list[tuple[float, str, float]] = []
    if has_lines:
        room = MIDDLE - 3 if change is not None else WIDE
        found.append((0.0, view.t("chart.progress", year=view.bundle.base_year), room))
    if change is not None:
        name = view.name(view.bundle.framework.index.code)
        words = {"year": view.bundle.year - 1, "change": signed(change, 1)}
        found.append((MIDDLE, view.t("chart.moved", name=name, **words), WIDE - MIDDLE))
    return [(x, lines_of(text, room, TITLE, bold=True)) for x, text, room in found]


@dataclass(frozen=True)
class Label:
    """What is written at the end of a line: its last value and its name."""

    lines: tuple[str, ...]
    height: float  # mm


def _labels(courses: Sequence[Course]) -> list[Label]:
    """The labels in as many lines as their names need; the first stands out."""
    room = MIDDLE - 4 - sum(LEFT)
    found = []
    for position, course in enumerate(courses):
        text = f"{number(course.points[-1][1])} {course.name}"
        lines = lines_of(text, room, SMALLER, bold=position == 0)
        found.append(Label(tuple(lines), height_of(lines, SMALLER)))
    return found


def _courses(view: View, progress: ProgressResult) -> list[Course]:
    """The progress index first, then its groups."""
    rules = view.bundle.framework.progress
    if rules is None:
        return []
    index = [at(progress.index, position) for position in range(len(view.years))]
    found = [_course(view, rules.name(view.lang) or rules.code, index)]
    for group in rules.groups:
        key = group.code if group.code in progress.groups.columns else f"{rules.code}.{group.code}"
        series = row_of(progress.groups, key, view.years)
        name = view.t("progress.group_short", name=group.name(view.lang) or group.code)
        found.append(_course(view, name, series))
    shown = [course for course in found if len(course.points) > 1]
    return shown if shown and shown[0] is found[0] else []


def _course(view: View, name: str, series: Sequence[Number]) -> Course:
    held = zip(view.years, series, strict=True)
    return Course(name, tuple((year, n.value) for year, n in held if n.value is not None))


def moved_most(view: View, parts: Decomposition) -> list[tuple[str, float]]:
    """Points by which each indicator moved the index since last year, the largest first, those
    beyond `MOST` together; they add up to the change. Nothing where there is no change to split."""
    found = [(view.name(code), float(moved[0])) for code, moved in parts.changes.items()]
    if not np.isfinite(parts.change[0]) or not all(np.isfinite(points) for _, points in found):
        return []
    found.sort(key=lambda one: -abs(one[1]))
    named = [one for one in found[:MOST] if abs(one[1]) >= NEGLIGIBLE]
    rest = [points for _, points in found[len(named) :]]
    if named and abs(sum(rest)) >= NEGLIGIBLE:
        named.append((view.t("chart.rest", n=len(rest)), sum(rest)))
    return named


def _lines(
    axes: Axes, view: View, courses: Sequence[Course], labels: Sequence[Label], height: float
) -> None:
    """The index strong, its groups quiet, each named at its end with its last value; `height` is
    that of the axes [mm]."""
    sns = seaborn()

    order = range(len(courses))[::-1]
    points = [(-number_of, *point) for number_of in order for point in courses[number_of].points]
    which, years, values = zip(*points, strict=True)
    axes.set(xlabel=" ", ylabel=" ")  # or seaborn makes every tick there is to find out about names
    sns.lineplot(  # all at once and alike: a call, a hue and a size each cost more than their lines
        x=years, y=values, units=which, ax=axes, color=QUIET, linewidth=1.0,
        estimator=None, sort=False, legend=False,
    )  # fmt: skip
    axes.lines[-1].set(color=MAIN, linewidth=2.0)  # the index last, over its groups
    axes.axhline(100, color=FAINT, lw=0.7, ls=(0, (4, 3)))
    every = [value for course in courses for _, value in course.points]
    low, high = span_of([100.0, *every], "index")
    room = 0.06 * (high - low)
    low, high = low - room, high + room
    axes.set_ylim(low, high)
    axes.set_xlim(view.years[0], view.years[-1])
    axes.set_xticks([view.years[0], view.years[-1]])
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(axis="y", labelcolor=FAINT, labelsize=SMALLER)
    axes.set(xlabel="", ylabel="")
    unit = (high - low) / height  # of the axis, for a millimetre
    places = apart(
        [course.points[-1][1] for course in courses],
        [(label.height + GAP) * unit for label in labels],
        (low, high),
    )
    for label, y, number_of in zip(labels, places, range(len(courses)), strict=True):
        write(
            axes, label.lines, (view.years[-1], y), 4, size=SMALLER,
            color=FAINT if number_of else MAIN, fontweight="normal" if number_of else "bold",
        )  # fmt: skip


def apart(
    places: Sequence[float], sizes: Sequence[float], ends: tuple[float, float]
) -> list[float]:
    """The places moved so far that what stands at them, of these sizes, does not meet: their order
    is kept, and all stay between the ends where these have room for them."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [places[i] for i in order]
    size = [sizes[i] for i in order]
    low, high = ends
    # down from the upper end, then up from the lower one: the second leaves no two too near
    for i in reversed(range(len(moved))):
        above = (
            moved[i + 1] - (size[i] + size[i + 1]) / 2 if i + 1 < len(moved) else high - size[i] / 2
        )
        moved[i] = min(moved[i], above)
    for i in range(len(moved)):
        below = moved[i - 1] + (size[i] + size[i - 1]) / 2 if i else low + size[i] / 2
        moved[i] = max(moved[i], below)
    found = [0.0] * len(places)
    for i, place in zip(order, moved, strict=True):
        found[i] = place
    return found


def _bars(
    axes: Axes,
    moves: Sequence[tuple[str, float]],
    texts: Sequence[str],
    rows: TextRows,
    room: tuple[float, float],
) -> None:
    """Bars from zero to either side, each with its points; `room` is that of the names left of
    the axes beside the figures of falls, and the height of the axes [mm]."""
    points = [value for _, value in moves]
    rest = MOST if len(moves) > MOST else -1
    colours = [
        QUIET if y == rest else MAIN if value >= 0 else SECOND for y, value in enumerate(points)
    ]
    axes.barh(rows.centres, points, height=3.6, color=colours)
    for y, value, text in zip(rows.centres, points, texts, strict=True):
        write(axes, [text], (value, y), 3 if value >= 0 else -3, size=SMALLER)
    axes.axvline(0, ymin=1 - rows.height / room[1], color=INK, lw=0.6)
    axes.set_xlim(min(0.0, *points), max(0.0, *points))
    name_rows(axes, rows, SMALLER, away=PT * room[0] + 5)
    axes.set_ylim(room[1], 0)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)


def _said_of_lines(view: View, courses: Sequence[Course]) -> list[str]:
    """Every point of every line."""
    return [
        view.t(
            "alt.trend",
            name=course.name,
            list=view.join(
                view.t("alt.pair", name=str(year), value=number(value))
                for year, value in course.points
            ),
        )
        for course in courses
    ]


def _said_of_bars(view: View, moves: Sequence[tuple[str, float]], change: float) -> list[str]:
    if not moves:
        return []
    said = view.join(
        view.t("alt.pair", name=name, value=signed(points, 2)) for name, points in moves
    )
    words = {"year": view.bundle.year - 1, "change": signed(change, 2)}
    return [view.t("alt.moved", list=said, **words)]
