"""A whole type on the desk: settings, comparisons and tables, on published data of 27 countries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cescore.desk.comparing import compare
from cescore.desk.whole_type import TypeDesk, desk_of
from cescore.errors import DataError, VariantError
from cescore.intake.workspace import Workspace

EU = Path(__file__).parents[2] / "examples" / "eu"


@pytest.fixture(scope="module")
def desk() -> TypeDesk:
    return desk_of(Workspace.load(EU, 2022), "country", "en")


def variants(desk: TypeDesk) -> dict[str, object]:
    f = desk.framework
    return {
        "weights": f.with_weights(use=3, CMU=2),
        "goalposts": f.with_goalposts(CMU=(0, 30)),
        "normalisation": f.with_normalisation("min_max"),
        "aggregation": f.with_aggregation("harmonic_mean"),
        "missing": f.with_missing(not_reported="exclude"),
        "without": f.without("WEEE_R", "packaging"),
        "all": f.with_weights(use=3)
        .with_goalposts(MF=(30, 8))
        .with_aggregation("geometric_mean")
        .without("WEEE_R"),
    }


NAMES = ("weights", "goalposts", "normalisation", "aggregation", "missing", "without", "all")


def test_the_official_setting_is_the_evaluation_of_the_year(desk: TypeDesk) -> None:
    table = desk.official.table()
    assert desk.evaluate() is desk.official
    assert (
        desk.evaluate(desk.framework.with_weights(CMU=desk.framework.indicators["CMU"].weight))
        is desk.official
    )
    assert table["rank"].dropna().is_monotonic_increasing
    assert table["index"].tolist() == sorted(table["index"], reverse=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_every_difference_add_up(desk: TypeDesk, name: str) -> None:
    found = compare(desk.official, desk.evaluate(variants(desk)[name]))
    difference = found.to_frame()["difference"]
    parts = found.by_indicator().groupby("entity_id")["points"].sum().reindex(difference.index)
    np.testing.assert_allclose(parts, difference, rtol=0, atol=1e-9)
    steps = found.by_step()
    np.testing.assert_allclose(steps.sum(axis=1), difference, rtol=0, atol=1e-9)
    assert difference.abs().max() > 0 or name == "missing"  # every value of 2022 is there


def test_the_step_that_was_changed_has_the_whole_effect(desk: TypeDesk) -> None:
    found = compare(desk.official, desk.evaluate(variants(desk)["weights"])).by_step()
    assert list(found.columns) == ["weights"]


def test_two_years_and_two_entities_are_compared_like_settings(desk: TypeDesk) -> None:
    years = compare(desk.official.at(2020), desk.official.at(2022))
    pair = compare(desk.official.of("DE"), desk.official.of("France"))
    for found in (years, pair):
        difference = found.to_frame()["difference"].to_numpy()
        parts = found.by_indicator().groupby("entity_id", sort=False)["points"].sum()
        np.testing.assert_allclose(parts, difference, rtol=0, atol=1e-9)
    assert pair.to_frame().index.tolist() == ["DE → FR"]
    with pytest.raises(DataError, match="two settings"):
        years.by_step()


def test_an_index_that_ranks_is_explained_by_steps_alone(desk: TypeDesk) -> None:
    found = compare(desk.official, desk.evaluate(desk.framework.with_aggregation("copeland")))
    with pytest.raises(DataError, match="copeland"):
        found.by_indicator()
    assert found.by_step()["aggregation"].tolist() == found.to_frame()["difference"].tolist()


def test_a_variant_is_saved_and_read_again(desk: TypeDesk, tmp_path: Path) -> None:
    variant = variants(desk)["all"]
    desk.save(variant, tmp_path / "variant.yml", note="a trial")
    assert desk.load(tmp_path / "variant.yml").hash == variant.hash


def test_what_is_not_there_is_refused_with_the_nearest(desk: TypeDesk) -> None:
    with pytest.raises(DataError, match="'Germny'.*nearest: Germany"):
        desk.entity("Germny")
    with pytest.raises(DataError, match="no year 1999, expected one of"):
        desk.official.at(1999)
    with pytest.raises(DataError, match="'contry'.*nearest: country"):
        desk_of(desk.workspace, "contry")
    with pytest.raises(DataError, match="expected two of a kind"):
        compare(desk.official, desk.official.of("DE"))
    with pytest.raises(VariantError, match="nearest: CMU"):
        desk.framework.with_weights(CMUS=1)


def test_every_step_is_a_table_with_units_tidy_or_wide_by_code_or_name(desk: TypeDesk) -> None:
    wide = desk.official.to_frame("indicators", names="en", year=2022)
    assert wide.attrs["units"]["Circular material use rate"] == "%"
    assert wide.loc[("DE", 2022), "Circular material use rate"] == 12.5
    tidy = desk.official.to_frame("indicators", wide=False)
    row = tidy.query("entity_id == 'DE' and year == 2022 and code == 'CMU'").iloc[0]
    assert (row["value"], row["unit"], row["status"]) == (12.5, "%", "reported")
    assert len(tidy) == wide.shape[1] * len(desk.official.entities) * len(
        desk.official.evaluation.panel.years
    )


def test_what_a_notebook_shows_is_short_and_names_a_trial(desk: TypeDesk) -> None:
    trial = desk.evaluate(variants(desk)["weights"])
    assert "试算稿" in repr(trial) and "试算稿" in trial._repr_html_()
    assert "试算稿" not in desk.official._repr_html_()
    assert len(repr(desk.official.panel("indicators")).splitlines()) < 40
    assert "array(" not in repr(desk.official.panel("scores"))
