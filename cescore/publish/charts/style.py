"""The house style of charts: colours that survive grey printing and colour blindness, our own fonts.

Charts are drawn on a bare Figure (no pyplot state), one axes each, and come out as small inline
SVG whose text is text. Equal data give equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cescore.publish.fragment import Fragment, clean
from cescore.publish.printing.fonts import SANS, register_with_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Dark to light in grey as well as apart in hue; from Okabe and Ito's colour-blind safe set.
INK = "#1d2a33"
FAINT = "#5a6770"
RULE = "#c9d1d6"
FIELD = "#e9eef0"
MAIN = "#005b82"  # this entity, this year
SECOND = "#d55e00"  # what it is held against
SIGN = "#b84a00"  # the same as text, dark enough to read on white
THIRD = "#009e73"
QUIET = "#9fb4bf"  # earlier years, others
MM = 1 / 25.4
POINTS = 7.5
TITLE = POINTS + 0.5  # of the title above a chart
LEAST = 7.0  # nothing is set smaller
DISPENSABLE = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
DEFAULTS = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)

SETTINGS: Any = {  # matplotlib types its keys one by one
    "svg.fonttype": "none",
    "svg.hashsalt": "cescore",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "font.family": [SANS, "DejaVu Sans"],
    "font.size": POINTS,
    "axes.labelsize": POINTS,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.6,
    "axes.labelcolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": FAINT,
    "ytick.labelcolor": INK,
    "xtick.labelsize": POINTS - 0.5,
    "ytick.labelsize": POINTS,
    "xtick.major.width": 0.5,
    "xtick.major.size": 2.0,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.0,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw inside it; nothing of the style leaks into an analyst's own charts."""
    import matplotlib as mpl

    register_with_matplotlib()
    with mpl.rc_context(SETTINGS):
        yield


def canvas(
    width_mm: float,
    height_mm: float,
    *,
    left: float = 8,
    right: float = 4,
    top: float = 6,
    bottom: float = 6,
) -> tuple[Figure, Axes]:
    """A figure with one axes, all sizes in mm; margins are fixed, so nothing is drawn twice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm * MM, height_mm * MM))
    axes = figure.add_axes(
        (
            left / width_mm,
            bottom / height_mm,
            1 - (left + right) / width_mm,
            1 - (top + bottom) / height_mm,
        )
    )
    return figure, axes


def panels(
    width_mm: float,
    height_mm: float,
    sides: Sequence[tuple[float, float]],
    *,
    top: float,
    bottom: float,
) -> tuple[Figure, list[Axes]]:
    """A figure with axes side by side; each side is its left edge and its width in mm."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm * MM, height_mm * MM))
    height = 1 - (top + bottom) / height_mm
    return figure, [
        figure.add_axes((left / width_mm, bottom / height_mm, width / width_mm, height))
        for left, width in sides
    ]


def chart(
    figure: Figure, alt: str, *, mark: str = "", caption: str = "", mark_below: bool = False
) -> Fragment:
    """The figure as inline SVG in a <figure>, with its alternative text and the mark of a sample
    above on the right, or in the middle below where the title needs the whole width."""
    if mark:
        x, y, ha, va = (
            (0.5, 0.02, "center", "bottom") if mark_below else (0.995, 0.985, "right", "top")
        )
        figure.text(
            x, y, mark, ha=ha, va=va, color=SIGN, fontsize=LEAST, fontweight="bold"
        )  # fmt: skip
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return framed(lean(buffer.getvalue(), alt), caption)


def framed(svg: str, caption: str = "") -> Fragment:
    """A <figure> around finished SVG."""
    below = Markup("<figcaption>{}</figcaption>").format(caption) if caption else ""
    return Fragment(f'<figure class="chart">{svg}{below}</figure>')


def lean(svg: str, alt: str) -> str:
    """matplotlib's SVG made fit to stand inside a page, with a title to read out.

    Prologue, metadata and unused ids go; the others become unique to this chart. Styles become
    attributes: inside a page they would be read as the page's own, and reported as unknown.
    """
    body = DEFAULTS.sub("", DISPENSABLE.sub("", svg[svg.index("<svg") :]))
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', body))
    own = hashlib.sha256(f"{alt}{body}".encode()).hexdigest()[:8]
    body = re.sub(r'(href="|url\()#', rf"\g<1>#{own}-", body)
    body = re.sub(
        r' id="([^"]+)"', lambda m: f' id="{own}-{m.group(1)}"' if m.group(1) in used else "", body
    )
    body = re.sub(r' style="([^"]*)"', lambda m: _attributes(m.group(1)), body)
    head, rest = re.sub(r"\n\s*", "\n", body).split(">", 1)
    drawn = 'role="img" stroke-linejoin="round" stroke-linecap="butt"'
    return f"{head} {drawn}><title>{escape(clean(alt))}</title>{rest}"


def _attributes(style: str) -> str:
    """CSS declarations as SVG attributes; the short form of a font is taken apart."""
    found: dict[str, str] = {}
    for declaration in filter(None, map(str.strip, style.split(";"))):
        name, value = (part.strip() for part in declaration.split(":", 1))
        if name != "font":
            found[name] = value
            continue
        font = re.fullmatch(r"(.*?)([\d.]+)px(?:\s*/\S+)? (.*)", value)
        if font:
            found["font-size"], found["font-family"] = f"{font.group(2)}px", font.group(3)
            weight = re.search(r"bold|\b[1-9]00\b", font.group(1))
            found |= {"font-weight": weight.group(0)} if weight else {}
    return "".join(f' {name}="{value}"' for name, value in found.items())
