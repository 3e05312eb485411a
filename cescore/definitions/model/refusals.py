"""What pydantic expected, in words of our own: its texts are for who writes programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from cescore.errors import Sentence

CODE_RULE = Sentence("a letter, then letters, digits or _ (at most 80)")
KEYS_WITH_VALUES = Sentence("keys with values")
LIST = Sentence("a list")
NUMBER = Sentence("a number")
WHOLE = Sentence("a whole number")
TRUTH = Sentence("true or false")
ANOTHER = Sentence("another value")
EXPECTED: Mapping[str, str] = {  # kinds of error -> what was expected
    "string_type": Sentence("a text"),
    "string_too_short": Sentence("a text"),
    "string_pattern_mismatch": CODE_RULE,
    **dict.fromkeys(
        ("tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"), LIST
    ),
    "too_short": Sentence("a list of one or more"),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type"), KEYS_WITH_VALUES
    ),
    **dict.fromkeys(("float_type", "float_parsing"), NUMBER),
    "finite_number": Sentence("a finite number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), WHOLE),
    **dict.fromkeys(("bool_type", "bool_parsing"), TRUTH),
    "missing": Sentence("a value"),
    "none_required": Sentence("nothing"),
    "extra_forbidden": Sentence("a key that is known there"),
}
Bound = tuple[str, Callable[[float], str]]  # the name of an end there, and its sentence
BOUNDS: Mapping[str, Bound] = {
    "greater_than_equal": ("ge", lambda end: Sentence("greater than or equal to {end:g}", end=end)),
    "greater_than": ("gt", lambda end: Sentence("greater than {end:g}", end=end)),
    "less_than_equal": ("le", lambda end: Sentence("less than or equal to {end:g}", end=end)),
    "less_than": ("lt", lambda end: Sentence("less than {end:g}", end=end)),
    "string_too_long": ("max_length", lambda end: Sentence("at most {end:g} characters", end=end)),
    "too_long": ("max_length", lambda end: Sentence("a list of at most {end:g}", end=end)),
}
OWN = frozenset(["value_error", "assertion_error"])  # raised by us, with words of ours
PYDANTICS = frozenset(get_args(ErrorType)) - OWN


def expected_by(fault: Mapping[str, Any]) -> str:
    """What an error of pydantic's says was expected; never its own text."""
    kind = fault["type"]
    if kind in BOUNDS:
        name, sentence = BOUNDS[kind]
        return sentence(fault["ctx"][name])
    if kind in ("literal_error", "enum"):
        return Sentence("one of {listed}", listed=", ".join(words_of(fault)))
    if kind in PYDANTICS:
        return EXPECTED.get(kind, ANOTHER)
    return str(fault["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")


def words_of(fault: Mapping[str, Any]) -> list[str]:
    """The words that would do, of an error about a closed list."""
    listed = re.findall(r"'([^']*)'|(-?\d+)", str(fault["ctx"]["expected"]))
    return [word for pair in listed for word in pair if word]
