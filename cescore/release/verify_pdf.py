"""Is a PDF one of ours, unaltered, and whose: from itself alone, and against editions at hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cescore.publish.check import without_blanks
from cescore.publish.numbers import number
from cescore.publish.printing.seal import is_intact
from cescore.publish.render import SHORT_HASH
from cescore.publish.words import LANGUAGES
from cescore.release.at_hand import at_hand
from cescore.release.pdf_contents import PdfContents, open_pdf, plain
from cescore.release.pdf_signatures import certificates, signatures
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.verification import Verification

MOST_DECIMALS = 6
WHOLE_FROM = 100.0  # a value as great as this may be printed without decimals
IDENTIFIER = 16  # bytes


def verify_pdf(path: Path, root: Path, trusted: tuple[Path, ...] = ()) -> Verification:
    """All that a report's PDF lets a reader prove.

    Its seal tells damage, its signature intent; what it prints, its attached tables and its attached
    result must say the same; its number and hash stand on every page, and its identifier is that of
    the file it was made from. Editions in ``root``, or a manifest beside it, tell which one it is of.

    Raises
    ------
    PublishError
        It is no PDF that can be opened, or a file of ``trusted`` is no certificate.
    """
    certificates(trusted)  # read here, so that a wrong file is an error where nothing is signed too
    contents = open_pdf(path)
    facts, problems = list[ReleaseRemark](), list[ReleaseRemark]()
    if is_intact(contents.raw):
        facts.append(remark("pdf_sealed", n=len(contents.pages)))
    else:
        problems.append(remark("pdf_unsealed"))
    for is_sound, one in signatures(contents.raw, trusted):
        (facts if is_sound else problems).append(one)
    feet = set(contents.feet)
    if len(feet) != 1 or ("", "") in feet:
        said = "; ".join(" · ".join(foot) if foot[0] else "–" for foot in contents.feet)
        problems.append(remark("pdf_feet", found=said))
    printed_number, printed_hash = contents.feet[0] if contents.feet else ("", "")
    try:
        facts += list(_whose(contents, printed_number))
        problems += list(_of_itself(contents, printed_number, printed_hash))
    except (AttributeError, KeyError, TypeError):  # JSON, but not as a result is
        problems.append(remark("pdf_result_lost"))
    for is_sound, one in at_hand(path, contents.raw, printed_number, root):
        (facts if is_sound else problems).append(one)
    return Verification(tuple(facts), tuple(problems))


def _whose(contents: PdfContents, printed: str) -> Iterator[ReleaseRemark]:
    """Whose report it is, of which year, and how official it calls itself."""
    result = contents.result
    if result is None:
        yield remark("pdf_document", number=printed or "–")
        return
    names = result.get("names") or {}
    name = " / ".join(dict.fromkeys(filter(None, names.values())))
    yield remark(
        "pdf_report",
        name=name,
        id=str(result.get("entity_id", "")),
        year=str(result.get("year", "–")),
        number=printed or "–",
    )
    standing = result["provenance"].get("standing") or {}
    status = str(result["provenance"].get("run_status", ""))
    if standing:
        day, edition = str(standing.get("signed_on", "")), str(standing.get("edition", ""))
        yield remark("pdf_released", stage=status, edition=edition, date=day)
    else:
        yield remark("pdf_unreleased", stage=status)


def _of_itself(contents: PdfContents, printed: str, short: str) -> Iterator[ReleaseRemark]:
    """Where its parts do not say the same."""
    result = contents.result
    if result is None:
        yield from _of_document(contents, short)
        return
    provenance = result["provenance"]
    whole = str(provenance.get("bundle_hash") or provenance.get("document_hash") or "")
    if provenance.get("report_number") != printed:
        found = str(provenance.get("report_number"))
        yield remark("pdf_number", found=found, printed=printed or "–")
    if whole[:SHORT_HASH] != short:
        yield remark("pdf_hash", found=whole[:SHORT_HASH], printed=short or "–")
    if contents.identifier not in _identifiers(whole):
        yield remark("pdf_identifier")
    yield from _names(contents, result)
    yield from _tables(contents)
    for code, value in _figures(result):
        if not _is_printed(value, contents.figures):
            yield remark("pdf_figure", code=code, value=repr(value))


def _of_document(contents: PdfContents, short: str) -> Iterator[ReleaseRemark]:
    """A document has nothing attached; the whole hash of its file is printed on its last pages."""
    if contents.attached:
        yield remark("pdf_result_lost")
    whole = re.findall(rf"{short}[0-9a-f]{{52}}", contents.text) if short else []
    if not any(contents.identifier in set(_identifiers(one)) for one in whole):
        yield remark("pdf_identifier")


def _identifiers(whole: str) -> Iterator[bytes]:
    """What the identifier of a PDF made from a file of this hash can be."""
    for lang in LANGUAGES:
        for text in (f"{whole} {lang}", f"{whole} {lang} False"):
            yield hashlib.sha256(text.encode()).digest()[:IDENTIFIER]


def _names(contents: PdfContents, result: Mapping[str, Any]) -> Iterator[ReleaseRemark]:
    """Whose and of which year the pages say it is."""
    first = contents.pages[0] if contents.pages else ""
    named = [without_blanks(str(n)) for n in (result.get("names") or {}).values() if n]
    if named and not any(name in first for name in named):
        yield remark("pdf_not_printed", what=str(named[0]))
    for key in ("entity_id", "year"):
        text = without_blanks(str(result.get(key, "")))
        if text not in contents.text:
            yield remark("pdf_not_printed", what=text)


def _tables(contents: PdfContents) -> Iterator[ReleaseRemark]:
    """Cells of the attached tables that no page prints."""
    text = plain(contents.text)
    for name, cell in contents.cells():
        if plain(without_blanks(cell)) not in text:
            yield remark("pdf_cell", file=name, cell=cell[:80])


def _figures(result: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The figures of the result that a report always prints."""
    headline = result.get("headline") or {}
    lines = [(one["code"], one) for one in result.get("indicators") or ()]
    lines += [(one["code"], one) for one in headline.values() if one]
    for code, line in lines:
        for key in ("value", "score"):
            value = line.get(key)
            if isinstance(value, int | float):
                yield f"{code} {key}", float(value)


def _is_printed(value: float, figures: frozenset[str]) -> bool:
    """Whether a value stands somewhere, rounded as pages round."""
    least = 0 if value == round(value) or abs(value) >= WHOLE_FROM else 1
    ways = (plain(number(value, k)) for k in range(least, MOST_DECIMALS + 1))
    return any(way in figures for way in ways)
