"""What a row may name: the entities of the register and the variables of the dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cescore.definitions.model import Variable
from cescore.intake.cells import nearest
from cescore.intake.entities import Register


@dataclass
class Known:
    """Register and dictionary by position, with the hard rules of each variable as arrays."""

    register: Register
    variables: Mapping[str, Variable]
    _suggested: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = tuple(self.register.entities)
        self.codes = tuple(self.variables)
        self.entity_at = {entity_id: i for i, entity_id in enumerate(self.ids)}
        self.variable_at = {code: i for i, code in enumerate(self.codes)}
        types = self.register.types
        type_at = {entity_type: i for i, entity_type in enumerate(types)}
        self.type_of = np.array([type_at[e.entity_type] for e in self.register], np.int64)
        self.first_year = np.array([e.valid_from or 0 for e in self.register], np.int64)
        self.last_year = np.array([e.valid_to or 9999 for e in self.register], np.int64)
        every = list(self.variables.values())
        self.fits = np.array(
            [[not v.entity_types or t in v.entity_types for v in every] for t in types], bool
        ).reshape(len(types), len(every))
        self.must_not_be_negative = np.array([v.sign == "non_negative" for v in every], bool)
        self.must_be_whole = np.array([v.kind == "count" for v in every], bool)
        self.is_number = np.array([v.kind in ("quantity", "count") for v in every], bool)
        self.most = np.array([[most_of(v, t) for v in every] for t in types], float).reshape(
            len(types), len(every)
        )

    def suggestion(self, word: str, kind: str) -> str:
        """The nearest known id or code, looked for once per word."""
        if (kind, word) not in self._suggested:
            known = self.ids if kind == "entity" else self.codes
            many = len(self._suggested) > 500 or len(word) > 100
            self._suggested[kind, word] = "" if many else nearest(word, known)
        return self._suggested[kind, word]


def broken_rule(variable: Variable, entity_type: str, value: float) -> tuple[str, str] | None:
    """Finding code and expectation where a number breaks a hard rule of its variable."""
    if not np.isfinite(value):
        return "not_finite", "a finite number"
    if value < 0 and variable.sign == "non_negative":
        return "negative", "0 or more"
    if variable.kind == "count" and not float(value).is_integer():
        return "not_whole", "a whole number"
    if variable.kind == "flag" and value not in (0, 1):
        return "bad_flag", "1 or 0"
    if value > most_of(variable, entity_type):
        return "above_100", "100 or less, unless `range` of the variable goes beyond"
    return None


def most_of(variable: Variable, entity_type: str) -> float:
    """The hard upper limit: 100 for a rate in %, unless its usual range says it may be more."""
    is_rate = variable.unit.strip() == "%" and variable.sign == "non_negative"
    return np.inf if not is_rate or variable.high.get(entity_type, 0.0) > 100 else 100.0
