"""What a person asks for, found among the numbers of an entity: by kind and code, or nearly so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from cescore.definitions.spelling import nearest_few
from cescore.errors import DataError, Sentence
from cescore.evaluation.tracing import (
    assessing,
    progress,
    quantities,
    scores,
    shares,
    targeting,
    wholes,
)
from cescore.evaluation.tracing.trace import KINDS, Kind, Traced, TracedQuantity
from cescore.evaluation.tracing.tracer import Maker, Tracer, UntraceableError, World
from cescore.method.index.evaluation import TypeEvaluation

MAKERS: Mapping[str, Maker] = {
    "factor": quantities.factor,
    "account": quantities.account,
    "indicator": quantities.indicator,
    "treated": scores.treated,
    "score": scores.score,
    "group": wholes.group,
    "index": wholes.index,
    "coverage": wholes.coverage,
    "progress_index": progress.progress_index,
    "progress_group": progress.progress_group,
    "progress_member": progress.progress_member,
    "change": shares.change,
    "relative_change": shares.relative_change,
    "room": shares.room,
    **{f"{prefix}{kind}": shares.part for prefix in ("", "progress_") for kind in shares.PART_OF},
    "target": targeting.target,
    "target_part": targeting.target_part,
    "measure": assessing.measure,
    "check": assessing.check,
    "assessment": assessing.assessment,
    "bonus": assessing.bonus,
    "grade": assessing.grade,
    "veto": assessing.veto,
    "standard": assessing.standard,
    "requirement": assessing.requirement,
}
# what a bare code means, the first that has it
BY_CODE: tuple[Kind, ...] = (
    "index", "progress_index", "group", "indicator", "account", "variable", "factor", "target",
    "assessment", "bonus", "grade", "coverage", "measure", "check", "veto", "standard",
    "progress_group", "progress_member", "target_part", "requirement",
)  # fmt: skip
MOST_NEAR = 5


def tracer_of(world: World) -> Tracer:
    """A tracer of all kinds."""
    return Tracer(world, MAKERS, quantities.returned)


def trace_asked(tracer: Tracer, entity_id: str, asked: str, year: int) -> Traced:
    """The trace of a code as a person gives it: ``R01``, or with its kind, ``score:R01``.

    Raises
    ------
    DataError
        The entity has no such number; the nearest codes are named.
    """
    found = next(_meant(tracer, entity_id, asked, year), None)
    if found is None:
        raise DataError(_unknown(tracer.world, entity_id, asked, year))
    return found


def _meant(tracer: Tracer, entity_id: str, asked: str, year: int) -> Iterator[Traced]:
    """What a code may mean, the likeliest first: with its kind, an alias, a bare code, a name."""
    kind, colon, code = asked.partition(":")
    evaluation = tracer.world.evaluation(entity_id)
    wanted: list[tuple[str, str]]
    if colon and kind in KINDS:
        wanted = [(kind, code)]
    elif evaluation is not None and asked == "index":
        wanted = [("index", evaluation.framework.index.code)]
    elif evaluation is not None and asked == "progress_index" and evaluation.framework.progress:
        wanted = [("progress_index", evaluation.framework.progress.code)]
    else:
        wanted = [(str(one), asked) for one in BY_CODE]
        wanted += [
            (kind, code) for kind, code, names in _named(tracer.world, entity_id) if asked in names
        ]
    for kind, code in wanted:
        found = _found(tracer, TracedQuantity(entity_id, kind, code, year))  # type: ignore[arg-type]
        if found is not None:
            yield found


def _named(world: World, entity_id: str) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """Indicators, groups, accounts and variables with their names in both languages."""
    evaluation, panel = world.evaluation(entity_id), world.panel(entity_id)
    if evaluation is not None:
        framework = evaluation.framework
        for kind, table in (
            ("indicator", framework.indicators),
            ("group", framework.groups),
            ("account", framework.accounts),
        ):
            yield from ((kind, code, (one.zh, one.en)) for code, one in table.items())
    for code in (*panel.columns, *panel.codes) if panel is not None else ():
        known = world.named(code)
        if known is not None:
            yield "variable", code, (known.zh, known.en)


def _unknown(world: World, entity_id: str, asked: str, year: int) -> str:
    """That there is no such number, with those nearest by code or by name."""
    codes = {code: code.partition(":")[2] for code in codes_of(world, entity_id)}
    names = {
        f"{kind}:{code}": name for kind, code, both in _named(world, entity_id) for name in both
    }
    wanted = asked.partition(":")[2] or asked
    words = [*codes.values(), *(name for name in names.values() if name)]
    close = nearest_few(wanted, words, MOST_NEAR)
    meant = {
        word: [c for c, own in (*codes.items(), *names.items()) if own == word] for word in close
    }
    near = [_likeliest(several, asked) for several in meant.values()]
    listed = ", ".join(dict.fromkeys(near or _first_to_ask(codes)))
    has = (
        Sentence("nearest: {listed}", listed=listed)
        if near
        else Sentence("it has: {listed}", listed=listed)
    )
    return Sentence(
        "{entity_id} has no number {asked!r} in {year}; {has}",
        entity_id=entity_id, asked=asked, year=year, has=has,
    )  # fmt: skip


def _first_to_ask(codes: Iterable[str]) -> Iterator[str]:
    """The code of the first number of each kind that a code alone can mean, the whole before its parts."""
    first: dict[str, str] = {}
    for whole in codes:
        kind, _, code = whole.partition(":")
        first.setdefault(kind, code)
    yield from islice((first[kind] for kind in BY_CODE if kind in first), MOST_NEAR)


def _likeliest(codes: Sequence[str], asked: str) -> str:
    """Of numbers with one code the one of the kind that was asked for; else the code alone, where it
    says enough by itself."""
    kind, colon, _ = asked.partition(":")
    if colon:
        return next((code for code in codes if code.startswith(f"{kind}:")), codes[0])
    bare = (code.partition(":")[2] for of in BY_CODE for code in codes if code.startswith(f"{of}:"))
    return next(bare, codes[0])


def _found(tracer: Tracer, quantity: TracedQuantity) -> Traced | None:
    if quantity.kind in ("grade", "coverage", "bonus") and quantity.code != quantity.kind:
        return None
    try:
        trace = tracer.of(quantity)
    except UntraceableError:
        return None
    is_unknown = quantity.kind == "variable" and not _is_of_type(tracer.world, quantity)
    return None if is_unknown else trace


def _is_of_type(world: World, quantity: TracedQuantity) -> bool:
    """Whether a variable is one that entities of this type return."""
    panel = world.panel(quantity.entity_id)
    return panel is not None and (quantity.code in panel.columns or quantity.code in panel.codes)


def codes_of(world: World, entity_id: str) -> Iterator[str]:
    """Every number of an entity in the year evaluated, as ``kind:code``."""
    panel, evaluation = world.panel(entity_id), world.evaluation(entity_id)
    for code in (*panel.columns, *panel.codes) if panel is not None else ():
        yield f"variable:{code}"
    if evaluation is not None:
        yield from _of_evaluation(evaluation)
    yield from _of_plan(world, entity_id)


def _of_evaluation(evaluation: TypeEvaluation) -> Iterator[str]:
    framework = evaluation.framework
    yield from (f"factor:{code}" for code in framework.factors)
    yield from (f"account:{code}" for code in framework.accounts)
    yield from (f"indicator:{code}" for code in framework.indicators)
    for indicator in framework.scored():
        yield f"score:{indicator.code}"
        yield f"room:{indicator.code}"
        yield from (f"{kind}:{indicator.code}" for kind in shares.PART_OF)
    for code in framework.groups:
        yield f"group:{code}"
        yield from (f"{kind}:{code}" for kind in shares.PART_OF)
    yield f"index:{framework.index.code}"
    yield f"change:index:{framework.index.code}"
    yield "coverage:coverage"
    known = framework.progress
    if known is None:
        return
    yield f"progress_index:{known.code}"
    yield f"change:progress_index:{known.code}"
    for group, members in known.members.items():
        yield f"progress_group:{known.code}.{group}"
        yield from (f"progress_{kind}:{group}" for kind in shares.PART_OF)
        for member in members:
            yield f"progress_member:{known.code}.{group}.{member}"
            yield from (f"progress_{kind}:{group}.{member}" for kind in shares.PART_OF)


def _of_plan(world: World, entity_id: str) -> Iterator[str]:
    outcome, panel = world.outcome(entity_id), world.panel(entity_id)
    for line in outcome.targets:
        yield f"target:{line.id}"
        if outcome.plan is not None and panel is not None:
            parts = targeting.parts_of(outcome.plan, line, panel.years[-1])
            yield from (f"target_part:{line.id}.{name}" for name in parts)
    for measure in outcome.measures:
        yield f"measure:{measure.id}"
        yield from (f"check:{check['id']}" for check in measure.checks)
    made = outcome.assessment
    if outcome.plan is not None:
        yield "grade:grade"
        yield from (f"assessment:{code}" for code in ("total", *made.parts))
        yield from (f"veto:{line.id}" for line in made.vetoes)
    if made.bonus is not None:
        yield "bonus:bonus"
    for known, found in outcome.standards:
        yield f"standard:{known.id}"
        yield from (f"requirement:{known.id}.{line.id}" for line in found.lines)
