"""A canary over every ordered pair: no report's file holds another respondent's value, however written."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from canary import Canary
from cases import Firm, evaluated, firms

from cescore.definitions.shipped import NOTEBOOKS
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released.public_results import public_results
from cescore.publish.check import pdf_text
from cescore.publish.pages.index.page import index_page
from cescore.publish.pages.what_if.page import what_if_page
from cescore.publish.render import render
from cescore.run.building.contents import Contents
from cescore.run.tree.store import Store

PARKS = ("PK6", "PK7", "PK8")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def canary_of(frame: list[Firm]) -> Canary:
    return Canary({f.id: (f.output, f.material, f.waste, f.rate) for f in frame})


def hits(root: Path, frame: list[Firm]) -> list[tuple[str, str]]:
    """Readers and respondents of whom the reader's file holds a value, or two that differ by it."""
    yearly = evaluated(root, frame, PARKS)
    bundler, canary = Bundler(yearly), canary_of(frame)
    files = {e.entity_id: bundler.bundle(e.entity_id).to_bytes().decode() for e in yearly.entities}
    return [
        (reader, firm)
        for reader, text in files.items()
        for firm in canary.owners_in(text) | canary.owners_by_subtraction(text)
        if reader != firm
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


@pytest.mark.parametrize(
    "written",
    [
        "1234.5678", "1,234.57", "1.2345678", "0.12345678万", "0.000012345678 亿", "1.234568e+03",
        "1.2345678E3", "１２３４．５６７８", "1 234.5678", "1.234,5678", "1234,5678", "1'234.57",
        "123,456.78%", "1.2345678×10³", r"1.2345678\\times 10^{3}", "1234.567800000001", "-1234.57",
        "1234.5678001", "M 3 1234.57 L 1 2", "1,234,567.8",
    ],
)  # fmt: skip
def test_the_canary_finds_a_value_in_each_notation(written: str) -> None:
    canary = Canary({"X": (1234.5678,)})
    assert canary.owners_in(f"<td>{written}</td> 12 34") == {"X"}
    assert not Canary({"X": (1235.5678,)}).owners_in(f"<td>{written}</td> 12 34")


def test_the_canary_finds_a_total_and_the_rest_of_it() -> None:
    canary = Canary({"X": (1234.5678,)})
    assert canary.owners_by_subtraction("all: 4321.8765, others: 3087.3087") == {"X"}
    assert not canary.owners_by_subtraction("all: 4321.8765, others: 3087.3187")
    assert not canary.owners_by_subtraction("hash 12345678901234567890, 1.5")


def test_offsets_in_a_row_are_no_number_with_separators() -> None:
    assert not Canary({"X": (1101.835,)}).owners_in("110 18353 111 18409")


@pytest.mark.parametrize("before", range(3))
def test_the_canary_finds_binary_numbers(before: int) -> None:
    canary = Canary({"X": (1234.5678,)})
    packed = struct.pack("<d", 1.0)[:before] + struct.pack("<dd", 1234.5678, 5.0)
    assert canary.owners_packed_in(packed) == {"X"}
    assert canary.owners_packed_in(base64.b64encode(packed)) == {"X"}
    assert not canary.owners_packed_in(base64.b64encode(packed[::-1][:9]))


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


Hit = tuple[str, str, str]  # reader, respondent, file


@pytest.mark.soak
def test_no_file_that_is_handed_out_holds_a_value_of_two_hundred(tmp_path: Path) -> None:
    """All ordered pairs of readers and firms: reports, attachments, tables, what-if and index pages.

    Seven digits of a page's scale or a font's widths can be a firm's by coincidence: what stands there
    still when that firm returns something else does not come from it.
    """
    every = frame(100)
    canary, printed = canary_of(every), {*PRINTED, every[5].id}
    found = set(hits_of_files(tmp_path / "as it is", every, canary, printed))
    suspects = {firm for _, firm, _ in found}
    otherwise = [_changed(f) if f.id in suspects else f for f in every]
    readers = {reader for reader, _, _ in found}
    coincidences: set[Hit] = set()
    if found:
        again = hits_of_files(tmp_path / "otherwise", otherwise, canary, printed, readers)
        coincidences = set(again)
    assert found - coincidences == set()


def _changed(firm: Firm) -> Firm:
    """The firm with other figures, of which none has the digits of the old ones, nor their ratio."""
    return replace(
        firm,
        output=round(firm.output * 1.0131, 4),
        material=round(firm.material * 0.9717, 4),
        waste=round(firm.waste * 1.0173, 4),
    )


def hits_of_files(
    root: Path,
    every: list[Firm],
    canary: Canary,
    printed: Collection[str],
    readers: Collection[str] | None = None,
) -> Iterator[Hit]:
    """Whose value stands in which file of whom; of all readers, or of some."""
    yearly = evaluated(root, every, PARKS)
    bundler = Bundler(yearly)
    for entity in yearly.entities:
        reader = entity.entity_id
        if readers is not None and reader not in readers:
            continue
        folder, is_printed = root / f"of {reader}", reader in printed
        files = dict(written_of(bundler.bundle(reader), folder, is_printed=is_printed))
        results = public_results(bundler.gate, entity) if reader in ("C1", *PARKS) else None
        files["results.csv"] = "" if results is None else results.to_csv()
        yield from ((reader, firm, name) for firm, name in _held(files, canary) if firm != reader)
    contents = Contents(Store.open(root / "tree"), yearly, yearly.results(), {}, "zh")
    page = contents.page(())
    public = replace(page, sections=[s for s in page.sections if s.entity_type != "firm"])
    index = {"index.html": index_page(public)}
    yield from (("public", firm, name) for firm, name in _held(index, canary))


def _held(files: Mapping[str, str], canary: Canary) -> Iterator[tuple[str, str]]:
    """Firms of whom a file holds a value, and the file."""
    for name, text in files.items():
        owners = canary.owners_in(text)
        if name in ("bundle", "result.json", "results.csv"):
            owners |= canary.owners_by_subtraction(text)
        if name not in ("bundle", "result.json", "what-if.html"):
            owners |= canary.owners_packed_in(text.encode("latin-1", "replace"))
        for firm in owners:
            yield firm, name
