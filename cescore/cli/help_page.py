"""The help of the command and of each of its commands, in the language of the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from typer._click.exceptions import MissingParameter
from typer.core import TyperCommand, TyperGroup

from cescore.cli.described import Described, arguments, meaning, options, usage
from cescore.cli.wrong_use import AllMissing, TooManyWords
from cescore.publish.terminal_words import spoken
from cescore.publish.words import label
from cescore.run.telling.lines import wrapped

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter

WIDEST, NARROWEST = 100, 40  # columns
INDENT, GAP, MOST_LEFT = 2, 2, 30  # columns: before a name, behind it, at most with both


class SpokenCommand(TyperCommand):
    """A command whose help is in the language that the context carries."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read them; words that are left over are named, and all that is missing at once."""
        ctx.allow_extra_args, given = True, list(args)
        try:
            left = super().parse_args(ctx, args)
        except MissingParameter:
            values, _, _ = self.make_parser(ctx).parse_args(given)
            needed = (p for p in self.get_params(ctx) if p.required)
            missing = [
                p for p in needed if not isinstance(values.get(p.name or ""), str | list | tuple)
            ]
            raise AllMissing(missing, ctx) from None
        if left:
            raise TooManyWords(left, ctx)
        return left

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Print it; the formatter of the library stays empty."""
        shown(page(ctx, self))


def shown(lines: Iterable[Text]) -> None:
    """Print the lines, which are broken already."""
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line)


def page(context: Context, command: Command) -> Iterator[Text]:
    """The help of one command."""
    lang = context.obj
    yield from _usage(f"{context.command_path} {usage(command, lang)}", lang)
    for part in meaning(command, lang):
        yield Text()
        yield from map(Text, wrapped(part, columns()))
    yield from _panel(
        label("usage.arguments", lang), (_row(one, lang) for one in arguments(command, lang))
    )
    yield from _panel(label("usage.options", lang), _options(context, command, lang))


def overview(
    context: Context, group: TyperGroup, default: Command, order: Sequence[str]
) -> Iterator[Text]:
    """The help of the command itself: options of what it does by default, and all commands in
    their groups, those named first in `order`."""
    lang = context.obj
    yield from _usage(f"{context.command_path} {label('usage.command_sign', lang)}", lang)
    yield Text()
    yield from map(Text, wrapped(meaning(group, lang)[0], columns()))
    rows = [_row(one, lang) for one in options(context, default, lang)]
    yield from _panel(label("usage.options", lang), [*rows, *_options(context, group, lang)])
    panels: dict[str, list[tuple[str, str]]] = {title: [] for title in order}
    for name, command in group.commands.items():
        panels.setdefault(_panel_of(command), []).append((name, meaning(command, lang)[0]))
    widest = _left((name, "") for name in group.commands)
    for title, commands in panels.items():
        yield from _panel(spoken(title, lang), commands, widest)


def examples(pairs: Iterable[tuple[str, str]], lang: str) -> Iterator[Text]:
    """Commands to type, and what each is for."""
    rows = [(typed, spoken(what, lang)) for typed, what in pairs]
    yield from _panel(label("usage.examples", lang), rows, _left(rows))


def columns() -> int:
    """How wide a line may be."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def _usage(words: str, lang: str) -> Iterator[Text]:
    yield Text(f"{label('usage.usage', lang)}{words}", style="bold")


def _options(context: Context, command: Command, lang: str) -> Iterator[tuple[str, str]]:
    yield from (_row(one, lang) for one in options(context, command, lang))
    yield "--help", label("usage.help", lang)


def _row(entry: Described, lang: str) -> tuple[str, str]:
    key = "usage.default" if entry.default else "usage.required" if entry.is_required else ""
    remark = label(key, lang, value=entry.default) if key else ""
    return entry.written, f"{entry.meaning}{remark}"


def _left(rows: Iterable[tuple[str, str]]) -> int:
    """How wide the column of names is."""
    return INDENT + max(cell_len(name) for name, _ in rows) + GAP


def _panel(title: str, rows: Iterable[tuple[str, str]], left: int = 0) -> Iterator[Text]:
    """A heading, then a name and what it means in two columns; nothing where there are no rows."""
    listed = list(rows)
    if not listed:
        return
    yield from (Text(), Text(title, style="bold"))
    left = left or min(MOST_LEFT, _left(listed))
    for name, words in listed:
        lines = list(wrapped(words, columns() - left)) or [""]
        is_long = cell_len(name) + INDENT + GAP > left
        first = "" if is_long else lines.pop(0)
        padding = " " * (0 if is_long else left - INDENT - cell_len(name))
        yield Text.assemble(" " * INDENT, (name, "cyan"), padding, first)
        yield from (Text(" " * left + line) for line in lines)


def _panel_of(command: Any) -> str:
    return command.rich_help_panel or ""
