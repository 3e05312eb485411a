"""The record of submissions: who sent what, which one counts, what it replaced and why.

A submission is what one file says of one entity in one layout. Each has a number; the highest counts.
Files are kept by content, so the same file again is the same submission.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace

from cescore.errors import DataError, Sentence
from cescore.intake.inert import csv_text, read_back

Slot = tuple[str, str]  # entity, layout


@dataclass(frozen=True)
class Circumstances:
    """What is known of all submissions of one collection: when they came in, why they replace others."""

    received: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Submission:
    """One line of submissions.csv; ``replaces`` is the number of the one before that held anything usable,
    "" where there is none."""

    entity_id: str
    layout: str
    number: int
    file: str
    sha256: str
    received: str = ""  # a date, as it was given
    replaces: str = ""
    reason: str = ""

    @property
    def slot(self) -> Slot:
        return self.entity_id, self.layout


@dataclass
class SubmissionRecord:
    """All submissions of a year, by entity and layout in the order in which they came."""

    by_slot: dict[Slot, list[Submission]]

    @classmethod
    def from_text(cls, text: str, where: str) -> SubmissionRecord:
        """The record that `to_text` wrote.

        Raises
        ------
        DataError
            The file is not as it was written.
        """
        names = [field.name for field in fields(Submission)]
        reader = csv.DictReader(io.StringIO(text))
        if text and reader.fieldnames != names:
            raise DataError(
                Sentence(
                    "{where}: columns {found}, expected {names}",
                    where=where,
                    found=", ".join(reader.fieldnames or ()),
                    names=", ".join(names),
                )
            )
        record = cls({})
        for n, row in enumerate(reader, 2):
            try:
                number = int(row.pop("number"))
                texts = {name: read_back(text) for name, text in row.items()}
                one = Submission(**texts, number=number)
            except (TypeError, ValueError, AttributeError) as error:
                raise DataError(
                    Sentence(
                        "{where}, row {n}: no submission as collect writes it", where=where, n=n
                    )
                ) from error
            record.by_slot.setdefault(one.slot, []).append(one)
        return record

    def to_text(self) -> str:
        """submissions.csv, by entity, layout and number."""
        names = [field.name for field in fields(Submission)]
        ordered = [one for slot in sorted(self.by_slot) for one in self.by_slot[slot]]
        return csv_text([names, *(list(asdict(one).values()) for one in ordered)])

    def give_reason(self, slot: Slot, reason: str) -> None:
        """Why the submission that counts replaced another, where nobody has said so yet."""
        current = self.by_slot[slot][-1]
        if current.replaces and not current.reason:
            self.by_slot[slot][-1] = replace(current, reason=reason)

    def current(self, slot: Slot) -> Submission | None:
        """The submission that counts; None where there is none."""
        return self.by_slot[slot][-1] if self.by_slot.get(slot) else None

    def with_content(self, slot: Slot, sha256: str) -> Submission | None:
        """The submission of a slot with some content, be it replaced since."""
        return next((one for one in self.by_slot.get(slot, ()) if one.sha256 == sha256), None)

    def add(
        self, slot: Slot, file: str, sha256: str, known: Circumstances, before: Submission | None
    ) -> Submission:
        """Enter a submission after those that are there; ``before`` is the one whose figures it replaces."""
        one = Submission(
            *slot,
            number=len(self.by_slot.get(slot, ())) + 1,
            file=file,
            sha256=sha256,
            received=known.received,
            replaces="" if before is None else str(before.number),
            reason="" if before is None else known.reason,
        )
        self.by_slot.setdefault(slot, []).append(one)
        return one

    def counting(self) -> Mapping[str, list[Submission]]:
        """The submissions that count, by the hash of their file."""
        found: dict[str, list[Submission]] = {}
        for one in self._last():
            found.setdefault(one.sha256, []).append(one)
        return found

    def _last(self) -> Iterator[Submission]:
        yield from (self.by_slot[slot][-1] for slot in sorted(self.by_slot))
