"""The journal of an output tree: a line for each report that stands there, the last word counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cescore.run.order import Key

JOURNAL_NAME = ".journal.jsonl"
ENTRY_FIELDS = ("key", "outputs", "record")


@dataclass(frozen=True)
class Entry:
    """What the journal says of a finished report."""

    key: Key
    outputs: Mapping[str, str]  # file name -> SHA-256
    record: Mapping[str, Any] = field(default_factory=dict)


def line_of(name: str, entry: Entry) -> bytes:
    fields = {"name": name, "key": dict(entry.key), "outputs": dict(entry.outputs)}
    return json.dumps({**fields, "record": dict(entry.record)}, sort_keys=True).encode() + b"\n"


def read_journal(path: Path) -> dict[str, Entry]:
    """The last word on each report; a line that was cut off counts as not written."""
    entries: dict[str, Entry] = {}
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return entries
    for line in lines:
        try:
            fields = json.loads(line)
            name = str(fields["name"])
            made = "key" in fields and Entry(*(dict(fields[n]) for n in ENTRY_FIELDS))
        except (ValueError, KeyError, TypeError):  # cut off, or written by nobody of ours
            continue
        if made:
            entries[name] = made
        else:
            entries.pop(name, None)
    return entries
