"""Progress in one figure: the index since the base year with its groups, and what moved the level
of the index since last year. Two scales, so two axes, each with its own title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from cescore.publish.charts.frame import LINE, NONE, WIDE, sample_mark
from cescore.publish.charts.style import (
    FAINT,
    INK,
    MAIN,
    POINTS,
    QUIET,
    SECOND,
    chart,
    house_style,
    panels,
    short,
)
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number, signed
from cescore.publish.pages.scorecard.sections import concerns
from cescore.publish.view import Number, View, at, row_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cescore.disclosure.opened import OpenBundle
    from cescore.method.contributions import Decomposition
    from cescore.method.progress import ProgressResult

MOST = 6  # indicators named; the others are one bar
NEGLIGIBLE = 0.005  # points: printed as 0.00
HEIGHT = 9 + LINE * (MOST + 1) + 7  # mm
SIDES = ((9.0, 42.0), (122.0, 40.0))  # left edge and width of either axes [mm]
MIDDLE = 88.0  # mm, where the right side begins
LABEL_GAP = 3.0  # mm between the labels of two lines


@dataclass(frozen=True)
class Course:
    """One index over the years."""

    name: str
    points: tuple[tuple[int, float], ...]  # years with a value


def progress_chart(bundle: OpenBundle, progress: ProgressResult, parts: Decomposition) -> Fragment:
    """Left the progress index and its groups since the base year; right the points by which each
    indicator moved the index since last year. Nothing where neither is known."""
    view = View(bundle)
    if not concerns(view, "progress") or not bundle.data.filed:
        return NONE
    courses, moves = _courses(view, progress), moved_most(view, parts)
    if not courses and not moves:
        return NONE
    change = float(parts.change[0])
    with house_style():
        figure, (left, right) = panels(WIDE, HEIGHT, SIDES, top=9, bottom=9)
        for axes, drawn in ((left, courses), (right, moves)):
            axes.set_visible(bool(drawn))
        if courses:
            _lines(left, view, courses)
        if moves:
            _bars(right, view, moves)
        titles = _titles(view, bool(courses), change if moves else None)
        for x, title in titles:
            figure.text(x / WIDE, 1, title, va="top", fontweight="bold", fontsize=POINTS + 0.5)
        alt = view.sentences([*_said_of_lines(view, courses), *_said_of_bars(view, moves, change)])
        return chart(figure, alt, mark=sample_mark(view), mark_below=True)


def _titles(view: View, has_lines: bool, change: float | None) -> list[tuple[float, str]]:
    """The title of each side and the place it begins at [mm]."""
    found = [(0.0, view.t("chart.progress", year=view.bundle.base_year))] if has_lines else []
    if change is not None:
        name = view.name(view.bundle.framework.index.code)
        words = {"year": view.bundle.year - 1, "change": signed(change, 1)}
        found.append((MIDDLE, view.t("chart.moved", name=short(name, 14), **words)))
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
        found.append(_course(view, group.name(view.lang) or group.code, series))
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


def _lines(axes: Axes, view: View, courses: Sequence[Course]) -> None:
    """The index strong, its groups quiet, each named at its end with its last value."""
    import seaborn as sns

    for number_of, course in reversed(list(enumerate(courses))):
        years, values = zip(*course.points, strict=True)
        sns.lineplot(
            x=years, y=values, ax=axes, estimator=None, legend=False,
            color=QUIET if number_of else MAIN, lw=1.0 if number_of else 2.0,
        )  # fmt: skip
    axes.axhline(100, color=FAINT, lw=0.7, ls=(0, (4, 3)))
    every = [value for course in courses for _, value in course.points]
    low, high = min(100.0, *every), max(100.0, *every)
    room = 0.06 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(view.years[0], view.years[-1])
    axes.set_xticks([view.years[0], view.years[-1]])
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(axis="y", labelcolor=FAINT, labelsize=POINTS - 1)
    axes.set(xlabel="", ylabel="")
    gap = LABEL_GAP / (HEIGHT - 18) * (high - low + 2 * room)
    ends = [course.points[-1][1] for course in courses]
    for course, y, number_of in zip(
        courses, apart(ends, gap, low - room), range(len(courses)), strict=True
    ):
        axes.annotate(
            f"{number(course.points[-1][1])} {short(course.name, 9)}", (view.years[-1], y),
            xytext=(4, 0), textcoords="offset points", va="center", annotation_clip=False,
            color=FAINT if number_of else MAIN, fontweight="normal" if number_of else "bold",
            fontsize=POINTS - 0.5,
        )  # fmt: skip


def apart(places: Sequence[float], gap: float, least: float) -> list[float]:
    """The places moved so far that no two of them are nearer than `gap`, their order kept; the
    lowest stays above `least`."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [places[i] for i in order]
    for _ in range(40):  # push neighbours apart until all have room
        for i in range(len(moved) - 1):
            lack = gap - (moved[i + 1] - moved[i])
            if lack > 1e-9:
                moved[i] -= lack / 2
                moved[i + 1] += lack / 2
    lift = max(0.0, least - moved[0]) if moved else 0.0
    found = [0.0] * len(places)
    for i, place in zip(order, moved, strict=True):
        found[i] = place + lift
    return found


def _bars(axes: Axes, view: View, moves: Sequence[tuple[str, float]]) -> None:
    """Bars from zero to either side, each with its points."""
    import seaborn as sns

    rows = list(range(len(moves)))
    points = [value for _, value in moves]
    rest = MOST if len(moves) > MOST else -1
    sns.barplot(x=points, y=rows, orient="h", width=0.6, errorbar=None, saturation=1, ax=axes)
    for y, (bar, value) in enumerate(zip(axes.patches, points, strict=True)):
        bar.set_facecolor(QUIET if y == rest else MAIN if value >= 0 else SECOND)
    for y, value in zip(rows, points, strict=True):
        axes.annotate(
            signed(value, 2), (value, y), xytext=(3 if value >= 0 else -3, 0),
            textcoords="offset points", va="center", ha="left" if value >= 0 else "right",
            annotation_clip=False, fontsize=POINTS - 0.5,
        )  # fmt: skip
    axes.axvline(0, color=INK, lw=0.6)
    low, high = min(0.0, *points), max(0.0, *points)
    room = 0.3 * (high - low)
    axes.set_xlim(low - (room if low < 0 else 0), high + (room if high > 0 else 0))
    axes.set_ylim(MOST + 0.5, -0.5)
    axes.set_yticks(rows, [_beside(name) for name, _ in moves], fontsize=POINTS - 1)
    axes.set_xticks([])
    axes.tick_params(axis="y", pad=5)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set(xlabel="", ylabel="")


def _beside(name: str) -> str:
    """A name beside its bar: one of several words takes two lines, so that few are cut."""
    first, *others = wrap(name, 24) or [""]
    return "\n".join(
        [short(first, 12), short(" ".join(others), 12)] if others else [short(first, 12)]
    )


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
