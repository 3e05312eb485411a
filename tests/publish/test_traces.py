"""A number's way back in words: whatever a trace can hold has its text in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

from cescore.definitions.model import Named
from cescore.evaluation.tracing.asking import codes_of, trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Traced, TracedQuantity, TraceNote, as_graph
from cescore.evaluation.tracing.tracer import Tracer
from cescore.evaluation.tracing.whole_workspace import WholeWorkspace
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.address import Address
from cescore.intake.findings import Finding, FindingStatus
from cescore.intake.workspace import Workspace
from cescore.publish.traces import TraceText
from cescore.publish.words import LANGUAGES

ROOT = Path(__file__).parents[2]
COAL = Named(zh="煤", en="coal")


def number(code: str, kind: str = "variable", value: float = 1.0, **more: object) -> Traced:
    quantity = TracedQuantity("D1", kind, code, 2025)  # type: ignore[arg-type]
    return Traced(quantity, COAL, "t", value, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", get_args(FindingStatus))
def test_a_value_with_a_finding_of_any_status_is_written(status: FindingStatus, lang: str) -> None:
    finding = Finding(
        "error", "year_not_there", Address("a.csv", 2), "D1", 2025, "coal", status=status
    )
    trace = number("coal", notes=(TraceNote.of("finding", finding=finding),))
    assert "a.csv" in "\n".join(TraceText(lang).lines(trace))


def test_a_year_in_an_arithmetic_has_no_thousands() -> None:
    operands = {
        "year": number("target_part:T1.elapsed.year", "given", 2025.0),
        "coal": number("coal", value=2025.0),
    }
    trace = number("x", "target_part", arithmetic="coal / year", operands=operands, computed=1.0)
    assert "2,025 t / 2025" in "\n".join(TraceText("en").lines(trace))


def test_a_part_of_a_target_is_no_other_part_by_name() -> None:
    operands = {"due": number("T1.due", "target_part"), "level": number("coal", "indicator")}
    trace = number("T1.x", "target_part", arithmetic="level / due", operands=operands, computed=1.0)
    assert "coal / due by now" in "\n".join(TraceText("en").lines(trace))


def written_in_full(tracer: Tracer, entity_ids: Iterable[str], *langs: str) -> set[str]:
    """The kinds of all numbers of some bodies, each number and all that it stands on written out."""
    seen: dict[int, Traced] = {}
    writers = [TraceText(lang) for lang in langs]
    for entity_id in entity_ids:
        for code in codes_of(tracer.world, entity_id):
            asked = trace_asked(tracer, entity_id, code, tracer.world.workspace.year)  # type: ignore[attr-defined]
            assert as_graph(asked)["asked"] == str(asked.quantity)
            new = {id(step): step for step in asked.walk() if id(step) not in seen}
            seen.update(new)
            for step in new.values():
                for writer in writers:
                    texts = (writer.head(step), *(said for _, said in writer.details(step)))
                    assert not any("{" in text for text in texts)
    return {step.quantity.kind for step in seen.values()}


def test_every_number_of_an_unseen_workspace_is_written() -> None:
    workspace = Workspace.load(ROOT / "tests" / "unseen" / "workspace", 2023)
    tracer = tracer_of(WholeWorkspace(evaluate_workspace(workspace)))
    kinds = written_in_full(tracer, [entity.entity_id for entity in workspace.entities()], "en")
    assert kinds >= {"variable", "account", "indicator", "score", "group", "index", "contribution"}


@pytest.mark.soak
def test_every_number_of_a_body_of_each_type_of_the_sample_is_written(
    yearly: YearlyEvaluation,
) -> None:
    world = WholeWorkspace(yearly)
    bodies = {entity.entity_type: entity.entity_id for entity in world.workspace.entities()}
    kinds = written_in_full(tracer_of(world), bodies.values(), *LANGUAGES)
    assert len(bodies) == 4 and kinds >= {"target_part", "check", "veto", "requirement", "room"}
