"""The command as data, in a language: what its help shows in a terminal and the documentation prints."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cescore.publish.terminal_words import spoken
from cescore.publish.words import has_label, label

if TYPE_CHECKING:
    from typer._click import Command, Context


@dataclass(frozen=True)
class Described:
    """An argument or option: its names, what it takes, what holds without it, what it means."""

    names: tuple[str, ...]
    value: str
    default: str
    meaning: str
    is_required: bool = False

    @property
    def written(self) -> str:
        """As it is typed: ``--lang zh|en``."""
        return " ".join(filter(None, (", ".join(self.names), self.value)))


def meaning(command: Command, lang: str) -> list[str]:
    """What a command does, by paragraphs."""
    parts = inspect.cleandoc(command.help or "").split("\n\n")
    return [spoken(" ".join(part.split()), lang) for part in parts]


def arguments(command: Command, lang: str) -> Iterator[Described]:
    """The arguments of a command, in their order."""
    for one in command.params:
        if one.param_type_name == "argument":
            yield Described((argument_name(one),), "", "", _words_of(one, lang), one.required)


def options(context: Context, command: Command, lang: str) -> Iterator[Described]:
    """The options of a command, in their order."""
    for one in command.params:
        if one.param_type_name == "option" and not getattr(one, "hidden", False):
            names = (*one.opts, *one.secondary_opts)
            value = "" if _is_flag(one) else _value(one, context, lang)
            yield Described(names, value, _default(one), _words_of(one, lang), one.required)


def argument_name(argument: Any) -> str:
    """``WHAT…`` of one that takes several."""
    return (argument.name or "").upper() + ("…" if argument.nargs == -1 else "")


def usage(command: Command, lang: str) -> str:
    """Arguments and options after the command's name: ``ENTITY CODE [OPTIONS]``."""
    given = [(argument_name(a), a.required) for a in command.params if _is_argument(a)]
    shown = [name if is_required else f"[{name}]" for name, is_required in given]
    return " ".join([*shown, label("usage.options_sign", lang)])


def value_words(option: Any, context: Context) -> tuple[str, ...]:
    """The words that an option takes, where it takes no others."""
    shown = option.display_type(context).strip("<>")
    return tuple(shown.split("|")) if "|" in shown else ()


def value_kind(option: Any, context: Context) -> str:
    """What kind of thing an option takes: text, number or path."""
    shown: str = option.display_type(context).strip("<>").removeprefix("list[").rstrip("]")
    kind: str = shown.removesuffix(" range")
    return {"str": "text", "int": "number", "float": "number", "Path": "path"}.get(kind, kind)


def _value(option: Any, context: Context, lang: str) -> str:
    if words := value_words(option, context):
        return "|".join(words)
    kind = value_kind(option, context)
    return label(f"usage.kind.{kind}", lang) if has_label(f"usage.kind.{kind}") else kind


def _default(option: Any) -> str:
    """What holds where it is not given, if that is a plain value."""
    value = getattr(option.default, "value", option.default)
    is_plain = value is not None and not callable(value) and not _is_flag(option)
    return f"{value:g}" if isinstance(value, float) else str(value) if is_plain else ""


def _is_flag(option: Any) -> bool:
    return bool(getattr(option, "is_flag", False))


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _words_of(parameter: Any, lang: str) -> str:
    return spoken(getattr(parameter, "help", None) or "", lang)
