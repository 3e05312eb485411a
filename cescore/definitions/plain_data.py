"""Frozen objects written as JSON and made again: what params say and what was read, to be kept.

Nothing is run to make them again: a text names classes of this package and the values of their
fields, and no other class and no function is ever looked up for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from cescore.definitions.entries.json_text import json_document

OF = "cescore."  # where a class must come from
PLAIN = frozenset([str, int, float, bool, type(None)])
TUPLE, LIST, MAPPING, SET, OBJECT = range(5)  # what a JSON list stands for, by its first element


def plain_text(value: object) -> str:
    """A value as text: of plain values, tuples, lists, dicts, frozensets, and frozen objects of ours.

    What is one object stays one; what an object keeps beside its fields is left out.

    Raises
    ------
    TypeError
        It holds anything else, of which a text would not tell.
    """
    writer = _PlainWriter()
    written = writer.written(value)
    return json.dumps([writer.classes, writer.objects, written], ensure_ascii=False)


def from_plain_text(text: str) -> Any:
    """The value of a text that `plain_text` wrote.

    Raises
    ------
    ValueError, TypeError, LookupError, AttributeError, ImportError
        The text is another.
    """
    classes, objects, value = json_document(text, "")
    made: list[Any] = []
    makers = [_maker(_class_of(*names)) for names in classes]
    for number, *values in objects:  # what an object holds was written before it
        made.append(makers[number]([_read(v, made) if type(v) is list else v for v in values]))
    return _read(value, made)


@dataclass
class _PlainWriter:
    """Writes values, each object once."""

    classes: list[tuple[str, str]] = field(default_factory=list)
    objects: list[list[Any]] = field(default_factory=list)
    _numbers: dict[type, int] = field(default_factory=dict)
    _places: dict[int, int] = field(default_factory=dict)  # of an object -> among the written
    _alive: list[object] = field(default_factory=list)  # so that no other gets its id

    def written(self, value: Any) -> Any:
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is tuple:
            return [TUPLE, *map(self.written, value)]
        if kind is list:
            return [LIST, *map(self.written, value)]
        if kind is dict:
            return [MAPPING, *(self.written(p) for item in value.items() for p in item)]
        if kind is frozenset:
            return [SET, *map(self.written, sorted(value, key=repr))]
        return [OBJECT, self._object(value)]

    def _object(self, value: Any) -> int:
        if id(value) not in self._places:
            kind: type = type(value)
            values = [self.written(getattr(value, name)) for name in _fields(kind)]
            if issubclass(kind, BaseModel):
                values.append(self.written(tuple(sorted(value.model_fields_set))))
            if kind not in self._numbers:
                self._numbers[kind] = len(self.classes)
                self.classes.append((kind.__module__, kind.__qualname__))
            self.objects.append([self._numbers[kind], *values])
            self._places[id(value)] = len(self.objects) - 1
            self._alive.append(value)
        return self._places[id(value)]


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a class whose objects may be written."""
    is_ours = kind.__module__.startswith(OF) and "." not in kind.__qualname__
    if is_ours and is_dataclass(kind):
        return tuple(one.name for one in fields(kind))
    if is_ours and issubclass(kind, BaseModel) and not kind.__private_attributes__:
        return tuple(kind.model_fields)
    raise TypeError(f"{kind.__module__}.{kind.__qualname__} is not plain")


def _class_of(module: str, name: str) -> type:
    """A class of this package that can be written."""
    if not module.startswith(OF):
        raise ValueError(module)
    kind = vars(import_module(module))[name]
    if not isinstance(kind, type) or (kind.__module__, kind.__qualname__) != (module, name):
        raise ValueError(name)
    _fields(kind)
    return kind


def _read(written: Any, made: list[Any]) -> Any:
    if type(written) is not list:
        return written
    kind, *parts = written
    if kind == OBJECT:
        return made[parts[0]]
    values = [one if type(one) is not list else _read(one, made) for one in parts]
    if kind == TUPLE:
        return tuple(values)
    if kind == MAPPING:
        return dict(zip(values[::2], values[1::2], strict=True))
    return frozenset(values) if kind == SET else values


def _maker(kind: type) -> Callable[[list[Any]], object]:
    """Makes an object with its fields as they were, without anything being computed or asked again."""
    names, new = _fields(kind), object.__new__

    def model(values: list[Any]) -> object:
        one: Any = new(kind)
        one.__setstate__(
            {
                "__dict__": dict(zip(names, values[:-1], strict=True)),
                "__pydantic_fields_set__": set(values[-1]),
                "__pydantic_extra__": None,
                "__pydantic_private__": None,
            }
        )
        return one

    def thing(values: list[Any]) -> object:
        one: Any = new(kind)
        one.__dict__.update(zip(names, values, strict=True))
        return one

    def slotted(values: list[Any]) -> object:
        one: Any = new(kind)
        for name, value in zip(names, values, strict=True):
            object.__setattr__(one, name, value)
        return one

    if issubclass(kind, BaseModel):
        return model
    return slotted if "__slots__" in vars(kind) else thing
