"""What the draws say of an index and of a ranking: the results of `bands` and `robustness`.

They stand apart from what computes them: a report holds them, and its process loads no SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AppliedAlternative:
    """A choice that was varied, and in what share of the draws."""

    source: str  # weights, normalisation, aggregation, missing, goalposts, estimates
    name: str
    share_of_draws: float


@dataclass(frozen=True)
class Band:
    """5-95 % of the draws for one entity; rank fields are None where the entity is not ranked.

    ``alternatives`` lists each choice that was really applied to the score, ``rank_alternatives`` to
    the rank.
    """

    score_low: float
    score_high: float
    draws: int
    alternatives: tuple[AppliedAlternative, ...]
    rank_low: int | None = None
    rank_high: int | None = None
    ranked: int | None = None
    rank_alternatives: tuple[AppliedAlternative, ...] = ()


@dataclass(frozen=True)
class SourceShare:
    """Sobol indices of one source: its share of the variance of the mean shift of rank.

    ``first``: by itself; ``total``: with all it acts together with.
    """

    source: str
    first: float
    total: float


@dataclass(frozen=True)
class MeasuredShare(SourceShare):
    """The same with the half-widths of 95 % bootstrap intervals."""

    first_half_width: float
    total_half_width: float


@dataclass(frozen=True)
class WithoutOne:
    """The index without one indicator: mean absolute shift of rank, and of the index in points."""

    indicator: str
    mean_rank_shift: float
    mean_index_shift: float
