"""What the draws say of an index and of a ranking: the results of `bands` and `robustness`.

They stand apart from what computes them: a report holds them, and its process loads no SciPy.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from cescore.definitions.model import Scale
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.grades import grade_of_bands
from cescore.method.grading.parts import worth_of_index

ShareOfDraws = Literal["three_quarters", "half", "quarter", ""]
SHARES: dict[ShareOfDraws, float] = {"three_quarters": 0.75, "half": 0.5, "quarter": 0.25}
NAMED = 2  # other grades that a step is about
LEAST_NAMED = 0.05  # of the draws: what fewer give lies beyond the band that is printed beside it


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
    percentiles
        Of the index, 1 to 99 % of the draws, rising [points]. `grade_firmness` asks for them; None in
        what leaves, which is told other grades and a step of how many draws give them alone.
    """

    score_low: float
    score_high: float
    draws: int
    alternatives: tuple[AppliedAlternative, ...]
    rank_low: int | None = None
    rank_high: int | None = None
    ranked: int | None = None
    rank_alternatives: tuple[AppliedAlternative, ...] = ()
    percentiles: tuple[float, ...] | None = None


@dataclass(frozen=True)
class GradeFirmness:
    """How many of the draws give a total another grade than its own, and which, worse one first.

    Attributes
    ----------
    low_zh, low_en, high_zh, high_en
        The other grades, twice the same where it is one; the own one where the grade is firm.
    step
        The largest of `SHARES` that the draws with these grades reach: the grade is borderline;
        "" where it is firm. Steps, since each draw that could be counted tells of the index.
    """

    low_zh: str
    low_en: str
    high_zh: str
    high_en: str
    step: ShareOfDraws = ""


def grade_firmness(
    assessed: Assessment, index: float | None, band: Band | None, scale: Scale
) -> GradeFirmness | None:
    """Which other grades the draws give, all else as it is; None without a total that was graded by
    its points, or without draws.

    total(q) = total + worth · (q - index), with the worth of `parts.worth_of_index` and q each
    percentile of the draws. The grades given most often are named, no more than the step needs, and none
    that less than a twentieth of the draws give.
    """
    worth = worth_of_index(assessed.weights, scale)
    if band is None or not band.percentiles or index is None or assessed.total is None:
        return None
    if worth is None or not assessed.graded or assessed.reason == "veto_standing":
        return None
    drawn = [
        grade_of_bands(assessed.total + worth * (q - index), assessed.bands)
        for q in band.percentiles
    ]
    own = grade_of_bands(assessed.total, assessed.bands)
    others = Counter(grade for grade in drawn if grade != own).most_common(NAMED)
    given = [(grade, n) for grade, n in others if n >= LEAST_NAMED * len(drawn)]
    shares = [n / len(drawn) for n in accumulate(n for _, n in given)]
    for step, least in SHARES.items():
        enough = next((i for i, share in enumerate(shares) if share >= least), None)
        if enough is not None:
            named = sorted((grade for grade, _ in given[: enough + 1]), key=lambda g: g.least)
            low, high = named[0], named[-1]
            return GradeFirmness(low.zh, low.en, high.zh, high.en, step)
    return GradeFirmness(own.zh, own.en, own.zh, own.en)


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
