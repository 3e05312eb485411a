"""Values against peers of their own size, where they look like a wrong unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cescore.intake.checks.changes import (
    Bools,
    Floats,
    Rows,
    YearComparison,
    among,
    strata,
    value_finding,
)
from cescore.intake.findings import Finding
from cescore.intake.wording import code as named_code
from cescore.method.editing.historical_ratio import row_quantile

NEAR = 0.3  # of a power of ten: how near a distance must come to one
CONSISTENT = 1.4826  # median absolute deviations to a standard deviation, of normal values


def check_peers(part: YearComparison, size: Floats) -> Iterator[Finding]:
    r"""Figures per unit of size that are a power of ten away from their peers', year by year.

    With x = log10(value / size), its median m over the industry (or the type) and the median absolute
    deviation d: told where \|x - m\| > spread · 1.4826 · d and x - m is within 0.3 of a power from
    ``least_power`` on. What stands so to last year's own value is told as that.

    Parameters
    ----------
    size
        The size of each entity (entities, years), NaN where it is not known.
    """
    rule, asked = part.rules.peers, part.present & ~part.is_count
    asked[:, :, 1:] &= part.powers == 0
    known, x = part.present & (size > 0), np.full_like(part.values, np.nan)
    with np.errstate(all="ignore"):
        x[known] = np.log10((part.values / size)[known])
    x[~np.isfinite(x)] = np.nan
    for name, rows in strata(part.cube, rule.least_n).items():
        for y in range(x.shape[2]):
            yield from _far(part, (name, rows, y), x[:, rows, y], asked[:, rows, y])


def _far(
    part: YearComparison, at: tuple[str, Rows, int], x: Floats, asked: Bools
) -> Iterator[Finding]:
    (name, rows, y), rule, cube = at, part.rules.peers, part.cube
    some = np.flatnonzero(np.isfinite(x).sum(axis=1) >= rule.least_n)
    x, asked = x[some], asked[some]
    median = row_quantile(x, 0.5)
    deviation = CONSISTENT * row_quantile(np.abs(x - median), 0.5)
    with np.errstate(invalid="ignore"):
        distance = x - median
        power = np.nan_to_num(np.round(distance)).astype(np.int64)
        far = np.abs(distance) > rule.spread * np.maximum(deviation, NEAR / rule.spread)
        near = np.abs(distance - power) <= NEAR
    told = far & near & asked & (np.abs(power) >= rule.least_power)
    for v, i in np.argwhere(told).tolist():
        code = rule.size[cube.entities[0].entity_type]
        finding = value_finding(
            "unit_slip",
            cube,
            (part.first + int(some[v]), int(rows[i]), y),
            now=float(part.values[some[v], rows[i], y]),
            per_size=float(10 ** x[v, i]),
            magnitude=round(float(median[v, 0])),  # no closer: of an odd number it is one's own
            power=int(power[v, i]),
            meant=float(part.values[some[v], rows[i], y] / 10.0 ** power[v, i]),
            size=named_code(code),
            n=int(np.isfinite(x[v]).sum()),
            among=among(cube, name),
        )
        yield replace(finding, kind="peer_slip")
