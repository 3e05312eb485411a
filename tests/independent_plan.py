"""A second, independent computation of every total: plan YAML, inspections and results in, exact fractions out.

Nothing of the package is imported. Beside `independent`, which finds the index again, this follows the
plan by hand in its last year: targets on the way from their base values, checks held against their
yardsticks, evidence, the weights of the parts.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from independent import Value, World, read_yaml

# Read by hand: what a check of a type asks for and something else scores already.
REPEATED: dict[str, dict[str, str]] = {
    "city": {},
    "district": {
        "4.2.2.c": "P07", "4.2.3.a": "P06", "4.4.1.d": "T1a",
        "4.5.1.a": "NET", "4.5.3.a": "R12", "5.3.a": "R11", "5.4.a": "R09",
        # in part, as the plan's list of overlaps has it
        "4.4.1.a": "T1a", "4.1.6.a": "R07", "5.5.b": "I_fill", "5.5.d": "I_fill", "5.4.c": "NET",
        "4.5.1.d": "NET", "4.3.6.b": "R09",
    },
    "park": {"4.1.6.a": "K09"},
    "enterprise": {"4.1.2.a": "E09", "4.1.6.a": "E07"},
}  # fmt: skip

Rows = dict[tuple[str, str], dict[str, str]]  # entity, check -> its row


def read_checks(path: Path) -> Rows:
    """The rows of a measures.csv."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {(row["entity_id"], row["check_id"]): row for row in csv.DictReader(file)}


class PlannedTotals:
    """Parts and totals of one entity type in the plan's last year."""

    def __init__(self, plan: Path, world: World, entity_type: str, data: Path) -> None:
        self.plan, self.world, self.entity_type = read_yaml(plan), world, entity_type
        self.year = int(self.plan["last_year"])
        self.rules = self.plan["assessment"]
        years = range(int(self.plan["first_year"]), self.year + 1)
        self.rows = {year: read_checks(data / str(year) / "measures.csv") for year in years}
        self.now = self.rows[self.year]

    def total(self, entity: str, index: Fraction, bonus: Fraction) -> Fraction:
        """The total: parts that exist, weighted, with extra points, 100 at most."""
        scale = self.world.framework.get("scale", {})
        floor, top = Fraction(str(scale.get("floor", 0))), Fraction(str(scale.get("top", 100)))
        parts = {
            "targets": self.targets(entity),
            "index": (index - floor) / (top - floor) * 100,
            "measures": self.measures(entity),
        }
        given = self.rules["weights"][self.entity_type]
        live = {
            p: Fraction(str(given[p])) for p, v in parts.items() if v is not None and p in given
        }
        if "measures" in live:  # of few checks they weigh less
            share = Fraction(len(self.credits(entity)), int(self.rules["enough_checks"]))
            live["measures"] *= min(share, Fraction(1))
        weighted = sum((w * (parts[p] or 0) for p, w in live.items()), Fraction(0))
        return min(weighted / sum(live.values()) + bonus, Fraction(100))

    # --- targets ---------------------------------------------------------------------------------

    def targets(self, entity: str) -> Fraction | None:
        """100 times the mean of the points of the type's own scored targets, at most 100."""
        own = [
            target
            for target in self.plan["targets"].values()
            if self.entity_type in target.get("applies_to", []) and target.get("scored", True)
        ]
        points = [self.points(entity, target) for target in own]
        known = [p for p in points if p is not None]
        return min(sum(known, Fraction(0)) / len(known), Fraction(1)) * 100 if known else None

    def points(self, entity: str, target: dict[str, Any]) -> Fraction | None:
        """The points of one target in the last year."""
        code, goal = target["indicator"], Fraction(str(target["value"]))
        now = self.world.indicator(entity, code, self.year)
        base = self.world.indicator(entity, code, int(self.plan["base_year"]))
        return points_of(target["type"], target["op"], goal, now, base, self.ladder)

    def ladder(self, completion: Fraction, *, bonus: bool = True) -> Fraction:
        """Points for a completion, between the rungs on straight lines."""
        assert self.rules["ladder_form"] == "continuous"
        rungs = [(Fraction(0), Fraction(0))]
        rungs += sorted((Fraction(str(a)) / 100, Fraction(str(b))) for a, b in self.rules["ladder"])
        if completion <= 0:
            return Fraction(0)
        for (low, less), (high, more) in pairwise(rungs):
            if completion < high:
                return less + (completion - low) / (high - low) * (more - less)
        over = (completion - 1) * 10 * Fraction(str(self.rules["bonus_step"])) if bonus else 0
        return rungs[-1][1] + min(max(over, Fraction(0)), Fraction(str(self.rules["bonus_most"])))

    # --- measures --------------------------------------------------------------------------------

    def measures(self, entity: str) -> Fraction | None:
        """100 times the mean credit of the checks that are scored."""
        credits = self.credits(entity)
        return sum(credits, Fraction(0)) / len(credits) * 100 if credits else None

    def credits(self, entity: str) -> list[Fraction]:
        """The credit of each check that is scored."""
        return [
            credit
            for measure in self.plan["measures"].values()
            for check in measure["checks"]
            if self.entity_type in check["levels"]
            and check["id"] not in REPEATED[self.entity_type]
            and (credit := self.credit(entity, check, measure["units"])) is not None
        ]

    def credit(self, entity: str, check: dict[str, Any], units: list[str]) -> Fraction | None:
        """The credit of one check; None of one that is not scored."""
        row = self.now.get((entity, check["id"]))
        if row is None or row["status"] not in ("done", "partial", "not_done"):
            return None
        share = self.share(entity, check, row)
        if share is None:
            return None
        kind = row["evidence_kind"] or "statement"
        if self.entity_type == self.plan["units_of"] and row["inspector_unit"] in units:
            kind = "statement"
        kind = kind if row["evidence_ref"] else "none"
        return share * Fraction(str(self.rules["evidence"][kind]))

    def share(self, entity: str, check: dict[str, Any], row: dict[str, str]) -> Fraction | None:
        """What the yardstick of a check gives before evidence."""
        yardstick, less = check["yardstick"], check.get("better") == "less"
        if yardstick == "none":
            return None
        if yardstick == "done":
            return {"done": Fraction(1), "partial": Fraction(1, 2)}.get(row["status"], Fraction(0))
        goals = {year: goal for year, goal in check.get("goal", {}).items() if year <= self.year}
        if yardstick == "goal" and not goals:
            return None
        if not row["value"]:
            return Fraction(0)
        value = Fraction(row["value"])
        if yardstick == "goal":
            goal = Fraction(str(goals[max(goals)]))
            if value == goal or (value < goal) == less:
                return Fraction(1)
            first = next(iter(self.before(entity, check["id"], len(self.rows)).values()), None)
            if first is not None and (not goal or len(set(check["goal"].values())) > 1):
                if first == goal or (first < goal) == less:
                    return self.ladder(
                        max(1 - abs(value - goal) / abs(goal), Fraction(0)), bonus=False
                    )
                return self.ladder(max((first - value) / (first - goal), Fraction(0)), bonus=False)
            over, under = (goal, value) if less else (value, goal)
            return self.ladder(over / under, bonus=False) if under > 0 else Fraction(0)
        is_flow, rules = check.get("quantity") == "flow", self.rules["improves"]
        known = self.before(entity, check["id"], int(rules["years"]) if is_flow else 1)
        if not known:
            return None
        before = sum(known.values(), Fraction(0)) / len(known)
        if check["type"] == "count" and max(value, before) < rules.get("few", 0):
            return None
        if not less and not value and not before:
            return None
        change = before - value if less else value - before
        if check["type"] == "rate":
            tolerance = Fraction(str(rules["rate"]))
            near = 1 - (value if less else 100 - value) / Fraction(str(rules["near"]))
        else:
            back = Fraction(int(rules["years"]) + 1, 2) if is_flow else 1
            tolerance = abs(before) * Fraction(str(rules["amount"])) / 100 * back
            near = Fraction(less and value <= 0)
        if not tolerance:
            return max(near, Fraction((change > 0) - (change < 0) + 1) / 2)
        return min(max(Fraction(1, 2) + change / tolerance / 2, near, Fraction(0)), Fraction(1))

    def before(self, entity: str, check: str, years: int) -> dict[int, Fraction]:
        """The numbers recorded of a check in so many years before, the first one first."""
        span = [year for year in sorted(self.rows) if self.year - years <= year < self.year]
        texts = {year: self.rows[year].get((entity, check), {}).get("value") for year in span}
        return {year: Fraction(text) for year, text in texts.items() if text}


def points_of(
    kind: str, op: str, goal: Fraction, now: Value, base: Value, ladder: Any
) -> Fraction | None:
    """The points of a target in the plan's last year; None where it leaves the total."""
    if now.state == 2 or (kind != "level" and base.state == 2 and now.state < 4):
        return Fraction(0)  # not returned
    if now.number is None or (kind != "level" and (base.number is None or base.number <= 0)):
        return None
    level = now.number
    if kind != "level":
        assert base.number is not None
        fall = 1 - level / base.number
        return Fraction(ladder((fall if kind == "cumulative_reduction" else -fall) / (goal / 100)))
    is_met = level >= goal if op == ">=" else level <= goal
    if base.number is None:
        return Fraction(is_met)
    if base.number >= goal if op == ">=" else base.number <= goal:
        short = 0 if is_met else abs(level - goal) / abs(goal)
        return Fraction(ladder(1 - short, bonus=False))
    return Fraction(ladder((base.number - level) / (base.number - goal)))
