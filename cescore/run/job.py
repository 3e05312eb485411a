"""What a report process is told, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from cescore.definitions.entries.json_text import json_document
from cescore.disclosure.documents.kinds import DOCUMENT_FOLDERS, SCORECARD

RENDER = "cescore.publish.render:render"
SPECIMEN_RENDER = "cescore.publish.specimen_page:specimen_page"
RENDER_NAME = "CESCORE_RENDER"  # environment variable that tells a forkserver which render to load
PREVIEW_RENDER = "cescore.publish.previewed:render"
WATCHED_RENDER = "cescore.publish.previewed:render_anew"  # reads templates anew each time
TRIAL_RENDER = "cescore.publish.previewed:render_trial"  # of a variant, marked so
BUNDLE_NAME = "bundle.json"  # in a job's work folder
PAGES_NAME = "pages"  # folder there that the report is written into
RESULT_NAME = "result-of-job.json"
TEMPORARY_NAME = "tmp"  # folder there for all that a report's process writes beside its pages
IN_PROCESS = "inprocess"  # the engine that runs a notebook's cells without a kernel

Status = Literal["built", "up_to_date", "failed", "skipped"]


def report_name(entity_type: str, entity_id: str) -> str:
    """What a report is called in the tree, the journal and the manifest: its folder."""
    return f"{entity_type}/{entity_id}" if entity_id else entity_type


@dataclass(frozen=True)
class Limits:
    """What one report may use; beyond it, its processes are ended."""

    seconds: float = 180.0  # wall time
    memory_mb: int = 4096  # address space; 0: no limit
    file_mb: int = 512  # largest file it may write, its log included


@dataclass(frozen=True)
class Job:
    """One report or document to make: its work folder holds the bundle, and nothing else of the data."""

    entity_id: str
    entity_type: str
    work: str  # folder: bundle.json in, pages/ out
    notebook: str
    lang: str
    log: str
    templates: str = ""  # empty: the repository's
    engine: str = IN_PROCESS
    kind: str = SCORECARD.name

    def to_line(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=True).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        return cls(**json_document(line, "job"))


@dataclass(frozen=True)
class Outcome:
    """What became of one report or document; a failure names its cause in a sentence."""

    entity_id: str
    entity_type: str
    status: Status
    cause: str = ""
    seconds: float = 0.0
    record: Mapping[str, Any] = field(default_factory=dict)  # what render returned
    outputs: Mapping[str, str] = field(default_factory=dict)  # file name -> SHA-256
    reasons: tuple[str, ...] = ()  # why it was built
    may_retry: bool = False  # killed or out of time: not a fault of the data
    is_disk_full: bool = False  # no fault of the report's at all: the run stops
    notebook: str = ""  # of a failure: where the notebook lies, as far as it ran

    def to_line(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=True).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        fields = json_document(line, "job")
        return cls(**{**fields, "reasons": tuple(fields["reasons"])})

    @property
    def name(self) -> str:
        return report_name(self.entity_type, self.entity_id)

    @property
    def was_tried(self) -> bool:
        """Whether a process worked on it: what is blocked, up to date or not asked for took no time."""
        return self.seconds > 0

    @property
    def is_document(self) -> bool:
        """Whether it is a document's outcome, which is counted apart from the entities'."""
        return self.entity_type in DOCUMENT_FOLDERS
