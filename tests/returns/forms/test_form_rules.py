"""What a form says while it is filled in is what the program says when it comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cescore.intake.observations.dictionary import broken_rule
from cescore.intake.workspace import Workspace
from cescore.method.column import Column, Panel, State
from cescore.method.index.formulas import holds
from cescore.returns.forms import shape

NUMBERS = (
    "loans",
    "loans_new",
    "electricity",
    "heat",
    "energy",
    "stock_change",
    "open_share",
    "has_cafe",
)
STATES = {"": State.PRESENT, "not_applicable": State.NOT_APPLICABLE, "missing": State.MISSING}
YEARS = (2022, 2023, 2024)
BEFORE = {  # of `conftest.EARLIER`
    "loans": (400, 4321),
    "loans_new": (np.nan, 5),
    "energy": (100, 200.5),
    "electricity": (30, 300.75),
    "heat": (np.nan, 50),
}

few = st.sampled_from([0, 1, 2, 3, 5, 7, 10, 0.1, 0.2, 0.3, 50, 401, 300.3, 1e6, 700000.7])
answers = st.one_of(
    few.map(lambda value: (value, "")), st.sampled_from([("", "not_applicable"), ("", "missing")])
)
returns = st.fixed_dictionaries(dict.fromkeys(NUMBERS, answers))
Return = Mapping[str, tuple[Any, str]]


def panel_of(answered: Return) -> Panel:
    """The panel that the program lays such a return out to."""
    columns = {}
    for code, (value, status) in answered.items():
        before = BEFORE.get(code, (np.nan, np.nan))
        values = np.array([[*before, np.nan if value == "" else value]], float)
        states = [State.MISSING if np.isnan(x) else State.PRESENT for x in before]
        state = np.array([[*states, STATES[status]]], np.uint8)
        columns[code] = Column(values, state, np.zeros(values.shape, np.uint8))
    return Panel(("L1",), YEARS, columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_rule_comes_out_as_in_the_program(library: Path, opened: Any, lang: str) -> None:
    form = opened(library, lang=lang)
    words = {"zh": ("相符", "不符", "未填全"), "en": ("kept", "broken", "incomplete")}[lang]

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(returns)
    @example(dict.fromkeys(NUMBERS, (0.3, "")) | {"electricity": (0.1, ""), "heat": (0.2, "")})
    def agree(answered: Return) -> None:
        for code, (value, status) in answered.items():
            is_flag = code == "has_cafe" and value != ""
            flag = shape.FLAG_WORDS[0 if value == 1 else 1].name(lang)
            form.fill(code, flag if is_flag else value, status)
        cleaned = {
            code: (
                (1 if value == 1 else 0) if code == "has_cafe" and value != "" else value,
                status,
            )
            for code, (value, status) in answered.items()
        }
        outcomes = form.outcomes()
        for line in form.template.rules:
            if not line.formula:
                continue
            true, known = holds(line.rule.executable, panel_of(cleaned), base_year=2022)
            expected = words[2] if not known[0, 2] else words[0] if true[0, 2] else words[1]
            assert outcomes[line.rule.id] == expected, (line.rule.rule, answered)

    agree()


def test_a_rule_about_others_waits_until_the_form_is_back(form: Any) -> None:
    assert form.outcomes()["others"] == "收表后核对"


@pytest.mark.parametrize("value", [-1, 0, 0.5, 2, 99.5, 100, 100.5, 1e9, "约120", True])
def test_a_cell_stops_what_the_hard_rules_of_its_variable_refuse(form: Any, value: Any) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    for asked in form.template.contents.variables:
        code, kind = asked.variable.code, asked.variable.kind
        if kind in ("quantity", "count"):
            form.fill(code, value)
            is_sound = is_number and broken_rule(asked.variable, "library", value) is None
            assert form.accepts(code) == is_sound, code
            form.fill(code, "")


def test_a_cell_stops_what_contradicts_another_cell_by_a_hard_rule(form: Any) -> None:
    form.fill("loans", 10)
    form.fill("loans_new", 11)
    assert not form.accepts("loans_new")
    assert not form.accepts("loans")
    form.fill("loans_new", 10)
    assert form.accepts("loans_new")


def test_a_soft_rule_stops_nobody(form: Any) -> None:
    form.fill("electricity", 0)
    form.fill("heat", 0)
    assert form.outcomes()["heated"] == "不符"
    assert form.accepts("electricity")
    assert "用电或用热" in form.hint("electricity")


def test_a_rule_whose_other_cells_are_empty_holds_nobody_up(form: Any) -> None:
    form.fill("loans_new", 5)
    assert form.accepts("loans_new")
    assert form.outcomes()["new_within"] == "未填全"


def test_what_names_other_cells_is_not_switched_off_by_an_empty_one(form: Any) -> None:
    """With "ignore blank" a spreadsheet lets anything pass while a cell that a formula names is empty."""
    found = form.sheet.book["填报表"].data_validations.dataValidation
    own = [v for v in found if v.type == "custom"]
    assert own
    assert not any(v.allowBlank for v in own)
    form.fill("loans", "")
    assert form.accepts("loans")


def test_yes_and_no_and_codes_are_chosen_from_a_list(form: Any) -> None:
    for code, value, is_accepted in (
        ("has_cafe", "是", True),
        ("has_cafe", "也许", False),
        ("heating", "gas", True),
        ("heating", "oil", False),
    ):
        form.fill(code, value)
        assert form.accepts(code) == is_accepted, value


MADE_UP: tuple[Return, ...] = (
    {"loans": (4400, ""), "loans_new": (20, ""), "energy": (210, ""), "electricity": (310, "")},
    {"loans": (50, ""), "loans_new": (60, ""), "energy": (2005, ""), "electricity": (300.75, "")},
    {"loans": (43210, ""), "energy": (20.05, ""), "heat": (50, ""), "electricity": (3007.5, "")},
    {"loans": ("", "missing"), "energy": (700, ""), "electricity": ("", "not_applicable")},
    {"loans": (100, ""), "loans_new": (5, ""), "open_share": (5, ""), "has_cafe": (1, "")},
    {
        "loans": (8643, ""),
        "energy": (401.5, ""),
        "electricity": (30, ""),
        "heating": ("district", ""),
    },
    {"loans": (8642, ""), "energy": (401, ""), "electricity": (31, ""), "heating": ("gas", "")},
)
TOLD = {  # finding of the program -> words of the hint
    "usual_range": "常见范围",
    "unit_slip": "10的整数次幂",
    "year_on_year": "变动超出",
    "same_as_last_year": "完全相同",
    "mixed_bases": "口径不同",
}


@pytest.mark.parametrize("answered", MADE_UP)
def test_hints_are_the_findings_that_the_return_will_get(
    library: Path, form: Any, write_return: Callable[..., None], answered: Return
) -> None:
    write_return(library, 2024, answered)
    findings = [f for f in Workspace.load(library, 2024).findings if f.year == 2024]
    for code, (value, status) in answered.items():
        form.fill(code, "是" if code == "has_cafe" else value, status)
    for finding_code, words in TOLD.items():
        told = {f.variable for f in findings if f.code == finding_code and f.entity_id == "L1"}
        hinted = {code for code in answered if words in form.hint(code)}
        assert hinted == told, finding_code
    rules = {line.rule.id for line in form.template.rules if line.formula}
    broken = {f.code for f in findings if f.code in rules and f.entity_id == "L1"}
    assert {rule for rule, outcome in form.outcomes().items() if outcome == "不符"} == broken


def test_a_code_that_looks_like_a_question_is_a_code(library: Path, opened: Any) -> None:
    variables = library / "params/variables.yml"
    odd = '["=1+1", "a,b", "a*", "~", "<5"]'
    variables.write_text(
        variables.read_text("utf-8").replace("[gas, district, none]", odd), "utf-8"
    )
    form = opened(library)
    for value, is_accepted in (("=1+1", True), ("a,b", True), ("ab", False), ("1+1", False)):
        form.fill("heating", value)
        assert form.accepts("heating") == is_accepted, value
        assert ("下拉列表" in form.hint("heating")) != is_accepted, value


def test_the_hint_says_what_is_wrong_with_value_and_status(form: Any) -> None:
    for value, status, words in (
        ("", "", "必填"),
        ("", "reported", "错误：有状态而无数值"),
        (5, "missing", "错误：状态为"),
        ("五", "", "错误：须为数字"),
        (-5, "", "不能为负"),
        (1.5, "", "须为整数"),
    ):
        form.fill("loans", value, status)
        assert words in form.hint("loans"), (value, status)
    form.fill("loans", "", "missing")
    assert form.hint("loans") == ""
