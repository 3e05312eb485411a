"""standards/<id>.yml: read like the rest of params, and refused where it contradicts itself."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from params_builder import load, problems

NAME = "standards/eco.yml"
SOUND = dedent("""
    en: Eco standard
    entity_type: town
    source: made for tests
    tag: M
    choose: {rates: {en: Rates}}
    requirements:
      S1: {indicator: productivity, op: ">=", threshold: 50, compulsory: true, tag: M}
      S2: {indicator: reuse, op: ">=", threshold: 70, choose: rates, tag: V}
      S3: {indicator: carbon, op: "<=", threshold: 3, choose: rates, sign_of: reuse, tag: P}
""")


def found(folder: Path, old: str, new: str) -> list[tuple[str, str, str]]:
    assert old in SOUND
    listed = problems(folder, {NAME: SOUND.replace(old, new)})
    return [(p.what, p.found, p.expected) for p in listed]


def test_a_standard_is_read_by_the_name_of_its_file(tmp_path: Path) -> None:
    eco = load(tmp_path, {NAME: SOUND}).standards["eco"]
    assert list(eco.requirements) == ["S1", "S2", "S3"]
    assert eco.choose["rates"].least == 1
    assert eco.requirements["S3"].sign_of == "reuse"


def test_params_need_no_standards(tmp_path: Path) -> None:
    assert load(tmp_path).standards == {}


def test_an_unknown_indicator_is_named_with_the_nearest(tmp_path: Path) -> None:
    assert found(tmp_path, "indicator: reuse", "indicator: reuses") == [
        ("requirements.S2.indicator", "'reuses'", "an indicator of town; nearest: reuse")
    ]


def test_the_indicator_whose_sign_counts_must_exist(tmp_path: Path) -> None:
    [(what, _, _)] = found(tmp_path, "sign_of: reuse", "sign_of: growth")
    assert what == "requirements.S3.sign_of"


def test_a_threshold_is_a_number(tmp_path: Path) -> None:
    [(what, _, expected)] = found(tmp_path, "threshold: 50", "threshold: fifty")
    assert (what, expected) == ("standard.requirements.S1.threshold", "a number")


def test_a_group_needs_as_many_members_as_must_be_met(tmp_path: Path) -> None:
    assert found(tmp_path, "{en: Rates}", "{en: Rates, least: 3}") == [
        ("choose.rates", "2 members", "at least 3 of them")
    ]


def test_a_requirement_cannot_be_compulsory_and_a_choice(tmp_path: Path) -> None:
    [(what, words, _)] = found(
        tmp_path, "choose: rates, tag: V", "choose: rates, compulsory: true, tag: V"
    )
    assert (what, words) == ("requirements.S2.choose", "also compulsory")


def test_a_choice_from_an_unknown_group_is_refused(tmp_path: Path) -> None:
    listed = found(tmp_path, "choose: rates, tag: V", "choose: rate, tag: V")
    assert ("requirements.S2.choose", "'rate'", "a group under choose; nearest: rates") in listed


def test_a_standard_is_for_a_type_that_has_a_framework(tmp_path: Path) -> None:
    assert found(tmp_path, "entity_type: town", "entity_type: towns") == [
        ("standard.entity_type", "'towns'", "an entity type with a framework; nearest: town")
    ]


def test_a_comparison_is_at_least_or_at_most(tmp_path: Path) -> None:
    [(what, _, _)] = found(tmp_path, 'op: "<="', 'op: "<"')
    assert what == "standard.requirements.S3.op"
