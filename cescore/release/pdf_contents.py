"""A report's PDF taken apart: its pages' text, what is attached, what it says of itself."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdfium2
from pydantic import BaseModel, FiniteFloat

from cescore.definitions.entries.json_text import json_document
from cescore.disclosure.documents.kinds import RESULT_NAME
from cescore.errors import PublishError, Sentence
from cescore.publish.check import pdf_text, without_blanks
from cescore.publish.numbers import MINUS

FOOT = re.compile(r"(?P<number>CE-[0-9A-Za-z_.-]+)[·•](?P<hash>[0-9a-f]{12})")
FIGURE = re.compile(r"[-+]?\d+(?:\.\d+)?")
LARGEST = 200_000_000  # bytes


class AttachedLine(BaseModel):
    """One figure of an attached result."""

    code: str
    value: FiniteFloat | None = None
    score: FiniteFloat | None = None


class AttachedStanding(BaseModel):
    """What the attached result of a signed-off edition says of that edition."""

    edition: int | None = None
    signed_on: str = ""


class AttachedProvenance(BaseModel):
    """What an attached result says of where it comes from."""

    bundle_hash: str = ""
    document_hash: str = ""
    report_number: str | None = None
    run_status: str = ""
    standing: AttachedStanding | None = None


class AttachedResult(BaseModel):
    """What is read of an attached result.json, by the types that it is read as; more may stand there."""

    provenance: AttachedProvenance
    entity_id: str = ""
    year: int | None = None
    names: dict[str, str | None] | None = None
    headline: dict[str, AttachedLine | None] | None = None
    indicators: list[AttachedLine] | None = None


@dataclass(frozen=True)
class PdfContents:
    """A PDF as far as it speaks for itself."""

    raw: bytes
    pages: tuple[str, ...]  # packed: without blanks, in compatible forms
    attached: Mapping[str, bytes]
    identifier: bytes

    @cached_property
    def text(self) -> str:
        return "\n".join(self.pages)

    @cached_property
    def feet(self) -> tuple[tuple[str, str], ...]:
        """Report number and beginning of its file's hash, as each page prints them last."""
        found = ([m.groups() for m in FOOT.finditer(page)] for page in self.pages)
        return tuple((feet[-1][0], feet[-1][1]) if feet else ("", "") for feet in found)

    @cached_property
    def result(self) -> Mapping[str, Any] | None:
        """The attached result.json; None where there is none, or it is not whole."""
        try:
            found: dict[str, Any] = json_document(self.attached[RESULT_NAME], RESULT_NAME)
            AttachedResult.model_validate(found)
            json.dumps(found, ensure_ascii=False).encode()  # half a character is no text
        except (KeyError, ValueError):
            return None
        return found

    @cached_property
    def tables(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The attached tables, by name, as lines of cells.

        Raises
        ------
        PublishError
            One is no table that this program wrote.
        """
        return {
            name: _lines(name, raw)
            for name, raw in self.attached.items()
            if name.lower().endswith(".csv")
        }

    def cells(self) -> Iterator[tuple[str, str]]:
        """Each cell of the attached tables, with the name of its table."""
        for name, lines in self.tables.items():
            for line in lines:
                for cell in line:
                    yield name, cell.removeprefix("'")

    @cached_property
    def figures(self) -> frozenset[str]:
        """Every number that a table's cell or a page has, without separators."""
        texts = (*(cell for _, cell in self.cells()), self.text)
        return frozenset(n for text in texts for n in FIGURE.findall(plain(text)))


def open_pdf(path: Path) -> PdfContents:
    """A PDF's contents.

    Raises
    ------
    PublishError
        It is no PDF, or so damaged that it cannot be opened.
    """
    if path.is_symlink() or not path.is_file():
        raise PublishError(Sentence("{path}: found no plain file, expected a PDF", path=path))
    if path.stat().st_size > LARGEST:
        raise PublishError(
            Sentence(
                "{path}: found more than {largest} bytes, expected a report",
                path=path,
                largest=LARGEST,
            )
        )
    raw = path.read_bytes()
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        raise PublishError(
            Sentence("{path}: found no PDF that can be opened ({error})", path=path, error=error)
        ) from None
    try:
        attachments = [document.get_attachment(i) for i in range(document.count_attachments())]
        attached = {a.get_name(): bytes(a.get_data()) for a in attachments}
        identifier = bytes(document.get_identifier() or b"")
    except pypdfium2.PdfiumError as error:
        raise PublishError(
            Sentence("{path}: what is attached cannot be read ({error})", path=path, error=error)
        ) from None
    finally:
        document.close()
    if sum(map(len, attached.values())) > LARGEST:
        raise PublishError(
            Sentence(
                "{path}: found more than {largest} bytes, expected a report",
                path=path,
                largest=LARGEST,
            )
        )
    try:
        pages = tuple(without_blanks(text) for text in pdf_text(raw))
    except pypdfium2.PdfiumError as error:
        raise PublishError(
            Sentence("{path}: found a page that cannot be read ({error})", path=path, error=error)
        ) from None
    return PdfContents(raw, pages, attached, identifier)


def plain(text: str) -> str:
    """A text with its numbers as machines write them."""
    return text.replace(MINUS, "-").replace("−", "-").replace(",", "")


def _lines(name: str, raw: bytes) -> tuple[tuple[str, ...], ...]:
    text = io.StringIO(raw.decode("utf-8-sig", errors="replace"))
    try:
        return tuple(tuple(line) for line in csv.reader(text))
    except csv.Error as error:
        raise PublishError(
            Sentence("{path}: what is attached cannot be read ({error})", path=name, error=error)
        ) from None
