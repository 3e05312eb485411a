"""The charts of a report: each one axes, real text, and an alternative text that holds its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cescore.method.column import Panel
from cescore.publish.cells import UNFILED, Number, View, at, row_of
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.labels import label_or
from cescore.publish.numbers import MINUS, number, unit_text
from cescore.publish.style import (
    FAINT,
    FIELD,
    INK,
    MAIN,
    POINTS,
    QUIET,
    RULE,
    SECOND,
    canvas,
    chart,
    house_style,
    short,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cescore.desk import OpenBundle
    from cescore.method.aggregate import Aggregation
    from cescore.method.missing import Scored
    from cescore.method.progress import ProgressResult

WIDE = 172.0  # mm, the text width of the page
HALF = 84.0
QUARTER = 42.0
LINE = 6.0  # mm of height for each bar
NONE = Fragment("")


def group_scores(bundle: OpenBundle, result: Aggregation) -> Fragment:
    """Scores of the groups below the index on the framework's scale, with last year's as a ring."""
    view = View(bundle)
    scale = bundle.framework.scale
    rows = []
    for group in view.groups:
        now, last = row_of(result.groups, group.code, (bundle.year, bundle.year - 1))
        if now.value is not None:
            rows.append((group.name(view.lang) or group.code, now.value, last.value))
    if not rows or not bundle.data.filed:
        return NONE
    with house_style():
        figure, axes = canvas(WIDE, 14 + LINE * len(rows), left=44, right=14)
        _bars(axes, [row[1] for row in rows], floor=scale.floor, top=scale.top)
        for y, (_, _, before) in enumerate(rows):
            if before is not None:
                axes.plot([before], [y], "o", mfc="white", mec=INK, mew=0.9, clip_on=False)
        _names(axes, [row[0] for row in rows])
        axes.set_title(view.t("chart.group_scores", year=bundle.year))
        sentence = view.join(
            view.t("alt.pair", name=name, value=number(value)) for name, value, _ in rows
        )
        alt = view.t(
            "alt.group_scores", floor=f"{scale.floor:g}", top=f"{scale.top:g}", list=sentence
        )
        return chart(figure, alt, mark=sample_mark(view), caption=view.t("caption.group_scores"))


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
        parts.append(_trend(view, title, series, width, decimals=decimals))
    return parts


def contributions(bundle: OpenBundle, scored: Scored, result: Aggregation) -> Fragment:
    """Weight times score above the floor for each indicator, against what its weight allows."""
    view = View(bundle)
    scale = bundle.framework.scale
    rows = []
    for indicator in view.scored:
        score = row_of(scored.scores, indicator.code, (bundle.year,))[0]
        weight = weight_of(result, indicator.code, view.now)
        if score.value is not None and weight:
            gain = weight * (score.value - scale.floor)
            rows.append(
                (
                    indicator.name(view.lang) or indicator.code,
                    gain,
                    weight * (scale.top - scale.floor),
                )
            )
    if not rows or not bundle.data.filed:
        return NONE
    rows.sort(key=lambda row: -row[1])
    with house_style():
        figure, axes = canvas(WIDE, 12 + 4.0 * len(rows), left=58, right=14)
        _bars(
            axes,
            [r[1] for r in rows],
            floor=0,
            top=max(r[2] for r in rows),
            fields=[r[2] for r in rows],
        )
        _names(axes, [row[0] for row in rows], 20)
        axes.set_title(view.t("chart.contributions", floor=f"{scale.floor:g}"))
        sentence = view.join(
            view.t("alt.of", name=n, value=number(v), most=number(m)) for n, v, m in rows
        )
        alt = view.t("alt.contributions", list=sentence)
        return chart(figure, alt, mark=sample_mark(view), caption=view.t("caption.contributions"))


def plan_bars(bundle: OpenBundle) -> Fragment:
    """Completion of targets and state of the checks side by side, where there are both."""
    if not any(line.completion is not None for line in bundle.data.targets):
        return NONE
    if not any(sum(measure.counts.values()) for measure in bundle.data.measures):
        return target_bars(bundle)
    return in_a_row([target_bars(bundle, HALF), measures_bars(bundle, HALF)])


def target_bars(bundle: OpenBundle, width: float = WIDE) -> Fragment:
    """Each target's completion in per cent, against the whole and what is due by now."""
    view = View(bundle)
    lines = [line for line in bundle.data.targets if line.completion is not None]
    rows = [
        (
            (line.zh or line.en) if view.lang == "zh" else (line.en or line.zh),
            100 * (line.completion or 0.0),
            label_or(f"light.{line.light}", view.lang, line.light),
        )
        for line in lines
    ]
    if not rows:
        return NONE
    with house_style():
        names = 20 if width == WIDE else 11
        figure, axes = canvas(width, 14 + LINE * len(rows), left=3 * names, right=24, top=8)
        most = max(120.0, *(min(r[1], 200.0) for r in rows))
        least = min(0.0, *(max(r[1], -50.0) for r in rows))
        shown = [min(max(r[1], least), most) for r in rows]
        texts = [f"{number(r[1], 0)}%  {r[2]}" for r in rows]
        colours = [MAIN if r[1] >= 100 else SECOND for r in rows]
        _bars(axes, shown, floor=0, top=most, texts=texts, colours=colours, least=least)
        axes.axvline(100, color=INK, lw=1.0)
        _names(axes, [row[0] for row in rows], names)
        axes.set_title(view.t("chart.targets", year=bundle.year))
        sentence = view.join(
            view.t("alt.target", name=n, value=number(v, 0), light=word) for n, v, word in rows
        )
        return chart(
            figure, view.t("alt.targets", list=sentence), mark=sample_mark(view),
            caption=view.t("caption.targets"),
        )  # fmt: skip


STATUSES = ("done", "partial", "not_done", "not_inspected", "not_applicable")
STATUS_COLOURS = (MAIN, "#8fc1da", SECOND, FIELD, "white")
DARK_STATUSES = {"done", "not_done"}


def measures_bars(bundle: OpenBundle, width: float = WIDE) -> Fragment:
    """Checks of the measures by status, one bar per system of the plan."""
    view = View(bundle)
    systems = list(dict.fromkeys(measure.system for measure in bundle.data.measures))
    counts = {
        system: [
            sum(m.counts.get(status, 0) for m in bundle.data.measures if m.system == system)
            for status in STATUSES
        ]
        for system in systems
    }
    counts = {system: row for system, row in counts.items() if sum(row)}
    if not counts:
        return NONE
    with house_style():
        names = 15 if width == WIDE else 10
        is_wide = width == WIDE
        bottom = 8 if is_wide else 13  # the key takes one line or two
        height = 8 + bottom + LINE * len(counts)
        figure, axes = canvas(width, height, left=3 * names, right=3, top=8, bottom=bottom)
        starts = [0.0] * len(counts)
        for position, status in enumerate(STATUSES):
            widths = [row[position] for row in counts.values()]
            axes.barh(
                range(len(counts)), widths, left=starts, height=0.6, label=view.t(f"check.{status}"),
                color=STATUS_COLOURS[position], edgecolor=INK, lw=0.4,
            )  # fmt: skip
            for y, (start, width) in enumerate(zip(starts, widths, strict=True)):
                if width:
                    colour = "white" if status in DARK_STATUSES else INK
                    axes.text(
                        start + width / 2, y, str(width), ha="center", va="center", color=colour
                    )
            starts = [start + width for start, width in zip(starts, widths, strict=True)]
        _names(axes, [system_name(view, system) for system in counts], names)
        axes.set_ylim(len(counts) - 0.5, -0.5)
        axes.set_xlim(0, max(starts))
        axes.legend(
            loc="upper left", bbox_to_anchor=(0 if is_wide else -0.55, -0.02), ncols=5 if is_wide else 3, frameon=False,
            handlelength=1.0, borderaxespad=0.2, columnspacing=0.8, handletextpad=0.4,
        )  # fmt: skip
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_title(view.t("chart.measures"))
        alt = view.t("alt.measures", list=view.join(_measure_words(view, counts)))
        return chart(figure, alt, mark=sample_mark(view))


def system_name(view: View, system: str) -> str:
    """A system of the plan, as far as the bundle names it."""
    named = view.data.plan.systems.get(system)
    return " ".join(filter(None, (system, named.name(view.lang) if named else ""))) or view.t(
        "none"
    )


def _measure_words(view: View, counts: dict[str, list[int]]) -> list[str]:
    words = []
    for system, row in counts.items():
        parts = view.join(
            f"{view.t(f'check.{status}')} {n}" for status, n in zip(STATUSES, row, strict=True) if n
        )
        words.append(view.t("alt.pair", name=system_name(view, system), value=parts))
    return words


def peer_strip(bundle: OpenBundle, result: Aggregation) -> Fragment:
    """The entity's index on the scale beside what is released of its peers; never another's value."""
    view = View(bundle)
    own = at(result.index, view.now)
    peers = bundle.data.peers
    figures = peers.figures if peers is not None else ()
    code = bundle.framework.index.code
    released = next((f for f in figures if f.code in {code, "index"}), None)
    if own.value is None or released is None or released.median is None:
        return NONE
    scale = bundle.framework.scale
    low, high = released.lower_quartile, released.upper_quartile
    with house_style():
        figure, axes = canvas(WIDE, 26, left=8, right=8, top=8, bottom=7)
        axes.barh([0], [scale.top - scale.floor], left=scale.floor, height=0.34, color=FIELD)
        if low is not None and high is not None:
            axes.barh([0], [high - low], left=low, height=0.34, color=QUIET)
        axes.plot([released.median] * 2, [-0.3, 0.3], color=INK, lw=1.6)
        axes.plot([own.value], [0], "D", color=SECOND, ms=6, clip_on=False)
        median = view.t("peer.median_value", value=number(released.median))
        mine = view.t("alt.pair", name=short(view.entity), value=number(own.value))
        axes.text(released.median, -0.42, median, ha="center", va="top")
        axes.text(own.value, 0.42, mine, ha="center", va="bottom", color=SECOND, fontweight="bold")
        axes.set_ylim(-1, 1)
        axes.set_xlim(scale.floor, scale.top)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        said = [mine, median]
        if low is not None and high is not None:
            said.append(view.t("peer.quartiles_value", low=number(low), high=number(high)))
        n = view.t("peer.n_small") if released.n is None else str(released.n)
        alt = view.t("alt.peers", n=n, list=view.join(said))
        return chart(figure, alt, mark=sample_mark(view), caption=view.t("caption.peers", n=n))


def sample_mark(view: View) -> str:
    """示例数据 on every chart of a sample run."""
    return view.t("status.sample") if view.data.run.status == "sample" else ""


def weight_of(result: Aggregation, code: str, position: int | None) -> float:
    """An indicator's effective weight in a year, 0 where it takes no part."""
    found = result.weights.get(code)
    return 0.0 if found is None or position is None else float(found[0, position])


def in_a_row(parts: Sequence[Fragment]) -> Fragment:
    """Charts of half width in one row."""
    kept = [part.html for part in parts if part.html]
    return Fragment(f'<div class="pair">{"".join(kept)}</div>') if kept else NONE


def _bars(
    axes: Axes,
    values: Sequence[float],
    *,
    floor: float,
    top: float,
    fields: Sequence[float] | None = None,
    texts: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    least: float | None = None,
) -> None:
    """Horizontal bars from the floor of a scale, each on a pale field and with its number."""
    import seaborn as sns

    rows = list(range(len(values)))
    axes.barh(
        rows,
        [f - floor for f in fields or [top] * len(values)],
        left=floor,
        height=0.56,
        color=FIELD,
    )
    palette = list(colours or [MAIN] * len(values))
    sns.barplot(
        x=[value - floor for value in values], y=rows, hue=rows, palette=palette, orient="h", left=floor,
        width=0.56, saturation=1, errorbar=None, legend=False, ax=axes,
    )  # fmt: skip
    for y, value in enumerate(values):
        text = number(value) if texts is None else texts[y]
        beyond = top if texts else max(value, fields[y] if fields else value)
        axes.annotate(
            text, (max(beyond, floor), y), xytext=(4, 0), textcoords="offset points", va="center",
            annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(floor if least is None else min(least, floor), top)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.set_xlabel("")
    axes.set_ylabel("")


def _names(axes: Axes, names: Sequence[str], length: int = 20) -> None:
    axes.set_yticks(range(len(names)), [short(name, length) for name in names])


def _trend(
    view: View,
    title: str,
    series: Sequence[Number],
    width: float,
    *,
    scale: bool = False,
    level: float | None = None,
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
    with house_style():
        figure, axes = canvas(
            width, 30 if is_small else 40, left=4 if is_small else 9, right=5, top=8, bottom=5
        )
        axes.plot([year for year, _ in points], values, color=MAIN, marker="o", markeredgewidth=0)
        if level is not None:
            axes.axhline(level, color=FAINT, lw=0.7, ls=(0, (4, 3)))
        _frame(axes, view, values, scale=scale, level=level)
        if is_small:
            axes.set_yticks([])
            axes.set_xticks([points[0][0], points[-1][0]])
        for year, value in {points[0][0]: points[0][1], points[-1][0]: points[-1][1]}.items():
            axes.annotate(
                number(value, decimals), (year, value), xytext=(0, 5), textcoords="offset points",
                ha="center", fontweight="bold", fontsize=POINTS + 0.5, annotation_clip=False,
            )  # fmt: skip
        figure.text(
            0, 1, short(title, 13 if is_small else 24), va="top", fontweight="bold", fontsize=POINTS
        )
        sentence = view.join(
            view.t("alt.pair", name=str(year), value=number(value, decimals))
            for year, value in points
        )
        alt = view.t("alt.trend", name=title, list=sentence)
        return chart(figure, alt, mark=sample_mark(view), mark_below=is_small)


def _frame(
    axes: Axes, view: View, values: Sequence[float], *, scale: bool, level: float | None
) -> None:
    """Years below, a quiet band of height around the line; the index keeps its whole scale."""
    axes.set_xlim(min(view.years) - 0.4, max(view.years) + 0.4)
    axes.set_xticks(view.years)
    axes.set_xlabel("")
    axes.set_ylabel("")
    if scale:
        ends = view.bundle.framework.scale
        axes.set_ylim(ends.floor, ends.top)
        axes.set_yticks([ends.floor, (ends.floor + ends.top) / 2, ends.top])
    else:
        around = [*values, *([] if level is None else [level])]
        low, high = min(around), max(around)
        room = (high - low) * 0.35 or abs(high) * 0.1 or 1.0
        axes.set_ylim(low - room, high + room)
        axes.locator_params(axis="y", nbins=4)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}".replace("-", MINUS))
    axes.grid(axis="y", color=RULE, lw=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", labelcolor=FAINT, labelsize=POINTS - 1)
