"""What returns are read against: whose, of which year, which variables and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cescore.definitions.definitions import Definitions
from cescore.definitions.model import Variable
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.register.entities import Register
from cescore.returns.forms.contents import FormContents, form_contents


@dataclass(frozen=True)
class Expected:
    """The workspace's params and register, for one year."""

    definitions: Definitions
    register: Register
    year: int

    @cached_property
    def dictionary(self) -> Dictionary:
        return Dictionary(self.register, self.definitions.variables, self.definitions.own_units)

    def contents(self, entity_type: str) -> FormContents | None:
        """What a form of an entity type asks; None of a type without a framework."""
        if entity_type not in self._contents:
            known = entity_type in self.definitions.frameworks
            made = form_contents(self.definitions, entity_type, self.year) if known else None
            self._contents[entity_type] = made
        return self._contents[entity_type]

    @cached_property
    def _contents(self) -> dict[str, FormContents | None]:
        return {}

    def must_have(self, entity_id: str, code: str) -> bool:
        """Whether an entity may not leave a variable empty: it is required, and is not summed over the
        bodies that the entity contains where it has none of its own."""
        variable = self.variables.get(code)
        if variable is None or not variable.required:
            return False
        return not (variable.additive and entity_id in self._containing)

    @cached_property
    def _containing(self) -> frozenset[str]:
        """The entities in which others lie."""
        return frozenset(entity.parent_id for entity in self.register if entity.parent_id)

    @property
    def variables(self) -> Mapping[str, Variable]:
        return self.definitions.variables
