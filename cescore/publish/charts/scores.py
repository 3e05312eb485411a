"""Scores and what they add to the index, as bars on the framework's scale; and the peers' strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.publish.charts.frame import LINE, NONE, WIDE, bars, names_beside, sample_mark
from cescore.publish.charts.style import (
    FIELD,
    INK,
    QUIET,
    SECOND,
    canvas,
    chart,
    house_style,
    short,
)
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.view import View, at, row_of, weight_of

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenBundle
    from cescore.method.aggregate import Aggregation
    from cescore.method.missing import Scored


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
        bars(axes, [row[1] for row in rows], floor=scale.floor, top=scale.top)
        for y, (_, _, before) in enumerate(rows):
            if before is not None:
                axes.plot([before], [y], "o", mfc="white", mec=INK, mew=0.9, clip_on=False)
        names_beside(axes, [row[0] for row in rows])
        axes.set_title(view.t("chart.group_scores", year=bundle.year))
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
        figure, axes = canvas(WIDE, 12 + 4.0 * len(rows), left=58, right=14)
        bars(
            axes,
            [r[1] for r in rows],
            floor=0,
            top=max(r[2] for r in rows),
            fields=[r[2] for r in rows],
        )
        names_beside(axes, [row[0] for row in rows], 20)
        axes.set_title(view.t("chart.contributions", floor=f"{scale.floor:g}"))
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
