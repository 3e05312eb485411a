"""A specimen: the bundle of nobody, under the framework and plan that a type's reports are made under.

A printer that has set a page of a type sets the next sooner, and what it has learnt may stay in a
process that makes reports of others. So it learns from a specimen, in which nothing is anybody's:
it is put together from what params say alone, and its figures are made up.
"""

from __future__ import annotations

from collections.abc import ItemsView
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.documents.bundle import (
    Bundle,
    EntityCard,
    FittedConstants,
    Record,
    report_number,
)
from cescore.disclosure.documents.own_results import evaluated, values_of
from cescore.disclosure.documents.specimen_lines import (
    among_others,
    assessed,
    beside,
    inspected,
    named,
)
from cescore.method.column import Column, Panel, State
from cescore.method.index.evaluation import evaluate

if TYPE_CHECKING:
    from cescore.definitions.model import Framework

NAME_ZH, NAME_EN, ENTITY_ID = "样张", "Specimen", "0"
FIRST = 1000.0  # of the made-up figures, of which each variable has another
# What they grow by, in turn, so that ratios rise and fall as in any report.
YEARLY = (0.97, 1.01, 0.99, 1.02, 1.0, 0.98, 1.03)


def specimen(bundle: Bundle) -> Bundle:
    """The bundle of a specimen under another's framework, plan and years.

    Taken over is what params decide for every entity of the type, of the lines of its plan and of
    what it is held against too (`specimen_lines`); every other field is left as empty as a bundle may
    have it, so that a field which comes to bundles later is left out as well.

    Raises
    ------
    MethodError
        The framework asks for more entities than one.
    """
    framework, years = bundle.framework, bundle.record.years
    panel = _made_up(framework, years, bundle.entity.entity_type)
    evaluation = evaluate(panel, framework, base_year=bundle.base_year, run_year=bundle.run.year)
    lines, cards = inspected(bundle.measures, framework), beside(bundle.beside)
    made = Bundle(
        entity=EntityCard(
            entity_id=ENTITY_ID,
            entity_type=bundle.entity.entity_type,
            name_zh=NAME_ZH,
            name_en=NAME_EN,
            industry=_industry(framework),
            is_synthetic=True,
        ),
        run=bundle.run,
        plan=bundle.plan,
        base_year=bundle.base_year,
        report_number="",
        framework=framework,
        framework_hash=framework.hash,
        record=_record(panel),
        fitted=FittedConstants(
            constants=evaluation.fitted.constants, nowhere=evaluation.fitted.nowhere
        ),
        evaluated=evaluated(evaluation, 0),
        peers=among_others(bundle.peers, framework),
        measures=lines,
        assessment=assessed(bundle.rules, framework, lines, bundle.run.year),
        beside=cards,
        names=named(bundle.names, lines, cards, framework),
        flows=bundle.flows,
        pages=bundle.pages,
        rules=bundle.rules,
    )
    return made.model_copy(update={"report_number": report_number(made)})


def _made_up(framework: Framework, years: tuple[int, ...], entity_type: str) -> Panel:
    """A panel of one entity that returned every variable of the framework in every year."""
    passed = np.arange(len(years))
    present = np.full((1, len(years)), State.PRESENT, np.uint8)
    flags = np.zeros((1, len(years)), np.uint8)
    columns = {
        code: Column(np.rint((FIRST + place) * growth**passed)[np.newaxis], present, flags)
        for (place, code), growth in zip(
            enumerate(framework.variables), cycle(YEARLY), strict=False
        )
    }
    attributes = {
        "entity_type": entity_type,
        "industry": _industry(framework),
        "name_zh": NAME_ZH,
        "name_en": NAME_EN,
        "is_synthetic": "true",
        **dict.fromkeys(("parent_id", "counted_in", "basis"), ""),
    }
    return Panel(
        (ENTITY_ID,),
        years,
        columns,
        {name: (text,) for name, text in attributes.items()},
        {name: np.array([[text] * len(years)], dtype=object) for name, text in _codes(framework)},
    )


def _industry(framework: Framework) -> str:
    """The first industry that a framework has ends of its own for; "" where there is none."""
    posts = (p for i in framework.indicators.values() for p in i.goalposts.values())
    return next((name for one in posts for name in one.by_industry), "")


def _codes(framework: Framework) -> ItemsView[str, str]:
    """What the framework's tables go by, such as a product -> the first that they have."""
    tables = [account for account in framework.accounts.values() if account.by and account.values]
    return {table.by: next(iter(table.values)) for table in tables}.items()


def _record(panel: Panel) -> Record:
    return Record(
        years=panel.years,
        values={code: values_of(column, 0) for code, column in panel.columns.items()},
        state={code: tuple(column.state[0].tolist()) for code, column in panel.columns.items()},
        flags={code: tuple(column.flags[0].tolist()) for code, column in panel.columns.items()},
        codes={name: tuple(map(str, texts[0])) for name, texts in panel.codes.items()},
    )
