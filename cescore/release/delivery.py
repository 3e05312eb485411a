"""One encrypted package per respondent: its own tree of the edition, with the signed copies of its PDFs."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cescore.errors import PublishError, RunError, Sentence
from cescore.intake.inert import csv_text
from cescore.release.editions import RELEASE, RESPONDENT, EditionFolder
from cescore.release.enveloping import enveloped, read_recipient
from cescore.release.register import ReleaseRegister
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.signatures_kept import signed_problems, to_sign
from cescore.release.signing_editions import against_use, official
from cescore.release.verifying import edition_problems
from cescore.run.files import make_private, write_atomically
from cescore.run.tree.lock import locked

CERTIFICATES = (".pem", ".crt", ".cer", ".der")
PACKAGE = ".zip.p7m"  # a ZIP in a CMS envelope
LIST = "deliveries.csv"
COLUMNS = ("entity_id", "file", "sha256", "bytes", "files", "certificate", "certificate_sha256")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the date of everything in a package, so that it tells nothing


@dataclass(frozen=True)
class Delivered:
    """What a delivery came to: what stood against all of it, whom it left out, how many it made."""

    against: tuple[ReleaseRemark, ...] = ()
    left_out: tuple[ReleaseRemark, ...] = ()
    notes: tuple[ReleaseRemark, ...] = ()
    count: int = 0


@dataclass(frozen=True)
class Delivery:
    """The delivery of an edition to the holders of the certificates in a folder."""

    root: Path
    edition: str
    certificates: Path
    out: Path

    def take(self) -> Delivered:
        """Write a package for each respondent whose certificate can be used, and the list of them.

        Raises
        ------
        RunError
            There is no such edition or folder of certificates, or packages lie in ``out`` already.
        """
        if not self.certificates.is_dir():
            raise RunError(
                Sentence(
                    "{certificates}: found no folder, expected certificates by entity",
                    certificates=self.certificates,
                )
            )
        with locked(self.root / RELEASE):
            against = tuple(self._against())
            return Delivered(against) if against else self._made()

    @cached_property
    def register(self) -> ReleaseRegister:
        return ReleaseRegister.read(self.root / RELEASE)

    @cached_property
    def folder(self) -> EditionFolder:
        return EditionFolder(self.register.folder / official(self.register, self.edition).edition)

    def _against(self) -> Iterator[ReleaseRemark]:
        entry = official(self.register, self.edition)
        signed = self.register.has(entry.edition, "signed")
        yield from self.register.problems
        yield from against_use(self.register, entry)
        if signed is None or not self.folder.signed.is_dir():
            yield remark("deliver_unsigned", edition=entry.edition)
        problems = list(edition_problems(self.folder, entry))
        yield from problems
        if not problems:
            yield from signed_problems(self.folder, signed)
            if not self.trees:
                yield remark("deliver_nobody", edition=entry.edition)

    @cached_property
    def trees(self) -> Mapping[str, Mapping[str, Path]]:
        """By respondent, each file of its package: the signed copy where there is one."""
        signed, found = to_sign(self.folder.manifest), dict[str, dict[str, Path]]()
        for name in sorted(self.folder.manifest["files"]):
            audience, _, rest = name.partition("/")
            id_, _, inside = rest.partition("/")
            if audience == RESPONDENT and inside:
                place = self.folder.signed if name in signed else self.folder.path
                found.setdefault(id_, {})[inside] = place / name
        return found

    def _made(self) -> Delivered:
        if self.out.is_dir() and any(self.out.iterdir()):
            raise RunError(
                Sentence(
                    "{out}: something lies there already, expected an empty folder", out=self.out
                )
            )
        make_private(self.out)
        left_out, lines = list[ReleaseRemark](), list[tuple[str, ...]]()
        for id_, files in self.trees.items():
            path = self._certificate_of(id_)
            if path is None:
                expected = f"{id_}{'|'.join(CERTIFICATES)}"
                left_out.append(remark("deliver_no_certificate", id=id_, file=expected))
                lines.append((id_, *[""] * (len(COLUMNS) - 1)))
                continue
            try:
                lines.append(self._package(id_, files, path))
            except PublishError as error:
                bad = remark("deliver_bad_certificate", id=id_, file=path.name, what=str(error))
                left_out.append(bad)
                lines.append((id_, *[""] * (len(COLUMNS) - 1)))
        text = csv_text([COLUMNS, *lines], lineterminator="\r\n")
        write_atomically(self.out / LIST, text.encode("utf-8-sig"))
        count = len(lines) - len(left_out)
        return Delivered(left_out=tuple(left_out), notes=tuple(self._unused()), count=count)

    def _package(self, id_: str, files: Mapping[str, Path], path: Path) -> tuple[str, ...]:
        """Write the package of a respondent; its line of the list."""
        certificate = read_recipient(path.read_bytes())
        raw = enveloped(_zipped(files), certificate)
        name = f"{id_}{PACKAGE}"
        write_atomically(self.out / name, raw)
        digest = hashlib.sha256(raw).hexdigest()
        whom = certificate.subject.rfc4514_string()
        counts = (str(len(raw)), str(len(files)))
        return (id_, name, digest, *counts, whom, _fingerprint(path.read_bytes()))

    def _certificate_of(self, id_: str) -> Path | None:
        places = (self.certificates / f"{id_}{suffix}" for suffix in CERTIFICATES)
        return next((place for place in places if place.is_file()), None)

    def _unused(self) -> Iterator[ReleaseRemark]:
        """Certificates that are nobody's: a name written wrong would go unnoticed."""
        for path in sorted(self.certificates.iterdir()):
            if path.suffix.lower() in CERTIFICATES and path.stem not in self.trees:
                yield remark("deliver_unused", file=path.name)


def _zipped(files: Mapping[str, Path]) -> bytes:
    """Files as a ZIP that has the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, path in files.items():
            package.writestr(zipfile.ZipInfo(name, LONG_AGO), path.read_bytes(), compresslevel=6)
    return out.getvalue()


def _fingerprint(raw: bytes) -> str:
    """SHA-256 of a certificate, as other programs show it."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return read_recipient(raw).fingerprint(SHA256()).hex()
