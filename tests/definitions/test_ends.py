"""params/goalposts.yml: ends by rules said once, one quantity alike everywhere, and norms by their levels."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.errors import ParamsError

FILES = {
    "variables.yml": """
energy: {en: Energy, unit: tce}
output: {en: Output, unit: t}
used: {en: Used, unit: t}
product: {en: Product, unit: code, kind: code, allowed: [brick, tile]}
""",
    "references.yml": """
areas: {national: {en: Nation}}
values:
  - {indicator: INT, area: national, year: 2020, value: 0.5, unit: tce/t, source: a yearbook, tag: V}
""",
    "norms.yml": """
best_level: {en: Best, unit: tce/t, by: product, level: advanced, source: a standard, tag: V, values: {brick: 0.4}}
law: {en: Law, unit: tce/t, by: product, level: limit, source: a standard, tag: V, values: {brick: 0.5}}
""",
    "goalposts.yml": """
rules:
  around: {kind: ratio, ratio: 4, reason: ours}
  halved: {kind: share, part: 0.5, reason: ours}
  steps: {kind: levels, points: {advanced: 100, limit: 60}, reason: the limit is the law}
quantities:
  intensity: {unit: tce/t, direction: -1, rule: around, reference: {indicator: INT, area: national, year: 2020}, source: ours, tag: P}
  rate: {unit: "%", direction: 1, rule: halved, value: 80, ends_by_industry: {clay: [10, 90]}, reason: clay differs, source: ours, tag: P}
  level: {unit: ratio, direction: -1, rule: steps, levels: {advanced: best_level, limit: law}, source: a standard, tag: P}
""",
    "frameworks/kiln.yml": """
version: "1"
source: made up
index: {code: IX}
groups: {G: {weight: 1}}
indicators:
  INT: {en: Intensity, group: G, weight: 1, formula: energy / output, unit: tce/t, direction: -1, normalisation: log_goalposts,
        goalposts: {2020: {of: intensity}}, source: made up, tag: P}
  RATE: {en: Rate, group: G, weight: 1, formula: used / output, unit: "%", direction: 1, goalposts: {2020: {of: rate}}, source: made up, tag: P}
  LEVEL: {en: Level, group: G, weight: 1, unit: ratio, direction: -1, goalposts: {2020: {of: level}}, source: made up, tag: P,
          formula: "1 + max(log(energy / output / best_level) / log(law / best_level), 0)"}
""",
    "frameworks/yard.yml": """
version: "1"
source: made up
index: {code: IY}
groups: {H: {weight: 1}}
indicators:
  OWN: {en: Rate, group: H, weight: 1, formula: used / positive(output), unit: "%", direction: 1,
        goalposts: {2020: {of: rate, general: true}}, source: made up, tag: P}
""",
}
KILN, YARD, TABLE = "frameworks/kiln.yml", "frameworks/yard.yml", "goalposts.yml"


def loaded(root: Path, file: str = KILN, old: str = "", new: str = "") -> Definitions:
    for name, text in FILES.items():
        assert name != file or old in text
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(old, new) if name == file else text, encoding="utf-8")
    return load_definitions(root, 2024)


def refusal(root: Path, file: str, old: str, new: str) -> str:
    with pytest.raises(ParamsError) as caught:
        loaded(root, file, old, new)
    return str(caught.value)


def test_ends_follow_from_a_rule_and_its_value(tmp_path: Path) -> None:
    known = loaded(tmp_path)
    ends = {
        code: (posts.worst, posts.best, posts.of)
        for code, i in known.frameworks["kiln"].indicators.items()
        if (posts := i.goalposts_in(2024)) is not None
    }
    assert ends == {
        "INT": (2.0, 0.125, "intensity"),  # four times and a quarter of the reference value
        "RATE": (40.0, 80.0, "rate"),
        "LEVEL": (
            3.5,
            1.0,
            "level",
        ),  # 40 points a level: 100, 60 at the limit, none at three and a half
    }


def test_what_the_level_of_a_ratio_earns_decides_how_far_its_worst_end_lies(tmp_path: Path) -> None:
    known = loaded(tmp_path, TABLE, "ratio: 4", "ratio: 4, points: {middle: 60}")
    posts = known.frameworks["kiln"].indicators["INT"].goalposts_in(2024)
    assert posts is not None
    assert (posts.worst, posts.best) == (4.0, 0.125)  # eight times 0.5, and a quarter of it


def test_a_quantity_has_the_same_ends_in_every_framework_and_industries_where_they_are_asked_for(
    tmp_path: Path,
) -> None:
    known = loaded(tmp_path)
    kiln = known.frameworks["kiln"].indicators["RATE"].goalposts[2020]
    yard = known.frameworks["yard"].indicators["OWN"].goalposts[2020]
    assert (kiln.worst, kiln.best, kiln.source) == (yard.worst, yard.best, yard.source)
    assert (dict(kiln.by_industry), dict(yard.by_industry)) == ({"clay": (10.0, 90.0)}, {})


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (KILN, "{of: rate}", "{worst: 0, best: 90, source: x, tag: P}", "ends by no rule"),
        (KILN, "{of: rate}", "{of: rat}", "nearest: rate"),
        (KILN, "{of: rate}", "{of: rate, best: 90}", "of: rate alone"),
        (KILN, "{of: rate}", "{of: rate, general: perhaps}", "true or false"),
        (KILN, "{of: rate}", "{of: intensity}", "'tce/t'"),
        (KILN, "normalisation: log_goalposts,", "", "normalisation: log_goalposts"),
        (KILN, "{of: level}", "{worst: 3, best: 1, reason: x, source: x, tag: P}", "levels of a norm"),
        (KILN, "/ log(law / best_level)", "/ 2", "the formula has no law"),
        (YARD, "{of: rate, general: true}", "{worst: 0, best: 90, source: x, tag: P}", "measures the same"),
        (TABLE, "ratio: 4", "ratio: 1", "greater than 1"),
        (TABLE, "ratio: 4", "part: 0.5", "ratio"),
        (TABLE, "ratio: 4", "ratio: 4, points: {middle: 100}", "middle: points between 0 and 100"),
        (TABLE, "ratio: 4", "ratio: 4, points: {pass: 60}", "middle: points between 0 and 100"),
        (TABLE, "part: 0.5", "part: 0.5, points: {middle: 60}", "part alone"),
        (TABLE, "advanced: 100, limit: 60", "limit: 60, advanced: 100", "falling by equal steps"),
        (TABLE, "advanced: best_level", "advanced: law", "level: advanced"),
        (TABLE, "year: 2020}", "year: 2019}", "a value of references.yml"),
        (TABLE, "rule: halved", "rule: halvd", "nearest: halved"),
        (TABLE, "rule: halved, value: 80", "worst: 0, best: 80", ""),
        (TABLE, "reason: clay differs, ", "", "why some industries"),
        (TABLE, "value: 80", "value: 80, best: 90", "beside a rule"),
        ("norms.yml", "{brick: 0.5}", "{brick: 0.4}", "each level laxer"),
        ("norms.yml", "{brick: 0.5}", "{tile: 0.5}", "brick is not in law"),
        ("norms.yml", "{brick: 0.4}", "{brick: 0}", "values above 0"),
    ],
)  # fmt: skip
def test_ends_that_no_rule_gives_are_refused_where_they_stand(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    if not said:  # stated ends with a reason are none of these
        assert loaded(tmp_path, file, old, new).ends.quantities["rate"].best == 80
        return
    assert said in refusal(tmp_path, file, old, new)


def test_what_follows_from_an_unsound_table_is_not_told_again(tmp_path: Path) -> None:
    message = refusal(tmp_path, TABLE, "value: 80", "value: x")
    assert message.count("\n") == 1 and "quantities.rate.value" in message


def test_own_ends_stand_beside_a_quantity_with_a_reason(tmp_path: Path) -> None:
    own = "{worst: 0, best: 90, reason: yards start low, source: x, tag: P}"
    known = loaded(tmp_path, YARD, "{of: rate, general: true}", own)
    assert known.frameworks["yard"].indicators["OWN"].goalposts[2020].best == 90


def test_without_the_file_ends_stand_in_frameworks_alone(tmp_path: Path) -> None:
    loaded(tmp_path)
    (tmp_path / TABLE).unlink()
    kiln = (tmp_path / KILN).read_text(encoding="utf-8")
    stated = {
        "intensity": "worst: 2, best: 0.1", "rate": "worst: 0, best: 90", "level": "worst: 3, best: 1"
    }  # fmt: skip
    for name, ends in stated.items():
        kiln = kiln.replace(f"{{of: {name}}}", f"{{{ends}, source: x, tag: P}}")
    (tmp_path / KILN).write_text(kiln, encoding="utf-8")
    yard = (tmp_path / YARD).read_text(encoding="utf-8")
    (tmp_path / YARD).write_text(
        yard.replace("{of: rate, general: true}", "{worst: 1, best: 2, source: x, tag: P}"), "utf-8"
    )
    assert (
        load_definitions(tmp_path, 2024).frameworks["yard"].indicators["OWN"].goalposts[2020].best
        == 2
    )


def test_a_product_that_no_table_lists_has_the_value_of_its_industry(tmp_path: Path) -> None:
    norms = FILES["norms.yml"] + (
        "typical: {en: Typical, unit: tce/t, by: product, source: x, tag: P, values: {brick: 0.5},\n"
        "          otherwise: 0.1, otherwise_in: {clay: 0.3}}\n"
    )
    table = loaded(tmp_path, "norms.yml", FILES["norms.yml"], norms).accounts["typical"]
    lines = [table.line("brick", "clay"), table.line("tile", "clay"), table.line("tile", "glass")]
    assert [line.value for line in lines if line is not None] == [0.5, 0.3, 0.1]


MIX = 'rate: {unit: "%", direction: 1, rule: halved, value: 80, mixed_by: tonnes,'
DISCLOSURE = "shares_of: worth\n"
TONNES = "tonnes: {en: Tonnes, unit: t/10k CNY, by: product, source: x, tag: P, values: {brick: 9, tile: 1}, otherwise: 2}\n"


def mixed(root: Path, **changed: tuple[str, str]) -> Definitions:
    """The workspace with ends of a rate mixed by a table, and one file of it changed."""
    files = {
        **FILES,
        "variables.yml": FILES["variables.yml"] + "worth: {en: Worth, unit: 10k CNY}\n",
        "disclosure.yml": DISCLOSURE,
        "norms.yml": FILES["norms.yml"] + TONNES,
        "goalposts.yml": FILES["goalposts.yml"].replace(
            'rate: {unit: "%", direction: 1, rule: halved, value: 80,', MIX
        ),
    }
    for name, (old, new) in changed.items():
        assert old in files[f"{name}.yml"]
        files[f"{name}.yml"] = files[f"{name}.yml"].replace(old, new)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return load_definitions(root, 2024)


def test_ends_of_a_rate_are_mixed_by_its_denominator_per_output(tmp_path: Path) -> None:
    rate = mixed(tmp_path).frameworks["kiln"].indicators["RATE"]
    # half of the output makes 9 of 10 tonnes, and its product is of the industry with ends of its own
    assert rate.ends_in(2024, "clay（brick）50%；glass（tile）50%") == pytest.approx((13.0, 89.0))
    assert rate.ends_in(2024, "clay") == (10.0, 90.0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"goalposts": ("mixed_by: tonnes", "mixed_by: tones")}, "nearest: tonnes"),
        ({"goalposts": ("mixed_by: tonnes", "mixed_by: law")}, "a table of norms.yml"),
        ({"goalposts": ("ends_by_industry: {clay: [10, 90]}, reason: clay differs, ", "")}, "ends by industry"),
        ({"norms": (", otherwise: 2", "")}, "otherwise: a value"),
        ({"norms": ("tile: 1}, otherwise: 2", "tile: -1}, otherwise: 2")}, "0 or more"),
        ({"norms": ("unit: t/10k CNY", "unit: tce/10k CNY")}, "the denominator per worth"),
        ({"disclosure": (DISCLOSURE, "")}, "nothing says what shares are of"),
        ({"frameworks/kiln": ("{of: rate}", "{of: rate, mixed_by: tonnes}")}, "of: rate alone"),
        ({"frameworks/kiln": ("{of: rate}", "{worst: 1, best: 2, reason: x, source: x, tag: P, mixed_by: tonnes}")}, "ends of its own"),
        ({"frameworks/kiln": ("formula: used / output, unit: \"%\"", "formula: used / output - 0, unit: \"%\"")}, "is no ratio"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_the_denominator_is_refused(
    tmp_path: Path, changed: dict[str, tuple[str, str]], said: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        mixed(tmp_path, **changed)
    assert said in str(caught.value)
