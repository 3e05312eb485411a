"""Sentences of the command that stand in English where they are used: their Chinese, from one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from cescore.definitions.shipped import TERMINAL


@lru_cache(maxsize=1)
def chinese() -> Mapping[str, str]:
    """English sentence -> Chinese one."""
    known: dict[str, str] = json.loads(TERMINAL.read_text("utf-8"))
    return known


def spoken(english: str, lang: str) -> str:
    """A sentence in the language of the terminal; what has no Chinese is said as it stands."""
    return chinese().get(english, english) if lang == "zh" else english
