"""The finished report held against its bundle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publish import builders

from cescore.publish.check import differences, problems_of

BUNDLE = builders.bundle()
EVALUATED = BUNDLE.evaluated


def conclusion(**changes: object) -> dict[str, object]:
    """What a sound notebook concludes about the bundle of the tests."""
    return {
        "index": list(EVALUATED.index.values),
        "groups": {s.code: list(s.values) for s in EVALUATED.groups},
        "indicators": {s.code: list(s.values) for s in EVALUATED.indicators},
        "progress_index": list(EVALUATED.progress_index.values),
        **changes,
    }


def test_equal_numbers_differ_nowhere() -> None:
    assert differences(conclusion(), BUNDLE) == []


@given(st.integers(0, 5), st.floats(1e-6, 1e3))
def test_any_year_of_the_index_that_differs_is_named(position: int, by: float) -> None:
    index = list(EVALUATED.index.values)
    index[position] += by
    (found,) = differences(conclusion(index=index), BUNDLE)
    assert found.startswith(f"UCDI {2020 + position}: the notebook finds ")


def test_a_difference_in_the_last_bits_is_none() -> None:
    index = [value * (1 + 1e-12) for value in EVALUATED.index.values]
    assert differences(conclusion(index=index), BUNDLE) == []


def test_a_value_where_there_is_none_and_none_where_there_is_one_both_differ() -> None:
    found = differences(conclusion(indicators={"film_rate": [1.0] + [None] * 5}), BUNDLE)
    assert found == ["film_rate 2020: the notebook finds 1.0, the evaluation no value"]
    index = [None, *EVALUATED.index.values[1:]]
    assert differences(conclusion(index=index), BUNDLE) == [
        "UCDI 2020: the notebook finds no value, the evaluation 75.6"
    ]


@pytest.mark.parametrize("kind", ["groups", "indicators"])
def test_groups_and_indicators_are_compared_too(kind: str) -> None:
    numbers = conclusion()[kind]
    code = next(iter(numbers))
    assert len(differences(conclusion(**{kind: {code: [0.0] * 6}}), BUNDLE)) == 6


def test_a_conclusion_without_an_index_is_none() -> None:
    with pytest.raises(KeyError):
        differences({}, BUNDLE)


WANTED = {"name": ["山前区"], "index": ["81.8", "未评级"]}


def test_line_breaks_and_blanks_do_not_hide_a_text() -> None:
    assert problems_of(["山\r\n前 区 指数 81\n.8"], WANTED) == []


def test_one_of_several_texts_is_enough() -> None:
    assert problems_of(["山前区 未评级"], WANTED) == []


def test_every_text_that_is_lacking_is_named() -> None:
    assert problems_of(["另一区 77.0"], WANTED) == [
        "name is not printed on page one (山前区)", "index is not printed (81.8 / 未评级)"
    ]  # fmt: skip


def test_whose_report_it_is_stands_on_page_one() -> None:
    assert problems_of(["81.8", "山前区"], WANTED) == ["name is not printed on page one (山前区)"]


def test_a_document_without_pages_is_none() -> None:
    assert problems_of([], WANTED) == ["no page"]


@pytest.mark.parametrize(
    "leak", ["Out[3]:", "标题¶", "Traceback (most", "值 nan", "NaN", "为nan。"]
)
def test_what_leaks_from_a_notebook_is_found(leak: str) -> None:
    assert len(problems_of([leak], {})) == 1


@pytest.mark.parametrize("name", ["NaN", "Traceback", "Out[1]", "¶"])
def test_the_datas_own_texts_are_no_leak_and_what_leaks_beside_them_is(name: str) -> None:
    assert problems_of([f"{name[:1]}\n{name[1:]} 2025"], {}, own=lambda: [name]) == []
    assert problems_of([f"{name} Out[3] nan"], {}, own=lambda: [name]) != []


def test_a_name_from_right_to_left_is_found_in_either_order() -> None:
    assert problems_of(["2025 הרבח"], {"name": ["חברה"]}) == []
    assert problems_of(["2025 חברה A1"], {"name": ["חברה A1"]}) == []
    assert problems_of(["A1 הרבח"], {"name": ["חברה A1"]}) == []
    assert problems_of(["2025 הרב"], {"name": ["חברה"]}) != []


def test_a_long_text_that_lacks_is_not_quoted_whole() -> None:
    (told,) = problems_of(["2025"], {"name": ["长" * 10_000]})
    assert len(told) < 200


@pytest.mark.parametrize("word", ["finance", "Nanjing", "nano", "Output", "Nan An district"])
def test_words_that_only_look_like_a_leak_pass(word: str) -> None:
    assert problems_of([word], {}) == []


@pytest.mark.parametrize(
    ("changed", "told"), [({"total": 83.26}, "total: "), ({"grade": "中"}, "grade: ")]
)
def test_a_total_or_grade_that_differs_is_named(changed: dict[str, object], told: str) -> None:
    own = {"total": BUNDLE.assessment.total, "grade": BUNDLE.assessment.grade_zh}
    assert differences(conclusion(assessment=own), BUNDLE) == []
    (found,) = differences(conclusion(assessment={**own, **changed}), BUNDLE)
    assert found.startswith(told)
