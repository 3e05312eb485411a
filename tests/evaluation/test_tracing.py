"""A number followed back: every step gives it again, and ends at a file and row, a rule or a record."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.errors import DataError
from cescore.evaluation.tracing.asking import codes_of, trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Traced, as_graph, places
from cescore.evaluation.tracing.tracer import Tracer
from cescore.evaluation.tracing.whole_workspace import WholeWorkspace
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace

ROOT = Path(__file__).parents[2]
HOSPITALS = ROOT / "tests" / "unseen" / "workspace"


def tracer(root: Path, year: int | None = None) -> Tracer:
    return tracer_of(WholeWorkspace(evaluate_workspace(Workspace.load(root, year))))


def every_step(found: Tracer) -> list[Traced]:
    """Every number of every entity, and all that it stands on."""
    world = found.world
    assert isinstance(world, WholeWorkspace)
    year = world.workspace.year
    asked = [
        trace_asked(found, entity.entity_id, code, year)
        for entity in world.workspace.entities()
        for code in codes_of(world, entity.entity_id)
    ]
    return list({id(step): step for trace in asked for step in trace.walk()}.values())


@pytest.fixture(scope="module")
def hospitals() -> Tracer:
    return tracer(HOSPITALS, 2023)


def test_every_number_of_an_unseen_workspace_is_given_again(hospitals: Tracer) -> None:
    steps = every_step(hospitals)
    assert [step.quantity for step in steps if not step.agrees] == []
    kinds = {step.quantity.kind for step in steps if step.arithmetic}
    assert kinds >= {"account", "indicator", "score", "group", "index", "weight", "contribution"}


def test_every_present_value_that_was_returned_names_its_place(hospitals: Tracer) -> None:
    returned = [s for s in every_step(hospitals) if s.quantity.kind == "variable"]
    bare = [s.quantity for s in returned if s.value is not None and not s.below and not s.origins]
    assert returned and bare == []


def test_a_way_back_ends_at_the_rows_it_was_read_from(hospitals: Tracer) -> None:
    index = trace_asked(hospitals, "H1", "index", 2023)
    found = list(places(index))
    assert found and all(place.startswith("data/") for place in found)


def test_a_graph_names_each_step_once_and_only_steps_that_it_has(hospitals: Tracer) -> None:
    graph = as_graph(trace_asked(hospitals, "H1", "index", 2023))
    ids = [step["id"] for step in graph["steps"]]
    used = {o["step"] for step in graph["steps"] for o in step["operands"]}
    assert len(ids) == len(set(ids)) and used <= set(ids)
    assert graph["asked"] == ids[0] and graph["agrees"] is True


def test_a_number_with_its_kind_is_that_kind(hospitals: Tracer) -> None:
    plain = trace_asked(hospitals, "H1", "sorted_share", 2023)
    score = trace_asked(hospitals, "H1", "score:sorted_share", 2023)
    assert (plain.quantity.kind, score.quantity.kind) == ("indicator", "score")
    assert score.operands["x"] is plain


@pytest.mark.parametrize("asked", ["mended_shar", "score:mended_sharee"])
def test_an_unknown_code_names_the_nearest(hospitals: Tracer, asked: str) -> None:
    with pytest.raises(DataError, match="mended_share"):
        trace_asked(hospitals, "H1", asked, 2023)


def test_a_zero_denominator_is_followed_back_to_the_zero(hospitals: Tracer) -> None:
    share = trace_asked(hospitals, "H4", "sorted_share", 2023)
    assert share.value is None and share.status == "not_computable" and share.agrees
    assert 0.0 in {step.value for step in share.walk()}


def corrected(root: Path, entry: str) -> Tracer:
    shutil.copytree(HOSPITALS, root / "w")
    (root / "w" / "data" / "corrections.yml").write_text(entry, encoding="utf-8")
    return tracer(root / "w", 2023)


def test_a_corrected_value_is_followed_to_what_was_received(tmp_path: Path) -> None:
    plain = tracer(HOSPITALS, 2023)
    code = next(
        s.quantity.code for s in every_step(plain)
        if s.quantity.kind == "variable" and s.quantity.entity_id == "H1" and s.value
    )  # fmt: skip
    before = trace_asked(plain, "H1", f"variable:{code}", 2023).value
    entry = f'- {{action: scale, entity_id: H1, year: 2023, variable: {code}, factor: 0.5, reason: "half"}}'
    trace = trace_asked(corrected(tmp_path, entry), "H1", f"variable:{code}", 2023)
    assert before is not None
    assert trace.value == pytest.approx(before / 2)
    assert (trace.arithmetic, trace.agrees) == ("received * factor", True)
    assert trace.operands["received"].value == pytest.approx(before)
    assert [o.place for o in trace.origins][-1].startswith("data/corrections.yml")
    assert "half" in {dict(note.values).get("reason") for note in trace.notes}


def test_what_the_plan_says_is_of_the_year_evaluated_alone() -> None:
    eu = tracer(ROOT / "examples" / "eu")
    world = eu.world
    assert isinstance(world, WholeWorkspace)
    last, entity = world.workspace.year, world.workspace.entities()[0].entity_id
    assert trace_asked(eu, entity, "index", last - 1).agrees
    with pytest.raises(DataError, match="no number"):
        trace_asked(eu, entity, "weight:no_such", last - 1)


SUMS = {
    "params/variables.yml": """
out: {en: Output, unit: t}
kept: {en: Kept, unit: t, estimate: {formula: "out * in_body(town, kept / out)", source: s, tag: P}}
""",
    "params/frameworks/town.yml": """
version: "1"
source: s
index: {code: T}
groups: {g: {weight: 1}}
indicators:
  rate: {formula: kept / out, unit: "%", direction: 1, group: g, weight: 1, source: s, tag: P,
         latest_within: 2, goalposts: {2020: {worst: 0, best: 100, source: s, tag: P}}}
""",
    "params/runs/2024.yml": "year: 2024\nbase_year: 2023\n",
    "data/entities.csv": "entity_id,entity_type,parent_id\nT1,town,\n1-a,quarter,T1\n2-b,quarter,T1\n",
    "data/2023/observations.csv": (
        "entity_id,year,variable,value\nT1,2023,kept,40\nT1,2023,out,100\n1-a,2023,out,1\n2-b,2023,out,1\n"
    ),
    "data/2024/observations.csv": (
        "entity_id,year,variable,value\n1-a,2024,out,30\n2-b,2024,out,70\n2-b,2024,kept,7\n"
    ),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Tracer:
    """A town whose output is the sum of its quarters, and which returned no rate for 2024."""
    root = tmp_path_factory.mktemp("town")
    for name, text in SUMS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tracer(root, 2024)


def test_a_sum_over_bodies_shows_each_of_them(town: Tracer) -> None:
    total = trace_asked(town, "T1", "variable:out", 2024)
    assert total.value == 100.0 and total.agrees
    assert {t.quantity.entity_id: t.value for t in total.operands.values()} == {
        "1-a": 30.0,
        "2-b": 70.0,
    }


def test_a_carried_value_is_that_of_the_earlier_year(town: Tracer) -> None:
    rate = trace_asked(town, "T1", "indicator:rate", 2024)
    assert rate.value == pytest.approx(40.0) and rate.agrees
    assert rate.operands["rate"].quantity.year == 2023
    assert ("carried", 2023) in {(n.key, dict(n.values).get("year")) for n in rate.notes}


def test_an_estimate_shows_its_formula_and_the_body_it_looked_at(town: Tracer) -> None:
    kept = trace_asked(town, "1-a", "variable:kept", 2023)
    assert kept.value == pytest.approx(0.4) and kept.agrees
    assert [note.key for note in kept.notes] == ["estimated"]
    assert "T1" in {step.quantity.entity_id for step in kept.walk()}
