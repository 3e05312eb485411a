"""Slips of the pen: what could have made a number of another one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from vaskify import Detect

from cescore.definitions.model import BuiltInChecks
from cescore.method.editing.slips import possible_slips, power_of_ten

WINDOWS = BuiltInChecks().unit_slip
amounts = st.decimals(1, 99999, places=2, allow_nan=False).map(float)


@given(amounts)
def test_a_slip_leads_back_to_what_it_was_made_of(value: float) -> None:
    for slip in possible_slips(value):
        if slip.kind != "transposed":  # a zero in front is lost
            back = [s.value for s in possible_slips(slip.value) if s.kind == slip.kind]
            assert np.isclose(back, value, rtol=1e-12).any()


def test_all_slips_of_a_number_are_there_once() -> None:
    slips = {s.value: (s.kind, s.power) for s in possible_slips(120.5)}
    assert slips[0.1205] == ("factor", 3) and slips[1_205_000.0] == ("factor", -4)
    assert slips[210.5][0] == "transposed" and slips[102.5][0] == "transposed"
    assert slips[125.0][0] == "transposed"  # over the point as well
    assert slips[-120.5][0] == "sign"
    assert len(slips) == 10 + 3 + 1


def test_zero_and_what_is_no_number_have_no_slip() -> None:
    assert possible_slips(0.0) == possible_slips(float("nan")) == ()


@given(st.lists(st.tuples(amounts, st.floats(0.85, 1.15), st.sampled_from([-3, 0, 3])), min_size=1))
def test_the_thousand_error_is_that_of_an_independent_implementation(units) -> None:
    before = np.array([value for value, _, _ in units])
    now = before * np.array([change * 10.0**power for _, change, power in units])
    ids = [f"u{i:03}" for i in range(len(units))]
    frame = pd.DataFrame(
        {"id": ids * 2, "t": ["2023"] * len(ids) + ["2024"] * len(ids), "x": [*before, *now]}
    )
    flags = Detect(frame, "id").thousand_error("x", "t")
    theirs = flags[flags["t"] == "2024"].sort_values("id")["flag_thousand"].to_numpy() == 1
    assert (np.abs(power_of_ten(now / before, WINDOWS)) == 3).tolist() == theirs.tolist()


def test_the_windows_cover_the_powers_that_forms_confuse() -> None:
    ratios = np.array([10.0, 100, 1000, 1e4, 1e8, 1.1, 50, 1e6])
    assert power_of_ten(ratios, WINDOWS).tolist() == [1, 2, 3, 4, 8, 0, 0, 0]
    assert power_of_ten(1 / ratios, WINDOWS).tolist() == [-1, -2, -3, -4, -8, 0, 0, 0]


def test_a_window_holds_its_own_ends_but_for_rounding_and_nothing_beyond() -> None:
    ends = np.array([8.0, 12.0, 8 * (1 - 1e-12), 12 * (1 + 1e-12)])
    assert power_of_ten(ends, [(8, 12)]).tolist() == [1, 1, 1, 1]
    beyond = np.array([7.9999, 12.0001, np.inf, np.nan, 0.0])
    assert power_of_ten(beyond, [(8, 12)]).tolist() == [0, 0, 0, 0, 0]
