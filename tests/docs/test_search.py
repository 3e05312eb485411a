"""The built site, opened as files in a browser that has no network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

DOCS = Path(__file__).parents[2] / "docs"
CONF = f"""
import sys
sys.path.append({str(DOCS)!r})
from making import search
language, extensions, html_theme = "zh_CN", ["myst_parser"], "furo"
html_show_search_summary = False
def setup(app):
    app.add_search_language(search.Chinese)
"""
SMALL = {
    "index": "# 首页\n\n```{toctree}\nrates\nwaste\n```\n",
    "rates": "# 两个核心指标\n\n其一是资源产出率（resource output rate）。\n",
    "waste": "# 废弃物\n\n综合利用水平较高，产出废弃物少，资源紧张。\n",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    programs = shutil.which("chromium"), shutil.which("chromedriver")
    if None in programs:
        pytest.fail("chromium and chromedriver are not there; `make test` installs or names them")
    options = ChromeOptions()
    options.binary_location = programs[0] or ""
    for word in ("--headless=new", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(word)
    driver = Chrome(options=options, service=ChromeService(programs[1] or ""))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of three pages with the search of ours."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in SMALL.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", str(folder), str(folder / "html")]
    subprocess.run(command, check=True)
    return folder / "html"


def found(browser: Chrome, site: Path, query: str) -> list[str]:
    """The pages that a search shows, the best first."""
    browser.get(f"{(site / 'search.html').as_uri()}?q={quote(query)}")
    WebDriverWait(browser, 20).until(
        lambda d: re.search(
            r"搜索完成|没有|finished|did not match", d.find_element(By.TAG_NAME, "article").text
        )
    )
    links = browser.find_elements(By.CSS_SELECTOR, "ul.search li > a")
    hrefs = [unquote(str(link.get_attribute("href"))) for link in links]
    return [href.partition("#")[0].rpartition("/html/")[2].partition("?")[0] for href in hrefs]


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("资源产出率", {"rates.html"}),  # what holds its pieces apart from each other is not found
        ("资源", {"rates.html", "waste.html"}),
        ("利用", {"waste.html"}),
        ("水", {"waste.html"}),
        ("resource rates", {"rates.html"}),  # English words by their stems
        ("钢铁", set()),
    ],
)
def test_a_piece_of_a_chinese_text_finds_its_pages_without_a_network(
    browser: Chrome, small: Path, query: str, pages: set[str]
) -> None:
    assert set(found(browser, small, query)) == pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site in both languages, with pictures; any warning of Sphinx ends it."""
    out = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, str(DOCS / "build_site.py"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.soak
def test_the_whole_site_is_built_without_a_warning_and_finds_chinese(
    browser: Chrome, site: Path
) -> None:
    for language in ("zh", "en"):
        assert f"{language}/glossary.html" in found(browser, site / language, "资源产出率")[:3]


@pytest.mark.soak
def test_every_link_of_the_site_leads_to_a_file_that_is_there(site: Path) -> None:
    broken = {
        (page.relative_to(site).as_posix(), link)
        for page in site.rglob("*.html")
        for link in re.findall(r'(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8"))
        if not leads_somewhere(page, unescape(link))
    }
    assert broken == set()


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link is outward, within its page, or to a file beside it."""
    path = unquote(link.partition("#")[0].partition("?")[0])
    return bool(re.match(r"[a-z]+:", link)) or not path or (page.parent / path).exists()


@pytest.mark.soak
def test_no_page_fetches_anything_from_a_network(site: Path) -> None:
    fetched = re.compile(
        r"""<(?:script|img|iframe)\b[^>]*\ssrc=["'](?:https?:)?//|<link\b[^>]*href=["'](?:https?:)?//[^>]*stylesheet"""
    )
    styles = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//")
    assert [p for p in site.rglob("*.html") if fetched.search(p.read_text(encoding="utf-8"))] == []
    assert [p for p in site.rglob("*.css") if styles.search(p.read_text(encoding="utf-8"))] == []
