"""The counterpart of a colour on a dark ground: lightness turned round, hue and chroma kept.

Distances of lightness are kept as well, so what can be read on white can be read on the dark page;
any colour has a counterpart, also one of a workspace's own stylesheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COLOUR = re.compile(r"(?<![\w(&])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
DARKEST = 0.22  # lightness that white becomes: the ground
# B. Ottosson, "A perceptual color space for image processing" (2020): linear sRGB to cones and on to OKLab
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@lru_cache(maxsize=1024)
def on_dark(colour: str) -> str:
    """The colour (#rrggbb or #rgb) as it is drawn on the dark page.

    L' = 1 - (1 - `DARKEST`) L^1.5 in OKLab: white becomes the dark ground, black becomes white.

    Examples
    --------
    >>> on_dark("#fff"), on_dark("#000000")
    ('#1b1b1b', '#ffffff')
    """
    red_green_blue = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]
                              if len(colour) == 7 else [int(c * 2, 16) for c in colour[1:]])  # fmt: skip
    light, *hue = _TO_LAB @ np.cbrt(_TO_CONES @ _linear(red_green_blue / 255))
    turned = np.array([1 - (1 - DARKEST) * max(light, 0.0) ** 1.5, *hue])
    linear = np.linalg.solve(_TO_CONES, np.linalg.solve(_TO_LAB, turned) ** 3)
    return "#" + "".join(f"{round(255 * part):02x}" for part in _shown(linear).clip(0, 1))


def variable(colour: str) -> str:
    """The CSS variable that stands for a colour."""
    digits = colour.removeprefix("#").lower()
    return f"--c-{digits if len(digits) == 6 else ''.join(2 * d for d in digits)}"


def as_variables(text: str) -> str:
    """Declarations or attributes with each colour behind its variable; without it, the colour itself."""
    return COLOUR.sub(lambda found: f"var({variable(found.group())}, {found.group()})", text)


def colours_in(text: str) -> set[str]:
    """The colours that a text of CSS or SVG names, as #rrggbb."""
    return {"#" + variable(found).removeprefix("--c-") for found in COLOUR.findall(text)}


def dark_variables(colours: Iterable[str]) -> str:
    """The declarations that turn colours into those of the dark page."""
    return "".join(f"{variable(one)}:{on_dark(one)};" for one in sorted(colours))


def _linear(encoded: Floats) -> Floats:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _shown(linear: Floats) -> Floats:
    safe = linear.clip(0, None)
    return np.where(safe <= 0.0031308, 12.92 * safe, 1.055 * safe ** (1 / 2.4) - 0.055)
