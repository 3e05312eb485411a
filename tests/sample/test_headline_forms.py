"""A headline rate is not lost because one part is missing: another form stands in, and says so."""

from __future__ import annotations

import pytest
from publish import pages

from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation

RATE = "resource_recycling_rate"


@pytest.fixture(scope="module")
def bundler(yearly: YearlyEvaluation) -> Bundler:
    return Bundler(yearly)


def test_by_weight_is_what_was_used_over_what_arose_in_the_parts_with_figures(yearly, values):
    """2204GX left kitchen waste out; it grows no grain, so three parts are left."""
    row = values.loc[("2204GX", 2025)]
    used = row["gisw_utilised"] + row["rr_recovered"] + row["cdw_recycled"]
    arose = row["gisw_generated"] + row["gisw_from_stock"]
    arose += row["rr_generated_est"] + row["cdw_generated"]
    indicators = yearly.evaluations["district"].indicators
    at = indicators.row("2204GX"), indicators.year_position(2025)
    assert indicators.column("R02w").values[at] == pytest.approx(100 * used / arose, rel=1e-9)


@pytest.mark.parametrize(
    ("entity_id", "form", "code"),
    [("2204GX", "alternative", "R02w"), ("220421", "official", "R02")],
)
def test_the_result_file_says_which_form_the_rate_is_in(bundler, entity_id, form, code):
    rate = result_json(bundler.bundle(entity_id), "")["headline"][RATE]
    assert (rate["form"], rate["code"]) == (form, code)
    assert rate["value"] is not None
    assert {rate["official"]["code"], rate["alternative"]["code"]} == {"R02", "R02w"}


def test_page_one_names_the_form_that_stands_in_and_prints_the_other_beside(bundler):
    lost = pages.all_tables(pages.opened(bundler.bundle("2204GX"), lang="zh"))["page_one"].html
    assert "按吨位加权" in lost and "此处以另一口径代列" in lost
    whole = pages.all_tables(pages.opened(bundler.bundle("220402"), lang="zh"))["page_one"].html
    assert "按吨位加权的废弃物循环利用率：" in whole and "此处以另一口径代列" not in whole
