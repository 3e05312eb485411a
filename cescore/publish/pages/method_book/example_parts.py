"""The example of the method book: targets, measures and the progress index, each with its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cescore.definitions.model import AssessmentRules, Progress, Scale
from cescore.definitions.model.ends import ON_LOG
from cescore.disclosure.documents.opened import OpenBundle
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.targets import TargetLine, is_rise
from cescore.method.thresholds import at_least, is_equal, meets
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.pages.document import Words, exact
from cescore.publish.pages.formulas import coded
from cescore.publish.pages.scales import STRAIGHT
from cescore.publish.table import Row, Table, TableColumn

DASH = "—"
DIGITS = 6  # significant: enough to find a printed number again by hand
OF_TARGETS = 8  # those of a value whose change is a small part of it


def plain(value: float, digits: int = DIGITS) -> str:
    """A value to so many significant digits."""
    return exact(float(f"{value:.{digits}g}"))


def less(value: float, other: float, digits: int = DIGITS) -> str:
    """A difference in brackets; of nothing, the value alone."""
    if other == 0:
        return plain(value, digits)
    sign = "−" if other > 0 else "+"
    return f"({plain(value, digits)} {sign} {plain(abs(other), digits)})"


def score_text(
    words: Words, value: float, ends: tuple[float, float], method: str, scale: Scale
) -> str:
    """The arithmetic of a score on stated ends, straight or by the logarithm; a dash of other methods."""
    if method not in (STRAIGHT, ON_LOG):
        return DASH
    worst, best = ends
    share = _share(value, worst, best, by_log=method == ON_LOG)
    if not 0 <= share <= 1:
        end = "top" if share > 1 else "floor"
        return words.t(f"book.example.beyond_{end}", score=exact(getattr(scale, end)))
    start = f"{exact(scale.floor)} + " if scale.floor else ""
    points = exact(scale.top - scale.floor)
    if method == ON_LOG:
        way, whole = (f"ln({plain(x)} ÷ {plain(worst)})" for x in (value, best))
        return f"{start}{points} × {way} ÷ {whole}"
    return f"{start}{points} × {_way(worst, value, best)} ÷ {plain(abs(best - worst))}"


def _share(value: float, worst: float, best: float, *, by_log: bool) -> float:
    """The part of a scale that a value has come; below 0 and above 1 beyond its ends."""
    if not by_log:
        return (value - worst) / (best - worst)
    if value <= 0:  # beyond the lower end
        return -math.inf if best > worst else math.inf
    return math.log(value / worst) / math.log(best / worst)


def _way(start: float, value: float, end: float, digits: int = DIGITS) -> str:
    """How far a value has come from a start towards an end, so that the way on is positive."""
    return less(value, start, digits) if end > start else less(start, value, digits)


def targets_table(words: Words, bundle: OpenBundle, rules: AssessmentRules) -> Fragment:
    """Each scored target: base value, value, what is asked, the share that counts, its points."""
    lines = [line for line in bundle.data.targets if line.scored and line.points is not None]
    if not lines:
        return Fragment("")
    ladder = PointsLadder.of(rules)
    rows = [
        Row(
            [
                f"{line.name(words.lang)} {line.id}",
                *(DASH if v is None else _long(v) for v in (line.base, line.level)),
                _asked(line),
                counted_text(words, line),
                points_text(words, line, ladder),
            ]
        )
        for line in lines
    ]
    columns = [
        TableColumn(words.t("head.target"), 21, "text"),
        TableColumn(words.t("book.head.base_value", year=words.document.data.base_year), 9),
        TableColumn(words.t("book.head.base_value", year=bundle.year), 9),
        TableColumn(words.t("book.head.asked"), 8),
        TableColumn(words.t("book.head.share_from"), 34, "small"),
        TableColumn(words.t("book.head.points_from"), 19, "small"),
    ]
    return Table(
        columns,
        rows,
        words.t("book.caption.example_targets"),
        [words.t("book.note.example_targets")],
    ).fragment()


def _asked(line: TargetLine) -> str:
    """What a target asks, a share in per cent."""
    sign = "≥" if line.op == ">=" else "≤"
    return f"{sign} {exact(line.value)}{'%' if line.unit == '%' else ''}"


def counted_text(words: Words, line: TargetLine) -> str:
    """The share of a target that counts, in per cent, from its values."""
    if line.counted is None or line.level is None:
        note = f"target_note.{line.note}" if line.note else f"light.{line.light}"
        return words.t(note)
    x, x0, goal = line.level, line.base, line.value
    if line.counted_by == "held":
        if meets(x, line.op, goal):
            return words.t("book.example.held", value="100")
        short = less(max(x, goal), min(x, goal), OF_TARGETS)
        return f"(1 − {short} ÷ {exact(abs(goal))}) × 100 = {_percent(line)}"
    if x0 is None:
        return DASH
    if line.counted_by == "schedule":
        rest = goal / x0 if line.type == "level" else 1 + _sign(line) * goal / 100
        due = f"(1 − {_long(rest)}^{plain(line.elapsed or 1.0)})"
        return f"(1 − {_long(x)} ÷ {_long(x0)}) ÷ {due} × 100 = {_percent(line)}"
    if line.type == "level":
        way = f"{_way(x0, x, goal, OF_TARGETS)} ÷ {_way(x0, goal, goal, OF_TARGETS)}"
        so_far = f" ÷ {plain(line.elapsed or 1.0)}" if line.counted_by == "steps" else ""
        return f"{way}{so_far} × 100 = {_percent(line)}"
    ratio = f"{_long(x)} ÷ {_long(x0)}"
    change = f"({ratio} − 1)" if _sign(line) > 0 else f"(1 − {ratio})"
    return f"{change} × 100 ÷ {exact(goal)} × 100 = {_percent(line)}"


def _long(value: float) -> str:
    return plain(value, OF_TARGETS)


def _sign(line: TargetLine) -> int:
    """1 where a rise is asked."""
    return 1 if is_rise(line.type, line.op) else -1


def _percent(line: TargetLine) -> str:
    return plain(100 * (line.counted or 0.0))


def points_text(words: Words, line: TargetLine, ladder: PointsLadder) -> str:
    """The points that a share earns: itself, by the ladder, cut at 100, or with what is beyond."""
    points, share = line.points or 0.0, line.counted
    value = plain(100 * points)
    if share is None or bool(is_equal(points, share)):
        return value
    if ladder.form == "continuous" and meets(points, ">", 1) and ladder.bonus_step:
        beyond = f"({plain(100 * share)} − 100) × {plain(10 * ladder.bonus_step)}"
        if bool(is_equal(points - 1, (share - 1) * 10 * ladder.bonus_step)):
            return f"100 + {beyond} = {value}"
        if bool(is_equal(points - 1, ladder.bonus_most)):
            return f"100 + {plain(100 * ladder.bonus_most)} = {value}"
    if bool(is_equal(points, 1)) and meets(share, ">", 1):
        return words.t("book.example.cut", value=value)
    return words.t("book.example.by_ladder", value=value)


@dataclass(frozen=True)
class ProgressTable:
    """The members of the progress index: this year's value over that of the base year.

    ``value``: an indicator's value in a year, ``ratio``: a member's ratio; None where there is none.
    """

    words: Words
    bundle: OpenBundle
    rules: Progress
    value: Callable[[str, int], float | None]
    ratio: Callable[[str], float | None]

    def fragment(self) -> Fragment:
        words = self.words
        columns = [
            TableColumn(words.t("head.member"), 44, "text"),
            TableColumn(words.t("book.head.ratio_from"), 46, "small"),
            TableColumn(words.t("book.head.ratio"), 10),
        ]
        return Table(
            columns, list(self._rows()), words.t("book.caption.example_progress")
        ).fragment()

    def _rows(self) -> Iterator[Row]:
        for group in self.rules.groups:
            yield Row([self.words.name(group, group.code), "", ""], "group")
            for code in self.rules.members.get(group.code, {}):
                indicator = self.bundle.framework.indicators[code]
                ratio = self.ratio(code)
                text = DASH if ratio is None else self._text(code, indicator.direction)
                yield Row(
                    [
                        coded(self.words, indicator),
                        text,
                        DASH if ratio is None else number(ratio, 2),
                    ]
                )

    def _text(self, code: str, direction: int) -> str:
        now = self.value(code, self.bundle.year)
        base = self.value(code, self.bundle.base_year)
        if now is None or base is None:
            return DASH
        floor = self.rules.base_floor.get(code, 0.0)
        if direction == 1 and floor and not at_least(base, floor):
            return f"100 + 100 × {less(now, base)} ÷ {plain(floor)}"
        above, below = (now, base) if direction == 1 else (base, now)
        return f"{plain(above)} ÷ {plain(below)} × 100"
