"""What may be varied in an index, how far, and what of it was really applied."""

from __future__ import annotations

from dataclasses import dataclass

SOURCES = (
    *("weights", "normalisation", "aggregation", "missing", "goalposts", "estimates"),
    *("imputation", "treatment"),
)
CHOICES = ("normalisation", "aggregation", "missing", "imputation", "treatment")
STEPS = ("imputation", "treatment")  # done to the values before they are scored


@dataclass(frozen=True)
class Margins:
    """What is varied, and how far; a margin of 0 or a single alternative switches a source off.

    All of it is ours [P]: no source prescribes a half-width.

    Attributes
    ----------
    weights, goalposts, estimates
        Uniform, ± a share of the weight, of the distance between worst and best (each end by
        itself), of the estimated value [shares].
    normalisation, aggregation, missing
        Names of alternatives to the framework's own choice; one that is its own is not counted
        twice.
    imputation, treatment
        Imputation, and treatment of outliers, are left out in some draws, where the framework has
        them.
    """

    weights: float = 0.25
    goalposts: float = 0.10
    estimates: float = 0.10
    normalisation: tuple[str, ...] = ("goalposts", "distance_to_target", "min_max")
    aggregation: tuple[str, ...] = ("arithmetic_mean", "geometric_mean")
    missing: tuple[str, ...] = ("floor", "exclude")
    imputation: tuple[str, ...] = ("none",)
    treatment: tuple[str, ...] = ("none",)


@dataclass(frozen=True)
class Alternative:
    """One choice or margin: whether it was really applied, to how much, and if not, why.

    Attributes
    ----------
    source
        One of `SOURCES`.
    name
        The alternative, ``as_defined: …`` for the framework's own, or the margin as ± %.
    share_of_draws
        Share of the rows that took it [0-1]; 1 for a margin that was applied.
    values
        Weights, indicators or values it touches.
    note
        Indicators it cannot be applied to, or why it is not applied; "" where neither.
    """

    source: str
    name: str
    is_applied: bool
    share_of_draws: float
    values: int
    note: str = ""
