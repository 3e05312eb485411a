"""Changes of a target in words: each sentence knows whether its target asks for a fall or a rise."""

from __future__ import annotations

from typing import Protocol

from cescore.publish.numbers import number, rounded
from cescore.publish.words import label

DECIMALS = 2


class Aim(Protocol):
    """What is asked for: ``type`` cumulative_reduction, cumulative_increase or level; ``op`` >= or <=."""

    @property
    def type(self) -> str: ...

    @property
    def op(self) -> str: ...


def way(target: Aim) -> str:
    """fall or rise: the way to the target. A level that may not exceed its goal has to fall."""
    if target.type == "level":
        return "fall" if target.op == "<=" else "rise"
    return "fall" if target.type == "cumulative_reduction" else "rise"


def pace_words(target: Aim, pace: float, lang: str) -> str:
    """An average yearly change [%], positive towards the target, as the fall or rise that it is."""
    shown = rounded(pace, DECIMALS)
    if shown == 0:
        return label("pace.none", lang)
    towards = way(target)
    away = {"fall": "rise", "rise": "fall"}[towards]
    side = towards if shown > 0 else away
    return label(f"pace.{side}", lang, size=number(abs(pace), DECIMALS))
