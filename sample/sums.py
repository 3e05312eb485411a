"""Firms added up by the body that holds them, year by year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sample.firms import T
from sample.frame import PARK_IDS, PARKS, TERRITORIES, Frame
from sample.table import Floats, rounded

Y = len(T)
NESTED, HOST = PARK_IDS.index("PK05"), PARK_IDS.index("PK01")
GX = TERRITORIES.index("2204GX")


def sums_by(cell: NDArray[np.int64], cells: int, valid: NDArray[np.bool_], x: Floats) -> Floats:
    """Sum over the firms of each cell and year; NaN where no firm of the cell has the variable."""
    inside = valid & (cell >= 0)[:, None]
    here = inside & ~np.isnan(x)
    result = np.empty((cells, Y))
    for year in range(Y):
        rows = here[:, year]
        count = np.bincount(cell[rows], minlength=cells)
        values = np.bincount(cell[rows], x[rows, year], minlength=cells)
        result[:, year] = np.where(count > 0, values, np.nan)
    return result


def fill_gaps(x: Floats) -> Floats:
    """Zero in the years in which a body has a flow in some other year: a firm came or left."""
    return np.where(np.isnan(x) & ~np.isnan(x).all(axis=1, keepdims=True), 0.0, x)


def membership(frame: Frame) -> NDArray[np.int64]:
    """Firm by year: its park's cell; firms recorded as moved sat in another park before (cases)."""
    number = frame.frame - frame.frame.min()
    now = np.where(frame.park >= 0, number * len(PARKS) + frame.park, -1)
    return np.repeat(now[:, None], Y, axis=1)


def sums_by_year(
    cells_by_year: NDArray[np.int64], cells: int, valid: NDArray[np.bool_], x: Floats
) -> Floats:
    """As `sums_by`, with a membership that may change from year to year."""
    columns = [
        sums_by(cells_by_year[:, y], cells, valid & (np.arange(Y) == y), x)[:, y] for y in range(Y)
    ]
    return np.stack(columns, axis=1)


def counts_by(member_of: NDArray[np.int64], cells: int, valid: NDArray[np.bool_]) -> Floats:
    """Firms in each cell and year."""
    ones = np.ones(valid.shape)
    return np.nan_to_num(sums_by_year(member_of, cells, valid, ones))


def add_filing(v: dict[str, Floats], q: Floats, rng: np.random.Generator, most: int) -> None:
    """How the return was filed and what inspections found."""
    shape = (len(q), Y)
    v["submission_on_time"] = np.ones(shape)
    v["edit_pass_rate"] = rounded(
        np.clip(95.5 + 1.8 * q + 0.35 * T + rng.normal(0, 0.6, size=shape), 82, 100), 1
    )
    found = np.minimum(rng.poisson(np.clip(4.5 - 1.5 * q, 0.5, 10) * np.ones(shape)), most)
    v["findings_total"] = found.astype(float)
    v["findings_closed"] = rng.binomial(
        found, np.clip(0.82 + 0.08 * q, 0.3, 1.0) * np.ones(shape)
    ).astype(float)
