"""What a row may name: entities of the register and variables, by position, with their hard rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cescore.definitions.formulas.units import OwnUnits, UnitError
from cescore.definitions.model import Variable
from cescore.intake.notation import folded, nearest
from cescore.intake.observations.keys import Keys
from cescore.intake.register.entities import Register
from cescore.intake.register.unknown_ids import CodeAndValues, unknown_id
from cescore.intake.wording import Phrase, phrase

MOST_SUGGESTED = 500  # words for which the nearest known one is looked for
SPAN = 50  # years of which a source may reasonably hold rows
LEAST_ROWS = 2_000_000  # that any source may hold


@dataclass
class Dictionary:
    """Register and variables by position, with the hard rules of each variable as arrays."""

    register: Register
    variables: Mapping[str, Variable]
    units: OwnUnits = field(default_factory=OwnUnits)  # asked where one is written otherwise
    _suggested: dict[tuple[str, str], str] = field(default_factory=dict)
    _unknown: dict[str, CodeAndValues] = field(default_factory=dict)
    _same_unit: dict[tuple[str, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = tuple(self.register.entities)
        self.codes = tuple(self.variables)
        self.keys = Keys(len(self.codes))
        self.entity_at = {entity_id: i for i, entity_id in enumerate(self.ids)}
        former = self.register.current_ids.items()
        self.entity_at |= {old: self.entity_at[new] for old, new in former}
        self.variable_at = {code: i for i, code in enumerate(self.codes)}
        self.variable_at |= {
            old: self.variable_at[code] for code, v in self.variables.items() for old in v.formerly
        }
        types = self.register.types
        type_at = {entity_type: i for i, entity_type in enumerate(types)}
        self.type_of = np.array([type_at[e.entity_type] for e in self.register], np.int64)
        self.first_year = np.array([e.valid_from or 0 for e in self.register], np.int64)
        self.last_year = np.array([e.valid_to or 9999 for e in self.register], np.int64)
        self.absences = [(i, span) for i, e in enumerate(self.register) for span in e.absent]
        every = list(self.variables.values())
        self.fits = np.array(
            [[not v.entity_types or t in v.entity_types for v in every] for t in types], bool
        ).reshape(len(types), len(every))
        self.must_not_be_negative = np.array([v.sign == "non_negative" for v in every], bool)
        self.must_be_whole = np.array([v.kind == "count" for v in every], bool)
        self.is_number = np.array([v.kind in ("quantity", "count") for v in every], bool)
        self.is_code = np.array([v.kind == "code" for v in every], bool)
        self.is_flag = np.array([v.kind == "flag" for v in every], bool)
        self.most = np.array([[most_of(v, t) for v in every] for t in types], float).reshape(
            len(types), len(every)
        )

    @property
    def most_rows(self) -> int:
        """More rows than this cannot all be of different cells, and are not read."""
        return max(LEAST_ROWS, len(self.ids) * len(self.codes) * SPAN)

    def unknown_entity(self, word: str) -> CodeAndValues:
        """What is said of an id that nobody has, looked for once per word."""
        if word not in self._unknown:
            told = unknown_id(
                word, self.entity_at, lambda w, _: self._meant("entity", w, self.entity_at)
            )
            if len(self._unknown) > MOST_SUGGESTED:
                return told
            self._unknown[word] = told
        return self._unknown[word]

    def variable_meant(self, word: str) -> str:
        """The code that was probably meant: by a name of the variable, else by its letters."""
        named = self._by_name.get(folded(word))
        return named or self._meant("variable", word, self.variable_at)

    def _meant(self, kind: str, word: str, known: Mapping[str, int]) -> str:
        if (kind, word) not in self._suggested:
            many = len(self._suggested) > MOST_SUGGESTED or len(word) > 100
            found = "" if many else nearest(word, known)
            if not found and not many and kind == "variable":
                name = nearest(folded(word), self._by_name)
                found = self._by_name.get(name, "")
            self._suggested[kind, word] = found
        return self._suggested[kind, word]

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        """Codes by the names of their variables, as words are compared."""
        names = ((name, c) for c, v in self.variables.items() for name in (v.zh, v.en) if name)
        return {folded(name): code for name, code in names}

    def is_unit_of(self, word: str, variable: int) -> bool:
        """Whether a unit beside a value is the variable's own, whichever way it is written."""
        if (word, variable) not in self._same_unit:
            declared = self.variables[self.codes[variable]].unit
            self._same_unit[word, variable] = self._is_same(word, declared)
        return self._same_unit[word, variable]

    def _is_same(self, word: str, declared: str) -> bool:
        if not word or folded(word) == folded(declared):
            return True
        try:
            return self.units.units.factor(word, declared) == 1
        except UnitError:
            return False


def broken_rule(variable: Variable, entity_type: str, value: float) -> tuple[str, Phrase] | None:
    """Finding code and expectation where a number breaks a hard rule of its variable."""
    if not np.isfinite(value):
        return "not_finite", phrase("finite_number")
    if value < 0 and variable.sign == "non_negative":
        return "negative", phrase("zero_or_more")
    if variable.kind == "count" and not float(value).is_integer():
        return "not_whole", phrase("whole_number")
    if variable.kind == "flag" and value not in (0, 1):
        return "bad_flag", phrase("one_or_zero")
    if value > most_of(variable, entity_type):
        return "above_100", phrase("at_most_100")
    return None


def most_of(variable: Variable, entity_type: str) -> float:
    """The hard upper limit: 100 for a rate in %, unless its usual range says it may be more."""
    is_rate = variable.unit.strip() == "%" and variable.sign == "non_negative"
    return np.inf if not is_rate or variable.high.get(entity_type, 0.0) > 100 else 100.0
