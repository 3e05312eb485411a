"""Rules match an element whether its place or the element itself is asked."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import cssselect2
import pytest

from cescore.publish.printing.matching import Matching

PAGE = """<html lang="zh"><body class="park zh">
<div class="a" id="x"><p>1</p><p class="b">2</p><p class="b c" title="t"/></div>
<div class="a"><p>3</p><table><tr><td>4</td><td>5</td></tr><tr><td>6</td><td/></tr></table></div>
</body></html>"""
STEADY = ["p", ".a", "#x", ".a > .b", "body.park .b.c", "[title]", "p[title='t' i]", ":root", "*",
          "td, .b", "p:not(.b)", "table td", ":is(.a, .b) p", "[lang]"]  # fmt: skip
OTHERS = ["p:first-child", "td:last-child", "p + p", ".b ~ .c", "tr:nth-child(2) td", "td:empty",
          "tr:last-child > *", ":lang(zh)", "div:has(.b)", "table tr:first-child td + td"]  # fmt: skip


def matcher_of(*selectors: str) -> Any:
    matcher = cssselect2.Matcher()
    for text in selectors:
        for selector in cssselect2.compile_selector_list(text):
            matcher.add_selector(selector, text)
    return matcher


def test_every_element_is_matched_by_the_rules_that_match_it_when_asked() -> None:
    matchers = [matcher_of(*STEADY, *OTHERS), matcher_of(*reversed(STEADY + OTHERS))]
    matching = Matching.of(matchers)
    for _ in range(2):  # the second time each place is known
        root = cssselect2.ElementWrapper.from_html_root(ElementTree.fromstring(PAGE))
        places = {None: matching.top}
        for element in root.iter_subtree():
            above = places[element.parent and element.parent.etree_element]
            place = matching.place(above, element.etree_element, lambda node, known=element: known)
            places[element.etree_element] = place
            assert list(place.matches(element)) == [m.match(element) for m in matchers]


@pytest.mark.parametrize("selector", OTHERS)
def test_a_rule_that_looks_beyond_an_element_and_its_ancestors_is_asked_each_time(
    selector: str,
) -> None:
    assert not Matching.of([matcher_of(selector)]).steady


@pytest.mark.parametrize("selector", STEADY)
def test_a_rule_that_does_not_is_asked_once(selector: str) -> None:
    matching = Matching.of([matcher_of(selector)])
    assert len(matching.steady) == selector.count(",") + 1 - selector.count(":is")
