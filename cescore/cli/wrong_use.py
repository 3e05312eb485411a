"""What is wrong with a command that was typed, in the language of the terminal."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import typer
from typer._click.exceptions import BadOptionUsage, NoSuchOption, UsageError

from cescore.cli.described import argument_name, value_kind, value_words
from cescore.definitions.spelling import nearest_few
from cescore.publish.words import has_label, label

if TYPE_CHECKING:
    from typer._click import Context

MOST_NEAR = 3


class WrongUse(typer.BadParameter):
    """A use of a command that makes no sense: a text of the terminal's, with its values.

    ``key`` is one of ``usage.wrong.*`` in report_templates/labels.json; ``option`` says where it stands.
    """

    def __init__(self, key: str, option: str = "", **values: object) -> None:
        self.key, self.option, self.values = f"usage.wrong.{key}", option, values
        super().__init__(self.told("en"), param_hint=option or None)

    def told(self, lang: str) -> str:
        """The sentence, with the option before it."""
        before = f"{self.option}{label('usage.colon', lang)}" if self.option else ""
        return before + label(self.key, lang, **self.values)


class NoSuchCommand(UsageError):
    """A word stands where a command should that is none."""

    def __init__(self, word: str, known: Iterable[str], context: Context) -> None:
        self.word, self.near = word, nearest_few(word, known, MOST_NEAR)
        super().__init__(f"no such command: {word}", context)


class AllMissing(UsageError):
    """Words and options that a command cannot do without: all that are not there, in one line."""

    def __init__(self, params: Iterable[Any], context: Context) -> None:
        self.params = tuple(params)
        super().__init__(f"missing: {', '.join(map(_name, self.params))}", context)


class TooManyWords(UsageError):
    """Words are left over when a command has all that it takes."""

    def __init__(self, words: Iterable[str], context: Context) -> None:
        self.words = " ".join(words)
        super().__init__(f"more words than it takes: {self.words}", context)


def told(error: typer.TyperException, lang: str) -> Iterator[str]:
    """What is wrong, and how to see what would be right."""
    yield _sentence(error, lang)
    context: Context | None = getattr(error, "ctx", None)
    if context is not None:
        yield label("usage.try", lang, command=context.command_path)


def cause(error: OSError, lang: str) -> str:
    """What the system refused, in words."""
    key = f"os.{errno.errorcode.get(error.errno or 0, '')}"
    return label(key, lang) if has_label(key) else error.strerror or str(error)


def _sentence(error: Any, lang: str) -> str:
    match error:
        case WrongUse():
            return error.told(lang)
        case NoSuchCommand():
            return label("usage.no_command", lang, word=error.word) + _near(error.near, lang)
        case TooManyWords():
            return label("usage.too_many", lang, words=error.words)
        case NoSuchOption():
            near = list(error.possibilities or ())
            return label("usage.no_option", lang, word=error.option_name) + _near(near, lang)
        case BadOptionUsage():
            key = "usage.value_missing" if _takes_value(error) else "usage.value_too_many"
            return label(key, lang, option=error.option_name)
        case AllMissing(params=params):
            names = label("usage.and", lang).join(map(_name, params))
            return label("usage.missing", lang, what=names)
        case typer.BadParameter(param=param) if param is not None:
            return _bad_value(error, param, lang)
        case _:
            return str(error.format_message())


def _bad_value(error: typer.BadParameter, param: Any, lang: str) -> str:
    """What was given, and what is expected there."""
    context = error.ctx
    given = _given(error)
    words = value_words(param, context) if context is not None else ()
    if words:
        expected = label("usage.expected.words", lang, words=label("usage.or", lang).join(words))
    else:
        kind = value_kind(param, context) if context is not None else "text"
        least = getattr(param, "min", None)
        key = f"usage.expected.{kind}" + ("" if least is None else "_from")
        expected = label(key, lang, least=f"{least or 0:g}")
    return label("usage.bad_value", lang, what=_name(param), given=given, expected=expected)


def _given(error: typer.BadParameter) -> str:
    """The word that was typed, as the validation that refused it has it."""
    refused = getattr(error.__cause__, "errors", None)
    return str(refused()[0].get("input", "")) if refused is not None else error.message


def _takes_value(error: BadOptionUsage) -> bool:
    """Whether the option takes a value, so that what is wrong is that it has none."""
    return "requires" in error.message


def _name(param: Any) -> str:
    return argument_name(param) if param.param_type_name == "argument" else str(param.opts[0])


def _near(words: list[str], lang: str) -> str:
    return label("usage.near", lang, words=label("usage.or", lang).join(words)) if words else ""
