"""Reads a workbook by a layout: each value with the words around it, nothing passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cescore.definitions.formulas.units import UnitError
from cescore.definitions.model import Variable
from cescore.intake.findings import Context
from cescore.intake.notation import clean, folded, nearest, number
from cescore.intake.register.near_words import is_near
from cescore.intake.register.unknown_ids import unknown_id
from cescore.intake.wording import code, shortened
from cescore.intake.wording import unit as unit_of
from cescore.returns.layouts.areas import Area, Word, areas_of, matches
from cescore.returns.layouts.asked import Expected
from cescore.returns.layouts.definition import IN_CELL, OWN, Layout
from cescore.returns.layouts.heading import Heading, heading, is_unit, joined, known_as, unit_text
from cescore.returns.layouts.taken import ReturnRow, Role, Taken
from cescore.returns.layouts.totals import tell_totals
from cescore.returns.layouts.unheaded import span_text, tell_without_heading
from cescore.returns.layouts.unseen import tell_unseen
from cescore.returns.layouts.values import NUMBERS, PURE, CellValues
from cescore.returns.workbooks.sheet import Content, Position, Sheet, SheetCell, Workbook

_NUMBER_AND_UNIT = re.compile(r"([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*([^0-9\s].*)")


@dataclass(frozen=True)
class Surroundings:
    """What stands around a value: whose it is, which variable, of which year, in which unit."""

    entity: Word
    label: str  # of the variable, its levels joined
    label_at: Position | None
    year: int | None
    unit: Word  # its text alone, and where it stands
    status: str
    note: str
    headings: tuple[str, ...]  # all texts around it, for what is skipped


def read_free(book: Workbook, layout: Layout, expected: Expected) -> Taken:
    """Every value that a layout's tables hold in a workbook."""
    taken = Taken(book.file, layout.id)
    reader = _FreeReader(book, layout, expected, taken)
    areas = [area for sheet in book.sheets for area in areas_of(layout, sheet, book.file)]
    if not areas:
        anchors = tuple(word for table in layout.tables for word in table.anchor)
        taken.context(book, "").error("no_anchor", layout=layout.id, anchors=anchors)
    for area in areas:
        reader.read(area)
    reader.tell_absent()
    for sheet in dict.fromkeys(area.sheet.name for area in areas):
        read = book.sheet(sheet)
        if read is not None:
            tell_unseen(book, read, taken)
    taken.settle(book.sheets, book)
    return taken


@dataclass
class _FreeReader:
    """Reads the areas of one workbook; what is unknown is told once per heading."""

    book: Workbook
    layout: Layout
    expected: Expected
    taken: Taken
    told: set[tuple[str, str, Position | None]] = field(default_factory=set)
    met: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)

    @cached_property
    def variable_names(self) -> Mapping[str, str]:
        """Folded word -> code: the layout's words before the dictionary's names."""
        names = {
            folded(word): name for name, words in self.layout.variables.items() for word in words
        }
        for name, variable in self.expected.variables.items():
            for word in (name, variable.zh, variable.en):
                if word:
                    names.setdefault(folded(word), name)
        return names

    @cached_property
    def entity_names(self) -> Mapping[str, str]:
        """Folded word -> id, likewise."""
        names = {
            folded(word): name for name, words in self.layout.entities.items() for word in words
        }
        for entity in self.expected.register:
            for word in (entity.entity_id, entity.name_zh, entity.name_en):
                if word:
                    names.setdefault(folded(word), entity.entity_id)
        return names

    def read(self, area: Area) -> None:
        """Every position of an area: a value, a blank, a total, or a finding."""
        rows, columns = set(area.rows), set(area.columns)
        for row, column in area.sheet.cells:
            if row < area.first_row and row >= min((area.anchor[0], *area.header_rows)):
                self.taken.mark(area.sheet, row, column, Role.header)
            if row in rows and column in area.stub_columns:
                self.taken.mark(area.sheet, row, column, Role.header)
        totals: dict[Position, Role] = {}
        for row in area.rows:
            for column in area.columns:
                if column in columns and not area.sheet.is_covered(row, column):
                    several = self._is_of_several(area, row, column)
                    role = Role.refused if several else self._position(area, row, column)
                    if role is not None:
                        self.taken.mark(area.sheet, row, column, role)
                        totals[row, column] = role
        tell_totals(area, totals, self.taken, self.book)
        self._tell_unheaded(area)

    def _is_of_several(self, area: Area, row: int, column: int) -> bool:
        """Whether a value stands in cells that are merged over several values' places, which is told
        of each of them: a return that lacks a value for it is not silent on that value."""
        span = area.sheet.span_of(row, column) if area.sheet.merged else None
        if span is None or area.sheet.at(row, column) is None:
            return False
        places = [at for at in span.positions() if at[0] in area.rows and at[1] in area.columns]
        around = [self._around(area, *at) for at in places] if len(places) > 1 else []
        several = {(one.entity.text, one.label, one.year): one for one in around}
        n = len(several)
        for one in several.values() if n > 1 else ():
            name, entity_id = known_as(one.label, self.variable_names), self._entity_id(one.entity)
            self.met.add(name)
            here = self.taken.context(self.book, area.sheet.name, row, column)
            here = here.of(entity_id=entity_id, year=one.year, variable=name)
            here.error("merged_value", span=span_text(span), n=n)
        return n > 1

    def _tell_unheaded(self, area: Area) -> None:
        """Words among the values below no heading; numbers that nobody asked for are told by themselves."""
        wanted = range(area.first_column, area.last_column + 1)
        named = {*area.columns, *area.stub_columns}
        cells = [
            at
            for at, cell in area.sheet.cells.items()
            if at[0] in area.rows and at[1] in wanted and at[1] not in named
            and cell.content != Content.number and clean(cell.text).text
        ]  # fmt: skip
        tell_without_heading(
            area.sheet, cells, self.taken.context(self.book, area.sheet.name), self.taken
        )

    def _position(self, area: Area, row: int, column: int) -> Role | None:
        """As what a position is read; None where it has no words around it and nothing in it."""
        cell = area.sheet.at(row, column)
        is_filled = cell is not None and bool(cell.formula or clean(cell.text).text)
        around = self._around(area, row, column)
        if not around.label and not (is_filled and around.entity.text):
            return Role.note if is_filled and cell is not None and cell.content != "n" else None
        if any(matches(text, self.layout.skip) for text in (*around.headings, around.label)):
            return Role.note if is_filled else None
        name = known_as(around.label, self.variable_names)
        if name:
            self.met.add(name)  # its heading is there, be the value usable or not
        is_total = any(matches(text, self.layout.totals) for text in around.headings)
        entity_id = self._entity_id(around.entity)
        if is_total and not (name and entity_id):
            return Role.total if is_filled else None
        if not is_filled and not (name and entity_id):
            return None
        here = self.taken.context(self.book, area.sheet.name, row, column)
        here = here.of(entity_id=entity_id, year=around.year)
        is_known = self._tell_unknown(area, around, name, entity_id)
        if not is_known:
            return Role.refused if is_filled else None
        return self._value(area, cell if is_filled else None, name, around, here.of(variable=name))

    def _around(self, area: Area, row: int, column: int) -> Surroundings:
        units, year = self.expected.definitions.units, self.expected.year
        words = {name: area.words(name, row, column) for name in area.table.lookups}
        parts = [heading(word.text, units, year) for word in words["variable"]]
        dated = [heading(word.text, units, year) for word in words["year"]]
        years = [part.year for part in (*dated, *parts[::-1]) if part.year is not None]
        at = next((word.at for word in reversed(words["variable"]) if word.at), None)
        return Surroundings(
            entity=next((word for word in reversed(words["entity"]) if word.text), Word("")),
            label=joined([part.words for part in parts]),
            label_at=at,
            year=years[0] if years else (None if dated else year),
            unit=self._unit(words["unit"], parts, words["variable"]),
            status=joined([word.text for word in words["status"]]),
            note=joined([word.text for word in words["note"]]),
            headings=tuple(
                text
                for name in ("variable", "entity")
                for word in words[name]
                for text in (word.text, heading(word.text, units, year).words)
            ),
        )

    def _unit(self, words: list[Word], parts: list[Heading], headings: list[Word]) -> Word:
        """The unit that is stated for a value: by the layout's lookups, else in a heading's brackets.

        ``headings``: the variable's headings, of which ``parts`` are taken apart; their words are no
        units.
        """
        units, year = self.expected.definitions.units, self.expected.year
        places = {word.at for word in headings}
        for word in reversed(words):
            plain = unit_text(word.text)
            if plain == OWN or is_unit(plain, units):
                return Word(plain, word.at)
            inner = heading(word.text, units, year).unit or unit_within(word.text)
            if inner:
                return Word(inner, word.at)
            if plain and word.at not in places:
                return Word(plain, word.at)  # no unit that is known: the rules of rows say so
        stated = (Word(p.unit, word.at) for p, word in zip(parts, headings, strict=True) if p.unit)
        return next(iter(reversed(list(stated))), Word(""))

    def _entity_id(self, word: Word) -> str:
        """The id of the entity that a text names, whole or within a title; "" where it is not known."""
        whole = self.entity_names.get(folded(word.text), "")
        if whole or not word.text:
            return whole
        plain = folded(word.text)
        within = {i for name, i in self.entity_names.items() if len(name) > 1 and name in plain}
        return within.pop() if len(within) == 1 else ""

    def _entity_meant(self, text: str, _: object = None) -> str:
        """Name and id of the entity that a text probably means; "" where none is close."""
        near = self.entity_names.get(_nearest(text, self.entity_names), "")
        register = self.expected.register
        name = register[near].name("zh") if near in register else near
        return name if name == near else f"{name} ({near})"

    def _tell_unknown(self, area: Area, around: Surroundings, name: str, entity_id: str) -> bool:
        """Whether variable, entity and year are known; what is not is told once per heading."""
        sheet = area.sheet
        if not entity_id and self._is_news(sheet, "entity", around.entity.at, around.entity.text):
            at = around.entity.at or area.anchor
            here = self.taken.context(self.book, sheet.name, *at)
            told, values = unknown_id(
                around.entity.text, self.expected.register.entities, self._entity_meant
            )
            here.error(told, **values)
        if not name and self._is_news(sheet, "variable", around.label_at, around.label):
            self._tell_label(area, around)
        if around.year is None and self._is_news(sheet, "year", area.anchor, ""):
            self.taken.context(self.book, sheet.name, *area.anchor).error("year_not_there")
        return bool(name and entity_id and around.year is not None)

    def _tell_label(self, area: Area, around: Surroundings) -> None:
        """A heading that is nearly one that is known is an error, any other one a warning."""
        self.unknown[around.label] = None
        last_levels = {name.rpartition("/")[2]: code for name, code in self.variable_names.items()}
        near = last_levels.get(_nearest(around.label.rpartition("/")[2], last_levels), "")
        here = self.taken.context(self.book, area.sheet.name, *(around.label_at or area.anchor))
        severity = "error" if near else "warning"
        here.tell(severity, "label_unknown", text=shortened(around.label), near=near)  # type: ignore[arg-type]

    def _is_news(self, sheet: Sheet, kind: str, at: Position | None, text: str) -> bool:
        key = (f"{sheet.name}!{kind}!{text}", kind, at)
        is_news = key not in self.told
        self.told.add(key)
        return is_news

    def _value(
        self, area: Area, cell: SheetCell | None, name: str, around: Surroundings, here: Context
    ) -> Role:
        """Take a value over, or an input that was left empty where it must not be."""
        variable = self.expected.variables[name]
        text, unit = "", ""
        if cell is not None:
            cell, stated = self._without_unit(cell, area, around.unit.text, here)
            if not stated and self._needs_unit(variable):
                if self._is_news(area.sheet, "unit", around.label_at, around.label):
                    here.error("unit_not_there", label=shortened(around.label))
                return Role.refused
            stated = "" if stated == OWN else stated
            if stated == around.unit.text and self._is_of_another_kind(area, around, variable):
                return Role.refused
            written = CellValues(self.book, self.expected).of(cell, variable, stated, here)
            if written is None:
                return Role.refused
            text, unit = written.text, written.unit
        elif not self.expected.must_have(here.entity_id, name) and not around.status:
            return Role.blank
        source = here.at.source
        entity_type = self.expected.register[here.entity_id].entity_type
        row = ReturnRow(
            here.entity_id, str(around.year), name, text, around.status, source,
            self.layout.basis_of(entity_type), around.note, unit,
        )  # fmt: skip
        self.taken.rows.append(row)
        return Role.value if cell is not None else Role.blank

    def _is_of_another_kind(self, area: Area, around: Surroundings, variable: Variable) -> bool:
        """Whether a heading states a unit that no value of a variable can be in, told at the heading."""
        text, at = around.unit.text, around.unit.at
        units = self.expected.definitions.units
        if variable.kind not in NUMBERS or at is None or not is_unit(text, units):
            return False
        if self.expected.dictionary.is_unit_of(
            text, self.expected.dictionary.variable_at[variable.code]
        ):
            return False
        try:
            units.factor(text, variable.unit)
        except UnitError:
            if self._is_news(area.sheet, f"unit of {variable.code}", at, text):
                here = self.taken.context(self.book, area.sheet.name, *at).of(
                    variable=variable.code
                )
                here.error(
                    "unit_of_heading", text=text, label=shortened(around.label),
                    variable=code(variable.code), unit=unit_of(variable.unit),
                )  # fmt: skip
            return True
        return False

    def _without_unit(
        self, cell: SheetCell, area: Area, unit: str, here: Context
    ) -> tuple[SheetCell, str]:
        """A cell whose layout says that units stand in cells, without its unit, and the unit."""
        if not any(look.direction == IN_CELL for look in area.table.unit):
            return cell, unit
        found = _NUMBER_AND_UNIT.fullmatch(clean(cell.text).text)
        if cell.content != Content.text or found is None:
            return cell, unit
        if not is_unit(found[2], self.expected.definitions.units):
            return cell, unit
        here.info("unit_in_cell_read", text=shortened(cell.text))
        plain = SheetCell(cell.row, cell.column, Content.number, number(found[1]).text)
        return plain, found[2]

    @staticmethod
    def _needs_unit(variable: Variable) -> bool:
        return variable.kind in NUMBERS and variable.unit not in PURE

    def tell_absent(self) -> None:
        """Variables that the layout names and that stand in no table of the workbook."""
        for name in self.layout.variables:
            if name not in self.met:
                near = nearest(self.layout.variables[name][0], self.unknown)
                words = tuple(self.layout.variables[name])
                here = self.taken.context(self.book, "").of(variable=name)
                here.error("variable_not_there", variable=code(name), words=words, near=near)


def _nearest(text: str, known: Iterable[str]) -> str:
    """The known word that was probably meant: but for one letter, else by its letters; "" for none."""
    words = list(known)
    return next((word for word in words if is_near(text, word)), "") or nearest(folded(text), words)


def unit_within(text: str) -> str:
    """The unit in a longer text: 计量单位：万元、吨 has none, since it names two."""
    found = re.search(r"(?:计量)?单位\s*[:：]\s*([^\s、,，;；）)]+)\s*$", text)
    return found[1] if found else ""
