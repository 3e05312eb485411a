"""What to do next, in plain sentences: rules over the numbers, in order of urgency.

Each rule looks at one thing and gives sentences or nothing; `RULES` is their order. A rule says what
would close a gap that the figures show: it never invents a policy. The sentences are in labels.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from cescore.method.measures import OPEN, MeasureLine
from cescore.method.targets import TargetLine
from cescore.publish.numbers import decimals_for, number, quantity
from cescore.publish.pages.scorecard.findings import NOTABLE, Known
from cescore.publish.view import View, by_code, ends, has_enough, of_series

MOST = 3
NAMED = 2  # names that one sentence holds


def advice(known: Known, most: int = MOST) -> tuple[str, ...]:
    """The sentences of page one below the findings."""
    return tuple(islice((said for rule in RULES for said in rule(known)), most))


def returns(known: Known) -> Iterator[str]:
    """A return that is not in, or one that covers too little: nothing else matters before."""
    view = known.view
    if not view.data.filed:
        yield view.t("advice.file", year=view.bundle.year)
    elif not has_enough(view, known.coverage):
        series = by_code(view.data.evaluated.indicators)
        empty = [i for i in view.scored if of_series(series.get(i.code), view.now).value is None]
        names = view.join(i.name(view.lang) or i.code for i in empty[:NAMED])
        least = quantity(100 * view.bundle.framework.missing.min_weight_covered, "%", view.lang, 0)
        yield view.t("advice.complete", names=names, n=len(empty), least=least)


def late_targets(known: Known) -> Iterator[str]:
    """The own target that is furthest behind: how much is lacking and, while the plan runs, what
    each year must bring."""
    view = known.view
    late = [
        line
        for line in view.data.targets
        if line.role == "own"
        and line.light in {"not_met", "behind", "nearly"}
        and line.actual is not None
        and line.completion is not None
    ]
    if not late:
        return
    line = min(late, key=lambda one: one.completion or 0.0)
    name = line.name(view.lang)
    gap = _gap(view, line)
    if line.still_needed is not None and line.still_needed > 0 and line.light != "not_met":
        need = quantity(line.still_needed, "%", view.lang, 1)
        yield view.t("advice.behind", name=name, gap=gap, need=need)
    else:
        yield view.t("advice.missed", name=name, gap=gap)


def _gap(view: View, line: TargetLine) -> str:
    """How much is lacking, in the unit of the target; of shares in percentage points."""
    actual = 0.0 if line.actual is None else line.actual
    size, decimals = abs(line.value - actual), decimals_for(line.unit, [line.value, actual])
    if line.unit == "%":
        return view.t("amount.points", size=number(size, decimals))
    return quantity(size, line.unit, view.lang, decimals)


def open_checks(known: Known) -> Iterator[str]:
    """Checks that inspection found not done, with the measures they belong to and who answers."""
    view = known.view
    for status in OPEN:
        late = [m for m in view.data.measures if m.counts.get(status)]
        if late:
            n = sum(m.counts[status] for m in late)
            names = view.join(_measure(known, m) for m in late[:NAMED])
            more = view.t("advice.more") if len(late) > NAMED else ""
            yield view.t(f"advice.{status}", n=n, names=names, more=more)
            return


def _measure(known: Known, measure: MeasureLine) -> str:
    view = known.view
    name = measure.name(view.lang)
    return view.t("advice.measure", id=measure.id, name=name)


def levers(known: Known) -> Iterator[str]:
    """Which indicators, brought to their best goalposts, would raise the index most."""
    for code, gain in islice(gains(known), NAMED):
        view = known.view
        now = of_series(by_code(view.data.evaluated.indicators).get(code), view.now).value
        indicator = view.bundle.framework.indicators[code]
        posts = ends(indicator, view.bundle.year, view.data.entity.industry)
        if now is None or posts is None or gain <= NOTABLE:
            continue
        decimals = view.decimals(code, [now, posts[1]])
        yield view.t(
            "advice.lever", name=view.name(code), gain=number(gain),
            now=quantity(now, indicator.unit, view.lang, decimals),
            best=quantity(posts[1], indicator.unit, view.lang, decimals),
        )  # fmt: skip


def gains(known: Known) -> list[tuple[str, float]]:
    """What each indicator would add to the index at the top of its scale, the largest first; none
    where parts do not add up to the index."""
    view, framework = known.view, known.view.bundle.framework
    kinds = {framework.aggregation, *(g.aggregation for g in framework.groups.values())}
    if not known.is_rated or kinds != {"arithmetic_mean"} or view.now is None:
        return []
    scores, top = by_code(view.data.evaluated.scores), framework.scale.top
    found = []
    for indicator in view.scored:
        score = of_series(scores.get(indicator.code), view.now).value
        weight = known.result.weights.get(indicator.code)
        if score is not None and weight is not None:
            found.append((indicator.code, float(weight[0, view.now]) * (top - score)))
    return sorted(found, key=lambda one: -one[1])


Rule = Callable[[Known], Iterator[str]]
RULES: tuple[Rule, ...] = (returns, late_targets, open_checks, levers)
