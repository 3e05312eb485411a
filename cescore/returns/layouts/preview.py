"""A copy of a received workbook with each cell coloured by what it is read as, before it is used."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cescore.intake.address import Address, of_source
from cescore.intake.findings import Finding
from cescore.intake.notation import clean
from cescore.intake.observations.statuses import STATUSES
from cescore.intake.wording import name_of, text
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.taken import CheckRow, ReturnRow, Role, Taken
from cescore.returns.workbooks.sheet import Content, Position, Sheet, Workbook, column_number

COLOURS: Mapping[Role, str] = {
    Role.value: "#C6E0B4",
    Role.refused: "#F4B183",
    Role.blank: "#FFF2CC",
    Role.header: "#BDD7EE",
    Role.note: "#EDEDED",
    Role.total: "#D9C8EC",
    Role.identity: "#E2EFDA",
    Role.unread: "#FF9999",
}
WORDS: Mapping[Role, tuple[str, str]] = {
    Role.value: ("数值：予以采用", "value: taken over"),
    Role.refused: ("数值：不予采用，见批注", "value: refused, see its comment"),
    Role.blank: ("应填而未填", "input left empty"),
    Role.header: ("表头、代码、计量单位", "heading, code or unit"),
    Role.note: ("说明文字", "words beside the table"),
    Role.total: ("合计：只作核对", "total: only checked"),
    Role.identity: ("表格身份", "identity of the form"),
    Role.unread: ("未读取的数字", "number that is not read"),
}
LEGENDS = ("预览", "Preview")  # what the first sheet is called
_COMMENT = {"x_scale": 2.2, "y_scale": 1.6, "font_size": 9}


@dataclass(frozen=True)
class PreviewWords:
    """What comments call entities, variables and findings, in a language."""

    lang: str
    expected: Expected

    def row(self, row: ReturnRow | CheckRow) -> str:
        """Whose value of what a cell is read as."""
        what = row.check_id if isinstance(row, CheckRow) else row.variable
        value = row.status if isinstance(row, CheckRow) else row.value or row.status
        register, variables = self.expected.register, self.expected.variables
        entity_id, code = clean(row.entity_id).text, clean(what).text
        entity = register[entity_id].name(self.lang) if entity_id in register else ""
        name = variables[code].name(self.lang) if code in variables else ""
        parts = (self._called(entity, row.entity_id), row.year, self._called(name, what), "=")
        return " ".join(filter(None, (*parts, self._status(value))))

    def finding(self, finding: Finding) -> str:
        """A finding by its name, and what was found and expected."""
        said = finding.said(self.lang)
        kind = name_of(finding.kind or finding.code, self.lang)
        key = "line" if said.expected else "line_found"
        head = self._called(kind, finding.code)
        return text(key, self.lang).format(head=head, found=said.found, expected=said.expected)

    def _called(self, name: str, code: str) -> str:
        return (
            f"{name}{text('in_brackets', self.lang).format(code)}"
            if name and name != code
            else code
        )

    def _status(self, value: str) -> str:
        return text(f"status_{value}", self.lang) if value in STATUSES else value


def preview_of(
    book: Workbook, taken: Taken, about: Sequence[Finding], words: PreviewWords
) -> bytes:
    """An .xlsx with the workbook's cells as texts, coloured; values say as what they are read.

    ``about`` are findings about the file as a whole, said at each of its values. Formulas stand there as
    texts, and nothing of the received file itself is in it.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, {**options, "strings_to_numbers": False}) as out:
        colours = {
            role: out.add_format({"bg_color": colour, "border": 1, "border_color": "#BFBFBF"})
            for role, colour in COLOURS.items()
        }
        _legend(out, taken, colours, words.lang)
        comments = _comments(taken, about, words)
        for n, sheet in enumerate(book.sheets, 1):
            target = out.add_worksheet(_sheet_name(sheet.name, n))
            _sheet(target, sheet, taken, colours, comments.get(sheet.name, {}))
    return buffer.getvalue()


def _legend(
    out: xlsxwriter.Workbook, taken: Taken, colours: Mapping[Role, Format], lang: str
) -> None:
    """The first sheet: what each colour means, and how many cells have it."""
    sheet = out.add_worksheet(LEGENDS[lang != "zh"])
    sheet.set_column(0, 0, 34)
    sheet.write_string(0, 0, taken.file)
    sheet.write_string(0, 1, taken.layout or "?")
    counts = taken.count()
    for row, role in enumerate(Role, 2):
        sheet.write_string(row, 0, WORDS[role][lang != "zh"], colours[role])
        sheet.write_number(row, 1, counts.get(role, 0))


def _sheet(
    target: Worksheet,
    sheet: Sheet,
    taken: Taken,
    colours: Mapping[Role, Format],
    comments: Mapping[Position, str],
) -> None:
    target.set_column(0, min(sheet.last_column, 200), 14)
    for (row, column), role in ((at, r) for (s, at), r in taken.roles.items() if s == sheet.name):
        cell = sheet.cells.get((row, column))
        place, colour = (row - 1, column - 1), colours[role]
        if cell is None:
            target.write_blank(*place, None, colour)
        elif cell.content == Content.number and not cell.formula:
            target.write_number(*place, float(cell.text), colour) if _is_finite(
                cell.text
            ) else target.write_string(*place, cell.text, colour)
        else:
            target.write_string(*place, cell.text or cell.formula, colour)
    for span in sheet.merged:
        role = taken.roles.get((sheet.name, (span.top, span.left)), Role.note)
        if (span.bottom, span.right) != (span.top, span.left):
            edges = (span.top - 1, span.left - 1, span.bottom - 1, span.right - 1)
            target.merge_range(*edges, sheet.text(span.top, span.left), colours[role])
    for (row, column), said in comments.items():
        target.write_comment(row - 1, column - 1, said, _COMMENT)


def _comments(
    taken: Taken, about: Sequence[Finding], words: PreviewWords
) -> dict[str, dict[Position, str]]:
    """What is said in the comment of a cell: whose value it is, and what was found."""
    found: dict[str, dict[Position, str]] = {}

    def say(at: Address, said: str) -> None:
        cells = found.setdefault(at.sheet, {})
        place = (at.row, column_number(at.column))
        cells[place] = f"{cells[place]}\n{said}" if place in cells else said

    of_file = tuple(dict.fromkeys(words.finding(f) for f in about if not f.at.column))
    rows: tuple[ReturnRow | CheckRow, ...] = (*taken.rows, *taken.checks)
    for row in rows:
        at = of_source(row.source)
        if at is not None:
            for said in (words.row(row), *of_file):
                say(at, said)
    for finding in taken.log.found:
        if finding.at.sheet and finding.at.column:
            say(finding.at, words.finding(finding))
    return found


def _sheet_name(name: str, n: int) -> str:
    """A sheet's name as a workbook may have it, told from all others by its number."""
    plain = "".join("_" if c in "[]:*?/\\'" else c for c in name)
    return f"{n} {plain}"[:31]


def _is_finite(text: str) -> bool:
    return abs(float(text)) < float("inf")
