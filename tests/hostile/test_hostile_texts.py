"""Texts that would do something elsewhere do nothing here: in names, prose, notebooks, pages and tables."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cescore.definitions.shipped import PACKAGE
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import PublishError
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.findings import write_findings
from cescore.intake.inert import inert
from cescore.intake.workspace import Workspace
from cescore.publish.page import make_page
from cescore.publish.pages.index.page import index_page
from cescore.publish.printing.print_style import fetcher
from cescore.publish.rehearsal import FACTS
from cescore.publish.render import render
from cescore.run.building.contents import Contents
from cescore.run.results.tables import write_table
from cescore.run.tree.store import Store
from tests.release.world import write_workspace

ROOT = Path(__file__).parents[2]
SCRIPTS = [
    "<script>alert('{m}')</script>", "<ScRiPt src=//{m}.example></ScRiPt>", "<script\x0c>{m}()</script>",
    "<img src=x onerror=alert('{m}')>", "<img src=x OnError =alert('{m}')>", "<svg onload=alert('{m}')>",
    "<svg><script>{m}()</script></svg>", "<svg><a href='javascript:{m}()'><text>x</text></a></svg>",
    "<svg><use href='http://{m}.example/x.svg#a'/></svg>", "<svg><image href='file:///etc/{m}'/></svg>",
    "<svg><foreignObject><iframe src='http://{m}'/></foreignObject></svg>",
    "<svg><animate onbegin={m}() attributeName=x dur=1s></svg>", "<body onload={m}()>",
    "<details open ontoggle={m}()>", "<input autofocus onfocus={m}()>", "<video src=x onerror={m}()>",
    "<audio src='http://{m}.example/a'>", "<iframe src='javascript:{m}()'></iframe>",
    "<iframe srcdoc='<script>{m}()</script>'>", "<object data='file:///etc/{m}'></object>",
    "<embed src='http://{m}.example'>", "<applet code={m}>", "<form action='http://{m}'><input name=x>",
    "<button formaction='javascript:{m}()'>x</button>", "<base href='http://{m}.example/'>",
    "<meta http-equiv=refresh content='0;url=http://{m}.example'>",
    "<link rel=stylesheet href='http://{m}.example/a.css'>", "<link rel=attachment href='file:///etc/{m}'>",
    "<style>@import 'http://{m}.example/a.css';</style>", "<style>*{{background:url(file:///{m})}}</style>",
    "<p style='background:url(http://{m}.example/a)'>x</p>", "<p style='x:expression({m}())'>x</p>",
    "<a href='javascript:{m}()'>x</a>", "<a href='JaVaScRiPt:{m}()'>x</a>", "<a href=' javascript:{m}()'>x</a>",
    "<a href='java\tscript:{m}()'>x</a>", "<a href='&#106;avascript:{m}()'>x</a>", "<a href='vbscript:{m}'>x</a>",
    "<a href='file:///etc/{m}'>x</a>", "<a href='data:text/html,<script>{m}()</script>'>x</a>",
    "<a href='//{m}.example'>x</a>", "<img src='file:///etc/{m}'>", "<img src='http://{m}.example/a.png'>",
    "<img src='data:text/html,{m}'>", "<img srcset='http://{m}.example/a 1x'>", "<template><script>{m}()</script>",
    "<math href='javascript:{m}()'>x</math>", "<noscript><p title='</noscript><img src=x onerror={m}()>'>",
    "--><script>{m}()</script>", "]]><script>{m}()</script>", "</title><script>{m}()</script>",
    "</style><script>{m}()</script>", "</textarea><script>{m}()</script>", "\"><script>{m}()</script>",
    "'><img src=x onerror={m}()>", "<!--[if IE]><script>{m}()</script><![endif]-->", "<?php system('{m}'); ?>",
    "<xml><x:script xmlns:x='http://www.w3.org/1999/xhtml'>{m}()</x:script></xml>",
]  # fmt: skip
MARKDOWN = [
    "[x](javascript:{m}())", "[x](JAVASCRIPT:{m}())", "[x](vbscript:{m})", "[x](file:///etc/{m})",
    "[x](data:text/html,{m})", "![x](http://{m}.example/a.png)", "![x](file:///etc/{m})",
    "<javascript:{m}()>", "[x]: javascript:{m}()", "[x](<javascript:{m}()>)",
    "```html\n<script>{m}()</script>\n```", "[a](x \"onmouseover={m}()\")",
]  # fmt: skip
TEMPLATES = [
    "{{{{ 7*7 }}}} {m}", "{{% include '/etc/{m}' %}}", "${{{m}}}", "#{{{m}}}", "{{0.__class__}} {m}", "%(x)s {m}",
    "{{{{ config.__class__ }}}} {m}", "$(touch {m})", "`touch {m}`", "; rm -rf {m}", "| cat {m}",
    "../../{m}", "\u202e{m}\u202c", "{m}\u0000"[:-1], "!!python/object/apply:os.system ['{m}']", "*{m}", "&{m}",
]  # fmt: skip
FORMULAS = [
    "=cmd|' /C {m}'!A0", "+HYPERLINK(\"http://{m}\")", "-2+3+{m}", "@SUM({m})", "＝{m}", "＋{m}", "－{m}", "＠{m}",
    "'={m}", " ={m}", "=WEBSERVICE(\"http://{m}\")", "=IMPORTXML(\"http://{m}\",\"//a\")",
    "=DDE(\"{m}\",\"x\",\"y\")",
]  # fmt: skip
TEXTS = [
    text.format(m=f"m{number:03d}m")
    for number, text in enumerate([*SCRIPTS, *MARKDOWN, *TEMPLATES, *FORMULAS])
]
PROSE = "---\nowner: Library\ndate: 2024-03-10\nyear: 2024\n---\n"
ACTIVE_TAGS = {"script", "iframe", "object", "embed", "applet", "base", "meta", "link", "form", "button",
               "video", "audio", "input", "template", "foreignobject", "use", "style"}  # fmt: skip
ADDRESSES = (
    "href",
    "src",
    "srcset",
    "data",
    "action",
    "formaction",
    "xlink:href",
    "style",
    "srcdoc",
)


class Doings(HTMLParser):
    """What in a page would do something, or fetch, or lead somewhere, each with all of its text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_mere_record = tag == "meta" and dict(attrs).keys() == {"name", "content"}
        if tag in ACTIVE_TAGS and not is_mere_record:
            self._inside = tag if tag in ("script", "style") else ""
            self.found.append(f"<{tag} {attrs}>")
        self.found += [
            f"{name}={value}" for name, value in attrs if name.startswith("on") or name in ADDRESSES
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)


@dataclass(frozen=True)
class Printed:
    """A report in which every hostile text stands, and its tables."""

    doings: str
    page: str
    pdf: bytes
    folder: Path


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Built once: the texts as prose of an entity."""
    root = tmp_path_factory.mktemp("texts")
    write_workspace(root)
    prose = root / "data/2024/prose"
    prose.mkdir()
    (prose / "L1.md").write_text(PROSE + "\n\n".join(TEXTS), "utf-8")
    workspace = Workspace.load(root)
    yearly = evaluate_workspace(workspace)
    (root / "bundle.json").write_bytes(Bundler(yearly).bundle("L1").to_bytes())
    generic = ROOT / "notebooks/generic.ipynb"
    render(root / "bundle.json", root / "out", "en", notebook=generic)
    page = (root / "out/scorecard.html").read_text("utf-8")
    doings = Doings()
    doings.feed(page)
    pdf = (root / "out/scorecard.pdf").read_bytes()
    write_findings(root / "findings.csv", workspace.findings, "en")
    return Printed("\n".join(doings.found), page, pdf, root)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Built once: the texts as names of bodies in the register, listed on a sibling's report, in the
    findings and on the index page."""
    root = tmp_path_factory.mktemp("names")
    write_workspace(root)
    with (root / "data/entities.csv").open("a", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerows([f"H{i:03d}", "town", text, ""] for i, text in enumerate(TEXTS))
    workspace = Workspace.load(root)
    yearly = evaluate_workspace(workspace)
    (root / "bundle.json").write_bytes(Bundler(yearly).bundle("T1").to_bytes())
    render(root / "bundle.json", root / "out", "en", notebook=ROOT / "notebooks/generic.ipynb")
    contents = Contents(Store.open(root / "tree"), yearly, yearly.results(), {}, "en")
    index = index_page(contents.page(()))
    pages = ((root / "out/scorecard.html").read_text("utf-8"), index)
    found: list[str] = []
    for page in pages:
        doings = Doings()
        doings.feed(page)
        found += doings.found
    write_findings(root / "findings.csv", workspace.findings, "en")
    pdf = (root / "out/scorecard.pdf").read_bytes()
    return Printed("\n".join(found), "\n".join(pages), pdf, root)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(len(TEXTS)), ids=lambda n: TEXTS[n][:24])
def test_a_hostile_name_in_the_register_does_nothing_where_it_is_listed(
    named: Printed, number: int
) -> None:
    marker = f"m{number:03d}m"
    assert [line for line in named.doings.splitlines() if marker in line] == []
    for key in (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/GoToR"):
        assert key not in named.pdf
    with (named.folder / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row if marker in cell]
    assert all(cell[0] not in "=+-@＝＋－＠\t\r" for cell in cells)


@pytest.mark.soak
def test_the_names_are_listed_at_all(named: Printed) -> None:
    assert sum(f"m{n:03d}m" in named.page for n in range(len(TEXTS))) > 80


def test_there_are_enough_of_them() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 80


@pytest.mark.parametrize("number", range(len(TEXTS)), ids=lambda n: TEXTS[n][:24])
def test_a_hostile_text_does_nothing_on_a_page(printed: Printed, number: int) -> None:
    marker = f"m{number:03d}m"
    doing = [line for line in printed.doings.splitlines() if marker in line]
    assert doing == []
    for key in (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/GoToR"):
        assert key not in printed.pdf


@pytest.mark.parametrize("kind", ["text/html", "text/markdown", "markdown"])
@pytest.mark.parametrize("number", range(len(TEXTS)), ids=lambda n: TEXTS[n][:24])
def test_what_a_notebook_shows_does_nothing_or_is_refused(number: int, kind: str) -> None:
    text, marker = TEXTS[number], f"m{number:03d}m"
    shown = new_output("display_data", data={kind: text})
    cell = new_markdown_cell(text) if kind == "markdown" else new_code_cell("0", outputs=[shown])
    try:
        page = make_page(new_notebook(cells=[cell]), FACTS).html
    except PublishError:
        return
    doings = Doings()
    doings.feed(page)
    # a link that a reader follows to an ordinary address is what it says it is
    assert [one for one in doings.found if marker in one and not one.startswith("href=http")] == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: t[:24])
def test_a_hostile_text_is_inert_in_a_table(text: str, tmp_path: Path) -> None:
    write_table(tmp_path, "t.csv", pd.DataFrame({"note": [text]}))
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as stream:
        (_, (cell,)) = csv.reader(stream)
    assert cell == inert(text)
    assert cell[0] not in "=+-@＝＋－＠\t\r"


@pytest.mark.parametrize(
    "url",
    ["http://x/a.png", "https://x/a", "ftp://x/a", "file:///etc/passwd", "file://host/share/a",
     "data:text/html,x", "data:application/pdf,x", "javascript:x", "gopher://x", "jar:file:///a!/b",
     "\\\\host\\share", "//x/a", "attachment:x"],
)  # fmt: skip
def test_the_printer_fetches_nothing_that_is_not_listed(url: str, tmp_path: Path) -> None:
    (tmp_path / "print.css").write_text("", "utf-8")
    with pytest.raises(ValueError, match="not on the list"):
        fetcher(tmp_path).fetch(url)


def test_the_package_unpickles_nothing() -> None:
    unpickling = re.compile(r"^\s*(?:import|from)\s+(?:c?pickle|cloudpickle|marshal|shelve|dill|joblib)\b"
                            r"|read_pickle|allow_pickle", re.M)  # fmt: skip
    found = [p.name for p in PACKAGE.rglob("*.py") if unpickling.search(p.read_text("utf-8"))]
    assert found == []
