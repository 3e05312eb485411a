"""What every definition is: frozen, without unknown keys, and laid out from a file's entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from cescore.definitions.bilingual import Bilingual
from cescore.errors import Sentence


@dataclass(frozen=True)
class Refused:
    """Stands in a file's values for what cannot be there, with the words for it.

    Without ``found`` it is what stands there; without ``expected`` the fault is told already.
    """

    expected: str = ""
    found: str = ""


class FileValues(dict[str, Any]):
    """The values of a file's entry, as texts, lists and mappings: to be laid out before validation."""


class TopValues(FileValues):
    """Those of the entry that is read, beside which fields known from elsewhere may stand."""


class Definition(BaseModel):
    """Frozen, no unknown keys; ``filled`` are the fields that loading writes and no file may."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, defer_build=True)
    filled: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return core_schema.json_or_python_schema(
            json_schema=schema,
            python_schema=core_schema.with_info_before_validator_function(cls._laid_out, schema),
        )

    @classmethod
    def _laid_out(cls, value: Any, info: ValidationInfo) -> Any:
        """The values of a file with what is left empty left out, and keys as the codes they are."""
        if info.context != FROM_FILE or isinstance(value, cls | Refused):
            return value
        if not isinstance(value, dict):
            return Refused(expected=Sentence("keys: {listed}", listed=", ".join(cls.model_fields)))
        laid_out: dict[str, Any] = {}
        for key, entry in value.items():
            is_filled = key in cls.filled and not isinstance(value, TopValues)
            if key not in cls.model_fields or is_filled:
                laid_out[key] = UnknownKey(
                    tuple(k for k in cls.model_fields if k not in cls.filled)
                )
            elif entry is not None or not _may_be_empty(cls, key):
                laid_out[key] = _with_keys(entry, _key_of_entries(cls, key))
        return laid_out


@dataclass(frozen=True)
class UnknownKey:
    """Stands for the value of a key that the entry has not; ``known`` are those it has."""

    known: tuple[str, ...]


FROM_FILE = "from a file"  # the context of validation in which values are laid out


@cache
def _may_be_empty(model: type[Definition], key: str) -> bool:
    """Whether a key without a value is left to its default: never where a number is due."""
    field = model.model_fields[key]
    return not field.is_required() and field.annotation not in (int, float)


@cache
def _key_of_entries(model: type[Definition], key: str) -> str:
    """The field that says again what the key of each entry of a mapping says, or nothing."""
    annotation = model.model_fields[key].annotation
    arguments = get_args(annotation)
    is_mapping = isinstance(get_origin(annotation), type) and issubclass(
        get_origin(annotation) or object, Mapping
    )
    if is_mapping and isinstance(arguments[1], type) and issubclass(arguments[1], Definition):
        return next((name for name in ("code", "id") if name in arguments[1].model_fields), "")
    return ""


def _with_keys(entries: Any, name: str) -> Any:
    """Each entry of a mapping with its key as its code; one that says another code is refused."""
    if not name or not isinstance(entries, dict):
        return entries
    found: dict[str, Any] = {}
    for key, entry in entries.items():
        if isinstance(entry, dict):
            own = entry.get(name, key)
            code = (
                key
                if own == key
                else Refused(expected=Sentence("{key}, as its key or file says", key=key))
            )
            found[key] = {**entry, name: code}
        else:
            found[key] = entry
    return found


class Named(Bilingual, Definition):
    """Something with a Chinese and an English name; either stands in for the other."""

    zh: str = ""
    en: str = ""

    @classmethod
    def _laid_out(cls, value: Any, info: ValidationInfo) -> Any:
        if cls is Named and isinstance(value, str):
            return {"zh": value, "en": value}
        return super()._laid_out(value, info)


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no blanks: equal objects give equal text."""
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
