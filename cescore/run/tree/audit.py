"""What in an output tree is not as it was written: altered files, and files that nobody wrote there.

Nothing is mended here: what is found is named, and what a build replaces of it is kept aside
(`cescore.run.tree.store.Store`), because it may be evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cescore.definitions.entries.json_text import json_document
from cescore.publish.words import label
from cescore.run.files import IGNORED, file_hash
from cescore.run.tree.journal import JournalEntry
from cescore.run.tree.receipt import receipt_files
from cescore.run.tree.store import MANIFEST_NAME, Store


@dataclass(frozen=True)
class Audit:
    """Paths below the run's folder, in order."""

    altered: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()  # files that do not belong where they lie
    standing: tuple[str, ...] = ()  # altered, and not asked for: they stay as they are
    tables: tuple[str, ...] = ()  # altered, the run's own: a build writes them anew

    def lines(self, lang: str) -> Iterator[str]:
        """What a person must know of it."""
        for path in self.altered:
            key = "altered_stays" if path in self.standing else "altered"
            yield label(f"terminal.{key}", lang, path=path)
        for path in self.strange:
            yield label("terminal.strange", lang, path=path)


def examine(store: Store, asked_for: Collection[str], tables: Collection[str]) -> Audit:
    """Look through a tree before a build writes into it.

    Every file of what is ``asked_for`` is read. Of the other reports it is only those that changed
    in any way since the journal was written: a province's would take longer to read than to build.
    """
    own = tuple(altered_tables(store))
    altered, strange, standing = list(own), list[str](), list[str]()
    for name, entry in sorted(store.entries.items()):
        is_asked_for = name in asked_for
        found = store.altered(name) if is_asked_for else _touched(store, name, entry)
        paths = [f"{name}/{file}" for file in found]
        altered += paths
        standing += [] if is_asked_for else paths
        strange += [f"{name}/{file}" for file in store.strange(name)]
    strange += _loose(store, tables)
    return Audit(tuple(altered), tuple(strange), tuple(standing), own)


def altered_tables(store: Store) -> Iterator[str]:
    """The run's own files that are not as the last complete run wrote them; none can be told of a
    build that was cut off."""
    if store.was_cut_off:
        return
    written = {**_in_manifest(store.folder), **receipt_files(store.folder)}
    for name, digest in sorted(written.items()):
        if (store.folder / name).exists() and file_hash(store.folder / name) != digest:
            yield name


def _in_manifest(folder: Path) -> Mapping[str, str]:
    try:
        outputs = json_document((folder / MANIFEST_NAME).read_bytes(), MANIFEST_NAME)["outputs"]
        return {str(name): str(digest) for name, digest in outputs.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # an altered manifest is told by the receipt


def _touched(store: Store, name: str, entry: JournalEntry) -> list[str]:
    folder = store.path(name)
    return [
        file
        for file, digest in sorted(entry.outputs.items())
        if _changed_after(folder / file, store.written_ns) and file_hash(folder / file) != digest
    ]


def _changed_after(path: Path, moment: int) -> bool:
    try:
        return path.lstat().st_ctime_ns > moment
    except OSError:
        return False


def _loose(store: Store, tables: Collection[str]) -> Iterator[str]:
    """Files that lie beside the reports' folders, where only folders and the run's own files do."""
    folders = sorted({name.partition("/")[0] for name in store.entries if "/" in name})
    places = [(store.folder, ""), *((store.folder / folder, f"{folder}/") for folder in folders)]
    for place, prefix in places:
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            is_ours = path.name.startswith(".") or path.name in IGNORED
            if not path.is_dir() and not is_ours and f"{prefix}{path.name}" not in tables:
                yield f"{prefix}{path.name}"
