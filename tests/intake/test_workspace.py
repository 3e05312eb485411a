"""A whole workspace read for one year: who is in it, who is blocked, what stops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cescore.errors import DataError, ParamsError
from cescore.intake.workspace import Workspace, lookup
from cescore.method.column import Flag, State
from cescore.publish.terminal_words import error_told

FRAMEWORK = """
version: "1"
source: test
index: {code: IDX, en: Index}
headline: {resource_output_rate: productivity}
groups: {all: {en: All, weight: 1}}
indicators:
  productivity:
    en: Productivity
    formula: gdp / waste
    unit: CNY/t
    direction: 1
    group: all
    weight: 1
    goalposts: {2020: {worst: 0, best: 100, source: test, tag: P}}
    source: test
    tag: P
"""
VARIABLES = """
gdp: {en: GDP, unit: CNY}
waste: {en: Waste, unit: t}
"""
CHECKS = """
rules:
  H2: {en: bound, rule: waste <= 1000, severity: hard}
"""
REGISTER = """entity_id,entity_type,parent_id,counted_in,valid_from,valid_to
C1,city,,,,
D1,district,C1,,,
D2,district,C1,,,
DX,district,C1,D1,,
D8,district,C1,,2025,
D9,district,C1,,,2023
"""
HEADER = "entity_id,year,variable,value\n"
ROWS = {
    2023: "D1,2023,gdp,100\nD1,2023,waste,10\nD2,2023,gdp,90\nD2,2023,waste,10\n"
    "D9,2023,gdp,10\nD9,2023,waste,10\n",
    2024: "D1,2024,gdp,500\nD1,2024,waste,10\nD2,2024,gdp,300\nD2,2024,waste,10\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """A city with districts on disk, some of its files changed, loaded for 2024."""

    def do(year: int | None = 2024, **changed: str) -> Workspace:
        files = {
            "params/variables.yml": VARIABLES,
            "params/checks.yml": CHECKS,
            "params/frameworks/district.yml": FRAMEWORK,
            "params/frameworks/city.yml": "extends: district\n",
            "params/runs/2024.yml": "year: 2024\nfirst_year: 2023\n",
            "data/entities.csv": REGISTER,
            **{f"data/{y}/observations.csv": HEADER + rows for y, rows in ROWS.items()},
            **changed,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Workspace.load(tmp_path, year)

    return do


RETURNS = "data/2024/observations.csv"


def test_a_workspace_knows_its_years_base_year_and_entities(workspace):
    loaded = workspace()
    assert (loaded.year, loaded.base_year, loaded.years) == (2024, 2023, (2023, 2024))
    assert [e.entity_id for e in loaded.entities()] == ["C1", "D1", "D2", "DX"]
    assert loaded.panels["district"].entities == ("D1", "D2", "DX", "D8", "D9")
    assert loaded.blocked == {}


def test_every_file_is_accounted_for(workspace):
    counts = {c.file: (c.read, c.accepted) for c in workspace().rows}
    assert counts == {
        "data/entities.csv": (7, 6),
        "data/2023/observations.csv": (7, 6),
        RETURNS: (5, 4),
    }


def test_the_citys_missing_rows_are_summed_and_it_counts_as_filed(workspace):
    loaded = workspace()
    gdp = loaded.panels["city"].columns["gdp"]
    assert gdp.values.tolist() == [[200.0, 800.0]]  # 2023 with D9, which closed then
    assert gdp.flags.tolist() == [[Flag.AGGREGATED, Flag.AGGREGATED]]
    assert loaded.filed("C1") and loaded.sources("C1", "gdp", 2023) == "sum of D1, D2, D9"


def test_an_entity_that_did_not_file_is_named(workspace):
    loaded = workspace()
    assert not loaded.filed("DX")
    assert [f.entity_id for f in loaded.findings if f.code == "not_filed"] == ["DX"]
    assert loaded.panels["district"].columns["gdp"].state[2, 1] == State.MISSING


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("D1,2024,gdp,x", "not_a_number"),
        ("D1,2024,gdp,501", "conflicting_rows"),
        ("D1,2024", "ragged_row"),
        ("D1,20x4,gdp,1", "bad_year"),
        ("DX,2024,waste,1001", "H2"),
    ],
)
def test_an_error_in_a_row_blocks_its_entity_and_no_other(workspace, row, why):
    loaded = workspace(**{RETURNS: HEADER + ROWS[2024] + row + "\n"})
    assert list(loaded.blocked) == [row.split(",")[0]]
    assert why in str(loaded.blocked[row.split(",")[0]][0])


def test_a_year_without_a_usable_row_says_why_in_the_readers_language_by_row(workspace):
    rows = "".join(f"D{n},2024,gdp,1\n" for n in range(30, 40)) + "D1,2024,gdp,x\n"
    with pytest.raises(DataError) as caught:
        workspace(**{RETURNS: HEADER + rows})
    lines = error_told(caught.value, "zh").splitlines()
    assert lines[1].startswith(
        f"  {RETURNS}，第 2 行  D30 2024 gdp  unknown_entity：“D30”，应为：名录中的"
    )
    assert "第 11 行" in lines[10] and "第 12 行  D1 2024 gdp  not_a_number" in lines[11]
    assert "row 2  unknown_entity: 'D30', expected" in str(caught.value)


def test_an_error_in_an_earlier_year_that_is_used_blocks_too(workspace):
    loaded = workspace(**{"data/2023/observations.csv": HEADER + ROWS[2023] + "DX,2023,gdp,x\n"})
    assert list(loaded.blocked) == ["DX"]
    loaded = workspace(**{"params/runs/2024.yml": "year: 2024\nfirst_year: 2024\n"})
    assert loaded.blocked == {}


def test_a_scored_indicator_whose_figures_nobody_returned_is_a_warning_with_its_weight(workspace):
    second = FRAMEWORK.partition("indicators:\n")[2]
    second = second.replace("productivity", "heat_use").replace("gdp / waste", "heat_total / waste")
    second = second.replace("CNY/t", "GJ/t").replace("weight: 1", "weight: 3")
    account = (
        "accounts:\n  heat_total: {en: Heat, unit: GJ, formula: total(heat), source: t, tag: P}\n"
    )
    files = {
        "params/variables.yml": VARIABLES + "heat: {en: Heat used, unit: GJ}\n",
        "params/accounts.yml": account,
        "params/frameworks/district.yml": FRAMEWORK + second,
    }

    def told(heat: str) -> list[str]:
        loaded = workspace(**files, **{RETURNS: HEADER + ROWS[2024] + heat})
        return [f.found for f in loaded.findings if f.code == "scored_and_unreturned"]

    assert told("")[-1] == (
        "heat_use (75.0 % of the index): no district returned heat,"
        " so everybody scores the floor there"
    )
    assert told("D1,2024,heat,5\n") == []


def test_a_type_that_page_yml_names_and_nobody_has_is_a_warning_with_the_nearest(workspace):
    page = "entity_types: {distrct: {en: District}, city: {en: Town}}\n"
    told = [
        f.line("en")
        for f in workspace(**{"params/page.yml": page}).findings
        if f.code == "unknown_entity_type"
    ]
    assert len(told) == 1 and "page.yml" in told[0] and "distrct" in told[0]
    assert "did you mean district" in told[0] or "'district'" in told[0]


@pytest.mark.parametrize(
    ("types", "severity"), [("[distrct]", "error"), ("[distrct, district]", "warning")]
)
def test_a_quantity_or_rule_that_is_then_for_nobody_is_an_error_of_its_file(
    workspace, types, severity
):
    account = f"""
  cost: {{en: Cost, unit: CNY, formula: gdp, source: x, tag: P, entity_types: {types}}}"""
    files = {
        "params/variables.yml": f"{VARIABLES}idle: {{en: I, unit: t, entity_types: {types}}}\n",
        "params/accounts.yml": f"accounts:{account}\n",
        "params/checks.yml": "rules: {r: {rule: gdp >= 0, severity: soft, en: R, entity_types: "
        + types
        + "}}\n",
    }
    found = [f for f in workspace(**files).findings if f.code == "unknown_entity_type"]
    assert {f.at.file for f in found} == set(files)
    assert {f.severity for f in found} == {severity}
    keys = {dict(f.values)["key"] for f in found}
    assert keys == {"idle.entity_types", "accounts.cost.entity_types", "rules.r.entity_types"}


def test_a_required_value_that_was_refused_is_not_called_absent_too(workspace):
    required = VARIABLES.replace("unit: CNY", "unit: CNY, required: true")
    row = "DX,2024,waste,10\n"

    def told(rows: str) -> list[str]:
        files = {"params/variables.yml": required, RETURNS: HEADER + ROWS[2024] + rows}
        return [f.code for f in workspace(**files).findings if f.what == "DX 2024 gdp"]

    assert told(row) == ["required_absent"]
    assert told(row + "DX,2024,gdp,219万\n") == ["unit_in_cell"]


def test_a_correction_lifts_the_block(workspace):
    loaded = workspace(
        **{
            RETURNS: HEADER + ROWS[2024] + "DX,2024,gdp,x\n",
            "data/corrections.yml": "- {entity_id: DX, year: 2024, variable: gdp, action: set,"
            " value: 50, reason: by telephone}\n",
        }
    )
    assert loaded.blocked == {} and not loaded.has_errors
    assert loaded.panels["district"].columns["gdp"].flags[2, 1] == Flag.CORRECTED
    assert loaded.sources("DX", "gdp", 2024) == "data/corrections.yml:1"


def test_a_register_error_blocks_its_entity(workspace):
    loaded = workspace(**{"data/entities.csv": REGISTER + "D3,district,C9,,,\n"})
    assert loaded.blocked["D3"][0].code == "unknown_parent"


def test_params_that_contradict_themselves_stop_the_run(workspace):
    with pytest.raises(ParamsError):
        workspace(**{"params/variables.yml": "gdp: {en: GDP, unit: CNY}\n"})


def test_a_year_of_which_no_row_can_be_used_stops_the_run_with_every_reason(workspace):
    with pytest.raises(DataError, match="no usable observation of 2024") as caught:
        workspace(**{RETURNS: HEADER + "D1,2023,gdp,1\nD2,2023,gdp,1\n"})
    assert [p.where for p in caught.value.problems] == [f"{RETURNS}, row 2", f"{RETURNS}, row 3"]


def test_a_sum_over_a_blocked_body_is_told(workspace):
    loaded = workspace(**{RETURNS: HEADER + ROWS[2024] + "D2,2024,wast,1\n"})
    told = [(f.entity_id, f.found) for f in loaded.findings if f.code == "sum_of_blocked"]
    assert list(loaded.blocked) == ["D2"] and told == [
        ("C1", "sums over D2, whose data have open errors")
    ]


def test_errors_of_earlier_inspections_block_nobody(workspace):
    rows = "check_id,entity_id,year,status\nx,D1,{0},done\n"
    loaded = workspace(**{"data/2023/measures.csv": rows.format(2023)})
    assert loaded.has_errors and loaded.blocked == {}
    loaded = workspace(**{"data/2024/measures.csv": rows.format(2024)})
    assert list(loaded.blocked) == ["D1"]


def test_an_empty_year_is_an_error_of_the_command(workspace):
    with pytest.raises(
        DataError,
        match="no usable observation of 2030; years with observations: 2023, 2024.*`collect FOLDER --year 2030`",
    ):
        workspace(2030, **{"params/runs/2030.yml": "year: 2030\n"})


def test_a_year_before_all_data_is_the_fault_and_not_params_that_begin_later():
    with pytest.raises(DataError, match="no usable observation of 1999; years .* 2020, 2021"):
        Workspace.load(Path(__file__).parents[2], 1999)


def test_a_file_is_looked_up_in_the_workspace_then_in_the_repository(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/town.ipynb").touch()
    assert lookup(tmp_path, "notebooks/town.ipynb", "cescore") == tmp_path / "notebooks/town.ipynb"
    assert lookup(tmp_path, "notebooks/nowhere.ipynb", "cescore/errors.py").name == "errors.py"
    with pytest.raises(DataError, match=r"a\.ipynb or b\.ipynb"):
        lookup(tmp_path, "a.ipynb", "b.ipynb")


def test_a_correction_of_a_later_year_waits_for_that_year(
    workspace: Callable[..., Workspace],
) -> None:
    corrections = (
        "- {variable: waste, entity_id: D1, year: 2024, action: scale, factor: 0.5, expect: {gt: 5},"
        " reason: counted twice}\n"
    )
    both = {"data/corrections.yml": corrections}
    assert not workspace(2023, **both).has_errors
    assert "correction_scale" in {finding.code for finding in workspace(2024, **both).findings}


FIRMS = REGISTER.replace("valid_to\n", "valid_to,industry\n").replace(
    "D2,district,C1,,,\n", "D2,district,C1,,,,steel works\n"
)
BY_INDUSTRY = "best: 100, by_industry: {%s: [0, 50]}, source"


def by_industry(name: str) -> dict[str, str]:
    text = FRAMEWORK.replace("best: 100, source", BY_INDUSTRY % name)
    return {"params/frameworks/district.yml": text, "data/entities.csv": FIRMS}


def test_a_slip_in_the_name_of_an_industry_is_refused_with_its_line(workspace):
    with pytest.raises(ParamsError) as caught:
        workspace(**by_industry("steel work"))
    (problem,) = [p for p in caught.value.problems if "district.yml" in p.where][:1]
    assert problem.where.endswith("district.yml:15")
    assert "did you mean 'steel works'?" in problem.expected


def test_an_industry_that_nobody_has_is_a_warning_with_its_line(workspace):
    found = [f for f in workspace(**by_industry("bakery")).findings if f.code == "unknown_industry"]
    assert {(f.severity, f.file, f.place) for f in found} == {
        ("warning", "params/frameworks/district.yml", "row 15")
    }


def test_an_industry_that_entities_have_is_no_news(workspace):
    loaded = workspace(**by_industry("steel works"))
    assert [f.entity_id for f in loaded.findings if f.code == "unknown_industry"] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("steel works 50%；glass 50%", set()),
        ("steel works 50%；glass 40%", {("shares_not_whole", "error")}),
        ("steel works；glass 40%", {("shares_not_whole", "error")}),
        ("steel works 50%；steel workz 50%", {("near_word", "warning")}),
    ],
)
def test_declared_shares_of_industries_make_up_the_whole_or_are_told(workspace, text, told):
    files = by_industry("steel works")
    changed = REGISTER.replace("valid_to\n", "valid_to,industry\n").replace(
        "D2,district,C1,,,\n", f"D2,district,C1,,,,{text}\n"
    )
    loaded = workspace(**{**files, "data/entities.csv": changed})
    found = {(f.code, f.severity) for f in loaded.findings if f.entity_id == "D2"}
    assert found & {("shares_not_whole", "error"), ("near_word", "warning")} == told
