"""What the controls of the desk are set to, and the framework that follows: one says the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cescore.definitions.model import Framework
from cescore.definitions.model.framework import MissingRules

Ends = tuple[float, float]  # worst, best
GENERALISED = "generalised_mean"
T = TypeVar("T")


@dataclass(frozen=True)
class Choices:
    """A setting of every control.

    Attributes
    ----------
    weights
        Of groups and scored indicators, relative within their group.
    ends
        Indicator -> (worst, best) in the year evaluated, of entities without ends of their own.
    left_out
        Indicators that take no part.
    normalisation
        Of all indicators; "" : as the framework has it, indicator by indicator.
    means
        Group, or the index -> (aggregation, power).
    missing
        The rules of `MissingRules` that are changed.
    """

    weights: Mapping[str, float]
    ends: Mapping[str, Ends] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    normalisation: str = ""
    means: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    missing: Mapping[str, str | float | bool] = field(default_factory=dict)

    @classmethod
    def of(cls, framework: Framework, year: int) -> Choices:
        """The setting that a framework stands for."""
        weights = {code: group.weight for code, group in framework.groups.items()}
        weights |= {i.code: i.weight for i in framework.scored()}
        ends = {
            i.code: (held.worst, held.best)
            for i in framework.scored()
            if (held := i.goalposts_in(year)) is not None
        }
        means = {framework.index.code: framework.mean_of("")}
        means |= {code: framework.mean_of(code) for code in framework.groups}
        missing = {name: getattr(framework.missing, name) for name in MissingRules.model_fields}
        uniform = all(i.normalisation is None for i in framework.scored())
        method = framework.normalisation if uniform else ""
        return cls(weights, ends, frozenset(), method, means, missing)

    def framework(self, base: Framework, year: int) -> Framework:
        """The framework of this setting, made of one by the changes that differ from it.

        Raises
        ------
        VariantError
            The setting makes no sense: nothing has a weight, ends are in the wrong order, …
        """
        before = Choices.of(base, year)
        framework = base
        if self.left_out:
            framework = framework.without(*sorted(self.left_out))
        kept = {*framework.groups, *(i.code for i in framework.scored())}
        weights = {c: w for c, w in _changed(self.weights, before.weights).items() if c in kept}
        if weights:
            framework = framework.with_weights(**weights)
        ends: dict[str, Any] = {
            c: pair for c, pair in _changed(self.ends, before.ends).items() if c in kept
        }
        if ends:
            framework = framework.with_goalposts(**ends)
        if self.normalisation and self.normalisation != before.normalisation:
            framework = framework.with_normalisation(self.normalisation)
        kept.add(base.index.code)
        for code, (mean, power) in _changed(self.means, before.means).items():
            if code in kept:
                power = power if mean == GENERALISED else 1.0
                framework = framework.with_aggregation(power=power, **{code: mean})
        rules = _changed(self.missing, before.missing)
        return framework.with_missing(**rules) if rules else framework


def _changed(now: Mapping[str, T], before: Mapping[str, T]) -> dict[str, T]:
    return {code: value for code, value in now.items() if before.get(code) != value}
