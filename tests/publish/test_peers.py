"""The page beside the peers: which figures stand in its table, and the rank over the years."""

from __future__ import annotations

import builders
import pages
import pytest

from cescore.desk import tables
from cescore.disclosure.bundle import PeerTable
from cescore.method.disclosure import PeerFigure, YearRank
from cescore.publish.words import LANGUAGES


def with_ranks(*ranks, figures=(PeerFigure(code="UCDI", n=5, rank=2),)):
    peers = PeerTable(entity_type="district", audience="public", figures=figures, ranks=ranks)
    return builders.bundle(peers=peers)


def shown(data, lang="zh"):
    return tables.peers_table(pages.opened(data, lang))


RANKS = (
    YearRank(2023, 4, None), YearRank(2024, 5, 3, 2, 4), YearRank(2025, 5, 2, 2, 2),
)  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_rank_of_each_year_stands_with_how_many_were_ranked_and_its_band(lang):
    ranks = shown(with_ranks(*RANKS), lang).tables[1]
    cells = [[cell.text for cell in line.cells[1:]] for line in ranks.lines]
    assert cells == [["—", "3/5", "2/5"], ["—", "2–4", "2"]]
    assert [head.text for head in ranks.columns[1:]] == ["2023", "2024", "2025"]


def test_one_rank_is_no_history():
    assert len(shown(with_ranks(*RANKS[1:2])).tables) == 1


def test_few_bodies_are_said_to_be_few():
    assert "数量少于10，排名仅供参考" in repr(shown(with_ranks(*RANKS)))


def test_where_others_are_not_ranked_no_history_is_shown():
    assert len(shown(with_ranks()).tables) == 1


def test_the_table_holds_index_groups_and_headline_rates_and_no_other_indicator():
    codes = ("UCDI", "EFF", "resource_output", "energy_output", "water_reuse")
    figures = tuple(PeerFigure(code=code, n=12, median=5.0) for code in codes)
    names = [
        line.cells[0].text for line in shown(with_ranks(figures=figures), "en").tables[0].lines
    ]
    assert names[:2] == ["Urban circular index", "Output efficiency"]
    assert len(names) == 4 and not [name for name in names if name.startswith("Water reuse")]
