"""A name in one language stands in for the other: no page is left without one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import Named
from cescore.definitions.pictures import FlowPicture
from cescore.disclosure.documents.bundle import Place, PlanCard, StandardCard
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.bonus import BonusLine
from cescore.method.grading.grades import GradeStep
from cescore.method.grading.vetoes import VetoLine

PACKAGE = Path(__file__).parents[2] / "cescore"
NAMED = (
    lambda zh, en: Named(zh=zh, en=en).name,
    lambda zh, en: PlanCard(zh=zh, en=en).name,
    lambda zh, en: Place(entity_id="", entity_type="lake", name_zh=zh, name_en=en).name,
    lambda zh, en: (
        StandardCard(id="S", zh=zh, en=en, source="made", tag="P", verdict="undetermined").name
    ),
    lambda zh, en: VetoLine("V", zh, en, "clear").name,
    lambda zh, en: BonusLine("B", zh, en, 1.0, "open").name,
    lambda zh, en: GradeStep(zh, en, 60.0).name,
    lambda zh, en: Assessment(grade_zh=zh, grade_en=en).grade,
    lambda zh, en: Assessment(scale_zh=zh, scale_en=en).scale_name,
    lambda zh, en: FlowPicture(unit="t", nodes={}, links=(), note_zh=zh, note_en=en).note,
)


@pytest.mark.parametrize("named", NAMED)
def test_each_language_stands_in_for_the_other(named) -> None:  # type: ignore[no-untyped-def]
    assert [named("湖", "lake")(lang) for lang in ("zh", "en")] == ["湖", "lake"]
    assert [named("湖", "")(lang) for lang in ("zh", "en")] == ["湖", "湖"]
    assert [named("", "lake")(lang) for lang in ("zh", "en")] == ["lake", "lake"]
    assert named("", "")("zh") == ""


def test_names_in_two_languages_are_chosen_in_one_place() -> None:
    """A line that asks for the language and takes a name itself forgets the other language."""
    chosen = re.compile(
        r'(zh|en)\b.*\bif\b.*==\s*"(zh|en)"|"(zh|en)"\s*else.*\.(zh|en|\w+_(zh|en))\b'
    )
    ways = [
        f"{path.relative_to(PACKAGE)}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "bilingual.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\.(\w+_)?(zh|en)\b", line) and chosen.search(line)
    ]
    assert ways == []
    assert name_in("zh", "", "lake") == "lake"
