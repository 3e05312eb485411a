"""The back test of a year: its published results read again, computed again, and what moved told."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import Path

import pandas as pd

from cescore.errors import DataError
from cescore.evaluation.back_test import KEY, BackTest, MovedNumber, back_test
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.findings import TABLE_ENCODING
from cescore.intake.workspace import Workspace
from cescore.publish.words import label
from cescore.run.files import write_atomically
from cescore.run.parquet_results import FOLDER
from cescore.run.tables import RESULTS

COLUMNS = (*KEY, "value", "unit", "status")
MOST_SHOWN = 20  # numbers that the terminal names one by one


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
        f"no published results of {year}: expected {RESULTS} in {where}, or --published"
    )


def read_results(file: Path) -> pd.DataFrame:
    """The rows of results.csv as they were written; of large types those of the Parquet beside it.

    Raises
    ------
    DataError
        The file has other columns, or values that are no numbers.
    """
    try:
        frame = pd.read_csv(
            file,
            encoding=TABLE_ENCODING,
            keep_default_na=False,
            na_values={"value": [""]},
            dtype={name: str for name in COLUMNS if name not in ("year", "value")},
        )
        frame = frame[list(COLUMNS)].astype({"year": int, "value": float})
    except (ValueError, KeyError, pd.errors.ParserError) as error:
        raise DataError(f"{file}: not a table of results: {error}") from error
    large = file.parent / FOLDER
    if not large.is_dir():
        return frame
    whole = pd.read_parquet(large)[list(COLUMNS)]
    rest = frame[~frame["entity_type"].isin(set(whole["entity_type"]))]
    return pd.concat([rest, whole], ignore_index=True)


def computed_again(root: Path, year: int, published: Path) -> BackTest:
    """Compute a year again with today's code, params and data, and compare with what was published."""
    before = read_results(published)
    return back_test(before, evaluate_workspace(Workspace.load(root, year)))


def told(found: BackTest, lang: str) -> Iterator[str]:
    """What came of it, in lines: all the same, or how many moved, why, and the first of them."""
    n, moved = found.compared, len(found.moved)
    if not moved:
        yield label("back_test.same", lang, year=found.year, n=n)
        return
    yield label("back_test.moved", lang, year=found.year, n=n, moved=moved)
    for cause, count in Counter(one.cause for one in found.moved).most_common():
        yield label(f"back_test.cause.{cause}", lang, n=count)
    if not found.has_record:
        yield label("back_test.no_record", lang, year=found.year)
    order = {"method": 0, "data": 1, "unknown": 2, "follows": 3}
    first = sorted(found.moved, key=lambda one: (one.year != found.year, order[one.cause]))
    yield from (_line(one, lang) for one in first[:MOST_SHOWN])
    if moved > MOST_SHOWN:
        yield label("back_test.more", lang, n=moved - MOST_SHOWN)


def _line(one: MovedNumber, lang: str) -> str:
    before, after = (
        f"{'' if value is None else f'{value:.10g}'} {status}".strip() or "—"
        for value, status in ((one.before, one.status_before), (one.after, one.status_after))
    )
    what = f"{one.entity_id} {one.year} {one.kind} {one.code}"
    why = label(f"back_test.because.{one.cause}", lang, because=", ".join(one.because))
    return label("back_test.line", lang, what=what, before=before, after=after, why=why)


def write_moved(found: BackTest, file: Path) -> None:
    """Every number that moved as a table."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([field.name for field in fields(MovedNumber)])
    for one in found.moved:
        *cells, because = astuple(one)
        writer.writerow(["" if cell is None else cell for cell in (*cells, "; ".join(because))])
    write_atomically(file, text.getvalue().encode(TABLE_ENCODING))
