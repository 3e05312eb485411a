"""The analyst's working copy: notebooks to change at will in ``work/``, params beside them to read.

Production notebooks stay as they are: JupyterLab saves by itself, and what it saves holds figures.
A notebook in ``work/`` finds the workspace around it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import NOTEBOOKS
from cescore.errors import RunError, Sentence
from cescore.intake.sources.plain_files import is_there
from cescore.run.files import make_private, write_atomically

FOLDER = "work"
RECORD = ".copied.json"  # notebook -> of what it is a copy, and what the copy was
READ_ONLY = 0o444
LANG = re.compile(r'^lang: str = "\w+"', re.M)

Fate = Literal["copied", "renewed", "as it is", "kept"]


@dataclass(frozen=True)
class Copied:
    """A notebook of the working copy and what became of it.

    copied: it was not there. renewed: nobody had changed it, and the original has changed. kept:
    somebody has changed it, and the original has changed too.
    """

    name: str
    fate: Fate


def prepare(root: Path, lang: str = "zh") -> list[Copied]:
    """Make or renew the working copy of a workspace's notebooks; what an analyst changed stays.

    Outputs are no change. A copy opens in ``lang``. params/ is copied anew, to be read.

    Raises
    ------
    RunError
        ``work`` is a link or a file.
    """
    work = root / FOLDER
    if work.is_symlink() or (is_there(work) and not work.is_dir()):
        raise RunError(
            Sentence("{work}: found a link or a file, expected a folder or nothing", work=work)
        )
    make_private(work)
    record = _record(work)
    told = [_copied(source, work, record, lang) for source in _originals(root)]
    write_atomically(work / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    _show_params(root, work)
    return told


def _originals(root: Path) -> Iterator[Path]:
    """The notebooks of a workspace, its own before those shipped."""
    found: dict[str, Path] = {}
    for folder in (NOTEBOOKS, root / "notebooks"):
        found |= {path.name: path for path in folder.glob("*.ipynb") if path.is_file()}
    yield from (found[name] for name in sorted(found))


def _copied(source: Path, work: Path, record: dict[str, Any], lang: str) -> Copied:
    copy, name = work / source.name, source.name
    raw = source.read_bytes()
    of, known = hashlib.sha256(raw).hexdigest(), record.get(name, {})
    if not copy.exists():
        fate: Fate = "copied"
    elif known.get("cells") != _cells(copy.read_bytes()):
        return Copied(name, "as it is" if known.get("of") == of else "kept")
    else:
        fate = "as it is" if (known.get("of"), known.get("lang")) == (of, lang) else "renewed"
    if fate != "as it is":
        made = _in_language(raw, lang)
        write_atomically(copy, made)
        record[name] = {"of": of, "lang": lang, "cells": _cells(made)}
    return Copied(name, fate)


def _cells(raw: bytes) -> str:
    """A hash of what the cells of a notebook say, without outputs; of what is no notebook, of it all."""
    try:
        cells = json_document(raw, "")["cells"]
        told = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(raw).hexdigest()
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _in_language(raw: bytes, lang: str) -> bytes:
    """The notebook with its parameter ``lang`` set."""
    try:
        notebook = json_document(raw, "")
        for cell in notebook["cells"]:
            if "parameters" in cell.get("metadata", {}).get("tags", []):
                source = "".join(cell["source"])
                changed = LANG.sub(f'lang: str = "{lang}"', source)
                cell["source"] = changed.splitlines(keepends=True)
    except (ValueError, KeyError, TypeError):
        return raw
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _record(work: Path) -> dict[str, Any]:
    try:
        found = json_document((work / RECORD).read_bytes(), RECORD)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _show_params(root: Path, work: Path) -> None:
    """params/ as they are now, beside the notebooks, not to be written in."""
    shown = work / "params"
    if shown.is_symlink():
        raise RunError(Sentence("{shown}: found a link, expected a folder or nothing", shown=shown))
    shutil.rmtree(shown, ignore_errors=True)
    for path in sorted((root / "params").rglob("*")):
        place = shown / path.relative_to(root / "params")
        if path.is_file() and not path.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            place.chmod(READ_ONLY)
