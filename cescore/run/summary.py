"""What a run says at its end: every report accounted for, where time went, the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cescore.run.job import Outcome

SLOWEST = 3
STATUSES = (
    ("built", "built"),
    ("up_to_date", "up to date"),
    ("failed", "failed"),
    ("skipped", "skipped"),
)


def summary(outcomes: Sequence[Outcome], seconds: float) -> Iterator[str]:
    """The lines that end a run: every entity accounted for, where time went."""
    entities = [outcome for outcome in outcomes if not outcome.is_document]
    documents = [outcome for outcome in outcomes if outcome.is_document]
    yield f"{_counted(entities)} entities, in {seconds:.0f} s"
    if documents:
        yield f"and {_counted(documents)} documents"
    built = [outcome for outcome in outcomes if outcome.status == "built"]
    if not built:
        return
    stages: Counter[str] = Counter()
    for outcome in built:
        stages.update(outcome.record.get("seconds", {}))
    if stages:
        means = ", ".join(f"{name} {total / len(built):.2f} s" for name, total in stages.items())
        yield f"a report on average: {means}"
    slowest = sorted(built, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    yield "slowest: " + ", ".join(f"{o.name} {o.seconds:.1f} s" for o in slowest)


def _counted(outcomes: Sequence[Outcome]) -> str:
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    parts = " + ".join(f"{counts[status]} {words}" for status, words in STATUSES)
    return f"{parts} = {len(outcomes)}"


def warnings_of(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What a person should look at in the reports just built."""
    for outcome in outcomes:
        for warning in outcome.record.get("warnings", ()) if outcome.status == "built" else ():
            yield f"{outcome.name}: {warning}"


def exit_status(outcomes: Sequence[Outcome]) -> int:
    """0: every report asked for is there; 1: some failed, each named with its cause; 2: all did."""
    counts = Counter(outcome.status for outcome in outcomes)
    if not counts["failed"]:
        return 0
    return 1 if counts["built"] or counts["up_to_date"] else 2
