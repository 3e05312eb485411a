"""The number as this project knows it: a value with a state and flags, for all entities and years at once.

Zero, missing, not applicable, not computable, not collected and suppressed are different states
everywhere; an estimate or a sum over parts is a present value with a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
States = NDArray[np.uint8]
Flags = NDArray[np.uint8]


class State(IntEnum):
    """Whether there is a number, and if not, why. Of several operands the highest counts."""

    PRESENT = 0
    NOT_COMPUTABLE = 1  # a division by zero, a method that cannot answer
    MISSING = 2  # the entity should have returned it and did not
    SUPPRESSED = 3  # withheld by the disclosure gate
    NOT_APPLICABLE = 4  # does not exist for this entity, and somebody said so
    NOT_COLLECTED = 5  # nobody collects a variable it needs


class Flag(IntFlag):
    """What a reader must know about a number that is present."""

    NONE = 0
    ESTIMATED = 1  # 测算: at least one input is an estimate
    PARTIAL = 2  # a total or mean over the parts that apply (others are not applicable)
    AGGREGATED = 4  # summed over the bodies that make up the entity
    CARRIED = 8  # an earlier year's value, within the years the framework allows
    CORRECTED = 16  # changed on record in data/corrections.yml


@dataclass(frozen=True, eq=False)
class Column:
    """One quantity for all entities and years: arrays of shape (entities, years).

    ``values`` is NaN exactly where ``state`` is not PRESENT.
    """

    values: Floats
    state: States
    flags: Flags

    @classmethod
    def of(cls, values: Floats, flags: Flags | None = None) -> Column:
        """A column whose NaN are MISSING and whose infinities are NOT_COMPUTABLE."""
        values = np.asarray(values, dtype=float)
        state = np.where(np.isnan(values), State.MISSING, State.PRESENT).astype(np.uint8)
        state[np.isinf(values)] = State.NOT_COMPUTABLE
        values = np.where(np.isinf(values), np.nan, values)
        return cls(values, state, np.zeros(values.shape, np.uint8) if flags is None else flags)

    @classmethod
    def empty(cls, shape: tuple[int, int], state: State) -> Column:
        """A column with no number in it, all for the same reason."""
        return cls(
            np.full(shape, np.nan),
            np.full(shape, state, np.uint8),
            np.zeros(shape, np.uint8),
        )

    @classmethod
    def constant(cls, value: float, shape: tuple[int, int]) -> Column:
        """The same present value everywhere."""
        return cls(
            np.full(shape, float(value)),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.uint8),
        )

    @property
    def shape(self) -> tuple[int, int]:
        rows, years = self.values.shape
        return rows, years

    @property
    def is_present(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.state == State.PRESENT
        return found


@dataclass(frozen=True, eq=False)
class Panel:
    """Columns by code over the same entities and years, with what is known of each entity.

    ``attributes`` holds text per entity (``entity_type``, ``industry``, ``parent_id`` …), in the
    order of ``entities``; ``codes`` holds variables that are a code, not a quantity, as text.
    """

    entities: tuple[str, ...]
    years: tuple[int, ...]
    columns: Mapping[str, Column] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.entities), len(self.years)

    def column(self, code: str) -> Column:
        """The column of a code; NOT_COLLECTED throughout where the panel has none."""
        found = self.columns.get(code)
        return Column.empty(self.shape, State.NOT_COLLECTED) if found is None else found

    def with_columns(self, columns: Mapping[str, Column]) -> Panel:
        return replace(self, columns={**self.columns, **columns})

    def only(self, entities: Iterable[str]) -> Panel:
        """The same panel for some of its entities, in the order given."""
        position = {entity: i for i, entity in enumerate(self.entities)}
        rows = [position[entity] for entity in entities]
        cut = {
            code: Column(c.values[rows], c.state[rows], c.flags[rows])
            for code, c in self.columns.items()
        }
        return replace(
            self,
            entities=tuple(self.entities[i] for i in rows),
            columns=cut,
            attributes={k: tuple(v[i] for i in rows) for k, v in self.attributes.items()},
            codes={k: v[rows] for k, v in self.codes.items()},
        )

    def row(self, entity_id: str) -> int:
        return self.entities.index(entity_id)

    def year_position(self, year: int) -> int:
        return self.years.index(year)


STATE_NAMES: Mapping[int, str] = {state.value: state.name.lower() for state in State}


def status_text(state: int, flags: int) -> str:
    """The word used in results: the state, or for a number its flags joined by +, or "reported"."""
    if state != State.PRESENT:
        return STATE_NAMES[state]
    names = [flag.name.lower() for flag in Flag if flag.value and flags & flag and flag.name]
    return "+".join(names) if names else "reported"
