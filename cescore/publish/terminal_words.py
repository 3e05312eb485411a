"""Sentences of the command that stand in English where they are used: their Chinese, from one file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import TERMINAL
from cescore.errors import CescoreError, Problem, Sentence, filled
from cescore.intake.findings import FoundProblem
from cescore.publish.naming import on_terminal
from cescore.publish.words import label


@lru_cache(maxsize=1)
def chinese() -> Mapping[str, str]:
    """English sentence -> Chinese one."""
    known: dict[str, str] = json_document(TERMINAL.read_bytes(), TERMINAL.name)
    return known


def spoken(english: str, lang: str) -> str:
    """A sentence in the language of the terminal; what has no Chinese is said as it stands."""
    if lang != "zh":
        return english
    if not isinstance(english, Sentence):
        return chinese().get(english, english)
    known = chinese().get(english.pattern, english.pattern)
    return filled(known, _values(english, lang))


def _values(sentence: Sentence, lang: str) -> dict[str, object]:
    """What is put in, sentences among it in the language asked for."""
    return {
        name: spoken(value, lang) if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }


def error_told(error: CescoreError, lang: str) -> str:
    """What was wrong, and everything that is."""
    problems = [_problem(problem, lang) for problem in error.problems]
    return "\n".join([spoken(error.message, lang), *problems])


def _problem(problem: Problem, lang: str) -> str:
    if isinstance(problem, FoundProblem):
        return f"  {problem.finding.line(lang, on_terminal)}"
    found, expected = spoken(problem.found, lang), spoken(problem.expected, lang)
    what = spoken(problem.what, lang)
    key = "usage.problem" if expected else "usage.problem_alone"
    return label(key, lang, where=problem.where, what=what, found=found, expected=expected)
