"""The picker at the head of a notebook offers whoever is of the type, whatever was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.desk import picker
from cescore.errors import PublishError
from cescore.publish.words import label

REGISTER = """entity_id,entity_type,name_zh,name_en
D1,district,东城区,East District
D2,district,西城区,
P1,park,工业园,Park
"""


@pytest.fixture(params=["utf-8-sig", "gb18030", "utf-16"])
def root(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    (tmp_path / "data/2025").mkdir(parents=True)
    (tmp_path / "params").mkdir()
    (tmp_path / "data/entities.csv").write_bytes(REGISTER.encode(request.param))
    return tmp_path


def test_a_register_in_any_encoding_gives_the_names_in_the_language(root: Path) -> None:
    assert picker.alike(root, "D1", "en") == [("D1 East District", "D1"), ("D2 西城区", "D2")]
    assert picker.alike(root, "D2", "zh") == [("D1 东城区", "D1"), ("D2 西城区", "D2")]


def test_a_year_without_returns_can_be_asked_for_and_is_told_of_by_what_opens_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = list[object]()
    monkeypatch.chdir(root)
    monkeypatch.setattr(picker, "display", shown.append)
    picker.show(("D1", 2019), "en", lambda _: None)
    (box,) = shown
    assert box.children[1].options == (2019, 2025)  # type: ignore[attr-defined]


def test_a_language_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(PublishError, match="'fr', expected .*zh.*en"):
        label("worked.entity", "fr")
