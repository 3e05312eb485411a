"""Agricultural parks, service bodies and public institutions: small frameworks that run as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.disclosure.making.bundles import make_bundle
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.publication import Scorecard

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "examples" / "types"


@pytest.fixture(scope="module")
def known() -> Definitions:
    return load_definitions(TYPES / "params", 2025)


def test_every_indicator_says_where_it_is_from_and_has_a_case_worked_by_hand(
    known: Definitions,
) -> None:
    assert set(known.frameworks) == {"farm_park", "public_institution", "service_body"}
    for framework in known.frameworks.values():
        for indicator in framework.indicators.values():
            assert indicator.zh and indicator.en and len(indicator.examples) == 2
            assert indicator.tag in "VMP"
            assert "待核实" in indicator.source or indicator.tag != "M"


def test_every_entity_has_an_index_off_the_ends_of_its_scale() -> None:
    yearly = evaluate_workspace(Workspace.load(TYPES, 2025))
    for evaluation in yearly.evaluations.values():
        index = evaluation.aggregation.index.values
        assert ((index > 5) & (index < 95)).all()
        assert evaluation.stands.all()


def test_the_flash_scores_what_the_half_year_knows_and_is_held_against_no_plan() -> None:
    workspace = Workspace.load(TYPES, 2026)
    assert workspace.definitions.run.kind == "flash"
    assert workspace.definitions.plan is None
    yearly = evaluate_workspace(workspace)
    flash = yearly.evaluations["farm_park"]
    assert set(flash.framework.indicators) == {"FP1", "FP2"}
    assert flash.stands[:, -1].all()
    assert not yearly.assessments


@pytest.mark.parametrize(("lang", "words"), [("zh", "半年快报"), ("en", "Mid-year flash")])
def test_every_page_of_a_flash_says_so(lang: str, words: str) -> None:
    bundle = make_bundle(evaluate_workspace(Workspace.load(TYPES, 2026)), "F1")
    assert words in Scorecard(bundle, bundle.hash, lang).marks
