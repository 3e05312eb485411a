"""The files of a folder that is collected: each is taken, ignored with a word, or refused by name."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from cescore.intake.address import Address
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.sources.inventory import is_system_file
from cescore.intake.wording import Phrase, phrase
from cescore.returns.workbooks.kinds import ACCEPTED, kind_of
from cescore.returns.workbooks.readers import ReceivedFile

REFUSED = "return_refused"
WORKBOOKS = ("xlsx", "xlsm", "xls", "ods", "parquet")  # told from all else by what they hold
LARGEST_LOOKED_INTO = 64_000_000  # bytes
OTHER_SPREADSHEETS = (".xlsb", ".xltx", ".xlt", ".ett", ".ots", ".fods", ".numbers", ".sxc", ".uos")


def received_files(folder: Path, log: FindingLog) -> list[ReceivedFile]:
    """Every file below a folder that may be a return, by its path there, in the order of names.

    What systems leave lying about is ignored and said so; links, devices and other files are errors.
    """
    return list(_below(folder, "", log))


def refused_file(name: str, reason: Phrase) -> Finding:
    """That a file is not read at all."""
    return Finding("error", "return_refused", Address(name), values=(("reason", reason),))


def same_file(name: str, other: str) -> Finding:
    """That a file has the content of another one, and is read once."""
    return Finding("info", "same_file_twice", Address(name), values=(("other", other),))


def _below(folder: Path, prefix: str, log: FindingLog) -> Iterator[ReceivedFile]:
    for path in sorted(folder.iterdir()):
        name = prefix + _shown(path.name)
        here = Context(log).file(name)
        mode = path.lstat().st_mode
        if is_system_file(path.name):
            here.info("file_ignored")
        elif stat.S_ISLNK(mode):
            here.error("return_refused", reason=phrase("is_link"))
        elif stat.S_ISDIR(mode):
            yield from _below(path, f"{name}/", log)
        elif not stat.S_ISREG(mode):
            here.error("return_refused", reason=phrase("is_device"))
        elif name != prefix + path.name:
            here.error("return_refused", reason=phrase("name_no_text"))
        elif path.suffix.lower() not in ACCEPTED:
            here.error("return_refused", reason=_other_kind(path))
        else:
            yield ReceivedFile(path, name)


def _other_kind(path: Path) -> Phrase:
    """Why a file is none that is taken in; of a spreadsheet's, how it becomes one."""
    ending = path.suffix
    real = kind_of(path) if path.stat().st_size <= LARGEST_LOOKED_INTO else ""
    if real in WORKBOOKS:
        return phrase("renamed", ending=ending, real=phrase(f"type_{real}"), right=f".{real}")
    if ending.lower() in OTHER_SPREADSHEETS:
        return phrase("save_as_xlsx", ending=ending)
    return phrase("no_return")


def _shown(name: str) -> str:
    """A name that can be written down: bytes that are no text, and signs that cannot be seen, escaped."""
    plain = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in plain)
