"""A level on a norm is told in the norm's own quantity and unit."""

from __future__ import annotations

import builders
import pages
import pytest

from cescore.method.grading.grade_margin import GradeMargin, GradeTurn
from cescore.publish.pages.scorecard.advice import next_grade
from cescore.publish.pages.scorecard.evidence import PageEvidence
from cescore.publish.pages.scorecard.norms import norm_words
from cescore.publish.view import View

NORM = {"norm_advanced": 80.0, "norm_entry": 87.0, "norm": 94.0}


def view(**values: float) -> View:
    """A body whose first indicator is a level on a norm, with the norm's levels as accounts."""
    data = builders.bundle()
    one = data.framework.indicators["resource_output"]
    formula = "gdp / norm_advanced + gdp / norm_entry + gdp / norm"
    one = one.model_copy(update={"formula": formula, "executable": formula})
    indicators = {**data.framework.indicators, "resource_output": one}
    accounts = (
        *data.evaluated.accounts,
        *(builders._series(c, [v] * 6) for c, v in values.items()),
    )
    return View(
        pages.opened(
            builders.bundle(
                framework=data.framework.model_copy(update={"indicators": indicators}),
                evaluated=data.evaluated.model_copy(update={"accounts": accounts}),
            ),
            "en",
        )
    )


@pytest.mark.parametrize(
    ("level", "value"), [(1.0, "80"), (2.0, "87"), (3.0, "94"), (2.94, "93.6")]
)
def test_a_level_stands_for_the_value_of_its_norm(level: float, value: str) -> None:
    assert value in norm_words(view(**NORM), "resource_output", level)


def test_the_way_to_the_next_grade_names_the_limits_in_the_norm_s_unit() -> None:
    turn = GradeTurn("indicator", "resource_output", "单耗", "Level of use", 2.5, 2.0, "ratio")
    on_norm = view(**NORM).data
    margin = GradeMargin("中", "middle", 4.4, 1.1, path=(turn,))
    bundle = pages.opened(on_norm.model_copy(update={"margin": margin}), "en")
    steps = pages.computed(bundle)
    known = PageEvidence(View(bundle), steps["result"], steps["progress"], steps["indicators"])
    (told,) = next_grade(known)
    assert "from 2.50 (90.4) to 2.00 (87.0)" in told.sentence


def test_of_an_indicator_without_a_norm_nothing_is_added() -> None:
    assert norm_words(view(**NORM), "waste_rate", 2.0) == ""
    assert norm_words(view(), "resource_output", 2.0) == ""
