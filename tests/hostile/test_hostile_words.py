"""Hostile texts wherever a workspace has words: through every door nothing of them does anything."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ruamel.yaml import YAML
from selenium.webdriver import Chrome

from cescore.cli import main as cli
from tests.hostile.test_hostile_texts import TEXTS, Doings
from tests.publish.conftest import browser  # noqa: F401 - a fixture
from tests.release.world import REGISTER, write_workspace

WORDS = ("en", "zh", "source", "title", "note", "issuer")  # keys of params with text for readers
AT_ONCE = 6
MARKER = re.compile(r"m\d{3}m")
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which every name, source and note of params, register and returns is hostile."""
    root = tmp_path_factory.mktemp("around") / "words"
    write_workspace(root)
    texts = itertools.cycle(text.replace("\n", " ") for text in TEXTS)
    for path in sorted((root / "params").rglob("*.yml")):
        params = YAML(typ="safe").load(path.read_text("utf-8"))
        path.write_text(json.dumps(reworded(params, texts), ensure_ascii=False), "utf-8")
    bodies = list(csv.reader(REGISTER.splitlines()))
    for row, text in zip(bodies[1:], texts, strict=False):
        row[2] = f"{text} {row[0]}"
    _write(root / "data/entities.csv", bodies)
    observations = root / "data/2024/observations.csv"
    head, *rows = csv.reader(observations.read_text("utf-8").splitlines())
    noted = [[*row, "", text] for row, text in zip(rows, texts, strict=False)]
    _write(observations, [[*head, "source", "note"], *noted])
    with observations.open("a", encoding="utf-8") as stream:
        stream.write(f"L1,2024,{TEXTS[0]},5,,\nL2,2024,loans,\x1b[2J\u202e{TEXTS[-1]},,\n")
    return root


def reworded(value: Any, texts: Iterator[str], key: str = "") -> Any:
    """Params with other words: several hostile texts in the place of each."""
    if isinstance(value, dict):
        return {k: reworded(below, texts, k) for k, below in value.items()}
    if isinstance(value, list):
        return [reworded(below, texts, key) for below in value]
    is_text = isinstance(value, str) and key in WORDS
    return " ".join(itertools.islice(texts, AT_ONCE)) if is_text else value


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def said_by(root: Path, *arguments: str) -> str:
    out, status = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.stderr", out)
        try:
            cli.main([*arguments, "--root", str(root)])
        except SystemExit as end:
            status = int(end.code or 0)
    assert status in (0, 1, 2), out.getvalue()
    return out.getvalue()


def doings_of(page: str) -> list[str]:
    doings = Doings()
    doings.feed(page)
    return [line for line in doings.found if MARKER.search(line)]


def is_mere_data(doing: str) -> bool:
    """Whether a script is a document of JSON that no text in it could end."""
    if not doing.startswith("{") or {"<", ">"} & set(doing):
        return False
    return isinstance(json.loads(doing), dict)


@pytest.mark.parametrize(
    "door",
    [
        ("check", "--lang", "en"), ("explain", "T1", "TOWN", "--lang", "en"),
        ("explain", TEXTS[0]), ("explain", "T1", TEXTS[20]), ("infer", "public"), ("infer", TEXTS[1]),
        ("confirmations",), ("send-back", "--lang", "en"), ("what-if", TEXTS[2]), ("verify", TEXTS[3]),
        ("release", "--stage", "draft", "--lang", "en"), ("lab", "--prepare"), ("preview", TEXTS[4], "--no-open"),
        ("new-year", TEXTS[5]), ("collect", TEXTS[6]), ("answers", TEXTS[7]), ("remake", TEXTS[8], "--out", "o"),
        ("run", "--only", TEXTS[9]), ("back-test", TEXTS[10]), ("protect",),
    ],
    ids=lambda door: door[0],
)  # fmt: skip
def test_no_command_says_what_would_steer_a_terminal(root: Path, door: tuple[str, ...]) -> None:
    around = sorted(root.parent.iterdir())
    said = said_by(root, *door)
    assert STEERING.findall(said) == [] and "Traceback" not in said
    assert sorted(root.parent.iterdir()) == around


def test_the_page_to_try_values_on_holds_them_and_none_does_anything(root: Path) -> None:
    said_by(root, "what-if", "T1")
    page = (root / "output/what-if/2024/T1.html").read_text("utf-8")
    assert len(set(MARKER.findall(page))) > 20
    assert [doing for doing in doings_of(page) if not is_mere_data(doing)] == []


@pytest.mark.soak
def test_in_a_browser_the_page_runs_and_fetches_nothing_of_theirs(
    root: Path,
    browser: Chrome,  # noqa: F811
) -> None:
    """Each text calls a function, which would be remembered, or an address, which would be fetched."""
    said_by(root, "what-if", "T1")
    calls = "".join(f"window.m{n:03d}m = () => window.ran.push({n});" for n in range(len(TEXTS)))
    remember = {"source": f"window.ran = []; {calls} window.alert = (x) => window.ran.push(x)"}
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", remember)
    browser.get((root / "output/what-if/2024/T1.html").as_uri())
    shown = browser.execute_script("return document.body.innerText")  # type: ignore[no-untyped-call]
    assert len(set(MARKER.findall(shown))) > 20
    assert browser.execute_script("return window.ran") == []  # type: ignore[no-untyped-call]
    asked = [json.loads(line["message"])["message"] for line in browser.get_log("performance")]  # type: ignore[no-untyped-call]
    urls = [
        m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in urls if MARKER.search(url)] == []
    added = "return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].map(a => a.name + '=' + a.value))"
    attributes = browser.execute_script(added)  # type: ignore[no-untyped-call]
    assert [a for a in attributes if a.startswith("on") and MARKER.search(a)] == []


def test_no_cell_of_a_form_is_a_formula_of_theirs(root: Path) -> None:
    said_by(root, "forms", "--only", "T1")
    (path,) = (root / "output/forms/2024").rglob("T1.xlsx")
    cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row]
    texts = [c for c in cells if isinstance(c.value, str) and MARKER.search(c.value)]
    assert texts
    assert [c.coordinate for c in texts if c.data_type == "f"] == []


@pytest.mark.soak
def test_what_a_build_prints_of_them_does_nothing(root: Path) -> None:
    """Scorecards, the method book, the index page and all tables, by the real printer."""
    data = root / "data/2024/observations.csv"
    data.write_text("".join(data.read_text("utf-8").splitlines(keepends=True)[:-2]), "utf-8")
    said_by(root, "run", "--only", "town/*", "--lang", "en", "--progress", "quiet")
    said_by(root, "preview", "method-book", "--no-open", "--lang", "en")
    tree = root / "output"
    pages = sorted(tree.rglob("*.html"))
    assert {p.name for p in pages} >= {"scorecard.html", "index.html", "method-book.html"}
    shown = set(MARKER.findall("".join(p.read_text("utf-8") for p in pages)))
    assert len(shown) > 80
    for page in pages:
        assert [d for d in doings_of(page.read_text("utf-8")) if not is_mere_data(d)] == [], page
    for printed in tree.rglob("*.pdf"):
        raw = printed.read_bytes()
        assert not [k for k in (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/GoToR") if k in raw]
    for table in tree.rglob("*.csv"):
        with table.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row if MARKER.search(cell)]
        assert [c for c in cells if c[0] in "=+-@＝＋－＠\t\r"] == []
