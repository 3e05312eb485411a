"""An index of too few data is no rating, and says so alike wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import evaluated, firms

from cescore.desk import steps
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.making.bundles import make_bundle
from cescore.disclosure.released.gate import Gate
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.pages.index.listing import Line
from cescore.publish.view import UNFILED, UNRATED, View
from cescore.run.building.contents import Contents
from cescore.run.tree.store import Store

PARKS = ("PK1", "PK2")


def without_waste(root: Path, park: str, years: tuple[int, ...]) -> YearlyEvaluation:
    """The city in which a park returns no waste in some years: half of its weight is covered."""
    evaluated(root, [*firms(12, seed=1), *firms(12, seed=2, park="PK2")], PARKS)
    for year in years:
        path = root / f"data/{year}/observations.csv"
        rows = path.read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if not row.startswith(f"{park},{year},waste")]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return evaluate_workspace(Workspace.load(root, 2025))


def opened(bundle: Bundle) -> OpenBundle:
    return OpenBundle(bundle, bundle.hash, "en", bundle.framework)


def on_index_page(root: Path, yearly: YearlyEvaluation, entity_id: str) -> Line:
    page = Contents(Store.open(root / "out"), yearly, yearly.results(), {}, "en").page(())
    return next(x for s in page.sections for x in s.lines if x.entity_id == entity_id)


def test_too_few_data_this_year_is_said_by_results_bundle_json_gate_and_index_page(
    tmp_path: Path,
) -> None:
    yearly = without_waste(tmp_path, "PK2", (2025,))
    (tmp_path / "out").mkdir()
    bundle = make_bundle(yearly, "PK2")
    rows = yearly.results().query("entity_id == 'PK2' and kind == 'index' and year == 2025")
    line = on_index_page(tmp_path, yearly, "PK2")
    row = Gate(yearly).public_row(yearly.workspace.register["PK2"])
    said = {
        "results": rows["status"].item(),
        "json": result_json(bundle, "")["index"]["status"],
        "gate": row.status,
        "index page": line.index_status,
    }
    assert said == dict.fromkeys(said, "insufficient")
    assert (bundle.is_rated, row.index, row.rank, line.index) == (False, None, None, None)


@pytest.mark.parametrize("short", [2024, 2025])
def test_a_change_from_or_to_an_index_that_does_not_stand_is_neither_given_nor_split(
    tmp_path: Path, short: int
) -> None:
    bundle = make_bundle(without_waste(tmp_path, "PK2", (short,)), "PK2")
    assert bundle.evaluated.index.values[-1] is not None
    assert result_json(bundle, "")["index"]["change"] is None
    assert {c.contribution_to_change for c in bundle.evaluated.contributions} == {None}
    whole = make_bundle(without_waste(tmp_path / "whole", "PK2", ()), "PK2")
    assert None not in {c.contribution_to_change for c in whole.evaluated.contributions}


def test_the_notebook_and_the_page_say_of_a_year_what_the_evaluation_says(tmp_path: Path) -> None:
    bundle = opened(make_bundle(without_waste(tmp_path, "PK2", (2024,)), "PK2"))
    indicators = steps.compute_indicators(bundle)
    scored = steps.apply_missing_rules(bundle, steps.normalise(bundle, indicators), indicators)
    result = steps.aggregate(bundle, scored)
    view = View(bundle)
    assert view.index(result, 2024) == UNRATED
    assert view.plain(UNRATED) != view.plain(UNFILED)
    assert view.index(result, 2025).value is not None
    parts = steps.decompose(bundle, scored, result)
    assert {part.contribution_to_change for part in parts.of(0)} == {None}
