"""The method book holds the whole method, and nothing that it must not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from params.shipped import liaoyuan

from cescore.definitions.definitions import Definitions
from cescore.definitions.formulas.formula import ACROSS as LOOKS_AT_OTHERS
from cescore.definitions.formulas.formula import FUNCTIONS as ALLOWED
from cescore.definitions.load import load_definitions
from cescore.desk.documents import (
    CONVENTIONS,
    OpenDocument,
    effective_weights,
    method_book,
    worked_example,
)
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.disclosure.documents.reading import read_document
from cescore.disclosure.making.method_books import make_method_book
from cescore.errors import PublishError
from cescore.publish.pages.document import end_text, exact, factor_text
from cescore.publish.pages.formulas import spaced
from cescore.publish.pages.method_book.frameworks import chapters
from cescore.publish.pages.method_book.page import FUNCTIONS
from cescore.publish.pages.method_book.rules import ACROSS, CASES, rule_tag
from cescore.publish.render import render
from cescore.publish.words import has_label, label

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "method_book.ipynb"
WORKSPACES = {
    "liaoyuan": ROOT,
    "eu": ROOT / "examples" / "eu",
    "unseen": ROOT / "tests/unseen/workspace",
}
TAGS = re.compile(r"<[^>]*>")


def words(html: str) -> str:
    """What a reader sees, without blanks: lines break where they like."""
    return packed(unescape(TAGS.sub("", html)))


def packed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def opened(definitions: Definitions, lang: str = "zh") -> OpenDocument[MethodBook]:
    made = make_method_book(definitions, 2020)
    return OpenDocument(made, made.hash, lang)


def printed(book: OpenDocument[MethodBook]) -> str:
    """Every part of the book as the notebook shows it."""
    parts = [
        method_book.front(book),
        method_book.overview(book),
        method_book.example(book, worked_example(book)),
        method_book.frameworks(book, effective_weights(book)),
        method_book.scores(book),
        method_book.missing(book),
        method_book.accounts(book),
        method_book.statistics(book),
        method_book.ends(book),
        method_book.references(book),
        method_book.targets(book, CONVENTIONS),
        method_book.assessment(book, CONVENTIONS),
        method_book.measures(book),
        method_book.standards(book),
        method_book.checks(book),
        method_book.disclosure(book),
        method_book.conventions(book, CONVENTIONS),
        method_book.unverified(book),
        method_book.variables(book),
        method_book.provenance(book),
    ]
    return "\n".join(part.html for part in parts)


@pytest.fixture(scope="module", params=WORKSPACES)
def definitions(request: pytest.FixtureRequest) -> Definitions:
    root = WORKSPACES[request.param]
    year = 2023 if request.param == "unseen" else None
    return load_definitions(root / "params", year)


def wanted(definitions: Definitions) -> Iterator[str]:
    """What must stand in the book of a workspace."""
    for framework in definitions.frameworks.values():
        yield framework.hash
        for indicator in framework.indicators.values():
            yield indicator.code
            yield indicator.source
            yield indicator.note
            yield spaced(indicator.formula) if indicator.formula else indicator.definition
            yield factor_text(indicator.factor) if indicator.formula else ""
            for posts in indicator.goalposts.values() if indicator.group else ():
                yield from (end_text(posts.worst), end_text(posts.best), posts.source)
        for account in framework.accounts.values():
            yield from (account.code, spaced(account.formula), account.source)
        yield from (factor.source for factor in framework.factors.values())
    for check in definitions.checks:
        yield from (check.id, spaced(check.rule))
    yield from definitions.variables
    for one in definitions.references:
        yield from (one.source, exact(one.value), one.differs.zh and one.indicator)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_book_holds_every_indicator_account_factor_and_check(
    definitions: Definitions, lang: str
) -> None:
    found = words(printed(opened(definitions, lang)))
    assert [text for text in wanted(definitions) if packed(text) not in found] == []


def test_the_book_holds_every_target_veto_grade_measure_and_requirement() -> None:
    definitions = liaoyuan()
    found, plan = words(printed(opened(definitions))), definitions.plan
    assert plan is not None
    texts = [t.zh for t in plan.targets.values()] + [t.source for t in plan.targets.values()]
    texts += [f"{exact(t.value)}" for t in plan.targets.values()]
    texts += [v.zh for v in plan.vetoes.values()] + [v.source for v in plan.vetoes.values()]
    scales, used = plan.assessment.scales, {*plan.assessment.scale_of.values()}
    texts += [f"{b.zh}≥{exact(b.least)}" for code in used for b in scales[code].bands]
    unused = [b.zh for code in scales.keys() - used for b in scales[code].bands]
    known = {b.zh for code in used for b in scales[code].bands}
    assert not [zh for zh in unused if zh not in known and packed(f"{zh}≥") in found]
    texts += [c.zh for c in plan.commitments.values()]
    texts += [text for m in plan.measures.values() for text in (f"{m.id}{m.zh}", *m.units)]
    texts += [c.zh for m in plan.measures.values() for c in m.checks]
    texts += [r.id for s in definitions.standards.values() for r in s.requirements.values()]
    assert [text for text in texts if packed(text) not in found] == []


def test_every_indicator_is_printed_with_its_tag_and_weight(definitions: Definitions) -> None:
    book = opened(definitions)
    html = method_book.frameworks(book, effective_weights(book)).html
    entries = re.findall(r'<tbody class="entry">.*?</tbody>', html, re.DOTALL)
    every = [(f, i) for f in definitions.frameworks.values() for i in f.indicators.values()]
    once = [i for c in chapters(book.data.frameworks) for i in c[0].indicators]
    assert len(entries) == len(once)
    for framework, indicator in every:
        mine = [e for e in entries if f'<span class="code-name">{indicator.code}</span>' in e]
        assert any(f'<td class="mid">{indicator.tag}</td>' in e for e in mine), indicator.code
        if indicator.group:
            weight = f"<small>{exact(indicator.weight)}</small>"
            assert any(weight in e for e in mine), (framework.entity_type, indicator.code)


def test_weights_in_the_index_are_together_one(definitions: Definitions) -> None:
    for found in effective_weights(opened(definitions)).values():
        assert sum(found.values()) == pytest.approx(1)


def test_a_weight_changed_in_yaml_changes_the_book(tmp_path: Path) -> None:
    params = tmp_path / "params"
    shutil.copytree(WORKSPACES["unseen"] / "params", params)
    before = printed(opened(load_definitions(params, 2023)))
    path = params / "frameworks/hospital.yml"
    text = path.read_text(encoding="utf-8")
    spot = text.index("weight:", text.index("indicators:"))
    path.write_text(text[:spot] + text[spot:].replace("weight: ", "weight: 1", 1), encoding="utf-8")
    assert printed(opened(load_definitions(params, 2023))) != before


def test_no_parameter_of_the_gate_reaches_the_book() -> None:
    definitions = liaoyuan()
    strict = definitions.disclosure.model_copy(
        update={"min_contributors": 77, "p_percent": 33.0, "quartile_least_n": 555,
                "median_least_n": 444, "significant_digits": 4, "n_shown_from": 99}
    )  # fmt: skip
    other = Definitions(**{**vars(definitions), "disclosure": strict})
    assert (
        make_method_book(other, 2020).to_bytes() == make_method_book(definitions, 2020).to_bytes()
    )
    said = method_book.disclosure(opened(definitions)).html
    assert not re.search(r"\d", TAGS.sub("", said))


TOWN = ROOT / "examples/town"  # its plan has no measures


@pytest.mark.parametrize("root", [TOWN, *WORKSPACES.values()], ids=lambda root: root.name)
def test_the_contents_lead_to_parts_that_are_there(root: Path) -> None:
    year = 2023 if root == WORKSPACES["unseen"] else None
    page = printed(opened(load_definitions(root / "params", year)))
    links, places = re.findall(r'href="#([^"]+)"', page), re.findall(r'id="([^"]+)"', page)
    assert set(links) - set(places) == set()
    assert len(links) > 5


def test_what_is_from_memory_or_our_own_is_listed_and_nothing_else() -> None:
    definitions = liaoyuan()
    book = opened(definitions)
    lists = {
        "P": method_book.conventions(book, CONVENTIONS).html,
        "M": method_book.unverified(book).html,
    }
    for framework in definitions.frameworks.values():
        for indicator in framework.indicators.values():
            for tag, html in lists.items():
                is_listed = f">{indicator.code}<" in html
                assert is_listed or indicator.tag != tag, (indicator.code, tag)


def test_every_function_of_formulas_is_explained() -> None:
    assert set(FUNCTIONS) == set(ALLOWED)
    assert all(has_label(f"book.function.{name}") for name in FUNCTIONS)
    assert set(ACROSS) == set(LOOKS_AT_OTHERS)
    assert all(has_label(f"book.across.{name}") for name in ACROSS)


@pytest.mark.parametrize(
    ("factor", "text"),
    [("1", ""), ("10000", "× 10,000"), ("1/100", "÷ 100"), ("1000/3", "× 1,000 ÷ 3")],
)
def test_the_factor_reads_as_what_is_done(factor: str, text: str) -> None:
    assert factor_text(factor) == text


def test_numbers_of_params_are_printed_as_they_are() -> None:
    assert [exact(v) for v in (1.0481, 12000, -0.5, 0.07143, 0)] == ["1.0481", "12,000", "−0.5", "0.07143", "0"]  # fmt: skip


def made(folder: Path, lang: str = "en") -> Path:
    """The book of the small workspace as a file in a folder."""
    definitions = load_definitions(WORKSPACES["unseen"] / "params", 2023)
    path = folder / "bundle.json"
    path.write_bytes(make_method_book(definitions, 2020).to_bytes())
    return path


def test_the_book_becomes_a_pdf_with_equal_bytes_each_time(tmp_path: Path) -> None:
    first = render(made(tmp_path), tmp_path / "a", "en", notebook=NOTEBOOK)
    second = render(made(tmp_path), tmp_path / "b", "en", notebook=NOTEBOOK)
    assert first.outputs == second.outputs
    assert set(first.outputs) == {"method-book.pdf", "method-book.html", "method-book.ipynb"}
    assert first.index is None and first.warnings == []


def test_a_notebook_that_opens_another_document_is_refused(tmp_path: Path) -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    changed = tmp_path / "method_book.ipynb"
    changed.write_text(text.replace("conclude(book)", "import dataclasses\\nconclude(dataclasses.replace(book, hash='0'))"), encoding="utf-8")  # fmt: skip
    with pytest.raises(PublishError, match="did not open the document"):
        render(made(tmp_path), tmp_path / "out", "en", notebook=changed)
    assert not (tmp_path / "out" / "method-book.pdf").exists()
    assert (tmp_path / "out" / "method-book.ipynb").exists()


def test_a_document_read_back_is_the_same(tmp_path: Path) -> None:
    path = made(tmp_path)
    document, _ = read_document(path)
    assert document.to_bytes() == path.read_bytes()


def test_a_missing_data_rule_is_official_only_where_it_is_the_official_one() -> None:
    frameworks = list(liaoyuan().frameworks.values())
    tags = {case: rule_tag(case, frameworks) for case in CASES}
    assert [case for case, tag in tags.items() if tag == "V"] == [
        "nowhere_reported",
        "not_applicable",
    ]
    other = frameworks[0].missing.model_copy(update={"not_applicable": "floor"})
    changed = frameworks[0].model_copy(update={"missing": other})
    assert rule_tag("not_applicable", [changed, *frameworks[1:]]) == "P"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_book_says_how_a_plan_is_evaluated_and_which_members_progress_has(lang: str) -> None:
    definitions = liaoyuan()
    found = words(printed(opened(definitions, lang)))
    texts = [
        label(f"book.period.{n}", lang, base=2020, middle=2023, last=2025) for n in range(1, 6)
    ]
    texts += [label(f"book.schedule.{n}", lang, nearly="80") for n in range(1, 8)]
    texts += [label("book.missing.source", lang), label("book.missing.mean", lang)]
    for framework in definitions.frameworks.values():
        assert framework.progress is not None
        members = [c for group in framework.progress.members.values() for c in group]
        texts += [framework.indicators[code].name(lang) for code in members]
    assert [text for text in texts if packed(text) not in found] == []


def test_frameworks_that_share_a_method_stand_in_one_chapter_and_their_own_notes_in_it() -> None:
    definitions = liaoyuan()
    book = opened(definitions)
    shared = [[f.entity_type for f in c] for c in chapters(book.data.frameworks) if len(c) > 1]
    assert shared == [["city", "district"]]
    html = words(method_book.frameworks(book, effective_weights(book)).html)
    only = set(definitions.frameworks["city"].indicators) - set(
        definitions.frameworks["district"].indicators
    )
    names = [definitions.frameworks["city"].indicators[code].zh for code in only]
    assert [name for name in names if packed(name) not in html] == []
    for framework in definitions.frameworks.values():
        notes = [i.note for i in framework.indicators.values() if i.note]
        assert [note for note in notes if packed(note) not in html] == []


def test_one_weight_more_and_a_framework_has_a_chapter_of_its_own() -> None:
    frameworks = liaoyuan().frameworks
    city, district = frameworks["city"], frameworks["district"]
    assert len(chapters([city, district])) == 1
    assert len(chapters([city, district.with_weights(R01=2.0)])) == 2


def test_a_chinese_book_names_no_indicator_in_english() -> None:
    definitions = liaoyuan()
    book = opened(definitions)
    html = unescape(method_book.frameworks(book, effective_weights(book)).html)
    english = {i.en for f in definitions.frameworks.values() for i in f.indicators.values()}
    assert [name for name in english if len(name) > 8 and name in html] == []


def test_the_book_says_what_each_number_answers_and_what_changed_with_a_version() -> None:
    definitions = liaoyuan()
    page = words(method_book.overview(opened(definitions)).html)
    for name in ("total", "index", "rates", "progress"):
        assert packed(label(f"book.number.{name}.asks", "zh")) in page
    history = definitions.frameworks["district"].history
    assert next(iter(history)) == definitions.frameworks["district"].version
    assert all(packed(text.zh) in page for text in history.values())


def test_what_earns_an_item_or_proposes_a_veto_is_named_and_not_coded() -> None:
    page = unescape(method_book.assessment(opened(liaoyuan()), CONVENTIONS).html)
    assert "循环化改造状态 = 通过验收" in page and "绿色工厂数" in page
    assert [c for c in ("park_retrofit_status", "green_factories", "K_audit") if c in page] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_book_works_one_mix_of_products_through(lang: str) -> None:
    definitions = liaoyuan()
    steel, cement = (
        definitions.accounts["ref_energy"].values[p].value for p in ("steel", "cement")
    )
    page = words(method_book.ends(opened(definitions, lang)).html)
    assert packed(f"= {exact(0.75 * steel + 0.25 * cement)}") in packed(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_book_works_the_ends_of_each_rate_through_by_its_denominator(lang: str) -> None:
    page = words(method_book.ends(opened(liaoyuan(), lang)).html)
    assert packed("= 48.31") in packed(page)  # recycled input: 0.75 × 8.6 and 0.25 × 0.94 tonnes
    assert packed("= 99.25") in packed(page)  # reuse: 0.75 × 62 and 0.25 × 15 m3


def test_a_reference_value_says_where_it_stands_on_the_scale_of_its_indicator() -> None:
    rows = method_book.references(opened(liaoyuan())).html.split("<tr")
    of = {
        code: next(r for r in rows if f">{code}<" in r and "2020" in r) for code in ("R03", "R07")
    }
    assert ">60.0<" in of["R03"]  # goes by the national level
    assert ">10.8<" in of["R07"]  # a rate: 55.4 % between 50 and 100
