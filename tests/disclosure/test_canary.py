"""A canary over every ordered pair: no report's file holds another respondent's value, however written."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, evaluated, firms

from cescore.definitions.shipped import NOTEBOOKS
from cescore.disclosure.bundle import Bundle
from cescore.disclosure.bundles import Bundler
from cescore.disclosure.opened import OpenBundle
from cescore.disclosure.public_results import public_results
from cescore.disclosure.result_file import result_json
from cescore.publish.check import pdf_text
from cescore.publish.pages.index.page import index_page
from cescore.publish.pages.what_if.page import what_if_page
from cescore.publish.render import render
from cescore.run.contents import Contents
from cescore.run.store import Store

PARKS = ("PK6", "PK7", "PK8")
DECIMALS = (4, 3, 2)  # fewer are everybody's: 1,234 is many a number


def notations(value: float) -> set[str]:
    """The usual ways to write a number: plain, with separators, in thousands, as a power of ten."""
    plain = {f"{value:.{d}f}" for d in DECIMALS}
    larger = {f"{value / 10**z:.{d + z}f}" for d in DECIMALS for z in (3, 4, 8)}  # 千, 万, 亿
    grouped = {
        f"{value:,.{d}f}".replace(",", mark) for d in DECIMALS for mark in (",", " ", "'", "\u2009")
    }
    powers = {f"{value:.{d}e}" for d in (6, 7, 8)} | {f"{value:.{d}E}" for d in (6, 7)}
    return plain | larger | grouped | powers | {repr(value), f"{value:.4f}".translate(WIDE)}


STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def hits(root: Path, frame: list[Firm]) -> list[tuple[str, str]]:
    """Readers and respondents of whom the reader's file holds a value."""
    yearly = evaluated(root, frame, PARKS)
    bundler = Bundler(yearly)
    files = {e.entity_id: bundler.bundle(e.entity_id).to_bytes().decode() for e in yearly.entities}
    secrets = {f.id: _secrets(f) for f in frame}
    return [
        (reader, firm)
        for reader, text in files.items()
        for firm, written in secrets.items()
        if reader != firm and any(secret in text for secret in written)
    ]


def frame(each: int) -> list[Firm]:
    """Three parks; the first has a single firm, whose figures are the park's own."""
    parks = zip(PARKS, (1, each, each), strict=True)
    return [f for seed, (park, n) in enumerate(parks, 5) for f in firms(n, seed=seed, park=park)]


def test_no_report_holds_another_respondent_s_value(tmp_path: Path) -> None:
    assert hits(tmp_path, frame(9)) == []


@pytest.mark.soak
def test_no_report_of_two_hundred_holds_another_s_value(tmp_path: Path) -> None:
    assert hits(tmp_path, frame(100)) == []


def test_the_canary_finds_a_value_in_each_notation() -> None:
    for written in (
        "1234.5678",
        "1,234.57",
        "1.2345678",
        "0.12345678",
        "1.234568e+03",
        "１２３４．５６７８",
    ):
        assert any(secret in f"<td>{written}</td>" for secret in notations(1234.5678)), written


# --- every file that is handed out ----------------------------------------------------------------

PRINTED = ("C1", "PK7", "PK6")  # reports made whole, and that of one firm


def written_of(bundle: Bundle, folder: Path, *, is_printed: bool) -> Iterator[tuple[str, str]]:
    """Every file of a report as text; the PDF's pages, attachments and metadata one by one."""
    raw, digest = bundle.to_bytes(), bundle.hash
    yield "bundle", raw.decode()
    yield "result.json", str(result_json(bundle, digest))
    yield "what-if.html", what_if_page(OpenBundle(bundle, digest, "zh", bundle.framework))
    if not is_printed:
        return
    folder.mkdir()
    (folder / "bundle.json").write_bytes(raw)
    render(folder / "bundle.json", folder / "out", "zh", notebook=NOTEBOOKS / "generic.ipynb")
    for path in sorted((folder / "out").iterdir()):
        if path.suffix == ".pdf":
            yield from _of_pdf(path.read_bytes())
        else:
            yield path.name, path.read_text("utf-8")


def _of_pdf(raw: bytes) -> Iterator[tuple[str, str]]:
    yield "pdf text", "\n".join(pdf_text(raw))
    yield "pdf", raw.decode("latin-1")
    for number, packed in enumerate(STREAM.findall(raw)):  # pages, attachments, metadata
        with suppress(zlib.error):
            yield (
                f"pdf stream {number}",
                zlib.decompressobj().decompress(packed).decode("utf-8", "replace"),
            )


@pytest.mark.soak
def test_no_file_that_is_handed_out_holds_a_value_of_two_hundred(tmp_path: Path) -> None:
    """All ordered pairs of readers and firms: reports, attachments, tables, what-if and index pages."""
    every = frame(100)
    yearly = evaluated(tmp_path, every, PARKS)
    bundler = Bundler(yearly)
    secrets = {f.id: _secrets(f) for f in every}
    found: list[tuple[str, str, str]] = []
    printed = {*PRINTED, every[5].id}
    for entity in yearly.entities:
        reader = entity.entity_id
        files = dict(
            written_of(
                bundler.bundle(reader), tmp_path / f"of {reader}", is_printed=reader in printed
            )
        )
        results = public_results(bundler.gate, entity) if reader in ("C1", *PARKS) else None
        files["results.csv"] = "" if results is None else results.to_csv()
        found += [(reader, firm, name) for firm, name in _held(files, secrets) if firm != reader]
    contents = Contents(Store.open(tmp_path / "tree"), yearly, yearly.results(), {}, "zh")
    page = contents.page(())
    public = replace(page, sections=[s for s in page.sections if s.entity_type != "firm"])
    found += [
        ("public", firm, name) for firm, name in _held({"index.html": index_page(public)}, secrets)
    ]
    assert found == []


def _secrets(firm: Firm) -> set[str]:
    values = {text for v in (firm.output, firm.material, firm.waste) for text in notations(v)}
    return values | {repr(firm.rate), f"{firm.rate:.6f}"}


def _held(files: Mapping[str, str], secrets: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Firms of whom a file holds a value, and the file."""
    for name, text in files.items():
        for firm, written in secrets.items():
            if any(secret in text for secret in written):
                yield firm, name
