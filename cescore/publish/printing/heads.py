"""Where the head of a column breaks: Chinese between words, which have no blanks between them.

Most Chinese words have two characters; a run is taken in twos, and a third left over stays with the
last two, so that no single character stands on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from cescore.publish.printing.measure import width_of
from cescore.publish.printing.widths import HEAD, PADDING, SWATCH

WIDE_HEAD, WIDE_PADDING = 7.0, 0.8  # pt and mm, of tables of the kind "wide"
SWATCHED = re.compile(r"(<i class=\"sw[^>]*></i>\s*)?([^<]*)", re.DOTALL)
RUN = re.compile(r"\d[\d.,]*年?|[\u4e00-\u9fff]+|\s+|[^\u4e00-\u9fff\d\s]+")
OPENING = "（(“《["


def broken(head: object, width: float, *, is_wide: bool = False) -> object:
    """A head that fits its column of so many millimetres, in lines where it needs several.

    One without Chinese, with other markup or of a word that is wider than the column stays as it is.
    """
    markup = str(head)
    found = SWATCHED.fullmatch(markup)
    if found is None or not re.search("[\u4e00-\u9fff]", markup):
        return head
    swatch, text = found[1] or "", found[2].strip()
    size, padding = (WIDE_HEAD, WIDE_PADDING) if is_wide else (HEAD, PADDING)
    room = width - padding - (SWATCH if swatch else 0.0)
    lines = _lines(text, room, size)
    if len(lines) < 2:
        return head
    return Markup(swatch) + Markup("<br>").join(lines)


def _lines(text: str, room: float, size: float) -> list[str]:
    """As few lines as hold the pieces; none where a piece is wider than the room."""
    lines = [""]
    for piece in pieces(text):
        if _width(lines[-1] + piece, size) <= room:
            lines[-1] += piece
        elif _width(piece, size) > room:
            return []
        else:
            lines.append(piece.lstrip())
    return lines


def _width(text: str, size: float) -> float:
    return width_of(text.strip(), size, bold=True)


def pieces(text: str) -> list[str]:
    """What is not broken within: words of two or three characters, figures, and what is not Chinese;
    brackets stay with what they hold.

    Examples
    --------
    >>> pieces("变动贡献"), pieces("2020年水平"), pieces("综合利用率（%）")
    (['变动', '贡献'], ['2020年', '水平'], ['综合', '利用率', '（%）'])
    >>> pieces("（等价值）（万元/吨）")
    ['（等价值）', '（万元/', '吨）']
    """
    found: list[str] = []
    opened = ""
    for run in RUN.findall(text):
        for piece in _of_run(run):
            if piece[-1] in OPENING:
                opened += piece
            elif opened or not found or _stands_alone(piece):
                found.append(opened + piece)
                opened = ""
            else:
                found[-1] += piece
    return [*found, opened] if opened else found


def _stands_alone(piece: str) -> bool:
    """Whether a line may begin with it: no closing sign, no blank."""
    return piece[0].isalnum()


def _of_run(run: str) -> Iterator[str]:
    """A run of Chinese in twos, the last of an odd one a three; any other but for a bracket whole."""
    if not "\u4e00" <= run[0] <= "\u9fff":
        yield from filter(None, re.split(r"(?=[（(“《\[])|(?<=[（(“《\[])", run))
        return
    last = len(run) - 3 if len(run) % 2 and len(run) > 2 else len(run)
    yield from (run[i : i + 2] for i in range(0, last, 2))
    if last < len(run):
        yield run[last:]
