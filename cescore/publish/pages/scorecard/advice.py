"""What to do next, in plain sentences: rules over the numbers, what brings most to the total first.

Each rule looks at one thing and gives sentences with what they bring, or nothing. A rule says what
would close a gap that the figures show: it never invents a policy. The sentences are in labels.json.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cescore.definitions.bilingual import name_in
from cescore.disclosure.released.covered_measures import credits_withheld
from cescore.method.column import State
from cescore.method.grading.grade_margin import GradeTurn
from cescore.method.grading.measures import open_scored
from cescore.method.grading.next_step import NextStep, StepKind
from cescore.method.grading.own_pace import RECENT
from cescore.method.grading.parts import worth_of_index
from cescore.method.grading.targets import TargetLine
from cescore.method.thresholds import meets
from cescore.publish.comparable import peer_words
from cescore.publish.numbers import decimals_for, enough, number, quantity
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.norms import norm_words, turn_values
from cescore.publish.pages.scorecard.vetoes import vetoes_with
from cescore.publish.view import View, by_code, has_enough, of_series

MOST = 3
MOST_MOVES = 3  # of indicators moved together that one sentence names
MOST_CHECKS = 3  # to be completed in full for a better grade that a sentence asks for
NAMED = 2  # names that one sentence holds
AMONG_PEERS: tuple[StepKind, ...] = ("median", "better_half")
OF_ITS_OWN: tuple[StepKind, ...] = ("own_pace", "own_share", "own_best")
LEAST_GAIN = 0.1  # [P] points of the total below which nothing is advised


@dataclass(frozen=True)
class Advice:
    """A sentence of advice and the points of the total that it would bring; None: it comes before all
    others.

    Where the total is withheld the points order the advice all the same and are not printed: they are
    worked out from weights and from credits, targets and scores that the report shows, so that their
    order tells nothing that the report does not.

    ``codes``: the indicators that it moves, and those that measure the same quantity.
    """

    sentence: str
    points: float | None = None
    codes: frozenset[str] = frozenset()


def advice(known: PageEvidence, most: int = MOST) -> tuple[str, ...]:
    """The sentences of page one below the findings: what brings most first, nothing that brings next
    to nothing, and each quantity once."""
    every = [piece for rule in RULES for piece in rule(known)]
    worth = [piece for piece in every if piece.points is None or piece.points >= LEAST_GAIN]
    ordered = sorted(worth, key=lambda piece: -math.inf if piece.points is None else -piece.points)
    told: set[str] = set()
    kept = []
    for piece in ordered:
        if not piece.codes & told:
            kept.append(piece.sentence)
            told |= piece.codes
    return tuple(kept[:most])


def _worth(known: PageEvidence, part: str, share: float) -> float | None:
    """Points of the total that a share of a part is worth, of one that is withheld as well; None of a
    part that is not in it."""
    weight = known.view.data.assessment.weights.get(part)
    return 100 * weight * share if weight else None


def _gain_words(known: PageEvidence, part: str, points: float | None) -> str:
    """What it brings to the total in words; "" where that is not known, or the total or part withheld."""
    found = known.view.data.assessment
    if points is None or found.total is None or found.parts.get(part) is None:
        return ""
    return known.view.t("advice.gain", points=number(points))


def _reaches(known: PageEvidence, points: float | None) -> str:
    """That so many points of the total bring the next grade; "" where they do not."""
    margin = known.view.data.margin
    if margin is None or margin.missing is None or points is None:
        return ""
    if not meets(points, ">=", margin.missing):
        return ""
    grade = name_in(known.view.lang, margin.next_zh, margin.next_en)
    return known.view.t("advice.reaches", grade=grade)


def returns(known: PageEvidence) -> Iterator[Advice]:
    """A return that is not in, or one that covers too little: nothing else matters before."""
    view = known.view
    if not view.data.filed:
        yield Advice(view.t("advice.file", year=view.bundle.year))
    elif not has_enough(view, known.coverage):
        series = by_code(view.data.evaluated.indicators)
        empty = [i for i in view.scored if of_series(series.get(i.code), view.now).value is None]
        names = view.join(i.name(view.lang) or i.code for i in empty[:NAMED])
        least = quantity(100 * view.bundle.framework.missing.min_weight_covered, "%", view.lang, 0)
        yield Advice(view.t("advice.complete", names=names, n=len(empty), least=least))


def open_vetoes(known: PageEvidence) -> Iterator[Advice]:
    """Vetoes that the figures show: to be confirmed or cleared before anything else, since they decide."""
    view = known.view
    found = vetoes_with(view, "proposed")
    if found:
        names = [
            name_in(view.lang, v.sign.zh, v.sign.en) if v.sign else v.name(view.lang) for v in found
        ]
        yield Advice(view.t("advice.vetoes", n=len(found), names=view.join(dict.fromkeys(names))))


def late_targets(known: PageEvidence) -> Iterator[Advice]:
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
    line = min(late, key=lambda late_line: late_line.completion or 0.0)
    words: dict[str, object] = {
        "name": line.name(view.lang),
        "year": view.bundle.year,
        "actual": _in_unit(view, line, line.actual),
        "value": _in_unit(view, line, line.value),
        "gap": _gap(view, line),
    }
    needed = line.pace.needed if line.pace is not None else None
    turn = _turn(known, "target", "advice.turn.target", line)
    scored = sum(one.scored and one.points is not None for one in view.data.targets)
    lacking = 1 - (line.points or 0.0) if line.scored else 0.0
    points = _worth(known, "targets", max(lacking, 0.0) / scored) if scored else None
    more = [_gain_words(known, "targets", points or None), turn or _reaches(known, points)]
    if needed:
        side = "rise" if needed > 0 else "fall"
        need = _yearly(view, line, abs(needed))
        sentence = view.t(f"advice.behind.{side}", need=need, **words)
    elif line.type == "level":
        side = "up" if line.op == ">=" else "down"
        sentence = view.t(f"advice.missed.{side}", **words)
    else:
        sentence = view.t("advice.missed", **words)
    yield Advice(view.sentences(filter(None, [sentence, *more])), points or None)


def _turn(
    known: PageEvidence, kind: str, key: str, line: TargetLine | None = None, *, most: int = 0
) -> str:
    """What alone would lift the grade, of a kind and target; "" where nothing of it would, or where it
    would take more checks than the ``most`` that are open."""
    view, margin = known.view, known.view.data.margin
    found = [
        turn
        for turn in (margin.turns if margin else ())
        if turn.kind == kind and (line is None or turn.code == line.id)
    ]
    if margin is None or not found:
        return ""
    if line is None and found[0].needed > min(most, MOST_CHECKS):
        return ""  # nearly all of them, or more than the advice names: none
    needed = f"{found[0].needed:g}" if line is None else _enough_in_unit(view, line, found[0])
    grade = name_in(view.lang, margin.next_zh, margin.next_en)
    return view.t(key, needed=needed, grade=grade)


def _in_unit(view: View, line: TargetLine, value: float | None) -> str:
    """A figure of a target in its unit, with the decimals that its values have in common."""
    decimals = decimals_for(line.unit, [line.value, line.actual])
    return quantity(0.0 if value is None else value, line.unit, view.lang, decimals)


def _enough_in_unit(view: View, line: TargetLine, turn: GradeTurn) -> str:
    """What a target would have to be, rounded so that the figure printed is enough."""
    decimals = decimals_for(line.unit, [line.value, line.actual])
    return quantity(enough(turn.needed, turn.now, decimals), line.unit, view.lang, decimals)


def _yearly(view: View, line: TargetLine, size: float) -> str:
    """A yearly change in per cent, or in the unit of the level where it goes by equal steps."""
    if line.pace is None or line.pace.measure == "percent":
        return quantity(size, "%", view.lang, 1)
    if line.level_unit == "%":
        return view.t("amount.points", size=number(size, 1))
    return quantity(size, line.level_unit, view.lang)


def _gap(view: View, line: TargetLine) -> str:
    """How much is lacking, in the unit of the target; of shares in percentage points."""
    actual = 0.0 if line.actual is None else line.actual
    size, decimals = abs(line.value - actual), decimals_for(line.unit, [line.value, actual])
    if line.unit == "%":
        return view.t("amount.points", size=number(size, decimals))
    return quantity(size, line.unit, view.lang, decimals)


def open_checks(known: PageEvidence) -> Iterator[Advice]:
    """The scored checks that lack credit, those that lack most first: what is recorded only has no
    right amount and is nobody's task."""
    view = known.view
    open_ = [(1 - (check["credit"] or 0.0), check) for check in open_scored(view.data.measures)]
    if not open_:
        return
    ordered = sorted(open_, key=lambda lacking: -lacking[0])
    measures = view.data.measures
    scored = sum(measure.scored for measure in measures) + credits_withheld(measures)
    points = _worth(known, "measures", sum(lacking for lacking, _ in open_) / scored)
    names = view.join(
        view.t("advice.check", id=check["id"], name=name_in(view.lang, check["zh"], check["en"]))
        for _, check in ordered[:NAMED]
    )
    others = view.t("advice.more") if len(ordered) > NAMED else ""
    sentence = view.t("advice.checks", n=len(ordered), names=names, more=others)
    turn = _turn(known, "measures", "advice.turn.measures", most=len(ordered))
    more = (_gain_words(known, "measures", points), turn or _reaches(known, points))
    yield Advice(
        view.sentences(filter(None, [sentence, *more])), LEAST_GAIN if points is None else points
    )


def levers(known: PageEvidence) -> Iterator[Advice]:
    """Which indicators, brought to the next step within reach, would raise the index most.

    Under every mean the gain is the index computed anew. Where the index compares all with all no
    gain follows from the entity's own figures: then the sentence says so.
    """
    shown = known.share_of_total
    share = _share_of_index(known)
    told = {c for line in known.view.data.targets if line.role == "own" for c in line.indicators}
    codes = [code for code in known.rooms if code not in told]  # targets have advice of their own
    steps = {code: step for code in codes if (step := known.step(code)) is not None}
    gains = {code: known.gain_at(code, step.value) or 0.0 for code, step in steps.items()}
    for code in sorted(gains, key=lambda c: -gains[c])[:MOST]:
        points = gains[code] * share
        key = "advice.gain.index" if shown is None else "advice.gain"
        gain = known.view.t(key, points=number(gains[code] if shown is None else points))
        said = [_lever(known, code, steps[code]), gain, _reaches(known, points)]
        yield Advice(
            known.view.sentences(filter(None, said)), points, _of_one_quantity(known.view, [code])
        )
    if known.is_rated and not known.rooms:
        yield from _lowest(known)


def _share_of_index(known: PageEvidence) -> float:
    """Points of the total that a point of the index is worth, shown or not; 1 where none is graded."""
    found, scale = known.view.data.assessment, known.view.bundle.framework.scale
    worth = worth_of_index(found.weights, scale)
    return 1.0 if worth is None else worth


def next_grade(known: PageEvidence) -> Iterator[Advice]:
    """The few indicators that together reach the next grade at least cost, where no turn of one within
    reach does; many at once are no advice."""
    view, margin = known.view, known.view.data.margin
    if margin is None or not 0 < len(margin.path) <= MOST_MOVES:
        return
    if any(turn.kind in ("target", "indicator") for turn in margin.turns) and len(margin.path) > 1:
        return
    moves = []
    for move in margin.path:
        words = dict(zip(("now", "needed"), turn_values(view, move), strict=True))
        moves.append(view.t("advice.path.move", name=view.name(move.code), **words))
    grade = name_in(view.lang, margin.next_zh, margin.next_en)
    sentence = view.t("advice.path", grade=grade, moves=view.t("join.clause").join(moves))
    gain = _gain_words(known, "index", margin.missing)
    codes = _of_one_quantity(view, [move.code for move in margin.path])
    yield Advice(view.sentences(filter(None, [sentence, gain])), margin.missing, codes)


def _of_one_quantity(view: View, codes: Iterable[str]) -> frozenset[str]:
    """Some indicators with those that the plan says ask in part for the same (`Plan.overlaps`)."""
    kind, rules = view.data.entity.entity_type, view.data.rules
    overlaps = rules.overlaps.values() if rules is not None else ()
    pairs = [
        {overlap.of, overlap.beside[kind]}
        for overlap in overlaps
        if {overlap.of, overlap.beside.get(kind)} <= set(view.bundle.framework.indicators)
    ]
    found = set(codes)
    while joined := [pair for pair in pairs if pair & found and not pair <= found]:
        found.update(*joined)
    return frozenset(found)


def _lever(known: PageEvidence, code: str, step: NextStep) -> str:
    """One indicator: from its value to the next step, in the direction that is better, and whose it is."""
    view, year = known.view, known.view.bundle.year
    indicator = view.bundle.framework.indicators[code]
    now = view.row(known.indicators, code, (year,))[0].value or 0.0
    decimals = view.decimals(code, [now, step.value])
    if number(now, decimals) == number(step.value, decimals):
        decimals += 1  # a step that nobody sees is none
    return view.t(
        f"advice.lever.{'up' if step.value > now else 'down'}",
        name=view.name(code),
        year=year,
        now=quantity(now, indicator.unit, view.lang, decimals) + norm_words(view, code, now),
        step=quantity(step.value, indicator.unit, view.lang, decimals)
        + norm_words(view, code, step.value),
        whose=_whose(known, code, step.kind),
    )


def _whose(known: PageEvidence, code: str, kind: StepKind) -> str:
    """Whose the next step is; of its own years, whether there were as many as are looked back on."""
    view = known.view
    if kind in AMONG_PEERS:
        return peer_words(view, f"step.{kind}")
    recent = view.row(known.indicators, code, view.years[-RECENT - 1 :])
    is_short = kind in OF_ITS_OWN and (len(recent) <= RECENT or recent[0].value is None)
    return view.t(f"step.{kind}.short" if is_short else f"step.{kind}")


def _lowest(known: PageEvidence) -> Iterator[Advice]:
    """The indicator with the lowest score, where no gain can be told: after what has one."""
    view, year = known.view, known.view.bundle.year
    scores = {i.code: known.score(i.code, year).value for i in view.scored}
    held = {code: score for code, score in scores.items() if score is not None}
    if held:
        code = min(held, key=held.__getitem__)
        value = view.row(known.indicators, code, (year,))[0].value or 0.0
        decimals = view.decimals(code, [value])
        now = quantity(value, view.unit(code), view.lang, decimals)
        states = (view.row(known.indicators, i.code, (year,))[0].state for i in view.scored)
        is_withheld = State.SUPPRESSED in states
        key = "advice.lever.withheld" if is_withheld else "advice.lever.none"
        yield Advice(view.t(key, name=view.name(code), year=year, now=now), LEAST_GAIN)


Rule = Callable[[PageEvidence], Iterator[Advice]]
RULES: tuple[Rule, ...] = (returns, open_vetoes, late_targets, open_checks, next_grade, levers)
