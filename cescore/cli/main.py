"""The command's way in and out: its default command, its exit status, its last words."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from functools import lru_cache

import typer
from typer.core import TyperGroup

import cescore.cli.analysing
import cescore.cli.building
import cescore.cli.collecting
import cescore.cli.explaining
import cescore.cli.protecting
import cescore.cli.releasing
import cescore.cli.returning
import cescore.cli.sending_back
import cescore.cli.signing
import cescore.cli.trying
import cescore.cli.years  # noqa: F401
from cescore.cli.application import app, program
from cescore.cli.help_page import SpokenCommand
from cescore.cli.options import asked_in
from cescore.cli.wrong_use import cause, told
from cescore.errors import CescoreError
from cescore.publish.terminal_words import error_told
from cescore.publish.words import label
from cescore.run.processes.interrupt import Interrupted, listen, settle
from cescore.run.telling.lines import inert

NOTHING_BUILT, INTERRUPTED = 2, 130
ABOUT = {"--help": "--help", "-h": "--help", "--version": "--version"}  # of the command itself


def with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with the command first: ``run`` where none is named."""
    commands, valued = words_of_the_command()
    for position, word in enumerate(arguments):
        before = arguments[position - 1] if position else ""
        if word in commands and before not in valued:
            return [word, *arguments[:position], *arguments[position + 1 :]]
    if asked := next((word for word in arguments if word in ABOUT), ""):
        return [ABOUT[asked]]
    if any(word.partition("=")[0] == "--stage" for word in arguments):
        return ["review", *arguments]  # what asks for a stage asks for a plan's evaluation
    first = arguments[0] if arguments else "-"
    return list(arguments) if not first.startswith("-") else ["run", *arguments]


@lru_cache(maxsize=1)
def group() -> TyperGroup:
    """The command with all its commands."""
    for registered in app.registered_commands:
        registered.cls = SpokenCommand
    return typer.main.get_group(app)


def words_of_the_command() -> tuple[frozenset[str], frozenset[str]]:
    """The names of all commands, and of all options that take a value."""
    commands = group().commands
    options = [
        o for command in commands.values() for o in command.params if o.param_type_name == "option"
    ]
    valued = [o for o in options if not getattr(o, "is_flag", False)]
    return frozenset(commands), frozenset(name for o in valued for name in o.opts)


def _replace_what_cannot_be_shown() -> None:
    """A character that the terminal's encoding lacks is shown as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def collect_rarely() -> None:
    """Look for unreachable objects less often: what a command imports and reads lives to its end."""
    gc.set_threshold(100_000, 50, 100)


def command() -> None:
    """The command as a process of its own, which ends with the status that was meant and nothing after it.

    Threads of native libraries live to the end; where one still runs while its library is unloaded, the
    process aborts, long after the last line was said. So nothing is unloaded: once Python's own
    functions of the exit have run, the process is gone.
    """
    statuses: list[int] = []
    atexit.register(_leave, statuses)  # before all that libraries register, so that it runs last
    try:
        main()
    except SystemExit as end:
        statuses.append(end.code if isinstance(end.code, int) else 0)
        raise


def _leave(statuses: Sequence[int]) -> None:
    """End the process; where there is no status, what happened is Python's to tell."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if statuses:
        os._exit(statuses[0])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit status; what the user can mend is no traceback."""
    _replace_what_cannot_be_shown()
    collect_rarely()
    listen()
    given = sys.argv[1:] if arguments is None else arguments
    lang = asked_in(given)
    try:
        words = with_command(given)
        sys.exit(group().main(words, program(), standalone_mode=False, obj=lang) or 0)
    except typer.TyperException as error:
        for line in told(error, lang):
            print(inert(line), file=sys.stderr)
        sys.exit(NOTHING_BUILT)
    except CescoreError as error:
        print(inert(error_told(error, lang)), file=sys.stderr)
        sys.exit(getattr(error, "exit_status", NOTHING_BUILT))
    except BrokenPipeError:  # whoever read our lines has gone: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    except OSError as error:  # a full disk, a folder that cannot be written
        print(inert(f"{error.filename or 'output'}: {cause(error, lang)}"), file=sys.stderr)
        sys.exit(NOTHING_BUILT)
    except (Interrupted, typer.Abort):
        print(label("terminal.interrupted", lang), file=sys.stderr)
        sys.exit(INTERRUPTED)
    finally:
        settle()
