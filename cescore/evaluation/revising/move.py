"""A result that is not the same in two evaluations, and what it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cescore.evaluation.revising.dependencies import Result

Change = Literal["moved", "appeared", "went", "status"]
Cause = Literal[
    "follows", "observation", "correction", "sum", "estimate", "register", "inspection",
    "definition", "weights", "method", "plan", "others", "code", "unknown",
]  # fmt: skip
CAUSES: tuple[Cause, ...] = get_args(Cause)


@dataclass(frozen=True)
class Because:
    """One reason: a result that moved before it, or a cause with what is to be said of it."""

    cause: Cause
    result: Result | None = None  # of the same entity, where the reason is that this moved
    detail: str = ""  # where a value stands now, which keys of params changed


@dataclass(frozen=True)
class ResultMove:
    """One result that is not the same in both.

    Attributes
    ----------
    before, after
        Values [unit]; None where there is none.
    was, now
        Status words; "" where the result is in one of the two only.
    because
        What it comes from: results of the same entity that moved, or a cause of its own.
    """

    entity_type: str
    entity_id: str
    result: Result
    unit: str
    before: float | None
    after: float | None
    was: str
    now: str
    because: tuple[Because, ...] = ()

    @property
    def change(self) -> Change:
        """Whether a value moved, a result came or went, or only its status changed."""
        if not self.was:
            return "appeared"
        if not self.now:
            return "went"
        return "status" if self.before == self.after else "moved"

    @property
    def size(self) -> float | None:
        """after - before [unit]; None where one of them has no value."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before
