"""The sentences on a form, in each language: report_templates/forms.json filled with values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import FORMS


@lru_cache(maxsize=1)
def _texts() -> Mapping[str, Mapping[str, str]]:
    """Key -> language -> text."""
    texts: dict[str, dict[str, str]] = json_document(FORMS.read_bytes(), FORMS.name)
    return texts


def form_text(key: str, lang: str, /, **values: object) -> str:
    """The text of a key in a language, its ``{names}`` filled."""
    return _texts()[key][lang].format(**values)
