"""The signs of lights and verdicts: they differ in shape, not in colour alone."""

from __future__ import annotations

from collections.abc import Mapping

# of `schedules.Light` and `plan_period.Verdict`
SIGNS: Mapping[str, str] = {
    "met": "●", "reached": "●", "on_schedule": "●", "nearly": "◐", "behind": "○", "not_yet": "○",
    "not_met": "×", "not_computable": "—", "": "—",
}  # fmt: skip
