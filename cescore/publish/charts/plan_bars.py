"""The plan in bars: each target's completion, and the checks of the measures by status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cescore.method.grading.yardsticks import INSPECTED
from cescore.publish.charts.frame import (
    BESIDE,
    HALF,
    LINE,
    MARK,
    NONE,
    THICK,
    WIDE,
    Bars,
    bar_chart,
    in_a_row,
    name_rows,
    sample_mark,
    titled,
)
from cescore.publish.charts.style import (
    FIELD,
    INK,
    MAIN,
    MM,
    POINTS,
    SECOND,
    TITLE,
    canvas,
    chart,
    house_style,
)
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.printing.measure import TextRows, height_of, lines_of, rows_of, width_of
from cescore.publish.view import View
from cescore.publish.words import label_or

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from cescore.disclosure.documents.opened import OpenBundle

KEY_LINE = 4.0  # mm for a line of the key
SWATCH = 2.2  # mm, of a patch of colour in it
STATUSES = (
    *INSPECTED,
    "not_inspected",
    "not_applicable",
)  # as drawn: what is open before what is not asked
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
        most = max(120.0, *(min(r[1], 200.0) for r in rows))
        least = min(0.0, *(max(r[1], -50.0) for r in rows))
        bars = Bars(
            names=[row[0] for row in rows],
            values=[min(max(r[1], least), most) for r in rows],
            texts=[f"{number(r[1], 0)}%  {r[2]}" for r in rows],
            floor=0,
            top=most,
            colours=[MAIN if r[1] >= 100 else SECOND for r in rows],
            least=least,
        )
        title = view.t("chart.targets", year=bundle.year)
        figure, axes, _ = bar_chart(bars, title, width, 0.37 * width)
        axes.axvline(100, color=INK, lw=1.0)
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
    names = 0.34 * width
    rows = rows_of([system_name(view, s) for s in counts], names - BESIDE, POINTS, LINE)
    keys = _keys(view, width)
    below = KEY_LINE * (1 + keys[-1].line) + 4.5
    heading = lines_of(view.t("chart.measures"), width - MARK, TITLE, bold=True)
    top = height_of(heading, TITLE) + 2.0
    with house_style():
        figure, axes = canvas(
            width, top + rows.height + below, left=names, right=3, top=top, bottom=below
        )
        _stack(axes, rows, list(counts.values()), width - names - 3)
        for key in keys:
            _draw_key(figure, key, top + rows.height + 2.4 + KEY_LINE * key.line)
        titled(figure, heading)
        alt = view.t("alt.measures", list=view.join(_measure_words(view, counts)))
        return chart(figure, alt, mark=sample_mark(view), mark_below=True)


def _stack(axes: Axes, rows: TextRows, counts: Sequence[Sequence[int]], room: float) -> None:
    """Parts of each bar one after the other, with their number where it has room [mm]."""
    most = max(sum(row) for row in counts)
    starts = [0] * len(counts)
    for position, status in enumerate(STATUSES):
        lengths = [row[position] for row in counts]
        axes.barh(
            rows.centres, lengths, left=starts, height=THICK + 0.4,
            color=STATUS_COLOURS[position], edgecolor=INK, lw=0.4,
        )  # fmt: skip
        for y, start, length in zip(rows.centres, starts, lengths, strict=True):
            if room * length / most > width_of(str(length), POINTS) + 0.6:
                colour = "white" if status in DARK_STATUSES else INK
                axes.text(
                    start + length / 2, y, str(length), ha="center", va="center", color=colour
                )
        starts = [start + length for start, length in zip(starts, lengths, strict=True)]
    name_rows(axes, rows)
    axes.set_xlim(0, most)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


@dataclass(frozen=True)
class Key:
    """What a colour stands for, and where that is written below the bars."""

    text: str
    colour: str
    x: float  # mm
    line: int


def _keys(view: View, width: float) -> list[Key]:
    """The key in as many lines as it needs."""
    found: list[Key] = []
    x, line = 0.0, 0
    for status, colour in zip(STATUSES, STATUS_COLOURS, strict=True):
        text = view.t(f"check.{status}")
        taken = SWATCH + 1.0 + width_of(text, POINTS) + 3.0
        if x and x + taken > width:
            x, line = 0.0, line + 1
        found.append(Key(text, colour, x, line))
        x += taken
    return found


def _draw_key(figure: Figure, key: Key, y: float) -> None:
    """A patch of the colour and its name, `y` mm below the upper edge."""
    from matplotlib.patches import Rectangle

    width, height = figure.get_size_inches() / MM
    corner = (key.x + 0.2) / width, 1 - (y + SWATCH / 2) / height
    patch = Rectangle(corner, SWATCH / width, SWATCH / height, fc=key.colour, ec=INK, lw=0.4)
    figure.add_artist(patch)
    figure.text((key.x + SWATCH + 1.0) / width, 1 - y / height, key.text, va="center")


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
