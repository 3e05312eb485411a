"""Pages speak their language: what has no translation is shown as it stands, and marked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from publish import pages

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import make_bundle
from cescore.publish.view import DOCUMENT

ONE_OF_EACH = ("220400", "220402", "PK01", "E001")
HAN = re.compile(r"[\u4e00-\u9fff]+")
ORIGINAL = re.compile(r"\[in Chinese: [^\]]*\]")
# what a Chinese page may write in Latin letters: symbols, acronyms and names in use, standards, files
ALLOWED = {
    "GDP", "CO2", "SO2", "NOx", "COD", "P2O5", "NH3", "Fe", "CEDI", "UCDI", "MCI", "LPG", "HJ", "GB",
    "ISO", "PDF", "CSV", "JSON", "Sobol", "GJ", "tC", "GX",
}  # fmt: skip
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]+")  # one letter alone marks a line
FILE = re.compile(r"[\w./-]+\.(?:csv|json|parquet|xlsx|yml)\b")
CODE = re.compile(r"(?:[A-Z]{1,2}\d[\w-]*|[A-Z])")  # R01, PK01, C2025-00012; the tags S, V, C, M, P
HASH = re.compile(r"\b[0-9a-f]{12,}\b")


def html_of(bundle: Bundle, lang: str) -> str:
    opened = pages.opened(bundle, lang=lang)
    made = [*pages.all_tables(opened).values(), *pages.all_figures(opened).values()]
    return " ".join(fragment.html for fragment in made)


def words(html: str) -> str:
    """The text that is read: without markup and without formulas, which are code on purpose."""
    text = re.sub(r"<small>[^<]*[a-z]_[^<]*</small>", " ", html)
    text = re.sub(r"<small>[^<]*\b[A-Z]{1,2}\d+\b[^<]*</small>", " ", text)
    return unescape(re.sub(r"<[^>]*>", " ", text))


@pytest.mark.parametrize("entity_id", ONE_OF_EACH)
def test_an_english_page_holds_no_chinese_but_marked_originals(yearly, entity_id):
    text = ORIGINAL.sub("", words(html_of(make_bundle(yearly, entity_id), "en")))
    assert HAN.findall(DOCUMENT.sub("", text)) == []


@pytest.mark.parametrize("entity_id", ONE_OF_EACH)
def test_a_chinese_page_holds_no_english_fragment_and_no_code(yearly, entity_id):
    bundle = make_bundle(yearly, entity_id)
    own = {bundle.report_number, *LATIN.findall(bundle.report_number)}
    text = HASH.sub("", FILE.sub("", words(html_of(bundle, "zh"))))
    found = {w.strip(".-") for w in LATIN.findall(text)} - ALLOWED - own
    assert {word for word in found if not CODE.fullmatch(word)} == set()


def test_an_english_page_prints_its_sources_and_where_those_of_its_scale_stand(yearly):
    opened = pages.opened(make_bundle(yearly, "220402"), lang="en")
    html = pages.tables.method_notes(opened).html
    assert "Indicator System (2017 edition)" in html and "stands in the method book" in html


def test_a_source_without_a_second_language_is_shown_as_it_stands_and_marked(yearly):
    bundle = make_bundle(yearly, "E001").model_copy(update={"names": {}})
    html = pages.tables.method_notes(pages.opened(bundle, lang="en")).html
    source = bundle.framework.scored()[0].source
    assert HAN.search(source)
    assert f"[in Chinese: {source}]" in html


def test_what_an_inspector_wrote_is_not_lost_on_an_english_page(yearly):
    bundle = make_bundle(yearly, "220400")
    opened = pages.opened(bundle, lang="en")
    remarks = {
        check["finding"]
        for measure in bundle.measures
        for check in measure.checks
        if check.get("finding") and check.get("status") in {"partial", "not_done"}
    }
    html = pages.tables.measures_table(opened).html
    assert remarks and all(f"[in Chinese: {remark}]" in html for remark in remarks)
