"""Arrays too large to stay in memory: they lie in a file without a name, and come back page by page.

Half a million enterprises return 370 million cells and are evaluated on as many again. A step looks at
some of them at a time; what it is done with need not stay.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import DTypeLike, NDArray

BOARD = 1 << 28  # bytes of a file; an array that is larger has one of its own
ALIGNED = 64  # bytes that an array begins at a multiple of

_boards: WeakSet[mmap.mmap] = WeakSet()


class Shelf:
    """Room for arrays, given out one after the other; it is free again when the last of them is gone."""

    def __init__(self) -> None:
        self._board: mmap.mmap | None = None
        self._used = 0

    def full(self, shape: tuple[int, ...], value: float, dtype: DTypeLike) -> NDArray[Any]:
        """An array of one value throughout.

        Raises
        ------
        OSError
            There is no room for it where temporary files are made.
        """
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self._board is None or self._used + size > len(self._board):
            self._board, self._used = _new_board(max(size, BOARD)), 0
        array = np.ndarray(shape, dtype, buffer=self._board, offset=self._used)
        self._used += -(-size // ALIGNED) * ALIGNED
        for part in array if value != 0 else ():  # a file begins as zeros
            part.fill(value)
            self._board.madvise(mmap.MADV_DONTNEED)
        return array


def _new_board(size: int) -> mmap.mmap:
    with tempfile.TemporaryFile() as file:
        os.posix_fallocate(file.fileno(), 0, size)  # a disk that is full is told here, not later
        board = mmap.mmap(file.fileno(), size)
    _boards.add(board)
    return board


def put_down() -> None:
    """Let go of the memory of all that lies on shelves; it comes back when it is looked at."""
    for board in _boards:
        board.madvise(mmap.MADV_DONTNEED)
