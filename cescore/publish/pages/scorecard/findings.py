"""What a reader should take away, in plain sentences: rules over the numbers, in order of weight.

Each rule is a function that looks at one thing and gives a sentence or nothing; `RULES` is their
order. The sentences themselves are in labels.json. They use the entity's own and released figures
only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cescore.method.column import Flag, Panel, State
from cescore.method.targets import TargetLine
from cescore.publish.numbers import change_cell, index_change_words, number, quantity
from cescore.publish.view import (
    Number,
    View,
    at,
    by_code,
    has_enough,
    of_series,
    recorded,
    row_of,
)

if TYPE_CHECKING:
    from cescore.disclosure.opened import OpenBundle
    from cescore.method.aggregate import Aggregation
    from cescore.method.progress import ProgressResult

ENOUGH = 3
NOTABLE = 0.05  # points of score below which a change is none


@dataclass(frozen=True)
class Finding:
    """A sentence and what kind it is: good, bad, note or warning."""

    kind: str
    text: str


@dataclass(frozen=True)
class Known:
    """What the rules look at."""

    view: View
    result: Aggregation
    progress: ProgressResult | None
    indicators: Panel

    @property
    def coverage(self) -> float | None:
        position = self.view.now
        if position is None or not self.result.coverage.size:
            return None
        return float(self.result.coverage[0, position])

    @property
    def is_rated(self) -> bool:
        """Whether the index stands: a return was filed and covers enough of the weight."""
        index = at(self.result.index, self.view.now).value
        return self.view.data.filed and index is not None and has_enough(self.view, self.coverage)


def findings(
    bundle: OpenBundle,
    result: Aggregation,
    progress: ProgressResult | None,
    indicators: Panel,
    *,
    most: int = 5,
) -> tuple[Finding, ...]:
    """The three to five sentences of page one."""
    known = Known(View(bundle), result, progress, indicators)
    found: list[Finding] = []
    for rule in RULES:
        found += rule(known)
    if len(found) < ENOUGH:  # the card of the index says it as well
        found += index_move(known)
    return tuple(sorted(found, key=lambda f: f.kind != "warning")[:most])


def filing(known: Known) -> Iterator[Finding]:
    """No return, or too little of one: then nothing is rated."""
    view = known.view
    if not view.data.filed:
        yield Finding("warning", view.t("finding.not_filed", year=view.bundle.year))
    elif not has_enough(view, known.coverage):
        share = quantity(100 * (known.coverage or 0.0), "%", view.lang, 0)
        least = quantity(100 * view.bundle.framework.missing.min_weight_covered, "%", view.lang, 0)
        yield Finding("warning", view.t("finding.insufficient", share=share, least=least))


def strongest_and_weakest(known: Known) -> Iterator[Finding]:
    """Which group stands highest on the scale and which lowest."""
    view = known.view
    groups = [group.code for group in view.groups]
    scores = [(row_of(known.result.groups, c, (view.bundle.year,))[0].value, c) for c in groups]
    held = [(value, code) for value, code in scores if value is not None]
    if not known.is_rated or len(held) < 2:
        return
    high, low = max(held, key=lambda h: h[0]), min(held, key=lambda h: h[0])
    if number(high[0]) == number(low[0]):
        return
    yield Finding(
        "note",
        view.t(
            "finding.groups", high=view.name(high[1]), high_score=number(high[0]),
            low=view.name(low[1]), low_score=number(low[0]),
        ),
    )  # fmt: skip


def largest_moves(known: Known) -> Iterator[Finding]:
    """The scored indicator that gained most since last year, and the one that lost most."""
    view = known.view
    if not known.is_rated or view.last is None:
        return
    scores = by_code(view.data.evaluated.scores)
    moves = [
        (new - old, code)
        for code, series in scores.items()
        if (new := of_series(series, view.now).value) is not None
        and (old := of_series(series, view.last).value) is not None
        and _pair(known, code) is not None
    ]
    up = max(moves, default=(0.0, ""))
    down = min(moves, default=(0.0, ""))
    if up[0] > NOTABLE:
        yield Finding("good", _moved(known, up[1], "finding.improved"))
    if down[0] < -NOTABLE:
        yield Finding("bad", _moved(known, down[1], "finding.worsened"))


def _pair(known: Known, code: str) -> tuple[float, float] | None:
    year = known.view.bundle.year
    new, old = known.view.row(known.indicators, code, (year, year - 1))
    if new.value is None or old.value is None or new.taken:  # a carried value has not moved
        return None
    return new.value, old.value


def _moved(known: Known, code: str, key: str) -> str:
    view = known.view
    new, old = _pair(known, code) or (0.0, 0.0)
    unit, decimals = view.unit(code), view.decimals(code, [new, old])
    return view.t(
        key, name=view.name(code), year=view.bundle.year - 1,
        old=quantity(old, unit, view.lang, decimals), new=quantity(new, unit, view.lang, decimals),
        change=change_cell(new, old, unit, view.lang),
    )  # fmt: skip


def targets(known: Known) -> Iterator[Finding]:
    """Targets that are missed or behind schedule, by name; else how many are on course."""
    view = known.view
    own = [line for line in view.data.targets if line.role == "own" and line.light]
    for key, lights in (("missed", {"not_met"}), ("behind", {"behind"})):
        late = [line for line in own if line.light in lights]
        if late:
            names = view.join(_target_words(view, line) for line in late[:3])
            yield Finding("bad", view.t(f"finding.targets.{key}", n=len(late), names=names))
    good = [line for line in own if line.light in {"met", "on_schedule"}]
    if own and len(good) == len(own):
        yield Finding("good", view.t("finding.targets.all", n=len(own)))


def _target_words(view: View, line: TargetLine) -> str:
    name = line.name(view.lang)
    if line.actual is None:
        return name
    value = quantity(line.value, line.unit, view.lang)
    actual = quantity(line.actual, line.unit, view.lang)
    return view.t("finding.target", name=name, actual=actual, value=value)


def index_move(known: Known) -> Iterator[Finding]:
    """The index against last year and, for every type, progress since the base year."""
    view = known.view
    year = view.bundle.year
    new, old = (view.index(known.result, y).value for y in (year, year - 1))
    if known.is_rated and new is not None and old is not None:
        change = index_change_words(new, old, view.lang)
        name = view.name(view.bundle.framework.index.code)
        kind = "good" if number(new) > number(old) and new > old else "note"
        yield Finding(kind, view.t("finding.index", name=name, change=change))


def data_warnings(known: Known) -> Iterator[Finding]:
    """How many open warnings and estimates stand behind the figures."""
    view = known.view
    count = sum(line.severity == "warning" and line.status == "open" for line in view.data.findings)
    used = [recorded(view.data, code, view.now) for code in view.bundle.framework.variables]
    estimated = sum(bool(n.flags & Flag.ESTIMATED) for n in used if n.state == State.PRESENT)
    missing = sum(n.state == State.MISSING for n in used)
    parts = [
        view.t(f"finding.data.{key}", n=n)
        for key, n in (("warnings", count), ("estimated", estimated), ("missing", missing))
        if n
    ]
    if parts and view.data.filed:
        yield Finding("note", view.t("finding.data", parts=view.join(parts)))


Rule = Callable[[Known], Iterator[Finding]]
RULES: tuple[Rule, ...] = (
    filing, targets, largest_moves, strongest_and_weakest, data_warnings,
)  # fmt: skip
__all__ = ["RULES", "Finding", "Known", "Number", "findings"]
