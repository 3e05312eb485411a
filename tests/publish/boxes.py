"""Where the texts of a picture stand: boxes read from its SVG, whose unit is a point of type."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from itertools import combinations

from cescore.publish.printing.measure import POINT, width_of

SVG = "{http://www.w3.org/2000/svg}"
SLACK = 0.75  # pt: side bearings


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    def meets(self, other: Box) -> bool:
        return (
            min(self.right, other.right) - max(self.left, other.left) > SLACK
            and min(self.bottom, other.bottom) - max(self.top, other.top) > SLACK
        )


def svgs(html: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", html, re.DOTALL)


def boxes(svg: str) -> list[Box]:
    """The box of each text: capitals above the base line, descenders below."""
    found = []
    for node in ET.fromstring(svg).iter(f"{SVG}text"):
        text, size = node.text or "", float(node.get("font-size", "0").removesuffix("px"))
        width = width_of(text, size, bold=node.get("font-weight") == "700") / POINT
        x, y = float(node.get("x", "nan")), float(node.get("y", "nan"))
        left = x - {"middle": 0.5, "end": 1.0}.get(node.get("text-anchor", ""), 0.0) * width
        found.append(Box(text, left, y - 0.74 * size, left + width, y + 0.14 * size, size))
    return found


def outside(svg: str) -> list[Box]:
    """The texts that leave the picture."""
    _, _, width, height = map(float, str(ET.fromstring(svg).get("viewBox")).split())
    return [
        box
        for box in boxes(svg)
        if box.left < -SLACK
        or box.right > width + SLACK
        or box.top < -SLACK
        or box.bottom > height + SLACK
    ]


def meeting(svg: str) -> list[tuple[str, str]]:
    """Pairs of texts that overprint each other."""
    return [(a.text, b.text) for a, b in combinations(boxes(svg), 2) if a.meets(b)]
