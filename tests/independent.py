"""A second, independent computation of every index: results.csv and params/*.yml in, exact fractions out.

Nothing of the package is imported. It reads the returned values from a results file, brings each to
base units by a small table of its own, works the formulas of the YAML in `fractions.Fraction`, and
follows groups, goalposts and missing-data rules by hand. Covered are frameworks on goalposts, which the
shipped types use, and on observed extremes with gaps filled by means: who returned nothing of a year is
compared with nobody and given nothing.
"""

from __future__ import annotations

import ast
import csv
import math
import re
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

# how many of the plainest unit one of these is; dimensions are not this computation's business
SCALE = {
    "": 1, "1": 1, "ratio": 1, "index": 1, "count": 1, "bool": 1, "code": 1, "level": 1, "%": Fraction(1, 100),
    "CNY": 1, "10k CNY": 10**4, "100m CNY": 10**8, "万元": 10**4, "亿元": 10**8, "元": 1,
    "t": 1, "10k t": 10**4, "kg": Fraction(1, 1000), "t CO2": 1, "tCO2": 1, "tce": 1, "kgce": Fraction(1, 1000), "10k tce": 10**4,
    "m3": 1, "10k m3": 10**4, "10k kWh": 10**4, "kWh": 1, "GJ": 1, "MJ": Fraction(1, 1000),
    "ha": 1, "km2": 100, "m2": Fraction(1, 10**4), "10k m2": 1, "person": 1, "10k person": 10**4,
    "1000 EUR": 1000, "EUR": 1, "kg CO2e": Fraction(1, 1000), "1000000 person": 10**6, "day": 1, "year": 1,
}  # fmt: skip
PRESENT, NOT_COMPUTABLE, MISSING, NOT_APPLICABLE, NOT_COLLECTED = 0, 1, 2, 4, 5
NOT_APPLYING = (NOT_COMPUTABLE, NOT_APPLICABLE, NOT_COLLECTED)
STATES = {
    "not_computable": 1,
    "missing": 2,
    "suppressed": 3,
    "not_applicable": 4,
    "not_collected": 5,
}


@dataclass(frozen=True)
class Value:
    """An exact number, or the reason why there is none; ``carried`` is not tracked."""

    number: Fraction | None
    state: int = PRESENT


def scale_of(unit: str) -> Fraction:
    """The scale of a unit such as "tce/10k CNY"."""
    whole = Fraction(1)
    for place, part in enumerate(unit.replace("·", "*").split("/")):
        scale = Fraction(1)
        for piece in part.strip("() ").split("*"):
            scale *= Fraction(SCALE[piece.strip("() ")])
        whole = whole * scale if place == 0 else whole / scale
    return whole


def worst_state(values: list[Value]) -> int:
    return max((v.state for v in values), default=PRESENT)


@dataclass
class World:
    """One entity type as its YAML and a results file tell it."""

    framework: dict[str, Any]
    accounts: dict[str, Any]
    factors: dict[str, Any]
    variables: dict[str, Any]
    returned: dict[tuple[str, str, int], Value]  # entity, variable, year
    base_year: int
    words: dict[tuple[str, str, int], str] = field(default_factory=dict)  # codes and industries
    memory: dict[tuple[str, str, int], Value] = field(default_factory=dict)

    def value(self, entity: str, code: str, year: int) -> Value:
        """A variable, factor, account or indicator in base units."""
        key = (entity, code, year)
        if key not in self.memory:
            self.memory[key] = self._value(entity, code, year)
        return self.memory[key]

    def _value(self, entity: str, code: str, year: int) -> Value:
        if code in self.factors:
            factor = self.factors[code]
            return Value(Fraction(str(factor["value"])) * scale_of(str(factor["unit"])))
        if code in self.variables:
            found = self.returned.get((entity, code, year), Value(None, MISSING))
            scale = scale_of(str(self.variables[code]["unit"]))
            return found if found.number is None else Value(found.number * scale)
        entry = self.accounts.get(code) or self.framework["indicators"][code]
        if entry.get("collected") is False:
            return Value(None, NOT_COLLECTED)
        if "by" in entry:
            word = self.words.get((entity, entry["by"], year), "")
            industry = self.words.get((entity, "industry", year), "")
            return self.from_table(entry, word) if word else self.of_mix(entry, industry)
        years = range(year, year - int(entry.get("latest_within", 0)) - 1, -1)
        tries = [self.formula(entry, entity, y) for y in years]
        found = next((t for t in tries if t.state == PRESENT), tries[0])
        summed = self.returned.get((entity, code, year), found)
        if entry.get("summed") and found.state == MISSING and summed.number is not None:
            return Value(summed.number * scale_of(str(entry["unit"])))  # over its bodies
        return found

    def from_table(self, entry: dict[str, Any], word: str) -> Value:
        """The value of a word; of a blank one none, of a word without a line that of the rest."""
        line = entry["values"].get(word, entry.get("otherwise")) if word else None
        if line is None:
            return Value(None, NOT_APPLICABLE if word else MISSING)
        number = line["value"] if isinstance(line, dict) else line
        return Value(Fraction(str(number)) * scale_of(str(entry["unit"])))

    def of_mix(self, entry: dict[str, Any], industry: str) -> Value:
        """Σ share · value over "industry（product）50%；…"; of anything else none."""
        parts = re.findall(r"([^；;]+?)（(.+?)）\s*([\d.]+)\s*%", industry)
        values = [(Fraction(s) / 100, self.from_table(entry, word)) for _, word, s in parts]
        if not parts or any(v.number is None for _, v in values):
            return Value(None, MISSING)
        return Value(Fraction(sum(s * v.number for s, v in values if v.number is not None)))

    def formula(self, entry: dict[str, Any], entity: str, year: int) -> Value:
        """The formula of an entry, or the first rung of its ladder that has a value."""
        texts = [one["formula"] for one in entry.get("ladder", [entry])]
        tries = [self.work(ast.parse(t, mode="eval").body, entity, year) for t in texts]
        missing = next((v for v in tries if v.state == MISSING), tries[0])
        return next((v for v in tries if v.state == PRESENT), missing)

    def work(self, node: ast.expr, entity: str, year: int) -> Value:
        """The value of one node of a formula."""
        if isinstance(node, ast.Name):
            return self.value(entity, node.id, year)
        if isinstance(node, ast.Constant):
            return Value(Fraction(str(node.value)))
        if isinstance(node, ast.UnaryOp):
            inner = self.work(node.operand, entity, year)
            return inner if inner.number is None else Value(-inner.number)
        if isinstance(node, ast.BinOp):
            return self.binary(node, entity, year)
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        name = node.func.id
        if name == "base":
            return self.work(node.args[0], entity, self.base_year)
        if name == "lag":
            back = ast.literal_eval(node.args[1]) if len(node.args) > 1 else 1
            return self.work(node.args[0], entity, year - back)
        values = [self.work(arg, entity, year) for arg in node.args]
        if name == "first_available":
            return next((v for v in values if v.state == PRESENT), values[-1])
        if name in {"total", "mean"}:
            return parts(values, mean=name == "mean")
        if worst_state(values):
            return Value(None, worst_state(values))
        numbers = [v.number for v in values if v.number is not None]
        if name == "positive" and numbers[0] <= 0:
            return Value(None, NOT_COMPUTABLE)
        if name == "log":
            positive = numbers[0] > 0
            return (
                Value(Fraction(math.log(numbers[0]))) if positive else Value(None, NOT_COMPUTABLE)
            )
        return Value(
            {"min": min, "max": max, "abs": lambda x: abs(x[0]), "positive": min}[name](numbers)
        )

    def binary(self, node: ast.BinOp, entity: str, year: int) -> Value:
        left, right = self.work(node.left, entity, year), self.work(node.right, entity, year)
        if left.number is None or right.number is None:
            return Value(None, worst_state([left, right]))
        if isinstance(node.op, ast.Div):
            ratio = None if right.number == 0 else left.number / right.number
            return Value(ratio, PRESENT if ratio is not None else NOT_COMPUTABLE)
        if isinstance(node.op, ast.Add):
            return Value(left.number + right.number)
        if isinstance(node.op, ast.Sub):
            return Value(left.number - right.number)
        assert isinstance(node.op, ast.Mult)
        return Value(left.number * right.number)

    def indicator(self, entity: str, code: str, year: int) -> Value:
        """An indicator in its own unit."""
        found = self.value(entity, code, year)
        scale = scale_of(str(self.framework["indicators"][code]["unit"]))
        return found if found.number is None else Value(found.number / scale)

    def score(
        self, entity: str, industry: str, code: str, year: int
    ) -> tuple[Fraction | None, str]:
        """The score of an indicator, and what was done where there is no value."""
        entry = self.framework["indicators"][code]
        scale = self.framework.get("scale", {})
        floor, top = Fraction(str(scale.get("floor", 0))), Fraction(str(scale.get("top", 100)))
        value = self.indicator(entity, code, year)
        if self.framework.get("normalisation") == "min_max":
            return self.among_all(entity, code, year, (floor, top))
        if value.number is None:
            return self.without_value(code, value.state, year, floor)
        goalposts = entry["goalposts"][max(key for key in entry["goalposts"] if key <= year)]
        method = entry.get("normalisation", self.framework.get("normalisation"))
        by_output = entry["direction"] == 1 and method == "log_goalposts"
        amounts = self.accounts.get(goalposts.get("mixed_by", ""))
        worst, best = ends_of(industry, goalposts, by_output, amounts)
        if method == "log_goalposts":
            low, high = sorted((worst, best))
            inside = float(min(max(value.number, low), high))
            logs = Fraction(math.log(inside / float(worst)) / math.log(float(best) / float(worst)))
            return floor + min(max(logs, Fraction(0)), Fraction(1)) * (top - floor), ""
        share = (value.number - worst) / (best - worst)
        return floor + min(max(share, Fraction(0)), Fraction(1)) * (top - floor), ""

    def compared(self, code: str, year: int) -> dict[str, Fraction]:
        """The values of the reference set, gaps filled with their mean where the framework says so."""
        entities = sorted({entity for entity, _, y in self.returned if y == year})
        scored = [c for c, e in self.framework["indicators"].items() if e.get("group")]
        members = [
            e
            for e in entities
            if any(self.indicator(e, c, year).number is not None for c in scored)
        ]
        values = {e: self.indicator(e, code, year) for e in members}
        known = {e: v.number for e, v in values.items() if v.number is not None}
        if self.framework.get("imputation", {}).get("method") == "mean" and known:
            mean = sum(known.values(), Fraction(0)) / len(known)
            known |= {e: mean for e, v in values.items() if v.state == MISSING}
        return known

    def among_all(
        self, entity: str, code: str, year: int, ends: tuple[Fraction, Fraction]
    ) -> tuple[Fraction | None, str]:
        """The score between the least and the greatest value of the reference set."""
        known = self.compared(code, year)
        if entity not in known:
            return self.without_value(code, self.indicator(entity, code, year).state, year, ends[0])
        low, high = min(known.values()), max(known.values())
        share = (known[entity] - low) / (high - low)
        if self.framework["indicators"][code]["direction"] == -1:
            share = 1 - share
        return ends[0] + share * (ends[1] - ends[0]), ""

    def without_value(
        self, code: str, state: int, year: int, floor: Fraction
    ) -> tuple[Fraction | None, str]:
        rules = self.framework.get("missing", {})
        case = {1: "not_computable", 4: "not_applicable", 5: "not_collected"}.get(
            state, "not_reported"
        )
        entities = {entity for entity, _, _ in self.returned}
        if case == "not_reported" and all(
            self.value(entity, code, year).state not in {PRESENT} for entity in entities
        ):
            case = "nowhere_reported"
        default = "floor" if case in {"not_reported", "nowhere_reported"} else "exclude"
        rule = rules.get(case, default)
        return (floor, rule) if rule == "floor" else (None, rule)

    def index(self, entity: str, industry: str, year: int) -> Fraction | None:
        """The index: members weighted, level by level."""
        indicators = defaultdict(list)
        for code, entry in self.framework["indicators"].items():
            if entry.get("group"):
                score, rule = self.score(entity, industry, code, year)
                assert rule != "propagate"
                indicators[entry["group"]].append((score, Fraction(str(entry.get("weight", 0)))))

        def level(groups: dict[str, Any], own: list[Any], how: str) -> Fraction | None:
            members = list(own)
            for code, group in groups.items():
                below = level(
                    group.get("groups", {}),
                    indicators[code],
                    group.get("aggregation", "arithmetic_mean"),
                )
                members.append((below, Fraction(str(group["weight"]))))
            live = [
                (value, weight) for value, weight in members if value is not None and weight > 0
            ]
            return combine(live, how) if live else None

        root = self.framework.get("aggregation", "arithmetic_mean")
        return level(self.framework["groups"], [], root)

    def progress(self, entity: str, year: int) -> Fraction | None:
        """The progress index: members against the base year, their groups, the groups' mean."""
        rules = self.framework["progress"]
        least = Fraction(str(self.framework.get("missing", {}).get("min_weight_covered", "0.8")))
        groups: list[tuple[Fraction | None, Fraction, bool]] = []
        for group in rules["groups"].values():
            given = group["members"]
            weights = given if isinstance(given, dict) else dict.fromkeys(given, 1)
            members = [
                (*self.ratio(entity, code, year), Fraction(str(weight)))
                for code, weight in weights.items()
            ]
            how = group.get("aggregation", "arithmetic_mean")
            whole = covered_mean([(v, w, a) for v, a, w in members], how, least)
            weight = Fraction(str(group["weight"]))
            groups.append((whole, weight, any(applies for _, applies, _ in members)))
        return covered_mean(groups, rules.get("aggregation", "arithmetic_mean"), least)

    def ratio(self, entity: str, code: str, year: int) -> tuple[Fraction | None, bool]:
        """A member's ratio to the base year x 100, and whether it applies to the entity."""
        now, base = (self.value(entity, code, y) for y in (year, self.base_year))
        applies = max(now.state, base.state) not in NOT_APPLYING
        if now.number is None or base.number is None:
            return None, applies
        rules, entry = self.framework["progress"], self.framework["indicators"][code]
        floor = Fraction(str(rules.get("base_floor", {}).get(code, 0)))
        floor *= scale_of(str(entry["unit"]))
        x, x0 = now.number, base.number
        if entry["direction"] == -1:
            return (100 * x0 / x, True) if x > 0 and x0 > 0 else (None, False)
        if x < 0 or x0 < 0:
            return None, False
        if x0 < floor and rules.get("below_base_floor") == "measure_from_floor":
            return 100 + 100 * (x - x0) / floor, True
        return (100 * x / x0, True) if x0 > 0 and x0 >= floor else (None, False)


def covered_mean(
    members: list[tuple[Fraction | None, Fraction, bool]], how: str, least: Fraction
) -> Fraction | None:
    """The mean over members with a value, if they hold enough of the weight that applies."""
    live = [(value, weight) for value, weight, _ in members if value is not None and weight > 0]
    applying = sum((weight for _, weight, applies in members if applies), Fraction(0))
    if not live or sum(weight for _, weight in live) < least * applying:
        return None
    return combine(live, how)


def parts(values: list[Value], *, mean: bool) -> Value:
    """Sum or mean over the operands that apply."""
    live = [v for v in values if v.state != NOT_APPLICABLE]
    if not live:
        return Value(None, NOT_APPLICABLE)
    if worst_state(live):
        return Value(None, worst_state(live))
    whole = sum((v.number for v in live if v.number is not None), Fraction(0))
    return Value(whole / len(live) if mean else whole)


def combine(members: list[tuple[Fraction, Fraction]], how: str) -> Fraction:
    """The weighted mean of the kind named; a geometric mean leaves exact arithmetic."""
    weight = sum(w for _, w in members)
    if how == "arithmetic_mean":
        return sum((v * w for v, w in members), Fraction(0)) / weight
    if how == "harmonic_mean":
        return weight / sum((w / v for v, w in members), Fraction(0))
    product = 1.0
    for value, share in members:
        product *= float(value) ** float(share / weight)
    return Fraction(product)


@lru_cache(maxsize=4)  # of results that do not change
def read_rows(results: Path) -> list[dict[str, str]]:
    with results.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=32)  # of params that do not change
def read_yaml(path: Path) -> dict[str, Any]:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8")) if path.exists() else {}


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """One framework laid over the one it extends."""
    out = dict(base)
    for key, value in over.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        else:
            out[key] = value
    return out


def read_framework(params: Path, entity_type: str) -> dict[str, Any]:
    framework = deepcopy(read_yaml(params / "frameworks" / f"{entity_type}.yml"))
    if "extends" in framework:
        framework = merged(read_framework(params, framework.pop("extends")), framework)
    return framework


def ends_of(
    industry: str, posts: dict[str, Any], by_output: bool, amounts: dict[str, Any] | None = None
) -> list[Fraction]:
    """Worst and best end of an industry; of several, "a 50%；b 50%", mixed by their shares of output,
    or of the denominator whose amounts per output a table has; of output per it, without those that have none."""
    own, general = posts.get("by_industry", {}), [posts["worst"], posts["best"]]
    parts = re.findall(r"([^；;（]+)(?:（(.+?)）)?\s*([\d.]+)\s*%", industry) or [
        (industry, "", "100")
    ]
    if by_output and amounts is not None and len(parts) > 1:
        # whose firms take none of what is divided by adds nothing to it
        parts = [p for p in parts if amount_of(amounts, p[1], p[0])] or parts
        amounts = None
    elif not any(name in own for name, _, _ in parts):
        return [Fraction(str(end)) for end in general]
    shares = [(Fraction(share) / 100, own.get(name, general)) for name, _, share in parts]
    if amounts is not None and len(parts) > 1:
        weights = [
            Fraction(share) * amount_of(amounts, product, name) for name, product, share in parts
        ]
        whole = sum(weights, Fraction(0))
        if whole:
            shares = [(w / whole, pair) for w, (_, pair) in zip(weights, shares, strict=True)]
            by_output = False
    if by_output:
        return [1 / sum(s / Fraction(str(pair[i])) for s, pair in shares) for i in (0, 1)]
    return [Fraction(sum(s * Fraction(str(pair[i])) for s, pair in shares)) for i in (0, 1)]


def amount_of(table: dict[str, Any], product: str, industry: str) -> Fraction:
    """What a table has for a product, else for others of its industry, else for all others."""
    line = table["values"].get(product, table["otherwise_in"].get(industry, table["otherwise"]))
    return Fraction(str(line["value"] if isinstance(line, dict) else line))


@lru_cache(maxsize=8)
def ends_by_rule(params: Path, quantity: str) -> dict[str, Any]:
    """The ends of a quantity of goalposts.yml: as stated, or worked out by its rule."""
    table = read_yaml(params / "goalposts.yml")
    entry = table["quantities"][quantity]
    stated = dict(entry.get("ends_by_industry", {}))
    mixed = {"mixed_by": entry["mixed_by"]} if "mixed_by" in entry else {}
    if "rule" not in entry:
        return {"worst": entry["worst"], "best": entry["best"], "by_industry": stated} | mixed
    rule, up = table["rules"][entry["rule"]], entry["direction"] == 1
    if rule["kind"] == "levels":
        points = list(rule["points"].values())
        beyond = Fraction(points[-1], points[0] - points[1])
        return {"worst": len(points) + beyond, "best": 1}

    def around(value: Any) -> list[Fraction]:
        x = Fraction(str(value))
        if rule["kind"] == "share":
            return [x * Fraction(str(rule["part"])), x]
        middle = Decimal(str(rule.get("points", {}).get("middle", 50)))
        better = Decimal(str(rule["ratio"]))
        worse = Fraction(better ** (middle / (100 - middle)))
        return [x / worse, x * Fraction(better)] if up else [x * worse, x / Fraction(better)]

    def published(wanted: dict[str, Any]) -> Any:
        (found,) = (
            line["value"]
            for line in read_yaml(params / "references.yml")["values"]
            if {"kind": "actual", **line}.items() >= {"kind": "actual", **wanted}.items()
        )
        return found

    worst, best = around(entry["value"] if "value" in entry else published(entry["reference"]))
    own = {industry: around(value) for industry, value in entry.get("by_industry", {}).items()}
    return {"worst": worst, "best": best, "by_industry": own | stated} | mixed


def with_ends(params: Path, framework: dict[str, Any]) -> dict[str, Any]:
    """A framework with the ends of quantities in place of their names."""
    for entry in framework["indicators"].values():
        for year, posts in entry.get("goalposts", {}).items():
            if "of" in posts:
                ends = ends_by_rule(params, posts["of"])
                kept = {} if posts.get("general") else ends.get("by_industry", {})
                entry["goalposts"][year] = {**ends, "by_industry": kept}
    return framework


@lru_cache(maxsize=8)  # of params and results that do not change
def read_world(params: Path, results: Path, entity_type: str, base_year: int) -> World:
    """The YAML of one type, and its returned values from the results file."""
    accounts = read_yaml(params / "accounts.yml")
    returned: dict[tuple[str, str, int], Value] = {}
    for row in read_rows(results):
        if row["entity_type"] == entity_type and row["kind"] == "variable":
            state = STATES.get(row["status"], PRESENT)
            number = Fraction(row["value"]) if row["value"] and state == PRESENT else None
            returned[row["entity_id"], row["code"], int(row["year"])] = Value(
                number, state if number is None else PRESENT
            )
    return World(
        with_ends(params, read_framework(params, entity_type)),
        {**(accounts.get("accounts", {}) or {}), **read_yaml(params / "norms.yml")},
        accounts.get("factors", {}) or {},
        read_yaml(params / "variables.yml"),
        returned,
        base_year,
        read_words(params),
    )


def read_words(params: Path) -> dict[tuple[str, str, int], str]:
    """What entities returned in words, from the files that came in: a word has no unit and no number."""
    variables = read_yaml(params / "variables.yml")
    codes = {code for code, v in variables.items() if "code" in (v.get("unit"), v.get("kind"))}
    found: dict[tuple[str, str, int], str] = {}
    register = params.parent / "data" / "entities.csv"
    if codes and register.exists():
        with register.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for year in range(2020, 2027):
                    found[row["entity_id"], "industry", year] = row.get("industry") or ""
    for path in sorted(params.parent.glob("data/20*/observations*.csv")) if codes else ():
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row["variable"] in codes:
                    found[row["entity_id"], row["variable"], int(row["year"])] = row["value"]
    return found


def read_column(
    results: Path, entity_type: str, kind: str, year: int
) -> dict[tuple[str, str], float]:
    """What the program itself printed: (entity, code) -> value."""
    return {
        (row["entity_id"], row["code"]): float(row["value"])
        for row in read_rows(results)
        if row["entity_type"] == entity_type
        and row["kind"] == kind
        and int(row["year"]) == year
        and re.match(r"-?\d", row["value"])
    }
