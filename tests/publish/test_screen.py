"""The HTML report on a screen: no wider than its window, its tables whole, its print legible."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from publish.conftest import Made
from selenium.webdriver import Chrome

from cescore.definitions.shipped import TEMPLATES
from cescore.publish.page import SCREEN, STYLESHEET

LEAST = 11.5  # CSS pixels of the smallest type on a telephone: 8.6 pt
SMALLEST = """return Math.min(...[...document.querySelectorAll('main *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()))
  .filter(e => !e.closest('svg, sup') && e.getClientRects().length)
  .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
CUT = """return [...document.querySelectorAll('main *')].filter(e => {
  if (e.closest('svg') || e.getBoundingClientRect().right <= innerWidth + 1) return false;
  for (let p = e.parentElement; p; p = p.parentElement)
    if (getComputedStyle(p).overflowX == 'auto') return false;
  return true;
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def narrow(browser: Chrome, district: Made) -> Iterator[Chrome]:
    """The district's report on a telephone."""
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get((district.folder / "scorecard.html").as_uri())
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_on_a_telephone_nothing_is_wider_than_the_screen_but_what_scrolls(narrow: Chrome) -> None:
    assert narrow.execute_script("return document.documentElement.scrollWidth") <= 390
    assert narrow.execute_script(CUT) == []


def test_on_a_telephone_no_type_is_smaller_than_can_be_read(narrow: Chrome) -> None:
    assert narrow.execute_script(SMALLEST) >= LEAST


def test_the_printers_stylesheet_says_nothing_of_screens() -> None:
    assert "@media" not in (TEMPLATES / STYLESHEET).read_text("utf-8")
    screen = (TEMPLATES / SCREEN).read_text("utf-8")
    assert all(one.startswith("screen") for one in re.findall(r"@media ([^{]*)", screen))
