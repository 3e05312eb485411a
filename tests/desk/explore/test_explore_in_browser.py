"""The desk in JupyterLab and as an app, driven as a person would: run, move a weight, see ranks move, save, load."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from desk.explore.servers import LAB, ROOT, VOILA, copied, server
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.remote.webelement import WebElement

PARAMETERS = {'\\"enterprise\\"': '\\"country\\"', "= 2025": "= 2022", '\\"zh\\"': '\\"en\\"'}
HANDLES = ".noUi-handle"  # of ipywidgets' sliders
PATIENCE = 120.0  # seconds that a busy machine may take
AT_ONCE = 0.3  # seconds for an answer, as the desk itself measures it
pytestmark = pytest.mark.soak


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return copied(tmp_path, PARAMETERS)


@pytest.fixture
def lab(workspace: Path) -> Iterator[str]:
    with server(LAB, workspace) as address:
        yield address


@pytest.fixture
def app(workspace: Path) -> Iterator[str]:
    with server(VOILA, workspace) as address:
        yield address


def until(condition: Callable[[], object], what: str) -> object:
    """What the condition gives once it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {PATIENCE:g} s for {what}")


def all_of(browser: Chrome, selector: str) -> list[WebElement]:
    return browser.find_elements("css selector", selector)


def run_all(browser: Chrome, lab: str) -> None:
    """Open the notebook and run all its cells."""
    browser.get(f"{lab}lab/tree/notebooks/explore.ipynb?reset")
    ready = "return !!(window.jupyterapp && jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel)"
    until(lambda: browser.execute_script(ready), "the kernel")
    browser.execute_script("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    until(lambda: not all_of(browser, ".ranking"), "a clean notebook")
    browser.execute_script("jupyterapp.commands.execute('notebook:run-all-cells')")
    until(lambda: all_of(browser, ".ranking tbody tr"), "the ranking")


def move(browser: Chrome, handle: int) -> None:
    """Move a weight by the keyboard, as far as it goes."""
    slider = all_of(browser, HANDLES)[handle]
    browser.execute_script("arguments[0].focus()", slider)
    slider.send_keys(Keys.END)


def texts(browser: Chrome, selector: str) -> list[str]:
    """What stands in all elements of a kind, read at once: they may be drawn anew at any time."""
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)"
    found: list[str] = browser.execute_script(script, selector)
    return found


def lead(browser: Chrome) -> str:
    return " ".join(texts(browser, ".ce p.lead"))


def ranking(browser: Chrome) -> list[str]:
    return texts(browser, ".ranking tbody tr")


def press(browser: Chrome, words: str) -> None:
    """Click the button or tab that says so."""
    for one in all_of(browser, "button.jupyter-button, .lm-TabBar-tab, .jupyter-widget-tab-bar li"):
        if one.text.strip() == words and one.is_displayed():
            browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", one)
            one.click()
            return
    raise AssertionError(f"nothing to press says {words!r}")


def test_in_jupyterlab_a_weight_moves_ranks_and_comes_back_from_its_file(
    browser: Chrome,
    lab: str,
    workspace: Path,
) -> None:
    run_all(browser, lab)
    assert "Working variant" in all_of(browser, ".ce p.variant")[0].text
    assert "all as by the official setting" in lead(browser)
    before = ranking(browser)
    move(browser, 1)
    until(lambda: re.search(r"[1-9]\d* moved", lead(browser)), "ranks to move")
    until(lambda: ranking(browser) != before, "another ranking")
    after, moved = ranking(browser), lead(browser)
    press(browser, "Variant")
    press(browser, "Save")
    saved = workspace / "notebooks" / "variants" / "variant.yml"
    until(saved.is_file, "the variant file")
    press(browser, "Back to the official setting")
    until(lambda: ranking(browser) == before, "the official ranking")
    run_all(browser, lab)  # the page and the desk made anew
    press(browser, "Variant")
    press(browser, "Load")
    until(lambda: lead(browser) == moved, "the saved setting")
    until(lambda: ranking(browser) == after, "the saved ranking")
    report = previewed(workspace, saved)
    browser.get(report.as_uri())
    assert "Working variant" in texts(browser, ".masthead")[0]


def test_the_app_lets_nobody_in_without_its_token_or_under_another_name(app: str) -> None:
    address, _, token = app.partition("?")
    assert "login" in answered(address, "127.0.0.1")[1]
    assert answered(f"{address}?{token}", "an.attacker.example")[0] == 403
    for file in ("voila/files/explore.ipynb", "voila/files/../data/entities.csv", "api/contents"):
        assert answered(f"{address}{file}?{token}", "127.0.0.1")[0] in {403, 404}


def answered(address: str, host: str) -> tuple[int, str]:
    """The status of an answer, and where it came from in the end."""
    try:
        with urlopen(Request(address, headers={"Host": host})) as found:
            return found.status, found.url
    except HTTPError as error:
        return error.code, error.url or ""


def previewed(workspace: Path, variant: Path) -> Path:
    """The report of a country with the variant, as the command makes it."""
    command = [sys.executable, str(ROOT / "build.py"), "preview", "DE", "--no-open", "--lang", "en"]
    where = ["--root", str(workspace), "--year", "2022", "--variant", str(variant)]
    subprocess.run([*command, *where], check=True, capture_output=True, timeout=PATIENCE)
    (report,) = workspace.rglob("trial/**/DE/scorecard.html")
    return report


def test_as_an_app_it_has_no_code_and_writes_no_file(
    browser: Chrome, app: str, workspace: Path
) -> None:
    browser.get(app)
    until(lambda: all_of(browser, ".ranking tbody tr"), "the ranking")
    assert "from cescore" not in browser.page_source
    files = sorted(path for path in workspace.rglob("*") if ".jupyter" not in path.parts)
    before = ranking(browser)
    move(browser, 1)
    until(lambda: re.search(r"[1-9]\d* moved", lead(browser)), "ranks to move")
    until(lambda: ranking(browser) != before, "another ranking")
    press(browser, "Variant")
    assert not [b for b in all_of(browser, "button.jupyter-button") if b.text == "Save"]
    until(lambda: all_of(browser, "a[download='variant.yml']"), "the link to the variant file")
    assert sorted(path for path in workspace.rglob("*") if ".jupyter" not in path.parts) == files
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True},
    )
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 391
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
