"""Scores and what they add to the index, as bars on the framework's scale; and the peers' strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.publish.charts.frame import NONE, WIDE, Bars, bar_chart, sample_mark, titled
from cescore.publish.charts.style import (
    FIELD,
    INK,
    POINTS,
    QUIET,
    SECOND,
    SIGN,
    TITLE,
    canvas,
    chart,
    house_style,
)
from cescore.publish.comparable import peer_words
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.printing.measure import (
    height_of,
    left_edge,
    lines_of,
    width_of,
)
from cescore.publish.view import View, at, row_of, weight_of

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.method.index.aggregate import Aggregation
    from cescore.method.index.missing import Scored


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
        names, values, texts = zip(*((n, v, number(v)) for n, v, _ in rows), strict=True)
        bars = Bars(names, values, texts, scale.floor, scale.top)
        title = view.t("chart.group_scores", year=bundle.year)
        figure, axes, lines = bar_chart(bars, title, WIDE, 46)
        for y, (_, _, before) in zip(lines.centres, rows, strict=True):
            if before is not None:
                axes.plot([before], [y], "o", mfc="white", mec=INK, mew=0.9, clip_on=False)
        sentence = view.join(
            view.t("alt.pair", name=name, value=number(value)) for name, value, _ in rows
        )
        alt = view.t(
            "alt.group_scores", floor=f"{scale.floor:g}", top=f"{scale.top:g}", list=sentence
        )
        return chart(figure, alt, mark=sample_mark(view), caption=view.t("caption.group_scores"))


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
        names, gains, most = zip(*rows, strict=True)
        bars = Bars(names, gains, [number(g) for g in gains], 0, max(most), fields=most)
        title = view.t("chart.contributions", floor=f"{scale.floor:g}")
        figure, _, _ = bar_chart(bars, title, WIDE, 60)
        sentence = view.join(
            view.t("alt.of", name=n, value=number(v), most=number(m)) for n, v, m in rows
        )
        alt = view.t("alt.contributions", list=sentence)
        return chart(figure, alt, mark=sample_mark(view), caption=view.t("caption.contributions"))


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
    median = view.t("peer.median_value", value=number(released.median))
    mine = view.t("alt.pair", name=view.entity, value=number(own.value))
    above = lines_of(mine, WIDE, TITLE, bold=True)
    top = height_of(above, TITLE) + 2.0
    height = top + 18

    def place(value: float, text: str, *, bold: bool = False) -> float:
        share = (min(max(value, scale.floor), scale.top) - scale.floor) / (scale.top - scale.floor)
        return (
            left_edge(
                8 + share * (WIDE - 16), width_of(text, TITLE if bold else POINTS, bold=bold), WIDE
            )
            / WIDE
        )

    with house_style():
        figure, axes = canvas(WIDE, height, left=8, right=8, top=top, bottom=10)
        axes.barh([0], [scale.top - scale.floor], left=scale.floor, height=0.34, color=FIELD)
        if low is not None and high is not None:
            axes.barh([0], [high - low], left=low, height=0.34, color=QUIET)
        axes.plot([released.median] * 2, [-0.3, 0.3], color=INK, lw=1.6)
        axes.plot([own.value], [0], "D", color=SECOND, ms=6, clip_on=False)
        longest = max(above, key=lambda line: width_of(line, TITLE, bold=True))
        titled(figure, above, place(own.value, longest, bold=True), colour=SIGN)
        figure.text(place(released.median, median), 0, median, va="bottom")
        axes.set_ylim(-0.6, 0.6)
        axes.set_xlim(scale.floor, scale.top)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        said = [mine, median]
        if low is not None and high is not None:
            said.append(view.t("peer.quartiles_value", low=number(low), high=number(high)))
        n = view.t("peer.n_small") if released.n is None else str(released.n)
        alt = peer_words(view, "alt.peers", n=n, list=view.join(said))
        caption = peer_words(view, "caption.peers", n=n)
        return chart(figure, alt, mark=sample_mark(view), caption=caption, mark_below=True)
