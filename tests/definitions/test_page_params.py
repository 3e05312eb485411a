"""params/page.yml: pictures of flows and names; and that the shipped ones are whole."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from params.shipped import liaoyuan
from params_builder import load, problems

from cescore.definitions.industry_mix import names_of
from cescore.publish.view import is_latin

ROOT = Path(__file__).parents[2]
TONNES = "waste"  # a variable of the sound folder, in t
FLOW = """
flows:
  f:
    unit: {unit}
    nodes: {{a: {{zh: 甲, column: 0}}, b: {{zh: 乙, column: 1}}}}
    links: [{{start: {start}, end: b, codes: [{codes}]}}]
"""


@pytest.fixture(scope="module")
def shipped():
    return liaoyuan()


def test_every_industry_and_unit_that_a_page_prints_has_both_languages(shipped) -> None:
    with (ROOT / "data" / "entities.csv").open(encoding="utf-8") as file:
        said = {name for row in csv.DictReader(file) for name in names_of(row["industry"])} - {""}
    said |= {unit for m in shipped.plan.measures.values() for unit in m.units}
    names = shipped.page.names
    assert not [text for text in sorted(said) if text not in names or not names[text].en]


def test_everything_that_a_page_names_has_both_languages(shipped) -> None:
    named = [*shipped.variables.values(), *shipped.accounts.values(), *shipped.page.flows.values()]
    for framework in shipped.frameworks.values():
        named += [framework, *framework.groups.values(), *framework.indicators.values()]
        named += [framework.progress, *framework.progress.groups] if framework.progress else []
    plan = shipped.plan
    named += [plan, *plan.targets.values(), *plan.systems.values(), *plan.measures.values()]
    named += [*plan.vetoes.values(), *(c for m in plan.measures.values() for c in m.checks)]
    named += [node for flow in shipped.page.flows.values() for node in flow.nodes.values()]
    assert not [one for one in named if not (one.zh and one.en)]


def test_types_and_units_of_ones_own_have_names_in_both_languages(tmp_path: Path) -> None:
    text = "entity_types: {town: {zh: 镇, en: Town}}\nunits: {砖: {zh: 砖, en: bricks}}\nnames: {甲: {en: A}}"
    words = load(tmp_path, {"page.yml": text}).page.words
    assert {text: name.name("en") for text, name in words.items()} == {
        **{"town": "Town", "砖": "bricks", "甲": "A"}
    }
    assert words["town"].name("zh") == "镇"


def test_a_run_may_say_what_is_evaluated(tmp_path: Path) -> None:
    assert load(tmp_path).run.title is None
    run = load(tmp_path, {"runs/2025.yml": "title: {zh: 图书馆评价, en: Library review}"}).run
    assert run.title is not None
    assert (run.title.name("zh"), run.title.name("en")) == ("图书馆评价", "Library review")


def test_a_picture_names_its_unit_once_and_the_factor_is_exact(shipped) -> None:
    assert shipped.page.flows["material"].factor == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("unit", "start", "codes", "named"),
    [
        ("t", "a", "no_such_code", "no_such_code"),
        ("CNY", "a", "{quantity}", "a quantity in CNY"),
        ("t", "c", "{quantity}", "a node of the picture"),
        ("t", "b", "{quantity}", "from left to right"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_place(tmp_path, unit, start, codes, named):
    text = FLOW.format(unit=unit, start=start, codes=codes.format(quantity=TONNES))
    found = problems(tmp_path, {"page.yml": text})
    assert any(named in str(p) and "params/page.yml" in p.where for p in found), found


def test_what_an_english_page_cites_is_there_in_english_with_the_same_documents(shipped) -> None:
    english = {one.zh: one.en for one in shipped.page.texts}
    cited = {standard.source for standard in shipped.standards.values()}
    for framework in shipped.frameworks.values():
        cited |= {framework.source, framework.index.note, framework.progress.note}
        for one in (i for i in framework.indicators.values() if i.group):
            cited |= {one.source, *(posts.source for posts in one.goalposts.values())}
    chinese = sorted(text for text in cited if not is_latin(text))
    assert not [text for text in chinese if not is_latin(english.get(text, text))]
    named = re.compile(r"〔\d{4}〕\d+|(?:GB/T|HJ|ISO) [\d-]+|\d+ %|\d{5,}")
    for text in chinese:
        assert sorted(named.findall(text)) == sorted(named.findall(english[text])), text
