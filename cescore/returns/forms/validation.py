"""What a spreadsheet refuses or questions in an input cell: the same rules that returns are read by.

A cell takes one validation: of a value its hard rules, those beside other cells among them, as a
stop. What is only unusual is said by the row's hint (`hints`). Where nothing about a cell is hard
(the unit of an inspector, the number of a check) its validation is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cescore.definitions.model import CheckRule, Variable
from cescore.intake.observations.dictionary import most_of
from cescore.returns.forms.spreadsheet import InputCell
from cescore.returns.forms.texts import form_text

LONGEST_VALIDATION = 255  # characters of its formula
LONGEST_MESSAGE, LONGEST_TITLE = 255, 32
LARGEST = "9.99E+307"


@dataclass(frozen=True)
class CellValidation:
    """One validation: kind and operands as XlsxWriter takes them, and what is said."""

    options: Mapping[str, Any]
    message: str = ""
    style: Literal["stop", "warning"] = "stop"
    prompt: str = ""  # said when the cell is chosen
    prompt_title: str = ""
    named: tuple[tuple[str, str], ...] = ()  # names that its formula uses, with their formulas

    def for_writer(self, lang: str) -> dict[str, Any]:
        """The options of XlsxWriter's ``data_validation``."""
        key = "error.title" if self.style == "stop" else "warning.title"
        return {
            **self.options,
            "error_type": self.style,
            "error_title": form_text(key, lang)[:LONGEST_TITLE],
            "error_message": shortened(self.message, LONGEST_MESSAGE),
            **({"input_title": shortened(self.prompt_title, LONGEST_TITLE)} if self.prompt else {}),
            **({"input_message": shortened(self.prompt, LONGEST_MESSAGE)} if self.prompt else {}),
        }


def shortened(text: str, most: int) -> str:
    """A text of at most so many UTF-16 units, which is how spreadsheets count."""
    if len(text.encode("utf-16-le")) <= 2 * most:
        return text
    kept = text.encode("utf-16-le")[: 2 * (most - 1)].decode("utf-16-le", "ignore")
    return f"{kept}…"


def name_of_rule(rule_id: str) -> str:
    """The defined name of a rule's formula."""
    return f"ok_{rule_id}"


def value_validation(
    variable: Variable, cell: InputCell, entity_type: str, hard: Sequence[CheckRule], lang: str
) -> CellValidation:
    """The hard rules of a number's cell.

    Without rules beside other cells it is one of the kinds that a spreadsheet knows by itself; with
    them one formula, in which a rule that cannot be evaluated yet holds nobody up.
    """
    message = form_text(_expected(variable, entity_type), lang)
    if not hard:
        return CellValidation(_by_kind(variable, entity_type), message)
    names = "; ".join(rule.name(lang) for rule in hard)
    message += form_text("expected.rules", lang, rules=names)
    own = [*_conditions(variable, cell.value, entity_type)]
    rules = [f"IFERROR({name_of_rule(rule.id)},TRUE)" for rule in hard]
    formula = _allowing_blank(cell.value, [*own, *rules])
    named: tuple[tuple[str, str], ...] = ()
    if len(formula) > LONGEST_VALIDATION:
        together = f"all_{variable.code}"
        named = ((together, f"=AND({','.join(rules)})"),)
        formula = _allowing_blank(cell.value, [*own, together])
    # "ignore blank" would let anything pass where a cell that the formula names is empty
    options = {"validate": "custom", "value": formula, "ignore_blank": False}
    return CellValidation(options, message, named=named)


def _allowing_blank(cell: str, conditions: Iterable[str]) -> str:
    return f'=OR({cell}="",AND({",".join(conditions)}))'


def list_validation(
    source: str, message: str, style: Literal["stop", "warning"] = "stop"
) -> CellValidation:
    """A choice of what stands in a range of cells."""
    return CellValidation({"validate": "list", "source": f"={source}"}, message, style)


def _expected(variable: Variable, entity_type: str) -> str:
    """The key of what is expected of a number."""
    if variable.kind == "count":
        return "expected.integer" if variable.sign == "any" else "expected.count"
    if np.isfinite(most_of(variable, entity_type)):
        return "expected.rate"
    return "expected.number" if variable.sign == "any" else "expected.non_negative"


def _by_kind(variable: Variable, entity_type: str) -> dict[str, Any]:
    kind = {"validate": "integer" if variable.kind == "count" else "decimal"}
    most = most_of(variable, entity_type)
    if np.isfinite(most):
        return {**kind, "criteria": "between", "minimum": 0, "maximum": most}
    least = f"=-{LARGEST}" if variable.sign == "any" else 0
    return {**kind, "criteria": ">=", "value": least}


def _conditions(variable: Variable, at: str, entity_type: str) -> Iterable[str]:
    """The same as parts of a formula."""
    yield f"ISNUMBER({at})"
    if variable.sign != "any":
        yield f"{at}>=0"
    if variable.kind == "count":
        yield f"{at}=INT({at})"
    most = most_of(variable, entity_type)
    if np.isfinite(most):
        yield f"{at}<={most:g}"
