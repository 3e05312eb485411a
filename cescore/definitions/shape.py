"""From a located YAML value to a frozen definition, every fault as a Problem with file and line."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from cescore.definitions.located import Node
from cescore.definitions.model import Definition, Named
from cescore.errors import Problem

Model = TypeVar("Model", bound=BaseModel)
YEAR = re.compile(r"(1[89]|2[01])\d\d")
CODE_RULE = "a letter, then letters, digits or _ (at most 80)"


class _Absent:
    """Stands for a value that could not be read: its Problem is recorded already."""


ABSENT = _Absent()


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word closest to one that is not known, or nothing."""
    folded = {code.casefold(): code for code in known}
    if word.casefold() in folded:
        return folded[word.casefold()]
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def with_nearest(expected: str, word: str, known: Iterable[str]) -> str:
    """What was expected, and the nearest known word if there is one."""
    close = nearest(word, known)
    return f"{expected}; nearest: {close}" if close else expected


def build(
    model: type[Model],
    node: Node,
    what: str,
    problems: list[Problem],
    *,
    hidden: tuple[str, ...] = (),
    **given: Any,
) -> Model | None:
    """The object that a mapping describes, or None with all that is wrong with it.

    Parameters
    ----------
    what
        The entry's key, for messages ("indicators.R01").
    hidden
        Fields that a file must not set.
    given
        Fields known from elsewhere (the code is the entry's key); the file may repeat them.
    """
    if node.is_broken and node.value is None:
        return None
    before = len(problems)
    fields = [name for name in model.model_fields if name not in hidden]
    if not isinstance(node.value, dict):
        problems.append(Problem(node.where, what, node.kind, f"keys: {', '.join(fields)}"))
        return None
    values: dict[str, Any] = dict(given)
    for key, entry in node.value.items():
        if key not in fields:
            expected = with_nearest(f"one of {', '.join(fields)}", key, fields)
            problems.append(Problem(entry.where, f"{what}.{key}", "unknown key", expected))
        elif key in given:
            _check_repeated(entry, given[key], f"{what}.{key}", problems)
        else:
            _fill(values, key, model, entry, f"{what}.{key}", problems)
    absent = {key for key, value in values.items() if value is ABSENT}
    found = _validated(model, values, absent, node, what, problems)
    return found if len(problems) == before and not absent else None


def _fill(
    values: dict[str, Any],
    key: str,
    model: type[BaseModel],
    entry: Node,
    what: str,
    problems: list[Problem],
) -> None:
    """Convert one field; an empty one is left to its default, except where a number is due."""
    field = model.model_fields[key]
    if (
        entry.value is None
        and not entry.is_broken
        and not _is_number(field.annotation)
        and not field.is_required()
    ):
        return
    values[key] = convert(field.annotation, entry, what, problems)


def _validated(
    model: type[Model],
    values: dict[str, Any],
    absent: set[str],
    node: Node,
    what: str,
    problems: list[Problem],
) -> Model | None:
    try:
        return model.model_validate({k: v for k, v in values.items() if k not in absent})
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            path = tuple(str(step) for step in fault["loc"])
            if not path or path[0] not in absent:
                problems.append(_as_problem(fault, path, node, what))
    return None


def _as_problem(fault: Any, path: tuple[str, ...], node: Node, what: str) -> Problem:
    named = ".".join((what, *path))
    if fault["type"] == "missing":
        return Problem(node.where, named, "is missing", "a value")
    expected = str(fault["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    if fault["type"] == "string_pattern_mismatch":
        expected = CODE_RULE
    return Problem(node.at(path).where, named, repr(fault["input"])[:80], expected)


def _check_repeated(entry: Node, given: Any, what: str, problems: list[Problem]) -> None:
    if entry.raw != str(given):
        problems.append(Problem(entry.where, what, entry.kind, f"{given}, as its key or file says"))


def convert(annotation: Any, node: Node, what: str, problems: list[Problem]) -> Any:
    """A value of the type a field declares, or ABSENT with a Problem.

    Lenient where it cannot change a number: a text may be written as 4.1 or 2025-01-01, a list of
    one text without brackets. Strict with numbers: true is not 1, "12 t" is not 12.
    """
    if node.is_broken:
        return ABSENT
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return convert(arguments[0], node, what, problems)
    if origin in (Union, types.UnionType):
        return _union(arguments, node, what, problems)
    if origin is Literal:
        return _literal(arguments, node, what, problems)
    if origin is tuple:
        return _tuple(arguments, node, what, problems)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(arguments, node, what, problems)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object(annotation, node, what, problems)
    return _scalar(annotation, node, what, problems)


def _refused(node: Node, what: str, expected: str, problems: list[Problem]) -> _Absent:
    problems.append(Problem(node.where, what, node.kind, expected))
    return ABSENT


def _scalar(annotation: Any, node: Node, what: str, problems: list[Problem]) -> Any:
    value = node.value
    if annotation is str and isinstance(value, str | int | float | bool):
        return node.raw.strip()
    if annotation is bool and isinstance(value, bool):
        return value
    if annotation is int and _is_whole(value):
        return int(value)  # type: ignore[arg-type]
    if annotation is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    words = {
        str: "a text",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
    }
    return _refused(node, what, words.get(annotation, "a value"), problems)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)


def _is_number(annotation: Any) -> bool:
    """Whether a field holds a number, so that an empty one is no way of leaving it out."""
    parts = get_args(annotation) or (annotation,)
    return any(part in (int, float) for part in parts) and type(None) not in parts


def _union(arguments: tuple[Any, ...], node: Node, what: str, problems: list[Problem]) -> Any:
    if node.value is None and type(None) in arguments:
        return None
    options = [option for option in arguments if option is not type(None)]
    if len(options) > 1 and isinstance(node.value, str):
        return node.value.strip()
    lists = [option for option in options if get_origin(option) is tuple]
    chosen = lists if lists and isinstance(node.value, list) else options
    return convert(chosen[0], node, what, problems)


def _literal(allowed: tuple[Any, ...], node: Node, what: str, problems: list[Problem]) -> Any:
    number = _is_whole(node.value)
    value = int(node.value) if number and isinstance(allowed[0], int) else node.raw.strip()  # type: ignore[arg-type]
    if isinstance(node.value, dict | list) or value not in allowed or isinstance(value, bool):
        words = [str(option) for option in allowed if option != ""]
        expected = with_nearest(f"one of {', '.join(words)}", str(value), words)
        return _refused(node, what, expected, problems)
    return value


def _tuple(arguments: tuple[Any, ...], node: Node, what: str, problems: list[Problem]) -> Any:
    if node.value is None:
        return ()
    items = node.value if isinstance(node.value, list) else [node]
    is_open = arguments[-1] is Ellipsis
    if not isinstance(node.value, list) and (not is_open or arguments[0] is not str):
        return _refused(node, what, "a list", problems)
    if not is_open and len(items) != len(arguments):
        return _refused(node, what, f"a list of {len(arguments)}", problems)
    kinds = [arguments[0]] * len(items) if is_open else list(arguments)
    found = [
        convert(kind, item, f"{what}[{position}]", problems)
        for position, (kind, item) in enumerate(zip(kinds, items, strict=True))
    ]
    return ABSENT if ABSENT in found else tuple(found)


def _mapping(arguments: tuple[Any, ...], node: Node, what: str, problems: list[Problem]) -> Any:
    if node.value is None:
        return {}
    if not isinstance(node.value, dict):
        return _refused(node, what, "keys with values", problems)
    key_type, value_type = arguments
    found: dict[Any, Any] = {}
    for key, entry in node.value.items():
        if key_type is int and not YEAR.fullmatch(key):
            problems.append(Problem(entry.where, f"{what}.{key}", repr(key), "a year"))
            continue
        found[int(key) if key_type is int else key] = _entry(value_type, key, entry, what, problems)
    return ABSENT if ABSENT in found.values() else found


def _entry(value_type: Any, key: str, entry: Node, what: str, problems: list[Problem]) -> Any:
    """One value of a mapping; its key is its code or id where its model has one."""
    if isinstance(value_type, type) and issubclass(value_type, Definition):
        given: dict[str, Any] = {
            name: key for name in ("code", "id") if name in value_type.model_fields
        }
        built = build(value_type, entry, f"{what}.{key}", problems, **given)
        return ABSENT if built is None else built
    return convert(value_type, entry, f"{what}.{key}", problems)


def _object(model: type[BaseModel], node: Node, what: str, problems: list[Problem]) -> Any:
    if model is Named and isinstance(node.value, str):
        return Named(zh=node.value, en=node.value)
    built = build(model, node, what, problems)
    return ABSENT if built is None else built
