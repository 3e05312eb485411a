"""The data of a table, apart from how it is drawn: texts as printed, values in full, marks.

A notebook carries it beside the table's HTML, under a MIME type of its own; from there come the
CSV files inside a PDF, and in Jupyter a DataFrame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

TABLE_MIME = "application/vnd.cescore.table+json"


@dataclass(frozen=True)
class Datum:
    """What one place of a table holds.

    ``value``: the number in full precision, None where the text is no number. ``marks``: the small
    signs beside it, such as that of an estimate.
    """

    text: str
    value: float | None = None
    marks: str = ""

    def to_json(self) -> Any:
        """The text alone where there is nothing else: a table is mostly that."""
        return self.text if self == Datum(self.text) else [self.text, self.value, self.marks]

    @classmethod
    def from_json(cls, found: Any) -> Datum:
        return cls(found) if isinstance(found, str) else cls(*found)


@dataclass(frozen=True)
class TableHead:
    """What a column is called on the page, and its code where it has one."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class TableLine:
    """One line: the first cell names it; code and unit are those of what it shows."""

    cells: tuple[Datum, ...]
    kind: str = ""  # as `cescore.publish.table.Row` has it
    code: str = ""
    unit: str = ""

    @property
    def is_title(self) -> bool:
        """Whether the line only names the lines below it."""
        return self.kind == "group" and not any(cell.text for cell in self.cells[1:])


@dataclass(frozen=True)
class TableData:
    """A table as data; ``name`` is its caption."""

    name: str
    columns: tuple[TableHead, ...]
    lines: tuple[TableLine, ...]

    def to_json(self) -> dict[str, Any]:
        """What stands in a notebook under `TABLE_MIME`."""
        return {
            "name": self.name,
            "columns": [[head.text, head.code] for head in self.columns],
            "lines": [
                {"kind": line.kind, "code": line.code, "unit": line.unit}
                | {"cells": [cell.to_json() for cell in line.cells]}
                for line in self.lines
            ],
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> TableData:
        """The table that `to_json` wrote."""
        lines = (
            TableLine(
                tuple(map(Datum.from_json, line["cells"])), line["kind"], line["code"], line["unit"]
            )
            for line in found["lines"]
        )
        columns = tuple(TableHead(text, code) for text, code in found["columns"])
        return cls(str(found["name"]), columns, tuple(lines))

    def to_frame(self, *, by: Literal["name", "code"] = "name") -> pd.DataFrame:
        """The values as a DataFrame: one row per line that holds some, titles of groups left out.

        A column with numbers holds them in full precision, NaN where the page prints a mark; any
        other holds texts. Names of lines and columns are those printed, or their codes
        (``by="code"``) where they have one. ``attrs``: ``caption``, and ``units`` by line.
        """
        import pandas as pd

        lines = [line for line in self.lines if not line.is_title]
        names = [_called(line.cells[0].text, line.code, by) for line in lines]
        heads = [_called(head.text, head.code, by) for head in self.columns]
        columns = [
            pd.Series(_tidy([line.cells[i] for line in lines]), index=names)
            for i in range(1, len(heads))
        ]
        frame = pd.concat(columns, axis=1, keys=heads[1:]) if columns else pd.DataFrame(index=names)
        frame.index.name = heads[0]
        units = {name: line.unit for name, line in zip(names, lines, strict=True) if line.unit}
        frame.attrs.update(caption=self.name, units=units)
        return frame


def _called(name: str, code: str, by: str) -> str:
    return code if by == "code" and code else name


def _tidy(cells: Sequence[Datum]) -> list[float] | list[str]:
    """The cells of a column: numbers where it has any, else texts."""
    if any(cell.value is not None for cell in cells):
        return [float("nan") if cell.value is None else cell.value for cell in cells]
    return [cell.text for cell in cells]
