"""The page beside the peers: which figures stand in its table, and the rank over the years."""

from __future__ import annotations

import re

import builders
import pages
import pytest

from cescore.desk import tables
from cescore.disclosure.documents.bundle import PeerTable, PublicRow
from cescore.method.disclosure.rules import PeerFigure, YearRank
from cescore.publish.printing.measure import width_of
from cescore.publish.printing.widths import PAGE, TYPE
from cescore.publish.words import LANGUAGES, label


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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_rank_that_is_withheld_is_told_from_one_that_there_is_not(lang):
    made = shown(with_ranks(YearRank(2023, 4, is_withheld=True), *RANKS), lang)
    cells = [[cell.text for cell in line.cells[1:3]] for line in made.tables[1].lines]
    assert cells == [["※", "—"], ["※", "—"]]
    assert "※" in repr(made).rpartition("2–4")[2] and "※" not in repr(
        shown(with_ranks(*RANKS), lang)
    )


@pytest.mark.parametrize(("counts", "is_said"), [((120, 119), True), ((120, 120), False)])
def test_where_n_differs_the_table_says_what_it_counts(counts, is_said):
    figures = tuple(
        PeerFigure(code=code, n=n, median=5.0)
        for code, n in zip(("UCDI", "resource_output"), counts, strict=True)
    )
    assert ("n为该项本年有数值" in repr(shown(with_ranks(figures=figures)))) is is_said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_an_entity_stands_among_its_quarters_is_one_line(lang):
    made = shown(
        with_ranks(figures=(PeerFigure(code="UCDI", n=30, median=5.0, quartile_band=3),)), lang
    )
    widths = [float(w) for w in re.findall(r'<col style="width:([\d.]+)%', made.html)]
    at = [head.text for head in made.tables[0].columns].index(label("head.standing", lang))
    assert width_of(label("quartile.3", lang), TYPE) + 1.6 <= widths[at] / 100 * PAGE


def test_a_body_that_stands_beneath_its_whole_is_not_listed_again_among_those_inside():
    beneath = PublicRow(place=builders.PARK, index=66.0, n=1)
    beside = (*builders.bundle().siblings, beneath)
    once = pages.all_tables(pages.opened(builders.bundle(siblings=beside, children=(beneath,))))
    assert (
        builders.PARK.name("zh") in repr(once["siblings_table"])
        and repr(once["children_table"]) == ""
    )
    other = pages.all_tables(pages.opened(builders.bundle(children=(beneath,))))
    assert builders.PARK.name("zh") in repr(other["children_table"])


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
