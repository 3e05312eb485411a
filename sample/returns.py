"""Forms filled in as a respondent would: ``python -m sample.returns FORMS --out FILLED --year 2025``.

Takes blank forms (`build.py forms`) and writes the figures that a workspace's CSV files hold into
their cells, with the words of the form; what it has no figure for stays empty.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from cescore.returns.forms import shape
from cescore.returns.forms.identity import FormIdentity, read_identity

Row = Mapping[str, str]
Rows = Mapping[str, Mapping[str, Row]]  # entity -> variable or check -> row


def rows_of(paths: Iterable[Path], key: str) -> Rows:
    """The rows of CSV files by entity, and by variable or check within it."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                found[row["entity_id"]][row[key]] = row
    return found


def fill_form(form: Path, filled: Path, returned: Rows, checked: Rows) -> FormIdentity:
    """Write one form with what its entity has; returns whose it is."""
    book = openpyxl.load_workbook(form)
    rows = {page.title: page.iter_rows(values_only=True) for page in book}
    identity = read_identity(rows).identity
    if identity is None:
        raise SystemExit(f"{form}: not a form")
    own, checks = returned.get(identity.entity_id, {}), checked.get(identity.entity_id, {})
    for sheet, key, known in (
        (shape.RETURN, "variable", own),
        (shape.MEASURES, "check_id", checks),
    ):
        name = sheet.name(identity.lang)
        if name in book.sheetnames:
            _fill(book[name], sheet, key, known, identity.lang)
    filled.parent.mkdir(parents=True, exist_ok=True)
    book.save(filled)
    return identity


def _fill(page: Any, sheet: shape.FormSheet, key: str, known: Mapping[str, Row], lang: str) -> None:
    columns: dict[str, int] | None = None
    for cells in page.iter_rows():
        texts = [str(cell.value or "") for cell in cells]
        columns = columns or shape.header_of(texts, sheet)
        if columns is None:
            continue
        row = known.get(texts[columns[key]])
        for column, value in _answers(row, sheet, lang) if row else ():
            cells[columns[column]].value = value
            if isinstance(value, date):
                cells[columns[column]].number_format = "yyyy-mm-dd"


def _answers(row: Row, sheet: shape.FormSheet, lang: str) -> Iterator[tuple[str, object]]:
    """What is typed into the cells of one row."""
    words: Mapping[str, Sequence[shape.FormWord]] = {
        "status": shape.status_words() if sheet is shape.RETURN else shape.check_status_words(),
        "basis": shape.basis_words(),
        "evidence_kind": shape.evidence_words(),
    }
    for column in (c.key for c in sheet.columns if c.is_input and row.get(c.key)):
        text = row[column]
        if column in words:
            yield column, next(w.name(lang) for w in words[column] if w.key == text)
        elif column.endswith("_date"):
            yield column, date.fromisoformat(text)
        else:
            yield column, _typed(text, is_flag=row.get("variable") in FLAGS, lang=lang)


FLAGS = frozenset(["submission_on_time"])  # variables of the sample's dictionary answered yes or no


def _typed(text: str, *, is_flag: bool, lang: str) -> object:
    """A number as a number, all else as it stands."""
    if is_flag:
        return next((w.name(lang) for w in shape.FLAG_WORDS if w.key == text), text)
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def main() -> None:
    """Read the options and fill every form below a folder."""
    parser = argparse.ArgumentParser(prog="python -m sample.returns", description=__doc__)
    parser.add_argument("forms", type=Path, help="folder with blank forms")
    parser.add_argument("--out", type=Path, required=True, help="folder for the filled ones")
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument("--root", type=Path, default=Path(), help="workspace with the figures")
    chosen = parser.parse_args()
    data = chosen.root / "data" / str(chosen.year)
    returned = rows_of(sorted(data.glob("observations*.csv")), "variable")
    checked = rows_of(data.glob("measures.csv"), "check_id")
    forms = sorted(chosen.forms.rglob("*.xlsx"))
    for form in forms:
        fill_form(form, chosen.out / form.name, returned, checked)
    print(f"{len(forms)} forms filled, in {chosen.out}")


if __name__ == "__main__":
    main()
