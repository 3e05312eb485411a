"""Arrays on a shelf hold what was put there, whether or not they are in memory."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from cescore.method import shelf
from cescore.method.shelf import Shelf, put_down


@pytest.fixture(autouse=True)
def small_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "BOARD", 4096)


def test_an_array_begins_as_one_value_and_neighbours_keep_apart() -> None:
    held = Shelf()
    numbers = held.full((3, 5), np.nan, np.float64)
    flags = held.full((7,), 0, np.uint8)
    numbers[1] = 4.5
    assert flags.tolist() == [0] * 7
    assert np.isnan(numbers[[0, 2]]).all()
    flags[:] = 255
    assert numbers[1].tolist() == [4.5] * 5


def test_what_is_put_down_comes_back() -> None:
    held = Shelf()
    arrays = [held.full((300, 4), 0, np.float64) for _ in range(5)]  # each on a board of its own
    for number, array in enumerate(arrays):
        array[:] = number + np.arange(1200).reshape(300, 4)
    put_down()
    for number, array in enumerate(arrays):
        assert array[299].tolist() == [number + at for at in range(1196, 1200)]


def test_room_is_free_again_when_the_last_array_is_gone() -> None:
    before = len(shelf._boards)
    held = Shelf()
    row = held.full((10, 10), 1, np.float64)[3]
    del held
    gc.collect()
    assert len(shelf._boards) == before + 1  # a view still looks at it
    assert row.tolist() == [1.0] * 10
    del row
    gc.collect()
    assert len(shelf._boards) == before


def test_a_disk_without_room_is_an_error_that_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", no_room)
    with pytest.raises(OSError, match="No space"):
        Shelf().full((10,), 0, np.float64)
