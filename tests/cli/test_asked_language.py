"""The language that is asked for before anything is parsed."""

from __future__ import annotations

import pytest

from cescore.cli import options


@pytest.mark.parametrize(
    ("arguments", "lang"),
    [
        ([], "en"),  # the bare command, as `make` calls it
        (["check"], "en"),
        (["check", "--lang"], "en"),
        (["check", "--lang", "zh"], "zh"),
        (["--lang=zh", "check"], "zh"),
        (["--lang", "fr"], "en"),
    ],
)
def test_it_is_told_by_the_words_alone(
    arguments: list[str], lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "of_the_system", lambda: "en")
    assert options.asked_in(arguments) == lang
