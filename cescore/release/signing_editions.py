"""Signing the PDFs of an official edition, or any files, with a key that is opened once: all or none."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cescore.errors import PublishError, RunError, Sentence
from cescore.release.editions import (
    ENVELOPE,
    MAKING,
    OPEN,
    OPEN_FILE,
    PRIVATE,
    PRIVATE_FILE,
    PUBLIC,
    RELEASE,
    SIGNED,
    EditionFolder,
)
from cescore.release.pades import PadesSigner
from cescore.release.pdf_signatures import signatures
from cescore.release.provenance import statement
from cescore.release.register import OFFICIAL, RegisterEntry, ReleaseRegister, Signed
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.signatures_kept import RECORD, to_sign
from cescore.release.signing import PdfSigner, envelope
from cescore.release.verifying import edition_problems
from cescore.run.files import make_private, write_atomically
from cescore.run.tree.lock import locked

FORMAT = 1


@dataclass(frozen=True)
class EditionSigned:
    """What signing came to: what stood against it, or its line in the register and how many files."""

    against: tuple[ReleaseRemark, ...] = ()
    entry: RegisterEntry | None = None
    count: int = 0


def signed_and_checked(signer: PdfSigner, raw: bytes, name: str) -> bytes:
    """A file with its signature, which was looked at before anybody else gets it.

    Raises
    ------
    PublishError
        It could not be signed, or what came back is not the file with a signature that holds.
    """
    try:
        signed = signer.sign(raw)
    except PublishError as error:
        raise PublishError(Sentence("{name}: {reason}", name=name, reason=error.message)) from None
    if not signed.startswith(raw) or len(signed) == len(raw):
        raise PublishError(
            Sentence("{name}: the signer altered the file, expected it to add to it", name=name)
        )
    for is_sound, one in signatures(signed):
        if not is_sound or one.code == "pdf_unsigned":
            raise PublishError(f"{name}: {one.said('en')}")
    return signed


def sign_files(paths: Iterable[Path], signer: PdfSigner, out: Path) -> list[Path]:
    """Sign single PDFs into a folder, under their own names; none is written unless all were signed.

    Raises
    ------
    PublishError
        One is no file, two have one name, one stands there already, or cannot be signed.
    """
    paths = list(paths)
    places = [out / path.name for path in paths]
    for path, place in zip(paths, places, strict=True):
        if not path.is_file():
            raise PublishError(Sentence("{path}: found no file, expected a PDF", path=path))
        if os.path.lexists(place) or places.count(place) > 1:
            raise PublishError(
                Sentence("{place}: stands there already: no file is overwritten", place=place)
            )
    out.mkdir(parents=True, exist_ok=True)
    making = out / f"{MAKING}-{SIGNED[1:]}"
    shutil.rmtree(making, ignore_errors=True)
    make_private(making)
    try:
        for path in paths:
            signed = signed_and_checked(signer, path.read_bytes(), str(path))
            (making / path.name).write_bytes(signed)
        for place in places:
            os.rename(making / place.name, place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return places


@dataclass(frozen=True)
class SigningOfEdition:
    """The signing of an edition under way."""

    root: Path
    edition: str
    signer: PdfSigner

    def take(self) -> EditionSigned:
        """Sign every PDF that leaves the bureau and register it, or say all that stands against it.

        Raises
        ------
        RunError
            There is no such edition.
        PublishError
            A file cannot be signed; then none is.
        """
        with locked(self.root / RELEASE):
            register = ReleaseRegister.read(self.root / RELEASE)
            entry = official(register, self.edition)
            folder = EditionFolder(register.folder / entry.edition)
            against = tuple(self._against(register, entry, folder))
            return EditionSigned(against) if against else self._made(register, entry, folder)

    def _against(
        self, register: ReleaseRegister, entry: RegisterEntry, folder: EditionFolder
    ) -> Iterator[ReleaseRemark]:
        yield from register.problems
        yield from against_use(register, entry)
        if register.has(entry.edition, "signed"):
            yield remark("is_signed", edition=entry.edition)
        yield from edition_problems(folder, entry)

    def _made(
        self, register: ReleaseRegister, entry: RegisterEntry, folder: EditionFolder
    ) -> EditionSigned:
        making = folder.signed.with_name(f"{MAKING}-{folder.signed.name}")
        shutil.rmtree(making, ignore_errors=True)
        make_private(making)
        try:
            files = dict(self._copies(folder, making))
            record = self._record(folder, entry, files, making)
            write_atomically(making / RECORD, record)
            seal(making, is_open=folder.is_public_open)
            os.rename(making, folder.signed)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        said = Signed(who=_name(self.signer), sha256=hashlib.sha256(record).hexdigest())
        line = RegisterEntry(
            number=0,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            step="signed",
            run=entry.run,
            edition=entry.edition,
            manifest=entry.manifest,
            signed=said,
        )
        return EditionSigned(entry=register.append(line), count=len(files))

    def _copies(
        self, folder: EditionFolder, making: Path
    ) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Each file's hash before and after; what stands in several trees is signed once."""
        done = dict[str, Path]()
        for name, digest in sorted(to_sign(folder.manifest).items()):
            place = making / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if digest in done:
                shutil.copyfile(done[digest], place)
            else:
                raw = (folder.path / name).read_bytes()
                place.write_bytes(signed_and_checked(self.signer, raw, name))
                done[digest] = place
            signed = hashlib.sha256(place.read_bytes()).hexdigest()
            yield name, {"unsigned": digest, "signed": signed}

    def _record(
        self, folder: EditionFolder, entry: RegisterEntry, files: Mapping[str, Any], making: Path
    ) -> bytes:
        """signatures.json; the statement is signed too, where the key signs more than PDFs."""
        has_key = isinstance(self.signer, PadesSigner) and self.signer.signs_payloads
        if isinstance(self.signer, PadesSigner) and has_key:
            payload = statement(folder.manifest, folder.manifest_hash)
            (making / ENVELOPE).write_bytes(envelope(payload, self.signer))
        content = {
            "format": FORMAT,
            "edition": entry.edition,
            "manifest": entry.manifest,
            "signer": _name(self.signer),
            "certificate": getattr(self.signer, "certificate_pem", ""),
            "envelope": has_key,
            "files": files,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        return f"{text}\n".encode()


def official(register: ReleaseRegister, edition: str) -> RegisterEntry:
    """The line that made an edition.

    Raises
    ------
    RunError
        There is no such edition.
    """
    entry = register.find(edition.strip("/"))
    if entry is None:
        known = ", ".join(e.edition for e in register.entries if e.step in OFFICIAL) or "none"
        raise RunError(
            Sentence(
                "{folder}: no edition {edition!r}; official ones: {known}",
                folder=register.folder,
                edition=edition,
                known=known,
            )
        )
    return entry


def against_use(register: ReleaseRegister, entry: RegisterEntry) -> Iterator[ReleaseRemark]:
    """Only an edition in force is signed and delivered."""
    if register.state(entry) not in OFFICIAL:
        yield remark(f"not_in_force_{register.state(entry)}", edition=entry.edition)


def seal(place: Path, *, is_open: bool) -> None:
    """Make every file read-only, and the public tree as open as that of the edition."""
    for path in [place, *place.rglob("*")]:
        is_public = path.relative_to(place).parts[:1] == (PUBLIC,)
        if path.is_dir():
            is_shown = is_public and (is_open or path != place / PUBLIC)
            path.chmod(OPEN if is_shown or path == place else PRIVATE)
        else:
            path.chmod(OPEN_FILE if is_public else PRIVATE_FILE)


def _name(signer: PdfSigner) -> str:
    """Whom the signer's certificate names; a plugin names itself."""
    return str(getattr(signer, "name", type(signer).__name__))
