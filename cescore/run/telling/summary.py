"""What a run says at its end: every report accounted for, where time went, the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cescore.intake.wording import joined
from cescore.publish.words import label
from cescore.run.job import Outcome

SLOWEST = 3
STATUSES = ("built", "up_to_date", "failed", "skipped")


def summary(outcomes: Sequence[Outcome], seconds: float, lang: str) -> Iterator[str]:
    """The lines that end a run: every entity accounted for, where time went."""
    entities = [outcome for outcome in outcomes if not outcome.is_document]
    documents = [outcome for outcome in outcomes if outcome.is_document]
    ended = {"counts": _counted(entities, lang), "seconds": f"{seconds:.0f}"}
    yield label("terminal.entities", lang, n=len(entities), **ended)
    if documents:
        counts = _counted(documents, lang)
        yield label("terminal.documents", lang, n=len(documents), counts=counts)
    built = [outcome for outcome in outcomes if outcome.status == "built"]
    if not built:
        return
    stages: Counter[str] = Counter()
    for outcome in built:
        stages.update(outcome.record.get("seconds", {}))
    if stages:
        took = (
            label(f"terminal.took.{name}", lang, seconds=f"{total / len(built):.2f}")
            for name, total in stages.items()
        )
        means = joined(took, lang)
        yield label("terminal.average", lang, stages=means)
    slowest = sorted(built, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    names = ", ".join(f"{o.name} {o.seconds:.1f} s" for o in slowest)
    yield label("terminal.slowest", lang, names=names)


def _counted(outcomes: Sequence[Outcome], lang: str) -> str:
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    by_status = {status: counts[status] for status in STATUSES}
    return label("terminal.count", lang, total=len(outcomes), **by_status)


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
