"""Movements of rank as a picture: a line for each of few entities, a dot for each of many."""

from __future__ import annotations

import numpy as np

from cescore.desk.explore.moves import Moves
from cescore.publish.charts.drawing import SMALL, Drawing
from cescore.publish.charts.style import FAINT, FIELD, INK, MAIN, QUIET, SECOND, SIGN, framed
from cescore.publish.fragment import Fragment
from cescore.publish.words import label

FEW = 40  # entities that get a line and a name each
NAMED = 8  # of many, how many of those that move most are named
ROW, TOP = 4.6, 9.0  # mm
LEFT, RIGHT = 62.0, 110.0  # mm: where ranks of both sides stand
WIDE, SQUARE = 172.0, 96.0


def moves_picture(moves: Moves, lang: str) -> Fragment:
    """The official ranking on the left and this one on the right; of many, one against the other."""
    ranked = np.flatnonzero(np.isfinite(moves.places_up))
    if not ranked.size or not moves.moved:
        return Fragment("")
    alt = label("explore.chart.alt", lang, moved=moves.moved, n=len(ranked))
    is_few = len(ranked) <= FEW
    drawing = _lines(moves, lang) if is_few else _dots(moves, lang)
    return framed(drawing.svg(alt), label(f"explore.chart.{'lines' if is_few else 'dots'}", lang))


def _lines(moves: Moves, lang: str) -> Drawing:
    """A line from rank to rank for each entity, those that win and lose in colour."""
    rows = [row for row in moves.by_rank(FEW) if np.isfinite(moves.places_up[row])]
    drawing = Drawing(WIDE, TOP + ROW * (max(_last(moves), len(rows)) + 0.6))
    drawing.text(LEFT, TOP - 5, label("explore.head.official", lang), anchor="end", colour=FAINT)
    drawing.text(RIGHT, TOP - 5, label("explore.head.here", lang), colour=FAINT)
    left, right = _spread(moves.official_rank[rows]), _spread(moves.rank[rows])
    for row, before, after in zip(rows, left, right, strict=True):
        up = moves.places_up[row]
        colour = MAIN if up > 0 else SIGN if up < 0 else FAINT
        y0, y1 = TOP + ROW * before, TOP + ROW * after
        drawing.line(
            [(LEFT + 2, y0 - 1), (RIGHT - 2, y1 - 1)], colour if up else QUIET, 1.6 if up else 0.9
        )
        name = moves.names[row]
        drawing.text(LEFT, y0, f"{name}  {moves.official_rank[row]:.0f}", anchor="end", size=SMALL)
        arrow = f"  {_arrow(up)}" if up else ""
        drawing.text(
            RIGHT,
            y1,
            f"{moves.rank[row]:.0f}  {name}{arrow}",
            size=SMALL,
            colour=colour if up else INK,
            bold=bool(up),
        )
    return drawing


def _dots(moves: Moves, lang: str) -> Drawing:
    """Each entity at its official rank (across) and its rank here (down); the diagonal: unmoved."""
    side, left, top = SQUARE - 12, 14.0, 6.0
    drawing = Drawing(WIDE, SQUARE)
    drawing.rect(left, top, side, side, FIELD)
    drawing.line([(left, top), (left + side, top + side)], QUIET, 0.8)
    most = max(_last(moves), 2)
    ranked = np.flatnonzero(np.isfinite(moves.places_up))
    scale = side / (most - 1)
    x = left + (moves.official_rank[ranked] - 1) * scale
    y = top + (moves.rank[ranked] - 1) * scale
    for up, colour in ((1, MAIN), (-1, SECOND), (0, FAINT)):
        chosen = np.sign(moves.places_up[ranked]) == up
        drawing.path(_points(x[chosen], y[chosen]), colour, 0.75)
    drawing.text(
        left,
        top + side + 4,
        f"1  {label('explore.head.official', lang)} →",
        size=SMALL,
        colour=FAINT,
    )
    drawing.text(left + side, top + side + 4, f"{most}", anchor="end", size=SMALL, colour=FAINT)
    drawing.text(left, top - 2, f"↓ {label('explore.head.here', lang)}", size=SMALL, colour=FAINT)
    for i, row in enumerate(moves.by_move(NAMED)):
        up = moves.places_up[row]
        if np.isfinite(up) and up:
            words = f"{_arrow(up)}  {moves.names[row]}  {moves.official_rank[row]:.0f} → {moves.rank[row]:.0f}"
            drawing.text(
                left + side + 6,
                top + 4 + i * ROW,
                words,
                size=SMALL,
                colour=MAIN if up > 0 else SIGN,
            )
    return drawing


def _points(x: np.ndarray, y: np.ndarray) -> str:
    """Small squares as one outline: ten thousand dots of their own would be slow to draw."""
    mm = 72 / 25.4
    return "".join(f"M{a:.1f} {b:.1f}h2v2h-2z" for a, b in zip(x * mm - 1, y * mm - 1, strict=True))


def _spread(ranks: np.ndarray) -> list[int]:
    """Rows on which ranks stand: a rank that is shared takes a row for each that shares it."""
    order = np.argsort(ranks, kind="stable")
    rows = [0] * len(ranks)
    for place, at in enumerate(order, start=1):
        rows[at] = place
    return rows


def _last(moves: Moves) -> int:
    both = np.concatenate([moves.rank, moves.official_rank])
    return int(np.nanmax(both))


def _arrow(up: float) -> str:
    return f"▲{up:.0f}" if up > 0 else f"▼{-up:.0f}"
