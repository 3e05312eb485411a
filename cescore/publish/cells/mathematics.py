"""Formulas in TeX as drawings inside the line: matplotlib sets them, nothing else need be installed.

It knows a part of TeX; what it does not know stays as written, and the caller is told.
"""

# mypy: allow-untyped-calls
# (matplotlib's text paths are not fully typed)
from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from cescore.publish.printing.fonts import SANS, register_with_matplotlib, uncovered

SIZE = 10.0  # of the drawing; the page scales it to the text around it
INK = "#1d2a33"
STYLES = re.compile(
    r"\\(?:displaystyle|textstyle|limits|nolimits|notag|nonumber)\b|\\(?:label|tag)\{[^}]*\}"
)
ROWS = {"equation", "align", "aligned", "gather", "gathered", "split", "multline"}
ENVIRONMENT = re.compile(
    r"\\begin\{(?P<name>[a-z]+)\*?\}(?P<body>.*)\\end\{(?P=name)\*?\}", re.DOTALL
)
SEGMENTS = {1: "M", 2: "L", 3: "Q", 4: "C"}
FIRST_HAN = "\u2e80"
CHINESE: Any = {  # settings of matplotlib
    "mathtext.fontset": "custom", "mathtext.fallback": "stix", "mathtext.rm": SANS,
    "mathtext.bf": f"{SANS}:bold", "mathtext.it": "STIXGeneral:italic",
    "mathtext.cal": SANS, "mathtext.sf": SANS, "mathtext.tt": SANS, "mathtext.bfit": SANS,
}  # fmt: skip
PLAIN: Any = {"mathtext.fontset": "stix"}
# names of TeX that matplotlib knows by another one only
SYNONYMS = {
    "le": "leq", "ge": "geq", "ne": "neq", "to": "rightarrow", "gets": "leftarrow",
    "iff": "Leftrightarrow", "implies": "Rightarrow", "land": "wedge", "lor": "vee",
    "tfrac": "frac", "lvert": "vert", "rvert": "vert", "lVert": "Vert", "rVert": "Vert",
}  # fmt: skip
COMMAND = re.compile(r"\\([A-Za-z]+)")
CLOSED = 79  # the code of a segment that closes its shape
# what LaTeX writes formulas between: $$ $$, $ $, \[ \], \( \), an environment
FORMULA = re.compile(
    r"\$\$(.+?)\$\$|(?<!\\)\$(.+?)(?<!\\)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)"
    r"|(\\begin\{([a-z]+\*?)\}.+?\\end\{\6\})",
    re.DOTALL,
)


class NotTypeset(ValueError):
    """A formula that cannot be set; the message is the formula."""


def formula_html(tex: str, *, is_block: bool = False) -> Markup:
    """The formula as an inline drawing, or lines of their own, with its TeX to be read out.

    Raises
    ------
    NotTypeset
        It uses something of TeX that matplotlib does not know.
    """
    rows = "".join(_drawn(row) for row in _rows(tex))
    return (
        Markup('<span class="formula">{}</span>').format(Markup(rows)) if is_block else Markup(rows)
    )


def latex_html(text: str) -> Markup:
    """Text with formulas in it, as an output in LaTeX has it.

    Raises
    ------
    NotTypeset
        See `formula_html`.
    """
    parts, end = [], 0
    for found in FORMULA.finditer(text):
        parts.append(escape(text[end : found.start()]))
        block, inline, bracketed, round_, environment, _ = found.groups()
        tex = block or inline or bracketed or round_ or environment
        parts.append(formula_html(tex, is_block=not (inline or round_)))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _rows(tex: str) -> list[str]:
    """The lines of a formula; an environment that only arranges lines is taken apart."""
    known = COMMAND.sub(lambda name: f"\\{SYNONYMS.get(name[1], name[1])}", tex)
    bare = STYLES.sub("", known).strip()
    whole = ENVIRONMENT.fullmatch(bare)
    if whole is None:
        return [" ".join(bare.split())]
    if whole["name"] not in ROWS:
        raise NotTypeset(bare)
    inner = re.split(r"\\\\", whole["body"].replace("&", " "))
    return [row for part in inner if part.strip() for row in _rows(part)]


@lru_cache(maxsize=256)
def _drawn(tex: str) -> str:
    """One line as SVG, its height and depth in ems."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath, text_to_path

    register_with_matplotlib()
    is_chinese = any(letter >= FIRST_HAN for letter in tex)
    if is_chinese and uncovered(tex):
        raise NotTypeset(tex)
    source = f"${tex}$"
    with mpl.rc_context(CHINESE if is_chinese else PLAIN):
        properties = FontProperties(size=SIZE)  # keeps the family of the context
        try:
            path = TextPath((0, 0), source, prop=properties)
            sizes = text_to_path.get_text_width_height_descent(source, properties, ismath=True)
        except (ValueError, RuntimeError) as error:
            raise NotTypeset(tex) from error
    width, height, depth = sizes
    style = f"width:{width / SIZE:.3f}em;height:{height / SIZE:.3f}em;vertical-align:{-depth / SIZE:.3f}em"
    return (
        f'<svg class="math" role="img" viewBox="0 {depth - height:.2f} {width:.2f} {height:.2f}"'
        f' style="{style}"><title>{escape(tex)}</title><path fill="{INK}" d="{_outline(path)}"/></svg>'
    )


def _outline(path: object) -> str:
    """A path in the words of SVG, whose y grows downwards."""
    parts = []
    for points, code in path.iter_segments():  # type: ignore[attr-defined]  # a matplotlib Path
        if code == CLOSED:
            parts.append("Z")
        else:
            pairs = zip(points[::2], points[1::2], strict=True)
            parts.append(SEGMENTS[int(code)] + " ".join(f"{x:.2f} {-y:.2f}" for x, y in pairs))
    return "".join(parts)
