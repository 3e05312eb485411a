"""The files of a params folder, each as a place that can be read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cescore.definitions.entries.located import Node, read
from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.units import OwnUnits
from cescore.definitions.frameworks.layout import Files
from cescore.definitions.strays import strays
from cescore.errors import ParamsError, Problem

# Every file that params/ may hold; whatever else is in it is named.
FILES = (
    "variables.yml",
    "accounts.yml",
    "norms.yml",
    "checks.yml",
    "disclosure.yml",
    "page.yml",
    "movable.yml",
    "references.yml",
    "goalposts.yml",
    "signing.yml",
    "units.txt",
    "frameworks/*.yml",
    "plans/*.yml",
    "standards/*.yml",
    "runs/*.yml",
    "history/*.yml",
)


@dataclass(frozen=True)
class ParamsFolder:
    """One params folder and everything that is wrong in its files so far."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def name_strays(self) -> None:
        """Name whatever is in the folder and none of the files that are read."""
        self.problems.extend(one.as_problem(self.root.name) for one in strays(self.root, FILES))

    def own_units(self) -> OwnUnits:
        """The shipped units and the workspace's own; the shipped ones alone where those are unsound."""
        try:
            own = OwnUnits.of(self.root / "units.txt")
            _ = own.units
        except ParamsError as error:
            self.problems.extend(error.problems)
            return OwnUnits()
        return own

    def place(self, name: str) -> Reading:
        """A file or folder as a whole."""
        return Reading(Node({}, f"{self.root.name}/{name}"), "", self.problems)

    def file(self, name: str, *, required: bool = False) -> Reading:
        """A YAML file; one that may be absent reads as an empty one."""
        path, where = self.root / name, f"{self.root.name}/{name}"
        if os.path.lexists(path) or required:  # a folder or a link of that name is to be told
            return Reading(read(path, where, self.problems), "", self.problems)
        return Reading(Node({}, f"{where}:1"), "", self.problems)

    def files(self, name: str) -> Files:
        """Each YAML file of a folder with its stem, in the order of names."""
        folder = self.root / name
        if not folder.is_dir() or folder.is_symlink():
            return []
        paths = sorted(p for p in folder.glob("*.yml") if p.name[0] != ".")
        return [(path.stem, self.file(f"{name}/{path.name}")) for path in paths]
