"""The sheets of a form that people see: instructions, return, measures, rules."""

from __future__ import annotations

from datetime import date

from xlsxwriter.worksheet import Worksheet

from cescore.definitions.model import Check
from cescore.intake.records.inspections import UNIT_OF_TYPE
from cescore.returns.forms import shape
from cescore.returns.forms.lines import CheckLine, HeadingLine, VariableLine
from cescore.returns.forms.looks import LETTERS_A_LINE, for_print, height_of
from cescore.returns.forms.sheet_writer import ALLOWED_WHEN_PROTECTED, SheetWriter
from cescore.returns.forms.template import FIRST_ROW, HEADER_ROW
from cescore.returns.forms.validation import LARGEST, CellValidation, name_of_rule

LETTERS_OF_RULE = 78  # of a formula in its column
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2100, 12, 31)


def write_instructions(form: SheetWriter) -> None:
    """The first sheet: how the workbook is filled in."""
    page = form.book.add_worksheet(shape.INSTRUCTIONS.name(form.lang))
    page.protect("", ALLOWED_WHEN_PROTECTED)
    page.hide_gridlines(2)
    page.set_column(0, 0, 110)
    form.write(page, 0, 0, form.text("title", name=form.name, year=form.year), "title")
    form.write(page, 1, 0, form.text("how.title"), "text_bold")
    paragraphs = [f"{i + 1}. {text}" for i, text in enumerate(_how(form))]
    for row, text in enumerate(paragraphs, start=2):
        page.set_row(row, height_of(text, 100 if form.lang == "en" else 50))
        form.write(page, row, 0, text, "prose")
    contents = form.template.contents
    version = form.text("how.version", version=contents.version, hash=contents.hash[:12])
    form.write(page, len(paragraphs) + 3, 0, version, "small")
    for_print(page, 1)


def _how(form: SheetWriter) -> list[str]:
    sheets = {
        "return_": shape.RETURN.name(form.lang),
        "rules": shape.RULES.name(form.lang),
        "measures": shape.MEASURES.name(form.lang),
    }
    hint = shape.RETURN.columns[shape.RETURN.column("hint")].name(form.lang)
    words = (*shape.status_words(), *shape.basis_words())
    values = {
        "name": form.name,
        "id": form.entity.entity_id,
        "year": form.year,
        "n": len(form.template.contents.variables),
        "checks": len(form.template.checks),
        "hint": hint,
        **sheets,
        **{word.key: word.name(form.lang) for word in words},
    }
    skipped = {
        "how.6": not form.template.rules,
        "how.8": not form.template.checks,
    }
    keys = [f"how.{i}" for i in range(1, 10) if not skipped.get(f"how.{i}")]
    return [form.text(key, **values) for key in keys]


def write_return(form: SheetWriter) -> None:
    """The return: a row a variable, grouped by department."""
    page = form.sheet(shape.RETURN, "title", "lead")
    page.freeze_panes(FIRST_ROW, shape.RETURN.column("unit"))
    for row, line in enumerate(form.template.lines, start=FIRST_ROW):
        if isinstance(line, HeadingLine):
            form.write(page, row, 0, line.text, "group")
            for column in range(1, len(shape.RETURN.columns)):
                page.write_blank(row, column, None, form.formats["group"])
        else:
            _variable(form, page, row, line)
    last = FIRST_ROW + len(form.template.lines) - 1
    page.autofilter(HEADER_ROW, 0, last, len(shape.RETURN.columns) - 1)
    form.colour(page, shape.RETURN, last)
    for key in ("status", "basis"):
        column = shape.RETURN.column(key)
        validation = form.choice(key)
        page.data_validation(FIRST_ROW, column, last, column, validation)
    for name, formula in _names(form):
        form.book.define_name(name, formula)


def _variable(form: SheetWriter, page: Worksheet, row: int, line: VariableLine) -> None:
    variable = line.variable
    page.set_row(row, height_of(line.name, LETTERS_A_LINE[form.lang]))
    texts = (line.department, variable.code, line.name, line.unit)
    for column, text in enumerate(texts):
        form.write(page, row, column, text, "code" if column == 1 else "text")
    known = form.earlier.values.get((variable.code, form.year - 1))
    form.figure(page, row, shape.RETURN.column("last_year"), known)
    is_whole = variable.kind == "count"
    for key in ("value", "status", "basis", "note"):
        kind = "input_count" if key == "value" and is_whole else f"input_{key}"
        page.write_blank(row, shape.RETURN.column(key), None, form.formats[kind])
    hint = shape.RETURN.column("hint")
    page.write_formula(row, hint, line.hint, form.formats["hint"], line.blank_hint)
    if line.validation is not None:
        form.validate(page, row, shape.RETURN.column("value"), line.validation)


def _names(form: SheetWriter) -> list[tuple[str, str]]:
    """The names that validations of the return use beside those of rules."""
    validations = (x.validation for x in form.template.lines if isinstance(x, VariableLine))
    return [named for v in validations if v is not None for named in v.named]


def write_measures(form: SheetWriter) -> None:
    """The yearly checks of the plan's measures."""
    page = form.sheet(shape.MEASURES, "title.measures", "lead.measures")
    page.freeze_panes(FIRST_ROW, shape.MEASURES.column("kind"))
    for row, line in enumerate(form.template.checks, start=FIRST_ROW):
        _check(form, page, row, line)
    last = FIRST_ROW + len(form.template.checks) - 1
    page.autofilter(HEADER_ROW, 0, last, len(shape.MEASURES.columns) - 1)
    form.colour(page, shape.MEASURES, last)
    status, unit = (shape.MEASURES.column(key) for key in ("status", "inspector_unit"))
    page.data_validation(FIRST_ROW, status, last, status, form.choice("check_status"))
    kind = shape.MEASURES.column("evidence_kind")
    page.data_validation(FIRST_ROW, kind, last, kind, form.choice("evidence"))
    if form.template.lists.columns["units"]:
        choice = form.choice("units", is_soft=True)
        page.data_validation(FIRST_ROW, unit, last, unit, choice)
    for key in ("inspection_date", "due_date", "closed_date"):
        column = shape.MEASURES.column(key)
        options = {"validate": "date", "criteria": "between"}
        ends = {"minimum": FIRST_DATE, "maximum": LAST_DATE}
        validation = CellValidation({**options, **ends}, form.text("expected.date"))
        page.data_validation(FIRST_ROW, column, last, column, validation.for_writer(form.lang))


def _check(form: SheetWriter, page: Worksheet, row: int, line: CheckLine) -> None:
    measure, check = line.measure, line.check
    longest = max(check.name(form.lang), measure.name(form.lang) * 2, key=len)
    page.set_row(row, height_of(longest, LETTERS_A_LINE[form.lang]))
    before = form.earlier.check_status.get(check.id, "")
    words = {word.key: word.name(form.lang) for word in shape.check_status_words()}
    texts = (
        f"{measure.id} {measure.name(form.lang)}",
        check.id,
        check.name(form.lang),
        form.text(f"kind.{check.type}"),
        _yardstick(form, check),
        words.get(before, before),
    )
    for column, text in enumerate(texts):
        form.write(page, row, column, text, "code" if column == 1 else "text")
    for column, heading in enumerate(shape.MEASURES.columns):
        if heading.is_input:
            kind = "input_date" if heading.key.endswith("_date") else f"input_{heading.key}"
            page.write_blank(row, column, None, form.formats.get(kind, form.formats["input"]))
    if not check.asks(form.entity.as_asked):
        status = shape.MEASURES.column("status")
        form.write(page, row, status, words["not_applicable"], "input_status")
    hint = shape.MEASURES.column("hint")
    page.write_formula(row, hint, line.hint, form.formats["hint"], "")
    if check.type in UNIT_OF_TYPE:
        least = {"validate": "decimal", "criteria": ">=", "value": f"=-{LARGEST}"}
        said = form.text("expected.check_number")
        number = CellValidation(least, said, style="warning")
        form.validate(page, row, shape.MEASURES.column("value"), number)


def _yardstick(form: SheetWriter, check: Check) -> str:
    """What the check is scored by this year: its goal, last year's value, done or not; or nothing."""
    goal, last = check.goal_in(form.template.contents.year), form.earlier.check_value.get(check.id)
    less = "less" if check.better == "less" else "more"
    if check.yardstick == "goal":
        key = f"yardstick.goal.{less}" if goal is not None else "yardstick.none"
        return form.text(key, goal="" if goal is None else f"{goal:g}")
    if check.yardstick == "improves":
        kind = f"flow.{less}" if check.quantity == "flow" else less
        return form.text(f"yardstick.improves.{kind}", last=last or form.text("yardstick.unknown"))
    return form.text(f"yardstick.{check.yardstick}")


def write_rules(form: SheetWriter) -> None:
    """Every rule, and how the form stands to it."""
    page = form.sheet(shape.RULES, "title.rules", "lead.rules")
    words = {key: form.text(f"outcome.{key}") for key in ("pass", "fail", "open", "later")}
    outcome = shape.RULES.column("outcome")
    for row, line in enumerate(form.template.rules, start=FIRST_ROW):
        rule = line.rule
        page.set_row(row, height_of(rule.rule, LETTERS_OF_RULE))
        severity = form.text(f"severity.{rule.severity}")
        for column, text in enumerate((rule.id, severity, rule.name(form.lang) or rule.id)):
            form.write(page, row, column, text, "code" if column == 0 else "text")
        if line.formula:
            name = name_of_rule(rule.id)
            formula = f'=IFERROR(IF({name},"{words["pass"]}","{words["fail"]}"),"{words["open"]}")'
            page.write_formula(row, outcome, formula, form.formats["text"], words["open"])
            form.book.define_name(name, f"={line.formula}")
        else:
            form.write(page, row, outcome, words["later"], "text")
        form.write(page, row, shape.RULES.column("formula"), rule.rule, "code")
    last = FIRST_ROW + len(form.template.rules) - 1
    page.autofilter(HEADER_ROW, 0, last, len(shape.RULES.columns) - 1)
    failed = {"type": "cell", "criteria": "==", "value": f'"{words["fail"]}"'}
    page.conditional_format(
        FIRST_ROW, outcome, last, outcome, {**failed, "format": form.formats["hard"]}
    )
