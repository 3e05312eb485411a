"""A step of an evaluation taken for some entities at a time, and its arrays put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cescore.method.column import LARGE, Panel
from cescore.method.shelf import Shelf, put_down

AT_ONCE = 16_384  # entities of a portion, at most
ARRAYS = 100  # of entities and years that a step gives, by and large

Array = NDArray[Any]
T = TypeVar("T")


def in_portions(step: Callable[[slice], T], panel: Panel, *, is_whole: bool = False) -> T:
    """What a step gives for all entities of a panel: of a large one worked out portion by portion.

    The dataclasses, mappings and panels that the step gives come back with the rows of all entities in
    each of their arrays, which lie on a shelf; whatever else they hold is that of the last portion, and
    a panel's entities are those of the panel asked about.

    Parameters
    ----------
    step
        Works out the entities of a slice. It must give each entity what it would give it among all.
    is_whole
        Whether it cannot, as it compares everybody with everybody: it is then asked once.
    """
    count, years = panel.shape
    if is_whole or count * years * ARRAYS <= LARGE:
        return step(slice(0, count))
    gathered = _Gathered(panel)
    for portion in _portions(count):
        found = step(portion)
        gathered.add(found, portion)
        put_down()
    return gathered.built(found)


def _portions(count: int) -> Iterator[slice]:
    """As few slices as there must be, of equal size but for one."""
    ends = np.linspace(0, count, -(-count // AT_ONCE) + 1).astype(int).tolist()
    return (slice(first, last) for first, last in pairwise(ends))


@dataclass
class _Rows:
    """One array of all entities, as far as it is known; no room while all of it is one value."""

    shape: tuple[int, ...]
    value: Any
    array: Array | None = None

    def put(self, some: Array, portion: slice, shelf: Shelf) -> None:
        if self.array is None:
            if not any(some.strides) and some.flat[0] == self.value:
                return
            if some.dtype == object:
                self.array = np.full(self.shape, self.value, object)
            else:
                self.array = shelf.full(self.shape, self.value, some.dtype)
        self.array[portion] = some

    def whole(self, dtype: np.dtype[Any]) -> Array:
        if self.array is None:
            return np.broadcast_to(np.array(self.value, dtype), self.shape)
        return self.array


@dataclass
class _Gathered:
    """What portions gave, array by array under the way to it."""

    panel: Panel
    shelf: Shelf = field(default_factory=Shelf)
    rows: dict[str, _Rows] = field(default_factory=dict)

    def add(self, found: object, portion: slice) -> None:
        """Take in the arrays of a portion."""
        size = portion.stop - portion.start
        for name, some in _arrays_in(found, ""):
            if some.ndim and len(some) == size:
                if name not in self.rows:
                    nothing = some.flat[0] if not any(some.strides) else np.zeros(1, some.dtype)[0]
                    self.rows[name] = _Rows((self.panel.shape[0], *some.shape[1:]), nothing)
                self.rows[name].put(some, portion, self.shelf)

    def built(self, found: T, name: str = "") -> T:
        """The last portion's answer with the arrays of all."""
        made: Any = found
        if isinstance(found, np.ndarray):
            made = self.rows[name].whole(found.dtype) if name in self.rows else found
        elif isinstance(found, Panel):
            made = replace(self.panel, columns=self.built(found.columns, name))
        elif isinstance(found, Mapping):
            made = {key: self.built(value, f"{name}/{key}") for key, value in found.items()}
        elif is_dataclass(found) and not isinstance(found, type):
            parts = {one.name: getattr(found, one.name) for one in fields(found)}
            made = replace(found, **self.built(parts, name))
        return made  # type: ignore[no-any-return]


def _arrays_in(found: object, name: str) -> Iterator[tuple[str, Array]]:
    """The arrays at any depth below an answer, each by the way to it."""
    if isinstance(found, np.ndarray):
        yield name, found
    elif isinstance(found, Panel):
        yield from _arrays_in(found.columns, name)
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from _arrays_in(value, f"{name}/{key}")
    elif is_dataclass(found):
        for one in fields(found):
            yield from _arrays_in(getattr(found, one.name), f"{name}/{one.name}")
