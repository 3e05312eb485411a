"""Loading params/: sound files become resolved objects, every contradiction is named with its place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from params_builder import FILES, YEAR, line_of, load, problems, replaced, write

from cescore.definitions.frameworks.scored_elsewhere import counted_twice
from cescore.definitions.load import load_definitions
from cescore.definitions.model import Framework, Plan
from cescore.errors import ParamsError
from cescore.intake.checks.unused import points_counted_twice

TOWN = "frameworks/town.yml"
INDICATOR = "direction: -1"  # the line of `carbon` that further keys are put after
PAD = "\n            "
PLAN = """
    source: made
    base_year: 2020
    first_year: 2021
    last_year: 2025
    targets:
      T1: {indicator: carbon, type: level, value: 5, unit: t CO2/万元, op: "<=", source: x, tag: S,
           applies_to: [town]}
"""


def change(old: str, new: str, name: str = TOWN) -> dict[str, str | bytes | None]:
    return replaced(name, old, new)


# --- sound files ---------------------------------------------------------------------------------


def test_a_framework_is_complete_in_itself(tmp_path: Path) -> None:
    town = load(tmp_path).frameworks["town"]
    assert town.order == ("material", "gas", "productivity", "reuse", "carbon")
    assert set(town.variables) == {"gdp", "coal", "ore", "waste", "reused"}
    assert set(town.accounts) == {"material", "gas"}
    assert set(town.factors) == {"per_tonne"}
    assert {group.code: group.parent for group in town.groups.values()} == {
        **{"resources": "", "air": ""},
        **{"output": "resources", "rates": "resources"},
    }


def test_formulas_are_executable_and_factors_exact(tmp_path: Path) -> None:
    town = load(tmp_path).frameworks["town"]
    assert town.accounts["material"].executable == "total(coal, ore * 1000)"
    assert town.indicators["productivity"].factor == "10000"
    assert town.indicators["reuse"].factor == "100"
    assert town.indicators["reuse"].formula == "reused / waste"


def test_a_framework_travels_as_json(tmp_path: Path) -> None:
    town = load(tmp_path).frameworks["town"]
    again = Framework.model_validate_json(town.model_dump_json())
    assert again == town
    assert again.hash == town.hash


def test_a_variant_has_another_hash_even_after_the_first_was_read(tmp_path: Path) -> None:
    town = load(tmp_path).frameworks["town"]
    official = town.hash
    variant = town.with_weights(air=3)
    assert variant.hash != official == town.hash
    assert variant.with_weights(air=1).hash == official
    assert town.model_copy(update={"version": "2"}).hash != official


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_variant_is_checked_like_the_original(tmp_path: Path, weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        load(tmp_path).frameworks["town"].with_weights(air=weight)


def test_the_role_of_an_indicator_follows_from_its_group(tmp_path: Path) -> None:
    extra = (
        "  shown: {formula: waste, unit: t, direction: -1, source: made, tag: P}\n        progress:"
    )
    town = load(tmp_path, change("progress:", extra)).frameworks["town"]
    assert town.indicators["shown"].role == "reported"
    assert town.indicators["carbon"].role == "scored"


def test_names_and_optional_files_may_be_missing(tmp_path: Path) -> None:
    definitions = load(tmp_path)
    assert definitions.plan is None
    assert definitions.checks == ()
    assert definitions.disclosure.min_contributors == 4


def test_texts_may_look_like_numbers(tmp_path: Path) -> None:
    assert (
        load(tmp_path, change('version: "1"', "version: 1.10")).frameworks["town"].version == "1.10"
    )


def test_a_usual_range_is_written_as_two_ends(tmp_path: Path) -> None:
    changed = change("unit: 10k CNY", "unit: 10k CNY, range: {town: [1, 9]}", "variables.yml")
    gdp = load(tmp_path, changed).variables["gdp"]
    assert (gdp.low["town"], gdp.high["town"]) == (1, 9)


def test_what_nobody_collects_has_words_and_no_formula(tmp_path: Path) -> None:
    changed = change("formula: gas / gdp", "collected: false\n            definition: gas over GDP")
    town = load(tmp_path, changed).frameworks["town"]
    assert not town.indicators["carbon"].collected
    assert "carbon" in town.order


def test_an_account_made_for_the_type_is_kept_even_if_no_indicator_asks(tmp_path: Path) -> None:
    changed = change("en: Nobody asks", "en: Nobody asks, entity_types: town", "accounts.yml")
    assert "unused" in load(tmp_path, changed).frameworks["town"].accounts


# --- inheritance ---------------------------------------------------------------------------------


def test_a_framework_extends_another(tmp_path: Path) -> None:
    city = """
        extends: town
        version: "2"
        groups: {air: {weight: 5}}
        indicators: {reuse: {weight: 2}, carbon: {goalposts: {2024: {worst: 8, best: 2, source: x, tag: P}}}}
    """
    files = {"frameworks/city.yml": city} | change(", entity_types: [town]", "", "variables.yml")
    found = load(tmp_path, files).frameworks
    assert found["city"].entity_type == "city"
    assert (found["city"].groups["air"].weight, found["town"].groups["air"].weight) == (5, 1)
    assert sorted(found["city"].indicators["carbon"].goalposts) == [2021, 2024]
    assert found["city"].hash != found["town"].hash


def test_null_removes_what_is_inherited(tmp_path: Path) -> None:
    city = "extends: town\ngroups: {air: null}\nindicators: {carbon: null}\n"
    files = {"frameworks/city.yml": city} | change(", entity_types: [town]", "", "variables.yml")
    city_framework = load(tmp_path, files).frameworks["city"]
    assert "carbon" not in city_framework.indicators
    assert "air" not in city_framework.groups


def test_a_cycle_of_inheritance_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, {"frameworks/a.yml": "extends: b", "frameworks/b.yml": "extends: a"})
    assert "b -> a -> b" in {problem.found for problem in found}


# --- runs and plans ------------------------------------------------------------------------------


def test_without_a_year_the_newest_run_counts(tmp_path: Path) -> None:
    assert load_definitions(write(tmp_path)).run.year == YEAR


@pytest.mark.parametrize("word", ["final", "reviewed", "corrected"])
def test_a_run_file_cannot_call_itself_released(tmp_path: Path, word: str) -> None:
    with pytest.raises(ParamsError, match=rf"runs/2025.yml:1.*'{word}'.*--sign-off FILE"):
        load_definitions(write(tmp_path, **{"runs/2025.yml": f"status: {word}\n"}))


def test_a_year_without_its_own_run_takes_the_nearest_as_a_draft(tmp_path: Path) -> None:
    files = {"runs/2025.yml": "status: draft\nissued: 2026-05-01\nbase_year: 2020\n"}
    run = load_definitions(write(tmp_path, **files), 2023).run
    assert (run.year, run.status, run.issued, run.base_year) == (2023, "draft", "", 2020)


def test_without_any_run_the_year_must_be_given(tmp_path: Path) -> None:
    params = write(tmp_path, **{"runs/2025.yml": None})
    assert load_definitions(params, 2024).run.year == 2024
    with pytest.raises(ParamsError, match="--year"):
        load_definitions(params)


def test_the_plan_of_the_run_is_read(tmp_path: Path) -> None:
    plan = load(tmp_path, {"plans/five.yml": PLAN, "runs/2025.yml": "plan: five"}).plan
    assert plan is not None
    assert plan.targets["T1"].unit == "t CO2/万元"


ASSESSED = (
    PLAN
    + """
    assessment:
      weights: {town: {targets: 1}}
      scales:
        s: {en: Two, source: x, tag: P, bands: [{en: good, least: 60}, {zh: 差, en: bad, least: 0}]}
    vetoes:
      fire: {en: A fire, entity_types: [town], grade: bad, source: x, tag: P}
"""
)
TWO = "        t: {en: Three, source: x, tag: P, bands: [{en: fair, least: 0}]}\n    vetoes:"


def plan_of(folder: Path, text: str) -> Plan:
    plan = load(folder, {"plans/five.yml": text, "runs/2025.yml": "plan: five"}).plan
    assert plan is not None
    return plan


def test_a_band_in_one_language_has_that_name_in_both(tmp_path: Path) -> None:
    bands = plan_of(tmp_path, ASSESSED).assessment.scales["s"].bands
    assert [(band.zh, band.en) for band in bands] == [("good", "good"), ("差", "bad")]


@pytest.mark.parametrize("name", ["bad", "差"])
def test_a_veto_names_its_band_in_either_language(tmp_path: Path, name: str) -> None:
    plan = plan_of(tmp_path, ASSESSED.replace("grade: bad", f"grade: {name}"))
    assert plan.vetoes["fire"].grade == "差"


def test_the_only_scale_grades_every_type_that_is_assessed(tmp_path: Path) -> None:
    assert plan_of(tmp_path, ASSESSED).assessment.scale_of == {"town": "s"}


def test_a_target_without_types_is_of_those_that_have_its_indicator(tmp_path: Path) -> None:
    alone = PLAN.replace(",\n           applies_to: [town]", "")
    assert plan_of(tmp_path, alone).targets["T1"].applies_to == ("town",)
    shown = PLAN.replace("applies_to", "reference_for")
    assert plan_of(tmp_path, shown).targets["T1"].applies_to == ()


# --- contradictions ------------------------------------------------------------------------------

CASES: dict[str, tuple[dict[str, str | bytes | None], str, str, str]] = {
    # what is wrong: (changed files, text of the line, words of `what`, words of the message)
    "typo in a formula": (
        change("gdp / material", "gpd / material"),
        "formula: gpd",
        "indicators.productivity.formula",
        "unknown code 'gpd', expected .*nearest: gdp",
    ),
    "wrong dimension": (
        change("unit: CNY/t", "unit: CNY/ha"),
        "formula: gdp",
        "indicators.productivity.formula",
        "10k CNY/t .*CNY/ha",
    ),
    "no goalpost for the year": (
        change("2021: {worst: 9", "2026: {worst: 9"),
        "goalposts",
        "indicators.carbon.goalposts",
        "begin in 2026, nothing holds in 2025",
    ),
    "goalposts the wrong way": (
        change("worst: 9, best: 1", "worst: 1, best: 9"),
        "worst: 1",
        "indicators.carbon.goalposts.2021",
        "best below worst",
    ),
    "equal goalposts": (
        change("worst: 9, best: 1", "worst: 9, best: 9"),
        "worst: 9",
        "indicators.carbon.goalposts.2021",
        "worst 9, best 9",
    ),
    "goalposts of an industry": (
        change("worst: 9, best: 1", "worst: 9, best: 1, by_industry: {steel: [1, 2]}"),
        "worst: 9",
        "by_industry.steel",
        "worst 1, best 2",
    ),
    "negative weight": (
        change("output: {weight: 2}", "output: {weight: -2}"),
        "output: {",
        "groups.output.weight",
        "'-2', expected greater than or equal to 0",
    ),
    "a weight that is true": (
        change("rates: {weight: 1}", "rates: {weight: true}"),
        "rates: {",
        "groups.rates.weight",
        "'true', expected a number",
    ),
    "an empty weight": (
        change("rates: {weight: 1}", "rates: {weight: }"),
        "rates: {",
        "groups.rates.weight",
        "nothing, expected a number",
    ),
    "no weight": (
        change("direction: -1\n            weight: 1", "direction: -1"),
        "carbon:",
        "indicators.carbon.weight",
        "is missing",
    ),
    "group without members": (
        change("air: {weight: 1}", "air: {weight: 1}\n          empty: {weight: 1}"),
        "empty:",
        "groups.empty",
        "has no members",
    ),
    **{
        f"a group called like {kind}": (
            {TOWN: FILES[TOWN].replace("air:", f"{code}:").replace("group: air", f"group: {code}")},
            f"{code}: {{weight",
            f"groups.{code}",
            f"the code '{code}' is taken at params/(variables|accounts)",
        )
        for kind, code in (
            ("a variable", "ore"),
            ("an account", "unused"),
            ("a factor", "per_tonne"),
        )
    },
    **{
        f"an index called like {kind}": (
            change("code: TOWN", f"code: {code}"),
            f"code: {code}",
            "index.code",
            f"the code '{code}' is taken at params/",
        )
        for kind, code in (("a variable", "gdp"), ("an indicator", "reuse"), ("a group", "air"))
    },
    **{
        f"a progress index called like {kind}": (
            change("progress:\n", f"progress:\n          code: {code}\n"),
            f"code: {code}",
            "progress.code",
            f"the code '{code}' is taken at params/",
        )
        for kind, code in (("the index", "TOWN"), ("an account", "gas"), ("a group", "rates"))
    },
    **{
        f"a group of the progress index called like {kind}": (
            change("all: {weight: 1", f"{code}: {{weight: 1"),
            f"{code}: {{weight: 1, members",
            f"progress.groups.{code}",
            f"the code '{code}' is taken at params/",
        )
        for kind, code in (
            ("an indicator", "carbon"),
            ("a variable", "waste"),
            ("the index", "TOWN"),
        )
    },
    "unknown group": (
        change("group: air", "group: ari"),
        "group: ari",
        "indicators.carbon.group",
        "unknown group 'ari', expected .*nearest: air",
    ),
    "unknown key": (
        change(INDICATOR, f"{INDICATOR}{PAD}formla: x"),
        "formla",
        "indicators.carbon.formla",
        "unknown key, expected .*nearest: formula",
    ),
    "a key that loading fills": (
        change(INDICATOR, f"{INDICATOR}{PAD}executable: x"),
        "executable",
        "indicators.carbon.executable",
        "unknown key",
    ),
    "duplicate key": (
        change(INDICATOR, f"{INDICATOR}{PAD}unit: t"),
        "unit: t",
        "indicators.carbon.unit",
        "duplicate key",
    ),
    "self reference": (
        change("reused / waste", "reuse * 2"),
        "reuse * 2",
        "indicators.reuse.formula",
        "reuse -> reuse",
    ),
    "unknown headline": (
        change("resource_recycling_rate: reuse", "resource_recycling_rate: reus"),
        "headline",
        "headline",
        "unknown code 'reus', expected .*nearest: reuse",
    ),
    "unknown progress member": (
        change("reuse: 1}", "resue: 1}"),
        "resue",
        "progress.groups.all.members",
        "nearest: reuse",
    ),
    "a base floor of a member of which less is better": (
        change("reuse: 1}", "reuse: 1, carbon: 1}}\n          base_floor: {carbon: 1"),
        "base_floor",
        "progress.base_floor.carbon",
        "less is better, expected a member of which more is better",
    ),
    "a base floor of zero": (
        change("reuse: 1}", "reuse: 1}}\n          base_floor: {reuse: 0"),
        "base_floor",
        "progress.base_floor.reuse",
        "'?0'?, expected a base value above zero",
    ),
    "a change measured against no floor": (
        change("progress:\n", "progress:\n          below_base_floor: measure_from_floor\n"),
        "below_base_floor",
        "progress.below_base_floor",
        "no floor is given",
    ),
    "an unknown rule for small bases": (
        change("progress:\n", "progress:\n          below_base_floor: ignore\n"),
        "below_base_floor",
        "progress.below_base_floor",
        "exclude",
    ),
    "a code in arithmetic": (
        change("reused / waste", "reused / site"),
        "/ site",
        "indicators.reuse.formula",
        "'site' is a code",
    ),
    "converted by hand": (
        change("reused / waste", "reused / waste * 100"),
        "* 100",
        "indicators.reuse.formula",
        "converts by hand",
    ),
    "a constant": (
        change("reused / waste", "0.5"),
        "formula: 0.5",
        "indicators.reuse.formula",
        "numbers only",
    ),
    "code it runs": (
        change("reused / waste", "__import__('os').system('ls')"),
        "__import__",
        "indicators.reuse.formula",
        "is not allowed",
    ),
    "unknown state in an example": (
        change(INDICATOR, f"{INDICATOR}{PAD}examples: [{{given: {{coal: 1}}, expect: mising}}]"),
        "examples",
        "indicators.carbon.examples",
        "'mising', expected .*nearest: missing",
    ),
    "unknown code in an example": (
        change(INDICATOR, f"{INDICATOR}{PAD}examples: [{{given: {{cole: 1}}, expect: 2}}]"),
        "examples",
        "indicators.carbon.examples",
        "unknown code 'cole', expected .*nearest: coal",
    ),
    "scale upside down": (
        change('version: "1"', 'version: "1"\n        scale: {floor: 9, top: 1}'),
        "scale",
        "scale",
        "floor 9, top 1",
    ),
    "variable of another type": (
        change("[town]", "[city]", "variables.yml"),
        "",
        "indicators.reuse.formula",
        "'waste' is of city, not of town",
    ),
    "unknown unit": (
        change("unit: kt", "unit: ktt", "variables.yml"),
        "",
        "variables.ore.unit",
        "'ktt' is not known; nearest: kt",
    ),
    "one code twice": (
        change("unused:", "coal:", "accounts.yml"),
        "",
        "accounts.coal",
        "taken at params/variables.yml:3",
    ),
    "a word of the language": (
        change("coal:", "min: {unit: t}\n        coal:", "variables.yml"),
        "",
        "variables.min",
        "a word of the formula language",
    ),
    "a code that is none": (
        change("coal:", "煤: {unit: t}\n        coal:", "variables.yml"),
        "",
        "variables.煤.code",
        "a letter, then",
    ),
    "account cycle": (
        change("formula: coal,", "formula: unused,", "accounts.yml"),
        "",
        "accounts.unused.formula",
        "unused -> unused",
    ),
    "unknown section": (
        {"accounts.yml": "acounts: {}"},
        "",
        "acounts",
        "unknown key, expected .*nearest: accounts",
    ),
    "a range upside down": (
        change("unit: kt", "unit: kt, range: {town: [9, 1]}", "variables.yml"),
        "",
        "variables.ore.range.town",
        r"\[9, 1\]",
    ),
    "a rule of two dimensions": (
        {"checks.yml": "rules: {A: {rule: reused <= gdp, severity: hard}}"},
        "",
        "rules.A.rule",
        "together with 10k CNY",
    ),
    "a rule that is a number": (
        {"checks.yml": "rules: {A: {rule: reused, severity: hard}}"},
        "",
        "rules.A.rule",
        "not a condition",
    ),
    "a run that is no year": ({"runs/next.yml": ""}, "", "file", "a year as its name"),
    "a run of another year": ({"runs/2025.yml": "year: 2024"}, "", "runs.2025.year", "2025"),
    "no such plan": ({"runs/2025.yml": "plan: five"}, "", "plan", "no plan 'five'"),
    "bands without a name": (
        {"plans/five.yml": ASSESSED.replace("{en: good, ", "{"), "runs/2025.yml": "plan: five"},
        "",
        "plan.assessment.scales.s.bands",
        "a name, zh or en",
    ),
    "a veto to no band": (
        {
            "plans/five.yml": ASSESSED.replace("grade: bad", "grade: bda"),
            "runs/2025.yml": "plan: five",
        },
        "",
        "vetoes.fire.grade",
        "'bda', expected one of good, 差, bad; nearest: bad",
    ),
    "a veto to a band of another scale": (
        {
            "plans/five.yml": ASSESSED.replace("    vetoes:", TWO).replace(
                "scales:", "scale_of: {town: t}\n      scales:"
            ),
            "runs/2025.yml": "plan: five",
        },
        "",
        "vetoes.fire.grade",
        "'bad', expected one of fair",
    ),
    "two scales and none named": (
        {"plans/five.yml": ASSESSED.replace("    vetoes:", TWO), "runs/2025.yml": "plan: five"},
        "",
        "assessment.weights.town",
        "none of the scales grades the total, expected scale_of: {town: s or t}",
    ),
    "a target in another unit": (
        {
            "plans/five.yml": PLAN.replace("t CO2/万元", "kg CO2/万元"),
            "runs/2025.yml": "plan: five",
        },
        "",
        "targets.T1.unit",
        "expected t CO2/10k CNY",
    ),
    "a target of nothing": (
        {"plans/five.yml": PLAN.replace("carbon,", "carbn,"), "runs/2025.yml": "plan: five"},
        "",
        "targets.T1.indicator",
        "nearest: carbon",
    ),
    "a gate too weak": (
        {"disclosure.yml": "min_contributors: 2"},
        "",
        "min_contributors",
        "or equal to 3",
    ),
    "no framework": ({TOWN: None}, "", "frameworks", "there is none"),
    "no variables": ({"variables.yml": None}, "", "file", "cannot be read"),
    "GBK": (
        {"variables.yml": "a: {zh: 煤炭消费量, unit: t}".encode("gbk")},
        "",
        "file",
        "not UTF-8",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_contradiction_is_named_with_place_and_key(tmp_path: Path, case: str) -> None:
    changed, line, what, words = CASES[case]
    found = problems(tmp_path, changed)
    assert len(found) == 1, found
    assert what in found[0].what
    with pytest.raises(ParamsError, match=words):
        load_definitions(tmp_path / "params", YEAR)
    if line:
        assert found[0].where in places_of(line, changed)


def places_of(text: str, changed: dict[str, str | bytes | None]) -> list[str]:
    """Every place of a text in the changed framework."""
    lines = dedent(str(changed[TOWN])).splitlines()
    return [f"params/{TOWN}:{n}" for n, line in enumerate(lines, start=1) if text in line]


def test_a_cycle_is_named_whole(tmp_path: Path) -> None:
    text = FILES[TOWN].replace("gdp / material", "gdp / material * reuse * carbon / carbon")
    text = text.replace("reused / waste", "carbon / carbon").replace(
        "gas / gdp", "gas / gdp * reuse"
    )
    found = [problem for problem in problems(tmp_path, {TOWN: text}) if "->" in problem.found]
    assert [problem.found for problem in found] == ["reuse -> carbon -> reuse"]


def test_all_files_are_checked_at_once(tmp_path: Path) -> None:
    changed = {
        **change("unit: kt", "unit: ktt", "variables.yml"),
        **change("coal * per_tonne", "coal * per_ton", "accounts.yml"),
        **change("group: air", "group: ari"),
        "runs/2025.yml": "status: smaple",
        "checks.yml": "rules: {A: {rule: coal >, severity: hard}}",
        "disclosure.yml": "foo: 1",
    }
    files = {problem.where.split(":")[0] for problem in problems(tmp_path, changed)}
    assert files == {
        *("params/variables.yml", "params/accounts.yml", "params/frameworks/town.yml"),
        *("params/runs/2025.yml", "params/checks.yml", "params/disclosure.yml"),
    }


def test_one_unreadable_file_does_not_blame_the_others(tmp_path: Path) -> None:
    found = problems(tmp_path, {"variables.yml": "gdp: {unit: t"})
    assert [problem.what for problem in found] == ["YAML"]


def test_rules_are_written_out_over_variables(tmp_path: Path) -> None:
    rules = "rules: {A: {rule: gas >= material * per_tonne, severity: soft}}"
    (rule,) = load(tmp_path, {"checks.yml": rules}).checks
    assert rule.executable == "(coal * (2)) >= (total(coal, ore * 1000)) * (2)"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content", ["", "a", "- a", "a: {b: [c]}", "{", "a: *b", "a: 1\na: 2", "\x00"]
)
def test_no_content_of_any_file_is_a_traceback(tmp_path: Path, name: str, content: str) -> None:
    with suppress(ParamsError):
        load(tmp_path, {name: content})


@pytest.mark.parametrize(
    "value", ["[]", "{a: b}", "true", "-1", "1e400", ".nan", "''", "[[1], {a: 2}]", "~"]
)
@pytest.mark.parametrize(
    "key",
    [
        "weight: 1\n",
        "unit: CNY/t\n",
        "direction: -1\n",
        "goalposts:",
        "group: air\n",
        "formula: gas / gdp\n",
    ],
)
def test_no_type_of_value_is_a_traceback(tmp_path: Path, key: str, value: str) -> None:
    word = key.split(":")[0]
    with suppress(ParamsError):
        load(tmp_path, {TOWN: FILES[TOWN].replace(key, f"{word}: {value}\n", 1)})


def test_places_are_lines_of_the_file(tmp_path: Path) -> None:
    changed = change("gdp / material", "gpd / material")
    assert problems(tmp_path, changed)[0].where == line_of(TOWN, "gpd / material", changed)


def test_groups_nest_to_any_depth_a_person_would_write(tmp_path: Path) -> None:
    deep = "{weight: 1}"
    for level in range(40):
        deep = f"{{weight: 1, groups: {{g{level}: {deep}}}}}"
    changed = change("air: {weight: 1}", f"air: {deep}")
    changed[TOWN] = str(changed[TOWN]).replace("group: air", "group: g0")
    town = load(tmp_path, changed).frameworks["town"]
    assert len(list(town.groups_bottom_up())) == 44


def test_a_long_chain_of_accounts_is_no_deep_recursion(tmp_path: Path) -> None:
    chain = "".join(
        f"  a{n}: {{unit: t, formula: a{n + 1} + coal, source: x, tag: P}}\n" for n in range(1500)
    )
    last = "  a1500: {unit: t, formula: coal, source: x, tag: P}\n"
    accounts = dedent(FILES["accounts.yml"]) + chain + last
    found = load(tmp_path, {"accounts.yml": accounts}).accounts
    assert list(found).index("a1500") < list(found).index("a0")


def test_accounts_that_double_forty_times_cannot_fill_the_memory(tmp_path: Path) -> None:
    chain = "".join(
        f"  a{n}: {{unit: t, formula: a{n + 1} + a{n + 1}, source: x, tag: P}}\n" for n in range(40)
    )
    last = "  a40: {unit: t, formula: coal, source: x, tag: P}\n"
    accounts = dedent(FILES["accounts.yml"]) + chain + last
    rules = "rules: {A: {rule: a0 > 0, severity: soft}}"
    (found,) = problems(tmp_path, {"accounts.yml": accounts, "checks.yml": rules})
    assert "too long to be written out" in found.found


CHECKS = """
    rules:
      across: {{en: across, severity: soft, entity_types: [town], rule: "{rule}"}}
"""
TWO_TYPES = {
    "variables.yml": FILES["variables.yml"]
    + """
        lost: {en: Lost, unit: t, entity_types: [farm]}
        gross: {en: Gross flow, unit: t, additive: false}
    """
}


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("coal >= sum_over(farm, waste)", "'waste' is of town, not of farm"),
        ("coal >= sum_over(farm, gross)", "'gross', which is additive: false"),
        ("coal >= sum_over(farm, gdp)", "together with"),
        ("coal >= sum_over(farm, wasted)", "unknown code 'wasted'"),
        ("coal >= sum_over(1, lost)", "as first operand of sum_over"),
        ("coal >= sum_over(farm, sum_over(shop, coal))", "looks at others itself"),
        ("coal >= sum_over(lost)", "1 operand"),
    ],
)
def test_a_look_at_others_is_checked_like_everything_else(
    tmp_path: Path, rule: str, found: str
) -> None:
    told = problems(tmp_path, {**TWO_TYPES, "checks.yml": CHECKS.format(rule=rule)})
    assert [p.what for p in told] == ["rules.across.rule"]
    assert found in told[0].found


def test_only_a_rule_looks_at_others(tmp_path: Path) -> None:
    changed = replaced(
        "accounts.yml", "formula: coal * per_tonne", "formula: 'sum_over(farm, coal)'"
    )
    assert [p.what for p in problems(tmp_path, changed)][:1] == ["accounts.gas.formula"]


def test_a_look_at_others_has_its_accounts_and_units_written_out(tmp_path: Path) -> None:
    rule = "ore <= sum_over(farm, total(lost, -gross)) and gas >= in_body(town, gas)"
    loaded = load(tmp_path, {**TWO_TYPES, "checks.yml": CHECKS.format(rule=rule)})
    assert loaded.checks[0].executable == (
        "ore <= sum_over(farm, total(lost, -gross)) / 1000"
        " and (coal * (2)) >= in_body(town, (coal * (2)))"
    )


def test_a_range_by_industry_is_in_its_unit_and_runs_upwards(tmp_path: Path) -> None:
    text = """
        ranges:
          use: {{en: Use, formula: material / gdp, unit: t/10k CNY, by_industry: {{steel: {ends}}}, source: s, tag: P}}
    """
    (one,) = load(tmp_path, {"checks.yml": text.format(ends="[1, 2]")}).ranges
    assert one.of("steel") == (1, 2)
    assert one.of("food") is None
    assert one.executable == "(total(coal, ore * 1000)) / gdp"
    told = problems(tmp_path, {"checks.yml": text.format(ends="[2, 1]")})
    assert [p.what for p in told] == ["ranges.use.by_industry.steel"]


PLANNED = """
    base_year: 2020
    first_year: 2021
    last_year: 2025
    source: made
    assessment:
      weights: {{town: {{index: 1}}}}
      bonus:
        {kind}: {{most: 10, source: made, tag: P, items: {{A: {{en: A, points: 5, {item}}}}}}}
"""


def planned(item: str, kind: str = "town") -> dict[str, str | bytes | None]:
    return {
        "plans/p.yml": PLANNED.format(item=item, kind=kind),
        "runs/2025.yml": "status: sample\nplan: p\n",
        "variables.yml": FILES["variables.yml"]
        + "\n        state: {en: State, unit: code, allowed: [plan, done]}\n",
    }


def test_extra_points_are_rules_with_their_accounts_written_out(tmp_path: Path) -> None:
    plan = load(tmp_path, planned("rule: material >= 3")).plan
    assert plan is not None
    item = plan.assessment.bonus["town"].items["A"]
    assert item.executable == "(total(coal, ore * 1000)) >= 3"


@pytest.mark.parametrize(
    ("item", "what", "found"),
    [
        ("note: nothing", "", "neither a rule nor a variable"),
        ("rule: coal > 1, variable: state", "", "both a rule and a variable"),
        ("rule: coals > 1", ".rule", "unknown code 'coals'"),
        ("rule: 'coal > sum_over(town, coal)'", ".rule", "looks at other entities"),
        ("variable: coal, one_of: [done]", ".variable", "'coal'"),
        ("variable: state, one_of: [dome]", ".one_of", "'dome'"),
        ("variable: state", ".one_of", "nothing"),
    ],
)
def test_extra_points_that_nothing_can_earn_are_refused(
    tmp_path: Path, item: str, what: str, found: str
) -> None:
    told = problems(tmp_path, planned(item))
    assert [(p.what, found in p.found) for p in told] == [
        (f"assessment.bonus.town.items.A{what}", True)
    ]
    assert told[0].where.startswith("params/plans/p.yml:")


SCALED = """
      scale_of: {town: s}
      scales:
        s: {en: S, source: x, tag: P, bands: [{en: good, least: 90}, {en: fair, least: 78}, {en: bad, least: 0}]}
      bonus:"""


@pytest.mark.parametrize(("most", "is_refused"), [(9.5, False), (10, True), (12, True)])
def test_extra_points_lift_no_total_by_a_whole_grade(
    tmp_path: Path, most: float, is_refused: bool
) -> None:
    changed = planned("rule: coal > 1")
    text = str(changed["plans/p.yml"]).replace("\n      bonus:", SCALED)
    changed["plans/p.yml"] = text.replace("most: 10", f"most: {most}")
    if not is_refused:
        assert load(tmp_path, changed).plan is not None
        return
    (problem,) = problems(tmp_path, changed)
    assert (problem.what, problem.found) == ("assessment.bonus.town.most", f"{most:g} points")
    assert "fewer than 10" in problem.expected


@pytest.mark.parametrize(
    ("rule", "items"),
    [
        ("reused / waste >= 0.9", {"A": "reuse"}),
        ("coal > 1 and reused >= 9", {"A": "reuse"}),
        ("abs(coal - ore) <= rounding(coal, ore)", {}),
    ],
)
def test_extra_points_earned_by_what_is_scored_already_are_named(
    tmp_path: Path, rule: str, items: dict[str, str]
) -> None:
    changed = planned(f"rule: '{rule}'")
    definitions = load(tmp_path, changed)
    assert definitions.plan is not None
    assert counted_twice(definitions.plan, definitions.frameworks["town"]) == items
    told = [*points_counted_twice(definitions, tmp_path / "params")]
    assert [(f.severity, dict(f.values)["code"]) for f in told] == [
        ("warning", code) for code in items.values()
    ]
    text = str(changed["plans/p.yml"]).replace("most: 10, ", "").replace("points: 5, ", "")
    bare = load(tmp_path, {**changed, "plans/p.yml": text})
    assert [
        *points_counted_twice(bare, tmp_path / "params")
    ] == []  # a distinction may say it again


def test_points_without_a_most_are_refused(tmp_path: Path) -> None:
    changed = planned("rule: coal > 1")
    changed["plans/p.yml"] = str(changed["plans/p.yml"]).replace("most: 10, ", "")
    (problem,) = problems(tmp_path, changed)
    assert problem.expected == "points and most, or neither (a distinction)"


def test_extra_points_are_for_types_that_are_assessed(tmp_path: Path) -> None:
    told = problems(tmp_path, planned("rule: coal > 1", kind="twon"))
    assert told[0].what == "assessment.bonus.twon"


BASES = """
    factors:
      own: {value: 1.229, unit: tce/10k kWh, source: s, tag: V, vintage: 2020, basis: calorific}
      burnt: {value: 4.04, unit: tce/10k kWh, source: s, tag: V, basis: equivalent}
    accounts:
      a: {en: A, unit: tce, formula: power * own, source: made, tag: P}
      b: {en: B, unit: tce, formula: heat + power * burnt, source: made, tag: P}
      both: {en: Both, unit: tce, formula: "total(a, b)", source: made, tag: P}
      later: {en: Later, unit: tce, formula: both * 2, source: made, tag: P}
"""
POWER = (
    FILES["variables.yml"]
    + """
        power: {en: Power, unit: 10k kWh}
        heat: {en: Heat, unit: tce}
"""
)


def test_two_bases_of_a_conversion_never_meet_and_it_is_told_where_they_would(
    tmp_path: Path,
) -> None:
    loose = {"accounts.yml": BASES, "variables.yml": POWER, "frameworks/town.yml": None}
    told = [p for p in problems(tmp_path, loose) if "basis" in p.expected]
    assert [(p.what, p.found) for p in told] == [
        ("accounts.both.formula", "own is calorific, burnt is equivalent")
    ]


@pytest.mark.parametrize("written", ["2026-05-01", "2026/5/1", "2026.05.01", "2026年5月1日"])
def test_a_date_of_params_is_the_same_day_however_written(written: str, tmp_path: Path) -> None:
    run = load(tmp_path, {"runs/2025.yml": f"issued: {written}"}).run
    assert run.issued == "2026-05-01"


@pytest.mark.parametrize("written", ["2026-02-30", "46203", "6月底前", "soon", "2026-05", "26-5-1"])
@pytest.mark.parametrize(
    ("file", "key"), [("runs/2025.yml", "issued"), ("disclosure.yml", "decided_on")]
)
def test_what_is_no_date_is_refused_in_params(
    file: str, key: str, written: str, tmp_path: Path
) -> None:
    with pytest.raises(ParamsError, match="a date such as 2026-06-30"):
        load(tmp_path, {file: f"{key}: {written}"})


BOTH_FORMS = """
      T2: {indicator: carbon, type: level, value: 5, unit: t CO2/万元, op: "<=", source: x, tag: S,
           scored: false, consistent_with: %s}
      T3: {indicator: carbon, type: level, value: 5, unit: t CO2/万元, op: "<=", source: x, tag: S,
           scored: %s, consistent_with: T2}
"""


@pytest.mark.parametrize(("other", "scored"), [("T2", "true"), ("T3", "false")])
def test_targets_do_not_leave_their_points_to_themselves(
    other: str, scored: str, tmp_path: Path
) -> None:
    plan = PLAN.rstrip() + BOTH_FORMS % (other, scored)
    with pytest.raises(ParamsError, match="makes the points of both"):
        load(tmp_path, {"plans/five.yml": plan, "runs/2025.yml": "plan: five"})


def test_one_of_two_forms_makes_the_points(tmp_path: Path) -> None:
    assert "T3" in plan_of(tmp_path, PLAN.rstrip() + BOTH_FORMS % ("T3", "true")).targets


def test_a_code_is_of_one_kind_in_all_frameworks(tmp_path: Path) -> None:
    village = FILES[TOWN].replace("air:", "reuse:").replace("group: air", "group: reuse")
    village = village.replace("reuse:\n", "again:\n")
    with pytest.raises(ParamsError, match="the code 'reuse' is of an indicator"):
        load(tmp_path, {"frameworks/village.yml": village})


@pytest.mark.parametrize("code", ["unit_slip", "year_on_year", "near_word", "twice"])
def test_a_rule_and_a_range_have_ids_of_their_own(code: str, tmp_path: Path) -> None:
    text = f"rules:\n  twice: {{en: a, rule: waste >= 0, severity: soft}}\nranges:\n  {code}: {{en: b, formula: waste, unit: t, otherwise: [0, 5], source: x, tag: P}}\n"
    with pytest.raises(ParamsError, match="another id|each id once"):
        load(tmp_path, {"checks.yml": text})
