"""How official a report is: what a release took from its sign-off, and hands to every page.

Nothing in params or data can say it. A build without a release makes drafts, or samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from cescore.definitions.bilingual import Bilingual

Stage = Literal["draft", "reviewed", "final", "corrected"]
MARKED = ("sample", "draft", "reviewed")  # stages that every page says in its head: not official
Value = float | str | None


class _Piece(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Moved(Bilingual, _Piece):
    """A figure of one report that a correction changed; None where there is no value."""

    code: str
    zh: str
    en: str
    unit: str = ""
    before: Value = None
    after: Value = None


class SignOff(_Piece):
    """Who signed off which stage, on which day."""

    stage: str
    who: str
    role: str
    date: str


class Answered(_Piece):
    """How many findings of a rule were open when an edition was signed off, all of them answered."""

    code: str
    severity: str
    count: int


class QualityLog(_Piece):
    """What was done for the quality of an edition: no values, and nobody but who signed."""

    checked: Mapping[str, int] = {}  # severity -> findings of the checks
    settled: int = 0  # corrected or confirmed on record before the build
    answered: tuple[Answered, ...] = ()
    signed: tuple[SignOff, ...] = ()
    refused: int = 0  # entities without a report


class ReportStanding(_Piece):
    """The standing of an edition; ``moved`` and ``quality`` are those of the report that has it."""

    stage: Stage
    edition: int  # its number among the editions of the year
    signed_on: str = ""  # ISO date of the sign-off
    reason: str = ""  # of a correction, as signed
    moved: tuple[Moved, ...] = ()
    quality: QualityLog | None = None

    def of(self, moved: tuple[Moved, ...] = (), quality: QualityLog | None = None) -> Self:
        """The standing as one report says it."""
        return self.model_copy(update={"moved": moved, "quality": quality})


@dataclass(frozen=True)
class Issue:
    """An edition being released: its standing, and what of it concerns single reports."""

    standing: ReportStanding
    moved: Mapping[str, tuple[Moved, ...]] = field(default_factory=dict)  # by report name
    quality: QualityLog | None = None  # for the method book

    def standing_of(self, name: str, *, is_method_book: bool) -> ReportStanding:
        """The standing as the report of a name says it."""
        return self.standing.of(self.moved.get(name, ()), self.quality if is_method_book else None)


# Left out of the file of a report that has none, whose bytes are those of any other build.
OwnStanding = Annotated[ReportStanding | None, Field(exclude_if=lambda value: value is None)]


def release_stage(status: str, standing: ReportStanding | None) -> str:
    """What a page says of its standing: sample, or the stage of its release, or else a draft.

    ``status``: the word of the run file, which can make a sample of anything and nothing more.
    """
    if status == "sample":
        return "sample"
    return "draft" if standing is None else standing.stage
