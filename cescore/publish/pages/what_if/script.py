"""The what-if page's script: the formulas of one framework, and the runtime that they are calls of."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cescore.definitions.formulas.formula import parse
from cescore.definitions.model import Framework, Plan
from cescore.definitions.shipped import TEMPLATES
from cescore.method.column import Flag, State
from cescore.method.grading.assessment import MOST
from cescore.method.grading.parts import PARTS
from cescore.method.grading.schedules import NEARLY
from cescore.method.index.formulas import MOST_DECIMALS
from cescore.method.index.missing import CASE_OF_STATE
from cescore.method.index.outliers import SHIFT
from cescore.method.index.scaling import T_SPAN
from cescore.method.thresholds import ABSOLUTE, CANCELLED, RELATIVE
from cescore.publish.pages.what_if.compiler import RUNTIME, compiled, compiled_condition

FOLDER = TEMPLATES / "what_if"
RUNTIME_FILES = ("columns.js", "method.js", "assessment.js", "trial.js")
PAGE_FILE = "page.js"


def script(framework: Framework, plan: Plan | None, entity_type: str, order: Iterable[str]) -> str:
    """All that the page runs: shared constants, runtime, formulas, and the page itself."""
    parts = [
        '"use strict";',
        f"const RULES = {as_script(_shared_rules())};",
        *((FOLDER / name).read_text("utf-8") for name in RUNTIME_FILES),
        formulas(framework, plan, entity_type, order),
        (FOLDER / PAGE_FILE).read_text("utf-8"),
    ]
    return "(() => {\n" + "\n".join(parts) + "\n})();\n"


def formulas(
    framework: Framework, plan: Plan | None, entity_type: str, order: Iterable[str]
) -> str:
    """Every formula of a framework, and every rule of extra points, as a function of the runtime.

    Each gives its quantity in its declared unit: the formula's own value times the exact factor.
    ``order``: the accounts and indicators that are wanted.
    """
    lines = [f"  {as_script(code)}: () => {text}," for code, text in _quantities(framework, order)]
    rules = [f"  {as_script(code)}: () => {text}," for code, text in _rules(plan, entity_type)]
    return "\n".join(
        [
            f"const formulas = ({RUNTIME}) => ({{",
            "  __proto__: null, // a code may be called constructor",
            *lines,
            "});",
            f"formulas.rules = ({RUNTIME}) => ({{",
            "  __proto__: null,",
            *rules,
            "});",
        ]
    )


def as_script(value: Any) -> str:
    """Plain data as JavaScript that can stand in a page: no text of it ends the script or is markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _quantities(framework: Framework, order: Iterable[str]) -> Iterator[tuple[str, str]]:
    constants = framework.factor_values
    for code in order:
        computed = framework.accounts.get(code) or framework.indicators[code]
        expression = computed.expression
        if computed.collected and expression is not None:
            factor = float(Fraction(computed.factor))
            call = compiled(expression.tree, constants)
            yield code, f"{RUNTIME}.finish({call}, {factor!r})"


def _rules(plan: Plan | None, entity_type: str) -> Iterator[tuple[str, str]]:
    bonus = plan.assessment.bonus.get(entity_type) if plan is not None else None
    for code, item in (bonus.items if bonus is not None and bonus.most else {}).items():
        if item.executable and not item.variable:
            yield code, compiled_condition(parse(item.executable, conditions=True).tree, {})


def _shared_rules() -> Mapping[str, Any]:
    """The constants that runtime and package have in common."""
    return {
        "states": {state.name: state.value for state in State},
        "flags": {flag.name: flag.value for flag in Flag},
        "relative": RELATIVE,
        "absolute": ABSOLUTE,
        "cancelled": CANCELLED,
        "mostDecimals": MOST_DECIMALS,
        "shift": SHIFT,
        "zSpan": T_SPAN,
        "nearly": NEARLY,
        "tiny": sys.float_info.min,
        "most": MOST,
        "parts": PARTS,
        "caseOfState": {state.value: case for state, case in CASE_OF_STATE.items()},
    }
