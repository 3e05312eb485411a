"""Every word of a closed vocabulary of the method has its text in both languages, and its sign."""

from __future__ import annotations

from typing import Literal, get_args

import pytest

from cescore.definitions.model import (
    Aggregation,
    ImputationMethod,
    Mean,
    Normalisation,
    Transformation,
)
from cescore.disclosure.documents.other_documents import SHEET_STATUSES
from cescore.evaluation.revising.move import CAUSES
from cescore.evaluation.tracing.targeting import TARGET_PARTS
from cescore.evaluation.tracing.trace import KINDS
from cescore.method.grading.bonus import BONUS_STATUSES
from cescore.method.grading.doubts import REASONS
from cescore.method.grading.parts import PARTS
from cescore.method.grading.schedules import LIGHTS, ON_COURSE
from cescore.method.grading.target_paths import GOOD, VERDICTS
from cescore.method.grading.targets import COUNTED_BY
from cescore.method.grading.vetoes import VetoStatus
from cescore.method.grading.yardsticks import INSPECTED, OPEN, STATUSES
from cescore.method.index.scale import REACHES
from cescore.publish.charts import plan_bars
from cescore.publish.pages.scorecard.lights import SIGNS as LIGHT_SIGNS
from cescore.publish.pages.scorecard.rating import SIGNS as REACH_SIGNS
from cescore.publish.pages.unit_sheet import SIGNS as CHECK_SIGNS
from cescore.publish.words import has_label

VOCABULARIES = {
    "explain.kind": KINDS,
    "explain.note": tuple(f"part_{name}" for name in TARGET_PARTS),
    "explain.method": (*get_args(Normalisation), *get_args(Aggregation)),
    "revisions.because": CAUSES,
    "light": LIGHTS,
    "verdict": VERDICTS,
    "check": STATUSES,
    "veto": get_args(VetoStatus),
    "reason": REASONS,
    "counted": COUNTED_BY,
    "part": PARTS,
}
# what pages print of each method that params can name; a method without its text fails the report
METHODS = {
    "method.normalisation": Normalisation,
    "book.formula": Literal[Normalisation, Aggregation],
    "book.own": Normalisation,
    "band.name": Literal[Normalisation, Aggregation],
    "book.mean": Aggregation,
    "note.aggregation": Aggregation,
    "book.progress": Mean,
    "book.imputation": ImputationMethod,
    "book.transform": Transformation,
}


@pytest.mark.parametrize("family", METHODS)
def test_every_method_that_params_can_name_has_its_texts(family: str) -> None:
    names = [f"{family}.{name}" for name in get_args(METHODS[family])]
    assert [name for name in names if not has_label(name)] == []


@pytest.mark.parametrize("kind", VOCABULARIES)
def test_every_word_has_a_label(kind: str) -> None:
    assert [word for word in VOCABULARIES[kind] if word and not has_label(f"{kind}.{word}")] == []


def test_an_item_of_extra_points_that_earns_nothing_says_why() -> None:
    assert [s for s in BONUS_STATUSES if s != "earned" and not has_label(f"bonus.{s}")] == []


def test_every_light_verdict_status_and_reach_has_a_sign() -> None:
    assert {*LIGHTS, *VERDICTS} == set(LIGHT_SIGNS)
    assert set(STATUSES) == set(plan_bars.STATUSES) and set(SHEET_STATUSES) == set(CHECK_SIGNS)
    assert {reach for _, reach in REACHES} == set(REACH_SIGNS)


def test_parts_of_a_vocabulary_are_words_of_it() -> None:
    assert {*INSPECTED, *OPEN} <= set(STATUSES)
    assert set(ON_COURSE) <= set(LIGHTS) & set(GOOD)
    assert set(GOOD) <= set(VERDICTS)
