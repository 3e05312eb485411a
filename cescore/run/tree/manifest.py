"""manifest.json: what a run was made from and what came of it, by hash and without a clock."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cescore
from cescore.definitions.entries.json_text import json_document
from cescore.errors import JsonError
from cescore.run.files import combined, write_atomically
from cescore.run.inputs.hashed import Inputs, libraries
from cescore.run.job import Outcome
from cescore.run.tree.audit import Audit
from cescore.run.tree.store import MANIFEST_NAME, Store

FORMAT = 1


def write_manifest(
    store: Store,
    before: Before,
    about: Mapping[str, Any],
    outturn: Outturn,
) -> tuple[str, ...]:
    """Write the manifest; returns what changed while the run went on.

    ``before``: hashes when it began of what the run is made from, and of what reports are made with;
    ``about``: what the run says of itself. It is consistent where all that stands in the tree is of
    one evaluation and as it was written.
    """
    inputs, audit = before.inputs, outturn.audit
    listed = sorted(outturn.outcomes, key=lambda o: o.name)
    changed = tuple(
        sorted(
            _changed(before.files, inputs.files())
            + _changed(before.made_with, Inputs(inputs.root).made_with())
        )
    )
    content: dict[str, Any] = {
        "format": FORMAT,
        "run": dict(about),
        "versions": {"cescore": cescore.__version__, "system": platform.system(), **libraries()},
        "inputs": dict(before.files),
        "shared": dict(inputs.shared),
        "foreign": inputs.foreign(),
        "inputs_changed_during_run": changed,
        "found_altered": audit.altered,
        "found_out_of_place": audit.strange,
        "out_of_step": {name: list(why) for name, why in sorted(outturn.out_of_step.items())},
        "is_consistent": not (changed or outturn.out_of_step or audit.standing),
        "reports": {o.name: _report(store, o) for o in listed if not o.is_document},
        "documents": {o.name: _report(store, o) for o in listed if o.is_document},
        "outputs": dict(sorted(outturn.tables.items())),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(store.folder / MANIFEST_NAME, f"{text}\n".encode())
    return changed


@dataclass(frozen=True)
class Outturn:
    """What a build came to."""

    outcomes: Sequence[Outcome]
    tables: Mapping[str, str]  # its own files beside the reports, by hash
    audit: Audit  # what it met in the tree
    out_of_step: Mapping[str, Sequence[str]] = field(default_factory=dict)  # with what changed


@dataclass(frozen=True)
class Before:
    """Hashes by name as they were when a run began."""

    inputs: Inputs
    files: Mapping[str, str]  # in data/ and params/
    made_with: Mapping[str, str]  # templates, code, notebooks

    @classmethod
    def of(cls, inputs: Inputs) -> Before:
        _ = inputs.not_followed  # like all of these, as it is before anything is read
        return cls(inputs, inputs.files(), inputs.made_with())

    def changed_since(self, folder: Path) -> tuple[str, ...]:
        """The files of data/ and params/ that are others than when a tree was built last; none where
        its manifest cannot be read."""
        try:
            known = read_manifest(folder)["inputs"]
            return tuple(sorted(_changed(known, self.files)))
        except (OSError, JsonError, LookupError, TypeError, AttributeError):
            return ()

    @property
    def hash(self) -> str:
        """One hash over all of it."""
        return combined({**self.files, **self.made_with})

    def forget_doubtful(
        self, store: Store, outcomes: Iterable[Outcome], changed: Sequence[str]
    ) -> None:
        """Forget what was built while a template, a notebook or code changed: nobody can say from
        which bytes, so that the next run builds it again."""
        if changed:
            store.doubt()
        if any(name in self.made_with or name not in self.files for name in changed):
            for outcome in outcomes:
                if outcome.status == "built":
                    store.forget(outcome.name)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


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
    content: dict[str, Any] = json_document(
        (folder / MANIFEST_NAME).read_bytes(), folder / MANIFEST_NAME
    )
    return content
