"""The example of the method book: a body that a reader can work through by hand."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from params.shipped import liaoyuan
from publish import builders

from cescore.definitions.model import (
    AssessmentRules,
    Framework,
    Indicator,
    Named,
    Plan,
    Scale,
    Target,
)
from cescore.definitions.model.framework import IndexName
from cescore.desk.documents import CONVENTIONS, OpenDocument, method_book, worked_example
from cescore.disclosure.documents.illustration import (
    CountedBody,
    GradesApart,
    Illustration,
    TypeCatalogue,
)
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.making.illustrating import illustrate
from cescore.disclosure.making.method_books import make_method_book
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.column import Column, Panel
from cescore.method.grading.ladder_points import PointsLadder
from cescore.method.grading.measures import InspectedCheck, measure_points
from cescore.method.grading.targets import assess_targets
from cescore.method.index.catalogue import IndicatorStatistics
from cescore.method.index.normalisations import on_ends
from cescore.publish.pages.credits import credit_sum
from cescore.publish.pages.document import Words
from cescore.publish.pages.method_book.example_parts import (
    counted_text,
    points_text,
    score_text,
)

ROOT = Path(__file__).parents[2]
EU = ROOT / "examples" / "eu"
TAGS = re.compile(r"<[^>]*>")


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(TAGS.sub(" ", html)))


@pytest.fixture(scope="module")
def eu_book() -> MethodBook:
    workspace = Workspace.load(EU, 2022)
    shown = illustrate(Bundler(evaluate_workspace(workspace)))
    return make_method_book(workspace.definitions, workspace.base_year, shown)


def book_of(illustration: Illustration) -> OpenDocument[MethodBook]:
    made = make_method_book(liaoyuan(), 2020, illustration)
    return OpenDocument(made, made.hash, "en")


def test_the_topmost_public_body_is_worked_through_and_comes_out_as_evaluated(
    eu_book: MethodBook,
) -> None:
    book = OpenDocument(eu_book, eu_book.hash, "en")
    worked = worked_example(book)
    assert worked is not None
    data = worked.bundle.data
    assert data.entity.entity_id == "EU27_2020"
    evaluated = data.evaluated.index.values[data.record.years.index(2022)]
    assert worked.result.index.values[0, -1] == pytest.approx(evaluated, rel=1e-12)
    page = text(method_book.example(book, worked).html)
    assert f"= {evaluated:.2f}" in page


ARITHMETIC = re.compile(r"(?:[\d.,×÷−+() *^]|ln)+")


def worked_again(written: str) -> float:
    """What an expression that the page prints comes to, by Python's own arithmetic."""
    assert ARITHMETIC.fullmatch(written), written
    for sign, operator in {",": "", "×": "*", "÷": "/", "−": "-", "^": "**"}.items():
        written = written.replace(sign, operator)
    return float(eval(written, {"ln": math.log}))


def test_the_numbers_of_the_example_can_be_worked_again(eu_book: MethodBook) -> None:
    """The figures put in give the value, and the value the score, as far as they are printed."""
    book = OpenDocument(eu_book, eu_book.hash, "en")
    lines = method_book.example(book, worked_example(book)).tables[0].lines
    assert len(lines) > 3
    for line in lines:
        put_in, score_from, score = (cell.text for cell in line.cells[1:4])
        formula, _, value = put_in.rpartition(" = ")
        first = float(value.replace(",", "").replace("−", "-"))
        assert worked_again(formula) == pytest.approx(first, rel=1e-4), put_in
        if not score_from.startswith("beyond"):
            assert worked_again(score_from) == pytest.approx(float(score), abs=0.02), score_from


def test_nothing_of_other_bodies_is_in_the_example(eu_book: MethodBook) -> None:
    example = eu_book.illustration.example
    assert example is not None
    assert (example.siblings, example.children, example.peers, example.findings) == (
        (),
        (),
        None,
        (),
    )


def test_the_grade_is_told_with_its_parts_and_what_makes_it_provisional() -> None:
    bundle = builders.bundle()
    book = book_of(Illustration(example=bundle))
    page = text(method_book.example(book, worked_example(book)).html)
    found = bundle.assessment
    assert found.total is not None
    assert f"= {found.total:.2f}" in page
    assert found.grade("en") in page
    for part, share in found.weights.items():
        if share:
            assert f"{found.parts[part]:.2f}" in page, part


def test_a_book_without_a_public_body_has_no_example() -> None:
    book = book_of(Illustration())
    assert worked_example(book) is None
    assert method_book.example(book, None).html == ""
    assert "book-example" not in method_book.front(book).html


def test_the_book_says_in_whom_a_body_is_counted() -> None:
    inside = CountedBody(
        entity_id="Z", names=Named(en="Zone"), body_id="D", body=Named(en="District")
    )
    page = text(method_book.overview(book_of(Illustration(counted=(inside,)))).html)
    assert "How Zone is counted" in page
    assert "District alone" in page


@pytest.mark.parametrize(("counts", "said"), [
    ({"above": 35, "alike": 84, "below": 0}, "35; a worse one: 0"),
    ({"above": 35, "alike": None, "below": None}, "35; a worse one: too few to be printed"),
])  # fmt: skip
def test_the_book_says_how_many_grades_measures_move(
    counts: dict[str, int | None], said: str
) -> None:
    apart = GradesApart(entity_type="enterprise", entities=122, counts=counts)
    page = text(method_book.assessment(book_of(Illustration(grades=(apart,))), CONVENTIONS).html)
    assert "(122 with a grade in" in page and said in page


def statistics_page(**changed: float) -> str:
    one = IndicatorStatistics(code="R01", entities=5, scores=30, at_floor=0.0, at_top=0.1)
    of_type = TypeCatalogue(
        entity_type="district",
        entities=5,
        statistics=(IndicatorStatistics(**{**vars(one), **changed}),),
    )
    return text(method_book.statistics(book_of(Illustration(catalogue=(of_type,)))).html)


def test_what_is_beyond_a_limit_is_marked_and_wants_a_reason() -> None:
    assert "no reason is stated" not in statistics_page()
    page = statistics_page(at_top=0.8)
    assert "80%!" in page
    assert "no reason is stated" in page


def test_statistics_of_public_bodies_stand_on_what_is_released(eu_book: MethodBook) -> None:
    by_type = {one.entity_type: one for one in eu_book.illustration.catalogue}
    assert by_type["country"].entities == 27
    shares = [s.at_top for s in by_type["country"].statistics if s.at_top is not None]
    assert np.allclose(shares, np.round(shares, 2))


@pytest.mark.parametrize("method", ["goalposts", "log_goalposts"])
@pytest.mark.parametrize("ends", [(625.0, 20_000.0), (8.032, 0.251), (3.5, 1.6)])
def test_a_score_can_be_worked_again_on_either_scale(
    method: str, ends: tuple[float, float]
) -> None:
    value, scale = math.sqrt(ends[0] * ends[1]), Scale(floor=60, top=100)
    told = score_text(english(), value, ends, method, scale)
    direction = 1 if ends[1] > ends[0] else -1
    pair = np.array([ends[0]]), np.array([ends[1]])
    score = on_ends(np.array([value]), method, pair, direction=direction, scale=scale)
    assert worked_again(told) == pytest.approx(float(score[0]), abs=1e-3), told


def english() -> Words:
    return Words(book_of(Illustration()))


FALL = {"type": "cumulative_reduction", "unit": "%", "op": ">=", "value": 15.0}
LEVEL = {"type": "level", "unit": "%", "op": ">=", "value": 85.0}
RULES = AssessmentRules(ladder=((100, 1.0), (50, 0.5)), ladder_form="continuous",
                        bonus_step=0.075, bonus_most=0.225)  # fmt: skip


@pytest.mark.parametrize("year", [2023, 2025])
@pytest.mark.parametrize(
    ("aim", "base", "value"),
    [
        (FALL, 1.2496, 1.0586451),  # beyond it in the last year
        (FALL, 1.2496, 1.2),
        (FALL | {"type": "cumulative_increase"}, 100.0, 111.0),
        (LEVEL, 76.3084, 84.7805),
        (LEVEL, 86.0, 84.0),  # held, and lost
        (LEVEL | {"op": "<=", "value": 60.0, "has_schedule": True}, 90.0, 70.0),
    ],
)
def test_the_points_of_a_target_can_be_worked_again_from_its_values(
    aim: dict[str, Any], base: float, value: float, year: int
) -> None:
    made_up: dict[str, Any] = {"source": "made up", "tag": "P"}
    target = Target(id="T", indicator="P01", applies_to=("city",), **{**aim, **made_up})
    years: dict[str, Any] = {"base_year": 2020, "first_year": 2021, "last_year": 2025}
    plan = Plan(id="p", targets={"T": target}, assessment=RULES, **years, **made_up)
    indicator: dict[str, Any] = {
        "code": "P01",
        "unit": "%",
        "formula": "a",
        "direction": -1,
        "source": "made up",
        "tag": "P",
    }
    city = Framework(
        entity_type="city", version="1", source="made up", index=IndexName(code="I"), groups={},
        indicators={"P01": Indicator(**indicator)},
    )  # fmt: skip
    panel = Panel(("X",), (2020, year), {"P01": Column.of(np.array([[base, value]]))})
    (line,) = assess_targets(plan, panel, city, year=year, base_year=2020)["X"]
    assert line.counted is not None and line.points is not None
    share, _, percent = counted_text(english(), line).partition(" = ")
    assert worked_again(share) == pytest.approx(100 * line.counted, rel=1e-5), share
    assert worked_again(percent) == pytest.approx(100 * line.counted, rel=1e-5)
    points = points_text(english(), line, PointsLadder.of(RULES)).split(" = ")
    assert all(worked_again(p) == pytest.approx(100 * line.points, rel=1e-4) for p in points)


def test_the_credit_of_measures_can_be_added_up_again() -> None:
    (line,) = builders.bundle().measures
    check = line.checks[0]
    checks = tuple(
        cast(InspectedCheck, {**check, "credit": credit})
        for credit in (1.0, 1.0, 0.8, 0.621672, None)
    )
    whole = replace(line, checks=checks, scored=4, credit=3.421672)
    points = measure_points([whole])
    assert points is not None
    assert worked_again(credit_sum([whole])) == pytest.approx(points, rel=1e-4)
    hidden = replace(whole, scored=5)
    assert credit_sum([hidden]) == "", "of a credit that is not shown no sum follows"
