"""A form before it belongs to anybody: every row, formula and validation, made once a type.

Formulas name cells, so this is where rows get their places; `workbook` writes what stands here and
adds what differs from entity to entity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlsxwriter.utility import quote_sheetname, xl_col_to_name

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import Check, Named, Variable
from cescore.intake.records.inspections import UNIT_OF_TYPE
from cescore.returns.forms import shape
from cescore.returns.forms.contents import AskedVariable, FormContents
from cescore.returns.forms.hints import HintWriter, RowCells
from cescore.returns.forms.lines import CheckLine, HeadingLine, Lists, RuleLine, VariableLine
from cescore.returns.forms.spreadsheet import (
    InputCell,
    NotExpressible,
    RuleWriter,
    SheetWords,
)
from cescore.returns.forms.texts import form_text
from cescore.returns.forms.validation import (
    CellValidation,
    list_validation,
    value_validation,
)

HEADER_ROW = 5  # counted from 0; above it title, whose it is, and a sentence
FIRST_ROW = HEADER_ROW + 1


@dataclass(frozen=True)
class FormTemplate:
    """All that forms of one type in one language have in common, ready to be written."""

    contents: FormContents
    lang: str
    names: Mapping[str, Named]  # of departments, types and units, as params/page.yml has them

    @cached_property
    def words(self) -> SheetWords:
        """The words that formulas compare with."""
        states = {word.key: word.name(self.lang) for word in shape.status_words()}
        flags = {word.key: word.name(self.lang) for word in shape.FLAG_WORDS}
        return SheetWords(states["not_applicable"], states["missing"], flags["1"], flags["0"])

    @cached_property
    def lists(self) -> Lists:
        """The drop-downs of the form; a code's own words under its variable's code."""
        columns = {
            "status": self._named(shape.status_words()),
            "basis": self._named(shape.basis_words()),
            "check_status": self._named(shape.check_status_words()),
            "evidence": self._named(shape.evidence_words()),
            "flag": self._named(shape.FLAG_WORDS),
            "units": tuple(dict.fromkeys(u for m, _ in self.contents.checks for u in m.units)),
        }
        codes = {
            a.variable.code: a.variable.allowed
            for a in self.contents.variables
            if a.variable.kind == "code" and a.variable.allowed
        }
        return Lists({**columns, **{f"code {code}": words for code, words in codes.items()}})

    @cached_property
    def lines(self) -> tuple[HeadingLine | VariableLine, ...]:
        """The lines of the return from `FIRST_ROW` on."""
        return tuple(
            line if isinstance(line, HeadingLine) else self._variable_line(line)
            for line in self._laid_out
        )

    @cached_property
    def rules(self) -> tuple[RuleLine, ...]:
        """The rules, in the order of checks.yml."""
        return tuple(self._rule_lines())

    @cached_property
    def checks(self) -> tuple[CheckLine, ...]:
        """The yearly checks, in the order of the plan."""
        return tuple(
            CheckLine(measure, check, self._check_hint(i, check))
            for i, (measure, check) in enumerate(self.contents.checks)
        )

    @cached_property
    def history(self) -> tuple[int, ...]:
        """The years before last year's that rules need, in columns of the hidden history."""
        return tuple(self._earlier_years) if self.rules else ()  # writing the rules says which

    def prepare(self) -> None:
        """Work out everything now, so that a copy in another process need not."""
        _ = self.lists, self.rules, self.lines, self.checks, self.history

    def row_of(self, code: str) -> int:
        """The row of a variable in the return, counted from 0."""
        return self._rows[code]

    def cell(self, sheet: shape.FormSheet, key: str, row: int, *, beside: bool = False) -> str:
        """A cell, absolute; ``beside``: for a formula on the same sheet."""
        place = f"${xl_col_to_name(sheet.column(key))}${row + 1}"
        return place if beside else f"{quote_sheetname(sheet.name(self.lang))}!{place}"

    def term(self, text: str) -> str:
        """A department or unit of the plan as the language names it."""
        named = self.names.get(text)
        return named.name(self.lang) if named else text

    @cached_property
    def _laid_out(self) -> tuple[HeadingLine | AskedVariable, ...]:
        lines: list[HeadingLine | AskedVariable] = []
        before: object = None
        has_departments = any(a.variable.department for a in self.contents.variables)
        for asked in self.contents.variables:
            group = (asked.is_needed, asked.variable.department)
            if group != before and (has_departments or not asked.is_needed):
                lines.append(HeadingLine(self._heading(asked)))
            before = group
            lines.append(asked)
        return tuple(lines)

    def _heading(self, asked: AskedVariable) -> str:
        department = self._department(asked.variable)
        if not (asked.is_needed or asked.variable.department):
            return form_text("optional", self.lang)
        if asked.is_needed:
            return department
        return form_text("optional_of", self.lang, department=department)

    def _department(self, variable: Variable) -> str:
        named = self.term(variable.department)
        return named or form_text("no_department", self.lang)

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {
            line.variable.code: FIRST_ROW + i
            for i, line in enumerate(self._laid_out)
            if isinstance(line, AskedVariable)
        }

    @cached_property
    def _history_rows(self) -> Mapping[str, int]:
        return {code: i + 1 for i, code in enumerate(self._rows)}

    @cached_property
    def _earlier_years(self) -> dict[int, None]:
        return {}

    def _input(self, variable: Variable) -> InputCell:
        row = self._rows[variable.code]
        value, status = (self.cell(shape.RETURN, key, row) for key in ("value", "status"))
        return InputCell(value, status, variable.kind == "flag")

    def _earlier(self, code: str, year: int) -> str:
        """The cell with a value of an earlier year: in the return, or in the hidden history."""
        if year == self.contents.year - 1:
            return self.cell(shape.RETURN, "last_year", self._rows[code])
        self._earlier_years.setdefault(year)
        return self.history_cell(code, 3 + list(self._earlier_years).index(year))

    def history_cell(self, code: str, column: int) -> str:
        """A cell of the hidden history, whose columns are code, slip, digits, then `history`."""
        return f"{shape.HISTORY_SHEET}!${xl_col_to_name(column)}${self._history_rows[code] + 1}"

    def _rule_lines(self) -> Iterator[RuleLine]:
        asked = (a.variable for a in self.contents.variables)
        inputs = {v.code: self._input(v) for v in asked if v.kind != "code"}
        writer = RuleWriter(
            inputs, self._earlier, self.words, self.contents.year, self.contents.base_year
        )
        for rule in self.contents.rules:
            try:
                text = writer.condition(rule.executable or rule.rule)
            except NotExpressible:
                yield RuleLine(rule, "")
            else:
                yield RuleLine(rule, text, tuple(writer.used))

    def outcome(self, number: int) -> str:
        """The cell with the outcome of a rule, by its place among `rules`."""
        return self.cell(shape.RULES, "outcome", FIRST_ROW + number)

    @cached_property
    def _rules_at(self) -> Mapping[str, tuple[int, ...]]:
        """The rules that a variable is an operand of."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self.rules):
            for code in line.operands:
                found[code].append(number)
        return {code: tuple(numbers) for code, numbers in found.items()}

    def _variable_line(self, asked: AskedVariable) -> VariableLine:
        variable, row = asked.variable, self._rows[asked.variable.code]
        at = RowCells(
            **{
                key: self.cell(shape.RETURN, key, row, beside=True)
                for key in ("value", "status", "last_year")
            },
            slip_from=self.history_cell(variable.code, 1),
            has_digits=self.history_cell(variable.code, 2),
        )
        fail = form_text("outcome.fail", self.lang)
        broken = [
            (self.rules[number].rule, f'{self.outcome(number)}="{fail}"')
            for number in self._rules_at.get(variable.code, ())
            if self.rules[number].operands[0] == variable.code
        ]
        source = f"code {variable.code}"
        has_list = source in self.lists.columns
        codes = self.lists.cells(source) if has_list else ()
        return VariableLine(
            variable=variable,
            department=self._department(variable),
            name=variable.name(self.lang) or variable.code,
            unit=self._unit(variable.unit),
            hint=self._hints.of_value(variable, at, codes, broken),
            blank_hint=self._hints.blank(variable),
            validation=self._validation(variable, self.lists.source(source) if has_list else ""),
        )

    def _validation(self, variable: Variable, codes: str) -> CellValidation | None:
        """What the value's cell refuses: words that are not on its list, or numbers beside its rules."""
        message = form_text("expected.list", self.lang)
        if variable.kind == "flag":
            return list_validation(self.lists.source("flag"), message)
        if variable.kind == "code":
            return list_validation(codes, message) if codes else None
        hard = [
            self.rules[number].rule
            for number in self._rules_at.get(variable.code, ())
            if self.rules[number].rule.severity == "hard"
        ]
        cell = InputCell(
            self.cell(shape.RETURN, "value", self._rows[variable.code], beside=True), ""
        )
        usual = self._hints.usual_range(variable)[1]
        entity_type = self.contents.entity_type
        validation = value_validation(variable, cell, entity_type, hard, self.lang)
        return replace(validation, prompt=usual, prompt_title=variable.name(self.lang))

    @cached_property
    def _hints(self) -> HintWriter:
        states = {word.key: word.name(self.lang) for word in shape.status_words()}
        return HintWriter(
            self.contents.entity_type,
            self.contents.built_in,
            self.words,
            self.lang,
            states["reported"],
            states["estimated"],
        )

    def _check_hint(self, number: int, check: Check) -> str:
        row = FIRST_ROW + number
        first, last = (
            self.cell(shape.MEASURES, key, row, beside=True) for key in ("value", "closed_date")
        )
        done = next(w.name(self.lang) for w in shape.check_status_words() if w.key == "done")
        return self._hints.of_check(
            self.cell(shape.MEASURES, "status", row, beside=True),
            first if check.type in UNIT_OF_TYPE else "",
            self.cell(shape.MEASURES, "evidence_ref", row, beside=True),
            f"{first}:{last}",
            done=done,
        )

    def _unit(self, unit: str) -> str:
        named = self.names.get(unit)
        return named.name(self.lang) if named else unit_text(unit, self.lang)

    def _named(self, words: Sequence[shape.FormWord]) -> tuple[str, ...]:
        return tuple(word.name(self.lang) for word in words)
