"""The bureau's key opened, once for however many files, and its certificate looked at before use."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import GetPassWarning, getpass
from typing import TYPE_CHECKING, Any

from cescore.errors import PublishError, Sentence
from cescore.release.signing_settings import CommandKey, Pkcs11Key, Pkcs12Key, SigningSettings
from cescore.release.token_key import open_token

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers import Signer

MOST_SAID = 200  # characters of what a signing program complains of
SIGNING_USES = {"digital_signature", "non_repudiation"}  # X.509 key usage; either will do

Secret = Callable[[str, str], str]  # name of the variable, what is asked for


def secret_of_the_bureau(variable: str, what: str) -> str:
    """A passphrase or PIN: from the environment, else asked for at the terminal.

    Raises
    ------
    PublishError
        It stands in no variable, and nobody is there to be asked.
    """
    given = os.environ.get(variable)
    if given is not None:
        return given
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # nothing is read where all could see it
            return getpass(f"{what}: ")
    except (EOFError, OSError, GetPassWarning):
        raise PublishError(
            Sentence(
                "{what}: found nothing in {variable}, and no terminal to ask",
                what=what,
                variable=variable,
            )
        ) from None


def open_key(settings: SigningSettings, secret: Secret = secret_of_the_bureau) -> Signer:
    """The signer that the settings describe; of a plugin there is none, it signs by itself.

    Raises
    ------
    PublishError
        The key cannot be opened, or its certificate is not one that signs today.
    """
    key, where = settings.key, settings.where
    if isinstance(key, Pkcs12Key):
        signer = _from_file(settings, key, secret)
    elif isinstance(key, Pkcs11Key):
        pin = secret(key.pin_env, Sentence("PIN of {key}", key=key.token or key.label))
        signer = open_token(settings, key, pin)
    elif isinstance(key, CommandKey):
        signer = _from_command(settings, key)
    else:
        raise PublishError(
            Sentence("{where}: plugin: it has no key that could be opened here", where=where)
        )
    if signer.signing_cert is None:
        raise PublishError(
            Sentence(
                "{where}: found no certificate with the key, expected the signer's", where=where
            )
        )
    look_at(signer.signing_cert, where)
    signer.embed_roots = False  # whoever trusts it has it; of a copy no bit would be protected
    return signer


def look_at(certificate: Certificate, where: str) -> None:
    """Refuse a certificate that is out of its time, or that was not issued for signing.

    Raises
    ------
    PublishError
        With the name it was issued to, and the days or uses it has.
    """
    who, now = certificate.subject.human_friendly, datetime.now(UTC)
    first, last = certificate.not_valid_before, certificate.not_valid_after
    if not first <= now <= last:
        days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        raise PublishError(
            Sentence(
                "{where}: the certificate of {who} is valid from {days}, not today",
                where=where,
                who=who,
                days=days,
            )
        )
    uses = certificate.key_usage_value
    if uses is not None and not SIGNING_USES & set(uses.native):
        found = ", ".join(sorted(uses.native)) or "none"
        raise PublishError(
            Sentence(
                "{where}: the certificate of {who} has the key usage {found}, expected digital_signature or non_repudiation",
                where=where,
                who=who,
                found=found,
            )
        )


def _from_file(settings: SigningSettings, key: Pkcs12Key, secret: Secret) -> Signer:
    from pyhanko.sign.signers import SimpleSigner

    path = settings.path(key.file)
    phrase = secret(key.passphrase_env, Sentence("passphrase of {file}", file=path.name))
    raw = path.read_bytes()
    try:
        signer: Signer = SimpleSigner.load_pkcs12_data(
            raw, other_certs=[], passphrase=phrase.encode()
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise PublishError(
            Sentence(
                "{path}: cannot be opened: the passphrase is wrong, or it is no PKCS#12 file with a key",
                path=path,
            )
        ) from None
    return signer


def _from_command(settings: SigningSettings, key: CommandKey) -> Signer:
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.sign.signers import ExternalSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    try:
        load: Callable[[str], Any] = load_cert_from_pemder
        own, *chain = [load(str(settings.path(f))) for f in (key.certificate, *key.chain)]
    except (OSError, ValueError, IndexError) as error:
        raise PublishError(
            Sentence(
                "{where}: command: found no certificate ({error})",
                where=settings.where,
                error=error,
            )
        ) from None

    class OfCommand(ExternalSigner):
        """Signs by the command; a trial run is answered with as much room as is reserved."""

        async def async_sign_raw(
            self, data: bytes, digest_algorithm: str, dry_run: bool = False
        ) -> bytes:
            if dry_run:
                return bytes(1024)
            digest = hashlib.new(digest_algorithm, data).digest()
            return await asyncio.to_thread(ask_command, settings, key, digest)

    store = SimpleCertificateStore.from_certs([own, *chain])
    return OfCommand(own, store, signature_value=1024)


def ask_command(settings: SigningSettings, key: CommandKey, digest: bytes) -> bytes:
    """What the signing program answers to a digest on its standard input.

    It runs in the folder of the settings, without a shell.

    Raises
    ------
    PublishError
        It is not there, took too long, failed, or answered nothing.
    """
    name = key.run[0]
    try:
        done = subprocess.run(
            list(key.run),
            input=digest,
            capture_output=True,
            timeout=key.seconds,
            cwd=settings.folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PublishError(
            Sentence("{name}: no signature within {seconds:g} s", name=name, seconds=key.seconds)
        ) from None
    except OSError as error:
        raise PublishError(
            Sentence("{name}: cannot be run ({strerror})", name=name, strerror=error.strerror)
        ) from None
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip()[:MOST_SAID] or "no signature"
        raise PublishError(
            Sentence(
                "{name}: {said} (exit status {returncode})",
                name=name,
                said=said,
                returncode=done.returncode,
            )
        )
    return done.stdout
