"""Draws of an earlier run, for entities that nothing has moved since: only the others are drawn again.

An entity's index under a row of the design is made from what it returned and from what all have in
common (`Design.origins`). Of a thousand entities one change moves one; the draws of the rest are read,
bit by bit the same. What is kept is asked for by its origin, never by time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cescore.method.index.row_hashes import SIZE
from cescore.method.uncertainty.design import Design

Floats = NDArray[np.float64]
Kept = dict[bytes, Floats]  # origin of an entity -> its index in each row of the design


def evaluated(design: Design, rows: Floats, draws: int, seed: int) -> Floats:
    """What `Design.evaluate` returns, with as much of it as can be taken from the design's pieces."""
    entities, pieces = design.variant.indicators.entities, design.pieces
    if pieces is None:
        return design.evaluate(rows, draws, seed)
    years = design.variant.indicators.years
    of_what = design.variant.framework.entity_type, years, design.margins, rows.shape, entities[0]
    name, origins = f"draws of {of_what}", design.origins(rows, draws, seed)
    before = pieces.piece(name)
    kept = _read(before, len(rows))
    moved = np.flatnonzero([origin not in kept for origin in origins])
    if len(moved) == len(entities):
        index = design.evaluate(rows, draws, seed)
    else:
        index = np.empty((len(rows), len(entities)))
        stays = np.flatnonzero([origin in kept for origin in origins])
        index[:, stays] = np.stack([kept[origins[i]] for i in stays], axis=1)
        if len(moved):
            index[:, moved] = design.evaluate(rows, draws, seed, moved)
        else:
            design.points(draws, seed)  # not used now, and yet to be kept for a run that draws
    now = b"".join(origins) + np.ascontiguousarray(index.T).tobytes()
    if now != before:
        pieces.keep_piece(name, now)
    return index


def _read(content: bytes | None, rows: int) -> Kept:
    """Origins, then for each its indices; nothing of a piece of another length."""
    each = SIZE + 8 * rows
    if not content or len(content) % each:
        return {}
    count = len(content) // each
    index = np.frombuffer(content, np.float64, offset=SIZE * count).reshape(count, rows)
    return {content[SIZE * i : SIZE * (i + 1)]: index[i] for i in range(count)}
