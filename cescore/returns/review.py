"""All findings of a workspace with what each could move and whom to ask, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import RULE_KINDS, RuleKind
from cescore.definitions.model.base import Named
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.findings import SEVERITIES, Finding
from cescore.intake.wording import name_of
from cescore.intake.workspace import Workspace
from cescore.returns.effects import Effect, effects
from cescore.returns.expectations import Expectations
from cescore.returns.fewest import FewestCells, fewest_cells
from cescore.returns.kinds import kind_of


@dataclass(frozen=True)
class Weighed:
    """A finding with its kind, what it could move, what would mend it and whom to ask."""

    finding: Finding
    kind: RuleKind
    effect: Effect | None = None
    suggestion: FewestCells | None = None
    department: str = ""  # that sends the variable in


@dataclass(frozen=True)
class RuleGroup:
    """All findings of one rule, this year's first, the weightiest first."""

    code: str
    lines: tuple[Weighed, ...]

    @property
    def gravest(self) -> Weighed:
        return self.lines[0]


@dataclass(frozen=True, eq=False)
class FindingsReview:
    """The findings of a workspace, weighed; ``lines`` in the order of the workspace's findings."""

    workspace: Workspace
    lines: tuple[Weighed, ...]
    suggestions: tuple[FewestCells, ...] = ()

    @classmethod
    def of(cls, workspace: Workspace, yearly: YearlyEvaluation | None = None) -> FindingsReview:
        """Weigh a workspace's findings; without an evaluation nothing is known of their effects."""
        findings, definitions = workspace.findings, workspace.definitions
        suggestions = fewest_cells(workspace, findings)
        worked_out: Sequence[Effect | None] = [None] * len(findings)
        if yearly is not None:
            worked_out = effects(yearly, findings, Expectations(workspace, suggestions))
        rules = {rule.id: rule for rule in definitions.checks}
        ranges = {one.code: one for one in definitions.ranges}
        by_return = {(s.entity_id, s.year): s for s in suggestions}
        variables = definitions.variables
        lines = tuple(
            Weighed(
                finding,
                kind_of(finding, rules, ranges),
                effect,
                by_return.get((finding.entity_id, finding.year or 0))
                if finding.kind == "rule" and finding.is_open_error
                else None,
                variables[finding.variable].department if finding.variable in variables else "",
            )
            for finding, effect in zip(findings, worked_out, strict=True)
        )
        return cls(workspace, lines, suggestions)

    @property
    def groups(self) -> tuple[RuleGroup, ...]:
        """By rule: open errors first, then what is of this year, then what could move most."""
        by_code: dict[str, list[Weighed]] = {}
        for line in sorted(self.lines, key=self.order):
            by_code.setdefault(line.finding.code, []).append(line)
        return tuple(RuleGroup(code, tuple(lines)) for code, lines in by_code.items())

    def order(self, line: Weighed) -> tuple[object, ...]:
        """What is looked at first: open errors, this year, what could move most; then by place."""
        finding = line.finding
        effect = line.effect.rank if line.effect is not None else (False, 0, 0.0, 0.0)
        return (
            finding.status != "open",
            SEVERITIES.index(finding.severity),
            finding.year not in (None, self.workspace.year),
            *(-float(part) for part in effect),
            RULE_KINDS.index(line.kind),
            finding.file,
            finding.at.sheet,
            finding.at.row,
            finding.entity_id,
            -(finding.year or 0),
            finding.variable,
            finding.code,
        )

    @cached_property
    def _named(self) -> Mapping[str, Named]:
        definitions = self.workspace.definitions
        rules: dict[str, Named] = {rule.id: rule for rule in definitions.checks}
        return {**rules, **{usual.code: usual for usual in definitions.ranges}}

    def name_of_rule(self, code: str, lang: str) -> str:
        """What a rule is called in a language; its code where it has no name."""
        named = self._named.get(code)
        return named.name(lang) if named is not None else name_of(code, lang) or code

    def name_of_entity(self, entity_id: str, lang: str) -> str:
        register = self.workspace.register
        return register[entity_id].name(lang) if entity_id in register else ""

    def name_of_variable(self, code: str, lang: str) -> str:
        variable = self.workspace.definitions.variables.get(code)
        return "" if variable is None else name_in(lang, variable.zh, variable.en)
