"""A number followed back in a workspace, and held against what was printed of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from cescore.definitions.bilingual import name_in
from cescore.definitions.entries.json_text import json_document
from cescore.definitions.spelling import nearest_few
from cescore.errors import DataError, RunError, Sentence
from cescore.evaluation.tracing.asking import trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Traced, TracedQuantity, as_graph
from cescore.evaluation.tracing.whole_workspace import WholeWorkspace
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import REGISTER, Workspace
from cescore.method.thresholds import is_equal
from cescore.publish.traces import ALL, TraceText
from cescore.publish.words import LANGUAGES, label, label_or
from cescore.run.asked import Asked
from cescore.run.job import report_name
from cescore.run.telling.phases import Phases, silent

RESULT = "result.json"
MOST_NEAR = 3  # names that an unknown one may have meant


@dataclass(frozen=True)
class TraceQuestion:
    """Which number of which entity is asked for."""

    root: Path
    entity: str
    code: str
    year: int | None = None
    lang: str = "zh"
    of_year: int | None = None  # an earlier year, as the evaluation has it; None: the year itself


@dataclass(frozen=True)
class PrintedResult:
    """What stands in the output tree of a number: the file, whether it is there, its value."""

    file: str
    is_there: bool = False
    value: float | None = None


@dataclass(frozen=True)
class TraceAnswer:
    """The trace of the number, whose it is, and what was printed of it."""

    entity: Entity
    trace: Traced
    printed: PrintedResult
    lang: str

    @property
    def agrees(self) -> bool:
        """Whether every step gives its number again, and what was printed is the same."""
        return all(step.agrees for step in self.trace.walk()) and not self.is_outdated

    @property
    def is_outdated(self) -> bool:
        """Whether another number was printed."""
        return self.printed.is_there and not _same(self.printed.value, self.trace.value)

    def as_json(self) -> dict[str, Any]:
        """The steps, and the printed value beside them."""
        printed = self.printed
        file = {"file": printed.file, "value": printed.value, "agrees": not self.is_outdated}
        return {**as_graph(self.trace), "printed": file if printed.is_there else None}

    def lines(self, depth: int = ALL) -> Iterator[str]:
        """The answer in words: the tree, what was printed, a summary."""
        writer = TraceText(self.lang, depth=depth)
        entity, year = self.entity, self.trace.quantity.year
        type_name = label_or(f"type.{entity.entity_type}", self.lang, entity.entity_type)
        name = name_in(self.lang, entity.name_zh, entity.name_en)
        yield writer.say("title", entity=entity.entity_id, name=name, type=type_name, year=year)
        yield from writer.lines(self.trace)
        yield self._printed_line()
        yield writer.summary(self.trace)

    def _printed_line(self) -> str:
        printed = self.printed
        key = "none" if not printed.is_there else "other" if self.is_outdated else "same"
        values = {"printed": printed.value, "value": self.trace.value} if key == "other" else {}
        return label(f"explain.printed_{key}", self.lang, file=printed.file, **values)


def answer(question: TraceQuestion, told: Phases = silent) -> TraceAnswer:
    """Follow a number back; ``told`` hears each phase as it begins.

    Raises
    ------
    DataError
        There is no such entity, or it has no such number; the nearest are named.
    """
    workspace = Workspace.load(question.root, question.year, told)
    entity = entity_named(question.entity, workspace)
    told("evaluating")
    tracer = tracer_of(WholeWorkspace(evaluate_workspace(workspace)))
    of_year = _year_asked(question, workspace)
    trace = trace_asked(tracer, entity.entity_id, question.code, of_year)
    printed = _printed(question, entity, trace.quantity, workspace.year)
    return TraceAnswer(entity, trace, printed, question.lang)


def _year_asked(question: TraceQuestion, workspace: Workspace) -> int:
    """The year of the number.

    Raises
    ------
    DataError
        The evaluation does not have it.
    """
    year = question.of_year or workspace.year
    if year not in workspace.years:
        first, last = workspace.years[0], workspace.years[-1]
        raise DataError(
            Sentence(
                "--of {year}: the evaluation of {last} has the years {first} to {last}",
                year=year,
                last=last,
                first=first,
            )
        )
    return year


def entity_named(asked: str, workspace: Workspace) -> Entity:
    """The entity of an id or of a name.

    Raises
    ------
    DataError
        There is none, or the name is that of several.
    """
    register = workspace.register
    if asked in register:
        return register[asked]
    named = [e for e in register if asked in (e.name_zh, e.name_en)]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(e.entity_id for e in named)
        raise DataError(
            Sentence(
                "{asked!r} is the name of several entities: {ids}; expected an id",
                asked=asked,
                ids=ids,
            )
        )
    by_word = {word: e for e in register for word in (e.entity_id, e.name_zh, e.name_en) if word}
    close = nearest_few(asked, by_word, MOST_NEAR, alike=0.5)  # names are short
    near = dict.fromkeys(_called(by_word[word]) for word in close)
    some = map(_called, islice(register, MOST_NEAR))
    told = (
        Sentence("; nearest: {names}", names=", ".join(near))
        if near
        else Sentence("; it has {n}, such as {names}", n=len(register), names=", ".join(some))
    )
    raise DataError(
        Sentence(
            "{file} has no entity {asked!r}{told}",
            file=workspace.root / REGISTER,
            asked=asked,
            told=told,
        )
    )


def _called(entity: Entity) -> str:
    """An entity by its id and, where it has one, its name."""
    return f"{entity.entity_id} {entity.name_zh or entity.name_en}".rstrip()


def _printed(
    question: TraceQuestion, entity: Entity, quantity: TracedQuantity, year: int
) -> PrintedResult:
    """The number in the result file of the entity's report, where there is one and it holds it.

    Figures are the same in every language: where the language asked for was not built, another's
    report is looked at.

    Raises
    ------
    RunError
        The file is not as a build writes it.
    """
    below = f"{report_name(entity.entity_type, entity.entity_id)}/{RESULT}"
    folders = [
        Asked(question.root, lang=lang).output(f"{year}")
        for lang in dict.fromkeys((question.lang, *LANGUAGES))
    ]
    path = next((f / below for f in folders if (f / below).is_file()), folders[0] / below)
    name = path.relative_to(question.root).as_posix()
    if not path.is_file() or quantity.year != year:
        return PrintedResult(name)
    try:
        result = json_document(path.read_bytes(), name)
        values = {k: None if v is None else float(v) for k, v in _values(result)}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise RunError(
            Sentence("{name}: no result as a build writes it; build the report again", name=name)
        ) from None
    key = f"{quantity.kind}:{quantity.code}"
    return PrintedResult(name, True, values[key]) if key in values else PrintedResult(name)


def _values(result: dict[str, Any]) -> Iterator[tuple[str, float | None]]:
    """The numbers of a result file by kind and code."""
    index, progress = result["index"], result["progress_index"]
    yield f"index:{index['code']}", index["value"]
    yield f"change:index:{index['code']}", index["change"]
    yield from ((f"group:{code}", value) for code, value in index["groups"].items())
    if progress is not None:
        yield f"progress_index:{progress['code']}", progress["value"]
    for one in result["indicators"]:
        yield f"indicator:{one['code']}", one["value"]
        if one["score"] is not None:
            yield f"score:{one['code']}", one["score"]
        for kind in ("weight", "contribution", "contribution_to_change"):
            yield f"{kind}:{one['code']}", one[kind]
    for line in result["targets"]:
        yield f"target:{line['id']}", line["actual"]
        for part in (
            "completion",
            "schedule_carbon",
            "schedule_log",
            "still_needed",
            "counted",
            "points",
        ):
            yield f"target_part:{line['id']}.{part}", line[part]
    yield "assessment:total", result["assessment"]["total"]
    yield "coverage:coverage", result["data_quality"]["coverage"]


def _same(printed: float | None, now: float | None) -> bool:
    if printed is None or now is None:
        return printed is now
    return bool(is_equal(printed, now))
