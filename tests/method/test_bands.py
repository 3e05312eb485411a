"""Bands of index and rank: what may be shown, and on whose values they rest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.column import Column
from cescore.method.index.evaluation import TypeEvaluation
from cescore.method.uncertainty.bands import bands

ROOT = Path(__file__).parents[2]


def changed(evaluation: TypeEvaluation, entity: str, factor: float) -> TypeEvaluation:
    """The evaluation with all indicators of one entity multiplied."""
    row, columns = evaluation.indicators.row(entity), {}
    for code, column in evaluation.indicators.columns.items():
        values = column.values.copy()
        values[row] *= factor
        columns[code] = Column(values, column.state, column.flags)
    return replace(evaluation, indicators=evaluation.indicators.with_columns(columns))


def test_every_entity_with_enough_data_has_a_band_and_no_other(yearly: YearlyEvaluation) -> None:
    firms = yearly.evaluations["enterprise"]
    year = firms.panel.year_position(2025)
    has = firms.aggregation.index.is_present[:, year] & firms.is_sufficient[:, year]
    found = bands(firms, ranked=())
    assert set(found) == {e for e, one in zip(firms.panel.entities, has, strict=True) if one}
    assert all(band.score_low <= band.score_high for band in found.values())


def test_a_firms_band_does_not_rest_on_another_firms_values(yearly: YearlyEvaluation) -> None:
    firms = yearly.evaluations["enterprise"]
    before, after = bands(firms, ()), bands(changed(firms, "E031", 1.5), ())
    assert before["E031"] != after["E031"]
    others = [e for e in before if e != "E031"]
    assert [before[e] for e in others] == [after[e] for e in others]


def test_a_band_stays_on_the_scale(yearly: YearlyEvaluation) -> None:
    for entity_type, evaluation in yearly.evaluations.items():
        scale = evaluation.framework.scale
        edges = [(b.score_low, b.score_high) for b in bands(evaluation, ()).values()]
        assert np.min(edges) >= scale.floor - 1e-9, entity_type
        assert np.max(edges) <= scale.top + 1e-9, entity_type


def test_ranks_are_shown_of_cleared_public_bodies_only(yearly: YearlyEvaluation) -> None:
    bundler = Bundler(yearly)
    parks = yearly.evaluations["park"].panel.entities
    for entity in (*parks, "E001", "E031", "220400"):
        band = bundler.bundle(entity).uncertainty
        if not bundler.gate.shows_band(entity, yearly.year):
            assert band is None  # it would give the index away
            continue
        assert band is not None
        is_ranked = entity in bundler.gate.cleared and entity in parks
        assert (band.rank_low is not None) == is_ranked, entity
        if is_ranked:
            assert 1 <= band.rank_low <= band.rank_high <= band.ranked


def test_a_year_without_a_rank_says_whether_one_is_withheld(yearly: YearlyEvaluation) -> None:
    gate, evaluation = Bundler(yearly).gate, yearly.evaluations["park"]
    withheld = []
    for row, ranks in gate._rank_history("park").items():
        for rank in ranks:
            place = evaluation.panel.year_position(rank.year)
            assert not rank.is_withheld or rank.rank is None
            has_index = bool(evaluation.aggregation.index.is_present[row, place])
            assert has_index or not rank.is_withheld
            withheld += [rank.year] * rank.is_withheld
    assert withheld


def test_a_score_that_is_shown_is_not_said_to_be_withheld(yearly: YearlyEvaluation) -> None:
    """An indicator that one year's withheld operand does not keep back is withheld in no other year."""
    gate = Bundler(yearly).gate
    for kind in ("district", "park"):
        evaluation = yearly.evaluations[kind]
        for entity in evaluation.panel.entities:
            view = gate.view(entity)
            for code, cases in (view.released.scores if view else {}).items():
                shown = view.evaluation.indicators.column(code).is_present[0]
                years = [
                    y for y, is_shown in zip(evaluation.panel.years, shown, strict=True) if is_shown
                ]
                assert not set(years) & set(cases), (entity, code)


def test_every_alternative_really_applied_is_listed(yearly: YearlyEvaluation) -> None:
    band = Bundler(yearly).bundle("220421").uncertainty
    assert band is not None
    sources = {alternative.source for alternative in band.rank_alternatives}
    assert sources >= {"weights", "normalisation", "aggregation", "goalposts", "estimates"}
    assert {a.source for a in band.alternatives if a.share_of_draws < 1} >= {"aggregation"}


def test_indicators_equal_everywhere_have_the_evaluations_rank_in_every_draw(
    tmp_path: Path,
) -> None:
    """Ranked scores of equal values are half the scale in the evaluation, so in each draw as well."""
    root = tmp_path / "hospitals"
    shutil.copytree(ROOT / "tests/unseen/workspace", root)
    path = root / "data/2023/observations.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if ",linen_" not in line]
    equal = [f"H{i},2023,linen_{what},10" for i in range(1, 5) for what in ("bought", "mended")]
    path.write_text("\n".join([*kept, *equal]) + "\n", encoding="utf-8")
    hospitals = evaluate_workspace(Workspace.load(root, 2023)).evaluations["hospital"]
    found = bands(hospitals, ranked=())
    assert len(found) == 4
    assert all(np.isfinite([band.score_low, band.score_high]).all() for band in found.values())


def test_what_only_drawing_needs_is_loaded_where_it_draws() -> None:
    code = (
        "import sys, cescore.method.uncertainty.bands; from cescore.method.uncertainty.sequences import quasi_random;"
        "at_first = 'scipy.stats' in sys.modules;"
        "quasi_random(6, 512, 2021); print(at_first, 'SALib' in sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == ["False", "False"]
