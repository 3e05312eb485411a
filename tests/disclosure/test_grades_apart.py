"""The two counts of grades that measures move: as evaluated, and none that few make up."""

from __future__ import annotations

from collections import Counter

from cescore.definitions.model import Disclosure
from cescore.disclosure.making.grades_apart import grades_apart
from cescore.evaluation.yearly import YearlyEvaluation

LEAST = (90, 80, 70, 60)  # of the scale of the sample


def in_results(yearly: YearlyEvaluation) -> Counter[str]:
    """The same counts of firms, from what results.csv holds."""
    table = yearly.results()
    mine = table[
        (table.kind == "assessment") & (table.entity_type == "enterprise") & (table.year == 2025)
    ]
    points = mine.pivot(index="entity_id", columns="code", values="value").astype(float)
    points = points.dropna(subset=["total", "index"])
    total, index = (
        points[code].map(lambda x: sum(x >= least for least in LEAST))
        for code in ("total", "index")
    )
    return Counter({
        "above": int((total > index).sum()), "alike": int((total == index).sum()),
        "below": int((total < index).sum()),
    })  # fmt: skip


def test_grades_are_counted_on_either_side_of_those_that_the_index_alone_would_have(
    yearly: YearlyEvaluation,
) -> None:
    open_rules = Disclosure(min_contributors=3, public_types=("city", "district", "park"))
    (firms,) = grades_apart(yearly, open_rules)
    assert firms.counts == in_results(yearly)
    assert firms.entities == sum(firms.counts.values()) > 100  # type: ignore[arg-type]


def test_a_count_that_few_make_up_is_hidden_with_that_of_those_that_agree(
    yearly: YearlyEvaluation,
) -> None:
    counts = in_results(yearly)
    assert 0 < counts["below"] < counts["above"]
    rules = Disclosure(
        min_contributors=counts["below"] + 1, public_types=("city", "district", "park")
    )
    (firms,) = grades_apart(yearly, rules)
    assert firms.counts == {"above": counts["above"], "alike": None, "below": None}


def test_a_type_with_few_graded_respondents_has_no_counts(yearly: YearlyEvaluation) -> None:
    rules = Disclosure(quartile_least_n=10_000, public_types=("city", "district", "park"))
    assert list(grades_apart(yearly, rules)) == []
