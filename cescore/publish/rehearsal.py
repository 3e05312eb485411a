"""A rehearsal in the parent that report processes are forked from: a little of all that a report does.

The first shell, chart, template and page of a process cost more than those of a report: modules
are imported, templates compiled, expressions and C declarations parsed. Done here once, every
forked process finds it done. Nothing of it is kept: no notebook, no page, no font; of a page that
it learns from, styles and what its texts measure and look like.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (nbformat is not typed)
from __future__ import annotations

from datetime import date
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.documents.reading import make_ready
from cescore.publish.charts.frame import titled, write
from cescore.publish.charts.seaborn_alone import seaborn
from cescore.publish.charts.style import LEAST, POINTS, TITLE, chart, house_style, panels
from cescore.publish.check import pdf_text
from cescore.publish.engine import fresh_shell
from cescore.publish.page import PageFacts, make_page
from cescore.publish.printing.internals import learning
from cescore.publish.printing.linux_names import load_bindings
from cescore.publish.printing.measure import width_of
from cescore.publish.printing.own_fonts import own_fonts
from cescore.publish.printing.pdf import print_pdf
from cescore.publish.section import environment
from cescore.publish.stylesheets import STYLESHEET, find_template
from cescore.publish.words import load_labels

FACTS = PageFacts("试 a", "zh-CN", "0", name="试", heading="a", marks=("试", "a"), classes=("zh",))
WORDS = (
    '<h1>试</h1><h2 id="a">试 a</h2><p class="contents"><a href="#a"><b>试</b></a> 0.1<sup>a</sup></p>'
    '<div class="cards"><div class="card"><span class="pill">试</span></div></div>'
    '<table class="data"><caption>试</caption><colgroup><col style="width:60%"><col></colgroup>'
    "<thead><tr><th>试</th><th>a</th></tr></thead>"
    "<tbody><tr><th><b>试</b></th><td>0.1</td></tr></tbody></table>"
)


def preload(templates: Path | None = None) -> None:
    """Import, read and try once all that every report needs, before processes fork from this one."""
    load_bindings()
    make_ready()
    load_labels()
    for name in environment().list_templates():
        environment().get_template(name)
    with fresh_shell() as shell:
        shell.run("0")
    for bold in (False, True):
        width_of("试", 8.0, bold=bold)  # reads the widths of a whole face
    pdf_text(_printed(make_page(_trial(), FACTS, templates).for_print, templates))


def learn(page: str, templates: Path | None = None) -> None:
    """Print a page as reports are printed: what its styles, texts and glyphs come to is remembered
    in this process and in those forked from it. Never of a respondent's page."""
    with learning():
        _printed(page, templates)


def _printed(page: str, templates: Path | None) -> bytes:
    return print_pdf(
        page,
        stylesheet=find_template(STYLESHEET, templates),
        identifier=bytes(16),
        dated=date(2000, 1, 1),
        own=own_fonts(templates or TEMPLATES),
        is_close=True,
    ).raw


def _trial() -> NotebookNode:
    """An executed notebook with one of each kind of thing that a report shows."""
    shown = new_output("display_data", data={"text/html": WORDS + _drawn(), "text/plain": "0"})
    cells = [new_markdown_cell("试 *a*"), new_code_cell("0", outputs=[shown])]
    return new_notebook(cells=cells)


def _drawn() -> str:
    """A figure with what those of reports have: matplotlib looks for a font once for each size and
    weight, and makes ready much else with the first line, bar and note."""
    sns = seaborn()  # as figures do, when the first is drawn
    with house_style():
        figure, (left, right) = panels(80, 40, ((8, 24), (44, 24)), top=6, bottom=6)
        sns.lineplot(
            x=[0, 1, 0, 1], y=[0, 1, 1, 0], units=[0, 0, 1, 1], ax=left, linewidth=1.0,
            estimator=None, sort=False, legend=False,
        )  # fmt: skip
        left.axhline(0, ls=(0, (4, 3)))
        left.set_xticks([0, 1])
        left.locator_params(axis="y", nbins=4)
        right.barh([0], [1], height=1)
        for size in (LEAST, POINTS, TITLE):
            for weight in ("normal", "bold"):
                write(right, ["试"], (0, 0), 4, size=size, fontweight=weight)
        titled(figure, ["试"])
        return chart(figure, "0", mark="试", mark_below=True).html
