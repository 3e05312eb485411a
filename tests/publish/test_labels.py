"""The words of the page."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from cescore.definitions.shipped import SECTIONS as SECTION_FILES
from cescore.errors import PublishError
from cescore.intake.wording import catalogue
from cescore.publish import words
from cescore.publish.terminal_words import chinese
from cescore.publish.words import LANGUAGES, label, load_labels

ROOM = Path(words.__file__).parent
SPOKEN = ("charts", "pages")  # rooms whose modules write what people read
SECTIONS = SECTION_FILES
USED = re.compile(r"""(?:\bt|label|has_label)\(\s*"([a-z_.A-Z0-9]+)"(?!\s*~)""")
HAN = re.compile(r"[\u4e00-\u9fff]")


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_is_there_in_both_languages():
    assert all(set(texts) == set(LANGUAGES) for texts in load_labels().values())
    assert all(text for texts in load_labels().values() for text in texts.values())


def test_both_languages_name_the_same_values():
    found = load_labels().items()
    assert not [key for key, both in found if names_in(both["zh"]) != names_in(both["en"])]


def test_the_english_is_english():
    assert not [key for key, texts in load_labels().items() if HAN.search(texts["en"])]


def english_of_all() -> list[str]:
    """Every English text of pages, findings and the terminal."""
    findings = (texts["en"] for parts in catalogue().values() for texts in parts.values())
    return [texts["en"] for texts in load_labels().values()] + [*findings, *chinese()]


def test_a_noun_that_goes_by_a_number_somewhere_goes_by_it_everywhere():
    texts = english_of_all()
    plurals = {word for text in texts for word in re.findall(r"\{n:[^|{}]+\|([a-z]+)", text)}
    assert {"entities", "files"} <= plurals
    counted = [re.search(r"(?<!most )\{n\}(?: more)? ([a-z]+)", text) for text in texts]
    assert not [found.string for found in counted if found and found[1] in plurals]


def test_english_quotes_are_those_that_our_fonts_do_not_draw_as_wide_as_a_han_character():
    assert not [key for key, texts in load_labels().items() if re.search("[“”‘’]", texts["en"])]


def test_every_text_named_in_code_and_templates_exists():
    sources = [*ROOM.rglob("*.py"), *SECTIONS.glob("*.j2")]
    named = {k for path in sources for k in USED.findall(path.read_text("utf-8"))}
    known = {key.removeprefix("page_index.") for key in load_labels()} | set(load_labels())
    assert named
    assert named <= known, sorted(named - known)


@pytest.mark.parametrize("room", SPOKEN)
def test_no_chinese_sentence_is_written_in_code(room):
    code = "".join(path.read_text("utf-8") for path in sorted((ROOM / room).rglob("*.py")))
    code = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
    assert not HAN.search(re.sub(r"#.*", "", code))


def test_an_unknown_key_is_an_error():
    with pytest.raises(PublishError, match="no text 'no.such.key'"):
        label("no.such.key", "zh")


def test_an_unknown_language_is_an_error():
    with pytest.raises(PublishError, match="'fr', expected one of"):
        label("not_filed", "fr")


def test_a_value_that_was_not_given_is_an_error():
    with pytest.raises(PublishError, match="'rank.of' needs"):
        label("rank.of", "zh", rank=1)


def test_braces_in_a_value_stay_as_they_are():
    assert "{0} {{7*7}}" in label("alt.pair", "zh", name="{0} {{7*7}}", value="1")


def test_a_text_in_one_language_only_is_refused(tmp_path):
    path = tmp_path / "labels.json"
    path.write_text('{"a": {"zh": "甲"}}', encoding="utf-8")
    with pytest.raises(PublishError, match="not in both languages: a"):
        load_labels(path)
