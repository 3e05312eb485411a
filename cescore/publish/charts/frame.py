"""What the charts share: their sizes, the mark of a sample, rows of charts, and plain bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cescore.publish.charts.style import FIELD, MAIN, short
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE = 172.0  # mm, the text width of the page
HALF = 84.0
QUARTER = 42.0
LINE = 6.0  # mm of height for each bar
NONE = Fragment("")


def sample_mark(view: View) -> str:
    """示例数据 on every chart of a sample run."""
    return view.t("status.sample") if view.data.run.status == "sample" else ""


def in_a_row(parts: Sequence[Fragment]) -> Fragment:
    """Charts of half width in one row."""
    kept = [part.html for part in parts if part.html]
    return Fragment(f'<div class="pair">{"".join(kept)}</div>') if kept else NONE


def bars(
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


def names_beside(axes: Axes, names: Sequence[str], length: int = 20) -> None:
    axes.set_yticks(range(len(names)), [short(name, length) for name in names])
