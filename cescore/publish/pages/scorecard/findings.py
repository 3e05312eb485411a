"""What a reader should take away, in plain sentences: rules over the numbers.

Each rule is a function that looks at one thing and gives sentences or none; `RULES` is their order,
and within what moved the index the heaviest stands first. The sentences themselves are in
labels.json. They use the entity's own and released figures only, and say of a change what the
table of results says of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from cescore.method.column import Flag, State
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.schedules import ON_COURSE
from cescore.method.grading.targets import TargetLine
from cescore.publish.comparable import comparable_figures, peer_words
from cescore.publish.numbers import (
    change_cell,
    index_change_words,
    number,
    quantity,
    signed,
)
from cescore.publish.pages.scorecard.evidence import NOTABLE, PageEvidence
from cescore.publish.pages.scorecard.vetoes import effect_words, short_words, vetoes_with
from cescore.publish.view import Number, View, has_enough, recorded, weight_of

ENOUGH = 3
MOST = 5
MOST_MOVES = 3
LINE = 106  # widths of a small letter that fit one line of page one; an ideograph has two
NAMED = 2  # names that one sentence holds
SAME_SIDE = {True: "good", False: "bad"}


@dataclass(frozen=True)
class PageFinding:
    """A sentence and what kind it is: good, bad, note or warning; ``weight`` is in points."""

    kind: str
    text: str
    weight: float = 0.0


def findings(
    known: PageEvidence, *, most: int = MOST, lines: int | None = None
) -> tuple[PageFinding, ...]:
    """The three to five sentences of page one, as many as fit its lines where those are given."""
    sentences = [finding for rule in RULES for finding in rule(known)]
    if len(sentences) < ENOUGH:  # the card of the index says it as well
        sentences += index_rise(known)
    ordered = sorted(sentences, key=lambda f: f.kind != "warning")
    return tuple(ordered if lines is None else _that_fit(ordered, lines))[:most]


def _that_fit(ordered: Sequence[PageFinding], lines: int) -> list[PageFinding]:
    """Those that the lines have room for, in their order: what is bad is the last to be left out."""
    left = lines
    kept: set[PageFinding] = set()
    for finding in sorted(ordered, key=lambda f: f.kind not in ("warning", "bad")):
        if lines_of(finding.text) <= left or not kept:
            left -= lines_of(finding.text)
            kept.add(finding)
    return [finding for finding in ordered if finding in kept]


def lines_of(text: str, line: int = LINE) -> int:
    """How many lines of page one a sentence takes at most, of a width of ``line`` small letters."""
    wide = sum(east_asian_width(letter) in "WFA" for letter in text)
    capitals = sum(letter.isupper() for letter in text)
    return math.ceil((len(text) + wide + capitals / 4) / line)


def filing(known: PageEvidence) -> Iterator[PageFinding]:
    """No return, or too little of one: then nothing is rated."""
    view = known.view
    if not view.data.filed:
        yield PageFinding("warning", view.t("finding.not_filed", year=view.bundle.year))
    elif not has_enough(view, known.coverage):
        share = quantity(100 * (known.coverage or 0.0), "%", view.lang, 0)
        least = quantity(100 * view.bundle.framework.missing.min_weight_covered, "%", view.lang, 0)
        yield PageFinding("warning", view.t("finding.insufficient", share=share, least=least))


def vetoes(known: PageEvidence) -> Iterator[PageFinding]:
    """Vetoes that stand, or that the figures show and nobody has confirmed: what, and what it means."""
    view = known.view
    for status in ("standing", "proposed"):
        found = vetoes_with(view, status)
        if found:
            names = view.t("join.clause").join(short_words(view, veto) for veto in found)
            text = view.t(f"finding.vetoes.{status}", n=len(found), names=names)
            yield PageFinding("bad", view.sentences([text, effect_words(view, found, status)]))


def targets(known: PageEvidence) -> Iterator[PageFinding]:
    """Targets that are missed or behind schedule, by name; else how many are on course."""
    view = known.view
    own = [line for line in view.data.targets if line.role == "own" and line.light]
    for key, light in (("missed", "not_met"), ("behind", "behind")):
        late = [line for line in own if line.light == light]
        if late:
            names = view.join(_target_words(view, line) for line in late[:3])
            text = view.t(f"finding.targets.{key}", n=len(late), names=names)
            yield PageFinding("bad", view.sentences([text, _what_missing_costs(view, late)]))
    good = [line for line in own if line.light in ON_COURSE]
    if own and len(good) == len(own):
        yield PageFinding("good", view.t("finding.targets.all", n=len(own)))


def _what_missing_costs(view: View, late: Sequence[TargetLine]) -> str:
    """That targets which nothing binds cost their points and limit no grade; "" of any other, and
    where targets make no part of a total."""
    has_total = bool(view.data.assessment.weights.get("targets"))
    is_points_only = has_total and all(line.scored and not line.binding for line in late)
    return view.t("finding.targets.points_only") if is_points_only else ""


def _target_words(view: View, line: TargetLine) -> str:
    name = line.name(view.lang)
    if line.actual is None:
        return name
    value = quantity(line.value, line.unit, view.lang)
    actual = quantity(line.actual, line.unit, view.lang)
    return view.t("finding.target", name=name, actual=actual, value=value)


def moves(known: PageEvidence) -> Iterator[PageFinding]:
    """What moved the index most since last year and since the base year, the heaviest first."""
    every = [*index_fall(known), *indicator_moves(known)]
    yield from sorted(every, key=lambda finding: -finding.weight)[:MOST_MOVES]


def index_fall(known: PageEvidence) -> Iterator[PageFinding]:
    """The index itself, where it fell."""
    for since in known.earlier_years:
        new, old = (
            known.view.index(known.result, y).value for y in (known.view.bundle.year, since)
        )
        if new is not None and old is not None and old - new >= NOTABLE:
            yield _index_finding(known, since, new, old)


def index_rise(known: PageEvidence) -> Iterator[PageFinding]:
    """The index against last year, where it did not fall."""
    last = known.view.bundle.year - 1
    if last in known.earlier_years:
        new, old = (known.view.index(known.result, y).value for y in (last + 1, last))
        if new is not None and old is not None and old - new < NOTABLE:
            yield _index_finding(known, last, new, old)


def _index_finding(known: PageEvidence, since: int, new: float, old: float) -> PageFinding:
    view = known.view
    change = index_change_words(new, old, view.lang)
    kind = "note" if abs(new - old) < NOTABLE else SAME_SIDE[new > old]
    name = view.name(view.bundle.framework.index.code)
    text = view.t("finding.index", name=name, year=since, change=change)
    return PageFinding(kind, text, abs(new - old))


def groups_come_and_gone(known: PageEvidence) -> Iterator[PageFinding]:
    """Groups that had no score in an earlier year and have one now, or the other way round."""
    view, year = known.view, known.view.bundle.year
    for since in known.earlier_years:
        for kind, key, has in (("bad", "lost", since), ("note", "gained", year)):
            lacks = year if has == since else since
            codes = [
                group.code
                for group in view.groups
                if known.has_score(group.code, has) and not known.has_score(group.code, lacks)
            ]
            if codes:
                names = view.join(view.name(code) for code in codes)
                yield PageFinding(kind, view.t(f"finding.groups.{key}", names=names, year=since))
                return  # once is enough, against the nearer year


@dataclass(frozen=True)
class Move:
    """An indicator that moved the index since an earlier year, by so many points."""

    code: str
    since: int
    points: float
    old: Number
    new: Number


def indicator_moves(known: PageEvidence) -> Iterator[PageFinding]:
    """Since last year and since the base year: what brought most and what cost most.

    An indicator that did so since both is named once, with both.
    """
    heaviest: dict[str, list[Move]] = {}
    for move in sorted(_extremes(known), key=lambda m: -abs(m.points)):
        same = heaviest.setdefault(move.code, [])
        if not same or same[0].points * move.points > 0:  # what moved it most, never both ways
            same.append(move)
    for same in heaviest.values():
        yield _moved(known, same, SAME_SIDE[same[0].points > 0])


def _extremes(known: PageEvidence) -> Iterator[Move]:
    """Since each earlier year, the indicator that brought most and the one that cost most."""
    for since in known.earlier_years:
        every = list(_moves_since(known, since))
        gains, losses = (
            [m for m in every if (m.points > 0) == is_gain] for is_gain in (True, False)
        )
        yield from (max(side, key=lambda m: abs(m.points)) for side in (gains, losses) if side)


def _moves_since(known: PageEvidence, since: int) -> Iterator[Move]:
    """Indicators whose own value changed as printed, in the direction in which they moved the index."""
    view, year = known.view, known.view.bundle.year
    for indicator in view.scored:
        code = indicator.code
        new, old = view.row(known.indicators, code, (year, since))
        points = _points(known, code, since)
        if new.value is None or old.value is None or new.taken or points is None:
            continue  # a carried value has not moved
        decimals = view.decimals(code, [new.value, old.value])
        if number(new.value, decimals) == number(old.value, decimals):
            continue  # nor has what nobody can see move
        if abs(points) >= NOTABLE and (new.value - old.value) * indicator.direction * points > 0:
            yield Move(code, since, points, old, new)


def _points(known: PageEvidence, code: str, since: int) -> float | None:
    """What an indicator did to the index; where nothing adds up to that, what its score did."""
    points = known.moved_by(code, since)
    if points is not None:
        return points
    new, old = (known.score(code, year).value for year in (known.view.bundle.year, since))
    return None if new is None or old is None else new - old


def _moved(known: PageEvidence, same: list[Move], kind: str) -> PageFinding:
    """The sentence of one indicator, with the value of each year named and what it did."""
    view = known.view
    first, last = min(same, key=lambda m: m.since), max(same, key=lambda m: m.since)
    code, unit = last.code, view.unit(last.code)
    decimals = view.decimals(code, [*(move.old.value for move in same), last.new.value])

    def shown(value: Number) -> str:
        return quantity(value.value or 0.0, unit, view.lang, decimals)

    words: dict[str, object] = {
        "name": view.name(code),
        "year": first.since,
        "old": shown(first.old),
        "new": shown(last.new),
        "effect": _effect(known, code, sorted(move.since for move in same)),
    }
    weight = max(abs(move.points) for move in same)
    key = f"finding.moved.{kind}"
    if first is not last:
        words |= {"last": last.since, "between": shown(last.old)}
        key += ".twice"
    else:
        old, new = first.old.value or 0.0, last.new.value or 0.0
        words["change"] = change_cell(new, old, unit, view.lang, decimals)
    said = [view.t(key, **words), _parted(known, code, first.since)]
    return PageFinding(kind, view.sentences(said), weight)


def _parted(known: PageEvidence, code: str, since: int) -> str:
    """That the series is not one on the way from an earlier year; "" where it is."""
    years = known.parted_since(code, since)
    return (
        known.view.t("finding.moved.parted", years=known.view.join(map(str, years)))
        if years
        else ""
    )


def _effect(known: PageEvidence, code: str, years: list[int]) -> str:
    """What an indicator did to the index since each of some years; "" where that is not known."""
    points = {year: known.moved_by(code, year) for year in years}
    key = "finding.effect.since" if len(years) > 1 else "finding.effect.points"  # else said already
    parts = [
        known.view.t(f"{key}.{'up' if moved > 0 else 'down'}", year=year, points=number(abs(moved)))
        for year, moved in points.items()
        if moved is not None
    ]
    return known.view.t("finding.effect", parts=known.view.join(parts)) if parts else ""


def beside_peers(known: PageEvidence) -> Iterator[PageFinding]:
    """What stands out among the peers, by released figures: weaknesses first, by weight; where no
    comparable indicator does, by the scores of groups."""
    view = known.view
    if view.data.peers is None or not known.is_rated:
        return
    figures, framework = comparable_figures(view), view.bundle.framework
    indicators = [f for code, f in figures.items() if code in framework.indicators]
    heaviest = sorted(indicators, key=lambda f: -weight_of(known.result, f.code, view.now))
    groups = [f for code, f in figures.items() if code in framework.groups]
    for standing, kind in (("weakness", "bad"), ("strength", "good")):
        found = [figure for figure in heaviest if figure.standing == standing]
        found = found or [figure for figure in groups if figure.standing == standing]
        if found:
            names = view.join(_beside(known, figure) for figure in found[:NAMED])
            words = {"names": names, "more": _and_more(view, len(found))}
            yield PageFinding(kind, peer_words(view, f"finding.peers.{standing}", **words))


def _and_more(view: View, n: int) -> str:
    """How many there are of which a sentence names the first; "" where it names all."""
    return view.t("finding.more", n=n) if n > NAMED else ""


def _beside(known: PageEvidence, figure: PeerFigure) -> str:
    """An indicator with its value, or a group with its score, and what is released beside it: the
    rank, else the median."""
    view, code = known.view, figure.code
    year = (view.bundle.year,)
    if code in view.bundle.framework.groups:
        own = view.scores(known.result.groups, code, year, known.result)[0]
        decimals, shown = 1, view.t("points.of", value=number(own.value or 0.0))
    else:
        own = view.row(known.indicators, code, year)[0]
        decimals = view.decimals(code, [own.value, figure.median])
        shown = quantity(own.value or 0.0, view.unit(code), view.lang, decimals)
    words = {"name": view.name(code), "own": shown}
    if figure.rank is not None and figure.n is not None:
        return view.t("finding.peer.rank", rank=figure.rank, n=figure.n, **words)
    if figure.median is None:
        return view.t("finding.peer", **words)
    median = number(figure.median, decimals)
    return peer_words(view, "finding.peer.median", median=median, **words)


def strongest_and_weakest(known: PageEvidence) -> Iterator[PageFinding]:
    """Which group stands highest on the scale and which lowest, and which lost most since last year."""
    view, year = known.view, known.view.bundle.year
    if not known.is_rated:
        return
    scores = {
        group.code: view.scores(known.result.groups, group.code, (year, year - 1), known.result)
        for group in view.groups
        if known.has_score(group.code, year)
    }
    values = {code: now.value for code, (now, _) in scores.items() if now.value is not None}
    if len(values) < 2:
        return
    high, low = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    if number(values[high]) == number(values[low]):
        return
    words = {
        "high": view.name(high), "high_score": number(values[high]),
        "low": view.name(low), "low_score": number(values[low]),
    }  # fmt: skip
    yield PageFinding("note", view.t("finding.groups", fell=_groups_fell(known, scores), **words))


def _groups_fell(known: PageEvidence, scores: Mapping[str, Sequence[Number]]) -> str:
    """The groups that lost since last year, the largest loss first; "" where none did."""
    view, last = known.view, known.view.bundle.year - 1
    if last not in known.earlier_years:
        return ""
    changes = {
        code: new.value - old.value
        for code, (new, old) in scores.items()
        if new.value is not None and old.value is not None
    }
    lost = sorted((c for c in changes if changes[c] <= -NOTABLE), key=changes.__getitem__)
    names = [
        view.t("finding.group", name=view.name(code), change=signed(changes[code], 1))
        for code in lost[:NAMED]
    ]
    words = {"names": view.join(names), "more": _and_more(view, len(lost)), "year": last}
    return view.t("finding.groups.fell", **words) if names else ""


def data_warnings(known: PageEvidence) -> Iterator[PageFinding]:
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
        yield PageFinding("note", view.t("finding.data", parts=view.join(parts)))


Rule = Callable[[PageEvidence], Iterator[PageFinding]]
RULES: tuple[Rule, ...] = (
    filing, vetoes,
    targets, groups_come_and_gone, moves, beside_peers, strongest_and_weakest, data_warnings,
)  # fmt: skip
