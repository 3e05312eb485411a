"""results.csv, results.xlsx, uncertainty.csv and findings.csv of a run, each written whole."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cescore.intake.findings import TABLE_ENCODING, FurtherColumns, write_findings
from cescore.intake.inert import frame_text
from cescore.method.index.result_rows import ResultPart, as_frame
from cescore.publish.naming import on_terminal
from cescore.returns.review import FindingsReview
from cescore.run.files import PART, write_atomically
from cescore.run.processes.side_by_side import beside
from cescore.run.results.kept_lines import KeptLines
from cescore.run.results.parquet_results import FOLDER, ParquetResults, parquet_files
from cescore.run.results.result_lines import HEADER
from cescore.run.telling.reviewed import COLUMNS as REVIEW_COLUMNS
from cescore.run.telling.reviewed import further_columns

if TYPE_CHECKING:
    import xlsxwriter

    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.run.kept.kept_work import KeptWork

RESULTS, WORKBOOK, FINDINGS = "results.csv", "results.xlsx", "findings.csv"
UNCERTAINTY = "uncertainty.csv"
INDICES = ("index", "progress_index")  # what the index page shows of a large type
WIDE_KINDS = ("index", "progress_index", "group", "indicator", "assessment")
SHEET_MOST = 50_000  # entities on a sheet; more are in results.csv alone, and the workbook says so
NO_CLOCK = datetime(2000, 1, 1)  # a workbook states when it was made; ours says nothing by it


def write_tables(
    folder: Path,
    yearly: YearlyEvaluation,
    lang: str = "zh",
    stage: str = "draft",
    kept: KeptWork | None = None,
) -> pd.DataFrame:
    """Write all tables of a run; returns the rows of results.csv that the workbook shows.

    Results go to the file part by part: they never stand in memory whole. Of a large type (see
    `YearlyEvaluation.is_large`) all rows are Parquet, and results.csv has what a workbook would show.
    ``kept``: what the last run worked out, see `KeptLines`.
    """
    shown: list[ResultPart] = []
    temporary = folder / f".{RESULTS}{PART}"
    with (
        temporary.open("wb") as stream,
        ParquetResults(folder) as all_,
        KeptLines.of_run(folder / RESULTS, kept) as lines,
    ):
        stream.write(HEADER.encode(TABLE_ENCODING))
        for part in yearly.results_in_parts():
            of_year, is_large = part.of(yearly.year, WIDE_KINDS), yearly.is_large(part.entity_type)
            if is_large:
                all_.add(part)
            lines.write(of_year if is_large else part, stream)
            shown.append(of_year.of(yearly.year, INDICES) if is_large else of_year)
    os.replace(temporary, folder / RESULTS)
    results = as_frame(shown)
    with beside(lambda: write_atomically(folder / WORKBOOK, workbook(results, yearly, stage))):
        write_table(folder, UNCERTAINTY, yearly.uncertainty(kept))
        write_findings_whole(folder, FindingsReview.of(yearly.workspace, yearly), lang)
    return results


def write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table of a run as CSV, whole."""
    write_atomically(folder / name, frame_text(table).encode(TABLE_ENCODING))


def tables_in(folder: Path) -> tuple[str, ...]:
    """The tables of a run, by their names in its folder."""
    return (RESULTS, *parquet_files(folder), WORKBOOK, UNCERTAINTY, FINDINGS)


def write_findings_whole(folder: Path, review: FindingsReview, lang: str) -> None:
    """Write findings.csv, every finding of a run with what it could move."""
    temporary = folder / f".{FINDINGS}{PART}"
    further = FurtherColumns(REVIEW_COLUMNS, further_columns(review, lang))
    write_findings(temporary, review.workspace.findings, lang, on_terminal, further)
    os.replace(temporary, folder / FINDINGS)


def workbook(results: pd.DataFrame, yearly: YearlyEvaluation, stage: str = "draft") -> bytes:
    """The year's results, one sheet per entity type, one row per entity."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # not for a command that writes no tables

    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": NO_CLOCK})
        of_year = results[(results["year"] == yearly.year) & results["kind"].isin(WIDE_KINDS)]
        _about(book, yearly, stage)
        told_of = set(of_year["entity_type"])
        for entity_type, evaluation in yearly.evaluations.items():
            if entity_type in told_of and len(evaluation.panel.entities) <= SHEET_MOST:
                _sheet(book, entity_type, of_year[of_year["entity_type"] == entity_type], yearly)
    return buffer.getvalue()


def _about(book: xlsxwriter.Workbook, yearly: YearlyEvaluation, stage: str) -> None:
    run = yearly.workspace.definitions.run
    sheet = book.add_worksheet("about")
    rows: Iterable[tuple[str, str]] = (
        ("year", str(run.year)),
        ("place", f"{run.place.zh} {run.place.en}".strip()),
        ("status", "示例数据 sample data" if run.status == "sample" else stage),
        ("full results", f"{RESULTS}: all years, all kinds, full precision"),
    )
    left_out = [
        (sheet_name(t), f"{len(e.panel.entities)} entities, more than a sheet holds: {RESULTS}")
        for t, e in yearly.evaluations.items()
        if len(e.panel.entities) > SHEET_MOST
    ]
    large = [
        (sheet_name(t), f"all years, all kinds in {FOLDER}; {RESULTS} has the year evaluated")
        for t in yearly.evaluations
        if yearly.is_large(t)
    ]
    for number, row in enumerate((*rows, *left_out, *large)):
        sheet.write_row(number, 0, row)
    sheet.set_column(0, 1, 24)


def _sheet(
    book: xlsxwriter.Workbook, entity_type: str, rows: pd.DataFrame, yearly: YearlyEvaluation
) -> None:
    """Entities down, codes across; a number, or where there is none its status."""
    sheet = book.add_worksheet(sheet_name(entity_type))
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    kinds, of_rows = rows["kind"].tolist(), rows["code"].tolist()
    codes = list(dict.fromkeys(zip(kinds, of_rows, strict=True)))
    units = dict(zip(of_rows, rows["unit"].tolist(), strict=True))
    sheet.write_row(0, 0, ["entity_id", "name_zh", "name_en", *(code for _, code in codes)], head)
    sheet.write_row(1, 0, ["", "", "", *(units[code] or "" for _, code in codes)], head)
    cells = _cells(rows)
    register = yearly.workspace.register
    for number, entity_id in enumerate(dict.fromkeys(rows["entity_id"].tolist()), start=2):
        entity = register[entity_id]
        sheet.write_row(number, 0, [entity_id, entity.name_zh, entity.name_en])
        for column, code in enumerate(codes, start=3):
            cell = cells.get((entity_id, *code))
            if isinstance(cell, float):
                sheet.write_number(number, column, cell)
            elif cell is not None:
                sheet.write(number, column, cell)
    sheet.freeze_panes(2, 3)
    sheet.set_column(1, 2, 28)


def _cells(rows: pd.DataFrame) -> Mapping[tuple[str, str, str], float | str]:
    names = ("entity_id", "kind", "code", "value", "status")
    values = zip(*(rows[name].tolist() for name in names), strict=True)
    return {(e, k, c): s if pd.isna(v) else float(v) for e, k, c, v, s in values}


def sheet_name(entity_type: str) -> str:
    """A name that a workbook accepts: 31 characters, none of []:*?/\\ ."""
    return "".join("_" if c in "[]:*?/\\'" else c for c in entity_type)[:31] or "type"
