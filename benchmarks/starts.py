"""How long whole commands take on the sample: nothing changed, and one cell of one firm changed.

``python -m benchmarks.starts`` prints, for each command, the seconds by the clock and of CPU (children
included), the median of some rounds with the lowest and the highest. Each round of a command "after a
change" writes another value into the same cell first, so that nothing kept fits: a cell of the entity
that is previewed, so that its page is another, and whether it was printed is said. It works on a copy of
the sample of which one report stands; ``--root`` takes a workspace that is built whole instead.
Last, how long a watched preview takes from a change saved until the page is told of, by the clock.
Another process on the machine makes clock times longer; take them from a quiet start.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import REPOSITORY, Spent, environment, said, spent

PARTS = ("data", "params", "notebooks", "report_templates")
FIRM, BODY = "E010", "220402"  # of the sample: a firm of a park with a dozen, and its district
CELLS = {entity: f"{entity},2025,output_value," for entity in (FIRM, BODY)}
ONE_REPORT = ("--only", f"enterprise/{FIRM}")
BY = 0.0007  # of the value, a round
LEARNING = (
    12.0  # seconds in which a press learns from the page that it made, also on a busy machine
)


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
    of_firm: list[Sequence[str]] = [
        ("check",),
        ("plan",),
        ("preview", FIRM, "--no-open"),
        ONE_REPORT,
    ]
    for entity, commands in ((FIRM, of_firm), (BODY, [("preview", BODY, "--no-open")])):
        changing = ChangedCell(root, CELLS[entity])
        try:
            yield from rows("one cell changed", commands, root, rounds, changing)
            took = list(watched(root, entity, rounds, changing))
            clock = said([seconds for seconds, _ in took[1:]])
            pages = [page for _, page in took]
            yield f"one cell changed | preview {entity} --watch | {clock} | – | {printed(pages)}"
        finally:
            changing.restore()


Pages = frozenset[tuple[str, int]]  # files of a preview, each with when it was written


def pages_of(root: Path, entity: str) -> Pages:
    """What stands of an entity's preview: a page that is printed is another file."""
    found = (root / "output" / "preview").glob(f"*/*/{entity}/*.pdf")
    return frozenset((str(path), path.stat().st_mtime_ns) for path in found)


def printed(pages: Sequence[Pages]) -> str:
    """Of how many rounds the page is another than before; the first of ``pages`` was there before all."""
    moved = sum(before != now for before, now in pairwise(pages))
    return f"page printed in {moved} of {len(pages) - 1} rounds"


def watched(
    root: Path, entity: str, rounds: int, cell: ChangedCell
) -> Iterator[tuple[float, Pages]]:
    """Seconds by the clock from a change saved until a watched preview tells of its page, and the page;
    first that of a round before them, from which a press learns."""
    command = [
        sys.executable,
        str(REPOSITORY / "build.py"),
        "preview",
        entity,
        "--no-open",
        "--watch",
    ]
    with subprocess.Popen(
        [*command, "--root", str(root)], cwd=root, env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines = iter(process.stdout)
        while "report_templates" not in next(lines):  # the folders that it watches
            pass
        for _ in range(rounds + 1):
            time.sleep(LEARNING)
            cell.change()
            began = time.monotonic()
            while cell.path.name not in next(lines):
                pass
            yield time.monotonic() - began, pages_of(root, entity)
        process.send_signal(signal.SIGINT)
        process.wait()


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
        entity = command[1] if command[:1] == ("preview",) else ""
        pages = [pages_of(root, entity)]
        for _ in range(rounds):
            if cell is not None:
                cell.change()
            took.append(build(root, *command))
            pages.append(pages_of(root, entity))
        clock, cpu = said([t.wall for t in took]), said([t.cpu for t in took])
        line = f"{when} | {' '.join(command) or 'run'} | {clock} | {cpu}"
        yield f"{line} | {printed(pages)}" if entity else line


def build(root: Path, *arguments: str) -> Spent:
    """One command of build.py; open findings of the data are no failure."""
    command = [sys.executable, str(REPOSITORY / "build.py"), *arguments]
    if arguments != ("--help",):
        command += ["--root", str(root)]
    return spent(command, root, allowed=(0, 1))


class ChangedCell:
    """One value of the sample's returns, another one each time."""

    def __init__(self, root: Path, cell: str = CELLS[FIRM]) -> None:
        self.path = root / "data" / "2025" / "observations.csv"
        self.text = self.path.read_text(encoding="utf-8")
        at = self.text.index(cell) + len(cell)
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
