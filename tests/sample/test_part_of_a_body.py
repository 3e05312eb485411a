"""A body and the part of it: the zone inside its district is shown beside it and ranked nowhere."""

from __future__ import annotations

import numpy as np
import pytest
from publish import pages

from cescore.desk.explore.trial import Trial
from cescore.desk.whole_type import desk_of
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.making.trials import Trials
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


def test_the_desk_ranks_the_four_alone_and_names_the_part_so(yearly):
    desk = desk_of(yearly.workspace, "district", "zh")
    ranks = dict(zip(desk.official.entities, desk.official.ranks(), strict=True))
    assert ranks.pop(ZONE) is None
    assert sorted(ranks.values()) == [1, 2, 3, 4]
    moves = Trial(desk).moves
    zone = moves.entities.index(ZONE)
    assert np.isnan(moves.rank[zone]) and np.isfinite(moves.index[zone])
    assert moves.names[zone] == "其中：高新区"


def test_a_variants_report_ranks_the_four_alone(bundler):
    official = bundler.bundle("220421")
    first = next(iter(official.framework.groups))
    trial = Trials(bundler).bundle("220421", official.framework.with_weights(**{first: 0.9}))
    rows = {row.place.entity_id: row for row in trial.siblings}
    assert rows[ZONE].rank is None and rows[ZONE].index is not None
    assert {row.n for row in rows.values() if row.rank is not None} == {4}


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
