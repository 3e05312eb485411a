"""The world of the bureau's own command: a workspace evaluated, where every member may be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np

from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import Estimate, VariableName
from cescore.evaluation.tracing.trace import Kind, TracedQuantity, TraceNote
from cescore.evaluation.tracing.tracer import MadeFrom, PlanOutcome, World, symbols, total_of
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.findings import Finding
from cescore.intake.notation import number
from cescore.intake.observations.across import Around, Looked, Others
from cescore.intake.observations.completing import ESTIMATED_BY
from cescore.intake.observations.panel import SUM_OF, tiles_of
from cescore.intake.wording import Phrase
from cescore.method.column import Column, Panel, State
from cescore.method.grading.assessment import Assessment
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.indicators import compute_accounts


class WholeWorkspace(World):
    """See `World`; blocked and closed entities are evaluated here alone, with the constants of all."""

    def __init__(self, yearly: YearlyEvaluation) -> None:
        self.yearly, self.workspace = yearly, yearly.workspace

    @property
    def base_year(self) -> int:
        return self.workspace.base_year

    def panel(self, entity_id: str) -> Panel | None:
        entity = self.workspace.register.entities.get(entity_id)
        return None if entity is None else self.workspace.panels.get(entity.entity_type)

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as one question
    def evaluation(self, entity_id: str) -> TypeEvaluation | None:
        entity = self.workspace.register.entities.get(entity_id)
        if entity is None:
            return None
        of_type = self.yearly.evaluations.get(entity.entity_type)
        framework = self.workspace.definitions.frameworks.get(entity.entity_type)
        if of_type is not None and entity_id in of_type.panel.entities:
            return of_type
        panel = self.panel(entity_id)
        if framework is None or panel is None:
            return None
        return evaluate(
            panel.only([entity_id]),
            framework if of_type is None else of_type.framework,
            base_year=self.base_year,
            run_year=self.workspace.year,
            fitted=None if of_type is None else of_type.fitted,
        )

    def named(self, code: str) -> VariableName | None:
        known = self.workspace.definitions.variables.get(code)
        return None if known is None else VariableName(zh=known.zh, en=known.en, unit=known.unit)

    def kind_of(self, code: str) -> Kind:
        return "factor" if code in self.workspace.definitions.factors else "variable"

    def params(self, entity_type: str, code: str) -> str:
        definitions = self.workspace.definitions
        known = definitions.accounts.get(code)
        if known is not None and known.by:
            return f"params/norms.yml: {code}"
        if known is not None or code in definitions.factors:
            return f"params/accounts.yml: {code}"
        framework = definitions.frameworks.get(entity_type)
        file = framework.id if framework is not None and framework.id else entity_type
        return f"params/frameworks/{file}.yml: {code}"

    def place(self, entity_id: str, code: str, year: int) -> str:
        place = self.workspace.sources(entity_id, code, year)
        return "" if place.startswith((SUM_OF, ESTIMATED_BY)) else place

    def remarks(self, entity_id: str, code: str, year: int) -> tuple[TraceNote, ...]:
        return tuple(map(_remark, self._findings.get((entity_id, code, year), ())))

    @cached_property
    def _findings(self) -> Mapping[tuple[str, str, int | None], list[Finding]]:
        """Findings by the value they concern, notes of what was normalised apart."""
        found: dict[tuple[str, str, int | None], list[Finding]] = defaultdict(list)
        for finding in self.workspace.findings:
            if finding.variable and finding.severity != "info":
                found[finding.entity_id, finding.variable, finding.year].append(finding)
        return found

    @lru_cache(maxsize=4096)  # noqa: B019
    def outcome(self, entity_id: str) -> PlanOutcome:
        yearly, workspace = self.yearly, self.workspace
        checks = {m.check_id: m.place for m in workspace.measures if self._is_now(m, entity_id)}
        vetoes = {v.veto_id: v.place for v in workspace.vetoes if self._is_now(v, entity_id)}
        return PlanOutcome(
            plan=workspace.definitions.plan if entity_id in yearly.targets else None,
            targets=yearly.targets.get(entity_id, ()),
            measures=yearly.measures.get(entity_id, ()),
            assessment=(
                yearly.assessments[entity_id] if entity_id in yearly.assessments else Assessment()
            ),
            standards=yearly.compliance.get(entity_id, ()),
            places={**checks, **vetoes},
        )

    def _is_now(self, record: object, entity_id: str) -> bool:
        of = (getattr(record, "entity_id", ""), getattr(record, "year", 0))
        return of == (entity_id, self.workspace.year)

    # --- what nobody returned --------------------------------------------------------------------

    def made(self, entity_id: str, code: str, year: int) -> MadeFrom | None:
        definitions = self.workspace.definitions
        if code not in definitions.variables and code not in definitions.accounts:
            return self._looked_up(entity_id, code, year)
        corrected = self._corrected(entity_id, code, year)
        if corrected is not None:
            return corrected
        text = self.workspace.sources(entity_id, code, year)
        if text.startswith(ESTIMATED_BY):
            estimate = self.workspace.definitions.variables[code].estimate
            return None if estimate is None else self._estimated(entity_id, code, year, estimate)
        if text.startswith(SUM_OF):
            over = text.removeprefix(f"{SUM_OF}{code} over ")
            if over != text:
                return self._account_summed(entity_id, code, year, over)
            tiles = tiles_of(entity_id, self.workspace.register, [year])
            inside = [body for body, years in tiles.items() if year in years]
            note = TraceNote.of("summed", n=len(inside))
            return self._sum(inside, "variable", code, year, note)
        return None

    def _corrected(self, entity_id: str, code: str, year: int) -> MadeFrom | None:
        """What the last correction on record did to a value."""
        found = (entity_id, code, year)
        mended = [f for f in self._findings.get(found, ()) if f.status == "corrected"]
        for one in reversed(self.workspace.corrections):
            is_own = (one.entity_id, one.variable, one.year) == found
            if not is_own or one.action not in ("scale", "set"):
                continue
            note = TraceNote.of("corrected", action=one.action, reason=one.reason)
            if one.action == "set" and isinstance(one.value, float):
                return MadeFrom("set_to", "1", {}, note, str(one.at), {"set_to": one.value})
            before = next((_before(f) for f in mended if f.at == one.at), None)
            if one.factor is not None and before is not None:
                constants = {"received": before, "factor": one.factor}
                return MadeFrom("received * factor", "1", {}, note, str(one.at), constants)
        return None

    def _sum(
        self, members: Iterable[str], kind: Kind, code: str, year: int, note: TraceNote
    ) -> MadeFrom:
        """The sum of one quantity over some entities, each of them an operand."""
        symbol = symbols(members)
        operands = {symbol[m]: TracedQuantity(m, kind, code, year) for m in symbol}
        return MadeFrom(total_of(list(operands)), "1", operands, note)

    def _account_summed(self, entity_id: str, code: str, year: int, over: str) -> MadeFrom | None:
        """An account that is the sum of the same account of the bodies inside."""
        workspace = self.workspace
        panel, framework = workspace.panels[over], workspace.definitions.frameworks[over]
        column = compute_accounts(panel, framework, base_year=self.base_year).columns[code]
        members = self._members(entity_id, year, column, over, self._others(workspace.panels))
        note = TraceNote.of("summed", n=len(members))
        return self._sum(members, "account", code, year, note) if members else None

    def _members(
        self, entity_id: str, year: int, inner: Column, other: str, others: Others
    ) -> list[str]:
        """The entities whose figures a sum over another type adds up."""
        entity_type = self.workspace.register[entity_id].entity_type
        own = self.workspace.panels[entity_type]
        looked = Looked("", inner, inner, other, ())
        at = (own.row(entity_id), own.year_position(year))
        rows = others.members(looked, entity_type, at).tolist()
        return [self.workspace.panels[other].entities[row] for row in rows]

    def _estimated(self, entity_id: str, code: str, year: int, estimate: Estimate) -> MadeFrom:
        """An estimate by its formula: what is its own, and what it looks at of others."""
        entity_type = self.workspace.register[entity_id].entity_type
        text, _, looked = self._before_estimates.written_in(
            estimate.executable, entity_type, conditions=False, only=estimate.only
        )
        looks = {f"of_others_{i}": one for i, one in enumerate(looked)}
        operands = {}
        for name in parse(text).names:
            if name in looks:
                operands[name] = self._quantity(entity_id, code, looks[name], year)
            else:
                operands[name] = TracedQuantity(entity_id, self.kind_of(name), name, year)
        note = TraceNote.of("estimated", formula=estimate.formula, source=estimate.source)
        place = f"params/variables.yml: {code}.estimate"
        return MadeFrom(text, estimate.factor, operands, note, place)

    def _quantity(self, entity_id: str, code: str, looked: Looked, year: int) -> TracedQuantity:
        """A look at others as a quantity: of the body around it, or a sum of its own."""
        text = looked.text.partition(",")[2].rpartition(")")[0].strip()
        if looked.text.startswith("in_body"):
            body = self._body(entity_id, looked.other_type, year)
            return TracedQuantity(body or entity_id, "expression", text, year)
        return TracedQuantity(entity_id, "expression", f"{code}#{looked.text}", year)

    def _body(self, entity_id: str, entity_type: str, year: int) -> str:
        """The nearest body of a type in which an entity lies; "" where there is none."""
        register = self.workspace.register.as_of(year)
        around = Around(register).bodies(entity_id)
        return next((b for b in around if register[b].entity_type == entity_type), "")

    def _looked_up(self, entity_id: str, code: str, year: int) -> MadeFrom | None:
        """A sum over others in an estimate; its code is the variable, # and the text of the look."""
        variable, is_look, look = code.partition("#")
        known = self.workspace.definitions.variables.get(variable)
        if not is_look or known is None or known.estimate is None:
            return None
        entity_type = self.workspace.register[entity_id].entity_type
        estimate = known.estimate
        _, panel, looked = self._before_estimates.written_in(
            estimate.executable, entity_type, conditions=False, only=estimate.only
        )
        one = next(o for o in looked if o.text == look)
        note = TraceNote.of("look", text=look)
        if one.inner is None or not one.is_sum or look.startswith("count"):
            at = panel.row(entity_id), panel.year_position(year)
            value = float(one.column.values[at])
            return None if np.isnan(value) else MadeFrom(repr(value), "1", {}, note)
        members = self._members(entity_id, year, one.inner, one.other_type, self._before_estimates)
        text = look.partition(",")[2].rpartition(")")[0].strip()
        return self._sum(members, "expression", text, year, note)

    def _others(self, panels: Mapping[str, Panel]) -> Others:
        factors = self.workspace.definitions.factor_values
        return Others(panels, self.workspace.register, self.base_year, factors)

    @cached_property
    def _before_estimates(self) -> Others:
        """What others returned, without estimates: none of them stands on another one."""
        return self._others(
            {t: self._without_estimates(p) for t, p in self.workspace.panels.items()}
        )

    def _without_estimates(self, panel: Panel) -> Panel:
        variables = self.workspace.definitions.variables
        columns = {}
        for code, column in panel.columns.items():
            if code in variables and variables[code].estimate is not None:
                columns[code] = self._returned_alone(panel, code, column)
        return panel.with_columns(columns)

    def _returned_alone(self, panel: Panel, code: str, column: Column) -> Column:
        is_made = np.array(
            [
                [self.workspace.sources(e, code, y).startswith(ESTIMATED_BY) for y in panel.years]
                for e in panel.entities
            ],
            bool,
        ).reshape(column.shape)
        return replace(
            column,
            values=np.where(is_made, np.nan, column.values),
            state=np.where(is_made, np.uint8(State.MISSING), column.state),
        )


def _before(correction: Finding) -> float | None:
    """The number that a correction met in the source, from the finding that tells of it."""
    before = dict(correction.values).get("before")
    shown = dict(before.values).get("value") if isinstance(before, Phrase) else None
    return number(str(shown)).number if shown is not None else None


def _remark(finding: Finding) -> TraceNote:
    """What is on record of a value; who prints it makes the sentence of the finding."""
    return TraceNote.of("finding", finding=finding)
