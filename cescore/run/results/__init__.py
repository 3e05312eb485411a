"""The tables of a run: results, uncertainty, findings, as CSV, workbook and Parquet."""
