"""What each indicator adds to the index, and what made the index change since last year.

Both are exact: contributions add up to the index, effects to its change, for any tree of
arithmetic, geometric and harmonic means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework
from cescore.method.aggregate import Aggregation
from cescore.method.column import Column
from cescore.method.missing import Scored
from cescore.method.weight import shares

Floats = NDArray[np.float64]

SMALLEST = 1e-100  # stands for a zero score where a mean needs its logarithm or reciprocal


@dataclass(frozen=True, eq=False)
class Change:
    """The change of the index since the year before, in points, by cause (entities, years).

    ``scores``: indicator -> what the change of its score did. ``weights``: indicator or group -> what
    the change of its share in its group did; shares change where members begin or cease to take
    part. All of them together are ``total``; NaN where either year has no index.
    """

    scores: Mapping[str, Floats]
    weights: Mapping[str, Floats]
    total: Floats

    def of(self, indicator: str) -> Floats:
        """Both effects of an indicator together."""
        return self.scores[indicator] + self.weights[indicator]


def contributions(scored: Scored, result: Aggregation, framework: Framework) -> dict[str, Floats]:
    """Points each indicator adds to the index; together the index, NaN where there is none.

    score × ∂index/∂score, which adds up because every mean doubles when its members do (Euler's
    theorem). In an arithmetic tree that is effective weight × score; in a geometric group a member
    adds share × group; in a harmonic one share × group² / score.
    """
    share = shares(framework, scored.active)
    values = _values(scored, result, framework)
    slope = {"": np.ones(result.index.shape)}
    for code in _top_down(framework):
        method = framework.groups[code].aggregation if code else framework.aggregation
        for member, _ in framework.members(code):
            slope[member] = slope[code] * _slope(
                method, share[member], values[member], values[code]
            )
    found = {i.code: _product(slope[i.code], values[i.code]) for i in framework.scored()}
    has_index = result.index.is_present
    return {code: np.where(has_index, value, np.nan) for code, value in found.items()}


def decompose_change(scored: Scored, result: Aggregation, framework: Framework) -> Change:
    """The change of the index since the year before, split over scores and shares without a rest.

    In each group the mean is M = g(Σ w·f(s)): f = s, ln s or 1/s. Then ΔM = L·Σ (w̄·Δf + (f̄ - φ̄)·Δw),
    with bars for the mean of the two years, φ = Σ w·f, and L = ΔM / Δφ: for the arithmetic mean L
    is 1; for the geometric one L is the logarithmic mean of M in both years, which is the additive
    LMDI split. A group's part goes to its members in proportion to what they did to it. A member
    that takes part in one year only has no change of score: what it did is the effect of its share.

    The first year of the panel, and a year without the one before, have no change (NaN).

    References
    ----------
    B. W. Ang, The LMDI approach to decomposition analysis, Energy Policy 33 (2005): additive form;
    a zero is replaced by a small number (here 1e-100).
    """
    years = result.groups.years if result.groups.columns else scored.scores.years
    before = np.array([years.index(y - 1) if y - 1 in years else -1 for y in years])
    share = shares(framework, scored.active)
    values = _values(scored, result, framework)
    chain = {"": np.ones(result.index.shape)}
    scores: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    for code in _top_down(framework):
        method = framework.groups[code].aggregation if code else framework.aggregation
        members = [member for member, _ in framework.members(code)]
        split = _split(method, members, share, values, code, before)
        for member in members:
            effect, slope, of_share = split[member]
            weights[member] = _product(chain[code], of_share)
            scores[member] = _product(chain[code], effect)
            chain[member] = _product(chain[code], slope)
    total = _since(result.index.values, before)
    kept = ~np.isnan(total)
    indicators = [i.code for i in framework.scored()]
    return Change(
        scores={code: np.where(kept, scores[code], np.nan) for code in indicators},
        weights={code: np.where(kept, value, np.nan) for code, value in weights.items()},
        total=total,
    )


Split = tuple[
    Floats, Floats, Floats
]  # effect of the member's change, the same per point, of its share


def _split(
    method: str,
    members: list[str],
    share: Mapping[str, Floats],
    values: Mapping[str, Floats],
    whole: str,
    before: NDArray[np.int64],
) -> dict[str, Split]:
    """The change of one group's mean over its members, each year against the year before."""
    old_w, new_w = ({m: s[:, b] for m, s in share.items()} for b in (before, slice(None)))
    old = {m: values[m][:, before] for m in members}
    new = {m: values[m] for m in members}
    old = {m: np.where(old_w[m] > 0, old[m], new[m]) for m in members}
    new = {m: np.where(new_w[m] > 0, new[m], old[m]) for m in members}
    f_old = {m: _transformed(method, old[m], old_w[m] + new_w[m]) for m in members}
    f_new = {m: _transformed(method, new[m], old_w[m] + new_w[m]) for m in members}
    phi_old = sum((old_w[m] * f_old[m] for m in members), start=np.zeros(share[members[0]].shape))
    phi_new = sum((new_w[m] * f_new[m] for m in members), start=np.zeros(share[members[0]].shape))
    mean = values[whole]
    secant = _ratio(mean - mean[:, before], phi_new - phi_old, _derivative(method, mean))
    found = {}
    for m in members:
        weight = (old_w[m] + new_w[m]) / 2
        effect = secant * weight * (f_new[m] - f_old[m])
        flat = secant * weight * _inner_derivative(method, new[m])
        slope = np.where(
            (old_w[m] > 0) & (new_w[m] > 0), _ratio(effect, new[m] - old[m], flat), 0.0
        )
        place = (f_old[m] + f_new[m] - phi_old - phi_new) / 2
        found[m] = (effect, slope, secant * place * (new_w[m] - old_w[m]))
    return found


def _values(scored: Scored, result: Aggregation, framework: Framework) -> dict[str, Floats]:
    """Scores, groups and index ("") as numbers."""
    columns: dict[str, Column] = {**scored.scores.columns, **result.groups.columns}
    return {"": result.index.values, **{code: column.values for code, column in columns.items()}}


def _top_down(framework: Framework) -> tuple[str, ...]:
    return ("", *reversed([group.code for group in framework.groups_bottom_up()]))


def _slope(method: str, share: Floats, member: Floats, mean: Floats) -> Floats:
    """∂mean/∂member; for a zero in a geometric or harmonic mean it is met by `SMALLEST`."""
    power = {"arithmetic_mean": 0, "geometric_mean": 1, "harmonic_mean": 2}[method]
    ratio = np.where(member == 0, 0.0, mean / np.where(member == 0, 1.0, member))
    return np.where(share > 0, share * ratio**power, 0.0)


def _transformed(method: str, values: Floats, weight: Floats) -> Floats:
    """f(s) of a mean; 0 for a member that takes part in neither year."""
    if method == "geometric_mean":
        values = np.log(np.maximum(values, SMALLEST))
    elif method == "harmonic_mean":
        values = 1 / np.maximum(values, SMALLEST)
    return np.where(weight > 0, values, 0.0)


def _derivative(method: str, mean: Floats) -> Floats:
    """d mean / d φ, where φ does not change."""
    if method == "arithmetic_mean":
        return np.ones(mean.shape)
    return mean if method == "geometric_mean" else -(mean**2)


def _inner_derivative(method: str, value: Floats) -> Floats:
    """d f / d s, where the member does not change."""
    if method == "arithmetic_mean":
        return np.ones(value.shape)
    least = np.maximum(value, SMALLEST)
    return 1 / least if method == "geometric_mean" else -1 / least**2


def _ratio(change: Floats, by: Floats, where_flat: Floats) -> Floats:
    flat = by == 0
    return np.where(flat, where_flat, change / np.where(flat, 1.0, by))


def _product(one: Floats, other: Floats) -> Floats:
    """A product in which 0 times nothing is 0: a member that does not count has no effect."""
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _since(values: Floats, before: NDArray[np.int64]) -> Floats:
    return np.where(before >= 0, values - values[:, before], np.nan)
