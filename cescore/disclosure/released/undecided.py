"""What others returned, of a year in which nobody has decided yet what is released."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cescore.definitions.formulas.formula import looks_as_names, parse
from cescore.definitions.frameworks.order import closure
from cescore.disclosure.released.covering import codes_in
from cescore.disclosure.released.others import OF_THOSE_INSIDE
from cescore.intake import wording

if TYPE_CHECKING:
    from cescore.intake.findings import Finding
    from cescore.intake.workspace import Workspace


@dataclass(frozen=True, eq=False)
class UndecidedOthers:
    """Knows of a workspace under collection which findings tell of others."""

    workspace: Workspace

    def are_told_in(self, finding: Finding) -> bool:
        """Whether a finding tells an entity's office of others' figures that respondents add to.

        Of what no respondent returns, as a district's population, the others are told.
        """
        if finding.code in OF_THOSE_INSIDE:
            return True
        frameworks = self.workspace.definitions.frameworks.values()
        codes = self._of_others(finding)
        return any(not self._returned.isdisjoint(closure(codes, f.expressions)) for f in frameworks)

    def _of_others(self, finding: Finding) -> Iterable[str]:
        """The codes of which a finding states what others returned."""
        if finding.code in self._looks:
            return self._looks[finding.code]
        texts = wording.texts_of(finding.values)
        register, own = self.workspace.register, finding.entity_id
        return (
            codes_in(finding.variable, texts)
            if any(t in register and t != own for t in texts)
            else ()
        )

    @cached_property
    def _looks(self) -> Mapping[str, frozenset[str]]:
        """Rule -> the codes at which it looks in other entities."""
        return {r.id: frozenset(_looked_at(r.rule)) for r in self.workspace.definitions.checks}

    @cached_property
    def _returned(self) -> frozenset[str]:
        """The codes that respondents return, or that a formula makes of what they do."""
        public = self.workspace.definitions.disclosure.public_types
        return frozenset(
            code
            for entity_type, panel in self.workspace.panels.items()
            if entity_type not in public
            for code, column in panel.columns.items()
            if column.is_present.any()
        )


def _looked_at(rule: str) -> Iterator[str]:
    _, calls = looks_as_names(parse(rule, conditions=True).tree)
    for call in calls.values():
        for operand in call.args[1:]:
            yield from parse(ast.unparse(operand)).names
