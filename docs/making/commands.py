"""The reference of the command, made from the command itself."""

from __future__ import annotations

from typing import Any

import typer

import cescore.cli.main  # noqa: F401 - registers every command
from cescore.cli.application import app

_HEAD = """# The command

Every command and every option, made from the command itself. `B` stands for `.venv/bin/python build.py`;
without a command it is `B run`. `B COMMAND --help` prints the same in the terminal.

"""
_KINDS = {
    "str": "text",
    "list[str]": "text",
    "int": "number",
    "float": "number",
    "list[Path]": "path",
}


def page() -> str:
    """The page, in MyST."""
    group = typer.main.get_group(app)
    commands = [group.commands[name] for name in sorted(group.commands)]
    overview = [f"| [`{c.name}`](#{c.name}) | {_cell(c.help or '')} |" for c in commands]
    head = [_HEAD, "| command | does |", "|---|---|", *overview, ""]
    return "\n".join([*head, *map(_section, commands)])


def _section(command: Any) -> str:  # of the click that Typer carries
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    context = command.make_context(command.name, [], resilient_parsing=True)
    usage = " ".join([f"B {command.name}", *(_usage(a) for a in arguments), "[OPTIONS]"])
    lines = [f"({command.name})=", f"## `{command.name}`", "", command.help or "", ""]
    lines += ["```text", usage, "```", ""]
    if arguments:
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| `{_metavar(a)}` | {_cell(getattr(a, 'help', '') or '')} |" for a in arguments]
        lines.append("")
    if options:
        lines += ["| option | value | without it | meaning |", "|---|---|---|---|"]
        lines += [_option_row(option, context) for option in options]
    return "\n".join([*lines, ""])


def _option_row(option: Any, context: Any) -> str:
    names = " ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else _value(option.get_help_record(context)[0])
    return f"| {names} | {value} | {_default(option)} | {_cell(option.help or '')} |"


def _value(record: str) -> str:
    """The words it takes, each by itself, or what kind of thing; of ``--lang <zh|en>``."""
    shown = record.rpartition("<")[2].strip("<>")
    words = shown.split("|")
    if len(words) > 1:
        return ", ".join(f"`{word}`" for word in words)
    return _KINDS.get(shown.removesuffix(" range"), shown)


def _default(option: Any) -> str:
    default = option.default
    if callable(default) or default in (None, "", False) or default == ():
        return ""
    if isinstance(default, list | tuple):
        return " ".join(f"`{one}`" for one in default)
    return (
        ""
        if option.is_flag and option.secondary_opts
        else f"`{getattr(default, 'value', default)}`"
    )


def _metavar(argument: Any) -> str:
    return (argument.metavar or argument.name or "").upper()


def _usage(argument: Any) -> str:
    name = _metavar(argument) + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|").replace("<", r"\<")
