"""The number as this project knows it: a value with a state and flags, for all entities and years at once.

Zero, missing, not applicable, not computable, not collected and suppressed are different states
everywhere; an estimate or a sum over parts is a present value with a flag.

References
----------
The official rules tell a national gap, an indicator that does not exist for an area and a return
that is missing apart (methodology 9.5); zero is none of them.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from cescore.method.panel_tables import KnownAs, PanelTables

Floats = NDArray[np.float64]
States = NDArray[np.uint8]
Flags = NDArray[np.uint8]


LARGE = 20_000_000  # cells of a panel of which no copy is made


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

    Attributes
    ----------
    values
        NaN exactly where ``state`` is not PRESENT.
    state
        Of `State`: whether there is a number, and if not, why.
    flags
        Of `Flag`, joined: what a reader must know of a number.
    """

    values: Floats
    state: States
    flags: Flags

    @classmethod
    def of(cls, values: Floats, flags: Flags | None = None) -> Column:
        """A column whose NaN are MISSING and whose infinities are NOT_COMPUTABLE.

        Examples
        --------
        >>> column = Column.of(np.array([[1.0, np.nan, np.inf]]))
        >>> column.values.tolist(), [State(code).name for code in column.state[0]]
        ([[1.0, nan, nan]], ['PRESENT', 'MISSING', 'NOT_COMPUTABLE'])
        """
        values = np.asarray(values, dtype=float)
        state = np.where(np.isnan(values), State.MISSING, State.PRESENT).astype(np.uint8)
        state[np.isinf(values)] = State.NOT_COMPUTABLE
        values = np.where(np.isinf(values), np.nan, values)
        return cls(values, state, np.zeros(values.shape, np.uint8) if flags is None else flags)

    @classmethod
    def empty(cls, shape: tuple[int, int], state: State) -> Column:
        """A column with no number in it, all for the same reason: values NaN, no flags."""
        return cls(
            np.full(shape, np.nan),
            np.full(shape, state, np.uint8),
            np.zeros(shape, np.uint8),
        )

    @classmethod
    def constant(cls, value: float, shape: tuple[int, int]) -> Column:
        """The same present value everywhere, without a flag."""
        return cls(
            np.full(shape, float(value)),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.uint8),
        )

    def where(self, condition: NDArray[np.bool_], other: Column) -> Column:
        """This column where a condition holds, another one elsewhere."""
        return Column(
            np.where(condition, self.values, other.values),
            np.where(condition, self.state, other.state),
            np.where(condition, self.flags, other.flags),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of entities and of years."""
        rows, years = self.values.shape
        return rows, years

    @property
    def is_present(self) -> NDArray[np.bool_]:
        """Where there is a number (entities, years)."""
        present: NDArray[np.bool_] = self.state == State.PRESENT
        return present

    def number_at(self, row: int, year: int) -> float | None:
        """The number in one cell (places of entity and year); None where there is none."""
        return float(self.values[row, year]) if self.state[row, year] == State.PRESENT else None


class Chosen(Mapping[str, Column]):
    """Some rows of columns, cut out when a column is asked for: a large panel is not held twice.

    A mapping of code -> column over the rows chosen; choosing among rows already chosen goes back
    to the whole columns, so that choices do not pile up.
    """

    def __init__(self, columns: Mapping[str, Column], rows: NDArray[np.int64]) -> None:
        self._columns: Mapping[str, Column] = columns
        self._rows = rows
        if isinstance(columns, Chosen):
            self._columns, self._rows = columns._columns, columns._rows[rows]

    def __getitem__(self, code: str) -> Column:
        whole, rows = self._columns[code], self._rows
        return Column(whole.values[rows], whole.state[rows], whole.flags[rows])

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, code: object) -> bool:
        return code in self._columns

    def some(self, rows: slice) -> dict[str, Column]:
        """All columns of some of the rows, without cutting the others out."""
        chosen = self._rows[rows]
        first, last = (int(chosen[0]), int(chosen[-1])) if len(chosen) else (0, -1)
        span = _rows(self._columns, slice(first, last + 1))
        if last - first == len(chosen) - 1 and (np.diff(chosen) == 1).all():
            return span
        return dict(Chosen(self._columns, chosen))


def _rows(columns: Mapping[str, Column], rows: slice) -> dict[str, Column]:
    """Some neighbouring rows of columns, as views where they can be."""
    if isinstance(columns, Chosen):
        return columns.some(rows)
    if isinstance(columns, ChainMap):
        return {k: v for part in reversed(columns.maps) for k, v in _rows(part, rows).items()}
    return {
        code: Column(whole.values[rows], whole.state[rows], whole.flags[rows])
        for code, whole in columns.items()
    }


@dataclass(frozen=True, eq=False, repr=False)
class Panel(PanelTables):
    """Columns by code over the same entities and years, with what is known of each entity.

    Attributes
    ----------
    entities, years
        What rows and columns of every array stand for.
    columns
        Code -> column, each in its declared unit.
    attributes
        Name -> text per entity (``entity_type``, ``industry``, ``parent_id`` …), in the order of
        ``entities``.
    codes
        Variables that are a code, not a quantity, as text (entities, years).
    terms, lang
        Code -> names and unit, where they are known, and the language in which a notebook shows them.
    """

    entities: tuple[str, ...]
    years: tuple[int, ...]
    columns: Mapping[str, Column] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    terms: Mapping[str, KnownAs] = field(default_factory=dict)
    lang: str = "zh"

    @property
    def shape(self) -> tuple[int, int]:
        """Number of entities and of years."""
        return len(self.entities), len(self.years)

    def column(self, code: str) -> Column:
        """The column of a code; NOT_COLLECTED throughout where the panel has none.

        Asking for an unknown code is no error: a framework may score what nobody collects yet.
        """
        column = self.columns.get(code)
        return Column.empty(self.shape, State.NOT_COLLECTED) if column is None else column

    def with_columns(self, columns: Mapping[str, Column]) -> Panel:
        """The panel with further columns; one of a code that it has replaces that."""
        own, added = self.columns, dict(columns)
        if isinstance(own, ChainMap):
            return replace(self, columns=ChainMap({**own.maps[0], **added}, *own.maps[1:]))
        if isinstance(own, Chosen):
            return replace(self, columns=ChainMap(added, own))  # type: ignore[arg-type]
        return replace(self, columns={**own, **added})

    def only(self, entities: Iterable[str]) -> Panel:
        """The same panel for some of its entities, in the order given.

        KeyError for one that it does not have.         Arrays are copied, but for a choice of more
        than `LARGE` cells, whose columns are cut out on demand.

        Examples
        --------
        >>> panel = Panel(("A", "B"), (2024,), {"x": Column.of(np.array([[1.0], [2.0]]))})
        >>> panel.only(["B", "A"]).column("x").values.tolist()
        [[2.0], [1.0]]
        """
        rows = [self.row_of[entity] for entity in entities]
        if rows == list(range(len(self.entities))):
            return self
        at = np.array(rows, np.int64)
        cells = len(rows) * len(self.years) * len(self.columns)
        chosen = Chosen(self.columns, at)
        return replace(
            self,
            entities=tuple(self.entities[i] for i in rows),
            columns=chosen if cells > LARGE else dict(chosen),
            attributes={k: tuple(v[i] for i in rows) for k, v in self.attributes.items()},
            codes={k: v[at] for k, v in self.codes.items()},
        )

    def attribute(self, name: str, row: int) -> str:
        """What is known of one entity; "" where it is known of none."""
        texts = self.attributes.get(name)
        return "" if texts is None else texts[row]

    def statuses(self, code: str) -> NDArray[np.object_]:
        """The word for each value of a column (entities, years), see `status_text`."""
        column = self.columns[code]
        cells = zip(column.state.ravel().tolist(), column.flags.ravel().tolist(), strict=True)
        words = [status_text(state, flags) for state, flags in cells]
        return np.array(words, object).reshape(column.shape)

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Each entity's row."""
        return {entity: i for i, entity in enumerate(self.entities)}

    def row(self, entity_id: str) -> int:
        """The row of an entity, from 0; KeyError for one that the panel does not have."""
        return self.row_of[entity_id]

    def alone(self, row: int) -> Panel:
        """The panel of one entity, its arrays views where they can be."""
        return self.some(slice(row, row + 1))

    def some(self, rows: slice) -> Panel:
        """The panel of neighbouring entities, its arrays views where they can be."""
        if rows == slice(0, len(self.entities)):
            return self
        return replace(
            self,
            entities=self.entities[rows],
            columns=_rows(self.columns, rows),
            attributes={k: v[rows] for k, v in self.attributes.items()},
            codes={k: v[rows] for k, v in self.codes.items()},
        )

    def year_position(self, year: int) -> int:
        """The place of a year among the columns, from 0; ValueError for one it does not have."""
        return self.years.index(year)


STATE_NAMES: Mapping[int, str] = {state.value: state.name.lower() for state in State}


@cache  # of a dozen answers, asked for each value of each bundle and result
def status_text(state: int, flags: int) -> str:
    """The word used in results: the state, or for a number its flags joined by +, or "reported".

    Examples
    --------
    >>> status_text(State.PRESENT, Flag.ESTIMATED | Flag.CARRIED), status_text(State.MISSING, 0)
    ('estimated+carried', 'missing')
    """
    if state != State.PRESENT:
        return STATE_NAMES[state]
    names = [flag.name.lower() for flag in Flag if flag.value and flags & flag and flag.name]
    return "+".join(names) if names else "reported"
