"""Trials of reports with the workspace at hand: everybody evaluated anew, public bodies ranked anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from cescore.definitions.model import AMONG_ALL, Framework
from cescore.disclosure.documents.bundle import (
    Bundle,
    FittedConstants,
    PeerTable,
    PublicRow,
    Released,
)
from cescore.disclosure.documents.own_record import to_fitted
from cescore.disclosure.documents.trial import changed_formulas, made_anew, numbered
from cescore.disclosure.ledger.ledger import Years
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released.public_view import PublicView
from cescore.evaluation.one_type import evaluate_type
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.disclosure.rules import YearRank, ranks
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.index.fitting import Fitted, method_of
from cescore.method.index.normalisations import ON_ENDS


@dataclass(frozen=True, eq=False)
class ShownEvaluation:
    """An entity's evaluation as its readers may see it, and what recomputation starts from."""

    evaluation: TypeEvaluation
    row: int
    fitted: FittedConstants
    released: Released = field(default_factory=Released)

    @property
    def index(self) -> float | None:
        """The index of the year evaluated, where it is shown and stands as a rating."""
        year = self.evaluation.panel.year_position(self.evaluation.run_year)
        value = float(self.evaluation.aggregation.index.values[self.row, year])
        stands = bool(self.evaluation.stands[self.row, year])
        return value if stands and not np.isnan(value) else None


@dataclass(frozen=True, eq=False)
class Trials:
    """Trials of a workspace's reports: everybody is evaluated under the variant."""

    bundler: Bundler
    _kept: dict[str, YearlyEvaluation] = field(default_factory=dict)
    _seen: dict[str, ShownEvaluation] = field(default_factory=dict)

    def bundle(self, entity_id: str, framework: Framework) -> Bundle:
        """The bundle of an entity under another framework.

        Constants and weights are learnt anew; scores that stand on others' values arrive as
        computed.
        """
        official = self.bundler.bundle(entity_id)
        if framework.hash == official.framework.hash:
            return official
        again = self._again(framework)
        evaluation = again.evaluations[framework.entity_type]
        own = self._shown(official.framework, evaluation, entity_id)
        made = made_anew(official, own.evaluation, own.row)
        siblings = self._siblings(official, evaluation)
        update = {
            "fitted": own.fitted,
            "released": own.released,
            "siblings": siblings,
            "peers": _with_rank(made.peers, siblings, official),
            **self._assessed(official, made, again),
        }
        return numbered(made.model_copy(update=update))

    def _shown(
        self, official: Framework, evaluation: TypeEvaluation, entity_id: str
    ) -> ShownEvaluation:
        """See `_as_shown`; worked out once under a variant."""
        if entity_id not in self._seen:
            self._seen[entity_id] = self._as_shown(official, evaluation, entity_id)
        return self._seen[entity_id]

    def _as_shown(
        self, official: Framework, evaluation: TypeEvaluation, entity_id: str
    ) -> ShownEvaluation:
        """What readers of an entity's report may see under the variant: what is withheld officially is
        withheld here, and what stands above it only where it gives none of it away."""
        gate, row = self.bundler.gate, evaluation.panel.row(entity_id)
        nowhere = gate.fitted(self.bundler.yearly.workspace.register[entity_id]).nowhere
        if self.bundler.view(self.bundler.yearly.workspace.register[entity_id]) is None:
            fitted = _as_computed(evaluation, row, nowhere, {})
            return ShownEvaluation(evaluation, row, fitted)
        withheld, above = gate.ledger.of_body(entity_id)
        changed = changed_formulas(official, evaluation.framework)
        kept = {code: years for code, years in above.items() if code not in changed}
        fitted, percent = _as_computed(evaluation, row, nowhere, {}), gate.rules.p_percent
        insider_of = partial(gate.ledger.insider, entity_id)
        if fitted.released_scores or fitted.released_groups:
            hidden = PublicView(
                evaluation, row, withheld, kept, Fitted(), percent, insider_of
            ).hidden
            fitted = _as_computed(evaluation, row, nowhere, hidden)
        view = PublicView(evaluation, row, withheld, kept, to_fitted(fitted), percent, insider_of)
        return ShownEvaluation(view.evaluation, 0, fitted, view.released)

    def _assessed(
        self, official: Bundle, made: Bundle, again: YearlyEvaluation
    ) -> dict[str, object]:
        """Targets and assessment as evaluated anew, where the official ones are shown whole."""
        yearly, entity_id = self.bundler.yearly, official.entity.entity_id
        update: dict[str, object] = {}
        if official.targets == yearly.targets.get(entity_id, ()):
            update["targets"] = again.targets.get(entity_id, ())
        is_whole = official.assessment == yearly.assessments.get(entity_id)
        if is_whole and made.is_rated:
            update["assessment"] = again.assessments[entity_id]
        return update

    def _again(self, framework: Framework) -> YearlyEvaluation:
        """The type under a variant; the last one asked for is kept."""
        if framework.hash not in self._kept:
            self._kept.clear()
            self._seen.clear()
            self._kept[framework.hash] = evaluate_type(self.bundler.yearly.workspace, framework)
        return self._kept[framework.hash]

    def _siblings(self, official: Bundle, evaluation: TypeEvaluation) -> tuple[PublicRow, ...]:
        """Public bodies whose index is shown, officially and under the variant, with index and rank
        under the variant; of others the name alone."""
        values = {}
        for sibling in official.siblings:
            entity_id = sibling.place.entity_id
            if sibling.index is not None and entity_id in evaluation.panel.row_of:
                shown = self._shown(official.framework, evaluation, entity_id)
                index = shown.index
                if index is not None:
                    values[entity_id] = index
        parts = {row.place.entity_id for row in official.siblings if row.part_of}
        ranked = {entity: value for entity, value in values.items() if entity not in parts}
        placed = dict(zip(ranked, ranks(np.array(list(ranked.values())), 1), strict=True))
        return tuple(
            row.model_copy(
                update={
                    "index": values.get(row.place.entity_id),
                    "rank": placed.get(row.place.entity_id),
                    "n": len(ranked) if row.place.entity_id in ranked else None,
                }
            )
            for row in official.siblings
        )


def _with_rank(
    peers: PeerTable | None, siblings: Iterable[PublicRow], official: Bundle
) -> PeerTable | None:
    """The rank of a public body under the variant, of the year evaluated."""
    own = next((r for r in siblings if r.place.entity_id == official.entity.entity_id), None)
    if peers is None or own is None or own.rank is None:
        return peers
    rank = YearRank(official.run.year, own.n or 0, own.rank)
    return peers.model_copy(update={"ranks": (rank,)})


def _as_computed(
    evaluation: TypeEvaluation, row: int, nowhere: Mapping[int, tuple[str, ...]], hidden: Years
) -> FittedConstants:
    """What recomputation starts from: stated ends, and the entity's own scores, as far as they are not
    ``hidden``, where a method looks at others."""
    framework, years = evaluation.framework, evaluation.panel.years
    on_others = [i.code for i in framework.scored() if method_of(i, framework) not in ON_ENDS]
    among_all = [c for c in (*framework.groups, "") if framework.mean_of(c)[0] in AMONG_ALL]
    found = evaluation.aggregation
    groups = {
        code: (found.groups.column(code) if code else found.index).values[row] for code in among_all
    }
    return FittedConstants(
        nowhere=nowhere,
        released_scores={
            code: _by_year(years, evaluation.scores.column(code).values[row], hidden.get(code, ()))
            for code in on_others
        },
        released_groups={} if hidden else {c: _by_year(years, v, ()) for c, v in groups.items()},
    )


def _by_year(
    years: Iterable[int], values: Iterable[float], hidden: Collection[int]
) -> dict[int, float | None]:
    return {
        year: None if np.isnan(value) else float(value)
        for year, value in zip(years, values, strict=True)
        if year not in hidden
    }
