"""The cheapest moves that together bring a gain: how far to go along each of some ways.

Along one way the gain is made of straight pieces and steps. Where it only flattens, the best gain for
its price is taken first; else the pieces are put into a mixed-integer programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cescore.errors import MethodError, Sentence

FLAT = 1e-8  # points by which a piece may depart from a straight line
CLOSE = (
    1e-3  # points, of a gain that bends everywhere; and the share of the cost that is not proved
)
FINEST = 1e-7  # of a way: a shorter piece is a step
COARSE = 6  # points looked at first along a way
WITHIN = 0.4142135623730951  # where within a piece it is looked at, no round share of it
MOST = 80  # points looked at along a way that has no end of bends

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class GainCurve:
    """What a way brings and costs.

    Attributes
    ----------
    code
        Of what is moved.
    cost
        Of the whole way; a share of it costs that share.
    gains
        Share of the way [0-1] and what it gains there [points], by rising shares from (0, 0) on;
        straight lines between.
    is_exact
        Whether the lines are the gain itself, not an approach to it.
    """

    code: str
    cost: float
    gains: tuple[tuple[float, float], ...]
    is_exact: bool = True

    def at(self, share: float) -> float:
        """The gain at a share of the way [points]."""
        for (a, low), (b, high) in pairwise(self.gains):
            if share <= b:
                return low + (high - low) * (share - a) / (b - a)
        return self.gains[-1][1]

    @property
    def flattens(self) -> bool:
        """Whether no piece is steeper than the one before it."""
        slopes = [(high - low) / (b - a) for (a, low), (b, high) in pairwise(self.gains)]
        return all(later <= earlier + FLAT for earlier, later in pairwise(slopes))


class CurveSampler:
    """A curve looked at in some shares of its way, until the pieces between them are straight."""

    def __init__(self, code: str, cost: float, flat: float = FLAT) -> None:
        self.code, self.cost, self.flat = code, cost, flat
        self.gains: dict[float, float] = {0.0: 0.0}
        self.open = {(i / (COARSE - 1), (i + 1) / (COARSE - 1)) for i in range(COARSE - 1)}
        self.is_straight = True  # false where there was no end to looking

    def wanted(self) -> list[float]:
        """Shares to look at next: within each open piece one, and its ends."""
        asked = {share for a, b in self.open for share in (a, b, _within(a, b))}
        return sorted(asked - set(self.gains))

    def close(self) -> None:
        """Take the pieces for straight that are so, and part the others where they are bent."""
        still: set[tuple[float, float]] = set()
        for a, b in self.open:
            middle = _within(a, b)
            if abs(self._line(a, b, middle) - self.gains[middle]) <= self.flat or b - a <= FINEST:
                continue
            bend = self._bend(a, b)
            place = middle if bend is None else bend
            still |= {(a, place), (place, b)}
        if len(self.gains) > MOST:
            self.is_straight, still = not still, set()
        self.open = still

    def curve(self) -> GainCurve:
        """What was found, neighbouring pieces on one line joined."""
        shares = sorted(self.gains)
        kept = [shares[0], shares[1]]
        for b, c in pairwise(shares[1:]):
            a = kept[-2]
            if abs(self._line(a, c, b) - self.gains[b]) <= FLAT:
                kept[-1] = c
            else:
                kept.append(c)
        gains = tuple((share, self.gains[share]) for share in kept)
        return GainCurve(self.code, self.cost, gains, self.is_straight and self.flat == FLAT)

    def _line(self, a: float, b: float, share: float) -> float:
        low, high = self.gains[a], self.gains[b]
        return low + (high - low) * (share - a) / (b - a)

    def _bend(self, a: float, b: float) -> float | None:
        """Where the straight pieces on both sides would meet; None where they do not within."""
        shares = sorted(self.gains)
        left = [s for s in shares if s <= a][-2:]
        right = [s for s in shares if s >= b][:2]
        if len(left) < 2 or len(right) < 2:
            return None
        up = (self.gains[a] - self.gains[left[0]]) / (a - left[0])
        on = (self.gains[right[1]] - self.gains[b]) / (right[1] - b)
        if up == on:
            return None
        place = (self.gains[b] - self.gains[a] + up * a - on * b) / (up - on)
        return place if a + FINEST < place < b - FINEST else None


def sampled(
    code: str,
    cost: float,
    gains: Callable[[Sequence[float]], list[float]],
    *,
    is_bent: bool = False,
) -> GainCurve:
    """The curve of gains [points] that are known at every share of a way; many are asked for at once.

    ``is_bent``: it is nowhere straight, and lines that come close stand for it.
    """
    sampler = CurveSampler(code, cost, CLOSE if is_bent else FLAT)
    while sampler.open:
        shares = sampler.wanted()
        sampler.gains |= dict(zip(shares, gains(shares), strict=True))
        sampler.close()
    return sampler.curve()


def cheapest(curves: Sequence[GainCurve], wanted: float) -> dict[str, float] | None:
    """The shares of the ways that together gain what is wanted at least cost; None: none do.

    Gains are taken to add up. Ways that are not taken are left out.

    Parameters
    ----------
    wanted
        [points], above 0.

    Raises
    ------
    MethodError
        The programme could not be worked out.

    Examples
    --------
    >>> steep, flat = GainCurve("a", 2.0, ((0, 0), (1, 4))), GainCurve("b", 1.0, ((0, 0), (1, 1)))
    >>> cheapest([flat, steep], 3.0), cheapest([flat, steep], 4.5), cheapest([flat], 2.0)
    ({'a': 0.75}, {'a': 1.0, 'b': 0.5}, None)
    """
    rising = [curve for curve in curves if max(gain for _, gain in curve.gains) > FLAT]
    if all(curve.flattens for curve in rising):
        return _best_first(rising, wanted)
    return _programme(rising, wanted)


def _best_first(curves: Sequence[GainCurve], wanted: float) -> dict[str, float] | None:
    """The pieces that gain most for their price, one after the other."""
    pieces = [
        ((high - low) / (curve.cost * (b - a)), curve.code, b, a, high - low)
        for curve in curves
        for (a, low), (b, high) in pairwise(curve.gains)
        if high > low
    ]
    shares: dict[str, float] = {}
    lacking = wanted
    for _, code, b, a, gain in sorted(pieces, key=lambda piece: (-piece[0], piece[1], piece[2])):
        if gain >= lacking:
            return {**shares, code: a + (b - a) * lacking / gain}
        shares[code], lacking = float(b), lacking - gain
    return None


def _programme(curves: Sequence[GainCurve], wanted: float) -> dict[str, float] | None:
    """The same where a way may get steeper.

    min Σ cost·(a·z + (b-a)·t) over pieces [a, b] of each way, with z binary, at most one piece a
    way, 0 ≤ t ≤ z, and Σ gain(a)·z + (gain(b) - gain(a))·t ≥ wanted.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    pieces = [(curve, *piece) for curve in curves for piece in pairwise(curve.gains)]
    n = len(pieces)
    cost, gain = np.zeros(2 * n), np.zeros(2 * n)
    one_piece = np.zeros((len(curves), 2 * n))
    within = np.zeros((n, 2 * n))
    for i, (curve, (a, low), (b, high)) in enumerate(pieces):
        cost[i], cost[n + i] = curve.cost * a, curve.cost * (b - a)
        gain[i], gain[n + i] = low, high - low
        one_piece[curves.index(curve), i] = 1
        within[i, i], within[i, n + i] = -1, 1
    found = milp(
        cost,
        constraints=[
            LinearConstraint(gain[None, :], lb=wanted),
            LinearConstraint(one_piece, ub=1),
            LinearConstraint(within, ub=0),
        ],
        integrality=np.concatenate([np.ones(n), np.zeros(n)]),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0 if all(curve.is_exact for curve in curves) else CLOSE},
    )
    if found.status == 2:
        return None
    if found.x is None:
        raise MethodError(Sentence("no path could be worked out: {message}", message=found.message))
    shares: Mapping[str, float] = {
        curve.code: a + float(found.x[n + i]) * (b - a)
        for i, (curve, (a, _), (b, _)) in enumerate(pieces)
        if found.x[i] > 0.5
    }
    return {code: share for code, share in shares.items() if share > 0}


def _within(a: float, b: float) -> float:
    return a + WITHIN * (b - a)
