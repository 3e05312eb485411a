"""The index under another choice of method, for all entities and many draws at once.

A `Variant` holds one year of one type. It answers for rows of draws, one number a row for each
thing that is uncertain, with the index of every entity; the framework's own choice gives its index.

References
----------
OECD/JRC Handbook (2008), step 7: alternative normalisations, weights and aggregations as sources
of uncertainty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Framework, Imputation, Indicator, Treatment
from cescore.method.column import Column, Flag, Panel
from cescore.method.index import outliers
from cescore.method.index.aggregate import method_named
from cescore.method.index.fitting import Fitted, fit, method_of
from cescore.method.index.missing import Scored, apply_missing_rules
from cescore.method.index.normalisations import (
    BY_CONSTANTS,
    BY_ORDER,
    ON_ENDS,
    ON_POSTS,
    by_constants,
    by_order,
    learn,
    on_ends,
)
from cescore.method.index.normalise import ends_in, normalise
from cescore.method.index.outranking import AMONG_ALL
from cescore.method.index.preparing import settle

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

AS_DEFINED = "as_defined"
LIFT = 0.01  # of the scale: the least score in a geometric mean that the framework does not ask for


@dataclass(frozen=True, eq=False)
class Draws:
    """What is drawn for each row; empty mappings leave everything as it is.

    Attributes
    ----------
    weights
        Indicator or group -> factor of its weight, (rows, 1).
    goalposts
        Indicator -> shifts of the worst and the best end, (rows, 2) [shares of the distance between
        them]; positive towards the best.
    estimates
        Indicator -> factor of the value, (rows, entities), 1 where a value is no estimate.
    settings
        Goalposts and estimates -> which setting of theirs each row takes, (rows,): rows that take
        the same score alike. A margin that is left as it is has none.
    """

    weights: Mapping[str, Floats]
    goalposts: Mapping[str, Floats]
    estimates: Mapping[str, Floats]
    settings: Mapping[str, Integers] = field(default_factory=dict)

    def apart(self, code: str) -> tuple[Integers, Integers] | None:
        """Of rows that score an indicator alike the first ones, and for each row its place among them.

        None where nothing that is drawn touches its scores: all rows score it alike.
        """
        touched = {"goalposts": code in self.goalposts, "estimates": code in self.estimates}
        return self._apart(tuple(name for name, is_touched in touched.items() if is_touched))

    @lru_cache(maxsize=4)  # noqa: B019 - of the few margins there are; draws live for one call
    def _apart(self, margins: tuple[str, ...]) -> tuple[Integers, Integers] | None:
        if not margins:
            return None
        taken = np.stack([self.settings[margin] for margin in margins])
        _, first, place = np.unique(taken, axis=1, return_index=True, return_inverse=True)
        return first, place.reshape(-1)


@dataclass(frozen=True, eq=False)
class Variant:
    """One type in one year; entities without an index in the evaluation are left out.

    Attributes
    ----------
    indicators
        A panel of one year, as computed, before gaps are filled.
    fitted
        The constants of the evaluation.
    learners
        The indicators of the reference set that ``fitted`` was learnt from, of the same year: what
        is learnt anew without a step is learnt from them too, so that the step alone makes the
        difference.
    whole
        Of a part, the variant that it is part of: what is learnt of all at hand is learnt there.
    """

    indicators: Panel
    framework: Framework
    fitted: Fitted
    learners: Panel
    whole: Variant | None = None

    def part(self, rows: Integers) -> Variant:
        """Some of the entities, each with the index that it has among all (rows of the panel)."""
        entities = self.indicators.entities
        some = self.indicators.only(entities[row] for row in rows.tolist())
        return replace(self, indicators=some, whole=self.whole or self)

    @cached_property
    def values(self) -> Panel:
        """Indicators with gaps filled, before outliers are treated."""
        fitted = self.fitted
        return settle(self.indicators, self.framework, fitted.constants, fitted.released_scores)

    def without(self, steps: Collection[str]) -> Variant:
        """The same without imputation or treatment of outliers; constants are learnt anew.

        Who takes part stays as it was decided with imputation: its entities have passed the
        screening, and what falls short of a least availability without the imputed values is not
        the step's effect.

        Parameters
        ----------
        steps
            imputation, treatment, or both.
        """
        framework = self.framework
        if "imputation" in steps:
            framework = _unscreened(_left_out(framework, {"imputation": Imputation()}))
        if "treatment" in steps:
            framework = _left_out(framework, {"treatment": Treatment()})
        fitted = fit(self.learners, framework, self.learners.years)
        return replace(self, framework=framework, fitted=fitted)

    def changed_by(self, step: str) -> int:
        """How many values the framework's imputation or treatment of outliers changes.

        Over the scored indicators with a weight: values filled in, or treated to another number.
        """
        scored = [i for i in self.framework.scored() if i.weight > 0]
        changed = 0
        for indicator in scored:
            column = self.values.column(indicator.code)
            if step == "imputation":
                before = self.indicators.column(indicator.code)
                changed += int((column.is_present & ~before.is_present).sum())
            else:
                values = column.values[column.is_present]
                changed += int((self._treat(indicator, values) != values).sum())
        return changed

    def estimated(self, code: str) -> NDArray[np.bool_]:
        """Which entities' values of an indicator are estimates, imputed ones included (entities,)."""
        column = self.values.column(code)
        mask: NDArray[np.bool_] = (column.is_present & (column.flags & Flag.ESTIMATED > 0))[:, 0]
        return mask

    def can_normalise(self, indicator: Indicator, method: str) -> bool:
        """Whether a method has what it needs for an indicator.

        Ends of every entity, above 0 for the distance to a target; for methods that look at the
        others, two values that differ.
        """
        if self.whole is not None:
            return self.whole.can_normalise(indicator, method)
        ends = self._ends(indicator.code)
        if method in ON_ENDS:
            return ends is not None and (method in ON_POSTS or bool((ends[1] > 0).all()))
        present = self._treated(indicator)
        return len(present) > 1 and float(np.ptp(present)) > 0

    def scored(self, not_reported: str) -> Scored:
        """The missing-data rules with another rule for what was not reported.

        ``not_reported`` is floor, exclude or propagate, or `AS_DEFINED` for the framework's own.
        """
        framework = self.framework
        if not_reported != AS_DEFINED:
            rules = framework.missing.model_copy(update={"not_reported": not_reported})
            framework = framework.model_copy(update={"missing": rules})
        scores = normalise(self.indicators, framework, self.fitted)
        return apply_missing_rules(scores, self.indicators, framework, self.fitted)

    def of_all(self, normalisations: Collection[str]) -> Iterator[bytes]:
        """All that an entity's index takes from others under these choices, as bytes."""
        yield repr(replace(self.fitted, distributions={})).encode()
        for indicator, choice in product(self.framework.scored(), normalisations):
            method = self.method(indicator.code, choice)
            yield repr((indicator.code, choice, method)).encode()
            if method not in ON_ENDS:
                learnt = self.learnt(indicator, method)
                yield learnt.tobytes() if isinstance(learnt, np.ndarray) else repr(learnt).encode()

    def index(
        self, draws: Draws, *, normalisation: str, aggregation: str, scored: Scored
    ) -> Floats:
        """The index (rows, entities) by one choice of methods, row by row of the draws [points].

        Parameters
        ----------
        draws
            The settings of the rows; one row where nothing is drawn.
        normalisation
            A method for all indicators, or `AS_DEFINED`; an indicator that it cannot be applied to
            keeps its own.
        aggregation
            A mean for all groups and the index, or `AS_DEFINED`. A geometric mean that the
            framework does not ask for takes scores below 1 % of the scale as 1 %: one floor would
            otherwise decide all.
        scored
            Who takes part, and which scores are the floor, see `scored`.
        """
        framework, scale = self.framework, self.framework.scale
        columns: dict[str, Floats] = {}
        weights: dict[str, Floats] = {}
        for indicator in framework.scored():
            code = indicator.code
            apart = draws.apart(code)
            scores = self._scores(
                indicator, normalisation, draws, None if apart is None else apart[0]
            )
            kept = scored.scores.column(code)
            floored = (kept.is_present & (scored.rule[code] == "floor"))[:, 0]
            scores = np.where(floored, scale.floor, scores)
            columns[code] = scores if apart is None or len(scores) == 1 else scores[apart[1]]
            weights[code] = scored.active[code][:, 0].astype(np.float64)
        for group in (*(g.code for g in framework.groups_bottom_up()), ""):
            own, power = framework.mean_of(group)
            members = [(code, weight) for code, weight in framework.members(group) if weight > 0]
            method = own if aggregation == AS_DEFINED else aggregation
            values = [columns[code] for code, _ in members]
            if method == "geometric_mean" and own != method:
                least = scale.floor + LIFT * (scale.top - scale.floor)
                values = [np.maximum(value, least) for value in values]
            factors = [weight * draws.weights.get(code, 1.0) for code, weight in members]
            shares_of = [f * weights[c] for f, (c, _) in zip(factors, members, strict=True)]
            columns[group] = self._whole(method, power, values, shares_of)
            weights[group] = np.logical_or.reduce([weights[code] > 0 for code, _ in members]) * 1.0
        return columns[""]

    def _whole(
        self, method: str, power: float, values: list[Floats], weights: list[Floats]
    ) -> Floats:
        """Members (rows, entities) to a group or the index."""
        if method not in AMONG_ALL:
            return method_named(method, power, self.framework.scale)(values, weights)
        arrays = np.broadcast_arrays(*values, *weights)
        shares = AMONG_ALL[method](np.array(arrays[: len(values)]), np.array(arrays[len(values) :]))
        return self.framework.scale.floor + shares * (
            self.framework.scale.top - self.framework.scale.floor
        )

    def _treated(self, indicator: Indicator) -> Floats:
        column = self.values.column(indicator.code)
        return self._treat(indicator, column.values[column.is_present])

    def _treat(self, indicator: Indicator, values: Floats) -> Floats:
        learnt = self.fitted.constants.get(indicator.code, {}).get(self.values.years[0], {})
        return outliers.apply(values, learnt, self.framework.treatment_of(indicator))

    def _scores(
        self, indicator: Indicator, normalisation: str, draws: Draws, rows: Integers | None
    ) -> Floats:
        """Each value's score in some rows (rows, entities), one row where nothing is drawn; by the
        indicator's own method where another cannot."""
        code = indicator.code
        method = self.method(code, normalisation)
        factors, shifts = draws.estimates.get(code), draws.goalposts.get(code)
        column: Column = self.values.column(code)
        values = column.values[:, 0] * (1.0 if factors is None else factors[rows])
        values = np.atleast_2d(self._treat(indicator, values))
        if method not in ON_ENDS:
            return self._relative(indicator, method, values)
        ends = self._ends(code)
        if ends is None:
            return np.full(values.shape, np.nan)
        worst, best = _shifted(*ends, None if shifts is None else shifts[rows], method)
        if method == "distance_to_target":  # a shift must not take the target away
            best = np.where(best > 0, best, ends[1])
        direction, scale = indicator.direction, self.framework.scale
        return on_ends(values, method, (worst, best), direction=direction, scale=scale)

    @lru_cache(maxsize=4096)  # noqa: B019 - a variant lives as long as one evaluation of it
    def method(self, code: str, normalisation: str) -> str:
        """What an indicator is scored by: the choice, or its own method where the choice cannot."""
        indicator = self.framework.indicators[code]
        own = method_of(indicator, self.framework)
        if normalisation in (AS_DEFINED, own) or not self.can_normalise(indicator, normalisation):
            return own
        return normalisation

    @lru_cache(maxsize=1024)  # noqa: B019 - likewise
    def _ends(self, code: str) -> tuple[Floats, Floats] | None:
        return ends_in(self.framework.indicators[code], self.values, self.values.years[0])

    def _relative(self, indicator: Indicator, method: str, values: Floats) -> Floats:
        """By what the reference set's values are in the evaluation: ends, mean and spread, or order."""
        direction, scale = indicator.direction, self.framework.scale
        learnt = self.learnt(indicator, method)
        if isinstance(learnt, np.ndarray):
            return by_order(values, method, learnt, direction=direction, scale=scale)
        return by_constants(values, method, learnt, direction=direction, scale=scale)

    def learnt(self, indicator: Indicator, method: str) -> Floats | Mapping[str, float]:
        """What a method of `BY_ORDER` or `BY_CONSTANTS` takes from others: all values in rising order,
        or constants. One that is not the framework's own learns from the entities at hand."""
        if self.whole is not None:
            return self.whole.learnt(indicator, method)
        year, is_own = self.values.years[0], method == method_of(indicator, self.framework)
        if method in BY_ORDER:
            known = self.fitted.distributions.get(indicator.code, {}) if is_own else {}
            return known[year] if year in known else np.sort(self._treated(indicator))
        constants = self.fitted.constants.get(indicator.code, {}).get(year, {})
        if not is_own or not set(BY_CONSTANTS[method][1]) <= set(constants):
            return learn(self._treated(indicator), method)
        return constants


def _left_out(framework: Framework, step: Mapping[str, Imputation | Treatment]) -> Framework:
    """A framework without a step, neither in general nor for an indicator."""
    indicators = {
        code: indicator.model_copy(update=dict.fromkeys(step))
        for code, indicator in framework.indicators.items()
    }
    return framework.model_copy(update={**step, "indicators": indicators})


def _unscreened(framework: Framework) -> Framework:
    """A framework that leaves nobody out for want of data, neither an entity nor a group of one."""
    nothing = {"screen_below": 0.0, "screen_nonzero_below": 0.0, "min_available": 0.0}
    groups = {c: g.model_copy(update={"min_available": None}) for c, g in framework.groups.items()}
    missing = framework.missing.model_copy(update=nothing)
    return framework.model_copy(update={"missing": missing, "groups": groups})


def _shifted(
    worst: Floats, best: Floats, shifts: Floats | None, method: str
) -> tuple[Floats, Floats]:
    """Goalposts moved by shares of the distance between them: (entities,) or (rows, entities).

    On a logarithmic scale the distance is that of the logarithms, so that an end stays above 0.
    """
    if shifts is None:
        return worst, best
    if method == "log_goalposts":
        moved = _shifted(np.log(worst), np.log(best), shifts, "goalposts")
        return np.exp(moved[0]), np.exp(moved[1])
    span = best - worst
    return worst + shifts[:, :1] * span, best + shifts[:, 1:] * span
