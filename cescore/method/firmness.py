"""What the draws say of an index and of a ranking: the results of `bands` and `robustness`.

They stand apart from what computes them: a report holds them, and its process loads no SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass

from cescore.definitions.model import Scale
from cescore.method.assessment import Assessment, grade_of_bands


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
    middle
        Of the index, 25 and 75 % of the draws [points]: a quarter of them lies beyond either end.
        `grade_firmness` asks for it; None in what leaves, which is told the grades there alone.
    """

    score_low: float
    score_high: float
    draws: int
    alternatives: tuple[AppliedAlternative, ...]
    rank_low: int | None = None
    rank_high: int | None = None
    ranked: int | None = None
    rank_alternatives: tuple[AppliedAlternative, ...] = ()
    middle: tuple[float, float] | None = None


@dataclass(frozen=True)
class GradeFirmness:
    """The grades that a total has at the ends of the middle half of the draws, worst first.

    Where they differ from the grade itself a quarter of the draws or more does not give it, and it is
    borderline; at the ends of the whole band most grades would be.
    """

    low_zh: str
    low_en: str
    high_zh: str
    high_en: str


def grade_firmness(
    assessed: Assessment, index: float | None, band: Band | None, scale: Scale
) -> GradeFirmness | None:
    """The grades at the ends of the middle half of the draws, all else as it is; None without a total
    that was graded by its points, or without draws.

    total(q) = total + w · 100 / (top - floor) · (q - index), with w the weight of the index in it.
    """
    weight = assessed.weights.get("index")
    if band is None or band.middle is None or index is None or assessed.total is None:
        return None
    if not weight or not assessed.graded or assessed.reason == "veto_standing":
        return None
    worth = 100 * weight / (scale.top - scale.floor)
    low, high = (
        grade_of_bands(assessed.total + worth * (end - index), assessed.bands)
        for end in band.middle
    )
    return GradeFirmness(low.zh, low.en, high.zh, high.en)


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
