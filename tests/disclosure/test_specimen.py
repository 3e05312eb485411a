"""A specimen is of nobody: what params say, and figures made up."""

from __future__ import annotations

import dataclasses
from typing import Any

from publish import builders

from cescore.definitions.model import Named
from cescore.disclosure.documents.bundle import (
    BesideCard,
    BesideGroup,
    Bundle,
    PeerTable,
    is_altered,
)
from cescore.disclosure.documents.specimen import specimen
from cescore.method.disclosure.rules import PeerFigure

# what params decide for every entity of a type; all else must be as empty as in a bundle of nobody
DECIDED = {
    "run", "plan", "base_year", "framework", "framework_hash", "flows", "pages", "rules", "format",
}  # fmt: skip
# lines of which params decide the words, and nothing else is taken over
WORDED = {"measures", "assessment", "peers", "beside", "names"}
SECRET = "机密水泥厂"


def test_nothing_of_a_respondent_is_in_it() -> None:
    card = builders.bundle().entity.model_copy(
        update={"name_zh": "机密水泥厂", "name_en": "Secret Works", "entity_id": "E-SECRET"}
    )
    text = specimen(builders.bundle(entity=card)).to_bytes().decode()
    assert "样张" in text
    assert [word for word in ("机密", "Secret", "SECRET") if word in text] == []


def test_fields_that_params_do_not_decide_are_left_as_empty_as_may_be() -> None:
    made = specimen(builders.bundle()).model_dump(mode="json")
    filled = {"entity", "report_number", "record", "fitted", "evaluated"} | DECIDED | WORDED
    empty = Bundle.model_construct().model_dump(mode="json", exclude=filled)
    assert {name: value for name, value in made.items() if name not in filled} == empty


def test_two_respondents_of_a_type_have_one_specimen() -> None:
    other = builders.record().model_copy(
        update={"values": dict.fromkeys(builders.VALUES, (1.5,) * 6)}
    )
    card = builders.bundle().entity.model_copy(update={"entity_id": "D9", "name_zh": "另一家"})
    made = [specimen(b) for b in (builders.bundle(), builders.bundle(entity=card, record=other))]
    assert made[0].to_bytes() == made[1].to_bytes()


def inspected(**found: Any) -> dict[str, Any]:
    """A bundle's lines with everything that inspection records of an entity."""
    checks = (
        builders.check("M01a", "方案已批复", "Plan approved", **found),
        builders.check("M01b", "收集率", "Collected", yardstick="goal", goal=60.0, **found),
    )
    peer = PeerFigure("UCDI", n=3, median=found["last"], standing="weakness")
    return {
        "measures": (dataclasses.replace(builders.measure(), checks=checks),),
        "peers": PeerTable(entity_type="district", audience="public", figures=(peer,)),
        "beside": (further(found["last"]),),
        "names": {"发改委": Named(zh="发改委", en="Planning"), **found["names"]},
        "rules": None,
    }


def further(value: float) -> BesideCard:
    group = BesideGroup(code="g", zh="能源", en="Energy", weight=1.0, value=value)
    return BesideCard(
        id="other", zh="另一体系", en="Another", source="made up", version="1", hash="0",
        index_code="I", floor=0.0, top=100.0, value=value, status=SECRET, coverage=value / 100,
        tag="P", groups=(group,),
    )  # fmt: skip


NOTED = {
    "status": "not_done", "value": "4711", "evidence_ref": SECRET, "evidence": "document",
    "finding": SECRET, "inspector_unit": SECRET, "inspection_date": "2025-04-07",
    "due_date": "2025-04-08", "last": 47.11, "credit": 0.4711, "unscored": "few_cases",
    "notes": ("no_evidence",), "names": {SECRET: Named(zh=SECRET, en=SECRET)},
}  # fmt: skip
DONE = {**dict.fromkeys(NOTED, ""), "status": "done", "last": 12.0, "names": {}, "notes": ()}


def test_of_inspected_measures_and_of_others_only_the_words_of_params_are_in_it() -> None:
    text = specimen(builders.bundle(**inspected(**NOTED))).to_bytes().decode()
    words = ("方案已批复", "收集率", "发改委", "Planning", "60.0", "另一体系", "能源")
    assert [word for word in words if word not in text] == []
    secrets = (SECRET, "4711", "47.11", "2025-04", "few_cases", "no_evidence")
    assert [word for word in secrets if word in text] == []


def test_what_was_recorded_of_a_respondent_makes_no_difference_to_it() -> None:
    lines = [inspected(**{**found, "credit": None}) for found in (NOTED, DONE)]
    first, second = (specimen(builders.bundle(**one)).to_bytes() for one in lines)
    assert first == second


def test_every_check_of_the_plan_is_left_to_do_in_it() -> None:
    (line,) = specimen(builders.bundle(**inspected(**DONE))).measures
    assert [check["status"] for check in line.checks] == ["not_done", "partial"]
    assert (line.due, line.inspected, line.scored, line.credit) == (2, 2, 2, 1.0)


def test_it_is_a_sound_bundle_with_an_index() -> None:
    made = specimen(builders.bundle())
    assert made.is_rated and not is_altered(made)
    assert Bundle.model_validate_json(made.to_bytes()).to_bytes() == made.to_bytes()
