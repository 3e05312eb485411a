"""The gate between the evaluation of all entities and the report of one.

It alone sees everybody's figures; what it returns is what a report may print of others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Disclosure
from cescore.disclosure.documents.bundle import (
    FittedConstants,
    PeerTable,
    Place,
    PublicRow,
    TypeRobustness,
)
from cescore.disclosure.documents.own_record import to_fitted
from cescore.disclosure.ledger.few_withheld import gives_one_away
from cescore.disclosure.ledger.headline import DIGITS, headline_codes
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.released.constants import released_constants
from cescore.disclosure.released.covered_measures import CoveredMeasures
from cescore.disclosure.released.covering import Cover
from cescore.disclosure.released.public_view import PublicView
from cescore.disclosure.released.rankings import released_robustness
from cescore.intake.register.succession import Formation, formations
from cescore.method.column import Column, Panel, State
from cescore.method.disclosure.rules import (
    GroupFigure,
    PeerFigure,
    YearRank,
    group_figure,
    ranks,
    rounded,
    standing,
    to_decimals,
)
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.vetoes import VetoLine

if TYPE_CHECKING:
    from cescore.definitions.kept_definitions import Keeping
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.register.entities import Entity
    from cescore.method.grading.measures import MeasureLine
    from cescore.method.index.evaluation import TypeEvaluation

Floats = NDArray[np.float64]
INDEX_DECIMALS = 1  # as printed on the body's own page


@dataclass(frozen=True)
class Comparison:
    """A figure of a type with everybody's value: never leaves the gate."""

    code: str
    direction: int
    values: Floats  # one per entity of the panel, NaN where there is nothing to compare
    is_ranked: bool = True  # of public bodies: what clears one for that are its headline rates


@dataclass(frozen=True, eq=False)
class Gate:
    """Releases to each report what the bureau's disclosure rules allow."""

    yearly: YearlyEvaluation
    known: Keeping | None = None  # see `ledger.Ledger`

    @property
    def rules(self) -> Disclosure:
        return self.yearly.workspace.definitions.disclosure

    @property
    def year(self) -> int:
        return self.yearly.workspace.definitions.run.year

    def is_public(self, entity: Entity) -> bool:
        """Whether an entity may be named in another's report."""
        return entity.entity_type in self.rules.public_types

    def place(self, entity: Entity) -> Place:
        return Place(
            entity_id=entity.entity_id,
            entity_type=entity.entity_type,
            name_zh=entity.name("zh"),
            name_en=entity.name("en"),
        )

    @cached_property
    def formations(self) -> Mapping[str, Sequence[Formation]]:
        """How entities were formed from others, by the entity formed."""
        found: dict[str, list[Formation]] = defaultdict(list)
        for formation in formations(self.yearly.workspace.register):
            found[formation.entity_id].append(formation)
        return found

    # --- comparison with the entity's own type -----------------------------------------------

    def peer_table(self, entity: Entity) -> PeerTable | None:
        """The entity's own standing in its type; None where it has no peers."""
        evaluation = self.yearly.evaluations.get(entity.entity_type)
        if evaluation is None or len(evaluation.panel.entities) < 2:
            return None
        if not self.rules.is_decided:
            return None
        row = self._rows[entity.entity_id]
        public = self.is_public(entity)
        make = self._public_figure if public else self._respondent_figure
        comparisons = self._comparisons[entity.entity_type]
        figures = tuple(make(entity.entity_type, c, row) for c in comparisons)
        audience = "public" if public else "respondent"
        return PeerTable(
            entity_type=entity.entity_type,
            audience=audience,
            figures=figures,
            ranks=self._rank_history(entity.entity_type).get(row, ()) if public else (),
        )

    def _respondent_figure(self, entity_type: str, comparison: Comparison, row: int) -> PeerFigure:
        return self._quartered[entity_type, comparison.code][row]

    def _public_figure(self, entity_type: str, comparison: Comparison, row: int) -> PeerFigure:
        """Quantiles as for respondents, and the rank among the bodies that may be shown."""
        figure = self._respondent_figure(entity_type, comparison, row)
        if not comparison.is_ranked:
            return figure
        n, ranked = self._ranked(entity_type)[comparison.code]
        shown = self._shown(entity_type, comparison)
        where = standing(shown, float(shown[row]), comparison.direction)
        return replace(figure, n=n, rank=ranked[row], standing=where)

    @cached_property
    def _comparisons(self) -> Mapping[str, tuple[Comparison, ...]]:
        return {t: tuple(self._compared(e)) for t, e in self.yearly.evaluations.items()}

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str], GroupFigure]:
        return {
            (entity_type, c.code): group_figure(
                c.code,
                self._readable(entity_type, c),
                self._holders(entity_type),
                c.direction,
                self.rules,
            )
            for entity_type, comparisons in self._comparisons.items()
            for c in comparisons
        }

    def _readable(self, entity_type: str, comparison: Comparison) -> Floats:
        """What quantiles are taken of: of public bodies what their reports print, for whoever reads
        all others would solve a quantile for the one that is withheld."""
        values = comparison.values
        is_public = entity_type in self.rules.public_types
        if not is_public or np.isfinite(values).sum() < self.rules.median_least_n:
            return values
        entities = self.yearly.evaluations[entity_type].panel.entities
        shown = [self._prints(entity, comparison.code) for entity in entities]
        return np.where(shown, values, np.nan)

    def _prints(self, entity_id: str, code: str) -> bool:
        """Whether a body's own report prints its index, a group's score or an indicator of the year."""
        view = self.view(entity_id)
        if view is None:
            return True
        found, place = view.evaluation, view.evaluation.panel.year_position(self.year)
        groups, index = found.aggregation.groups, found.aggregation.index
        if code == found.framework.index.code:
            column = index
        else:
            column = (groups if code in groups.columns else found.indicators).column(code)
        return bool(column.state[0, place] != State.SUPPRESSED)

    @cached_property
    def _quartered(self) -> Mapping[tuple[str, str], list[PeerFigure]]:
        """By type and code, what the report of each entity prints of the group's figure."""
        return {
            (entity_type, c.code): self._groups[entity_type, c.code].for_entities(
                self._readable(entity_type, c), self.rules
            )
            for entity_type, comparisons in self._comparisons.items()
            for c in comparisons
        }

    @lru_cache(maxsize=64)  # noqa: B019 - a gate lives as long as its run
    def _ranked(self, entity_type: str) -> Mapping[str, tuple[int, list[int | None]]]:
        """By code, of a public type: how many are ranked, and each one's rank."""
        found = {}
        for c in self._comparisons.get(entity_type, ()):
            values = self._shown(entity_type, c)
            found[c.code] = (int((~np.isnan(values)).sum()), ranks(values, c.direction))
        return found

    def _shown(self, entity_type: str, comparison: Comparison) -> Floats:
        """The values of the public bodies that may be ranked and print theirs; NaN for the others:
        between two that are printed a rank would bound one that is not."""
        entities = self.yearly.evaluations[entity_type].panel.entities
        ranked = self.ranked_in(self.year, entity_type)
        shown = [e in ranked and self._prints(e, comparison.code) for e in entities]
        return np.where(shown, comparison.values, np.nan)

    @lru_cache(maxsize=64)  # noqa: B019 - a gate lives as long as its run
    def _rank_history(self, entity_type: str) -> Mapping[int, tuple[YearRank, ...]]:
        """The rank of the index in each year up to the one evaluated, by row, of a public type.

        Ranked in a year is who was cleared by that year's figures, had an index of enough data and
        is no part of another body of its type.
        """
        years = [y for y in self._evaluation_years(entity_type) if y <= self.year]
        by_year = [self._ranks_in(entity_type, year) for year in years]
        return dict(enumerate(zip(*by_year, strict=True)))

    def _evaluation_years(self, entity_type: str) -> tuple[int, ...]:
        return self.yearly.evaluations[entity_type].panel.years

    def _ranks_in(self, entity_type: str, year: int) -> list[YearRank]:
        """One year's rank of every entity of a public type, in the rows' order."""
        evaluation = self.yearly.evaluations[entity_type]
        place, index = evaluation.panel.year_position(year), evaluation.aggregation.index
        ranked, wholes = (
            self.ranked_in(year, entity_type),
            self.yearly.workspace.register.as_of(year),
        )
        has_index = (evaluation.in_reference_set & evaluation.is_sufficient)[:, place]
        has_index &= index.is_present[:, place]
        is_ranked = has_index & [e in ranked for e in evaluation.panel.entities]
        values = np.where(is_ranked, index.values[:, place], np.nan)
        entities = evaluation.panel.entities
        among = [e for e, is_one in zip(entities, is_ranked, strict=True) if is_one]
        bands = self.yearly.rank_bands(entity_type, among, year)
        placed = ranks(values, 1) if len(among) > 1 else [None] * len(entities)
        found = []
        for entity, rank, has in zip(entities, placed, has_index, strict=True):
            low, high = bands.get(entity, (None, None))
            is_withheld = bool(has) and entity not in ranked and not wholes.whole_of(entity)
            found.append(YearRank(year, len(among), rank, low, high, is_withheld))
        return found

    def _compared(self, evaluation: TypeEvaluation) -> Iterator[Comparison]:
        """Index, group scores, headline and scored indicators of the year, of all who are evaluated.

        Of scored indicators beside the headline ones quantiles alone are released, under the same
        rules: no body is cleared to be ranked by them.
        """
        counted, framework = self._counted(evaluation.panel), evaluation.framework
        year = evaluation.panel.year_position(self.year)
        compared = counted & evaluation.in_reference_set[:, year]
        enough = compared & evaluation.is_sufficient[:, year]

        def values(column: Column, of: NDArray[np.bool_]) -> Floats:
            return np.where(of, column.values[:, year], np.nan)

        yield Comparison(framework.index.code, 1, values(evaluation.aggregation.index, enough))
        for code in framework.groups:
            yield Comparison(code, 1, values(evaluation.aggregation.groups.column(code), enough))
        headline = headline_codes(framework)
        scored = [i.code for i in framework.scored() if i.code not in headline]
        for code in (*headline, *scored):
            direction, column = (
                framework.indicators[code].direction,
                evaluation.indicators.column(code),
            )
            yield Comparison(code, direction, values(column, compared), is_ranked=code in headline)

    def _counted(self, panel: Panel) -> NDArray[np.bool_]:
        """Which entities of a panel belong to the year, have filed and are not blocked."""
        return np.array([e in self._evaluated for e in panel.entities], bool)

    @cached_property
    def _evaluated(self) -> frozenset[str]:
        workspace = self.yearly.workspace
        return frozenset(
            e.entity_id
            for e in workspace.register.valid_in(self.year)
            if e.entity_id not in workspace.blocked and workspace.filed(e.entity_id)
        )

    def _holders(self, entity_type: str) -> tuple[str, ...]:
        register = self.yearly.workspace.register
        return tuple(
            register[e].holding_id or e for e in self.yearly.evaluations[entity_type].panel.entities
        )

    def robustness(self, entity: Entity) -> tuple[TypeRobustness, ...]:
        """How firm rankings are: in the topmost public bodies of every type, in others of their own.

        Aggregates over a type, rounded; of respondents only where quartiles may be shown as well.
        Respondents get none: their reports show no ranks.
        """
        found = map(self._robustness, self._ranked_beside(entity))
        return tuple(one for one in found if one is not None)

    def robustness_of_respondents(self, entity: Entity) -> tuple[TypeRobustness | None, ...]:
        """Of these what aggregates over respondents, and not over public bodies."""
        public = self.rules.public_types
        return tuple(self._robustness(t) for t in self._ranked_beside(entity) if t not in public)

    def _ranked_beside(self, entity: Entity) -> list[str]:
        """The types of which a report of an entity says how firm their rankings are."""
        if not self.is_public(entity):
            return []
        above = any(
            self.is_public(e) for e in self.yearly.workspace.register.ancestors(entity.entity_id)
        )
        return [t for t in self.yearly.evaluations if not above or t == entity.entity_type]

    @lru_cache(maxsize=64)  # noqa: B019 - a gate lives as long as its run
    def _robustness(self, entity_type: str) -> TypeRobustness | None:
        found = self.yearly.robustness_of(entity_type)
        is_shown = entity_type in self.rules.public_types
        if found is None or not (is_shown or found.entities >= self.rules.quartile_least_n):
            return None
        told = self.told_without(entity_type)
        return released_robustness(found, self.yearly.evaluations[entity_type].framework, told)

    def told_without(self, entity_type: str) -> frozenset[str]:
        """The indicators of which may be told what a type is without them: a mean over its bodies is an
        equation in their scores, and beside a single one that withholds something it is that one's."""
        evaluation = self.yearly.evaluations[entity_type]
        views = [v for e in evaluation.panel.entities if (v := self.view(e)) is not None]
        is_whole = all(view.shows_every_whole(self.year) for view in views)
        return frozenset(
            i.code
            for i in evaluation.framework.scored()
            if is_whole and all(self.year not in view.hidden.get(i.code, ()) for view in views)
        )

    # --- public bodies by name ----------------------------------------------------------------

    def siblings(self, entity: Entity) -> tuple[PublicRow, ...]:
        """The bodies of a public type, the entity's own row among them; none where it is alone."""
        if not self.is_public(entity):
            return ()
        alike = self.yearly.workspace.register.of_type(entity.entity_type, self.year)
        if len(alike) < 2:
            return ()
        return self._public_rows(alike, own=entity.entity_id)

    def children(self, entity: Entity) -> tuple[PublicRow, ...]:
        """The public bodies inside an entity, however deep, by type."""
        inside = self.yearly.workspace.register.members(entity.entity_id)
        rows = self._public_rows([e for e in inside if e.is_valid_in(self.year)])
        order = list(self.yearly.evaluations)
        return tuple(sorted(rows, key=lambda row: order.index(row.place.entity_type)))

    def _public_rows(self, entities: Iterable[Entity], own: str = "") -> tuple[PublicRow, ...]:
        evaluated = self.yearly.evaluations
        return tuple(
            self.public_row(e, is_own=e.entity_id == own)
            for e in entities
            if self.is_public(e) and e.entity_type in evaluated
        )

    def is_withheld(self, entity: Entity) -> bool:
        """Whether every figure of an entity is withheld wherever others read of it: of respondents,
        and of public bodies with a headline figure that the ledger withholds."""
        return not self._is_cleared(entity, self.year)

    def public_row(self, entity: Entity, *, is_own: bool = False) -> PublicRow:
        """An entity as whatever others read shows it; a body's own report names it all the same, with
        what the ledger releases."""
        place = self.place(entity)
        whole = self.yearly.workspace.register.whole_of(entity.entity_id)
        inside = "" if whole else self._around_of_its_type(entity)
        if self.is_public(entity) and entity.entity_id not in self._evaluated:
            return PublicRow(place=place, status="not_filed", part_of=whole, inside=inside)
        if self.is_withheld(entity) and not is_own:
            return PublicRow(place=place, status="suppressed", part_of=whole, inside=inside)
        evaluation = self.yearly.evaluations[entity.entity_type]
        row = self._rows[entity.entity_id]
        year = evaluation.panel.year_position(self.year)
        code, framework = evaluation.framework.index.code, evaluation.framework
        index = self._comparisons[entity.entity_type][0].values[row]
        if not self.shows_index(entity.entity_id, self.year):
            index = np.float64("nan")
        n, ranked = self._ranked(entity.entity_type)[code]
        headline = {
            c: _or_none(evaluation.indicators.column(c).values[row, year])
            if self.ledger.is_released(entity.entity_id, c, self.year)
            else None
            for c in headline_codes(framework)
        }
        return PublicRow(
            place=place,
            index=None if np.isnan(index) else to_decimals(index, INDEX_DECIMALS),
            rank=ranked[row],
            n=n,
            headline={c: None if v is None else rounded(v, DIGITS) for c, v in headline.items()},
            status="reported" if evaluation.is_sufficient[row, year] else "insufficient",
            part_of=whole,
            inside=inside,
        )

    def _around_of_its_type(self, entity: Entity) -> str:
        """The body of its own type that an entity lies in; "" where there is none."""
        register = self.yearly.workspace.register
        if not entity.parent_id or entity.parent_id not in register:
            return ""
        return (
            entity.parent_id if register[entity.parent_id].entity_type == entity.entity_type else ""
        )

    @cached_property
    def ledger(self) -> Ledger:
        """Which figures of bodies may leave at all."""
        return Ledger(self.yearly, self.known)

    @lru_cache(maxsize=256)  # noqa: B019 - a gate lives as long as its run
    def view(self, entity_id: str) -> PublicView | None:
        """A body's results as everybody may see them; None where nothing of them is withheld."""
        withheld, above = self.ledger.of_body(entity_id)
        if not withheld:
            return None
        entity = self.yearly.workspace.register[entity_id]
        evaluation = self.yearly.evaluations[entity.entity_type]
        fitted = to_fitted(self.fitted(entity))
        insider_of = partial(self.ledger.insider, entity_id)
        percent, row = self.rules.p_percent, self._rows[entity_id]
        return PublicView(evaluation, row, withheld, above, fitted, percent, insider_of)

    def shows_index(self, entity_id: str, year: int) -> bool:
        """Whether a body's index of a year may be shown: not above a single withheld score."""
        view = self.view(entity_id)
        if view is None:
            return True
        index = view.evaluation.aggregation.index
        return bool(index.state[0, view.evaluation.panel.year_position(year)] != State.SUPPRESSED)

    def shows_band(self, entity_id: str, year: int) -> bool:
        """Whether a body's readers see how firm its index is: a band of the index by other weights and
        means is a further equation in the scores, so nothing may be withheld beneath it."""
        view = self.view(entity_id)
        return self.shows_index(entity_id, year) and (view is None or not view.hides_a_score(year))

    def shows_progress(self, entity_id: str, year: int) -> bool:
        """Whether a body's progress index of a year may be shown."""
        view = self.view(entity_id)
        if view is None:
            return True
        index = view.evaluation.progress.index
        return bool(index.state[0, view.evaluation.panel.year_position(year)] != State.SUPPRESSED)

    def assessment(self, entity_id: str, found: Assessment, year: int) -> Assessment:
        """Total and grade; the grade alone where the total and its parts would give a withheld index,
        or the points of a withheld target or check.

        Of a veto that withheld figures show, it is said that they do, without the figures.
        """
        found = replace(found, vetoes=tuple(self._veto(entity_id, v, year) for v in found.vetoes))
        lost = {"index"} if not self.shows_index(entity_id, year) else set()
        lost |= set(self._lost_parts(entity_id, year))
        if not lost:
            return found
        parts = {part: None if part in lost else value for part, value in found.parts.items()}
        return replace(found, total=None, parts=parts)

    def _lost_parts(self, entity_id: str, year: int) -> Iterator[str]:
        """Parts of a total that, less what is shown of them, would give the points of a withheld target
        or check to whoever knows another."""
        view = self.view(entity_id)
        if view is None:
            return
        scored = [line for line in self.yearly.targets.get(entity_id, ()) if line.scored]
        cover, years = Cover(view.hidden, year), (year, view.whole.base_year)
        hidden = [target for target in scored if cover.hides(target.indicators, years)]
        stands_on = partial(self.ledger.beneath, entity_id)
        members = [stands_on(t.indicators, years)._replace(points=t.points or 0.0) for t in hidden]
        if gives_one_away(members):
            yield "targets"
        lines = self.yearly.measures.get(entity_id, ()) if year == self.year else ()
        if self._covered_measures(view).gives_a_credit_away(lines, stands_on):
            yield "measures"

    def measures(self, entity_id: str) -> tuple[MeasureLine, ...]:
        """A body's measures of the year as its readers may see them."""
        lines, view = self.yearly.measures.get(entity_id, ()), self.view(entity_id)
        return tuple(lines) if view is None else self._covered_measures(view).lines(lines)

    def _covered_measures(self, view: PublicView) -> CoveredMeasures:
        return CoveredMeasures(self.yearly.workspace.definitions.plan, view.hidden, self.year)

    def _veto(self, entity_id: str, veto: VetoLine, year: int) -> VetoLine:
        sign = veto.sign
        if sign is None:
            return veto
        view = self.view(entity_id)
        years = (year, sign.against_year or year)
        if view is None or not Cover(view.hidden, year).hides((sign.indicator,), years):
            return veto
        return replace(veto, sign=replace(sign, value=None, against=None))

    @property
    def cleared(self) -> frozenset[str]:
        """Public bodies of which the index and every headline figure is released."""
        register = self.yearly.workspace.register
        return frozenset(e.entity_id for e in register if self._is_cleared(e, self.year))

    @lru_cache(maxsize=64)  # noqa: B019 - a gate lives as long as its run
    def ranked_in(self, year: int, entity_type: str) -> frozenset[str]:
        """Who of a type is ranked by the figures of any year: of the cleared, a body that is part of
        another of its type is shown beside it.

        Of other types nothing is worked out: who opens one report waits for it.
        """
        register = self.yearly.workspace.register
        wholes = register.as_of(year)
        return frozenset(
            e.entity_id
            for e in register
            if e.entity_type == entity_type
            and self._is_cleared(e, year)
            and not wholes.whole_of(e.entity_id)
        )

    def _is_cleared(self, entity: Entity, year: int) -> bool:
        """Whether a public body's index and every headline figure of a year is released."""
        entity_id = entity.entity_id
        return (
            self.is_public(entity)
            and entity.is_valid_in(year)
            and entity.entity_type in self.yearly.evaluations
            and entity_id in self._rows
            and all(
                self.ledger.is_released(entity_id, code, year)
                for code in headline_codes(self.yearly.evaluations[entity.entity_type].framework)
            )
            and self.shows_index(entity_id, year)  # evaluates the body: asked last
        )

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        """Each entity's row in the panel of its type."""
        return {
            entity: row
            for evaluation in self.yearly.evaluations.values()
            for row, entity in enumerate(evaluation.panel.entities)
        }

    # --- released totals ----------------------------------------------------------------------

    def industries(self, entity: Entity) -> tuple[Mapping[str, str | float | int | None], ...]:
        """Totals by industry over the respondents inside the topmost public bodies.

        What the ledger releases of them; see `industries.IndustryTable`.
        """
        if not self.is_public(entity):
            return ()
        return tuple(self._industry_rows(entity.entity_id))

    def _industry_rows(self, body: str) -> Iterator[Mapping[str, str | float | int | None]]:
        variables = self.yearly.workspace.definitions.variables
        for total in self.ledger.industries.of(body, self.year):
            variable = variables[total.quantity.code]
            yield {
                "industry": total.industry,
                "variable": variable.code,
                "zh": variable.name("zh"),
                "en": variable.name("en"),
                "unit": variable.unit,
                "n": total.n if total.n >= self.rules.n_shown_from else None,
                "value": total.shown if self.ledger.shows_total(total) else None,
            }

    # --- fitted constants ---------------------------------------------------------------------

    def fitted(self, entity: Entity) -> FittedConstants:
        """What the methods learnt, as far as it may be released to this entity; see `released_constants`."""
        evaluation = self.yearly.evaluations[entity.entity_type]
        row = self._rows[entity.entity_id]
        return released_constants(evaluation, row, withheld=self.withholds_constants(entity))

    def withholds_constants(self, entity: Entity) -> bool:
        """Whether constants were learnt from respondents, whom they might give away."""
        return not self.is_public(entity)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
