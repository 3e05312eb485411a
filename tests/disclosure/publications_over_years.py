"""Made-up publications of two years: what rules, indicators and targets tie to the year before, progress, and
a region above.

Bodies return what they had at the beginning of the year, which is the fuel of the year before; who knows
both years' shares and a group of the index or of progress solves for the only one that is withheld.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from publications import (
    BEFORE,
    VARIABLES,
    YEAR,
    Audit,
    MadeUp,
    Row,
    _about,
    _sum,
    made_up,
    returned,
    write,
)

from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

SHARES = ("coal_share", "gas_share")
BODIES = ["region", "city", "district", "park"]
OPENING = {
    "en": "begins with last year's fuel", "rule": "abs(opening - lag(fuel)) <= 0.005 * opening",
    "severity": "soft", "identity": True, "entity_types": BODIES,
}  # fmt: skip


STEADY = {
    "en": "a tenth more or less than last year",
    "rule": "fuel >= 0.9 * lag(fuel) and fuel <= 1.1 * lag(fuel)",
    "severity": "soft", "kind": "change", "source": "the tests", "entity_types": BODIES,
}  # fmt: skip
MADE = {"source": "made for the tests", "tag": "P", "en": "made"}
LESS_COAL = {"indicator": "coal_share", "type": "cumulative_reduction", "value": 10, "unit": "%"}
PLAN = {
    **MADE, "base_year": YEAR - 1, "first_year": YEAR, "last_year": YEAR, "status": "in force",
    "targets": {
        "less": {**LESS_COAL, "op": ">=", **MADE},
        "gas": {"indicator": "gas_share", "type": "level", "value": 0.5, "unit": "ratio", "op": ">=", **MADE},
        "growth": {"indicator": "growth", "type": "level", "value": 1, "unit": "ratio", "op": "<=", **MADE},
    },
}  # fmt: skip


@dataclass(frozen=True)
class OverYears(MadeUp):
    """``openings``: body -> the fuel of the year before, where it returns that."""

    openings: Mapping[str, float] = field(default_factory=dict)


def over_years(seed: int) -> OverYears:
    """A made-up publication with the year before it, and in half of them a region around the city."""
    world, draw = made_up(seed), random.Random(-2 * seed - 5)
    place, figures = dict(world.place), dict(world.figures)
    if draw.random() < 0.5:
        place = {"R1": (), **{entity: (*chain, "R1") for entity, chain in place.items()}}
        figures |= {("R1", c): figures["C1", c] for c in VARIABLES}
    firms = list(world.holder)
    values, before = returned(draw, place, firms)
    if draw.random() < 0.5:  # a year like the one before it
        values = {k: round(v * draw.uniform(0.9, 1.1), 2) for k, v in world.values.items()}
        values |= {(f, "fuel"): round(values[f, "coal"] + values[f, "gas"], 2) for f in firms}
        before = {
            (b, c): round(math.fsum(values[f, c] for f in firms if b in place[f]), 2)
            for b in place
            if b not in firms
            for c in VARIABLES
        }
    marked = {(e, f"{c}{BEFORE}"): v for (e, c), v in values.items()}
    both = {**figures, **{(e, f"{c}{BEFORE}"): v for (e, c), v in before.items()}}
    openings = {b: v for (b, c), v in before.items() if c == "fuel" and draw.random() < 0.6}
    rules = {**world.rules, "public_types": BODIES}
    plain = replace(
        world, place=place, figures=both, values={**world.values, **marked}, rules=rules
    )
    return OverYears(**vars(plain), openings=openings)


def written_over_years(root: Path, world: OverYears) -> YearlyEvaluation:
    """The publication as files of a workspace, evaluated."""
    write(root, world)
    _add(
        root / "params/variables.yml",
        opening={"en": "opening", "unit": "t", "entity_types": BODIES},
    )
    checks = json.loads((root / "params/checks.yml").read_text("utf-8"))
    _add(
        root / "params/checks.yml", rules={**checks["rules"], "opening": OPENING, "steady": STEADY}
    )
    _add(root / f"params/runs/{YEAR}.yml", plan="plan")
    (root / "params/plans").mkdir()
    (root / "params/plans/plan.yml").write_text(json.dumps(PLAN), encoding="utf-8")
    growth = {
        "formula": "fuel / lag(fuel)", "unit": "ratio", "group": "all", "weight": 1, "direction": 1,
        "goalposts": {YEAR - 1: {"worst": 0, "best": 2, "source": "the tests", "tag": "P"}}, **MADE,
    }  # fmt: skip
    mix = {
        "en": "mix",
        "weight": 1,
        "aggregation": "geometric_mean",
        "members": dict.fromkeys(SHARES, 1),
    }
    for path in (root / "params/frameworks").glob("*.yml"):
        framework = json.loads(path.read_text("utf-8"))
        progress = {"code": "PROG", "en": "progress", "aggregation": "arithmetic_mean", "tag": "P"}
        _add(
            path,
            indicators={**framework["indicators"], "growth": growth},
            progress={**progress, "groups": {"mix": {**mix, "tag": "P"}}},
        )
    with (root / f"data/{YEAR}/observations.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{b},{YEAR},opening,{v},statistical\n" for b, v in world.openings.items())
    return evaluate_workspace(Workspace.load(root, YEAR))


def _add(path: Path, **more: object) -> None:
    content = {**json.loads(path.read_text("utf-8")), **more}
    path.write_text(json.dumps(content), encoding="utf-8")


class AuditOverYears(Audit):
    """The audit, with what ties the years together and what a whole is solved for."""

    def _of_bodies(self) -> Iterator[Row]:
        yield from super()._of_bodies()
        assert isinstance(self.world, OverYears)
        for body in self.world.bodies:
            opening = self.released(body, "opening") if body in self.world.openings else None
            if opening is not None:
                yield _about(self.body(body, f"fuel{BEFORE}"), opening)
            this, last = self.body(body, "fuel"), self.body(body, f"fuel{BEFORE}")
            change = self.world.figures[body, "fuel"] - self.world.figures[body, f"fuel{BEFORE}"]
            if abs(change) <= 0.1 * self.world.figures[body, f"fuel{BEFORE}"]:  # without a finding
                yield Row(_sum([(1.0, this), (-1.1, last)]), -math.inf, 0.0)
                yield Row(_sum([(-1.0, this), (0.9, last)]), -math.inf, 0.0)
            growth = self.released(body, "growth")
            if growth is not None:
                yield self._ratio(body, growth, "fuel", f"fuel{BEFORE}")
            for (code, then), share in self._solved(body).items():
                top = code.removesuffix("_share")
                if code == "growth":
                    yield self._ratio(body, share, "fuel", f"fuel{BEFORE}")
                else:
                    yield self._ratio(body, share, f"{top}{then}", f"fuel{then}")

    def _solved(self, body: str) -> Mapping[tuple[str, str], float]:
        """Withheld rates that a group of the index, or of progress, is solved for."""
        found: dict[tuple[str, str], float] = {}
        evaluated = self.made[body]["evaluated"]
        for at, then in ((-1, ""), (-2, BEFORE)):
            scores = {s["code"]: (s["values"][at], s["status"][at]) for s in evaluated["scores"]}
            hidden = [c for c, (value, status) in scores.items() if status == "suppressed"]
            index = evaluated["index"]["values"][at]
            if len(hidden) == 1 and index is not None:
                known = [value for value, _ in scores.values() if value is not None]
                score = index * (len(known) + 1) - math.fsum(known)
                if 0.01 < score < 99.99:
                    found[hidden[0], then] = score / 100 * (2 if hidden[0] == "growth" else 1)
        found |= self._of_targets(body)
        return found | self._of_progress(body, evaluated, found)

    def _of_targets(self, body: str) -> Mapping[tuple[str, str], float]:
        """Rates that a target states: now, in the base year, and by how much they fell since."""
        found: dict[tuple[str, str], float] = {}
        for target in self.made[body]["targets"]:
            (code,) = target["indicators"]
            now, then, actual = target["level"], target["base"], target["actual"]
            if target["type"] == "level":
                now = actual if now is None else now
            elif actual is not None and then is None and now is not None:
                then = now / (1 - actual / 100)
            elif actual is not None and now is None and then is not None:
                now = then * (1 - actual / 100)
            known = {"": now, BEFORE: None if code == "growth" else then}
            found |= {(code, mark): value for mark, value in known.items() if value is not None}
        return found

    def _of_progress(
        self, body: str, evaluated: Mapping[str, Any], solved: Mapping[tuple[str, str], float]
    ) -> Mapping[tuple[str, str], float]:
        members = {
            m["code"]: (m["values"][-1], m["status"][-1]) for m in evaluated["progress_members"]
        }
        (group,) = evaluated["progress_groups"] or [{"values": [None]}]
        ratios = {code: value for code, (value, _) in members.items() if value is not None}
        hidden = [code for code, (_, status) in members.items() if status == "suppressed"]
        if len(hidden) == 1 and group["values"][-1] is not None:
            product = math.prod(value / 100 for value in ratios.values())
            ratios[hidden[0]] = 100 * (group["values"][-1] / 100) ** (len(ratios) + 1) / product
        found = {}
        for code, ratio in ratios.items():
            now, then = (
                self.released(body, f"{code}{mark}") or solved.get((code, mark))
                for mark in ("", BEFORE)
            )
            if now is None and then is not None:
                found[code, ""] = ratio / 100 * then
            elif then is None and now is not None and ratio:
                found[code, BEFORE] = now / (ratio / 100)
        return found
