"""A level on a norm and the value behind it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cescore.method.index.norm_levels import value_at_level


@given(st.floats(1, 5), st.floats(1, 100), st.floats(1.05, 2), st.floats(1.05, 2))
def test_the_formula_of_the_indicator_leads_back_to_the_level(
    level: float, advanced: float, to_entry: float, to_limit: float
) -> None:
    entry = advanced * to_entry
    limit = entry * to_limit
    value = value_at_level(level, advanced=advanced, entry=entry, limit=limit)
    below = min(max(math.log(value / advanced) / math.log(entry / advanced), 0), 1)
    above = max(math.log(value / entry) / math.log(limit / entry), 0)
    assert 1 + below + above == pytest.approx(level, abs=1e-6)
