"""manifest.json: what a run was made from and what came of it, by hash and without a clock."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cescore
from cescore.definitions.model import Run
from cescore.run.inputs import Inputs, libraries
from cescore.run.job import Outcome
from cescore.run.store import Store, combined, file_hash, write_atomically

MANIFEST_NAME = "manifest.json"
FORMAT = 1


def write_manifest(
    store: Store,
    inputs: Inputs,
    run: Run,
    lang: str,
    outcomes: Iterable[Outcome],
    *,
    before: Mapping[str, str],
    tables: Iterable[str],
    about: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """Write the manifest; returns the inputs that changed while the run went on.

    ``before``: the inputs' hashes when it began; ``tables``: the run's own files beside the
    reports; ``about``: what a run of another kind than the yearly one says of itself.
    """
    after, listed = inputs.files(), sorted(outcomes, key=lambda o: o.name)
    changed = tuple(sorted(n for n in {**before, **after} if before.get(n) != after.get(n)))
    content: dict[str, Any] = {
        "format": FORMAT,
        "run": {
            "year": run.year,
            "status": run.status,
            "vintage": run.vintage,
            "language": lang,
            **(about or {}),
        },
        "versions": {"cescore": cescore.__version__, "system": platform.system(), **libraries()},
        "inputs": dict(before),
        "shared": dict(inputs.shared),
        "inputs_changed_during_run": changed,
        "is_consistent": not changed,
        "reports": {o.name: _report(store, o) for o in listed if not o.is_document},
        "documents": {o.name: _report(store, o) for o in listed if o.is_document},
        "outputs": {name: file_hash(store.folder / name) for name in sorted(tables)},
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(store.folder / MANIFEST_NAME, f"{text}\n".encode())
    return changed


def _report(store: Store, outcome: Outcome) -> dict[str, Any]:
    entry = store.entries.get(outcome.name)
    if entry is None:
        return {"state": outcome.status, "cause": outcome.cause}
    return {
        "state": "done" if outcome.status != "skipped" else "done earlier",
        "key": combined(entry.key),
        "outputs": dict(entry.outputs),
        "pages": entry.record.get("pages"),
        "index": entry.record.get("index"),
        "warnings": list(entry.record.get("warnings", ())),
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """A run's manifest as written."""
    content: dict[str, Any] = json.loads((folder / MANIFEST_NAME).read_bytes())
    return content
