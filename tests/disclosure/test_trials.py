"""A trial is the report that the changed params would have made, and says so wherever it is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cases import evaluated as city_of_firms
from cases import firms
from evaluation.test_yearly import PLAN
from intake.test_workspace import FRAMEWORK, HEADER, ROWS, workspace  # noqa: F401

from cescore.definitions.model import Framework
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.documents.trial import TRIAL, is_trial, trial_of
from cescore.disclosure.making.bundles import Bundler, make_bundle
from cescore.disclosure.making.trials import Trials
from cescore.errors import VariantError
from cescore.evaluation.yearly import evaluate_workspace

PLANNED = {"params/plans/p.yml": PLAN, "params/runs/2024.yml": "year: 2024\nplan: p\n"}
VETOES = "veto_id,entity_id,year,status,document,confirming_unit,date\naccident,D1,2024,clear,d,u,2024-01-01\n"
OPEN = "public_types: [city, district]\ndecided_by: the tests\n"
BASE = {
    **PLANNED,
    "data/2024/vetoes.csv": VETOES,
    "params/disclosure.yml": OPEN,
    "data/2024/observations.csv": HEADER + ROWS[2024].replace("D1,2024,gdp,500", "D1,2024,gdp,150"),
}


def of(loaded: object) -> Trials:
    return Trials(Bundler(evaluate_workspace(loaded)))  # type: ignore[arg-type]


def harder(framework: Framework) -> Framework:
    return framework.with_goalposts(productivity=(0, 200))


def figures(bundle: Bundle) -> dict[str, object]:
    """What follows from the framework, of a bundle."""
    return {
        "index": bundle.evaluated.index.values,
        "scores": bundle.evaluated.scores,
        "contributions": bundle.evaluated.contributions,
        "targets": bundle.targets,
        "assessment": bundle.assessment,
    }


def test_a_trial_is_what_changed_params_would_have_made(workspace, tmp_path: Path) -> None:  # noqa: F811
    trials = of(workspace(**BASE))
    official = trials.bundler.bundle("D1")
    changed = {"params/frameworks/district.yml": FRAMEWORK.replace("best: 100", "best: 200")}
    expected = make_bundle(evaluate_workspace(workspace(**BASE, **changed)), "D1")
    assert figures(expected) != figures(official)
    assert figures(trials.bundle("D1", harder(official.framework))) == figures(expected)
    assert figures(trial_of(official, harder(official.framework))) == figures(expected)


def test_ranks_among_public_bodies_are_those_of_the_trial(workspace) -> None:  # noqa: F811
    trials = of(workspace(**BASE))
    official = trials.bundler.bundle("D1")
    # from the fifteenth point on D1 has all that counts: both at the top
    tied = trials.bundle("D1", official.framework.with_goalposts(productivity=(0, 10)))
    assert {r.place.entity_id: r.rank for r in official.siblings}["D1"] == 2
    assert {r.place.entity_id: r.rank for r in tied.siblings}["D1"] == 1
    assert tied.peers is not None and [r.rank for r in tied.peers.ranks] == [1]


def test_from_its_file_alone_a_trial_has_no_rank_no_band_and_no_figure_of_others(
    tmp_path: Path,
) -> None:
    yearly = city_of_firms(tmp_path, firms(24))
    official = make_bundle(yearly, yearly.evaluations["firm"].panel.entities[0])
    trial = trial_of(official, official.framework.with_weights(recycling=3))
    assert official.peers is not None and trial.peers is not None
    assert {f.code for f in official.peers.figures} > {f.code for f in trial.peers.figures}
    assert official.framework.index.code not in {f.code for f in trial.peers.figures}
    assert (trial.uncertainty, trial.robustness, trial.peers.ranks) == (None, (), ())


def test_a_trial_has_a_number_of_its_own_and_is_marked_for_machines(workspace) -> None:  # noqa: F811
    trials = of(workspace(**BASE))
    official = trials.bundler.bundle("D1")
    trial = trials.bundle("D1", harder(official.framework))
    assert trial.report_number.startswith(TRIAL)
    assert not official.report_number.startswith(TRIAL)
    assert (is_trial(official), is_trial(trial)) == (False, True)
    result = result_json(trial, "ab")
    assert result["variant"]["mark"] == "试算稿 Working variant"
    assert result["framework"]["hash"] == trial.framework.hash != official.framework_hash
    assert "variant" not in result_json(official, "ab")


def test_the_official_framework_gives_the_official_bundle(workspace) -> None:  # noqa: F811
    trials = of(workspace(**BASE))
    official = trials.bundler.bundle("D1")
    assert trials.bundle("D1", official.framework) == official
    assert trial_of(official, official.framework) is official


def test_what_a_changed_formula_measures_is_left_out_of_a_trial_from_a_file(workspace) -> None:  # noqa: F811
    official = make_bundle(evaluate_workspace(workspace(**BASE)), "D1")
    trial = trial_of(official, official.framework.with_formula("productivity", "2 * gdp / waste"))
    (line,) = trial.targets
    assert (line.actual, line.light, line.points) == (None, "", None)
    assert (trial.assessment.total, trial.assessment.grade_zh) == (None, "")
    assert trial.evaluated.index.values[-1] == 30  # 2 * 150 / 10, of 100


@pytest.mark.parametrize("part", ["targets", "measures"])
def test_without_the_points_of_a_part_a_trial_has_no_total(workspace, part: str) -> None:  # noqa: F811
    official = make_bundle(evaluate_workspace(workspace(**BASE)), "D1")
    assessed = official.assessment
    parts, weights = {**assessed.parts, part: None}, {**assessed.weights, part: 0.2}
    withheld = replace(assessed, total=None, parts=parts, weights=weights)
    bundle = official.model_copy(update={"assessment": withheld})
    found = trial_of(bundle, harder(official.framework)).assessment
    assert (found.total, found.grade_zh, found.graded) == (None, "", False)
    assert trial_of(official, harder(official.framework)).assessment.total is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.with_normalisation("min_max"), "min_max of productivity looks at all others"),
        (lambda f: f.with_aggregation("copeland"), "copeland of .* compares with all"),
    ],
)
def test_what_only_others_figures_tell_needs_the_workspace(workspace, change, words: str) -> None:  # noqa: F811
    trials = of(workspace(**BASE))
    official = trials.bundler.bundle("D1")
    variant = change(official.framework)
    with pytest.raises(VariantError, match=words):
        trial_of(official, variant)
    assert trials.bundle("D1", variant).evaluated.index.values[-1] is not None


def test_what_is_withheld_of_a_body_is_withheld_in_its_trial(tmp_path: Path) -> None:
    frame = [*firms(12), *firms(1, seed=9, park="PK2")]  # PK2 is one firm: its figures are its own
    yearly = city_of_firms(tmp_path, frame, ["PK1", "PK2"], beside=True)
    trials = Trials(Bundler(yearly))
    for park in ("PK1", "PK2"):
        official = trials.bundler.bundle(park)
        alone = official.framework.with_weights(recycling=0, waste_rate=0)
        for variant in (alone, official.framework.with_normalisation("min_max")):
            trial = trials.bundle(park, variant)
            for series, before in zip(
                trial.evaluated.indicators, official.evaluated.indicators, strict=True
            ):
                assert series.values == before.values
            hidden = {s.code for s in official.evaluated.indicators if None in s.values}
            assert not [s for s in trial.evaluated.scores if s.code in hidden and s.values[-1]]
            if variant is alone and "productivity" in hidden:
                assert trial.evaluated.index.values[-1] is None  # it would be that score
