"""goalposts.yml: rules of ends, and the ends of each quantity, written into the indicators that take them.

A workspace that has the file says by which rule each end of a scale is found. Then no scored
indicator has ends by no rule without a reason, and one quantity has the same ends wherever it is
measured. Without the file ends stand in frameworks alone, and nothing here is asked of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from cescore.definitions.entries.located import Node
from cescore.definitions.entries.reading import Reading
from cescore.definitions.model import Account, Goalposts, PerOutput
from cescore.definitions.model.ends import (
    MIDDLE,
    EndsRule,
    EndsRuleKind,
    EndsTable,
    QuantityEnds,
)
from cescore.definitions.model.reference import ReferenceValue
from cescore.definitions.spelling import with_nearest
from cescore.errors import Sentence

NEEDS: Mapping[EndsRuleKind, str] = {"ratio": "ratio", "share": "part", "levels": "points"}
STATED = ("worst", "best")
GENERAL = "general"  # of an entity with many industries: the ends for all of them together
MIXED_BY = "mixed_by"
HUNDRED = 100.0


@dataclass(frozen=True)
class Ends:
    """The file as read: its rules, its quantities and the ends that follow for each."""

    at: Reading
    table: EndsTable = field(default_factory=EndsTable)
    goalposts: Mapping[str, Goalposts] = field(default_factory=dict)
    is_unsound: bool = False  # could not be read, and said so

    @property
    def is_asked_for(self) -> bool:
        """Whether the workspace has the file."""
        return bool(self.table.quantities) or bool(self.table.rules)

    def rule_of(self, quantity: str) -> EndsRule | None:
        """The rule by which a quantity's ends are found; None of stated ends."""
        found = self.table.quantities.get(quantity)
        return self.table.rules.get(found.rule) if found is not None else None

    def written_into(self, indicator: Reading) -> Reading:
        """The place of an indicator with the ends of its quantity in place of ``of: quantity``."""
        posts = indicator.node.get("goalposts")
        if posts is None or not isinstance(posts.value, dict):
            return indicator
        years = {
            year: self._ends(node, indicator.of(node, f"{indicator.what}.goalposts.{year}"))
            for year, node in posts.entries().items()
        }
        entries = {**indicator.node.entries(), "goalposts": Node(years, posts.where)}
        return indicator.of(Node(entries, indicator.node.where), indicator.what)

    def _ends(self, node: Node, at: Reading) -> Node:
        of = node.get("of")
        if of is None:
            if node.get(MIXED_BY) is not None:
                at.refuse("beside ends of its own", "of: a quantity of goalposts.yml", MIXED_BY)
                return Node(None, node.where, is_broken=True)
            return node
        for key in node.without("of", GENERAL).entries():
            at.refuse(
                "beside a quantity",
                Sentence("of: {raw} alone, its ends are in goalposts.yml", raw=of.raw),
                key,
            )
        posts = self.goalposts.get(of.raw)
        if posts is None:
            if of.raw not in self.table.quantities and not self.is_unsound:  # else told there
                expected = with_nearest("a quantity of goalposts.yml", of.raw, self.goalposts)
                at.refuse(repr(of.raw), expected, "of")
            return Node(None, node.where, is_broken=True)
        whole = node.get(GENERAL)
        if whole is not None and whole.raw not in ("true", "false"):
            at.refuse(whole.kind, "true or false", GENERAL)
        if whole is not None and whole.raw == "true":
            posts = posts.model_copy(update={"by_industry": {}})
        return _as_node(posts, node.where)


@dataclass(frozen=True)
class EndsSources:
    """What ends may go by: values of references.yml and tables of norms.yml; None of a broken file."""

    references: tuple[ReferenceValue, ...] | None
    tables: Mapping[str, Account] | None


def load_ends(at: Reading, sources: EndsSources) -> Ends:
    """The rules and quantities of goalposts.yml; whatever of it contradicts itself is told."""
    table = at.of(at.node, "goalposts").build(EndsTable)
    if table is None:
        return Ends(at, is_unsound=True)
    unsound = {c for c, rule in table.rules.items() if not _is_sound(rule, at.at("rules", c))}
    found: dict[str, Goalposts] = {}
    for code, quantity in table.quantities.items():
        place, before = at.at("quantities", code), len(at.problems)
        if quantity.rule in unsound:
            continue
        posts = _worked_out(quantity, table, sources.references, place)
        if posts is not None and quantity.mixed_by and sources.tables is not None:
            posts = posts.model_copy(
                update={"mixed_by": _mixed_by(quantity, sources.tables, place)}
            )
        by = table.rules.get(quantity.rule)
        if by is not None and by.kind == "levels" and sources.tables is not None:
            _check_levels(quantity, by, sources.tables, place)
        if posts is not None and len(at.problems) == before:
            found[code] = posts
    return Ends(at, table, found)


def _is_sound(rule: EndsRule, at: Reading) -> bool:
    """Whether a rule has the one number of its kind; points are what its kind takes."""
    before = len(at.problems)
    given = {key for key in NEEDS.values() if getattr(rule, key)}
    if rule.kind == "ratio" and rule.points:
        given.discard("points")
        if set(rule.points) != {MIDDLE} or not 0 < rule.middle < HUNDRED:
            at.refuse(", ".join(f"{k}: {p:g}" for k, p in rule.points.items()),
                      "middle: points between 0 and 100, and nothing else", "points")  # fmt: skip
    for key in sorted(given ^ {NEEDS[rule.kind]}):
        is_missing = key not in given
        at.refuse("is missing" if is_missing else Sentence("of a rule of kind {kind}", kind=rule.kind),
                  "a value" if is_missing else Sentence("{needs} alone", needs=NEEDS[rule.kind]), key)  # fmt: skip
    points = tuple(rule.points.values())
    steps = {round(a - b, 9) for a, b in pairwise(points)}
    if rule.kind == "levels" and (len(points) < 2 or len(steps) > 1 or min(steps) <= 0):
        at.refuse(", ".join(f"{p:g}" for p in points), "two levels or more, falling by equal steps",
                  "points")  # fmt: skip
    return len(at.problems) == before


def _worked_out(
    quantity: QuantityEnds,
    table: EndsTable,
    references: tuple[ReferenceValue, ...] | None,
    at: Reading,
) -> Goalposts | None:
    """The ends of a quantity by its rule, or as stated with the reason."""
    if not quantity.rule:
        return _stated(quantity, at)
    if not at.at("rule").known(quantity.rule, table.rules, "a rule of this file"):
        return None
    for key in STATED:
        if getattr(quantity, key) is not None:
            at.refuse("beside a rule", "ends that follow from the rule alone", key)
    if quantity.ends_by_industry and not quantity.reason:
        at.refuse("is missing", "why some industries have ends by no rule", "reason")
    rule = table.rules[quantity.rule]
    if rule.kind == "levels":
        pair: tuple[float, float] | None = _levels(tuple(rule.points.values()))
    else:
        value = _value(quantity, references, at)
        pair = None if value is None else _pair(rule, value, quantity.direction)
    if pair is None:
        return None
    own = {i: _pair(rule, value, quantity.direction) for i, value in quantity.by_industry.items()}
    return _posts(quantity, pair, {**own, **quantity.ends_by_industry})


def _stated(quantity: QuantityEnds, at: Reading) -> Goalposts | None:
    for key in (*STATED, "reason"):
        if not getattr(quantity, key) and getattr(quantity, key) != 0:
            expected = (
                Sentence("why no rule fits") if key == "reason" else Sentence("a number, or a rule")
            )
            at.refuse("is missing", expected, key)
    if quantity.worst is None or quantity.best is None:
        return None
    return _posts(quantity, (quantity.worst, quantity.best), dict(quantity.ends_by_industry))


def _posts(
    quantity: QuantityEnds,
    pair: tuple[float, float],
    by_industry: Mapping[str, tuple[float, float]],
) -> Goalposts:
    return Goalposts(
        worst=pair[0], best=pair[1], by_industry=by_industry, of=quantity.code,
        source=quantity.source, tag=quantity.tag, from_sample=quantity.from_sample,
    )  # fmt: skip


def _mixed_by(
    quantity: QuantityEnds, tables: Mapping[str, Account], at: Reading
) -> PerOutput | None:
    """The denominator per output of each product, by which ends of several industries are mixed."""
    if not quantity.by_industry and not quantity.ends_by_industry:
        at.refuse(repr(quantity.mixed_by), "ends by industry, which alone are mixed", "mixed_by")
    known = {code: t for code, t in tables.items() if t.values and not t.level}
    if not at.at("mixed_by").known(quantity.mixed_by, known, "a table of norms.yml"):
        return None
    table = known[quantity.mixed_by]
    if table.otherwise is None:
        at.refuse(
            Sentence("{code} has no value for what it does not list", code=table.code),
            Sentence("otherwise: a value, in norms.yml"),
            "mixed_by",
        )
        return None
    amounts = PerOutput(
        table=table.code,
        values={word: line.value for word, line in table.values.items()},
        otherwise_in={industry: line.value for industry, line in table.otherwise_in.items()},
        otherwise=table.otherwise.value,
        from_sample=table.from_sample,
    )
    below = [
        v
        for v in (*amounts.values.values(), *amounts.otherwise_in.values(), amounts.otherwise)
        if v < 0
    ]
    if below:
        at.refuse(f"{table.code}: {min(below):g}", "amounts of 0 or more", "mixed_by")
    return amounts


def _value(
    quantity: QuantityEnds, references: tuple[ReferenceValue, ...] | None, at: Reading
) -> float | None:
    """What the ends go by: a stated value, or one of references.yml, in the quantity's unit."""
    given = [key for key in ("value", "reference") if getattr(quantity, key) is not None]
    if len(given) != 1:
        at.refuse(" and ".join(given) or "neither", "value, or reference", "value")
        return None
    wanted = quantity.reference
    if wanted is None:
        return quantity.value
    if references is None:
        return None  # told where they are loaded
    key = (wanted.indicator, wanted.area, wanted.year, wanted.kind)
    for known in references:
        if key == (known.indicator, known.area, known.year, known.kind):
            if known.unit != quantity.unit:
                at.refuse(
                    repr(known.unit),
                    Sentence("{unit}, the quantity's unit", unit=quantity.unit),
                    "reference",
                )
            return known.value
    at.refuse(" ".join(map(str, key)), "a value of references.yml", "reference")
    return None


def _pair(rule: EndsRule, value: float, direction: int) -> tuple[float, float]:
    """Worst and best end by a rule of kind ratio or share, exact before they are floating numbers."""
    exact = Fraction(str(value))
    if rule.kind == "share":
        return (float(exact * Fraction(str(rule.part))), value)
    better, worse = Fraction(str(rule.ratio)), Fraction(str(rule.worse))
    if direction == 1:
        return float(exact / worse), float(exact * better)
    return float(exact * worse), float(exact / better)


def _levels(points: tuple[float, ...]) -> tuple[float, float]:
    """Where a scale of levels ends, the levels being 1, 2, …: at none of the points, and at all."""
    step = points[0] - points[1]
    return len(points) + points[-1] / step, 1 - (HUNDRED - points[0]) / step


def _check_levels(
    quantity: QuantityEnds, rule: EndsRule, tables: Mapping[str, Account], at: Reading
) -> None:
    """A quantity by levels names, for each level of the rule, the table that holds it."""
    expected = ", ".join(f"{level}: table" for level in rule.points)
    if list(quantity.levels) != list(rule.points):
        at.refuse(", ".join(quantity.levels) or "is missing", expected, "levels")
    for level, code in quantity.levels.items():
        place = at.at("levels", level)
        of_level = [c for c, table in tables.items() if table.level == level]
        if code not in of_level:
            known = with_nearest(
                Sentence("a table of norms.yml with level: {level}", level=level), code, of_level
            )
            place.refuse(repr(code), known)
    found = [tables[code] for code in quantity.levels.values() if code in tables]
    if len(found) == len(rule.points):
        _check_order(found, quantity.direction, at)


def _check_order(levels: Sequence[Account], direction: int, at: Reading) -> None:
    """Each word has every level, above 0, and each level is laxer than the one before."""
    for word in dict.fromkeys(word for table in levels for word in table.values):
        values = [t.values[word].value if word in t.values else None for t in levels]
        lacking = [t.code for t, v in zip(levels, values, strict=True) if v is None]
        if lacking:
            at.refuse(
                Sentence("{word} is not in {listed}", word=word, listed=", ".join(lacking)),
                "each word in every level",
                "levels",
            )
            continue
        known = [value for value in values if value is not None]
        laxer = all((b - a) * direction < 0 for a, b in pairwise(known))
        if not laxer or min(known) <= 0:
            said = f"{word}: {', '.join(f'{v:g}' for v in known)}"
            at.refuse(said, "values above 0, each level laxer than the one before", "levels")


def _as_node(posts: Goalposts, where: str) -> Node:
    """Ends as they would stand in a framework."""

    def number(value: float) -> Node:
        return _number(value, where)

    def text(value: str) -> Node:
        return Node(value, where, value)

    industries = {
        industry: Node([number(end) for end in pair], where)
        for industry, pair in posts.by_industry.items()
    }
    return Node(
        {
            "worst": number(posts.worst),
            "best": number(posts.best),
            "source": text(posts.source),
            "tag": text(posts.tag),
            "by_industry": Node(dict(industries), where),
            "of": text(posts.of),
            **({"mixed_by": _amounts(posts.mixed_by, where)} if posts.mixed_by is not None else {}),
            "from_sample": text(str(posts.from_sample).lower()),
        },
        where,
    )


def _amounts(amounts: PerOutput, where: str) -> Node:
    """Amounts per output as they would stand in a framework."""

    def numbers(values: Mapping[str, float]) -> Node:
        return Node({word: _number(value, where) for word, value in values.items()}, where)

    return Node(
        {
            "table": Node(amounts.table, where, amounts.table),
            "values": numbers(amounts.values),
            "otherwise_in": numbers(amounts.otherwise_in),
            "otherwise": _number(amounts.otherwise, where),
            "from_sample": Node("true", where, str(amounts.from_sample).lower()),
        },
        where,
    )


def _number(value: float, where: str) -> Node:
    return Node(value, where, repr(value))
