"""Everything that an evaluation holds of each entity, as one hash per entity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 1024  # of which all arrays are laid side by side
SIZE = 16  # bytes of a hash

Array = NDArray[Any]
Texts = tuple[str, ...]


def row_hashes(found: object, rows: int) -> list[bytes]:
    """A hash per row over all arrays, at any depth, whose first axis has that many rows.

    Dataclasses and mappings are gone through field by field, so that a field that is added later
    is hashed as well; what is computed from the fields when it is asked for is not. The name and
    kind of each array is part of every row's hash, its text where it is one of objects; an array that
    stands under several names, as what was returned does in each step's panel, is gone through once.
    Equal results of another order of codes give other hashes.

    Examples
    --------
    >>> before, after = np.array([[1.0], [2.0]]), np.array([[1.0], [3.0]])
    >>> pairs = zip(row_hashes({"x": before}, 2), row_hashes({"x": after}, 2), strict=True)
    >>> [one == other for one, other in pairs]
    [True, False]
    """
    head = hashlib.blake2b(digest_size=SIZE)
    once: dict[int, tuple[object, Array, int]] = {}  # held, so that no other takes its identity
    for name, held in _arrays_in(found, "", rows):
        array = held if isinstance(held, np.ndarray) else np.array(held, object)
        _, array, number = once.setdefault(id(held), (held, array, len(once)))
        head.update(f"{name} {number} {array.dtype} {array.shape[1:]}\n".encode())
    arrays = [array for _, array, _ in once.values()]
    hashes: list[bytes] = []
    for start in range(0, rows, ROWS_AT_ONCE):
        some = slice(start, min(start + ROWS_AT_ONCE, rows))
        hashes += _hashes_of([array[some] for array in arrays], head.digest(), some)
    return hashes


def _hashes_of(arrays: list[Array], head: bytes, some: slice) -> Iterator[bytes]:
    """The hash of each of some rows of all arrays."""
    count = some.stop - some.start
    plain = [
        np.ascontiguousarray(array).reshape(count, -1).view(np.uint8)
        for array in arrays
        if array.dtype != object and array.size
    ]
    texts = [array.reshape(count, -1) for array in arrays if array.dtype == object]
    joined = np.concatenate([np.zeros((count, 0), np.uint8), *plain], axis=1)
    for row in range(count):
        whole = hashlib.blake2b(head, digest_size=SIZE)
        whole.update(joined[row].data)
        for text in texts:
            whole.update(repr(text[row].tolist()).encode())
        yield whole.digest()


def _arrays_in(found: object, name: str, rows: int) -> Iterator[tuple[str, Array | Texts]]:
    """The arrays, and tuples of texts, with a row per entity below an object, each by the way to it."""
    if isinstance(found, np.ndarray):
        if found.ndim and len(found) == rows:
            yield name, found
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from _arrays_in(value, f"{name}/{key}", rows)
    elif is_dataclass(found):
        for field in fields(found):
            yield from _arrays_in(getattr(found, field.name), f"{name}.{field.name}", rows)
    elif isinstance(found, tuple) and len(found) == rows and all(isinstance(x, str) for x in found):
        yield name, found
