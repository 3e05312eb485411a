"""Is an edition what it was when it was released: every byte of it, its inputs, its place in the register.

Nothing is mended or guessed: what is altered, lost, added or open to others is named.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError
from cescore.release.editions import (
    ENVELOPE,
    MAKING,
    MANIFEST,
    RELEASE,
    SIGN_OFF,
    SIGNED,
    STATEMENT,
    UNHASHED,
    EditionFolder,
)
from cescore.release.kept import kept_problems
from cescore.release.provenance import statement
from cescore.release.register import OFFICIAL, RegisterEntry, ReleaseRegister
from cescore.release.remarks import ReleaseRemark, remark
from cescore.run.files import file_hash


def edition_problems(folder: EditionFolder, entry: RegisterEntry | None) -> Iterator[ReleaseRemark]:
    """All that is wrong with an edition; ``entry``: the line of the register that made it."""
    if not folder.raw_manifest:
        yield remark("no_manifest", file=MANIFEST)
        return
    if entry is None:
        yield remark("unregistered", edition=folder.path.name)
    elif folder.manifest_hash != entry.manifest:
        found, expected = folder.manifest_hash, entry.manifest
        yield remark("manifest_altered", found=found, expected=expected)
    try:
        listed: dict[str, str] = dict(folder.manifest["files"])
        inputs: dict[str, str] = dict(folder.manifest["inputs"])
    except (RunError, ValueError, TypeError):
        yield remark("no_manifest", file=MANIFEST)
        return
    yield from _files(folder, listed)
    yield from _statement(folder)
    yield from kept_problems(folder.path, inputs)
    signed = "" if entry is None else entry.signed.sha256
    if signed and file_hash(folder.path / SIGN_OFF) != signed:
        yield remark("other_sign_off", file=SIGN_OFF)
    yield from (remark("open_to_others", file=name) for name in folder.wide_open())


def _files(folder: EditionFolder, listed: dict[str, str]) -> Iterator[ReleaseRemark]:
    """Every file against its hash in the manifest, and what lies there beside them."""
    lying = {name for name, _ in folder.files()}
    for name, digest in sorted(listed.items()):
        if name not in lying:
            yield remark("lost", file=name)
        elif file_hash(folder.path / name) != digest:
            yield remark("altered", file=name)
    yield from (remark("strange", file=n) for n in sorted(lying - set(listed) - set(UNHASHED)))
    yield from _empty_folders(folder, listed)


def _empty_folders(folder: EditionFolder, listed: Iterable[str]) -> Iterator[ReleaseRemark]:
    """Folders that hold nothing of the edition."""
    known = {parent for name in listed for parent in Path(name).parents}
    for path in sorted(folder.path.rglob("*")):
        name = path.relative_to(folder.path)
        if path.is_dir() and not path.is_symlink() and name not in known:
            yield remark("strange", file=f"{name.as_posix()}/")


def _statement(folder: EditionFolder) -> Iterator[ReleaseRemark]:
    """The statement says what the manifest says; in an envelope its signature covers it as well."""
    expected = statement(folder.manifest, folder.manifest_hash)
    plain, signed = folder.path / STATEMENT, folder.path / ENVELOPE
    if plain.is_file():
        if plain.read_bytes() != expected:
            yield remark("altered", file=STATEMENT)
    elif not signed.is_file():
        yield remark("lost", file=STATEMENT)
    if signed.is_file() and _payload(signed) != expected:
        yield remark("altered", file=ENVELOPE)


def _payload(path: Path) -> bytes:
    """What an envelope carries; b"" where it is none."""
    try:
        return base64.b64decode(json_document(path.read_bytes(), path)["payload"], validate=True)
    except (ValueError, KeyError, TypeError):
        return b""


def register_problems(register: ReleaseRegister, anchors: str | None) -> Iterator[ReleaseRemark]:
    """What is wrong with the register itself, and folders beside it that it does not know."""
    yield from register.problems
    if anchors is not None:
        yield from register.against_anchors(anchors)
    known = {entry.edition for entry in register.entries}
    signed = {f"{e.edition}{SIGNED}" for e in register.entries if e.step == "signed"}
    for path in sorted(register.folder.glob("*/*")):
        name = path.relative_to(register.folder).as_posix()
        if path.is_dir() and name not in known | signed and not path.name.startswith(MAKING):
            yield remark("unregistered", edition=name)
    for edition in sorted(known | signed):
        if not (register.folder / edition).is_dir():
            yield remark("lost", file=f"{RELEASE}/{edition}")


def published_problems(register: ReleaseRegister) -> Iterator[ReleaseRemark]:
    """Public trees that stand open though nobody published them, or though they were withdrawn."""
    for entry in register.entries:
        if entry.step in OFFICIAL:
            folder = EditionFolder(register.folder / entry.edition)
            is_meant = bool(register.has(entry.edition, "published"))
            is_meant = is_meant and not register.has(entry.edition, "withdrawn")
            signed = replace(folder, path=folder.signed)
            if (folder.is_public_open or signed.is_public_open) and not is_meant:
                yield remark("open_to_others", file=f"{entry.edition}/public")
