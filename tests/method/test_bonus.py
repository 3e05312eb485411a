"""Extra points: what is not returned earns none, the sum is limited, and no total passes 100."""

from __future__ import annotations

import numpy as np
import pytest

from cescore.definitions.model import (
    AssessmentRules,
    Bonus,
    BonusItem,
    GradeBand,
    GradeScale,
    Plan,
    Scale,
    Veto,
)
from cescore.method.column import Column, Panel
from cescore.method.grading.assessment import Evidence, assess
from cescore.method.grading.bonus import BonusLine, bonus_lines

ITEMS = {
    "A": BonusItem(id="A", en="Links", points=5, rule="links >= 10", executable="links >= 10"),
    "B": BonusItem(id="B", en="Accepted", points=7, variable="state", one_of=("accepted",)),
}
BONUS = Bonus(most=10, items=ITEMS, source="made", tag="P")
SCALE = GradeScale(
    code="S", source="made", tag="P",
    bands=(GradeBand(zh="好", en="good", least=90), GradeBand(zh="差", en="poor", least=0)),
)  # fmt: skip
PLAN = Plan(
    id="p", base_year=2020, first_year=2021, last_year=2025, source="made",
    assessment=AssessmentRules(
        weights={"park": {"index": 1.0}}, scale_of={"park": "S"}, scales={"S": SCALE},
        bonus={"park": BONUS},
    ),
    vetoes={"V": Veto(id="V", entity_types=("park",), grade="差", source="made", tag="P")},
)  # fmt: skip
CLEAR = {"V": {"status": "clear"}}


def statuses(links: float, state: str) -> list[str]:
    """What a park earns by its links and its state."""
    panel = Panel(
        ("P",), (2024,), {"links": Column.of(np.array([[links]]))}, {},
        {"state": np.array([[state]], object)},
    )  # fmt: skip
    found = bonus_lines(BONUS, panel, year=2024, base_year=2020, factors={})
    return [line.status for line in found["P"]]


@pytest.mark.parametrize(
    ("links", "state", "expected"),
    [
        (10, "accepted", ["earned", "earned"]),
        (9, "plan", ["not_earned", "not_earned"]),
        (np.nan, "", ["open", "open"]),
    ],
)
def test_an_item_is_earned_by_a_rule_or_by_a_state_and_open_without_either(links, state, expected):
    assert statuses(links, state) == expected


def total(index: float, *earned: str, vetoes=CLEAR) -> tuple[float | None, float | None, str]:
    lines = [
        BonusLine(i.id, i.zh, i.en, i.points, "earned" if i.id in earned else "open")
        for i in ITEMS.values()
    ]
    found = assess(PLAN, "park", Evidence(index=index, scale=Scale(), vetoes=vetoes, bonus=lines))
    return found.total, found.bonus, found.grade_zh


def test_points_come_on_top_of_the_total_and_are_limited():
    assert total(80) == (80, 0, "差")
    assert total(80, "A") == (85, 5, "差")
    assert total(80, "A", "B") == (90, 10, "好")  # 12 earned, 10 allowed


def test_no_total_passes_100():
    assert total(96, "A")[0] == 100


def test_a_veto_stands_whatever_is_earned():
    assert total(96, "A", "B", vetoes={"V": {"status": "standing"}})[2] == "差"


def test_distinctions_have_their_status_and_leave_the_total_as_it_is():
    items = {code: item.model_copy(update={"points": 0.0}) for code, item in ITEMS.items()}
    bare = BONUS.model_copy(update={"most": 0.0, "items": items})
    rules = PLAN.assessment.model_copy(update={"bonus": {"park": bare}})
    lines = [BonusLine(i.id, i.zh, i.en, i.points, "earned") for i in items.values()]
    asked = Evidence(index=80, scale=Scale(), vetoes=CLEAR, bonus=lines)
    found = assess(PLAN.model_copy(update={"assessment": rules}), "park", asked)
    assert (found.total, found.bonus) == (80, None)
    assert [line.status for line in found.bonus_lines] == ["earned", "earned"]


def test_a_type_without_items_has_no_bonus():
    bare = PLAN.model_copy(update={"assessment": PLAN.assessment.model_copy(update={"bonus": {}})})
    found = assess(bare, "park", Evidence(index=80, scale=Scale(), vetoes=CLEAR))
    assert (found.total, found.bonus, found.bonus_lines) == (80, None, ())
