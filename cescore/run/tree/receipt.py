"""A complete run's receipt: with it a run that finds nothing changed need not evaluate anything.

It says from what a run was made, by the hashes of every byte of it, of the code and of the versions of
libraries, and with what it ended. It is believed only as long as all of that is the same and every
file it stands for has the hash that was written down.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.processors import usable_processors
from cescore.run.asked import Asked
from cescore.run.files import combined, file_hash, write_atomically
from cescore.run.inputs.hashed import Inputs, libraries
from cescore.run.job import Outcome
from cescore.run.tree.journal import JournalEntry
from cescore.run.tree.store import WORK_NAME, Store

RECEIPT_NAME = ".receipt.json"


@dataclass(frozen=True)
class Receipt:
    """``reports``: the combined key of each report by name; ``skipped``: entities and documents that
    were not asked for; ``files``: the run's own files; ``said``: its lines on the data."""

    made_from: str
    reports: Mapping[str, str]
    skipped: Sequence[str]
    files: Mapping[str, str]
    said: Mapping[str, Sequence[str]]  # by language

    def outcomes(self) -> Iterator[Outcome]:
        """What the run that it stands for would find."""
        for status, names in (("up_to_date", self.reports), ("skipped", self.skipped)):
            for name in names:
                entity_type, _, entity_id = name.partition("/")
                yield Outcome(entity_id, entity_type, status)  # type: ignore[arg-type]


def made_from(asked: Asked, inputs: Inputs) -> str:
    """One hash over all that a run's bytes come from, and over what was asked for."""
    question = {
        "year": str(asked.year),
        "only": asked.only,
        "language": asked.lang,
        "stage": asked.stage,
        "plan": asked.plan,
    }
    parts = {**inputs.files(), **inputs.made_with(), **libraries()}
    return combined({"question": combined(question), "answer": combined(parts)})


def write_receipt(
    store: Store,
    made_from: str,
    outcomes: Sequence[Outcome],
    files: Mapping[str, str],
    said: Mapping[str, Sequence[str]],
) -> None:
    """Write the receipt of a run in which nothing failed and no input changed; else there is none.

    ``files``: the run's own, by hash.

    Names are sorted: reports end in another order each time, and a receipt is the same for the same tree.
    """
    asked_for = sorted(o.name for o in outcomes if o.status != "skipped")
    content = Receipt(
        made_from,
        {name: combined(store.entries[name].key) for name in asked_for},
        sorted(o.name for o in outcomes if o.status == "skipped"),
        files,
        said,
    )
    fields = asdict(content)
    text = json.dumps({"hash": _hash_of(fields), "content": fields}, ensure_ascii=False)
    write_atomically(store.folder / RECEIPT_NAME, text.encode())


def drop_receipt(folder: Path) -> None:
    """From now on the folder is not as any receipt says."""
    (folder / RECEIPT_NAME).unlink(missing_ok=True)


def valid_receipt(asked: Asked, folder: Path) -> Receipt | None:
    """The folder's receipt where all is as it says: every input, every output, byte for byte."""
    receipt = _read(folder / RECEIPT_NAME)
    if receipt is None or receipt.made_from != made_from(asked, Inputs(asked.root)):
        return None
    store = Store.open(folder)
    if (folder / WORK_NAME).exists():  # a build was cut off since
        return None
    if any(file_hash(folder / name) != digest for name, digest in receipt.files.items()):
        return None
    if not all(_is_entered(store, name, key) for name, key in receipt.reports.items()):
        return None
    with ThreadPoolExecutor(usable_processors()) as readers:  # hashing keeps no thread from another
        stand = all(readers.map(partial(_stands, store), receipt.reports))
    return receipt if stand else None


def receipt_files(folder: Path) -> Mapping[str, str]:
    """The run's own files with the hashes that its receipt has; none where there is no receipt."""
    receipt = _read(folder / RECEIPT_NAME)
    return {} if receipt is None else receipt.files


def _is_entered(store: Store, name: str, key: str) -> bool:
    entry: JournalEntry | None = store.entries.get(name)
    return entry is not None and combined(entry.key) == key and not store.strange(name)


def _stands(store: Store, name: str) -> bool:
    outputs, folder = store.entries[name].outputs, store.folder / name
    return all(file_hash(folder / file) == digest for file, digest in outputs.items())


def _read(path: Path) -> Receipt | None:
    """A receipt as written; None where there is none, or not a whole one."""
    try:
        written: dict[str, Any] = json_document(path.read_bytes(), path)
        fields = written["content"]
        return Receipt(**fields) if written["hash"] == _hash_of(fields) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _hash_of(fields: Mapping[str, Any]) -> str:
    return combined({name: json.dumps(value, sort_keys=True) for name, value in fields.items()})
