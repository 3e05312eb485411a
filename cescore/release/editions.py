"""The folder of an edition: how it is called, what lies where, who may read it, what says so.

``release/<run>/<number>-<stage>/`` with ``bureau/`` (everything), ``public/``, ``respondent/<id>/``,
``kept/`` (inputs), ``manifest.json``, ``statement.json`` and ``sign-off.yml``. Once it is in its place
nothing in it is written any more.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cescore.definitions.entries.json_text import json_document
from cescore.errors import RunError, Sentence
from cescore.release.kept import KEPT
from cescore.run.files import file_hash, leads_below, readable

RELEASE = "release"
MAKING = ".making"  # how the folder of an edition begins that is not in its place yet
BUREAU, PUBLIC, RESPONDENT = "bureau", "public", "respondent"
MANIFEST, STATEMENT, SIGN_OFF = "manifest.json", "statement.json", "sign-off.yml"
ENVELOPE = "statement.dsse.json"  # of a signed edition, in the place of its statement
UNHASHED = (MANIFEST, STATEMENT, ENVELOPE)  # each made from the ones before it
PRIVATE, OPEN = 0o700, 0o755
PRIVATE_FILE, OPEN_FILE = 0o400, 0o444
FORMAT = 1
SIGNED = ".signed"  # how the folder of its signed copies ends, beside it


def _below(name: str) -> str:
    if not leads_below(name):
        raise ValueError("leads out of the folder")
    return name


Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Listing = dict[Annotated[str, AfterValidator(_below)], Digest]


class ManifestPart(BaseModel):
    """What is read of a manifest, by the types that it is read as; more may stand there."""

    model_config = ConfigDict(strict=True)


class CodeState(ManifestPart):
    """See `provenance.code_state`."""

    commit: str
    is_dirty: bool | None
    package: str
    notebooks: Listing
    templates: Listing
    fonts: Listing


class EditionManifest(ManifestPart):
    """manifest.json of an edition."""

    files: Listing
    inputs: Listing
    packages: dict[str, str]
    version: str
    edition: dict[str, str | int | None]
    code: CodeState


@dataclass(frozen=True)
class EditionFolder:
    """An edition as it lies on disk."""

    path: Path

    @cached_property
    def raw_manifest(self) -> bytes:
        """manifest.json as it is; b"" where there is none."""
        place = self.path / MANIFEST
        return place.read_bytes() if place.is_file() and not place.is_symlink() else b""

    @property
    def manifest_hash(self) -> str:
        return hashlib.sha256(self.raw_manifest).hexdigest()

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What the manifest says.

        Raises
        ------
        RunError
            It is none that this program wrote.
        """
        try:
            content: Mapping[str, Any] = json_document(self.raw_manifest, self.path / MANIFEST)
            EditionManifest.model_validate(content)
        except ValueError:
            raise RunError(
                Sentence("{path}: no manifest of an edition", path=self.path / MANIFEST)
            ) from None
        return content

    def files(self) -> Iterator[tuple[str, Path]]:
        """Everything below the folder that is no folder, by its path there."""
        for path in sorted(self.path.rglob("*")):
            if path.is_symlink() or not path.is_dir():
                yield readable(path.relative_to(self.path).as_posix()), path

    def hashes(self) -> dict[str, str]:
        """The hash of every file, but of those that are made from these."""
        return {name: file_hash(path) for name, path in self.files() if name not in UNHASHED}

    def seal(self, *, is_official: bool) -> None:
        """Make every file read-only, and each tree as open as its readers are many."""
        for folder in [self.path, *(p for p in self.path.rglob("*") if p.is_dir())]:
            folder.chmod(self.mode_of(folder.relative_to(self.path).as_posix(), is_official))
        for name, path in self.files():
            is_open = is_official and name.startswith(f"{PUBLIC}/")
            path.chmod(OPEN_FILE if is_open else PRIVATE_FILE)

    def mode_of(self, folder: str, is_official: bool) -> int:
        """Who may enter a folder of it; the public one is opened when the edition is published."""
        if folder == ".":
            return OPEN if is_official else PRIVATE
        return OPEN if is_official and folder.startswith(f"{PUBLIC}/") else PRIVATE

    def open_public(self, *, is_open: bool) -> None:
        """Let everybody into the public tree, or nobody any more."""
        for folder in (self.path, self.signed):
            if (folder / PUBLIC).is_dir():
                (folder / PUBLIC).chmod(OPEN if is_open else PRIVATE)

    @property
    def signed(self) -> Path:
        """The folder beside it that has its signed copies."""
        return self.path.with_name(f"{self.path.name}{SIGNED}")

    @property
    def is_public_open(self) -> bool:
        """Whether others than the bureau may enter the public tree."""
        place = self.path / PUBLIC
        return place.is_dir() and bool(place.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))

    def wide_open(self) -> Iterator[str]:
        """What others than the bureau could read and must not."""
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            is_open = bool(path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
            if name.partition("/")[0] != PUBLIC and is_open and not path.is_symlink():
                yield name


def write_manifest_of(folder: EditionFolder, content: Mapping[str, Any]) -> None:
    """Write the manifest of a finished folder, with the hash of all that is in it."""
    whole = {"format": FORMAT, **content, "files": folder.hashes()}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    (folder.path / MANIFEST).write_bytes(f"{text}\n".encode())


def put_in_place(made: Path, place: Path) -> None:
    """Move a finished edition where it belongs.

    Raises
    ------
    RunError
        An edition stands there: none is ever overwritten.
    """
    if os.path.lexists(place):
        raise RunError(
            Sentence("{place} stands there already: no edition is ever overwritten", place=place)
        )
    os.rename(made, place)


__all__ = [
    "BUREAU",
    "ENVELOPE",
    "KEPT",
    "MAKING",
    "MANIFEST",
    "OPEN",
    "PUBLIC",
    "RELEASE",
    "RESPONDENT",
    "SIGNED",
    "SIGN_OFF",
    "STATEMENT",
    "UNHASHED",
    "EditionFolder",
    "put_in_place",
    "write_manifest_of",
]
