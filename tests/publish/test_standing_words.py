"""A page is as official as its sign-off says, and says so."""

from __future__ import annotations

import pytest
from publish import builders, pages

from cescore.disclosure.documents.bundle import is_altered
from cescore.disclosure.documents.reading import with_standing
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.documents.standing import Issue, Moved, ReportStanding
from cescore.publish.pages.standing import correction, standing_words
from cescore.publish.publication import Scorecard

DRAFT = builders.bundle().run.model_copy(update={"status": "draft"})
SIGNED = ReportStanding(stage="final", edition=3, signed_on="2026-09-30")
MOVED = Moved(code="index", zh="指数", en="Index", before=71.34, after=70.9)


def published(standing: ReportStanding | None = None, lang: str = "zh") -> Scorecard:
    data = builders.bundle(run=DRAFT)
    data = data if standing is None else with_standing(data, standing)
    return Scorecard(data, "f" * 64, lang)


def first_page(data) -> str:
    return pages.all_tables(pages.opened(data))["page_one"].html


@pytest.mark.parametrize(("lang", "word"), [("zh", "草稿"), ("en", "Draft")])
def test_a_report_that_nobody_released_is_marked_a_draft_on_every_page(lang, word):
    assert published(lang=lang).marks == (word,)


def test_a_reviewed_report_is_still_marked_and_a_final_one_is_not():
    assert published(SIGNED.model_copy(update={"stage": "reviewed"})).marks == ("已复核，未发布",)
    assert published(SIGNED).marks == ()


def test_no_release_makes_sample_data_official():
    data = with_standing(builders.bundle(), SIGNED)
    assert data.run.status == "sample"
    assert Scorecard(data, "f" * 64, "zh").marks == ("示例数据",)


def test_page_one_of_a_final_report_says_edition_and_day():
    data = with_standing(builders.bundle(run=DRAFT), SIGNED)
    html = first_page(data)
    assert "正式" in html and "第3版 2026-09-30签发" in html
    assert standing_words(data, "en") == "Final; edition 3, signed off 2026-09-30"


def test_a_correction_names_its_reason_and_what_moved_on_page_one():
    changes = {"stage": "corrected", "reason": "能源数据更正", "moved": (MOVED,)}
    data = with_standing(builders.bundle(run=DRAFT), SIGNED.model_copy(update=changes))
    said = "更正原因：能源数据更正。与前一版相比：指数由71.3改为70.9。"
    assert correction(data.standing, "zh") == said
    assert said in first_page(data)


def test_what_moved_is_printed_as_finely_as_it_moved():
    moved = Moved(code="index", zh="指数", en="Index", before=71.3402, after=71.3411)
    said = correction(
        ReportStanding(stage="corrected", edition=4, reason="r", moved=(moved,)), "en"
    )
    assert said.endswith("Index 71.340 → 71.341.")


def test_a_correction_says_where_a_report_did_not_move_and_a_value_that_is_none():
    still = ReportStanding(stage="corrected", edition=4, reason="r")
    assert "did not move" in correction(still, "en")
    assert "本报告" not in correction(still, "zh", has_result=False)
    gone = MOVED.model_copy(update={"after": None})
    assert "指数由71.3改为无" in correction(still.of((gone,)), "zh")


def test_the_standing_is_part_of_what_a_report_number_is_a_mark_of():
    plain = builders.bundle(run=DRAFT)
    data = with_standing(plain, SIGNED)
    assert data.report_number != plain.report_number
    assert not is_altered(data)
    assert is_altered(data.model_copy(update={"standing": None}))


def test_a_draft_has_the_bytes_it_had_before_there_were_releases():
    assert b"standing" not in builders.bundle().to_bytes()[-40:]
    assert '"standing"' not in builders.bundle().to_bytes().decode().rpartition('"pages"')[2]


def test_result_json_tells_the_edition():
    data = with_standing(builders.bundle(run=DRAFT), SIGNED)
    found = result_json(data, "f" * 64)["provenance"]
    assert found["run_status"] == "final"
    assert found["standing"]["edition"] == 3 and "quality" not in found["standing"]


def test_a_report_of_an_edition_knows_its_own_changes_alone():
    issue = Issue(SIGNED, {"firm/E1": (MOVED,)})
    assert issue.standing_of("firm/E1", is_method_book=False).moved == (MOVED,)
    assert issue.standing_of("firm/E2", is_method_book=False).moved == ()
