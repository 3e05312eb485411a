"""A page says of each indicator which scale it has, and what a doubling does there."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from params.shipped import liaoyuan

from cescore.definitions.model import Framework, Indicator, ends
from cescore.desk.documents import OpenDocument
from cescore.disclosure.making.method_books import make_method_book
from cescore.method.index.fitting import method_of
from cescore.method.index.scaling import log_goalposts
from cescore.publish.pages.document import Words
from cescore.publish.pages.scales import doubling, normalised

ROOT = Path(__file__).parents[2]
DEFINITIONS = liaoyuan()
FRAMEWORKS = dict(DEFINITIONS.frameworks)
ON_LOG = [
    pytest.param(framework, indicator, id=f"{kind}-{indicator.code}")
    for kind, framework in FRAMEWORKS.items()
    for indicator in framework.scored()
    if method_of(indicator, framework) == ends.ON_LOG
]


@pytest.fixture(scope="module")
def words() -> Words:
    book = make_method_book(DEFINITIONS, 2020)
    return Words(OpenDocument(book, book.hash, "en"))


@pytest.mark.parametrize(("framework", "indicator"), ON_LOG)
def test_what_a_doubling_is_told_to_do_is_what_the_scale_does(
    words: Words, framework: Framework, indicator: Indicator
) -> None:
    told = doubling(words, framework, indicator)
    posts = next(iter(indicator.goalposts.values()))
    least = min(posts.worst, posts.best)
    ends = {"worst": posts.worst, "best": posts.best}
    scores = log_goalposts(pd.Series([least, 2 * least]), scale=framework.scale, **ends)
    change = scores[1] - scores[0]
    assert ("earns" in told) == (indicator.direction == 1)
    assert any(abs(float(n) - abs(change)) < 0.051 for n in re.findall(r"[\d.]+", told)), told


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_the_sentence_on_scales_names_the_indicators_of_one_kind_and_no_other(
    words: Words, framework: Framework
) -> None:
    told = normalised(words, framework)
    by_log = {i.code for i in framework.scored() if method_of(i, framework) == ends.ON_LOG}
    every = {i.code for i in framework.scored()}
    if by_log in (set(), every):
        assert ("logarithm" in told) == bool(by_log)
        return
    listed, rest = told.split("ends: ")[1].split("the other ")
    named = {i.code for i in framework.scored() if i.name("en") in listed}
    assert named == (by_log if "logarithm" in listed else every - by_log)
    assert rest.startswith(str(len(every) - len(named)))


def test_without_logarithms_the_sentence_is_that_of_the_straight_line(words: Words) -> None:
    framework = next(iter(FRAMEWORKS.values()))
    straight = {
        code: indicator.model_copy(update={"normalisation": None})
        for code, indicator in framework.indicators.items()
    }
    told = normalised(words, framework.model_copy(update={"indicators": straight}))
    assert "linear between two fixed goalposts" in told
