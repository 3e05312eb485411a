"""The reference of the command, made from the command itself, in the language of the build."""

from __future__ import annotations

from typing import Any

from cescore.cli.described import Described, arguments, meaning, options, usage
from cescore.cli.main import group

HEADS = {
    "en": """# The command

Every command and every option, made from the command itself. `B` stands for `.venv/bin/python build.py`;
without a command it is `B run`. `B COMMAND --help` prints the same in the terminal.

""",
    "zh": """# 命令

全部命令和选项，由命令自身生成。`B` 代表 `.venv/bin/python build.py`；不写命令即 `B run`。
`B COMMAND --help` 在终端中显示同样的内容。

""",
}
COLUMNS = {
    "en": {
        "overview": ("command", "does"),
        "arguments": ("argument", "meaning"),
        "options": ("option", "value", "without it", "meaning"),
    },
    "zh": {
        "overview": ("命令", "作用"),
        "arguments": ("参数", "含义"),
        "options": ("选项", "取值", "默认", "含义"),
    },
}


def page(lang: str) -> str:
    """The page, in MyST."""
    commands = [group().commands[name] for name in sorted(group().commands)]
    overview = [
        f"| [`{c.name}`](#{c.name}) | {_cell(' '.join(meaning(c, lang)))} |" for c in commands
    ]
    head = [HEADS[lang], *_head("overview", lang), *overview, ""]
    return "\n".join([*head, *(_section(command, lang) for command in commands)])


def _section(command: Any, lang: str) -> str:  # of the click that Typer carries
    context = command.make_context(command.name, [], resilient_parsing=True)
    lines = [
        f"({command.name})=",
        f"## `{command.name}`",
        "",
        "\n\n".join(meaning(command, lang)),
        "",
    ]
    lines += ["```text", f"B {command.name} {usage(command, lang)}", "```", ""]
    if rows := [f"| `{one.names[0]}` | {_cell(one.meaning)} |" for one in arguments(command, lang)]:
        lines += [*_head("arguments", lang), *rows, ""]
    if rows := [_option_row(one) for one in options(context, command, lang)]:
        lines += [*_head("options", lang), *rows]
    return "\n".join([*lines, ""])


def _head(table: str, lang: str) -> list[str]:
    columns = COLUMNS[lang][table]
    return [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]


def _option_row(one: Described) -> str:
    names = " ".join(f"`{name}`" for name in one.names)
    value = (
        ", ".join(f"`{word}`" for word in one.value.split("|")) if "|" in one.value else one.value
    )
    default = f"`{one.default}`" if one.default else ""
    return f"| {names} | {value} | {default} | {_cell(one.meaning)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|").replace("<", r"\<")
