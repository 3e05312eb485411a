"""An English page of the shipped sample holds no Chinese but proper names as they were received."""

from __future__ import annotations

import re

import pytest
from publish import pages

from cescore.disclosure.bundle import Bundle
from cescore.disclosure.bundles import make_bundle
from cescore.publish.view import DOCUMENT, is_latin

ONE_OF_EACH = ("220400", "220402", "PK01", "E001")
HAN = re.compile(r"[\u4e00-\u9fff]+")


def received(data: Bundle) -> set[str]:
    """What a page repeats as it was written: the records of vetoes, checks and prose."""
    vetoes = [v for one in data.assessment.vetoes for v in (one.document, one.confirmed_by)]
    checks = [check.get("evidence_ref", "") for m in data.measures for check in m.checks]
    return {run for text in (*vetoes, *checks) for run in HAN.findall(text)}


@pytest.mark.parametrize("entity_id", ONE_OF_EACH)
def test_an_english_page_holds_no_chinese_but_names(yearly, entity_id):
    bundle = make_bundle(yearly, entity_id)
    opened = pages.opened(bundle, lang="en")
    html = " ".join(f.html for f in pages.all_tables(opened).values())
    html += " ".join(f.html for f in pages.all_figures(opened).values())
    found = set(HAN.findall(DOCUMENT.sub("", html))) - received(bundle)
    assert found == set()


def test_an_english_page_prints_the_sources_of_its_scale(yearly):
    opened = pages.opened(make_bundle(yearly, "220402"), lang="en")
    html = pages.tables.method_notes(opened).html
    assert "half-to-bound" in html and "three-year straw action, 70 %" in html


def test_a_text_without_a_second_language_is_left_out(yearly):
    bundle = make_bundle(yearly, "E001").model_copy(update={"names": {}})
    opened = pages.opened(bundle, lang="en")
    html = pages.tables.method_notes(opened).html
    assert is_latin(html) and "Definitions, sources" in html
