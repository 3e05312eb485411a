"""What the charts share: their sizes, the mark of a sample, rows of charts, and plain bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cescore.publish.charts.style import FIELD, INK, MAIN, MM, POINTS, TITLE, canvas
from cescore.publish.fragment import Fragment
from cescore.publish.printing.measure import (
    LEADING,
    TextRows,
    height_of,
    lines_of,
    rows_of,
    width_of,
)
from cescore.publish.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 172.0  # mm, the text width of the page
HALF = 84.0
QUARTER = 42.0
LINE = 6.0  # mm of height for each bar, where its name takes one line
THICK = 3.4  # mm of a bar
BESIDE = 2.4  # mm between a bar and what is written beside it
MARK = 18.0  # mm above on the right that belong to the mark of a sample
NONE = Fragment("")


def sample_mark(view: View) -> str:
    """示例数据 on every chart of a sample run."""
    return view.t("status.sample") if view.data.run.status == "sample" else ""


def in_a_row(parts: Sequence[Fragment]) -> Fragment:
    """Charts of half width in one row."""
    kept = [part.html for part in parts if part.html]
    return Fragment(f'<div class="pair">{"".join(kept)}</div>') if kept else NONE


@dataclass(frozen=True)
class Bars:
    """Bars of a chart from above to below: each with its name, its length and the text behind it."""

    names: Sequence[str]
    values: Sequence[float]
    texts: Sequence[str]
    floor: float
    top: float
    fields: Sequence[float] = ()  # what each could reach, pale behind it; nothing: the top
    colours: Sequence[str] = ()
    least: float | None = None  # below the floor: where a scale reaches further down


def bar_chart(bars: Bars, title: str, width: float, names: float) -> tuple[Figure, Axes, TextRows]:
    """Horizontal bars from the floor of a scale, each on a pale field; `names` is the room left of
    them [mm], and a name that is longer takes more lines."""
    rows = rows_of(bars.names, names - BESIDE, POINTS, LINE)
    heading = lines_of(title, width - MARK, TITLE, bold=True)
    top = height_of(heading, TITLE) + 3.0
    right = BESIDE + 1.0 + max(width_of(text, POINTS) for text in bars.texts)
    figure, axes = canvas(
        width, top + rows.height + 6, left=names, right=min(right, width / 2), top=top
    )
    fields = bars.fields or [bars.top] * len(bars.values)
    palette = list(bars.colours or [MAIN] * len(bars.values))
    axes.barh(
        rows.centres, [f - bars.floor for f in fields], left=bars.floor, height=THICK, color=FIELD
    )
    lengths = [value - bars.floor for value in bars.values]
    axes.barh(rows.centres, lengths, left=bars.floor, height=THICK, color=palette)
    for y, value, field, text in zip(rows.centres, bars.values, fields, bars.texts, strict=True):
        write(axes, [text], (max(value, field, bars.floor), y), 4)
    axes.set_xlim(bars.floor if bars.least is None else min(bars.least, bars.floor), bars.top)
    name_rows(axes, rows)
    titled(figure, heading)
    return figure, axes, rows


def titled(figure: Figure, lines: Sequence[str], x: float = 0.0, colour: str = INK) -> None:
    """The title above a chart, from a share of its width on."""
    for i, line in enumerate(lines):
        y = 1 - height_of(lines[:i], TITLE) * MM / figure.get_figheight()
        figure.text(x, y, line, va="top", fontweight="bold", fontsize=TITLE, color=colour)


def name_rows(axes: Axes, rows: TextRows, size: float = POINTS, away: float = 5.0) -> None:
    """Names beside their bars, so many points away; the axis counts millimetres from above."""
    axes.set_ylim(rows.height, 0)
    axes.set_yticks([])
    axes.set(xlabel="", ylabel="")
    for y, lines in zip(rows.centres, rows.names, strict=True):
        write(axes, lines, (0, y), -away, size=size, xycoords=axes.get_yaxis_transform())


def write(
    axes: Axes,
    lines: Sequence[str],
    at: tuple[float, float],
    away: float,
    *,
    size: float = POINTS,
    **style: Any,
) -> None:
    """Lines about a place, so many points right of it, or left where that is below zero. Each is
    a text of its own: matplotlib places lines by its own measure of them, not by the reader's."""
    for i, line in enumerate(lines):
        up = ((len(lines) - 1) / 2 - i) * size * LEADING
        axes.annotate(
            line, at, xytext=(away, up), textcoords="offset points", va="center",
            ha="left" if away >= 0 else "right", annotation_clip=False, fontsize=size, **style,
        )  # fmt: skip
