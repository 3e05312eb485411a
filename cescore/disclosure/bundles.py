"""From the evaluation of all entities to one bundle per report, through the gate."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Named, VariableName
from cescore.definitions.pictures import FlowPicture, PageBounds, PageParams
from cescore.disclosure.bundle import (
    AppliedAlternative,
    Assessment,
    BonusLine,
    Bundle,
    ChooseLine,
    Contribution,
    EntityCard,
    Evaluated,
    FindingLine,
    MeasureLine,
    Part,
    PlanCard,
    ProseCard,
    PublicRow,
    Record,
    RequirementLine,
    Series,
    StandardCard,
    TargetLine,
    UncertaintyBand,
    VetoLine,
    report_number,
)
from cescore.disclosure.gate import INDEX_DECIMALS, Gate
from cescore.errors import DataError
from cescore.intake import wording
from cescore.method.column import Column, Panel, State, status_text
from cescore.method.disclosure import to_decimals

if TYPE_CHECKING:
    from cescore.definitions.model import Framework, Standard
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.intake.entities import Entity
    from cescore.intake.findings import Finding
    from cescore.intake.prose import Prose
    from cescore.method.bands import Band
    from cescore.method.contributions import Decomposition
    from cescore.method.evaluation import TypeEvaluation
    from cescore.method.standards import Compliance

PartT = TypeVar("PartT", bound=Part)
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
WITHHELD = "…"
CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _codes_in(line: FindingLine) -> set[str]:
    """Every word of a finding that may be the code of something with a name."""
    texts = [
        t for value in line.values.values() for t in wording.texts_in(wording.from_json(value))
    ]
    return {line.variable, line.code}.union(*map(CODE.findall, texts))


def make_bundle(yearly: YearlyEvaluation, entity_id: str) -> Bundle:
    """The bundle of one entity.

    Raises
    ------
    DataError
        The entity is unknown to the year, or open errors in its data block its report.
    """
    return Bundler(yearly).bundle(entity_id)


def make_bundles(yearly: YearlyEvaluation) -> Iterator[Bundle]:
    """The bundles of all entities of the year that nothing blocks, in the register's order."""
    bundler = Bundler(yearly)
    workspace = yearly.workspace
    for entity in workspace.entities():
        if entity.entity_id not in workspace.blocked:
            yield bundler.bundle(entity.entity_id)


@dataclass(frozen=True, eq=False)
class Bundler:
    """Makes bundles of one evaluation; what all have in common is computed once."""

    yearly: YearlyEvaluation

    def bundle(self, entity_id: str) -> Bundle:
        """See `make_bundle`."""
        workspace = self.yearly.workspace
        entity = self._entity(entity_id)
        evaluation = self.yearly.evaluations[entity.entity_type]
        row = self._rows[entity_id]
        findings = tuple(self._finding(f, entity_id) for f in self._findings[entity_id])
        siblings, children = self.gate.siblings(entity), self.gate.children(entity)
        industries = self.gate.industries(entity)
        measures = _parts(MeasureLine, self.yearly.measures.get(entity_id, ()))
        bundle = Bundle(
            entity=self._card(entity),
            run=workspace.definitions.run,
            plan=self._plan,
            base_year=evaluation.base_year,
            report_number="",
            framework=evaluation.framework,
            framework_hash=evaluation.framework.hash,
            record=self._record(evaluation.panel, row),
            fitted=self.gate.fitted(entity),
            evaluated=evaluated(evaluation, row),
            uncertainty=self._band(entity),
            bands_left_out=self.yearly.is_large(entity.entity_type),
            robustness=self.gate.robustness(entity),
            peers=self.gate.peer_table(entity),
            siblings=siblings,
            children=children,
            industries=industries,
            targets=_parts(TargetLine, self.yearly.targets.get(entity_id, ())),
            measures=measures,
            assessment=_assessment(self.yearly.assessments.get(entity_id)),
            standards=tuple(_standard(*p) for p in self.yearly.compliance.get(entity_id, ())),
            findings=findings,
            legal_basis=_text(evaluation.panel, "basis", row) or "consented",
            filed=workspace.filed(entity_id),
            terms=self._terms(evaluation.framework, (*siblings, *children), findings),
            prose=tuple(_part(ProseCard, p) for p in self._prose.get(entity_id, ())),
            names=self._named(evaluation.framework, entity.industry, industries, measures),
            flows=self._flows(entity.entity_type),
            pages=self._page_params.pages.get(entity.entity_type, PageBounds()),
        )
        return bundle.model_copy(update={"report_number": report_number(bundle)})

    def _band(self, entity: Entity) -> UncertaintyBand | None:
        """How firm the index is, to the decimals in print, so that a draw more changes no page."""
        found = self._bands(entity.entity_type).get(entity.entity_id)
        if found is None:
            return None
        return UncertaintyBand(
            score_low=to_decimals(found.score_low, INDEX_DECIMALS),
            score_high=to_decimals(found.score_high, INDEX_DECIMALS),
            draws=found.draws,
            alternatives=_parts(AppliedAlternative, found.alternatives),
            rank_low=found.rank_low,
            rank_high=found.rank_high,
            ranked=found.ranked,
            rank_alternatives=_parts(AppliedAlternative, found.rank_alternatives),
        )

    @lru_cache(maxsize=64)  # noqa: B019 - a bundler lives as long as its run
    def _bands(self, entity_type: str) -> Mapping[str, Band]:
        return self.yearly.bands(entity_type, self.gate.cleared)

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.yearly)

    def _entity(self, entity_id: str) -> Entity:
        workspace = self.yearly.workspace
        if entity_id not in self._of_the_year:
            raise DataError(f"{entity_id!r} is no entity of {workspace.year} with a framework")
        if entity_id in workspace.blocked:
            reasons = "; ".join(map(str, workspace.blocked[entity_id]))
            raise DataError(f"{entity_id}: its data cannot be evaluated: {reasons}")
        return workspace.register[entity_id]

    @cached_property
    def _of_the_year(self) -> frozenset[str]:
        return frozenset(e.entity_id for e in self.yearly.workspace.entities())

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        evaluations = self.yearly.evaluations.values()
        return {e: row for ev in evaluations for row, e in enumerate(ev.panel.entities)}

    def _card(self, entity: Entity) -> EntityCard:
        """Whose report it is; the bodies around it only where they may be named."""
        register = self.yearly.workspace.register
        around = [e for e in register.ancestors(entity.entity_id) if self.gate.is_public(e)]
        counted_in = entity.counted_in
        known = counted_in in register and self.gate.is_public(register[counted_in])
        return EntityCard(
            **self.gate.place(entity).model_dump(),
            industry=entity.industry,
            counted_in=counted_in if known else "",
            parents=tuple(self.gate.place(e) for e in around),
            is_synthetic=entity.is_synthetic,
        )

    @cached_property
    def _plan(self) -> PlanCard:
        plan = self.yearly.workspace.definitions.plan
        return PlanCard() if plan is None else _part(PlanCard, plan)

    def _record(self, panel: Panel, row: int) -> Record:
        entity_id, panel, row = panel.entities[row], panel.alone(row), 0
        columns = panel.columns
        places = self.yearly.workspace.sources.table(entity_id, columns, panel.years)
        return Record(
            years=panel.years,
            values={code: _values(c, row) for code, c in columns.items()},
            state={code: tuple(c.state[row].tolist()) for code, c in columns.items()},
            flags={code: tuple(c.flags[row].tolist()) for code, c in columns.items()},
            source={
                code: tuple(self._without_others(text, entity_id) for text in texts)
                for code, texts in places.items()
            },
            codes={code: tuple(map(str, texts[row])) for code, texts in panel.codes.items()},
        )

    @cached_property
    def _findings(self) -> Mapping[str, list[Finding]]:
        by_entity: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.yearly.workspace.findings:
            by_entity[finding.entity_id].append(finding)
        return by_entity

    @cached_property
    def _prose(self) -> Mapping[str, list[Prose]]:
        by_entity: dict[str, list[Prose]] = defaultdict(list)
        for prose in self.yearly.workspace.prose:
            by_entity[prose.entity_id].append(prose)
        return by_entity

    def _named(
        self,
        framework: Framework,
        industry: str,
        industries: Iterable[Mapping[str, str | float | int | None]],
        measures: Iterable[MeasureLine],
    ) -> dict[str, Named]:
        """The words that params/page.yml has for the texts of one page: its industries and
        responsible units, and the sources and notes of its framework."""
        texts = self._page_params.texts
        known = {one.zh: one for one in texts} | {one.en: one for one in texts}
        known |= self._page_params.names
        said = {industry, *(str(row.get("industry", "")) for row in industries)}
        said |= {unit for measure in measures for unit in measure.units}
        said |= {
            standard.source for standard in self.yearly.workspace.definitions.standards.values()
        }
        said |= _cited(framework, self.yearly.workspace.definitions.run.year)
        return {text: name for text, name in known.items() if text in said}

    @property
    def _page_params(self) -> PageParams:
        return self.yearly.workspace.definitions.page

    def _flows(self, entity_type: str) -> dict[str, FlowPicture]:
        """The pictures of flows that params/page.yml has for an entity type."""
        flows = self._page_params.flows.items()
        return {k: f for k, f in flows if not f.entity_types or entity_type in f.entity_types}

    def _terms(
        self, framework: Framework, bodies: Iterable[PublicRow], findings: Iterable[FindingLine]
    ) -> dict[str, VariableName]:
        """Names and units of codes the page shows that the entity's own framework does not hold:
        headline rates of other types, and variables and rules that findings name."""
        definitions = self.yearly.workspace.definitions
        own = {*framework.variables, *framework.accounts, *framework.indicators}
        found: dict[str, Named] = {}
        for row in bodies:
            theirs = definitions.frameworks[row.place.entity_type].indicators
            found |= {code: theirs[code] for code in row.headline}
        rules: dict[str, Named] = {rule.id: rule for rule in definitions.checks}
        rules |= {one.code: one for one in definitions.ranges}
        shown = {code for line in findings for code in _codes_in(line)}
        for known in (rules, definitions.accounts, definitions.variables):
            found |= {code: known[code] for code in shown if code in known}
        return {code: _term(named) for code, named in sorted(found.items()) if code not in own}

    def _finding(self, finding: Finding, entity_id: str) -> FindingLine:
        texts = [t for _, value in finding.values for t in wording.texts_in(value)]
        is_withheld = any(self._names_others(text, entity_id) for text in texts)
        values = () if is_withheld else finding.values
        return FindingLine(
            severity=finding.severity,
            code=finding.code,
            kind=finding.kind,
            where=self._without_others(str(finding.at), entity_id),
            variable=finding.variable,
            year=finding.year,
            values={name: wording.to_json(value) for name, value in values},
            is_withheld=is_withheld,
            status=finding.status,
        )

    def _without_others(self, text: str, entity_id: str) -> str:
        """A text as it is, or withheld whole where it names another respondent."""
        return WITHHELD if self._names_others(text, entity_id) else text

    def _names_others(self, text: str, entity_id: str) -> bool:
        """Whether a text holds the id or the name of another respondent."""
        if not text:
            return False
        named = {word.rstrip(".-") for word in WORD.findall(text)} & self._restricted_ids
        names = any(name in text for name in self._restricted_names(entity_id, text))
        return bool(named - {entity_id}) or names

    @cached_property
    def _restricted(self) -> tuple[Entity, ...]:
        return tuple(e for e in self.yearly.workspace.register if not self.gate.is_public(e))

    @cached_property
    def _restricted_ids(self) -> frozenset[str]:
        return frozenset(e.entity_id for e in self._restricted)

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        """Respondents' names by their first two characters, each with its entity's id."""
        found: dict[str, set[str]] = defaultdict(set)
        for entity in self._restricted:
            for name in (entity.name_zh, entity.name_en):
                if len(name) > 1:
                    found[name[:2]].add(name)
        return {start: frozenset(names) for start, names in found.items()}

    @cached_property
    def _starts(self) -> frozenset[str]:
        """How respondents' names begin: asked of every place a value was read from."""
        return frozenset(self._names)

    def _restricted_names(self, entity_id: str, text: str) -> set[str]:
        """Names of other respondents that might stand in a text."""
        entity = self.yearly.workspace.register[entity_id]
        starts = self._starts.intersection(map(add, text, text[1:]))
        found = {name for start in starts for name in self._names[start]}
        return found - {entity.name_zh, entity.name_en}


def _cited(framework: Framework, year: int) -> set[str]:
    """The sources and notes that the page of a framework prints."""
    found = {framework.source, framework.index.note}
    found |= {framework.progress.note} if framework.progress is not None else set()
    for indicator in framework.indicators.values():
        posts = indicator.goalposts_in(year)
        if indicator.group:
            found |= {indicator.source, *([posts.source] if posts is not None else [])}
    return found - {""}


def _term(named: Named) -> VariableName:
    return VariableName(zh=named.zh, en=named.en, unit=getattr(named, "unit", ""))


def evaluated(evaluation: TypeEvaluation, row: int) -> Evaluated:
    """One entity's results, over all years."""
    found, framework = evaluation.aggregation, evaluation.framework
    year = evaluation.panel.year_position(evaluation.run_year)
    scored, progress = evaluation.scored, evaluation.progress
    has_progress = framework.progress is not None
    return Evaluated(
        index=_series(framework.index.code, found.index, row),
        coverage=tuple(_or_none(v) for v in found.coverage[row]),
        groups=_all(found.groups, row),
        scores=_all(scored.scores, row),
        indicators=_all(evaluation.indicators, row),
        accounts=tuple(
            _series(code, evaluation.accounts.column(code), row) for code in framework.accounts
        ),
        rungs={code: tuple(used[row].tolist()) for code, used in evaluation.rungs.items()},
        weights={code: float(w[row, year]) for code, w in sorted(found.weights.items())},
        missing_rule={
            code: str(words[row, year]) for code, words in scored.rule.items() if words[row, year]
        },
        progress_index=(
            _series(framework.progress.code, progress.index, row) if framework.progress else None
        ),
        progress_groups=_all(progress.groups, row) if has_progress else (),
        progress_members=_all(progress.members, row) if has_progress else (),
        contributions=_contributions(evaluation.decomposition, row),
        progress_contributions=_contributions(evaluation.progress_decomposition, row),
    )


def _contributions(found: Decomposition | None, row: int) -> tuple[Contribution, ...]:
    parts = found.of(row) if found is not None else {}
    return tuple(Contribution.model_validate({"code": code} | one) for code, one in parts.items())


def _series(code: str, column: Column, row: int) -> Series:
    words = zip(column.state[row].tolist(), column.flags[row].tolist(), strict=True)
    return Series(
        code=code,
        values=_values(column, row),
        status=tuple(status_text(state, flags) for state, flags in words),
    )


def _all(panel: Panel, row: int) -> tuple[Series, ...]:
    return tuple(_series(code, column, row) for code, column in panel.columns.items())


def _values(column: Column, row: int) -> tuple[float | None, ...]:
    """One entity's values; None wherever there is no number."""
    values: NDArray[np.float64] = column.values[row]
    present = column.state[row] == State.PRESENT
    return tuple(
        v if is_present else None for v, is_present in zip(values.tolist(), present, strict=True)
    )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _text(panel: Panel, attribute: str, row: int) -> str:
    texts = panel.attributes.get(attribute)
    return "" if texts is None else texts[row]


def _part(kind: type[PartT], made: object) -> PartT:
    """A bundle part from the object of the same shape that the evaluation made."""
    fields: dict[str, Any] = {
        name: getattr(made, name) for name in kind.model_fields if hasattr(made, name)
    }
    return kind.model_validate(fields)


def _parts(kind: type[PartT], made: Iterable[object]) -> tuple[PartT, ...]:
    return tuple(_part(kind, one) for one in made)


def _standard(standard: Standard, made: Compliance) -> StandardCard:
    return StandardCard(
        id=standard.id,
        zh=standard.zh,
        en=standard.en,
        source=standard.source,
        tag=standard.tag,
        verdict=made.verdict,
        reasons=made.reasons,
        lines=_parts(RequirementLine, made.lines),
        groups=_parts(ChooseLine, made.groups),
    )


def _assessment(made: object | None) -> Assessment:
    if made is None:
        return Assessment()
    vetoes = _parts(VetoLine, getattr(made, "vetoes", ()))
    bonus = _parts(BonusLine, getattr(made, "bonus_lines", ()))
    fields = {n: getattr(made, n) for n in Assessment.model_fields if hasattr(made, n)}
    return Assessment.model_validate({**fields, "vetoes": vetoes, "bonus_lines": bonus})
