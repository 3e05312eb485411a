"""The desk: the bundle opened, each step as one call, the index equal to the evaluation's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from publish import builders

from cescore.desk import (
    OpenBundle,
    aggregate,
    apply_missing_rules,
    compute_accounts,
    compute_indicators,
    conclude,
    effective_weights,
    normalise,
    open_bundle,
    progress_index,
)
from cescore.desk.around import find_workspace
from cescore.disclosure.documents.bundle import Bundle, Series
from cescore.errors import DataError
from cescore.method.column import Column, State
from cescore.method.index.aggregate import Aggregation
from cescore.publish.check import CONCLUSION_MIME, differences


@pytest.fixture
def opened(tmp_path: Path) -> OpenBundle:
    return open_bundle("D1", 2025, str(builders.write_bundle(tmp_path)))


def steps(bundle: OpenBundle) -> Aggregation:
    """From returned values to the index, as a notebook does it."""
    indicators = compute_indicators(bundle)
    scored = apply_missing_rules(bundle, normalise(bundle, indicators), indicators)
    return aggregate(bundle, scored)


def assert_is(column: Column, series: Series) -> None:
    """The column's only entity has the values of the series."""
    expected = [np.nan if value is None else value for value in series.values]
    np.testing.assert_allclose(column.values[0], expected, rtol=1e-12)


def test_every_step_finds_what_plain_arithmetic_finds(opened: OpenBundle) -> None:
    expected = opened.data.evaluated
    indicators = compute_indicators(opened)
    scored = apply_missing_rules(opened, normalise(opened, indicators), indicators)
    result = aggregate(opened, scored)
    progress = progress_index(opened, indicators)
    assert_is(compute_accounts(opened).column("materials"), expected.accounts[0])
    for series in expected.indicators:
        assert_is(indicators.column(series.code), series)
    for series in expected.scores:
        assert_is(scored.scores.column(series.code), series)
    for series in expected.groups:
        assert_is(result.groups.column(series.code), series)
    assert_is(result.index, expected.index)
    assert_is(progress.index, expected.progress_index)


def test_effective_weights_are_the_products_down_the_tree(opened: OpenBundle) -> None:
    indicators = compute_indicators(opened)
    scored = apply_missing_rules(opened, normalise(opened, indicators), indicators)
    weights = {c: w[0, -1] for c, w in effective_weights(opened, scored).items()}
    assert weights == pytest.approx(dict(opened.data.evaluated.weights))


def test_the_record_keeps_states_flags_and_attributes(opened: OpenBundle) -> None:
    record = opened.record
    assert record.entities == ("D1",)
    assert record.column("film_used").state[0, 0] == State.NOT_APPLICABLE
    assert record.column("energy").flags[0, -1] == 1
    assert record.attributes["parent_id"] == ("C1",)


def test_the_hash_is_that_of_the_file(opened: OpenBundle) -> None:
    assert opened.hash == builders.bundle().hash


@pytest.mark.parametrize(("entity_id", "year"), [("D2", 2025), ("D1", 2024)])
def test_another_entitys_or_years_bundle_is_refused(
    tmp_path: Path, entity_id: str, year: int
) -> None:
    path = str(builders.write_bundle(tmp_path))
    with pytest.raises(DataError, match=f"that of D1 2025, expected {entity_id} {year}"):
        open_bundle(entity_id, year, path)


def test_a_changed_weight_makes_a_variant_with_another_index(opened: OpenBundle) -> None:
    variant = opened.with_framework(opened.framework.with_weights(EFF=1.0, REC=0.0))
    assert (opened.is_variant, variant.is_variant) == (False, True)
    # efficiency alone: materials 80, energy and water (80 + 84) / 2 = 82
    assert steps(variant).index.values[0, -1] == pytest.approx(81.0)
    assert "试算稿" in repr(conclude(variant, steps(variant)))
    assert "working variant" in repr(variant)


def test_the_conclusion_says_for_a_machine_and_a_person_what_was_found(opened: OpenBundle) -> None:
    made = conclude(opened, steps(opened), indicators=compute_indicators(opened))
    found = made._repr_mimebundle_()[CONCLUSION_MIME]
    assert found["index"][-1] == pytest.approx(81.8)
    assert differences(found, opened.data) == []
    assert repr(made) == "UCDI 2025 = 81.800000; equal to the evaluation, as it must be"


def altered(code: str, year: int, value: float) -> Bundle:
    """The bundle with one returned value changed after the evaluation."""
    data = builders.bundle()
    row = list(data.record.values[code])
    row[data.record.years.index(year)] = value
    record = data.record.model_copy(update={"values": {**data.record.values, code: tuple(row)}})
    return data.model_copy(update={"record": record})


COUNTED = [code for code in builders.VALUES if not code.startswith("film")]


@pytest.mark.parametrize("code", COUNTED)
@pytest.mark.parametrize("year", [2020, 2023, 2025])
def test_one_altered_value_of_any_counted_variable_shows(
    tmp_path: Path, code: str, year: int
) -> None:
    path = builders.write_bundle(tmp_path, altered(code, year, 77.7))
    opened = open_bundle("D1", 2025, str(path))
    made = conclude(opened, steps(opened), indicators=compute_indicators(opened))
    assert f" {year}: the notebook finds" in repr(made)


def test_the_workspace_is_found_above_the_working_directory(tmp_path: Path) -> None:
    inner = tmp_path / "output" / "2025" / "district" / "D1"
    for folder in (tmp_path / "params", tmp_path / "data", inner):
        folder.mkdir(parents=True)
    assert find_workspace(inner) == tmp_path
    assert find_workspace(tmp_path) == tmp_path


def test_no_workspace_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no workspace"):
        find_workspace(tmp_path)
