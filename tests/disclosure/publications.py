"""Random made-up publications, and an audit of them by a second way, written from the definition.

The audit knows what anybody can read: the register, params, and the public bundles as JSON. It has an
unknown for each firm and variable, SciPy's own linear programs, and tries every observer.
"""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.optimize import linprog

from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace

YEAR = 2025
VARIABLES = ("coal", "gas", "fuel", "trade")  # fuel = coal + gas; trade may be negative
TYPES = ("region", "city", "district", "park", "zone", "firm")
ENERGY = {"coal": 0.7, "gas": 1.3}
CLOSE = 2e-4  # of a value: what linear programs cannot tell from nothing
BALANCE = 0.005  # how far the rule lets fuel be off
FARTHER = {"wide": 0.08, "loose": 0.5}  # that of others
BEFORE = " the year before"  # after the code of a variable; no variable is called so
Balance = Literal[
    "hard", "soft", "at_most", "quotient", "minimum", "either", "both", "wide", "loose"
]
Unknown = tuple[str, str]  # firm or "rest of" a body, variable


@dataclass(frozen=True)
class MadeUp:
    """A city of districts, parks and firms; ``place``: whatever it lies in, from the smallest up.

    ``opened``: firms whose figures everybody may know. ``twins``: zone -> the park that is the same
    place and has the same figures. ``balance``: hard; soft: a return may break it, that a body's does
    not everybody reads, that a firm's does not nobody; at_most: coal and gas are no more than fuel, hard; quotient, minimum, either: the same, said
    by a rate, by the less of two, or as one of two alternatives; both: hard, beside another condition;
    wide: hard, and all are off within a wide tolerance; loose: coal and gas are no more than half as much
    again as fuel, hard.
    """

    place: Mapping[str, tuple[str, ...]]
    holder: Mapping[str, str]
    industry: Mapping[str, str]
    values: Mapping[Unknown, float]  # of firms
    figures: Mapping[Unknown, float]  # of bodies
    rules: Mapping[str, Any]
    opened: frozenset[str] = frozenset()
    twins: Mapping[str, str] = field(default_factory=dict)
    balance: Balance = "hard"
    balance_of: tuple[str, ...] = TYPES  # none named: every type's
    scores_energy: bool = False  # by a rate: it may be printed above what it stands on

    @property
    def codes(self) -> list[str]:
        """The variables that firms return, those of the year before with a mark."""
        return list(dict.fromkeys(code for _, code in self.values))

    @property
    def years(self) -> list[str]:
        """The marks of the years that are printed."""
        return list(dict.fromkeys("".join(code.partition(BEFORE)[1:]) for code in self.codes))

    @property
    def bodies(self) -> list[str]:
        return list(dict.fromkeys(b for b, _ in self.figures))

    def firms(self, body: str) -> list[str]:
        return [f for f in self.holder if self.twins.get(body, body) in self.place[f]]

    def bodies_in(self, body: str) -> list[str]:
        """The body and the bodies inside it."""
        own = self.twins.get(body, body)
        inside = (b for b in self.bodies if b == own or own in self.place[b])
        return [b for b in inside if b not in self.twins]


def made_up(seed: int) -> MadeUp:
    """Two districts with parks, firms in parks or beside them; holdings, zeros, negative values."""
    draw = random.Random(seed)
    place: dict[str, tuple[str, ...]] = {"C1": ()}
    place |= dict.fromkeys(("D1", "D2"), ("C1",))
    place |= {f"P{i}": (draw.choice(("D1", "D2")), "C1") for i in range(draw.randint(1, 3))}
    parks = [b for b in place if b.startswith("P")]
    firms = [f"F{i}" for i in range(draw.randint(5, 10))]
    for firm in firms:
        body = draw.choice([*parks, *parks, "D1", "D2"])
        place[firm] = (body, *place[body])
    holder = {f: f"H{draw.randint(0, 2)}" if draw.random() < 0.25 else f for f in firms}
    values, figures = returned(draw, place, firms)
    rules = {
        "public_types": ["city", "district", "park"],
        "industry_totals": ["coal", "gas", "fuel"],
        "min_contributors": draw.choice((3, 4)),
        "p_percent": draw.choice((5, 10, 20)),
        "significant_digits": draw.choice((2, 3, 4)),
    }
    industry = {f: draw.choice(("metal", "food")) for f in firms}
    return MadeUp(place, holder, industry, values, figures, rules)


def returned(
    draw: random.Random, place: Mapping[str, tuple[str, ...]], firms: Sequence[str]
) -> tuple[dict[Unknown, float], dict[Unknown, float]]:
    """What firms return in a year, and bodies: their firms' sums, and some of nobody's beside."""
    values: dict[Unknown, float] = {}
    for firm in firms:
        size = draw.lognormvariate(4, 1.2)
        for code in ("coal", "gas", "trade"):
            amount = 0.0 if draw.random() < 0.2 else round(size * draw.uniform(0.1, 1.5) + 1, 2)
            sign = -1 if code == "trade" and draw.random() < 0.3 else 1
            values[firm, code] = sign * amount
        values[firm, "fuel"] = round(values[firm, "coal"] + values[firm, "gas"], 2)
    bodies = [b for b in place if b not in firms]
    rest = {
        (b, c): round(draw.uniform(0, 200), 2) if draw.random() < 0.4 else 0.0
        for b in bodies
        for c in ("coal", "gas", "trade")
    }
    rest |= {(b, "fuel"): round(rest[b, "coal"] + rest[b, "gas"], 2) for b in bodies}
    figures = {
        (b, c): round(
            math.fsum(values[f, c] for f in firms if b in place[f])
            + math.fsum(rest[i, c] for i in bodies if i == b or b in place[i]),
            2,
        )
        for b in bodies
        for c in VARIABLES
    }
    return values, figures


def with_open_firms_and_a_zone(seed: int) -> MadeUp:
    """The same world with firms that consented, and a zone that is one of its parks once more."""
    world, draw = made_up(seed), random.Random(-seed - 1)
    opened = frozenset(f for f in world.holder if draw.random() < 0.25)
    parks = [b for b in world.bodies if b.startswith("P")]
    twins = {"Z1": draw.choice(parks)} if draw.random() < 0.7 else {}
    figures = {(z, c): world.figures[p, c] for z, p in twins.items() for c in VARIABLES}
    types = [*world.rules["public_types"], "zone"]
    return replace(
        world,
        place={**world.place, **dict.fromkeys(twins, ("C1",))},
        figures={**world.figures, **figures},
        rules={**world.rules, "public_types": types, "unprotected_bases": ["consented"]},
        opened=opened,
        twins=twins,
    )


def with_a_wide_balance(seed: int) -> MadeUp:
    """The same world where every firm's fuel is off its coal and gas by up to 6 %."""
    world, draw = made_up(seed), random.Random(-seed - 2)
    more = {f: round(world.values[f, "fuel"] * draw.uniform(-0.06, 0.06), 2) for f in world.holder}
    figures = {
        (b, "fuel"): round(world.figures[b, "fuel"] + math.fsum(more[f] for f in world.firms(b)), 2)
        for b in world.bodies
    }
    values = {(f, "fuel"): round(world.values[f, "fuel"] + more[f], 2) for f in world.holder}
    return replace(
        world,
        values={**world.values, **values},
        figures={**world.figures, **figures},
        balance="wide",
    )


# --- the same as a workspace ------------------------------------------------------------------


def written(root: Path, world: MadeUp) -> YearlyEvaluation:
    """The publication as files of a workspace, evaluated."""
    write(root, world)
    return evaluate_workspace(Workspace.load(root, YEAR))


def write(root: Path, world: MadeUp) -> None:
    """The publication as files of a workspace."""
    made = {"source": "made for the tests", "tag": "P"}
    ends = {"goalposts": {YEAR - 1: {"worst": 0, "best": 1, **made}}, "direction": 1, **made}
    framework = {
        "version": "1", "source": "made for the tests", "en": "test",
        "index": {"code": "INDEX", "en": "index"}, "normalisation": "goalposts",
        "groups": {"all": {"en": "all", "weight": 1}},
        "indicators": {
            "coal_share": {"en": "s", "formula": "coal / fuel", "unit": "ratio", "group": "all",
                           "weight": 1, **ends},
            "gas_share": {"en": "g", "formula": "gas / fuel", "unit": "ratio", "group": "all",
                          "weight": 1, **ends},
        },
    }  # fmt: skip
    if world.scores_energy:
        indicators: dict[str, Any] = framework["indicators"]  # type: ignore[assignment]
        indicators["intensity"] = {**indicators["coal_share"], "formula": "energy / fuel"}
    terms = " + ".join(f"{c} * {code}" for code, c in ENERGY.items())
    account = {"en": "energy", "formula": terms, "unit": "t", "entity_types": TYPES, **made}
    off = FARTHER.get(world.balance, BALANCE)
    near = f"abs(fuel - total(coal, gas)) <= {off} * fuel"
    at_most = {
        "at_most": f"total(coal, gas) <= {1 + BALANCE} * fuel",
        "quotient": f"total(coal, gas) / fuel <= {1 + BALANCE}",
        "minimum": f"total(coal, gas) <= min(2 * fuel, {1 + BALANCE} * fuel)",
        "either": f"not fuel > 0 or total(coal, gas) <= {1 + BALANCE} * fuel",
        "both": f"{near} and fuel >= 0",
        "loose": f"total(coal, gas) <= {1 + off} * fuel",
    }
    balance = {
        "en": "fuel adds up", "rule": at_most.get(world.balance, near),
        "severity": "soft" if world.balance == "soft" else "hard", "kind": "balance", "source": "the tests",
        "entity_types": world.balance_of,
    }  # fmt: skip
    params: dict[str, object] = {
        "variables.yml": {
            c: {"en": c, "unit": "t", "sign": "any" if c == "trade" else "non_negative"}
            for c in VARIABLES
        },
        "accounts.yml": {"accounts": {"energy": account}},
        "checks.yml": {"rules": {"fuel": balance}},
        "disclosure.yml": {**world.rules, "decided_by": "the tests"},
        f"runs/{YEAR}.yml": {
            "year": YEAR,
            "base_year": YEAR - 1 if BEFORE in world.years else YEAR,
            "status": "sample",
            "first_year": YEAR - 1 if BEFORE in world.years else YEAR,
            "large_above": 0,  # no bands of scores, which say nothing of values
        },
    }
    params |= {f"frameworks/{t}.yml": framework for t in TYPES}
    for name, content in params.items():
        path = root / "params" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML
    types = {"R": "region", "C": "city", "D": "district", "P": "park", "Z": "zone", "F": "firm"}
    lines = ["entity_id,entity_type,name_en,parent_id,holding_id,industry,same_as"]
    for entity, around in world.place.items():
        own = (types[entity[0]], f"Name of {entity}", around[0] if around else "")
        same = world.twins.get(entity, "")
        beside = (_holding(world, entity), world.industry.get(entity, ""), same)
        lines.append(",".join((entity, *own, *beside)))
    observed: dict[int, list[str]] = defaultdict(lambda: ["entity_id,year,variable,value,basis"])
    for (entity, name), value in {**world.figures, **world.values}.items():
        code, mark, _ = name.partition(BEFORE)
        basis, year = "consented" if entity in world.opened else "statistical", YEAR - bool(mark)
        observed[year].append(f"{entity},{year},{code},{value},{basis}")
    for year, rows in observed.items():
        path = root / f"data/{year}/observations.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    (root / "data/entities.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _holding(world: MadeUp, entity: str) -> str:
    holder = world.holder.get(entity, "")
    return "" if holder == entity else holder


def published(yearly: YearlyEvaluation, world: MadeUp) -> dict[str, dict[str, Any]]:
    """What everybody reads: the bundles of bodies, as JSON."""
    yearly.__dict__[
        "robustness"
    ] = {}  # of ranks: it says nothing of values, and takes half the time
    bundler = Bundler(yearly)
    return {b: json.loads(bundler.bundle(b).to_bytes()) for b in world.bodies}


# --- the audit ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """low <= sum of coefficients times unknowns <= high."""

    terms: Mapping[Unknown, float]
    low: float
    high: float


@dataclass
class Audit:
    """What follows from public bundles, by linear programs over firms' magnitudes."""

    world: MadeUp
    made: Mapping[str, Mapping[str, Any]]
    tiled: frozenset[str]
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = [*self._of_bodies(), *self._of_industries(), *self._balances()]
        rests = [(f"rest of {b}", c) for b in self.world.bodies for c in self.world.codes]
        self.unknowns: list[Unknown] = [*self.world.values, *rests]
        self.place = {unknown: i for i, unknown in enumerate(self.unknowns)}
        matrix = np.zeros((len(self.rows), len(self.unknowns)))
        for i, row in enumerate(self.rows):
            for unknown, c in row.terms.items():
                matrix[i, self.place[unknown]] = c
        both = np.vstack([matrix, -matrix])
        limits = np.array([r.high for r in self.rows] + [-r.low for r in self.rows])
        is_limited = np.isfinite(limits)
        self.matrix, self.limits = both[is_limited], limits[is_limited]

    # what is printed, as sums of unknowns

    def body(self, body: str, code: str) -> dict[Unknown, float]:
        """A body's own figure: its firms', and what comes from nobody in the register."""
        terms: dict[Unknown, float] = {
            (f, code): math.copysign(1.0, self.world.values[f, code])
            for f in self.world.firms(body)
        }
        inside = [b for b in self.world.bodies_in(body) if b not in self.tiled]
        return terms | {(f"rest of {b}", code): 1.0 for b in inside}

    def released(self, body: str, code: str) -> float | None:
        bundle, (code, mark, _) = self.made[body], code.partition(BEFORE)
        at = -2 if mark else -1
        if code in bundle["record"]["values"]:
            value: float | None = bundle["record"]["values"][code][at]
            return value
        every = [*bundle["evaluated"]["accounts"], *bundle["evaluated"]["indicators"]]
        return next((s["values"][at] for s in every if s["code"] == code), None)

    def _of_bodies(self) -> Iterator[Row]:
        for body in self.world.bodies:
            for code in self.world.codes:
                value = self.released(body, code)
                if value is not None:
                    yield _about(self.body(body, code), value)
            for then in self.world.years:
                energy = self.released(body, f"energy{then}")
                if energy is not None:
                    yield _about(self._energy(body, then), energy)
                intensity = self.released(body, f"intensity{then}")
                if intensity is not None:
                    fuel = (-intensity, self.body(body, f"fuel{then}"))
                    parts = _sum([(1.0, self._energy(body, then)), fuel])
                    yield _about(parts, 0.0, self.world.figures[body, f"fuel{then}"])
                for part in ("coal", "gas"):
                    share = self.released(body, f"{part}_share{then}")
                    if share is not None:
                        yield self._ratio(body, share, f"{part}{then}", f"fuel{then}")

    def _energy(self, body: str, then: str) -> dict[Unknown, float]:
        return _sum((c, self.body(body, f"{v}{then}")) for v, c in ENERGY.items())

    def _ratio(self, body: str, ratio: float, top: str, bottom: str) -> Row:
        parts = [(1.0, self.body(body, top)), (-ratio, self.body(body, bottom))]
        return _about(_sum(parts), 0.0, self.world.figures[body, bottom])

    def _of_industries(self) -> Iterator[Row]:
        digits = self.world.rules["significant_digits"]
        top = next(b for b in self.world.bodies if not self.world.place[b])
        for row in self.made[top]["industries"]:
            if row["value"] is None:
                continue
            code, value = row["variable"], row["value"]
            firms = [f for f, named in self.world.industry.items() if named == row["industry"]]
            half = 0.5 * 10.0 ** (math.floor(math.log10(value)) - digits + 1) if value else 0.0
            yield Row({(f, code): 1.0 for f in firms}, value - half, value + half)

    def _balances(self) -> Iterator[Row]:
        """The rule of every body, and a hard one of every firm: fuel is coal and gas, but for its tolerance."""
        terms = [tuple(f"{v}{then}" for v in ("fuel", "coal", "gas")) for then in self.world.years]
        of_bodies = ([self.body(b, v) for v in three] for b in self.world.bodies for three in terms)
        of_firms = ([{(f, v): 1.0} for v in three] for f in self.world.holder for three in terms)
        balance = self.world.balance
        known = of_bodies if balance == "soft" else (*of_bodies, *of_firms)
        off = FARTHER.get(balance, BALANCE)
        for fuel, coal, gas in known:
            for sign in (1.0, -1.0) if balance in ("hard", "soft", "both", "wide") else (-1.0,):
                parts = [(sign - off, fuel), (-sign, coal), (-sign, gas)]
                yield Row(_sum(parts), -np.inf, 0.0)

    # what follows

    def bound(
        self, terms: Mapping[Unknown, float], observer: str = "", *, upper: bool = True
    ) -> float:
        """The largest (or smallest) value that a sum can have, for whoever has an observer's returns."""
        cost = np.zeros(len(self.unknowns))
        for unknown, c in terms.items():
            cost[self.place[unknown]] = -c if upper else c
        for unit in (1.0, 0.01):  # what is too large for an answer is asked in hundreds
            ends = [(low * unit, high and high * unit) for low, high in self._limits_for(observer)]
            # presolve takes equations written as two inequalities for a contradiction
            found = linprog(
                cost, A_ub=self.matrix, b_ub=self.limits * unit, bounds=ends, method="highs",
                options={"presolve": False},
            )  # fmt: skip
            if found.status == 3:
                return math.inf if upper else -math.inf
            if found.status == 0:
                return float(-found.fun if upper else found.fun) / unit
        raise AssertionError(found.message)

    def _limits_for(self, observer: str) -> list[tuple[float, float | None]]:
        """Of each unknown; an observer knows its own, and everybody what is open."""
        limits: list[tuple[float, float | None]] = [(0.0, None)] * len(self.unknowns)
        for (firm, code), value in self.world.values.items():
            if self.world.holder[firm] == observer or firm in self.world.opened:
                limits[self.place[firm, code]] = (abs(value), abs(value))
        return limits

    def violations(self, observers: Iterable[str]) -> Iterator[str]:
        """Whose value is bounded within p % from above, by whom; sums over too few that are known."""
        share = self.world.rules["p_percent"] / 100
        truth: dict[tuple[str, str], float] = defaultdict(float)
        for (firm, code), value in self.world.values.items():
            if firm not in self.world.opened:
                truth[self.world.holder[firm], code] += abs(value)
        for observer in observers:
            open_to_doubt = {t: v for t, v in truth.items() if v and t[0] != observer}
            for (target, code), true in self._not_shown_safe(open_to_doubt, share, observer):
                best = self.bound(self._of(target, code), observer)
                if best < (1 + share - CLOSE) * true:
                    yield f"{observer or 'public'} on {target} {code}: {true} <= {best}"
        for code in self.world.codes:
            yield from self._too_few(code, share)

    def _of(self, holder: str, code: str) -> dict[Unknown, float]:
        own = (f for f, h in self.world.holder.items() if h == holder)
        return {(f, code): 1.0 for f in own if f not in self.world.opened}

    def _not_shown_safe(
        self, targets: Mapping[tuple[str, str], float], share: float, observer: str
    ) -> list[tuple[tuple[str, str], float]]:
        """Whose values are not shown to be safe by a point at which they are p % larger.

        Each target gets a further unknown, its value in parts of the truth, up to 1 + p %; their sum is
        made as large as the rows allow, again and again over what is left.
        """
        left, count = list(targets.items()), len(self.unknowns)
        while left:
            links = np.zeros((len(left), count + len(left)))
            for i, ((holder, code), true) in enumerate(left):
                for unknown in self._of(holder, code):
                    links[i, self.place[unknown]] = -1.0 / true
                links[i, count + i] = 1.0
            wide = np.hstack([self.matrix, np.zeros((len(self.matrix), len(left)))])
            found = linprog(
                np.r_[np.zeros(count), -np.ones(len(left))],
                A_ub=np.vstack([wide, links]), b_ub=np.r_[self.limits, np.zeros(len(left))],
                bounds=[*self._limits_for(observer), *[(0.0, 1 + share)] * len(left)],
                method="highs", options={"presolve": False},
            )  # fmt: skip
            assert found.status == 0, found.message
            is_shown = found.x[count:] >= 1 + share - CLOSE
            if not is_shown.any():
                break
            left = [target for target, shown in zip(left, is_shown, strict=True) if not shown]
        return left

    def _too_few(self, code: str, share: float) -> Iterator[str]:
        for body in self.world.bodies:
            parts: dict[str, float] = defaultdict(float)
            firms = [f for f in self.world.firms(body) if f not in self.world.opened]
            for firm in firms:
                parts[self.world.holder[firm]] += abs(self.world.values[firm, code])
            adding = {holder: value for holder, value in parts.items() if value}
            if not 0 < len(adding) < self.world.rules["min_contributors"]:
                continue
            terms = {(f, code): 1.0 for f in firms}
            low, high = self.bound(terms, upper=False), self.bound(terms)
            if high - low < (share - CLOSE) * max(adding.values()):
                yield f"{body} {code}: {len(adding)} contributors known to {low}..{high}"


def _about(terms: dict[Unknown, float], value: float, scale: float = 0.0) -> Row:
    noise = 1e-7 * max(abs(value), abs(scale))
    return Row(terms, value - noise, value + noise)


def _sum(parts: Iterable[tuple[float, Mapping[Unknown, float]]]) -> dict[Unknown, float]:
    total: dict[Unknown, float] = defaultdict(float)
    for factor, terms in parts:
        for unknown, c in terms.items():
            total[unknown] += factor * c
    return dict(total)
