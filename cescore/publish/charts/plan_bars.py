"""The plan in bars: each target's completion, and the checks of the measures by status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.publish.charts.frame import (
    HALF,
    LINE,
    NONE,
    WIDE,
    bars,
    in_a_row,
    names_beside,
    sample_mark,
)
from cescore.publish.charts.style import FIELD, INK, MAIN, SECOND, canvas, chart, house_style
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.view import View
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenBundle

STATUSES = ("done", "partial", "not_done", "not_inspected", "not_applicable")
STATUS_COLOURS = (MAIN, "#8fc1da", SECOND, FIELD, "white")
DARK_STATUSES = {"done", "not_done"}


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
            line.name(view.lang),
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
        bars(axes, shown, floor=0, top=most, texts=texts, colours=colours, least=least)
        axes.axvline(100, color=INK, lw=1.0)
        names_beside(axes, [row[0] for row in rows], names)
        axes.set_title(view.t("chart.targets", year=bundle.year))
        sentence = view.join(
            view.t("alt.target", name=n, value=number(v, 0), light=word) for n, v, word in rows
        )
        return chart(
            figure, view.t("alt.targets", list=sentence), mark=sample_mark(view),
            caption=view.t("caption.targets"),
        )  # fmt: skip


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
        names_beside(axes, [system_name(view, system) for system in counts], names)
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
