"""The fewest values to change: published cases, and every small system against all its subsets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cescore.errors import MethodError
from cescore.method.column import Column, Panel, State
from cescore.method.editing import rule_systems
from cescore.method.editing.error_location import FewestChanges, fewest_changes
from cescore.method.editing.linear_rules import (
    CheckedRecord,
    HalfSpace,
    LinearRule,
    NotLinearError,
    UnknownOperandError,
    connected,
    holds_for,
    linear_rule,
)
from cescore.method.editing.rule_systems import Freedom, RuleSystem
from cescore.method.editing.slips import explaining_slips


def record(**values: float | None) -> CheckedRecord:
    columns = {c: Column.of(np.array([[np.nan if v is None else v]])) for c, v in values.items()}
    return CheckedRecord(
        Panel(("E",), (2024,), columns), 0, 2020, frozenset(values), non_negative=frozenset(values)
    )


def located(texts: list[str], pinned=(), weights=None, bounds=None, **values) -> FewestChanges:
    rules = [linear_rule(f"r{i}", text, record(**values)) for i, text in enumerate(texts, 1)]
    return fewest_changes(rules, values, Freedom.of(weights, pinned, bounds))


def codes(found: FewestChanges) -> list[tuple[str, ...]]:
    return [tuple(one.code for one in changes) for changes in found.sets]


def test_the_example_of_errorlocate_changes_the_profit_alone() -> None:
    """profit 750, cost 125, turnover 200: the package replaces the profit, by 75."""
    rules = ["profit == turnover - cost", "cost >= 0.6 * turnover", "turnover >= 0", "cost >= 0"]
    found = located(rules, profit=750, cost=125, turnover=200)
    assert codes(found) == [("profit",)]
    assert found.sets[0][0][2:] == (75, 75)


def test_its_conditional_rule_may_change_either_side() -> None:
    """if (income > 0) age > 16, with age 15 and income 2000."""
    found = located(["age > 0", "income <= 0 or age > 16"], age=15, income=2000)
    assert codes(found) == [("age",), ("income",)]
    assert found.sets[0][0].low == pytest.approx(16, rel=1e-5)
    assert found.sets[1][0].high <= 0


def test_two_values_in_thousands_are_changed_together_or_what_they_are_held_against() -> None:
    """Turnover, profit, costs and staff, profit and costs a thousand times too large."""
    rules = ["t == p + c", "p <= 0.5 * t", "-0.1 * t <= p", "t >= 0", "t <= 550 * n"]
    found = located(rules, t=100, p=40000, c=60000, n=5)
    assert (found.weight, codes(found)) == (2, [("c", "p"), ("n", "t")])


def test_a_record_without_fault_needs_no_change() -> None:
    assert located(["a <= b"], a=1, b=2) == FewestChanges()


def test_a_value_that_is_10000_times_too_large_does_not_blur_the_small_ones() -> None:
    rules = ["abs(t - total(a, b)) <= 0.005 * t", "a <= t", "b <= t", "w <= a", "t <= 2000"]
    found = located(rules, t=1000, a=6_000_000, b=400, w=500)
    assert codes(found) == [("a",)]
    low, high = found.sets[0][0][2:]
    assert (low, high) == (pytest.approx(595), pytest.approx(605))


def test_weights_and_pins_decide_which_of_several_changes() -> None:
    values = {"a": 1, "b": 1, "t": 3}
    assert codes(located(["a + b == t"], **values)) == [("a",), ("b",), ("t",)]
    assert codes(located(["a + b == t"], weights={"a": 2, "t": 2}, **values)) == [("b",)]
    assert codes(located(["a + b == t"], pinned={"b", "t"}, **values)) == [("a",)]


def test_rules_that_no_change_satisfies_are_named() -> None:
    found = located(["a + b == t", "a <= 1", "t >= 9"], pinned={"b"}, a=1, b=1, t=3)
    assert found.sets == ()
    assert set(found.contradiction) == {"r1", "r2", "r3"}


@pytest.mark.parametrize("choice", ["a <= {n} or b <= {n}", "a >= {n}000 or b <= {n}"])
def test_a_choice_that_holds_already_is_not_gone_through(choice: str) -> None:
    """Of which one way is enough."""
    values = {"a": 1.0, "b": 1.0, "t": 3.0}
    texts = ["a + b == t", *(choice.format(n=n) for n in (10, 20, 30))]
    rules = [linear_rule(text, text, record(**values)) for text in texts]
    system = RuleSystem(rules, values, Freedom.of())
    assert system.refute(frozenset("ab")) is None
    assert system.programs == 1


def test_bounds_are_rules_too() -> None:
    found = located(["a + b == t"], bounds={"a": (0, 100), "b": (0, 100)}, a=1, b=5, t=250)
    assert codes(found) == [("t",)]


def test_a_weight_of_nothing_is_refused() -> None:
    with pytest.raises(MethodError, match="above 0"):
        Freedom.of({"a": 0})


CODES = "abcd"
coefficients = st.integers(-2, 2)
halves = st.builds(
    lambda row, bound: HalfSpace(
        tuple((c, float(a)) for c, a in zip(CODES, row, strict=False) if a), float(bound)
    ),
    st.lists(coefficients, min_size=1, max_size=4).filter(any),
    st.integers(-5, 5),
)
clauses = st.lists(halves, min_size=1, max_size=2).map(tuple)
systems = st.lists(clauses.map(lambda c: (c,)), min_size=1, max_size=5)
reported = st.lists(st.integers(-9, 9), min_size=4, max_size=4)
weighings = st.lists(st.sampled_from([1.0, 1.0, 1.5, 3.0]), min_size=4, max_size=4)


def can_hold(rules: list[LinearRule], values: dict[str, float], free: tuple[str, ...]) -> bool:
    """Whether some choice of half-spaces can be satisfied; every choice is tried."""
    every = [clause for rule in rules for clause in rule.clauses]
    limits = [(None, None) if c in free else (values[c], values[c]) for c in CODES]
    for chosen in itertools.product(*every):
        matrix = [[dict(h.coefficients).get(c, 0.0) for c in CODES] for h in chosen]
        solved = linprog(np.zeros(4), A_ub=matrix, b_ub=[h.bound for h in chosen], bounds=limits)
        if solved.status == 0:
            return True
    return False


@settings(max_examples=20)
@given(systems, reported, weighings)
def test_all_least_sets_are_those_of_a_search_through_all_subsets(
    system, numbers, weighing
) -> None:
    rules = [LinearRule(f"r{i}", one) for i, one in enumerate(system)]
    values = dict(zip(CODES, map(float, numbers), strict=True))
    weights = dict(zip(CODES, weighing, strict=True))
    used = sorted(set().union(*(rule.codes for rule in rules)))
    found = fewest_changes(rules, values, Freedom.of(weights))
    subsets = [s for n in range(5) for s in itertools.combinations(used, n)]
    working = [s for s in subsets if can_hold(rules, values, s)]
    if not working:
        assert found.contradiction
        return
    cost = {s: sum(weights[c] for c in s) for s in working}
    least = min(cost.values())
    expected = sorted(s for s in working if cost[s] <= least + 1e-9)
    assert codes(found) == ([] if expected == [()] else expected)
    for changes in found.sets:  # the ends of an interval can be reached
        for change in changes:
            ends = [end for end in (change.low, change.high) if np.isfinite(end)]
            others = tuple(c.code for c in changes if c.code != change.code)
            assert all(can_hold(rules, {**values, change.code: end}, others) for end in ends)


def test_a_quotient_is_multiplied_out_and_a_product_is_not_linear() -> None:
    rule = linear_rule("r", "co2 / energy <= 4", record(co2=500.0, energy=100.0))
    assert [h.coefficients for (h,) in rule.clauses] == [(("co2", 1.0), ("energy", -4.0))]
    with pytest.raises(NotLinearError, match="multiplies"):
        linear_rule("r", "a * b <= 4", record(a=1.0, b=1.0))


def test_a_rule_with_an_operand_without_value_is_not_evaluated() -> None:
    with pytest.raises(UnknownOperandError, match="b has no value"):
        linear_rule("r", "a <= b", record(a=1.0, b=None))


def test_a_part_that_does_not_apply_is_no_part() -> None:
    columns = {"t": Column.of(np.array([[9.0]])), "a": Column.of(np.array([[5.0]]))}
    columns["b"] = Column.empty((1, 1), State.NOT_APPLICABLE)
    here = CheckedRecord(Panel(("E",), (2024,), columns), 0, 2020, frozenset("abt"))
    rule = linear_rule("r", "t == total(a, b)", here)
    assert rule.codes == {"a", "t"}


def test_values_of_other_years_are_constants_and_those_of_the_base_year_are_not_twice() -> None:
    columns = {c: Column.of(np.array([[10.0, 12.0]])) for c in "ab"}
    panel = Panel(("E",), (2020, 2021), columns)
    later = linear_rule("r", "a <= base(b)", CheckedRecord(panel, 1, 2020, frozenset("ab")))
    assert [h.bound for (h,) in later.clauses] == [10.0]
    at_base = linear_rule("r", "a <= base(b)", CheckedRecord(panel, 0, 2020, frozenset("ab")))
    assert at_base.codes == {"a", "b"}


conditions = st.recursive(
    st.sampled_from(
        ["a <= b", "abs(a - b) <= 2", "max(a, c) < b", "min(a, b) >= c", "a != b", "a == c",
         "abs(a) > abs(c)", "a / 2 + 1 >= c", "2 * abs(a - c) - abs(b) <= 3"]
    ),
    lambda inner: st.one_of(
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=4,
)  # fmt: skip


@given(conditions, st.lists(st.integers(-4, 4), min_size=3, max_size=3))
def test_the_linear_form_holds_exactly_where_the_rule_does(text, numbers) -> None:
    from cescore.method.index.formulas import holds

    values = dict(zip("abc", map(float, numbers), strict=True))
    here = record(**values)
    true, _ = holds(text, here.panel, base_year=2020)
    assert holds_for(linear_rule("r", text, here), values) == bool(true[0, 0])


def test_rules_are_connected_by_the_values_they_share() -> None:
    values = dict.fromkeys("abcd", 1.0)
    rules = [linear_rule(t, t, record(**values)) for t in ("a <= b", "b <= c", "d >= 0")]
    assert [rule.id for rule in connected(rules, {"c"})] == ["a <= b", "b <= c"]


def slips(texts: list[str], **values: float):
    rules = [linear_rule(text, text, record(**values)) for text in texts]
    found = fewest_changes(rules, values)
    return explaining_slips(rules, values, codes(found), dict.fromkeys(values, (0, np.inf)))


def test_a_transposed_digit_is_recognised_where_it_alone_explains_the_balance() -> None:
    (slip,) = slips(["a + b + c == t"], a=1270, b=352, c=890, t=2521).items()  # 1279 + …: none
    assert slip[0] == "t"
    assert (slip[1].kind, slip[1].value) == ("transposed", 2512)


def test_a_factor_and_a_sign_are_recognised_too() -> None:
    assert slips(["a + b == t", "a <= t"], a=6000, b=4, t=10)["a"].power == 3
    mended = slips(["a + b == t", "b >= 0"], a=6, b=-4, t=10)
    assert (mended["b"].kind, mended["b"].value) == ("sign", 4)


def test_two_slips_that_would_both_do_are_no_explanation() -> None:
    assert slips(["a == t"], a=12, t=21) is None


def system_of(texts: list[str], **values: float) -> RuleSystem:
    rules = [linear_rule(text, text, record(**values)) for text in texts]
    return RuleSystem(rules, values, Freedom.of())


def test_of_two_values_that_change_together_each_has_its_own_interval() -> None:
    """The least a is where b is the largest, whatever the two come to together."""
    system = system_of(["2 * a + b >= 10", "b <= 8", "b >= 0", "a <= 9"], a=1.0, b=1.0)
    a, b = system.replacements(frozenset("ab"))
    assert (a.low, a.high) == (pytest.approx(1), pytest.approx(9))
    assert (b.low, b.high) == (pytest.approx(0), pytest.approx(8))


@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_an_end_is_an_end_in_whatever_unit_the_record_is_large(unit: float) -> None:
    values = {"a": -5 * unit, "b": unit, "t": unit}
    (a,) = system_of([f"a >= -{0.02 * unit:.10g}"], **values).replacements(frozenset("a"))
    assert a.low == pytest.approx(-0.02 * unit) and a.high == np.inf


def test_a_record_takes_as_many_programs_as_are_allowed_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["a + b == t", "a <= 0.5 * t", "c + d == t"]
    values = {"a": 90.0, "b": 5.0, "c": 1.0, "d": 2.0, "t": 40.0}
    system = system_of(texts, **values)
    assert system.refute(frozenset("abcd")) is None and system.programs > 0
    for allowed, is_enough in ((system.programs, True), (system.programs - 1, False)):
        monkeypatch.setattr(rule_systems, "MOST_PROGRAMS", allowed)
        again = system_of(texts, **values)
        if is_enough:
            assert again.refute(frozenset("abcd")) is None
        else:
            with pytest.raises(MethodError, match="linear programs for one record"):
                again.refute(frozenset("abcd"))


@pytest.mark.parametrize(
    ("texts", "is_possible"),
    [
        (["a < 10", "a >= 9.999"], True),
        (["a < 10", "a >= 10"], False),
        (["a < b", "b <= 10", "a >= 9.999"], True),
        (["a < b", "b <= 10", "a >= 10"], False),
    ],
)
def test_below_is_not_at_and_leaves_room_up_to_it(texts: list[str], is_possible: bool) -> None:
    system = system_of(texts, a=20.0, **({"b": 20.0} if "b" in texts[0] else {}))
    assert (system.refute(frozenset(system.codes)) is None) is is_possible


def test_of_several_rules_that_forbid_a_value_the_nearest_two_are_named() -> None:
    """a is at most b = 1 and at least c = 5; what it is also at least and at most says nothing."""
    texts = ["a <= d", "a <= b", "a >= e", "a >= c"]
    system = system_of(texts, a=3.0, b=1.0, c=5.0, d=2.0, e=4.0)
    conflict = system.refute(frozenset("a"))
    assert conflict is not None
    assert (conflict.codes, set(conflict.rules)) == ({"b", "c"}, {"a <= b", "a >= c"})


def test_every_choice_that_is_left_bounds_a_replacement() -> None:
    """Of each choice only one side can hold: a is at least 4, the most that one of them asks."""
    texts = [f"a >= {least} or b >= 1" for least in (2, 4, 3)]
    (a,) = system_of(texts, a=1.0, b=0.0).replacements(frozenset("a"))
    assert (a.low, a.high) == (pytest.approx(4), np.inf)
    texts = [f"a >= {least} or a <= -{least}" for least in (2, 4, 3)]
    (a,) = system_of([*texts, "a >= b"], a=1.0, b=0.0).replacements(frozenset("a"))
    assert a.low == pytest.approx(4)
