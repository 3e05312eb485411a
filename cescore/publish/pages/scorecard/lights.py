"""The lights of targets and requirements: signs that differ in shape, not in colour alone."""

LIGHTS = {
    "met": "●", "on_schedule": "●", "nearly": "◐", "behind": "○", "not_met": "×",
    "not_computable": "—", "": "—",
}  # fmt: skip
ON_COURSE = frozenset({"met", "on_schedule"})
