"""How long whole commands take on the sample: nothing changed, and one cell of one firm changed.

``python -m benchmarks.starts`` prints, for each command, the seconds by the clock and of CPU (children
included), the median of some rounds with the lowest and the highest. Each round of a command "after a
change" writes another value into the same cell first, so that nothing kept fits. It works on a copy of
the sample of which one report stands; ``--root`` takes a workspace that is built whole instead.
Another process on the machine makes clock times longer; take them from a quiet start.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.measure import REPOSITORY, Spent, said, spent

PARTS = ("data", "params", "notebooks", "report_templates")
CELL = "E010,2025,output_value,"  # of the sample: a firm of a park with a dozen
FIRM, BODY = "E010", "220402"
ONE_REPORT = ("--only", f"enterprise/{FIRM}")
BY = 0.0007  # of the value, a round


def main() -> None:
    """Time each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, help="A workspace that is built; else a copy.")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = asked.root or copied(Path(name))
        for line in timed(root, asked.rounds, () if asked.root else ONE_REPORT):
            print(line, flush=True)


def copied(root: Path) -> Path:
    """A copy of the sample."""
    for part in PARTS:
        shutil.copytree(REPOSITORY / part, root / part)
    return root


def timed(root: Path, rounds: int, run: Sequence[str]) -> Iterator[str]:
    """A line for each command; ``run`` is what makes the reports that stand there."""
    build(root, *run)
    build(root, "check")
    yield from rows("nothing changed", [("--help",), run, ("check",)], root, rounds)
    previews = [("preview", entity, "--no-open") for entity in (FIRM, BODY)]
    after = [("check",), ("plan",), *previews, ONE_REPORT]
    changing = ChangedCell(root)
    try:
        yield from rows("one cell changed", after, root, rounds, changing)
    finally:
        changing.restore()


def rows(
    when: str,
    commands: Iterable[Sequence[str]],
    root: Path,
    rounds: int,
    cell: ChangedCell | None = None,
) -> Iterator[str]:
    """What each command took over some rounds."""
    for command in commands:
        took: list[Spent] = []
        for _ in range(rounds):
            if cell is not None:
                cell.change()
            took.append(build(root, *command))
        clock, cpu = said([t.wall for t in took]), said([t.cpu for t in took])
        yield f"{when} | {' '.join(command) or 'run'} | {clock} | {cpu}"


def build(root: Path, *arguments: str) -> Spent:
    """One command of build.py; open findings of the data are no failure."""
    command = [sys.executable, str(REPOSITORY / "build.py"), *arguments]
    if arguments != ("--help",):
        command += ["--root", str(root)]
    return spent(command, root, allowed=(0, 1))


class ChangedCell:
    """One value of the sample's returns, another one each time."""

    def __init__(self, root: Path) -> None:
        self.path = root / "data" / "2025" / "observations.csv"
        self.text = self.path.read_text(encoding="utf-8")
        at = self.text.index(CELL) + len(CELL)
        self.place = at, self.text.index(",", at)
        self.value, self.times = float(self.text[slice(*self.place)]), 0

    def change(self) -> None:
        """Write the next value."""
        self.times += 1
        start, end = self.place
        value = f"{self.value * (1 + BY * self.times):.0f}"
        self.path.write_text(self.text[:start] + value + self.text[end:], encoding="utf-8")

    def restore(self) -> None:
        """Write what stood there."""
        self.path.write_text(self.text, encoding="utf-8")


if __name__ == "__main__":
    main()
