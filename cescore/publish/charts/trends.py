"""Lines over the years: index, progress index and headline rates, each on axes of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cescore.definitions.formulas.unit_names import unit_text
from cescore.method.column import Panel
from cescore.publish.charts.frame import HALF, NONE, QUARTER, in_a_row, sample_mark, titled
from cescore.publish.charts.spans import span_of
from cescore.publish.charts.style import (
    FAINT,
    MAIN,
    POINTS,
    RULE,
    TITLE,
    canvas,
    chart,
    house_style,
)
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import MINUS, number
from cescore.publish.printing.measure import height_of, lines_of, width_of
from cescore.publish.view import UNFILED, Number, View, at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.progress import ProgressResult


def index_trend(
    bundle: OpenBundle, result: Aggregation, progress: ProgressResult | None = None
) -> Fragment:
    """The index on its scale and, beside it and never on one axis, the progress index."""
    return in_a_row(_indices(bundle, result, progress, HALF))


def _indices(
    bundle: OpenBundle, result: Aggregation, progress: ProgressResult | None, width: float
) -> list[Fragment]:
    view, rules = View(bundle), bundle.framework.progress
    index = [view.index(result, year) for year in view.years]
    parts = [_trend(view, view.name(bundle.framework.index.code), index, width, scale=True)]
    if progress is not None and rules is not None:
        series = [
            UNFILED if year == bundle.year and not bundle.data.filed else at(progress.index, i)
            for i, year in enumerate(view.years)
        ]
        parts.append(_trend(view, view.name(rules.code), series, width, level=100.0))
    return parts


def trends(
    bundle: OpenBundle, indicators: Panel, result: Aggregation, progress: ProgressResult | None
) -> Fragment:
    """Headline rates, index and progress index over the years, small and in one row."""
    parts = [*_headline(bundle, indicators, QUARTER), *_indices(bundle, result, progress, QUARTER)]
    return in_a_row(parts)


def headline_trend(bundle: OpenBundle, indicators: Panel) -> Fragment:
    """The two headline rates over the years, each in its own unit on its own axes."""
    found = in_a_row(_headline(bundle, indicators, HALF))
    return found if found.html else paragraph(View(bundle).t("nothing.headline"), "nothing")


def _headline(bundle: OpenBundle, indicators: Panel, width: float) -> list[Fragment]:
    view, headline = View(bundle), bundle.framework.headline
    codes = [c for c in (headline.resource_output_rate, headline.resource_recycling_rate) if c]
    parts = []
    for code in codes:
        word = unit_text(view.unit(code), view.lang)
        title = view.t("with_unit", name=view.name(code), unit=word) if word else view.name(code)
        series = view.row(indicators, code, view.years)
        decimals = view.decimals(code, [n.value for n in series])
        parts.append(_trend(view, title, series, width, unit=view.unit(code), decimals=decimals))
    return parts


def _trend(
    view: View,
    title: str,
    series: Sequence[Number],
    width: float,
    *,
    scale: bool = False,
    level: float | None = None,
    unit: str = "index",
    decimals: int = 1,
) -> Fragment:
    """A line over the years, each present year with a point, first and last with their number."""
    points = [
        (year, n.value) for year, n in zip(view.years, series, strict=True) if n.value is not None
    ]
    if not points:
        return NONE
    values = [value for _, value in points]
    is_small = width < HALF
    heading = lines_of(title, width - 1, TITLE, bold=True)
    ends = {points[0][0]: points[0][1], points[-1][0]: points[-1][1]}
    side = max(width_of(number(v, decimals), TITLE, bold=True) for v in ends.values()) / 2
    top = height_of(heading, TITLE) + 4.5
    ticks = _ticks(view, values, scale=scale, level=level, unit=unit)
    labels = [f"{tick:,g}".replace("-", MINUS) for tick in ticks.at]
    left = 1.0 if is_small else max(width_of(text, POINTS - 0.5) for text in labels) + 2.0
    with house_style():
        figure, axes = canvas(
            width, top + (24 if is_small else 34), left=max(left, side), right=max(side, 2.0),
            top=top, bottom=9,
        )  # fmt: skip
        axes.plot([year for year, _ in points], values, color=MAIN, marker="o", markeredgewidth=0)
        if level is not None:
            axes.axhline(level, color=FAINT, lw=0.7, ls=(0, (4, 3)))
        _frame(axes, view, ticks, labels)
        if is_small:
            axes.set_yticks([])
            axes.set_xticks(sorted({points[0][0], points[-1][0]}))
        for year, value in ends.items():
            axes.annotate(
                number(value, decimals), (year, value), xytext=(0, 5), textcoords="offset points",
                ha="center", fontweight="bold", fontsize=TITLE, annotation_clip=False,
            )  # fmt: skip
        titled(figure, heading)
        sentence = view.join(
            view.t("alt.pair", name=str(year), value=number(value, decimals))
            for year, value in points
        )
        alt = view.t("alt.trend", name=title, list=sentence)
        return chart(figure, alt, mark=sample_mark(view), mark_below=True)


@dataclass(frozen=True)
class Ticks:
    """The ends of an axis and the values written beside it."""

    low: float
    high: float
    at: tuple[float, ...]


def _ticks(
    view: View, values: Sequence[float], *, scale: bool, level: float | None, unit: str
) -> Ticks:
    """A quiet band of height around the line; the index keeps its whole scale."""
    if scale:
        ends = view.bundle.framework.scale
        return Ticks(ends.floor, ends.top, (ends.floor, (ends.floor + ends.top) / 2, ends.top))
    from matplotlib.ticker import MaxNLocator

    around = [*values, *([] if level is None else [level])]
    low, high = span_of(around, unit)
    room = (high - low) * 0.35 or 1.0
    low, high = low - room, high + room
    steps = MaxNLocator(nbins=4).tick_values(low, high)
    return Ticks(low, high, tuple(float(t) for t in steps if low <= t <= high))


def _frame(axes: Axes, view: View, ticks: Ticks, labels: Sequence[str]) -> None:
    """Years below, values beside, a quiet line at each of them."""
    axes.set_xlim(min(view.years) - 0.4, max(view.years) + 0.4)
    axes.set_xticks(view.years)
    axes.set(xlabel="", ylabel="")
    axes.set_ylim(ticks.low, ticks.high)
    axes.set_yticks(ticks.at, labels)
    axes.grid(axis="y", color=RULE, lw=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", labelcolor=FAINT, labelsize=POINTS - 0.5)
