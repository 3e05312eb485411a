"""Reads our own form back: sheets, rows and columns found by what they say, wherever they moved."""

from __future__ import annotations

from dataclasses import dataclass

from cescore.intake.address import cells_text
from cescore.intake.findings import Context
from cescore.intake.notation import bad_id, clean
from cescore.intake.notation import year as read_year
from cescore.intake.register.unknown_ids import unknown_id
from cescore.intake.wording import code, phrase, shortened
from cescore.returns.forms.identity import FormIdentity, IdentityReading
from cescore.returns.forms.shape import (
    FLAG_WORDS,
    FORMAT_VERSION,
    MEASURES,
    REQUIRED,
    RETURN,
    SENT_ALONG,
    FormSheet,
    basis_words,
    check_status_words,
    evidence_words,
    key_of,
    status_words,
)
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.form_tables import (
    OURS,
    FormTable,
    headings_of,
    likely_header,
    tables_of,
)
from cescore.returns.layouts.taken import SHOWN, CheckRow, ReturnRow, Role, Taken
from cescore.returns.layouts.unheaded import rows_of_value, span_text, tell_unheaded
from cescore.returns.layouts.unseen import tell_unseen
from cescore.returns.layouts.values import CellValues
from cescore.returns.workbooks.sheet import Content, SheetCell, Workbook, letters

FORM = "form"  # the name of this layout
_COUNTED = {RETURN.key: "value", MEASURES.key: "status"}  # the column of which cells are counted
_CODES = ("variable", "check_id")  # the columns that say what a row is about
_FIELDS = {  # what a form says of itself -> how a finding names it
    "entity_id": "form_field_entity_id",
    "year": "form_field_year",
    "entity_type": "form_field_entity_type",
    "lang": "form_field_lang",
    "params_version": "form_field_params_version",
    "params_hash": "form_field_params_hash",
    "format_version": "form_field_format_version",
}
_PLACES = {  # where a form says whose it is -> how a finding names the place
    "sheet": "form_sheet",
    "names": "form_names",
    "properties": "form_properties",
    "title": "form_title",
}


def read_form(book: Workbook, identity: IdentityReading, expected: Expected) -> Taken:
    """All that a form says, under the entity and year that it carries.

    A form of nobody, of another year, or one whose places contradict each other is told and not used.
    """
    taken = Taken(book.file, FORM)
    reader = _FormReader(book, expected, taken)
    owner = reader.owner(identity)
    if owner is not None:
        reader.entity_id, reader.year = owner.entity_id, owner.year
    tables = {wanted.key: reader.table(wanted) for wanted in (RETURN, MEASURES)}
    if owner is not None:
        reader.returns(tables[RETURN.key])
        reader.measures(tables[MEASURES.key])
    for key, table in tables.items():
        if table is None:
            continue
        if owner is None:
            reader.refuse(table, _COUNTED[key])
        reader.tell_unheaded(table)
        tell_unseen(book, table.sheet, taken, reader.entity_id, expected.year)
    if tables[RETURN.key] is None:
        reader.leave_numbers()
    headed = [table.sheet.name for table in tables.values() if table is not None]
    own = [s for s in book.sheets if s.name not in (*OURS, *headed)]
    own = [sheet for sheet in own if key_of(sheet.name, SENT_ALONG) is None]
    taken.settle(own, book, reader.entity_id)
    for sheet in book.sheets:
        role = Role.identity if sheet.name in OURS else Role.note
        for row, column in sheet.cells:
            taken.mark(sheet, row, column, role)
    return taken


@dataclass
class _FormReader:
    """Reads one form; ``entity_id`` and ``year`` are whose it is."""

    book: Workbook
    expected: Expected
    taken: Taken
    entity_id: str = ""
    year: str = ""

    def __post_init__(self) -> None:
        self.values = CellValues(self.book, self.expected)

    def owner(self, identity: IdentityReading) -> FormIdentity | None:
        """Whose form it is; None where that is not certain, or it is none that is asked for."""
        here = self.taken.context(self.book, "")
        for one in identity.contradictions:
            texts = tuple(phrase(_PLACES[place], text=text) for place, text in one.texts)
            sheet, row, column = identity.title_cells.get(one.field, ("", 0, 0))
            there = self.taken.context(self.book, sheet, row, column)
            there.error("form_contradicts", field=phrase(_FIELDS[one.field]), texts=texts)
        owner = identity.identity
        if owner is None:
            here.error("form_of_nobody")
            return None
        here = here.of(entity_id=owner.entity_id)
        is_known = self._is_known(owner, here)
        read = read_year(owner.year)
        if read.number != self.expected.year:
            here.error("form_of_year", text=shortened(owner.year), year=self.expected.year)
            return None
        if owner.format_version not in ("", FORMAT_VERSION):
            here.warning("form_version", text=owner.format_version, known=FORMAT_VERSION)
        if not is_known or identity.contradictions:
            return None
        contents = self.expected.contents(self.expected.register[owner.entity_id].entity_type)
        if owner.params_hash and contents is not None and owner.params_hash != contents.hash:
            here.warning("form_of_other_params", version=owner.params_version)
        return owner

    def _is_known(self, owner: FormIdentity, here: Context) -> bool:
        """Whether the register knows the entity a form names, in the year."""
        register, entity_id = self.expected.register, owner.entity_id
        if entity_id not in register:
            reason = bad_id(entity_id)
            if reason:
                here.error("bad_id", text=shortened(entity_id), reason=phrase(reason))
            else:
                told, values = unknown_id(entity_id, register.entities)
                here.error(told, **values)
            return False
        entity = register[entity_id]
        if owner.entity_type and owner.entity_type != entity.entity_type:
            here.warning("form_of_type", own=code(entity.entity_type), text=code(owner.entity_type))
        return True

    def table(self, wanted: FormSheet) -> FormTable | None:
        """The one table of a kind; none or several are told."""
        found = tables_of(self.book, wanted)
        if len(found) > 1:
            names = tuple(table.sheet.name for table in found)
            here = self.taken.context(self.book, found[1].sheet.name)
            here.error("sheets_alike", n=len(found), sheets=names)
            for table in found:
                self.refuse(table, _COUNTED[wanted.key])
            return None
        if not found:
            if wanted is RETURN:
                self._tell_no_table()
            return None
        table = found[0]
        self._mark_header(table, wanted)
        return table

    def _tell_no_table(self) -> None:
        """Which headings are missing, at the row that has most of them."""
        needed = [c for c in RETURN.columns if c.key in REQUIRED[RETURN.key]]
        likely = likely_header(self.book)
        if likely is None:
            why = phrase("no_headings", headings=tuple(c.zh for c in needed))
            here = self.taken.context(self.book, "").of(entity_id=self.entity_id)
            here.error("form_without_table", why=why)
            return
        sheet, row = likely
        keys = {key_of(text, RETURN.columns) for text in headings_of(sheet, row)}
        missing = tuple(c.zh for c in needed if c.key not in keys)
        others = [
            (n, text)
            for n, text in enumerate(headings_of(sheet, row), start=1)
            if text and key_of(text, RETURN.columns) is None
        ]
        here = self.taken.context(self.book, sheet.name, row, others[0][0] if others else 1)
        unknown = tuple(shortened(text) for _, text in others)
        key = "heading_among" if unknown else "heading_missing"
        beside = {"others": unknown} if unknown else {}
        here = here.of(entity_id=self.entity_id)
        here.error("form_without_table", why=phrase(key, headings=missing, row=row, **beside))

    def refuse(self, table: FormTable, key: str) -> None:
        """Count the inputs of a table that is not used; a finding about the form says why."""
        for row in table.rows():
            is_filled = self._cell(table, row, key) is not None
            if is_filled or any(table.text(row, code) for code in _CODES):
                self._mark(table, row, key, Role.refused if is_filled else Role.blank)

    def tell_unheaded(self, table: FormTable) -> None:
        """What stands on the sheet of a table below no heading."""
        headings = enumerate(headings_of(table.sheet, table.header), start=1)
        headed = {column for column, text in headings if text}
        here = self.taken.context(self.book, table.sheet.name)
        about = here.of(entity_id=self.entity_id, year=self.expected.year)
        tell_unheaded(table.sheet, table.header, headed, about, self.taken)

    def leave_numbers(self) -> None:
        """Count the numbers of a form without a table as not read: its finding says why."""
        for sheet in self.book.sheets:
            for (row, column), cell in sheet.cells.items():
                if sheet.name not in OURS and cell.content == Content.number:
                    self.taken.mark(sheet, row, column, Role.unread)

    def _mark_header(self, table: FormTable, wanted: FormSheet) -> None:
        """What stands above and in the header; a column that the form does not have is told."""
        known = {column.key for column in wanted.columns}
        for (row, column), cell in table.sheet.cells.items():
            if row < table.header:
                self.taken.mark(table.sheet, row, column, Role.header)
            if row != table.header:
                continue
            self.taken.mark(table.sheet, row, column, Role.header)
            key = key_of(cell.text, wanted.columns)
            here = self.taken.context(self.book, table.sheet.name, row, column)
            if key is None:
                names = tuple(c.zh for c in wanted.columns)
                here.warning("column_unknown", column=shortened(cell.text), known=names, near="")
            elif key in known and table.columns[key] != column:
                here.error("column_twice", column=cell.text, n=2)

    def returns(self, table: FormTable | None) -> None:
        """The values of the return."""
        if table is None:
            return
        if self._is_blank(table):
            here = self.taken.context(self.book, table.sheet.name)
            here.of(entity_id=self.entity_id, year=self.expected.year).warning("form_blank")
            for row in table.rows():
                self._mark(table, row, "value", Role.blank)
            return
        seen: set[str] = set()
        for row in table.rows():
            name = clean(table.text(row, "variable")).text
            here = self._here(table, row, "value").of(variable=name[:80])
            if name:
                seen.add(name)
                self._value(table, row, name, here)
            elif self._cell(table, row, "value") is not None:
                here.error("value_without_code", text=shortened(table.text(row, "value")))
                self._mark(table, row, "value", Role.refused)
        self._tell_rows_gone(table, seen)

    def _is_blank(self, table: FormTable) -> bool:
        """Whether nothing at all was filled in."""
        inputs = [c.key for c in RETURN.columns if c.is_input]
        return not any(self._cell(table, row, key) for row in table.rows() for key in inputs)

    def _value(self, table: FormTable, row: int, name: str, here: Context) -> None:
        variable = self.expected.variables.get(name)
        cell = self._cell(table, row, "value")
        beside = {key: table.text(row, key) for key in ("status", "basis", "note")}
        for key, words in (("status", status_words()), ("basis", basis_words())):
            beside[key] = key_of(beside[key], words) or beside[key]  # the form's own words
        is_blank = cell is None and not clean(beside["status"]).text and not beside["note"]
        if is_blank and not self.expected.must_have(self.entity_id, name):
            self._mark(table, row, "value", Role.blank)
            return
        written = None
        if cell is not None and self._is_of_several(table, row, here):
            self._mark(table, row, "value", Role.refused)
            return
        if cell is not None:
            stated = table.text(row, "unit")
            written = self.values.of(cell, variable, stated, here)
            if written is None:
                self._mark(table, row, "value", Role.refused)
                return
        self._mark(table, row, "value", Role.value if cell is not None else Role.blank)
        text = "" if written is None else written.text
        if variable is not None and variable.kind == "flag":
            text = key_of(text, FLAG_WORDS) or text
        self.taken.rows.append(
            ReturnRow(
                self.entity_id,
                self.year,
                table.text(row, "variable"),  # as it stands: signs that are not seen are told
                text,
                beside["status"],
                here.at.source,
                beside["basis"],
                beside["note"],
                "" if written is None else written.unit,
            )
        )

    def _is_of_several(self, table: FormTable, row: int, here: Context) -> bool:
        """Whether a value stands in a cell that is merged over the rows of several variables."""
        sheet, column = table.sheet, table.columns["value"]
        rows = rows_of_value(sheet, row, column)
        codes = {clean(table.text(n, "variable")).text for n in rows} - {""}
        if len(codes) > 1:
            here.error("merged_value", span=span_text(sheet.span_of(row, column)), n=len(codes))
        return len(codes) > 1

    def _tell_rows_gone(self, table: FormTable, seen: set[str]) -> None:
        """Rows of the form that are no longer there, though it was sent out with them."""
        contents = self.expected.contents(self.expected.register[self.entity_id].entity_type)
        asked = () if contents is None else contents.variables
        gone = [a.variable for a in asked if a.variable.code not in seen]
        if gone:
            here = self.taken.context(self.book, table.sheet.name)
            codes = tuple(code(variable.code) for variable in gone[:SHOWN])
            is_needed = any(variable.required for variable in gone)
            here = here.of(entity_id=self.entity_id, year=self.expected.year)
            here.tell(
                "error" if is_needed else "warning", "form_rows_gone", n=len(gone), codes=codes
            )

    def measures(self, table: FormTable | None) -> None:
        """The yearly checks of the plan's measures."""
        if table is None:
            return
        for row in table.rows():
            check_id = clean(table.text(row, "check_id")).text
            inputs = [c.key for c in MEASURES.columns if c.is_input]
            cells = {key: self._cell(table, row, key) for key in inputs}
            if not any(cells.values()):
                self._mark(table, row, "status", Role.blank)
                continue
            here = self._here(table, row, "status").of(variable=check_id[:80])
            if not check_id:
                key = next(key for key in inputs if cells[key] is not None)
                here = self._here(table, row, key)
                here.error("value_without_code", text=shortened(table.text(row, key)))
                self._mark(table, row, key, Role.refused)
                continue
            self._check(table, row, check_id, here)

    def _check(self, table: FormTable, row: int, check_id: str, here: Context) -> None:
        texts = {c.key: table.text(row, c.key) for c in MEASURES.columns if c.is_input}
        for key in texts:
            cell = self._cell(table, row, key)
            if cell is None:
                continue
            self._mark(table, row, key, Role.value)
            about = self._here(table, row, key).of(variable=check_id[:80])
            if cell.formula and cell.content == Content.empty:
                about.error("formula_not_computed", formula=shortened(cell.formula))
            if cell.is_percent and key == "value":
                texts[key] = f"{float(cell.text) * 100:.12g}%"
        status = key_of(texts.pop("status"), check_status_words()) or table.text(row, "status")
        kind = texts["evidence_kind"]
        texts["evidence_kind"] = clean(key_of(kind, evidence_words()) or kind).text
        self.taken.checks.append(
            CheckRow(
                check_id=check_id,
                entity_id=self.entity_id,
                year=self.year,
                status=clean(status).text,
                source=here.at.source,
                cells=cells_text({k: letters(at) for k, at in table.columns.items() if k in texts}),
                **texts,
            )
        )

    def _cell(self, table: FormTable, row: int, key: str) -> SheetCell | None:
        """The cell in a column of a row; None where there is none, or nothing but blanks."""
        column = table.columns.get(key)
        cell = None if column is None else table.sheet.at(row, column)
        return cell if cell is not None and (cell.formula or clean(cell.text).text) else None

    def _here(self, table: FormTable, row: int, key: str) -> Context:
        column = table.columns.get(key, 1)
        context = self.taken.context(self.book, table.sheet.name, row, column)
        return context.of(entity_id=self.entity_id, year=self.expected.year)

    def _mark(self, table: FormTable, row: int, key: str, role: Role) -> None:
        if key in table.columns:
            self.taken.mark(table.sheet, row, table.columns[key], role)
