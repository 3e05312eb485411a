"""What the draws say of an index and of a ranking: the results of `bands` and `robustness`.

They stand apart from what computes them: a report holds them, and its process loads no SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AppliedAlternative:
    """A choice that was varied, and in what share of the draws [0-1].

    ``source`` is one of `margins.SOURCES`, ``name`` the alternative or the margin as ± %.
    """

    source: str
    name: str
    share_of_draws: float


@dataclass(frozen=True)
class Band:
    """5-95 % of the draws for one entity; rank fields are None where the entity is not ranked.

    Attributes
    ----------
    score_low, score_high
        Of the index [points on the framework's scale].
    draws
        How many the quantiles are of.
    alternatives, rank_alternatives
        Each choice that was really applied to the score, and to the rank.
    rank_low, rank_high
        Best and worst rank of the band [1 is the best].
    ranked
        Among how many the ranks are taken.
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

    Attributes
    ----------
    source
        One of `margins.SOURCES`.
    first
        By itself [share of the variance]; an estimate, which noise can put slightly below 0.
    total
        With all it acts together with; the totals of all sources can add up to more than 1.
    """

    source: str
    first: float
    total: float


@dataclass(frozen=True)
class MeasuredShare(SourceShare):
    """The same with the half-widths of 95 % bootstrap intervals [shares of the variance]."""

    first_half_width: float
    total_half_width: float


@dataclass(frozen=True)
class WithoutOne:
    """The index without one indicator.

    Attributes
    ----------
    mean_rank_shift
        Mean absolute shift of rank over all entities [ranks].
    mean_index_shift
        Mean absolute shift of the index [points]; NaN where no entity keeps one.
    """

    indicator: str
    mean_rank_shift: float
    mean_index_shift: float
