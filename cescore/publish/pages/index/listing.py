"""What an index page lists: entities, documents, targets, findings, and of which edition they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cescore.disclosure.documents.kinds import SCORECARD


@dataclass(frozen=True)
class Line:
    """One entity on the index page; links are relative to the page."""

    entity_id: str
    name: str
    other_name: str
    folder: str
    is_built: bool
    cause: str = ""  # why it failed; "" where it did not
    index: float | None = None
    index_status: str = ""  # as in results.csv: estimated+partial
    progress: float | None = None
    grade: str = ""
    total: float | None = None  # that was graded
    comparable: float | None = None  # by the parts alone that bodies of several types have
    is_total_withheld: bool = False  # the total alone, and what compares totals: its grade is shown
    reason: str = ""  # code: why there is no grade, or why it is provisional
    is_provisional: bool = False
    is_filed: bool = True
    is_withheld: bool = False  # all its figures: reports to others show none of them
    is_blocked: bool = False  # by open errors, which are among the page's notes
    place: str = ""  # name of the smallest body that contains it
    bodies: Sequence[str] = ()  # ids of all that contain it, and its own
    industry: str = ""
    files: Sequence[str] = SCORECARD.files  # what stands in the folder
    log: str = ""
    warnings: Sequence[str] = ()  # of its report
    is_out_of_step: bool = False  # its report is of another evaluation than the one told of here
    before: float | None = None  # of a plan's evaluation: the index in the base year
    completion: float | None = None  # likewise: measures done at the end, 0-100
    part_of: str = ""  # id of the body of its type in whose figures its own are


def beneath_wholes(lines: Sequence[Line]) -> list[Line]:
    """The lines with an index, the highest first; a part, which is ranked nowhere, beneath its whole."""
    whole = {line.entity_id: line for line in lines if line.index is not None}

    def place(line: Line) -> tuple[float, str, bool]:
        above = whole.get(line.part_of, line)
        return -(above.index or 0.0), above.entity_id, line is not above

    return sorted(whole.values(), key=place)


@dataclass(frozen=True)
class Verdict:
    """A plan's target on the index page of its evaluation."""

    name: str
    op: str
    goal: float
    actual: float | None
    unit: str
    verdict: str


@dataclass(frozen=True)
class DocumentLine:
    """One document on the index page."""

    name: str  # of the unit; "" for the method book
    kind: str  # its folder; a label says what it is
    folder: str
    stem: str  # of its files
    is_built: bool
    cause: str = ""
    is_out_of_step: bool = False


@dataclass(frozen=True)
class Section:
    """One entity type and its lines."""

    entity_type: str
    lines: Sequence[Line]
    index_name: str = ""
    floor: float = 0.0  # of the scale of the index
    top: float = 100.0


@dataclass(frozen=True)
class Body:
    """A district, park or the like that entities can be filtered by."""

    entity_id: str
    name: str
    entity_type: str


@dataclass(frozen=True)
class Note:
    """An open finding of the data checks."""

    severity: str
    code: str
    rule: str = ""  # its name in the language, where params name it
    entity_id: str = ""
    entity: str = ""  # name
    year: int | None = None
    variable: str = ""  # name
    found: str = ""
    expected: str = ""
    place: str = ""


@dataclass(frozen=True)
class IndexPage:
    """What the index page shows."""

    year: int
    place: str
    lang: str
    is_sample: bool
    sections: Sequence[Section]
    tables: Iterable[str] = ()
    documents: Sequence[DocumentLine] = ()
    grades: Sequence[str] = ()  # best first
    bodies: Sequence[Body] = ()
    notes: Sequence[Note] = ()
    settled: int = 0  # findings confirmed or corrected on record
    status: str = ""  # sample, draft, reviewed, final or corrected
    audience: str = ""  # public or respondent; "": the bureau
    issuer: str = ""
    issued: str = ""
    stage: str = ""  # of a plan's evaluation: midterm or final; "": a year's
    plan: str = ""  # its name
    subject: str = ""  # what is assessed, as the run names it; "": the circular economy
    verdicts: Sequence[Verdict] = ()
    type_names: Mapping[str, str] = field(default_factory=dict)  # that params give, by code
