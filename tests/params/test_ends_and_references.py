"""An end of a scale and the published value it is taken from speak of the same quantity, or say that they do not."""

from __future__ import annotations

import pytest
from shipped import TYPES, liaoyuan

KNOWN = liaoyuan()
SAID = ("口径不同", "待核实")


@pytest.mark.parametrize("entity_type", TYPES)
def test_no_end_is_a_published_value_of_another_scope_without_saying_so(entity_type: str) -> None:
    framework = KNOWN.frameworks[entity_type]
    for reference in KNOWN.references:
        indicator = framework.indicators.get(reference.indicator)
        if indicator is None or not reference.is_for(entity_type) or not reference.differs.zh:
            continue
        for posts in indicator.goalposts.values():
            if reference.value in (posts.worst, posts.best):
                assert any(word in posts.source for word in SAID), (indicator.code, posts.source)


def test_full_use_of_straw_is_held_against_full_use_and_the_five_routes_against_their_own() -> None:
    of = {(r.indicator, r.area, r.year): r.value for r in KNOWN.references}
    assert of["R_straw_full", "province", 2021] == 100
    assert of["R06", "province", 2021] == 79  # 21 points more are burnt by households
    assert KNOWN.plan is not None
    checks = {c.id: c for m in KNOWN.plan.measures.values() for c in m.checks}
    assert (
        checks["4.2.2.a"].formula == KNOWN.frameworks["district"].indicators["R_straw_full"].formula
    )
    assert checks["4.1.6.a"].formula == KNOWN.frameworks["district"].indicators["R_bulk"].formula


def test_all_that_goes_by_the_sample_is_marked_so_and_nothing_else() -> None:
    found = KNOWN
    tables = {code: table for code, table in found.accounts.items() if table.by}
    assert {c for c, t in tables.items() if t.from_sample} == {
        c for c, t in tables.items() if "示例数据" in t.source
    }
    posts = [
        goalposts
        for made in found.frameworks.values()
        for indicator in made.indicators.values()
        for goalposts in indicator.goalposts.values()
    ]
    assert any(p.from_sample for p in posts)
    assert all(p.from_sample == ("示例数据" in p.source) for p in posts)
