"""Writes the bill of materials (CycloneDX) and docs/licences.md from the lock, the installed packages and the fonts.

Usage: python docs/materials.py            (docs/licences.md)
       python docs/materials.py sbom.cdx.json

Same tree and same installed packages, same bytes.
"""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

import cescore

ROOT = Path(__file__).resolve().parents[1]
LOCK, PAGE = ROOT / "requirements.lock", ROOT / "docs" / "licences.md"
FONTS = ROOT / "report_templates" / "static" / "fonts"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
OWN_LICENCE, FONT_LICENCE = "Apache-2.0", "OFL-1.1"
UNKNOWN = "not stated"
LONGEST = 60  # characters of a licence field that names a licence; more is its text
NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
NAMESPACE = uuid.UUID("c3b6a5f2-6e0d-5d0e-9a51-0f6f3b0f2c11")
HEAD = """# Licences of what the program is made of

Made by `python docs/materials.py` from `requirements.lock`, what the installed packages say of themselves,
and the fonts in `report_templates/static/fonts`; a test holds it to the lock. The program itself is {own}.

| part | version | licence |
|---|---|---|
"""


@dataclass(frozen=True)
class Material:
    """A part of the program: its version, licence as it states it, and the hashes of its files."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]  # SHA-256
    is_font: bool = False


def locked() -> Iterator[Material]:
    """The packages of the lock."""
    for block in re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8")):
        pinned = PINNED.match(block)
        if pinned is not None:
            name, version = pinned.groups()
            yield Material(name, version, _licence(name), tuple(sorted(HASH.findall(block))))


def fonts() -> Iterator[Material]:
    """The fonts that pages are set in."""
    for path in sorted(FONTS.glob("*.ttf")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield Material(path.name, "", FONT_LICENCE, (digest,), is_font=True)


def licences_page() -> str:
    """docs/licences.md."""
    rows = [f"| {m.name} | {m.version} | {m.licence} |" for m in (*fonts(), *locked())]
    return HEAD.format(own=OWN_LICENCE) + "\n".join([*rows, ""])


def bill() -> str:
    """The bill of materials as CycloneDX 1.6 in JSON."""
    own = Component(
        name="cescore",
        version=cescore.__version__,
        type=ComponentType.APPLICATION,
        bom_ref="cescore",
        licenses=[LicenseFactory().make_from_string(OWN_LICENCE)],
    )
    bom = Bom(components=[_component(one) for one in (*locked(), *fonts())])
    bom.metadata.component, bom.metadata.timestamp = own, NO_CLOCK
    content = "".join(f"{c.bom_ref.value} {c.hashes}" for c in bom.components)
    bom.serial_number = uuid.uuid5(NAMESPACE, content)
    bom.register_dependency(own, bom.components)
    text: str = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(
        indent=1
    )
    return f"{text}\n"


def _component(one: Material) -> Component:
    url = None if one.is_font else PackageURL("pypi", name=one.name, version=one.version)
    return Component(
        name=one.name,
        version=one.version or None,
        type=ComponentType.FILE if one.is_font else ComponentType.LIBRARY,
        bom_ref=f"font:{one.name}" if one.is_font else f"{one.name}=={one.version}",
        licenses=[] if one.licence == UNKNOWN else [LicenseFactory().make_from_string(one.licence)],
        # one SHA-256 for each file that the lock allows to be installed
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in one.hashes],
        purl=url,
    )


def _licence(name: str) -> str:
    """What an installed package says its licence is."""
    try:
        stated = distribution(name)
    except PackageNotFoundError:
        return UNKNOWN
    return _expression(stated)


def _expression(stated: Distribution) -> str:
    said = stated.metadata.get_all("License-Expression") or stated.metadata.get_all("License") or []
    short = said[0].strip() if said else ""
    if short and len(short) <= LONGEST and "\n" not in short and short.upper() != "UNKNOWN":
        return short
    classifiers = stated.metadata.get_all("Classifier") or []
    names = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License :: ")]
    return " AND ".join(sorted(set(names))) or UNKNOWN


def main() -> None:
    """Write what is asked for."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(bill(), encoding="utf-8")
    else:
        PAGE.write_text(licences_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
