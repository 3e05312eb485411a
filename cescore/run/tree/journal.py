"""The journal of an output tree: a line for each report that stands there, the last word counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.run.files import leads_below
from cescore.run.order import Key

JOURNAL_NAME = ".journal.jsonl"
ENTRY_FIELDS = ("key", "outputs", "record")


@dataclass(frozen=True)
class JournalEntry:
    """What the journal says of a finished report."""

    key: Key
    outputs: Mapping[str, str]  # file name -> SHA-256
    record: Mapping[str, Any] = field(default_factory=dict)
    inputs: str = ""  # hash over all that the run was made from which last found it up to date
    origin: str = (
        ""  # hash of what its bundle is made from, see `disclosure.origins`; "": not known
    )


def line_of(name: str, entry: JournalEntry) -> bytes:
    fields = {"name": name, "inputs": entry.inputs, "origin": entry.origin}
    parts = {part: dict(getattr(entry, part)) for part in ENTRY_FIELDS}
    return json.dumps({**fields, **parts}, sort_keys=True).encode() + b"\n"


def read_journal(path: Path) -> dict[str, JournalEntry]:
    """The last word on each report; a line that was cut off counts as not written."""
    entries: dict[str, JournalEntry] = {}
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return entries
    for line in lines:
        try:
            fields = json_document(line, path)
            name = _place(fields["name"])
            made = _entry(fields) if "key" in fields else None
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # cut off, or written by nobody of ours
        if made:
            entries[name] = made
        else:
            entries.pop(name, None)
    return entries


def _place(name: str) -> str:
    """A path below the tree; a ValueError for what leads out of it, or is no path."""
    if not leads_below(name):
        raise ValueError(name)
    return name


def _entry(fields: Mapping[str, Any]) -> JournalEntry:
    key, outputs, record = (dict(fields[part]) for part in ENTRY_FIELDS)
    outputs = {_place(file): str(digest) for file, digest in outputs.items()}
    inputs, origin = (str(fields.get(part, "")) for part in ("inputs", "origin"))
    return JournalEntry(key, outputs, record, inputs, origin)
