"""The HTML report on a screen: no wider than its window, its tables whole, its print legible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from publish.conftest import Made
from selenium.webdriver import Chrome, Keys

from cescore.definitions.shipped import TEMPLATES
from cescore.desk.showing import framed, notebook_style
from cescore.publish.fragment import Fragment, plain_text
from cescore.publish.page import on_screen
from cescore.publish.screen.colours import on_dark
from cescore.publish.screen.markup import for_screen
from cescore.publish.stylesheets import SCREEN, STYLESHEET, screen_sheets

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
# every text with its own colour and the colour of what it stands on
PAINTED = """const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const ground = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor);
  if (c[3] !== 0) return c } return [255, 255, 255] };
return [...document.querySelectorAll('main *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()))
  .filter(e => e.getClientRects().length && !e.closest('title'))
  .map(e => [parts(e.closest('svg') && e.tagName == 'text' ? getComputedStyle(e).fill : getComputedStyle(e).color),
             ground(e), e.textContent.trim().slice(0, 30)])"""
NAMES = """return [...document.querySelectorAll('main table')].filter(t =>
  !(t.caption && t.caption.textContent.trim()) && !t.getAttribute('aria-label')).map(t => t.outerHTML.slice(0, 80))"""
LEVELS = """return [...document.querySelectorAll('h1,h2,h3,[role=heading]')].map(h =>
  Number(h.getAttribute('aria-level') || h.tagName[1]))"""
AA = 4.5  # least contrast of text, WCAG 2.2


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground_in_both_themes(
    browser: Chrome, district: Made, scheme: str
) -> None:
    themes = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": themes})
    browser.get((district.folder / "scorecard.html").as_uri())
    texts = browser.execute_script(PAINTED)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    pale = {word for ink, ground, word in texts if contrast(_hex(ink), _hex(ground)) < AA}
    assert len(texts) > 100
    assert pale == set()
    grounds = {_hex(ground) for _, ground, _ in texts}
    assert ("#ffffff" if scheme == "light" else on_dark("#ffffff")) in grounds


def test_a_screen_reader_has_a_name_for_every_table_and_headings_without_a_gap(
    browser: Chrome, district: Made
) -> None:
    browser.get((district.folder / "scorecard.html").as_uri())
    assert browser.execute_script(NAMES) == []
    levels = browser.execute_script(LEVELS)
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_a_long_table_scrolls_by_keyboard_below_its_head_and_is_printed_whole(
    browser: Chrome, tmp_path: Path
) -> None:
    lines = "".join(f"<tr><th>{i}</th><td>{i}</td></tr>" for i in range(99))
    table = f'<h2>Many</h2><table class="data"><thead><tr><th>a</th><th>b</th></tr></thead><tbody>{lines}</tbody></table>'
    (tmp_path / "p.html").write_text(
        on_screen(f"<!doctype html><!-- style --><main>{table}</main>", screen_sheets())
    )
    browser.get((tmp_path / "p.html").as_uri())
    frame = browser.find_element("css selector", ".frame.long")
    assert (frame.get_attribute("role"), frame.get_attribute("aria-label")) == ("region", "Many")
    assert frame.size["height"] < 900
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element == frame
    frame.send_keys(Keys.END)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    whole = frame.size["height"]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert whole > 1500


def test_what_is_read_is_word_for_word_what_is_printed() -> None:
    printed = (
        '<h2>One</h2><p class="card-name">Rate</p><table class="data"><tr><td>1</td></tr></table>'
        '<figure><svg><title>Alt</title><path fill="#005b82"/></svg></figure>'
    )
    shown = for_screen(printed)
    assert plain_text(shown) == plain_text(printed)
    assert 'fill="var(--c-005b82, #005b82)"' in shown
    assert 'aria-label="One"' in shown


def test_a_name_of_a_table_cannot_break_out_of_its_attribute() -> None:
    shown = for_screen("<h2>&quot;&gt;&lt;b&gt;</h2><table><tr><td>1</td></tr></table>")
    assert 'aria-label="&#34;&gt;&lt;b&gt;"' in shown


def test_the_style_of_notebooks_reaches_nothing_but_our_own_outputs(
    browser: Chrome, tmp_path: Path
) -> None:
    ours = framed(Fragment('<table class="data"><tr><td>1</td></tr></table><h1>Name</h1>'), "zh")
    page = f"<style>{notebook_style()}</style><table><tr><td id=other>1</td></tr></table><h1 id=head>x</h1>"
    plain = "<table><tr><td id=other>1</td></tr></table><h1 id=head>x</h1>"
    looks = []
    for name, text in (("with", page + ours), ("without", plain + ours)):
        (tmp_path / f"{name}.html").write_text(f"<!doctype html>{text}")
        browser.get((tmp_path / f"{name}.html").as_uri())
        looks.append(
            browser.execute_script(
                "return ['#other', '#head', '.ce td'].map(s => { const c = getComputedStyle(document.querySelector(s));"
                " return [c.fontSize, c.padding, c.color, c.borderBottom].join() })"
            )
        )
    assert looks[0][:2] == looks[1][:2]
    assert looks[0][2] != looks[1][2]


@pytest.mark.parametrize(
    "colour", ["#000000", "#1d2a33", "#5a6770", "#b84a00", "#005b82", "#006d50"]
)
def test_what_can_be_read_on_white_can_be_read_on_the_dark_page(colour: str) -> None:
    assert contrast(on_dark(colour), on_dark("#ffffff")) >= min(AA, contrast(colour, "#ffffff"))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21: W3C, Web Content Accessibility Guidelines 2.2."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _hex(parts: list[float]) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in parts[:3])


def test_the_printers_stylesheet_says_nothing_of_screens() -> None:
    assert "@media" not in (TEMPLATES / STYLESHEET).read_text("utf-8")
    screen = (TEMPLATES / SCREEN).read_text("utf-8")
    assert all(one.startswith("screen") for one in re.findall(r"@media ([^{]*)", screen))
