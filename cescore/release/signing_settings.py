"""How a bureau signs: params/signing.yml, or any file of that form. No secret ever stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from cescore.definitions.entries.located import read
from cescore.definitions.entries.reading import Reading
from cescore.definitions.model.base import Definition
from cescore.definitions.model.written import Positive, Text, Texts, Truth, Whole, Words
from cescore.errors import ParamsError, Problem, Sentence

SIGNING_FILE = "signing.yml"
PASSPHRASE, PIN = "CESCORE_SIGNING_PASSPHRASE", "CESCORE_SIGNING_PIN"
KEYS = ("pkcs12", "pkcs11", "command", "plugin")  # where the key is: exactly one of them

Millimetres = Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False)]


class Pkcs12Key(Definition):
    """A key in a file; its passphrase comes from the environment or is asked for."""

    file: Text
    passphrase_env: Text = PASSPHRASE


class Pkcs11Key(Definition):
    """A key on a token or in a security module, which never leaves it."""

    module: Text  # the maker's library
    slot: Whole | None = None
    token: str = ""  # label of the token, where no slot is named
    label: Text  # of certificate and key
    pin_env: Text = PIN


class CommandKey(Definition):
    """A program that signs: it gets a digest on its standard input and answers with bytes.

    ``gives: signature`` is asked for the raw signature of the signed attributes; ``gives: cms`` for
    the whole CMS SignedData of the document's digest, in whatever algorithms the program has.
    """

    run: Texts
    certificate: Text
    chain: Words = ()
    gives: Literal["signature", "cms"] = "signature"
    digest: Literal["sha256", "sha384", "sha512", "sm3"] = "sha256"
    reserve: Annotated[int, Field(ge=1024, le=1_000_000)] = 16384  # bytes for the answer
    seconds: Positive = 30.0


class PluginKey(Definition):
    """An installed package that signs whole files: an entry point of the group ``cescore.signer``."""

    name: Text
    options: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it


class Timestamping(Definition):
    """A timestamp authority (RFC 3161)."""

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    seconds: Positive = 10.0


class LongTerm(Definition):
    """What a verifier will need when certificates have run out, embedded while it can still be had."""

    trust: Words  # root certificates, of signer and timestamp authority
    revocation: Words = ()  # lists (CRL) as files
    fetch: Truth = False  # get lists and answers (OCSP) from the addresses in the certificates


class SealImage(Definition):
    """A visible seal: an image of the workspace on a page. [mm] from the page's lower left corner."""

    image: Text
    alt: Text = "电子印章 / electronic seal"
    page: Whole = -1  # from 1; -1 is the last
    left: Millimetres
    bottom: Millimetres
    width: Positive
    height: Positive


class SigningSettings(Definition):
    """The file: one key, and what else goes into a signature."""

    filled = ("folder", "where")
    pkcs12: Pkcs12Key | None = None
    pkcs11: Pkcs11Key | None = None
    command: CommandKey | None = None
    plugin: PluginKey | None = None
    certify: Truth = True
    timestamp: Timestamping | None = None
    long_term: LongTerm | None = None
    seal: SealImage | None = None
    reason: str = ""
    location: str = ""
    folder: str = ""  # of the file: what its paths are relative to
    where: str = ""  # the file's name, for messages

    @property
    def key(self) -> Pkcs12Key | Pkcs11Key | CommandKey | PluginKey:
        """The one key that is set."""
        key: Pkcs12Key | Pkcs11Key | CommandKey | PluginKey
        key = next(key for key in self._keys().values() if key is not None)
        return key

    def path(self, written: str) -> Path:
        """A file that the settings name."""
        return (Path(self.folder) / written).resolve()

    def files(self) -> Mapping[str, str]:
        """Every file they name, by the key that names it."""
        named = dict[str, str]()
        if self.pkcs12 is not None:
            named["pkcs12.file"] = self.pkcs12.file
        if self.pkcs11 is not None:
            named["pkcs11.module"] = self.pkcs11.module
        if self.command is not None:
            named["command.certificate"] = self.command.certificate
            named |= {f"command.chain.{n}": f for n, f in enumerate(self.command.chain, 1)}
        if self.long_term is not None:
            for key, files in (
                ("trust", self.long_term.trust),
                ("revocation", self.long_term.revocation),
            ):
                named |= {f"long_term.{key}.{n}": f for n, f in enumerate(files, 1)}
        if self.seal is not None:
            named["seal.image"] = self.seal.image
        return named

    def _keys(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in KEYS}

    def contradictions(self) -> list[tuple[str, str, str]]:
        """What the file says that cannot be: key, what was found, what was expected."""
        found = list[tuple[str, str, str]]()
        keys = [name for name, key in self._keys().items() if key is not None]
        if len(keys) != 1:
            found.append(
                (
                    "",
                    ", ".join(keys) or "no key",
                    Sentence("one of {listed}", listed=", ".join(KEYS)),
                )
            )
        if self.long_term is not None and self.timestamp is None:
            found.append(("long_term", "no timestamp", "timestamp: {url: …} with it"))
        is_whole = self.plugin is not None or (
            self.command is not None and self.command.gives == "cms"
        )
        if is_whole and self.timestamp is not None:
            found.append(
                ("timestamp", "a signer that makes the whole signature", "its own timestamps")
            )
        if self.plugin is not None and self.seal is not None:
            found.append(("seal", "a plugin, which signs whole files", "its own seal"))
        for key, file in self.files().items():
            if not self.path(file).is_file():
                found.append(
                    (
                        key,
                        repr(file),
                        Sentence("a file; paths start from {folder}/", folder=self.folder),
                    )
                )
        return found


def read_signing(path: Path) -> SigningSettings:
    """The settings in a file.

    Raises
    ------
    ParamsError
        It is not there; or all that is wrong with it, with file, line and key.
    """
    if not path.is_file():
        raise ParamsError(
            Sentence("{path}: no settings for signing there; docs/release.md has them", path=path)
        )
    problems: list[Problem] = []
    reading = Reading(read(path, path.name, problems), "", problems)
    settings = reading.build(SigningSettings)
    if settings is not None:
        folder = str(path.resolve().parent)
        settings = settings.model_copy(update={"folder": folder, "where": path.name})
        for key, found, expected in settings.contradictions():
            names = key.split(".") if key else []
            reading.at(*names).refuse(found, expected)
    if problems or settings is None:
        raise ParamsError(
            Sentence("{name}: these are no settings for signing", name=path.name), problems
        )
    return settings
