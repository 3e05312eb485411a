"""Walks a page of the documentation: writes its files, makes its edits, runs its commands, compares.

A block is one of these, told by its language and options:

* ``sh``: every line is run; ``B`` is the command, in a child of this process. ``:class: fails``
  expects another exit status than 0;
* ``text`` with ``:class: output``: what the command before it printed. Its lines appear in this order,
  with others between them; … stands for anything;
* ``diff`` with a path as caption: an edit of that file, whose old lines stand there exactly once;
* any other with a path as caption: the whole file; of a notebook, a cell at its end;
* ``python``: run, with what earlier blocks of the page defined.

``slow`` in the class marks what prints: ordinary tests pass it over.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

import cescore.run.building.build
import cescore.run.commands.explaining  # noqa: F401 - imported once, children have them
from tests.run.in_this_process import forked

_BLOCK = re.compile(
    r"^(?P<fence>`{3,})\{(?P<kind>code-block|literalinclude)\} *(?P<word>\S*)\n(?P<body>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
_OPTION = re.compile(r"^:([a-z-]+): *(.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code as it stands on the page."""

    language: str
    text: str
    caption: str
    classes: tuple[str, ...]
    line: int


def blocks_of(page: Path) -> list[Block]:
    """The blocks that say what to do and what to see, in their order."""
    text = page.read_text(encoding="utf-8")
    return [_block(page, text, match) for match in _BLOCK.finditer(text)]


def _block(page: Path, text: str, match: re.Match[str]) -> Block:
    body, options = match["body"], {}
    while option := _OPTION.match(body):
        options[option[1]] = option[2].strip()
        body = body[option.end() :]
    language = match["word"]
    if match["kind"] == "literalinclude":
        language = options["language"]
        body = (page.parent / match["word"]).read_text(encoding="utf-8")
    caption, classes = options.get("caption", ""), tuple(options.get("class", "").split())
    return Block(language, body, caption, classes, text[: match.start()].count("\n") + 1)


@dataclass
class Walk:
    """Somebody who does what the page says, in a folder of their own."""

    folder: Path
    is_patient: bool = False  # prints too
    printed: str = ""
    names: dict[str, Any] = field(default_factory=dict)

    def do(self, block: Block) -> None:
        """What the block asks for."""
        if "slow" in block.classes and not self.is_patient:
            return
        if block.language == "sh":
            self._run(block)
        elif "output" in block.classes:
            assert_printed(block.text, self.printed)
        elif block.caption.endswith(".ipynb"):
            self._add_cell(self._place(block), block)
        elif block.language == "diff":
            place = self._place(block)
            place.write_text(edited(place.read_text("utf-8"), block.text), encoding="utf-8")
        elif block.caption:
            self._place(block).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            self._execute(block.text)

    def _place(self, block: Block) -> Path:
        place = (self.folder / block.caption).resolve()
        assert place.is_relative_to(self.folder.resolve()), block.caption
        return place

    def _run(self, block: Block) -> None:
        statuses, self.printed = [], ""
        for line in block.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["B"]:
                statuses.append(self._command(words[1:]))
            elif words:
                done = subprocess.run(["sh", "-e", "-c", line], cwd=self.folder, check=False)
                statuses.append(done.returncode)
        assert any(statuses) == ("fails" in block.classes), (block.text, statuses, self.printed)

    def _command(self, words: list[str]) -> int:
        with chdir(self.folder):
            child = forked(words, self.folder)
        said, complaint = child.communicate()
        self.printed += said.decode() + complaint.decode()
        assert "Traceback" not in self.printed
        assert child.returncode is not None
        return child.returncode

    def _add_cell(self, place: Path, block: Block) -> None:
        notebook = nbformat.read(place, as_version=4)
        make = (
            nbformat.v4.new_markdown_cell
            if block.language == "markdown"
            else nbformat.v4.new_code_cell
        )
        notebook.cells.append(make(block.text))
        nbformat.write(notebook, place)

    def _execute(self, text: str) -> None:
        printed = io.StringIO()
        with chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(compile(text, "block", "exec"), self.names)
        self.printed = printed.getvalue()


def edited(text: str, diff: str) -> str:
    """The text with the lines of the diff in place of those it takes away."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    if not any(line[0] in " -" for line in lines):
        raise AssertionError("a diff says beside which line the new ones stand")
    at_lines = re.compile(r"(?m)^" + re.escape(old))
    assert len(at_lines.findall(text)) == 1, (old, text)
    return at_lines.sub(lambda _: new, text)


def assert_printed(expected: str, printed: str) -> None:
    """The expected lines stand in what was printed, in their order."""
    rest = printed
    for line in filter(str.strip, expected.splitlines()):
        pattern = ".*".join(map(re.escape, line.strip().split("…")))
        match = re.search(pattern, rest)
        assert match, f"expected a line {line!r} in\n{printed}"
        rest = rest[match.end() :]
