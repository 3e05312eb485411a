"""A body and the part of it: the zone inside its district is shown beside it and ranked nowhere."""

from __future__ import annotations

import pytest
from publish import pages

from cescore.disclosure.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation

ZONE, WHOLE = "2204GX", "220402"
FOUR = {"220402", "220403", "220421", "220422"}


@pytest.fixture(scope="module")
def bundler(yearly: YearlyEvaluation) -> Bundler:
    return Bundler(yearly)


def test_a_part_of_another_body_of_its_type_is_not_ranked_and_the_four_are(bundler):
    rows = {row.place.entity_id: row for row in bundler.bundle("220400").children}
    ranked = {e: rows[e].rank for e in (*FOUR, ZONE)}
    assert ranked.pop(ZONE) is None
    assert sorted(ranked.values()) == [1, 2, 3, 4]
    assert {rows[e].n for e in FOUR} == {4}
    assert rows[ZONE].part_of == WHOLE and rows[ZONE].index is not None


def test_its_own_report_shows_no_rank_and_no_band_of_one_in_any_year(bundler):
    zone, whole = bundler.bundle(ZONE), bundler.bundle(WHOLE)
    assert all(figure.rank is None for figure in zone.peers.figures)
    assert all(year.rank is None for year in zone.peers.ranks)
    assert zone.uncertainty is None or zone.uncertainty.rank_low is None
    assert any(year.rank is not None for year in whole.peers.ranks)


def test_the_part_stands_beneath_its_whole_and_says_so(bundler):
    opened = pages.opened(bundler.bundle("220421"), lang="zh")
    html = pages.tables.siblings_table(opened).html
    whole, part = html.index("龙山区"), html.index("其中：高新区")
    assert whole < part
    between = html[whole:part]
    assert not any(name in between for name in ("西安区", "东丰县", "东辽县"))
    assert "不参与排名" in html


def test_uncertainty_and_robustness_rank_the_four_alone(yearly):
    table = yearly.uncertainty()
    bands = table[(table["kind"] == "band") & (table["entity_type"] == "district")]
    with_rank = set(bands[bands["code"] == "rank_low"]["entity_id"])
    assert with_rank == FOUR
    assert ZONE in set(bands[bands["code"] == "score_low"]["entity_id"])
    assert yearly.robustness["district"].entities == 4


def test_reports_that_share_figures_name_each_other_and_say_why_they_differ(bundler):
    def relatives(entity_id: str) -> set[tuple[str, str]]:
        card = bundler.bundle(entity_id).entity
        return {(one.kind, one.place.entity_id) for one in card.relatives}

    assert relatives(ZONE) == {("whole", WHOLE), ("same", "PK01")}
    assert relatives(WHOLE) == {("part", ZONE)}
    assert relatives("PK01") == {("same", ZONE)}
    for entity_id, other in ((ZONE, "PK01"), ("PK01", ZONE)):
        opened = pages.opened(bundler.bundle(entity_id), lang="zh")
        tables = pages.all_tables(opened)
        assert "同一区域另有报告" in tables["page_one"].html and other in tables["page_one"].html
        said = tables["siblings_table"].html
        assert "评价体系不同" in said and "边界不同" in said and "不可互比" in said
