"""What a run says at its end: the index page, the summary line, the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cescore.publish.index_page import Line, Page, Section, index_page
from cescore.run.job import Outcome
from cescore.run.store import Store, write_atomically

if TYPE_CHECKING:
    from cescore.intake.entities import Entity
    from cescore.yearly import YearlyEvaluation

INDEX_PAGE = "index.html"
SLOWEST = 3
STATUSES = (
    ("built", "built"),
    ("up_to_date", "up to date"),
    ("failed", "failed"),
    ("skipped", "skipped"),
)


def write_index_page(
    store: Store,
    yearly: YearlyEvaluation,
    results: pd.DataFrame,
    outcomes: Mapping[str, Outcome],
    lang: str,
    tables: Sequence[str],
) -> None:
    """Write index.html: every entity of the year, by type."""
    run = yearly.workspace.definitions.run
    found = _of_year(results, yearly.year)
    synthetic = any(e.is_synthetic for e in yearly.workspace.entities())
    sections = []
    for entity_type, framework in yearly.workspace.definitions.frameworks.items():
        entities = yearly.workspace.entities(entity_type)
        lines = tuple(_line(e, store, outcomes, found, yearly, lang) for e in entities)
        if lines:
            sections.append(Section(f"{entity_type} · {framework.index.name(lang)}", lines))
    place = run.place.name(lang)
    page = Page(run.year, place, lang, run.status == "sample" or synthetic, sections, tables)
    write_atomically(store.folder / INDEX_PAGE, index_page(page).encode())


def _of_year(
    results: pd.DataFrame, year: int
) -> dict[tuple[str, str, str], tuple[float | None, str]]:
    """Value and status by entity, kind and code, of the kinds that the index page shows."""
    rows = results[
        (results["year"] == year) & results["kind"].isin(("index", "progress_index", "assessment"))
    ]
    return {
        (e, k, c): (None if pd.isna(v) else float(v), str(s))
        for e, k, c, v, s in zip(
            rows["entity_id"],
            rows["kind"],
            rows["code"],
            rows["value"],
            rows["status"],
            strict=True,
        )
    }


def _line(
    entity: Entity,
    store: Store,
    outcomes: Mapping[str, Outcome],
    found: Mapping[tuple[str, str, str], tuple[float | None, str]],
    yearly: YearlyEvaluation,
    lang: str,
) -> Line:
    name = f"{entity.entity_type}/{entity.entity_id}"
    framework = yearly.workspace.definitions.frameworks[entity.entity_type]
    nothing = (None, "")
    index, status = found.get((entity.entity_id, "index", framework.index.code), nothing)
    code = framework.progress.code if framework.progress else ""
    assessment = yearly.assessments.get(entity.entity_id)
    grade = ""
    if assessment is not None:
        grade = assessment.grade_zh if lang == "zh" else assessment.grade_en
    outcome = outcomes.get(name)
    return Line(
        entity_id=entity.entity_id,
        name=entity.name(lang),
        other_name=entity.name("en" if lang == "zh" else "zh"),
        folder=name,
        is_built=name in store.entries,
        cause=outcome.cause if outcome else "",
        index=index,
        index_status="" if status == "reported" else status,
        progress=found.get((entity.entity_id, "progress_index", code), nothing)[0],
        grade=grade,
    )


def summary(outcomes: Sequence[Outcome], seconds: float) -> Iterator[str]:
    """The lines that end a run: every entity accounted for, where time went."""
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    parts = " + ".join(f"{counts[status]} {words}" for status, words in STATUSES)
    yield f"{parts} = {len(outcomes)} entities, in {seconds:.0f} s"
    built = [outcome for outcome in outcomes if outcome.status == "built"]
    if not built:
        return
    stages: Counter[str] = Counter()
    for outcome in built:
        stages.update(outcome.record.get("seconds", {}))
    if stages:
        means = ", ".join(f"{name} {total / len(built):.2f} s" for name, total in stages.items())
        yield f"a report on average: {means}"
    slowest = sorted(built, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    yield "slowest: " + ", ".join(f"{o.name} {o.seconds:.1f} s" for o in slowest)


def warnings_of(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What a person should look at in the reports just built."""
    for outcome in outcomes:
        for warning in outcome.record.get("warnings", ()) if outcome.status == "built" else ():
            yield f"{outcome.name}: {warning}"


def exit_status(outcomes: Sequence[Outcome]) -> int:
    """0: every report asked for is there; 1: some failed, each named with its cause."""
    return 1 if any(outcome.status == "failed" for outcome in outcomes) else 0
