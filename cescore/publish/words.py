"""The words of the page, in each language, from one file: report_templates/labels.json."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import LABELS
from cescore.errors import PublishError, filled

if TYPE_CHECKING:
    from cescore.definitions.model import Run

LANGUAGES = ("zh", "en")
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}  # BCP 47


@lru_cache(maxsize=4)
def load_labels(path: Path = LABELS) -> Mapping[str, Mapping[str, str]]:
    """Key -> language -> text.

    Raises
    ------
    PublishError
        A key lacks a language, so a page would come out half translated.
    """
    found: dict[str, dict[str, str]] = json_document(path.read_bytes(), path.name)
    partial = sorted(key for key, texts in found.items() if set(texts) != set(LANGUAGES))
    if partial:
        raise PublishError(f"{path.name}: not in both languages: {', '.join(partial)}")
    return found


def label(key: str, lang: str, /, **values: object) -> str:
    """The text of a key, its ``{names}`` filled; ``{n:report|reports}`` is the word that n asks for.

    Raises
    ------
    PublishError
        No such key, no such language, or a name of the text was not given.
    """
    try:
        text = load_labels()[key][lang]
    except KeyError:
        if lang not in LANGUAGES:
            raise PublishError(f"lang: {lang!r}, expected one of {LANGUAGES}") from None
        raise PublishError(f"labels.json has no text {key!r} in {lang!r}") from None
    try:
        return filled(text, values)
    except (KeyError, IndexError) as error:
        raise PublishError(f"label {key!r} needs {error}, given: {sorted(values)}") from None


def subject(run: Run, lang: str) -> str:
    """What is assessed, as the run names it; another index than that of the circular economy is
    never called so."""
    if run.title is None:
        return label("subject", lang)
    return run.title.name(lang) or label("subject.unnamed", lang)


def has_label(key: str) -> bool:
    """Whether the file knows a key."""
    return key in load_labels()


def label_or(key: str, lang: str, other: str) -> str:
    """The text of a key, or other words for what only a workspace can name (an entity type)."""
    return label(key, lang) if has_label(key) else other


def listed() -> str:
    """Every text of the page in both languages as a list to be read through, in Markdown.

    ``python -m cescore.publish.words`` prints it.
    """
    lines = [
        f"- `{key}`\n  - {texts['zh']}\n  - {texts['en']}" for key, texts in load_labels().items()
    ]
    return "\n".join(["# Sentences of the pages", "", *lines])


if __name__ == "__main__":
    print(listed())
