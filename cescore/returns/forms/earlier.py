"""What a form shows of earlier years, and what its hints need of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EarlierFigures:
    """What is known of an entity's earlier years: by code and year a number, a word, or nothing.

    ``slip_from``: by code, the value of two years before where last year's was a power of ten away
    from it. ``check_status``, ``check_value``: by check, what was recorded last year.
    """

    values: Mapping[tuple[str, int], float | str] = field(default_factory=dict)
    slip_from: Mapping[str, float] = field(default_factory=dict)
    with_digits: frozenset[str] = frozenset()
    check_status: Mapping[str, str] = field(default_factory=dict)
    check_value: Mapping[str, str] = field(default_factory=dict)
