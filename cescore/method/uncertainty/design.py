"""What is uncertain in an index, and the index for every row of a design of draws.

Each source of uncertainty takes one number in 0-1 per row: a choice takes the alternative it
falls on, a margin one of as many settings as there are draws. All the weights of one draw are
thus one source with one Sobol index, as are all its goalposts and all its estimates.

References
----------
OECD/JRC Handbook (2008), step 7; A. Saltelli et al., Comput. Phys. Commun. 181 (2010): the design
of rows that the indices are estimated from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Indicator
from cescore.method.index.fitting import method_of
from cescore.method.index.missing import Scored
from cescore.method.index.normalisations import ON_ENDS
from cescore.method.index.outranking import AMONG_ALL
from cescore.method.index.row_hashes import SIZE, row_hashes
from cescore.method.uncertainty.alternatives import AS_DEFINED, Draws, Variant
from cescore.method.uncertainty.margins import CHOICES, SOURCES, STEPS, Alternative, Margins
from cescore.method.uncertainty.sequences import Pieces, quasi_random

Floats = NDArray[np.float64]

ROWS_AT_ONCE = 128


@dataclass(frozen=True, eq=False)
class Design:
    """What can vary for one type and year, and how a row of numbers in 0-1 chooses among it.

    Attributes
    ----------
    variant
        The type's one year, which answers for any choice and settings.
    margins
        What was asked to vary, and how far. What cannot vary here (a step the framework does not
        have, weights of a group of one) is no source, and `applied` says why.
    pieces
        Where points are kept from run to run; None: they are made.
    """

    variant: Variant
    margins: Margins
    pieces: Pieces | None = None

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The sources that really vary here, in the order of the columns of a row.

        A choice varies with two alternatives or more, a margin above 0 with at least one value it
        touches.
        """
        return tuple(source for source in SOURCES if self._varies(source))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Indicators and groups whose weight matters: those that share their group with another."""
        parents = ("", *self.variant.framework.groups)
        of_parent = [[c for c, w in self.variant.framework.members(p) if w > 0] for p in parents]
        return tuple(code for codes in of_parent if len(codes) > 1 for code in codes)

    @cached_property
    def on_goalposts(self) -> tuple[str, ...]:
        """Indicators that are scored between goalposts, or to a target, in some draws at least.

        Those whose own method stands on ends; all that have ends, where such a method is an
        alternative.
        """
        can = [i for i in self._scored if self.variant.can_normalise(i, "goalposts")]
        own = [i for i in can if method_of(i, self.variant.framework) in ON_ENDS]
        is_alternative = any(method in ON_ENDS for method in self.choices["normalisation"])
        return tuple(i.code for i in (can if is_alternative else own))

    @cached_property
    def estimated(self) -> Mapping[str, NDArray[np.bool_]]:
        """Which entities' values are estimates, by indicator; those without any are left out."""
        masks = {i.code: self.variant.estimated(i.code) for i in self._scored}
        return {code: mask for code, mask in masks.items() if mask.any()}

    @cached_property
    def places_of_estimates(self) -> Mapping[str, NDArray[np.int64]]:
        """Which of all estimates each entity's value is, by indicator (entities,); -1 where it is none."""
        counts, places = 0, {}
        for code, mask in self.estimated.items():
            places[code] = np.where(mask, counts + np.cumsum(mask) - 1, -1)
            counts += int(mask.sum())
        return places

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The alternatives of each choice that can be applied, the framework's own first.

        A normalisation counts where it changes how at least one indicator is scored; another rule
        for missing values where some value that applies was not reported; leaving out imputation or
        treatment where the framework has the step, it changed a value this year, and constants are
        not learnt of all years together.
        """
        asked = {source: self._asked(source) for source in CHOICES}
        return {
            "normalisation": (AS_DEFINED, *filter(self._normalises, asked["normalisation"])),
            "aggregation": (AS_DEFINED, *asked["aggregation"]),
            "missing": (AS_DEFINED, *(asked["missing"] if self._gaps else ())),
            **{step: (AS_DEFINED, *(asked[step] if self._uses(step) else ())) for step in STEPS},
        }

    def evaluate(
        self, rows: Floats, draws: int, seed: int, some: NDArray[np.int64] | None = None
    ) -> Floats:
        """The index of every entity for every row of a design.

        Rows with the same choices are computed together, `ROWS_AT_ONCE` at a time.

        Parameters
        ----------
        rows
            Numbers in 0-1, (rows, sources) in the order of `sources`.
        draws
            How many settings each margin has; a row takes the one its number falls on.
        seed
            Of the settings; equal arguments give equal indices.
        some
            The entities that are asked for, by their rows in the panel; None: all.

        Returns
        -------
        array
            (rows, entities) [points]; NaN where a choice leaves an entity without an index.
        """
        chosen = {source: self._chosen(source, rows) for source in CHOICES}
        drawn = self._draws(rows, draws, seed, some)
        of_all = len(self.variant.indicators.entities)
        index = np.full((len(rows), of_all if some is None else len(some)), np.nan)

        @cache
        def variant_of(*steps: str) -> Variant:
            variant = self._variant(*steps)
            return variant if some is None else variant.part(some)

        @cache
        def scored_by(rule: str, *steps: str) -> Scored:
            return variant_of(*steps).scored(rule)

        for names in product(*(self.choices[source] for source in CHOICES)):
            normalisation, aggregation, rule, *steps = names
            alike = [
                chosen[s] == self.choices[s].index(n) for s, n in zip(CHOICES, names, strict=True)
            ]
            positions = np.flatnonzero(np.logical_and.reduce(alike))
            if not len(positions):
                continue
            for start in range(0, len(positions), ROWS_AT_ONCE):
                portion = positions[start : start + ROWS_AT_ONCE]
                index[portion] = variant_of(*steps).index(
                    drawn.of(portion),
                    normalisation=normalisation,
                    aggregation=aggregation,
                    scored=scored_by(rule, *steps),
                )
        return index

    def applied(self, rows: Floats) -> tuple[Alternative, ...]:
        """Every alternative asked for: what it was applied to in these rows, or why it was not.

        Parameters
        ----------
        rows
            (rows, sources), as for `evaluate`; shares of draws are counted over them.
        """
        posts = len(self.on_goalposts)
        return (
            self._margin("weights", len(self.members), "no group has two members"),
            *(
                line
                for source in CHOICES
                if self._has(source)
                for line in self._choice(source, rows)
            ),
            self._margin("goalposts", posts, "no indicator stands on goalposts"),
            self._margin("estimates", self._estimates, "no value is an estimate"),
        )

    @cached_property
    def _scored(self) -> tuple[Indicator, ...]:
        return tuple(i for i in self.variant.framework.scored() if i.weight > 0)

    @lru_cache(maxsize=16)  # noqa: B019 - a design lives as long as one evaluation of it
    def _variant(self, imputation: str, treatment: str) -> Variant:
        """The variant with or without the steps that the framework has."""
        left_out = [
            step
            for step, name in zip(STEPS, (imputation, treatment), strict=True)
            if name == "none"
        ]
        return self.variant.without(left_out) if left_out else self.variant

    def _has(self, source: str) -> bool:
        """Whether the framework has a step at all; every other choice it has."""
        return source not in STEPS or self._own(source) != {"none"}

    def _uses(self, step: str) -> bool:
        """Whether the framework has a step, and did something by it this year."""
        if self.variant.framework.observed_over == "all_years" or not self._asked(step):
            return False
        return self.variant.changed_by(step) > 0

    @cached_property
    def _gaps(self) -> int:
        """Values that apply and were not reported."""
        scored = self.variant.scored(AS_DEFINED)
        return sum(int((scored.reason[i.code] == "not_reported").sum()) for i in self._scored)

    @cached_property
    def _estimates(self) -> int:
        return sum(int(mask.sum()) for mask in self.estimated.values())

    def _varies(self, source: str) -> bool:
        if source in CHOICES:
            return len(self.choices[source]) > 1
        sizes = {
            "weights": len(self.members),
            "goalposts": len(self.on_goalposts),
            "estimates": self._estimates,
        }
        margin: float = getattr(self.margins, source)
        return sizes[source] > 0 and margin > 0

    def _own(self, source: str) -> set[str]:
        """What the framework itself does."""
        framework = self.variant.framework
        if source == "normalisation":
            return {method_of(i, framework) for i in self._scored}
        if source == "missing":
            return {framework.missing.not_reported}
        if source == "imputation":
            return {framework.imputation_of(i).method for i in self._scored}
        if source == "treatment":
            return {framework.treatment_of(i).method for i in self._scored}
        return {framework.aggregation, *(g.aggregation for g in framework.groups.values())}

    def _asked(self, source: str) -> tuple[str, ...]:
        """The alternatives asked for that are not just what the framework does."""
        asked: Sequence[str] = getattr(self.margins, source)
        return tuple(name for name in asked if {name} != self._own(source))

    def _normalises(self, method: str) -> bool:
        """Whether a method changes how at least one indicator is scored."""
        framework = self.variant.framework
        others = [i for i in self._scored if method_of(i, framework) != method]
        return any(self.variant.can_normalise(i, method) for i in others)

    def _chosen(self, source: str, rows: Floats) -> NDArray[np.int64]:
        """Which alternative each row takes, by equal shares of 0-1; the first where nothing varies."""
        if source not in self.sources:
            return np.zeros(len(rows), np.int64)
        return _position(rows[:, self.sources.index(source)], len(self.choices[source]))

    def origins(self, rows: Floats, draws: int, seed: int) -> list[bytes]:
        """For each entity a hash of all that `evaluate` makes its indices from.

        What is learnt of others is part of everybody's; where groups are put together by looking at
        others, all of these are.
        """
        variant, framework = self.variant, self.variant.framework
        of_each = {"indicators": variant.indicators, "estimates": self.places_of_estimates}
        own = row_hashes(of_each, len(variant.indicators.entities))
        common = hashlib.blake2b(digest_size=SIZE)
        means = {framework.mean_of(g)[0] for g in ("", *framework.groups)}
        if not AMONG_ALL.keys().isdisjoint(means | set(self.choices["aggregation"])):
            common.update(b"".join(own))
        said = (
            framework.hash,
            variant.indicators.years,
            self.margins,
            draws,
            seed,
            self.sources,
            self.choices,
        )
        common.update(repr((said, self.members, self.on_goalposts, self._estimates)).encode())
        common.update(rows.tobytes())
        for steps in product(*(self.choices[step] for step in STEPS)):
            for part in self._variant(*steps).of_all(self.choices["normalisation"]):
                common.update(part)
        return [hashlib.blake2b(row, digest_size=SIZE, key=common.digest()).digest() for row in own]

    def points(self, draws: int, seed: int) -> dict[str, Floats]:
        """For each margin the points that its settings are taken from, as many as draws; where pieces
        are kept these are asked for, and so kept for the next run."""
        sizes = {
            "weights": len(self.members),
            "goalposts": 2 * len(self.on_goalposts),
            "estimates": self._estimates,
        }
        return {
            source: quasi_random(size, draws, seed + 1 + i, self.pieces)
            for i, (source, size) in enumerate(sizes.items())
            if source in self.sources
        }

    def _draws(self, rows: Floats, draws: int, seed: int, some: NDArray[np.int64] | None) -> Drawn:
        """For each margin a table of as many settings as draws, and the setting each row takes."""
        tables, taken = {}, {}
        for source, points in self.points(draws, seed).items():
            margin: float = getattr(self.margins, source)
            tables[source] = margin * (2 * points - 1)
            taken[source] = _position(rows[:, self.sources.index(source)], draws)
        return Drawn(self, tables, taken, some)

    def _margin(self, source: str, values: int, why_not: str) -> Alternative:
        is_applied = source in self.sources
        name = f"±{getattr(self.margins, source):.0%}"
        note = "" if is_applied else why_not if not values else "margin of 0"
        return Alternative(source, name, is_applied, float(is_applied), values, note)

    def _choice(self, source: str, rows: Floats) -> list[Alternative]:
        chosen, known = self._chosen(source, rows), self.choices[source]
        lines = []
        for name in (AS_DEFINED, *self._asked(source)):
            share = float((chosen == known.index(name)).mean()) if name in known else 0.0
            own = ", ".join(sorted(self._own(source)))
            label = f"{AS_DEFINED}: {own}" if name == AS_DEFINED else name
            lines.append(
                Alternative(source, label, name in known, share, *self._reach(source, name))
            )
        return lines

    def _reach(self, source: str, name: str) -> tuple[int, str]:
        """How much an alternative touches, and what it leaves as it is."""
        if source == "missing":
            return self._gaps, "" if self._gaps else "no value that applies is missing"
        if source == "aggregation":
            return len(self.variant.framework.groups) + 1, ""
        if source in STEPS:
            values = self.variant.changed_by(source)
            return values, "" if self._uses(source) else "changes no value"
        if name == AS_DEFINED:
            return len(self._scored), ""
        cannot = [i.code for i in self._scored if not self.variant.can_normalise(i, name)]
        note = f"as defined: {', '.join(cannot)}" if cannot else ""
        return len(self._scored) - len(cannot), note


@dataclass(frozen=True, eq=False)
class Drawn:
    """Tables of settings, and which setting each row of the design takes.

    Attributes
    ----------
    tables
        Margin -> (draws, values touched): deviations, uniform in ± the margin [shares].
    taken
        Margin -> (rows,): which row of its table each row of the design takes.
    some
        The entities that are asked for, by their rows in the panel; None: all.
    """

    design: Design
    tables: Mapping[str, Floats]
    taken: Mapping[str, NDArray[np.int64]]
    some: NDArray[np.int64] | None = None

    def of(self, rows: NDArray[np.int64]) -> Draws:
        """The settings of some rows, by indicator or group.

        Factors of weights 1 + deviation, (rows, 1); shifts of goalposts (rows, 2), the worst end's
        and the best end's; factors of estimates (rows, entities), 1 where a value is none.
        """
        weights, posts = self._settings("weights", rows), self._settings("goalposts", rows)
        members = self.design.members if weights.size else ()
        on_posts = self.design.on_goalposts if posts.size else ()
        return Draws(
            weights={code: 1 + weights[:, [i]] for i, code in enumerate(members)},
            goalposts={code: posts[:, 2 * i : 2 * i + 2] for i, code in enumerate(on_posts)},
            estimates=self._estimates(self._settings("estimates", rows)),
            settings={source: taken[rows] for source, taken in self.taken.items()},
        )

    def _settings(self, source: str, rows: NDArray[np.int64]) -> Floats:
        if source not in self.tables:
            return np.empty((len(rows), 0))
        settings: Floats = self.tables[source][self.taken[source][rows]]
        return settings

    def _estimates(self, errors: Floats) -> dict[str, Floats]:
        """A factor for every entity, 1 where its value is no estimate."""
        factors_of = {}
        for code, of_all in self.design.places_of_estimates.items() if errors.size else ():
            places = of_all if self.some is None else of_all[self.some]
            is_one = places >= 0
            factors = np.ones((len(errors), len(places)))
            factors[:, is_one] += errors[:, places[is_one]]
            factors_of[code] = factors
        return factors_of


def _position(numbers: Floats, among: int) -> NDArray[np.int64]:
    """Numbers in 0-1 as places among equal shares of it."""
    return np.minimum((numbers * among).astype(np.int64), among - 1)
