"""A specimen is of nobody: what params say, and figures made up."""

from __future__ import annotations

from publish import builders

from cescore.disclosure.bundle import Bundle, is_altered
from cescore.disclosure.specimen import specimen

# what params decide for every entity of a type; all else must be as empty as in a bundle of nobody
DECIDED = {"run", "plan", "base_year", "framework", "framework_hash", "flows", "rules", "format"}


def test_nothing_of_a_respondent_is_in_it() -> None:
    card = builders.bundle().entity.model_copy(
        update={"name_zh": "机密水泥厂", "name_en": "Secret Works", "entity_id": "E-SECRET"}
    )
    text = specimen(builders.bundle(entity=card)).to_bytes().decode()
    assert "样张" in text
    assert [word for word in ("机密", "Secret", "SECRET") if word in text] == []


def test_fields_that_params_do_not_decide_are_left_as_empty_as_may_be() -> None:
    made = specimen(builders.bundle()).model_dump(mode="json")
    filled = {"entity", "report_number", "record", "fitted", "evaluated"} | DECIDED
    empty = Bundle.model_construct().model_dump(mode="json", exclude=filled)
    assert {name: value for name, value in made.items() if name not in filled} == empty


def test_two_respondents_of_a_type_have_one_specimen() -> None:
    other = builders.record().model_copy(
        update={"values": dict.fromkeys(builders.VALUES, (1.5,) * 6)}
    )
    card = builders.bundle().entity.model_copy(update={"entity_id": "D9", "name_zh": "另一家"})
    made = [specimen(b) for b in (builders.bundle(), builders.bundle(entity=card, record=other))]
    assert made[0].to_bytes() == made[1].to_bytes()


def test_it_is_a_sound_bundle_with_an_index() -> None:
    made = specimen(builders.bundle())
    assert made.is_rated and not is_altered(made)
    assert Bundle.model_validate_json(made.to_bytes()).to_bytes() == made.to_bytes()
