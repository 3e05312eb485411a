"""A mean of rates that lacks a part says so: it is another one than the nation's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.publish.pages.scorecard.partial import mean_of, partial_means
from cescore.publish.view import View

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        ("mean(R06, R07, R09)", ("R06", "R07", "R09")),
        ("mean(a, b) * 2", ()),
        ("a / b", ()),
        ("", ()),
    ],
)
def test_only_a_plain_mean_of_indicators_has_parts(formula: str, parts: tuple[str, ...]) -> None:
    assert mean_of(formula) == parts


def test_every_district_without_one_of_the_five_rates_is_labelled_and_no_other(
    yearly: YearlyEvaluation,
) -> None:
    bundler = Bundler(yearly)
    lacking = 0
    for entity in bundler.yearly.workspace.entities("district"):
        data = bundler.bundle(entity.entity_id)
        said = list(partial_means(View(OpenBundle(data, "", "zh", data.framework))))
        states = {one.code: one.status[-1] for one in data.evaluated.indicators}
        parts = mean_of(data.framework.indicators["R02"].formula)
        absent = [part for part in parts if states[part] == "not_applicable"]
        if absent and "partial" in states["R02"]:
            lacking += 1
            assert any(f"为{len(parts) - len(absent)}项均值" in text for text in said)
            assert any("不与全国数比较" in text for text in said)
        else:
            assert not any("主要废弃物循环利用率" in text for text in said)
    assert lacking
