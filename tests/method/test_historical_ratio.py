"""The Hidiroglou–Berthelot edit: by hand, and against an independent implementation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaskify import Detect

from cescore.errors import MethodError
from cescore.method.editing.historical_ratio import hidiroglou_berthelot

amounts = st.floats(1, 1e6, allow_nan=False)
pairs = st.lists(st.tuples(amounts, amounts), min_size=4, max_size=30)


def edit(before, now, **how):
    return hidiroglou_berthelot(np.array([before], float), np.array([now], float), **how)


def test_the_edit_is_the_published_one_step_by_step() -> None:
    """r = 1, 1, 2, 4; q = 1.5; s = -0.5, -0.5, 1/3, 5/3; U = 0 leaves E = s."""
    found = edit([10, 10, 10, 10], [10, 10, 20, 40], u=0, a=0, c=1)
    assert found.median[0, 0] == 1.5
    # Q1 = -0.5, M = -1/12, Q3 = 2/3: accepted from -0.5 to 2/3
    assert found.stands_out[0].tolist() == [False, False, False, True]
    assert found.high[0, 3] == pytest.approx(1.5 * (1 + 2 / 3))
    assert found.low[0, 0] == pytest.approx(1.5 / (1 + 0.5))


def test_the_guard_keeps_small_changes_in_where_nearly_all_moved_alike() -> None:
    before, now = [100.0] * 6, [110, 110, 110, 110, 110, 110.02]
    assert not edit(before, now, a=0.05, c=20).stands_out.any()


@given(pairs)
def test_it_agrees_with_an_independent_implementation(values) -> None:
    before, now = (list(side) for side in zip(*values, strict=True))
    found = edit(before, now, u=0.5, a=0.05, c=4)
    size = np.maximum(before, now) ** 0.5
    ratio, q = found.ratio[0], found.median[0, 0]
    effect = np.where(ratio < q, 1 - q / ratio, ratio / q - 1) * size
    q1, m, q3 = np.quantile(effect, [0.25, 0.5, 0.75])
    if min(m - q1, q3 - m) <= 0.05 or m == 0:  # the other guards an effect of 0 by A itself
        return
    ids = [f"u{i}" for i in range(len(before))]
    frame = pd.DataFrame(
        {"id": ids * 2, "t": ["2023"] * len(ids) + ["2024"] * len(ids), "x": before + now}
    )
    wide = Detect(frame, "id").hb("x", "t", pu=0.5, pa=0.05, pc=4).set_index("id").loc[ids]
    near = (np.abs(ratio / wide["lower_limit"] - 1) < 1e-9) | (
        np.abs(ratio / wide["upper_limit"] - 1) < 1e-9
    )
    agrees = found.stands_out[0] == (wide["flag_hb"] == 1).to_numpy()
    assert (agrees | near).all()


@given(pairs)
def test_the_limits_of_the_ratio_say_the_same_as_the_effects(values) -> None:
    before, now = (list(side) for side in zip(*values, strict=True))
    found = edit(before, now, c=2)
    ratio = found.ratio[0]
    outside = (ratio < found.low[0] * (1 - 1e-9)) | (ratio > found.high[0] * (1 + 1e-9))
    assert not (outside & ~found.stands_out[0]).any()


def test_a_large_unit_stands_out_by_a_smaller_change() -> None:
    before = np.array([[10.0] * 10 + [10.0, 1e6]])
    now = before * np.array([[1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98, 1.04, 0.96, 1.0, 1.8, 1.8]])
    assert hidiroglou_berthelot(before, now, c=20).stands_out[0].tolist()[-2:] == [False, True]


def test_what_has_no_ratio_is_not_compared() -> None:
    found = edit([0, np.nan, 5, -1], [3, 4, 5, 6])
    assert int(found.count[0, 0]) == 1
    assert not found.stands_out.any()
    assert edit([], []).count[0, 0] == 0


def test_parameters_outside_their_range_are_refused() -> None:
    with pytest.raises(MethodError, match="U 2, A"):
        edit([1], [1], u=2)
    with pytest.raises(MethodError, match="shapes"):
        hidiroglou_berthelot(np.ones((1, 2)), np.ones((1, 3)))
