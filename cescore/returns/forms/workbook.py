"""A form as a workbook: the template of its type, and what differs from entity to entity.

Equal inputs give equal bytes: the document's dates are the end of the form's year, and the parts of
the archive have the fixed time that XlsxWriter gives them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cescore.intake.entities import Entity
from cescore.intake.inspections import UNIT_OF_TYPE
from cescore.returns.forms import shape
from cescore.returns.forms.identity import SHOWN, FormIdentity, name_of_field
from cescore.returns.forms.template import (
    FIRST_ROW,
    HEADER_ROW,
    CheckLine,
    FormTemplate,
    HeadingLine,
    VariableLine,
)
from cescore.returns.forms.texts import form_text
from cescore.returns.forms.validation import CellValidation, list_validation, name_of_rule

OPTIONS = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
LARGEST_CELL = 32_767  # characters
ALLOWED_WHEN_PROTECTED = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
}
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2100, 12, 31)
PAPER_A4 = 9
LETTERS_A_LINE = {"zh": 16, "en": 32}  # of a name in its column


@dataclass(frozen=True)
class EarlierFigures:
    """What is known of an entity's earlier years: by code and year a number, a word, or nothing.

    ``slip_from``: by code, the value of two years before where last year's was a power of ten away
    from it. ``check_status``: by check, the status that was recorded last year.
    """

    values: Mapping[tuple[str, int], float | str] = field(default_factory=dict)
    slip_from: Mapping[str, float] = field(default_factory=dict)
    with_digits: frozenset[str] = frozenset()
    check_status: Mapping[str, str] = field(default_factory=dict)


class _LockedWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook whose sheets can be neither deleted nor renamed; XlsxWriter has no option for it."""

    def _write_book_views(self) -> None:
        self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])
        super()._write_book_views()


class _FormPage(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas are written as they are: none of them has a function newer than 2007,
    which XlsxWriter would look for in each with dozens of patterns."""

    def _prepare_formula(self, formula: str, *_: object, **__: object) -> str:
        return formula.removeprefix("=")


def form_workbook(template: FormTemplate, entity: Entity, earlier: EarlierFigures) -> bytes:
    """The bytes of one entity's form (.xlsx)."""
    stream = io.BytesIO()
    with _LockedWorkbook(stream, OPTIONS) as book:
        _FormWriter(book, template, entity, earlier).write()
    return stream.getvalue()


def identity_of(template: FormTemplate, entity: Entity) -> FormIdentity:
    """What a form carries of itself."""
    contents = template.contents
    return FormIdentity(
        entity_id=entity.entity_id,
        year=str(contents.year),
        entity_type=contents.entity_type,
        lang=template.lang,
        params_version=contents.version,
        params_hash=contents.hash,
        format_version=shape.FORMAT_VERSION,
    )


class _FormWriter:
    """Writes one workbook, sheet by sheet."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        template: FormTemplate,
        entity: Entity,
        earlier: EarlierFigures,
    ) -> None:
        self.book, self.template, self.entity, self.earlier = book, template, entity, earlier
        self.lang, self.year = template.lang, template.contents.year
        self.formats = _formats(book)

    def write(self) -> None:
        """All sheets in the order in which they are read; hidden ones last."""
        self._instructions()
        self._return()
        if self.template.checks:
            self._measures()
        if self.template.rules:
            self._rules()
        self._lists()
        self._history()
        self._identity()

    def _text(self, key: str, /, **values: object) -> str:
        return form_text(key, self.lang, **values)

    def _sheet(self, sheet: shape.FormSheet, title: str, lead: str) -> Worksheet:
        """A protected sheet with title, whose it is, a sentence, and its header."""
        page = self.book.add_worksheet(sheet.name(self.lang), _FormPage)
        page.protect("", ALLOWED_WHEN_PROTECTED)
        page.hide_gridlines(2)
        self._write(page, 0, 0, self._text(title, name=self._name, year=self.year), "title")
        whose = (self.entity.entity_id, str(self.year))
        for row, (word, text) in enumerate(zip(SHOWN, whose, strict=True), start=1):
            self._write(page, row, 0, word.name(self.lang), "label")
            self._write(page, row, 1, text, "text_bold")
        self._write(page, 3, 0, self._text(lead, last=self.year - 1), "lead")
        for column, heading in enumerate(sheet.columns):
            page.set_column(column, column, heading.width)
            kind = "header_input" if heading.is_input else "header"
            self._write(page, HEADER_ROW, column, heading.name(self.lang), kind)
        page.freeze_panes(FIRST_ROW, 0)
        _for_print(page, len(sheet.columns))
        return page

    def _return(self) -> None:
        page = self._sheet(shape.RETURN, "title", "lead")
        page.freeze_panes(FIRST_ROW, shape.RETURN.column("unit"))
        for row, line in enumerate(self.template.lines, start=FIRST_ROW):
            if isinstance(line, HeadingLine):
                self._write(page, row, 0, line.text, "group")
                for column in range(1, len(shape.RETURN.columns)):
                    page.write_blank(row, column, None, self.formats["group"])
            else:
                self._variable(page, row, line)
        last = FIRST_ROW + len(self.template.lines) - 1
        page.autofilter(HEADER_ROW, 0, last, len(shape.RETURN.columns) - 1)
        self._coloured(page, shape.RETURN, last)
        for key in ("status", "basis"):
            column = shape.RETURN.column(key)
            validation = self._choice(key)
            page.data_validation(FIRST_ROW, column, last, column, validation)
        for name, formula in self._names():
            self.book.define_name(name, formula)

    def _variable(self, page: Worksheet, row: int, line: VariableLine) -> None:
        variable = line.variable
        page.set_row(row, _height(line.name, LETTERS_A_LINE[self.lang]))
        texts = (line.department, variable.code, line.name, line.unit)
        for column, text in enumerate(texts):
            self._write(page, row, column, text, "code" if column == 1 else "text")
        known = self.earlier.values.get((variable.code, self.year - 1))
        self._value(page, row, shape.RETURN.column("last_year"), known)
        is_whole = variable.kind == "count"
        for key in ("value", "status", "basis", "note"):
            kind = "input_count" if key == "value" and is_whole else f"input_{key}"
            page.write_blank(row, shape.RETURN.column(key), None, self.formats[kind])
        hint = shape.RETURN.column("hint")
        page.write_formula(row, hint, line.hint, self.formats["hint"], line.blank_hint)
        if line.validation is not None:
            self._validate(page, row, shape.RETURN.column("value"), line.validation)

    def _measures(self) -> None:
        page = self._sheet(shape.MEASURES, "title.measures", "lead.measures")
        page.freeze_panes(FIRST_ROW, shape.MEASURES.column("kind"))
        for row, line in enumerate(self.template.checks, start=FIRST_ROW):
            self._check(page, row, line)
        last = FIRST_ROW + len(self.template.checks) - 1
        page.autofilter(HEADER_ROW, 0, last, len(shape.MEASURES.columns) - 1)
        self._coloured(page, shape.MEASURES, last)
        status, unit = (shape.MEASURES.column(key) for key in ("status", "inspector_unit"))
        page.data_validation(FIRST_ROW, status, last, status, self._choice("check_status"))
        if self.template.lists.columns["units"]:
            choice = self._choice("units", is_soft=True)
            page.data_validation(FIRST_ROW, unit, last, unit, choice)
        for key in ("inspection_date", "due_date", "closed_date"):
            column = shape.MEASURES.column(key)
            options = {"validate": "date", "criteria": "between"}
            ends = {"minimum": FIRST_DATE, "maximum": LAST_DATE}
            validation = CellValidation({**options, **ends}, self._text("expected.date"))
            page.data_validation(FIRST_ROW, column, last, column, validation.for_writer(self.lang))

    def _check(self, page: Worksheet, row: int, line: CheckLine) -> None:
        measure, check = line.measure, line.check
        longest = max(check.name(self.lang), measure.name(self.lang) * 2, key=len)
        page.set_row(row, _height(longest, LETTERS_A_LINE[self.lang]))
        before = self.earlier.check_status.get(check.id, "")
        words = {word.key: word.name(self.lang) for word in shape.check_status_words()}
        texts = (
            f"{measure.id} {measure.name(self.lang)}",
            check.id,
            check.name(self.lang),
            self._text(f"kind.{check.type}"),
            words.get(before, before),
        )
        for column, text in enumerate(texts):
            self._write(page, row, column, text, "code" if column == 1 else "text")
        for column, heading in enumerate(shape.MEASURES.columns):
            if heading.is_input:
                kind = "input_date" if heading.key.endswith("_date") else f"input_{heading.key}"
                page.write_blank(row, column, None, self.formats.get(kind, self.formats["input"]))
        hint = shape.MEASURES.column("hint")
        page.write_formula(row, hint, line.hint, self.formats["hint"], "")
        if check.type in UNIT_OF_TYPE:
            least = {"validate": "decimal", "criteria": ">=", "value": "=-9.99E+307"}
            said = self._text("expected.check_number")
            number = CellValidation(least, said, style="warning")
            self._validate(page, row, shape.MEASURES.column("value"), number)

    def _rules(self) -> None:
        page = self._sheet(shape.RULES, "title.rules", "lead.rules")
        words = {key: self._text(f"outcome.{key}") for key in ("pass", "fail", "open", "later")}
        outcome = shape.RULES.column("outcome")
        for row, line in enumerate(self.template.rules, start=FIRST_ROW):
            rule = line.rule
            severity = self._text(f"severity.{rule.severity}")
            for column, text in enumerate((rule.id, severity, rule.name(self.lang) or rule.id)):
                self._write(page, row, column, text, "code" if column == 0 else "text")
            if line.formula:
                name = name_of_rule(rule.id)
                formula = (
                    f'=IFERROR(IF({name},"{words["pass"]}","{words["fail"]}"),"{words["open"]}")'
                )
                page.write_formula(row, outcome, formula, self.formats["text"], words["open"])
                self.book.define_name(name, f"={line.formula}")
            else:
                self._write(page, row, outcome, words["later"], "text")
            self._write(page, row, shape.RULES.column("formula"), rule.rule, "code")
        last = FIRST_ROW + len(self.template.rules) - 1
        page.autofilter(HEADER_ROW, 0, last, len(shape.RULES.columns) - 1)
        failed = {"type": "cell", "criteria": "==", "value": f'"{words["fail"]}"'}
        page.conditional_format(
            FIRST_ROW, outcome, last, outcome, {**failed, "format": self.formats["hard"]}
        )

    def _instructions(self) -> None:
        page = self.book.add_worksheet(shape.INSTRUCTIONS.name(self.lang))
        page.protect("", ALLOWED_WHEN_PROTECTED)
        page.hide_gridlines(2)
        page.set_column(0, 0, 110)
        self._write(page, 0, 0, self._text("title", name=self._name, year=self.year), "title")
        self._write(page, 1, 0, self._text("how.title"), "text_bold")
        paragraphs = [f"{i + 1}. {text}" for i, text in enumerate(self._how())]
        for row, text in enumerate(paragraphs, start=2):
            page.set_row(row, _height(text, 100 if self.lang == "en" else 50))
            self._write(page, row, 0, text, "prose")
        contents = self.template.contents
        version = self._text("how.version", version=contents.version, hash=contents.hash[:12])
        self._write(page, len(paragraphs) + 3, 0, version, "small")
        _for_print(page, 1)

    def _how(self) -> list[str]:
        sheets = {
            "return_": shape.RETURN.name(self.lang),
            "rules": shape.RULES.name(self.lang),
            "measures": shape.MEASURES.name(self.lang),
        }
        hint = shape.RETURN.columns[shape.RETURN.column("hint")].name(self.lang)
        words = (*shape.status_words(), *shape.basis_words())
        values = {
            "name": self._name,
            "id": self.entity.entity_id,
            "year": self.year,
            "n": len(self.template.contents.variables),
            "checks": len(self.template.checks),
            "hint": hint,
            **sheets,
            **{word.key: word.name(self.lang) for word in words},
        }
        skipped = {
            "how.6": not self.template.rules,
            "how.8": not self.template.checks,
        }
        keys = [f"how.{i}" for i in range(1, 10) if not skipped.get(f"how.{i}")]
        return [self._text(key, **values) for key in keys]

    def _lists(self) -> None:
        page = self.book.add_worksheet(shape.LISTS_SHEET)
        for column, (key, words) in enumerate(self.template.lists.columns.items()):
            for row, text in enumerate((key, *words)):
                self._write(page, row, column, text, "text")
        page.protect("")
        page.hide()

    def _history(self) -> None:
        """What hints and rules need of years before the last."""
        page = self.book.add_worksheet(shape.HISTORY_SHEET)
        heads = ("variable", "slip_from", "has_digits", *map(str, self.template.history))
        for column, text in enumerate(heads):
            self._write(page, 0, column, text, "text")
        codes = (x.variable.code for x in self.template.lines if isinstance(x, VariableLine))
        for row, code in enumerate(codes, start=1):
            self._write(page, row, 0, code, "text")
            self._value(page, row, 1, self.earlier.slip_from.get(code))
            self._value(page, row, 2, 1.0 if code in self.earlier.with_digits else None)
            for column, year in enumerate(self.template.history, start=3):
                self._value(page, row, column, self.earlier.values.get((code, year)))
        page.protect("")
        page.hide()

    def _identity(self) -> None:
        """What the form is: in a hidden sheet, in names, in the document's properties."""
        page = self.book.add_worksheet(shape.IDENTITY_SHEET)
        items = identity_of(self.template, self.entity).items()
        for row, (name, text) in enumerate(items.items()):
            self._write(page, row, 0, name, "text")
            self._write(page, row, 1, text, "text")
            quoted = text.replace('"', '""')
            self.book.define_name(name_of_field(name), f'="{quoted}"')
            self.book.set_custom_property(name_of_field(name), text, "text")
        page.protect("")
        page.very_hidden()
        title = self._text("title", name=self._name, year=self.year)
        made = datetime(self.year, 12, 31)
        self.book.set_properties({"title": title[:255], "created": made, "comments": ""})

    def _names(self) -> list[tuple[str, str]]:
        """The names that validations of the return use beside those of rules."""
        validations = (x.validation for x in self.template.lines if isinstance(x, VariableLine))
        return [named for v in validations if v is not None for named in v.named]

    @property
    def _name(self) -> str:
        name = self.entity.name(self.lang)
        return name + (self._text("sample") if self.entity.is_synthetic else "")

    def _choice(self, key: str, *, is_soft: bool = False) -> dict[str, Any]:
        said = self._text("expected.unit" if is_soft else "expected.list")
        source = self.template.lists.source(key)
        validation = list_validation(source, said, "warning" if is_soft else "stop")
        return validation.for_writer(self.lang)

    def _validate(self, page: Worksheet, row: int, column: int, validation: CellValidation) -> None:
        page.data_validation(row, column, row, column, validation.for_writer(self.lang))

    def _coloured(self, page: Worksheet, sheet: shape.FormSheet, last: int) -> None:
        """A row whose hint says something shows it at the cell to be filled in."""
        hint = f"${chr(ord('A') + sheet.column('hint'))}{FIRST_ROW + 1}"
        mark = self._text("hard.mark")
        is_hard = f'=ISNUMBER(SEARCH("{mark}",{hint}))'
        for key in ("value" if sheet is shape.RETURN else "status", "hint"):
            column = sheet.column(key)
            for formula, kind in ((is_hard, "hard"), (f'={hint}<>""', "soft")):
                page.conditional_format(
                    FIRST_ROW,
                    column,
                    last,
                    column,
                    {
                        "type": "formula",
                        "criteria": formula,
                        "format": self.formats[kind],
                        "stop_if_true": True,
                    },
                )

    def _value(self, page: Worksheet, row: int, column: int, value: float | str | None) -> None:
        """A figure of an earlier year, locked."""
        if value is None:
            page.write_blank(row, column, None, self.formats["earlier"])
        elif isinstance(value, str):
            self._write(page, row, column, value, "earlier")
        else:
            page.write_number(row, column, value, self.formats["earlier"])

    def _write(self, page: Worksheet, row: int, column: int, text: str, kind: str) -> None:
        """A text as text, whatever it begins with."""
        page.write_string(row, column, text[:LARGEST_CELL], self.formats[kind])


def _for_print(page: Worksheet, columns: int) -> None:
    page.set_landscape()
    page.set_paper(PAPER_A4)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&C&P / &N")
    if columns > 1:
        page.repeat_rows(HEADER_ROW)


def _height(text: str, a_line: int) -> float:
    """The height of a wrapped row [points]."""
    return 14.0 * (1 + max(len(text) - 1, 0) // a_line) + 4


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    """The looks of cells, by what stands in them."""
    base = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
    grid = {**base, "border": 1, "border_color": "#C8CCD0"}
    inside = {**grid, "locked": False, "bg_color": "#FFFBE6"}
    looks: dict[str, dict[str, Any]] = {
        "title": {**base, "font_size": 15, "bold": True},
        "lead": {**base, "font_color": "#555555"},
        "label": {**base, "font_color": "#555555"},
        "text_bold": {**base, "bold": True},
        "small": {**base, "font_size": 8, "font_color": "#777777"},
        "prose": {**base, "text_wrap": True, "valign": "top"},
        "header": {**grid, "bold": True, "bg_color": "#DCE6EC", "text_wrap": True},
        "header_input": {**grid, "bold": True, "bg_color": "#F3E3A1", "text_wrap": True},
        "group": {**base, "bold": True, "bg_color": "#EEF1F3", "top": 1, "bottom": 1},
        "text": {**grid, "text_wrap": True},
        "code": {**grid, "font_color": "#666666", "font_size": 9, "text_wrap": True},
        "earlier": {**grid, "font_color": "#666666", "bg_color": "#F7F7F7", "align": "right"},
        "hint": {**grid, "text_wrap": True, "font_size": 9},
        "input": {**inside, "text_wrap": True},
        "input_value": {**inside, "align": "right"},
        "input_count": {**inside, "align": "right", "num_format": "0"},
        "input_status": inside,
        "input_basis": inside,
        "input_note": {**inside, "text_wrap": True},
        "input_date": {**inside, "num_format": "yyyy-mm-dd"},
        "hard": {"bg_color": "#F8D7D3", "font_color": "#8E1B12"},
        "soft": {"bg_color": "#FDEBC8", "font_color": "#7A4B00"},
    }
    return {kind: book.add_format(look) for kind, look in looks.items()}
