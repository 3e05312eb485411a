"""What an entity's index, total, grade and targets would be if some of its values were others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cescore.evaluation.per_entity import PerEntity
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.register.entities import Register
from cescore.intake.workspace import Workspace
from cescore.method.column import Column, Panel, State
from cescore.method.grading.measures import MeasureLine
from cescore.method.index.aggregate import looks_at_all
from cescore.method.index.evaluation import TypeEvaluation

MOVED = "moved_"  # begins the code under which an indicator's own values stand


@dataclass(frozen=True)
class ReplacedValue:
    """A value of an entity as it might be instead; None: it would be missing.

    ``variable`` may also be the code of an indicator, whatever it is computed from: what other
    indicators are computed from it follows it.
    """

    year: int
    variable: str
    value: float | None


@dataclass(frozen=True)
class WhatIf:
    """An entity with some of its values changed; without changes, as it stands."""

    entity_id: str
    changes: tuple[ReplacedValue, ...] = ()


@dataclass(frozen=True)
class EntityStanding:
    """Where an entity stands in the year evaluated; None where there is no such number.

    ``lights`` are its own targets by id (met, on_schedule, …), "" of one that cannot be computed.
    """

    index: float | None = None
    total: float | None = None
    grade: tuple[str, str] = ("", "")  # zh, en
    lights: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)  # indicators that have one


def standings(yearly: YearlyEvaluation, questions: Sequence[WhatIf]) -> list[EntityStanding]:
    """The answer to each question, all evaluated in one pass.

    Each question is an entity of its own in a workspace that holds nothing else, evaluated as the year
    is, with the constants and weights that were learnt of the entities as they stand. What others'
    figures are made of is not changed: a firm's value moves no city. A blocked entity is evaluated
    here like any other.

    Types whose groups are aggregated by comparing everybody with everybody have no answer.
    """
    names = {f"{n}": question for n, question in enumerate(questions)}
    workspace = _workspace_of(yearly, names)
    answered = evaluate_workspace(workspace, _teachers(yearly, names), _as_inspected(yearly, names))
    values = {kind: _in_year(found) for kind, found in answered.evaluations.items()}
    return [_standing(answered, values, name) for name in names]


def _in_year(evaluation: TypeEvaluation) -> list[tuple[str, list[float | None]]]:
    """Each indicator's values of the year evaluated, by row; None where there is none."""
    j = evaluation.panel.year_position(evaluation.run_year)
    return [
        (
            code,
            [
                value if is_there else None
                for value, is_there in zip(
                    column.values[:, j].tolist(), column.is_present[:, j].tolist(), strict=True
                )
            ],
        )
        for code, column in evaluation.indicators.columns.items()
    ]


def _as_inspected(
    yearly: YearlyEvaluation, questions: Mapping[str, WhatIf]
) -> Mapping[str, tuple[MeasureLine, ...]]:
    """The measures of those who are evaluated as they stand: no value that is asked about moves them."""
    asked = {n: q.entity_id for n, q in questions.items() if q.entity_id in yearly.measures}
    return PerEntity(asked, lambda name: yearly.measures[asked[name]])


def _standing(
    answered: YearlyEvaluation,
    values: Mapping[str, list[tuple[str, list[float | None]]]],
    name: str,
) -> EntityStanding:
    evaluation = answered.evaluations.get(answered.workspace.register[name].entity_type)
    if evaluation is None or name not in evaluation.panel.row_of:
        return EntityStanding()  # of no evaluated type, or not of the year
    panel, in_year = evaluation.panel, values[evaluation.framework.entity_type]
    at = panel.row(name), panel.year_position(evaluation.run_year)
    index = float(evaluation.aggregation.index.values[at])
    assessment = answered.assessments.get(name)
    lines = answered.targets.get(name, ())
    return EntityStanding(
        index=None if np.isnan(index) else index,
        total=assessment.total if assessment else None,
        grade=(assessment.grade("zh"), assessment.grade("en")) if assessment else ("", ""),
        lights={line.id: line.light for line in lines if line.role == "own"},
        values={code: value for code, each in in_year if (value := each[at[0]]) is not None},
    )


def _workspace_of(yearly: YearlyEvaluation, questions: Mapping[str, WhatIf]) -> Workspace:
    """A workspace in which each question is an entity."""
    workspace = yearly.workspace
    entities, by_type = {}, defaultdict[str, list[str]](list)
    askers: dict[str, list[str]] = defaultdict(list)
    for name, question in questions.items():
        entity = workspace.register[question.entity_id]
        framework = workspace.definitions.frameworks.get(entity.entity_type)
        entities[name] = replace(entity, entity_id=name)
        askers[question.entity_id].append(name)
        if framework is not None and not looks_at_all(framework):
            by_type[entity.entity_type].append(name)
    panels = {
        entity_type: _panel_of(_with_indicators(yearly, entity_type, questions), names, questions)
        for entity_type, names in by_type.items()
    }
    return replace(
        workspace,
        register=Register(entities),
        panels=panels,
        blocked={},
        measures=tuple(
            replace(record, entity_id=name)
            for record in workspace.measures
            if record.year <= workspace.year  # yardsticks are the years before
            if record.entity_id not in yearly.measures
            for name in askers.get(record.entity_id, ())
        ),
        vetoes=tuple(
            replace(record, entity_id=name)
            for record in workspace.vetoes
            for name in askers.get(record.entity_id, ())
        ),
    )


def _with_indicators(
    yearly: YearlyEvaluation, entity_type: str, questions: Mapping[str, WhatIf]
) -> Panel:
    """The returned values of a type, with the indicators that questions change as evaluated."""
    panel, found = yearly.workspace.panels[entity_type], yearly.evaluations.get(entity_type)
    asked = {change.variable for question in questions.values() for change in question.changes}
    codes = () if found is None else sorted(asked & set(found.indicators.columns))
    if found is None or not codes:
        return panel
    columns = {}
    for code in codes:
        column, own = Column.empty(panel.shape, State.MISSING), found.indicators.column(code)
        rows = [panel.row(entity) for entity in found.panel.entities]
        column.values[rows] = own.values
        column.state[rows] = own.state
        column.flags[rows] = own.flags
        columns[MOVED + code] = column
    return panel.with_columns(columns)


def _teachers(
    yearly: YearlyEvaluation, questions: Mapping[str, WhatIf]
) -> Mapping[str, TypeEvaluation]:
    """The evaluations that teach, an indicator that a question changes being a value by itself."""
    asked = {change.variable for question in questions.values() for change in question.changes}
    teachers = dict(yearly.evaluations)
    for entity_type, found in teachers.items():
        own = found.framework.indicators
        given = {
            code: own[code].model_copy(
                update={"executable": MOVED + code, "factor": "1", "collected": True}
            )
            for code in asked & set(own)
        }
        if given:
            framework = found.framework.model_copy(update={"indicators": {**own, **given}})
            teachers[entity_type] = replace(found, framework=framework)
    return teachers


def _panel_of(panel: Panel, names: Sequence[str], questions: Mapping[str, WhatIf]) -> Panel:
    """The rows that are asked about, each with its changes."""
    rows = np.array([panel.row(questions[name].entity_id) for name in names], np.int64)
    columns = {
        code: Column(column.values[rows], column.state[rows], column.flags[rows])
        for code, column in panel.columns.items()
    }
    for row, name in enumerate(names):
        for change in questions[name].changes:
            column = columns.get(MOVED + change.variable, columns.get(change.variable))
            if column is not None and change.year in panel.years:
                at = row, panel.year_position(change.year)
                column.values[at] = np.nan if change.value is None else change.value
                column.state[at] = State.MISSING if change.value is None else State.PRESENT
    return replace(
        panel,
        entities=tuple(names),
        columns=columns,
        attributes={k: tuple(v[i] for i in rows) for k, v in panel.attributes.items()},
        codes={k: v[rows] for k, v in panel.codes.items()},
    )
