"""The back test of a year: its published results read again, computed again, and what moved told."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cescore.errors import DataError, Sentence
from cescore.evaluation.back_test import BackTest, MovedNumber, back_test
from cescore.evaluation.revising.revision import KEY
from cescore.intake.findings import TABLE_ENCODING
from cescore.intake.inert import InertWriter
from cescore.publish.words import label
from cescore.run.files import write_atomically
from cescore.run.results.tables import RESULTS
from cescore.run.results.vintages import open_side
from cescore.run.tree.store import MANIFEST_NAME

MOST_SHOWN = 20  # numbers that the terminal names one by one
NAMES_SHOWN = 6  # of what one of them follows from
MOVED = (*KEY, "before", "after", "status_before", "status_after", "cause", "because")


def published_results(root: Path, year: int, given: Path | None = None) -> Path:
    """Where the results of a year stand as they were published.

    Raises
    ------
    DataError
        They stand neither where they were said to be nor in the run's folder.
    """
    places = (
        [given] if given is not None else [root / "output" / n for n in (str(year), f"{year}-en")]
    )
    for place in places:
        file = place / RESULTS if place.is_dir() else place
        if file.is_file():
            return file
    where = ", ".join(map(str, places))
    raise DataError(
        Sentence(
            "no published results of {year}: expected {results} in {where}, or --published",
            year=year,
            results=RESULTS,
            where=where,
        )
    )


def computed_again(root: Path, year: int, published: Path) -> BackTest:
    """Compute a year again with today's code, params and data, and compare with what was published."""
    has_manifest = published.name == RESULTS and (published.parent / MANIFEST_NAME).is_file()
    before = open_side(published.parent if has_manifest else published)
    return back_test(before, open_side(root, year), year)


def told(found: BackTest, lang: str) -> Iterator[str]:
    """What came of it, in lines: all the same, or how many moved, why, and the first of them."""
    n, moved = found.compared, len(found.moved)
    if not moved:
        yield label("back_test.same", lang, year=found.year, n=n)
        return
    yield label("back_test.moved", lang, year=found.year, n=n, moved=moved)
    for cause, count in Counter(one.cause for one in found.moved).most_common():
        yield label("back_test.cause", lang, n=count, cause=_cause(cause, lang))
    if not found.has_record:
        yield label("back_test.no_record", lang, year=found.year)
    first = sorted(found.moved, key=lambda one: (one.cause == "follows", -one.move.result[2]))
    yield from (_line(one, lang) for one in first[:MOST_SHOWN])
    if moved > MOST_SHOWN:
        yield label("back_test.more", lang, n=moved - MOST_SHOWN)


def _cause(cause: str, lang: str) -> str:
    return label(f"back_test.cause.{cause}", lang)


def _line(one: MovedNumber, lang: str) -> str:
    move, (kind, code, year) = one.move, one.move.result
    before, after = (
        f"{'' if value is None else f'{value:.10g}'} {status}".strip() or "—"
        for value, status in ((move.before, move.was), (move.after, move.now))
    )
    why = _cause(one.cause, lang)
    if one.because:
        names = ", ".join(one.because[:NAMES_SHOWN])
        why = label("back_test.because", lang, cause=why, because=names)
    what = f"{move.entity_id} {year} {kind} {code}"
    return label("back_test.line", lang, what=what, before=before, after=after, why=why)


def write_moved(found: BackTest, file: Path) -> None:
    """Every number that moved as a table."""
    text = io.StringIO(newline="")
    writer = InertWriter(text, "\r\n")
    writer.writerow(MOVED)
    for one in found.moved:
        move, (kind, code, year) = one.move, one.move.result
        cells = (move.entity_type, move.entity_id, year, kind, code, move.before, move.after)
        because = "; ".join(one.because)
        writer.writerow([*cells, move.was, move.now, one.cause, because])
    write_atomically(file, text.getvalue().encode(TABLE_ENCODING))
