"""The page: what is printed of a notebook, escaping, and nothing that runs or leads elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cescore.definitions.shipped import TEMPLATES
from cescore.errors import PublishError
from cescore.publish.page import Page, PageFacts, make_page, refuse_active_content

FACTS = PageFacts(title="Hillside 2025", language="en", report_number="T-1")
CSS = '@font-face {font-family: "CE Sans"; src: url(fonts/a.ttf)}\n@page {size: A4}\np {margin: 0}'


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace's own templates: here only another stylesheet."""
    folder = tmp_path_factory.mktemp("report_templates")
    (folder / "static").mkdir()
    (folder / "static" / "print.css").write_text(CSS)
    return folder


def cell(html: str = "", text: str = "x", *, tags: tuple[str, ...] = ()) -> NotebookNode:
    """A code cell that showed something."""
    data = {"text/html": html, "text/plain": text} if html else {"text/plain": text}
    shown = new_output("execute_result", data=data, execution_count=1)
    return new_code_cell(
        "secret_source()", outputs=[shown], execution_count=1, metadata={"tags": list(tags)}
    )


def page(templates: Path, *cells: NotebookNode, facts: PageFacts = FACTS) -> Page:
    return make_page(new_notebook(cells=list(cells)), facts, templates)


def test_outputs_are_printed_and_code_and_prompts_are_not(templates: Path) -> None:
    html = page(templates, cell("<p>seen</p>"), cell(text="plain < text")).html
    assert "<p>seen</p>" in html
    assert "plain &lt; text" in html
    assert not any(word in html for word in ("secret_source", "Out[", "In&nbsp;[", "¶"))


@pytest.mark.parametrize("tag", ["working", "parameters", "injected-parameters"])
def test_cells_for_the_analyst_stay_in_the_notebook(templates: Path, tag: str) -> None:
    assert "hidden" not in page(templates, cell("<p>hidden</p>", tags=(tag,))).html


def test_a_cells_tags_become_the_class_of_its_section(templates: Path) -> None:
    assert (
        '<section class="cell cell-scores cell-wide">'
        in page(templates, cell(tags=("scores", "wide"))).html
    )


def test_cells_tagged_front_come_first_and_the_others_keep_their_order(templates: Path) -> None:
    cells = [cell(f"<p>{n}</p>", tags=("front",) if n in "cd" else ()) for n in "abcd"]
    html = page(templates, *cells).html
    assert [html.index(f"<p>{n}</p>") for n in "cdab"] == sorted(
        html.index(f"<p>{n}</p>") for n in "abcd"
    )


def test_headings_in_markdown_get_no_anchor(templates: Path) -> None:
    html = page(templates, new_markdown_cell("## 指标 Indicators")).html
    assert "指标 Indicators</h2>" in html
    assert "anchor-link" not in html


def test_a_name_is_escaped_wherever_the_frame_prints_it(templates: Path) -> None:
    facts = replace(FACTS, author='"><script>alert(1)</script>', name="<i>", title="a & b</title>")
    html = page(templates, facts=facts).html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<title>a &amp; b&lt;/title&gt;</title>" in html


def test_contents_that_list_a_section_without_a_cell_are_refused_with_what_to_do(
    templates: Path,
) -> None:
    contents = cell('<p><a href="#s-flows">Flows</a> <a href="#s-method">Method</a></p>')
    method = cell('<h2 id="s-method">Method</h2>')
    with pytest.raises(PublishError, match=r"links to #s-flows, .*tables\.heading"):
        page(templates, contents, method)
    assert "s-flows" in page(templates, contents, method, cell("<h2 id='s-flows'>F</h2>")).html


def test_the_page_stands_by_itself_and_the_printer_gets_it_without_style(templates: Path) -> None:
    made = page(templates, cell("<p>seen</p>"))
    assert "p {margin: 0}" in made.html
    assert "fonts/a.ttf" not in made.html and "url(" not in made.html
    assert "<style" not in made.for_print
    assert "<p>seen</p>" in made.for_print


def test_a_stylesheet_that_reaches_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "print.css").write_text("@import 'https://example.org/x.css';")
    with pytest.raises(PublishError, match=r"print.css: the page must stand by itself"):
        page(tmp_path)


def test_the_same_notebook_gives_the_same_page(templates: Path) -> None:
    assert page(templates, cell("<p>1</p>")) == page(templates, cell("<p>1</p>"))


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ("<script>1</script>", "<script>"),
        ('<p onclick="x()">', "onclick"),
        ('<a href="javascript:x()">', "javascript"),
        ('<a href="file:///etc/passwd">', "file"),
        ('<a href="scorecard.pdf">', "scorecard.pdf"),
        ('<img src="https://example.org/a.png" alt="a">', "example.org"),
        ('<img src="data:image/png;base64,AA==">', "without a text"),
        ('<p style="background: url(http://example.org)">', "example.org"),
        ('<svg><a xlink:href="file:a"></a></svg>', "file:a"),
        ('<link rel="stylesheet" href="x.css">', "<link>"),
        ('<meta http-equiv="refresh" content="0; url=x">', "<meta http-equiv"),
        ("<iframe></iframe>", "<iframe>"),
    ],
)
def test_what_runs_fetches_or_leads_elsewhere_is_refused_by_name(html: str, named: str) -> None:
    with pytest.raises(PublishError, match="no active or outside content") as error:
        refuse_active_content(html)
    assert named in str(error.value)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="#scores">', '<a href="https://www.gov.cn/">', '<use xlink:href="#m1"/>',
        '<img src="data:image/png;base64,AA==" alt="a bar of 80.0">', "&lt;script&gt;",
        '<g clip-path="url(#c)"/>',
    ],
)  # fmt: skip
def test_what_a_scorecard_needs_is_allowed(html: str) -> None:
    refuse_active_content(html)


@given(text=st.text(max_size=60))
def test_no_text_a_cell_prints_can_become_markup(templates: Path, text: str) -> None:
    plain = page(templates, cell(text="x")).for_print
    assert page(templates, cell(text=text)).for_print.count("<") == plain.count("<")


def test_what_colours_the_pieces_of_a_bar_colours_no_word_of_a_status():
    sheet = (TEMPLATES / "static/print.css").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    filled = [
        selector.strip()
        for selectors, style in rules
        if "background" in style
        for selector in selectors.split(",")
        if ".s-" in selector
    ]
    assert filled  # unit sheets and reviews print a status as <span class="s-done">
    assert [one for one in filled if not re.match(r"i\.s-|\.sw\.s-|\.cb \.s-", one)] == []
