"""Small pictures drawn by hand: SVG of a few shapes and real text, where an axes would cost more
than it shows. Colours and type are the house style's; all sizes are in mm.

Equal calls give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from cescore.publish.charts.style import FAINT, INK, LEAST, POINTS
from cescore.publish.fragment import clean
from cescore.publish.printing.fonts import SANS

PT = 72 / 25.4  # points in a millimetre: a picture's own unit, so that type keeps its size
SMALL = LEAST


class Drawing:
    """Shapes one over the other on a field of so many mm, the origin above on the left."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.shapes: list[str] = []

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, opacity: float = 1.0
    ) -> None:
        clear = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        box = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        self.shapes.append(f'<rect {box} fill="{fill}"{clear}/>')

    def line(
        self, points: Sequence[tuple[float, float]], colour: str, width: float = 1.2, dash: str = ""
    ) -> None:
        """A line through the points; its width is in points of type, as printers count."""
        through = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        drawn = f'fill="none" stroke="{colour}" stroke-width="{width:g}"{dashes}'
        self.shapes.append(f'<polyline points="{through}" {drawn}/>')

    def dot(self, x: float, y: float, radius: float, fill: str, line: str = "") -> None:
        edge = f' stroke="{line}" stroke-width="0.9"' if line else ""
        place = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
        self.shapes.append(f'<circle {place} fill="{fill}"{edge}/>')

    def path(self, d: str, fill: str, opacity: float = 1.0) -> None:
        """A filled outline; `d` is made with `curve`."""
        clear = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self.shapes.append(f'<path d="{d}" fill="{fill}"{clear}/>')

    def text(
        self, x: float, y: float, text: object, *, anchor: str = "start", size: float = POINTS,
        colour: str = INK, bold: bool = False,
    ) -> None:  # fmt: skip
        """Text whose base line is at `y`."""
        weight = ' font-weight="700"' if bold else ""
        turned = f' text-anchor="{anchor}"' if anchor != "start" else ""
        font = f'font-family="{SANS}, sans-serif" font-size="{size:g}"{weight}{turned}'
        words = escape(clean(str(text)))
        self.shapes.append(f'<text x="{_n(x)}" y="{_n(y)}" {font} fill="{colour}">{words}</text>')

    def svg(self, alt: str, mark: str = "") -> str:
        """The finished picture with its alternative text, and the mark of a sample at its foot."""
        if mark:
            y = self.height - 0.3
            self.text(self.width / 2, y, mark, anchor="middle", size=LEAST, colour=FAINT)
        box = f"0 0 {_n(self.width)} {_n(self.height)}"
        size = f'width="{self.width:g}mm" height="{self.height:g}mm" viewBox="{box}"'
        title = escape(clean(alt))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>'
            f"<title>{title}</title>{''.join(self.shapes)}</svg>"
        )


def curve(x0: float, top0: float, x1: float, top1: float, height0: float, height1: float) -> str:
    """The outline of a band that runs level out of one edge and into another."""
    middle = (x0 + x1) / 2
    upper = (
        f"M{_n(x0)} {_n(top0)}C{_n(middle)} {_n(top0)} {_n(middle)} {_n(top1)} {_n(x1)} {_n(top1)}"
    )
    low0, low1 = top0 + height0, top1 + height1
    lower = (
        f"L{_n(x1)} {_n(low1)}C{_n(middle)} {_n(low1)} {_n(middle)} {_n(low0)} {_n(x0)} {_n(low0)}Z"
    )
    return upper + lower


def _n(mm: float) -> str:
    """A length in points, to a hundredth: no printer does better."""
    return f"{mm * PT:.2f}".rstrip("0").rstrip(".")
