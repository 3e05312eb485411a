"""The ranking as a table and a sentence: where each stands, and where the official setting has it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cescore.desk.explore.moves import Moves
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import DASH, PrintedNumber, number, signed
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.words import label

Bands = Mapping[str, tuple[int, int]]  # entity -> best and worst rank of its band
UP, DOWN = "▲", "▼"


def moves_table(moves: Moves, rows: np.ndarray, lang: str, bands: Bands | None = None) -> Fragment:
    """Rank, official rank and their difference, index, official index and theirs, row by row."""
    columns = [
        _column("rank", 8, lang, "text"), _column("official_rank", 9, lang), _column("move", 9, lang),
        _column("entity", 36, lang, "text"), _column("index", 12, lang),
        _column("official_index", 13, lang), _column("difference", 13, lang),
    ]  # fmt: skip
    if bands is not None:
        columns.append(_column("band", 12, lang, "mid"))
    lines = [_line(moves, int(row), bands) for row in rows]
    name = label("explore.ranking", lang)
    table = Table(columns, lines, name=name, kind="ranking")
    below = label("explore.shown", lang, shown=len(lines), n=len(moves.entities))
    return Fragment.join([table.fragment(), paragraph(below)])


def summary(moves: Moves, lang: str) -> str:
    """How far the ranking is from the official one, in a sentence."""
    n = int(np.isfinite(moves.places_up).sum())
    if not n:
        return label("explore.no_ranks", lang)
    if not moves.moved:
        return label("explore.unmoved", lang, n=n)
    up, down = np.nanargmax(moves.places_up), np.nanargmin(moves.places_up)
    agreement = moves.agreement
    return label(
        "explore.moved", lang, n=n, moved=moves.moved, mean=number(moves.mean_shift, 1),
        up=moves.names[up], up_by=f"{max(moves.places_up[up], 0):.0f}",
        down=moves.names[down], down_by=f"{max(-moves.places_up[down], 0):.0f}",
        agreement=DASH if np.isnan(agreement) else number(agreement, 3),
    )  # fmt: skip


def _line(moves: Moves, row: int, bands: Bands | None) -> Row:
    up = moves.places_up[row]
    cells: list[object] = [
        _whole(moves.rank[row]), _whole(moves.official_rank[row]), _move(up), moves.names[row],
        _points(moves.index[row]), _points(moves.official[row]), _points(moves.difference[row], is_signed=True),
    ]  # fmt: skip
    if bands is not None:
        band = bands.get(moves.entities[row])
        cells.append(DASH if band is None else f"{band[0]}–{band[1]}")
    return Row(cells, "" if not np.isfinite(up) or not up else "up" if up > 0 else "down")


def _column(name: str, width: float, lang: str, kind: str = "num") -> TableColumn:
    return TableColumn(label(f"explore.head.{name}", lang), width, kind, name)


def _whole(rank: float) -> PrintedNumber:
    return PrintedNumber.of(DASH, None) if np.isnan(rank) else number(float(rank), 0)


def _points(value: float, *, is_signed: bool = False) -> PrintedNumber:
    if np.isnan(value):
        return PrintedNumber.of(DASH, None)
    return signed(float(value), 2) if is_signed else number(float(value), 2)


def _move(up: float) -> PrintedNumber:
    if np.isnan(up):
        return PrintedNumber.of(DASH, None)
    text = f"{UP}{up:.0f}" if up > 0 else f"{DOWN}{-up:.0f}" if up < 0 else "0"
    return PrintedNumber.of(text, float(up))
