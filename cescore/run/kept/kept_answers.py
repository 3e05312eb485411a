"""What a command answered, kept by the hash of everything that it was answered from.

A second ``check`` or ``plan`` of a workspace in which not a byte has changed says the same lines at
once. Nothing here goes by time, and no build and no edition reads what is kept here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cescore.definitions.entries.json_text import json_document
from cescore.intake.sources.plain_files import is_plain_file
from cescore.run.asked import Asked
from cescore.run.files import combined, make_private
from cescore.run.inputs.hashed import Inputs, installed
from cescore.run.kept.kept_work import KeptWork
from cescore.run.kept.unchanged import asks_a_database
from cescore.run.tree.receipt import made_from

FOLDER = "answers"  # below output/, as private as what is printed there
# What reads and computes, beside what sets a page (`inputs.PAGE_LIBRARIES`).
READING_LIBRARIES = (
    "highspy", "lxml", "openpyxl", "pint", "pyarrow", "pydantic-core", "python-calamine", "pyyaml",
    "ruamel.yaml", "salib", "scipy", "sqlalchemy", "xlrd",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a command said, line by line, and the status it ended with."""

    lines: Sequence[str]
    status: int = 0


@dataclass(frozen=True)
class KeptAnswers:
    """The answers of one command in a workspace; without an origin there are none.

    ``origin``: one hash over the question and all that the answer comes from, as they were when this
    was opened.
    """

    asked: Asked
    question: Mapping[str, str]  # the command and its own options
    outputs: Mapping[str, str] = field(
        default_factory=dict
    )  # of the tree, where the answer tells of it
    inputs: Inputs = field(init=False)  # as they were when this was opened
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", Inputs(self.asked.root))
        object.__setattr__(self, "origin", self._origin(self.inputs))

    def known(self) -> Answer | None:
        """What was answered to the same question from the same bytes; None where it is to be found out."""
        text = self._work.known(self.origin) if self.origin else None
        try:
            return None if text is None else Answer(**json_document(text, ""))
        except (ValueError, TypeError):  # put there by somebody else
            return None

    def keep(self, answer: Answer) -> None:
        """Keep an answer, in the place of the last; not where something changed since this was opened.

        A workspace that cannot be written to is answered anew each time.
        """
        if not self.origin or self.origin != self._origin(Inputs(self.asked.root)):
            return
        with suppress(OSError):
            make_private(self._folder)
            work = self._work
            work.keep(self.origin, json.dumps(asdict(answer)))
            work.forget_unused()

    @property
    def _folder(self) -> Path:
        return self.asked.root / "output" / FOLDER

    @property
    def _work(self) -> KeptWork:
        return KeptWork(self._folder / self.question["command"], "")

    def _origin(self, inputs: Inputs) -> str:
        made = made_from(self.asked, inputs)
        return origin_of(self.asked, {**self.question, **self.outputs, "made from": made})


def origin_of(asked: Asked, made_from: Mapping[str, str]) -> str:
    """One hash over what is asked, what it is answered from and what reads it; "" where a hash of files
    would not tell of every change."""
    contents = contents_of(asked.root)
    if contents is None or asks_a_database(asked):
        return ""
    surroundings = {"terminal": asked.spoken, "root": str(asked.root.resolve())}
    return combined(
        {
            "made from": combined(made_from),
            "surroundings": combined(surroundings),
            "contents": contents,
            "read with": combined({name: installed(name) for name in READING_LIBRARIES}),
        }
    )


def contents_of(root: Path) -> str | None:
    """One hash over the names of all that lies in data/ and params/, empty folders too; None where
    anything there is a link or no ordinary file, of which a hash tells nothing."""
    names: list[str] = []
    for top in (root / "data", root / "params"):
        if top.is_symlink():
            return None
        for folder, folders, files in os.walk(top):
            places = [Path(folder, name) for name in (*folders, *files)]
            if any(place.is_symlink() for place in places):
                return None
            if not all(is_plain_file(Path(folder, name)) for name in files):
                return None
            names += map(str, places)
    return combined(dict.fromkeys(sorted(names), ""))
