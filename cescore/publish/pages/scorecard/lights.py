"""The signs and words of lights and verdicts: they differ in shape, not in colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.method.grading.targets import TargetLine
from cescore.method.thresholds import meets
from cescore.publish.view import View
from cescore.publish.words import label_or

# of `schedules.Light` and `plan_period.Verdict`
SIGNS: Mapping[str, str] = {
    "met": "●", "reached": "●", "on_schedule": "●", "nearly": "◐", "behind": "○", "not_yet": "○",
    "not_met": "×", "not_computable": "—", "": "—",
}  # fmt: skip


def verdict_words(view: View, line: TargetLine) -> str:
    """How a target stands: of the entity's own met or not, of another's above it or below, and of
    one without a figure why there is none."""
    if line.light in ("", "not_computable") and line.note:
        return label_or(f"target_note.{line.note.split(';')[0].strip()}", view.lang, line.note)
    if line.role == "reference" and line.actual is not None:
        side = "above" if meets(line.actual, ">=", line.value) else "below"
        return view.t(f"target.reference.{side}")
    return label_or(f"light.{line.light}", view.lang, line.light or "—")
