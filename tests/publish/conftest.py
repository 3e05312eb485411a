"""Reports rendered once and looked at by several tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from publish import builders
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from cescore.publish.check import pdf_text
from cescore.publish.render import RenderRecord, render

SWITCHES = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "disable-dev-shm-usage",
)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Made:
    """A finished report and where it stands."""

    record: RenderRecord
    folder: Path

    @property
    def pages(self) -> list[str]:
        return pdf_text((self.folder / "scorecard.pdf").read_bytes())

    @property
    def text(self) -> str:
        return "".join("".join(self.pages).split())


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The whole Chinese report of the test district, through the shipped notebook."""
    folder = tmp_path_factory.mktemp("district")
    path = builders.write_bundle(folder)
    notebook = ROOT / "notebooks" / "district.ipynb"
    return Made(render(path, folder / "out", "zh", notebook=notebook), folder / "out")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser without a window, for what scripts and styles do."""
    programs = shutil.which("chromium"), shutil.which("chromedriver")
    if None in programs:
        pytest.fail("chromium and chromedriver are not there; `make test` installs or names them")
    options = ChromeOptions()
    options.binary_location = programs[0] or ""
    for switch in (*SWITCHES, f"user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ChromeService(programs[1] or ""))
    driver.set_window_size(1300, 1000)
    yield driver
    driver.quit()
