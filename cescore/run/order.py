"""What is to be printed, why and how: a subject and an order for each report and document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cescore.disclosure.documents.kinds import Kind
from cescore.run.job import IN_PROCESS, report_name

Key = Mapping[str, str]  # what made a report: name of the input -> hash of its bytes


@dataclass(frozen=True)
class Subject:
    """Whose report, or which document; ``folder`` is the entity's type, or the document's own."""

    kind: Kind
    folder: str
    id: str = ""  # the entity's or document's; "" where the folder is one document's alone

    @property
    def name(self) -> str:
        return report_name(self.folder, self.id)


@dataclass(frozen=True)
class Manner:
    """How all reports of a run are made."""

    lang: str
    templates: str = ""  # the workspace's own folder; empty: the repository's
    engine: str = IN_PROCESS


@dataclass(frozen=True)
class Order:
    """One report and why it is to be built; no reasons: it is up to date."""

    subject: Subject
    manner: Manner
    key: Key
    reasons: tuple[str, ...]
    bundle: bytes = b""
    notebook: Path = Path()
    cause: str = ""  # why it cannot be made at all
    origin: str = ""  # hash of what its bundle is made from; "": only the bundle can tell
    is_laid_out: bool = False  # whether its bundle lies in its work folder, and not here

    @property
    def name(self) -> str:
        return self.subject.name
