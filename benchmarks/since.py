"""What whole commands cost beside those of another commit, in turn: ``python -m benchmarks.since BEFORE NOW``.

BEFORE and NOW are clones, each with a ``.venv`` (a link will do) and its sample as it is there; each runs
its own code on its own data, one after the other, some rounds of both. A tree that is not built whole is
built first, which is the part "whole" by itself. A command "after a change" finds another value in one
cell. Shares are of pairs; "asked" is what was asked for beside what there was then, where both were said.
Take clock times from a machine with nothing else to do.

``--parts starts,whole,thousand``: commands on the sample; all its reports from nothing; a thousand reports with
a stand-in for the page, and one value changed among them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.builds import change_one
from benchmarks.measure import Spent, environment, ratios, said, spent
from benchmarks.starts import BODY, FIRM, ChangedCell
from benchmarks.stub import OTHERS, SIZES
from cescore.disclosure.documents.kinds import SCORECARD

PARTS = ("starts", "whole", "thousand")
FIRMS = 1000
REPORTS = re.compile(r"(\d+) built\b")
# A page's files at no cost of their own, in a clone whose modules may stand elsewhere.
STAND_IN = """
import hashlib
def render(bundle_path, out_dir, lang, **how):
    bundle, outputs = bundle_path.read_bytes(), {{}}
    for name, size in {sizes}.items():
        content = (bundle * (1 + size // len(bundle)))[:size]
        (out_dir / name).write_bytes(content)
        outputs[name] = hashlib.sha256(content).hexdigest()
    return {{"pages": 5, "outputs": outputs, "index": 50.0, "warnings": []}}
"""
# The command as it is, but for who renders; last of all its own CPU and that of its children.
COMMAND = """
import json, resource, sys
sys.path.insert(0, ".")
from cescore.run import job
job.RENDER = "stand_in:render"
from cescore.cli import main
try:
    getattr(main, "main", main)()
finally:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps([one.ru_utime + one.ru_stime for one in used]))
"""


@dataclass(frozen=True)
class Clone:
    """One commit's code with its own sample."""

    root: Path

    @property
    def python(self) -> str:
        return str(self.root / ".venv" / "bin" / "python")

    def run(self, *arguments: str) -> Spent:
        """One command of build.py; open findings of the data are no failure."""
        command = [self.python, str(self.root / "build.py"), *arguments]
        return spent(command, self.root, allowed=(0, 1), PYTHONPATH=str(self.root))

    def stood_in(self, workspace: Path, stand_in: Path) -> tuple[float, float]:
        """A build of a workspace's enterprises with a stand-in for the page: CPU seconds of the driver,
        and of all processes."""
        done = subprocess.run(
            [self.python, "-c", COMMAND, "run", "--root", str(workspace), "--only", "enterprise/*"],
            cwd=self.root, env=environment(PYTHONPATH=f"{self.root}:{stand_in}"), check=True,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        own, others = json.loads(done.stdout.splitlines()[-1])
        return own, own + others

    def workspace(self, folder: Path) -> Path:
        """A thousand enterprises as this commit's own sample has them."""
        command = [self.python, "-m", "benchmarks.workspaces", str(folder)]
        more = ["--firms", str(FIRMS), "--only-firms"]
        spent([*command, *more], self.root, PYTHONPATH=str(self.root))
        return folder


@dataclass
class Row:
    """A line of the table: what was measured on both sides, pair by pair."""

    what: str
    unit: str
    asked: str = "–"
    before: list[float] = field(default_factory=list)
    now: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        share = said(ratios(self.now, self.before))
        return f"| {self.what} | {self.unit} | {said(self.before)} | {said(self.now)} | **{share}** | {self.asked} |"


@dataclass(frozen=True)
class Pairs:
    """Both clones, and how many rounds of each."""

    clones: tuple[Clone, Clone]
    rounds: int

    def starts(self) -> Iterator[Row]:
        """Commands on a sample that is built."""
        with ExitStack() as stack:
            cells = [stack.enter_context(closing(Cell.of(clone.root))) for clone in self.clones]
            for clone in self.clones:
                clone.run()
            for what, asked, arguments, is_after_change in COMMANDS:
                cpu, clock = Row(what, "CPU s", asked), Row(what, "s by the clock", asked)
                for _ in range(self.rounds):
                    for side, clone, cell in zip(
                        ("before", "now"), self.clones, cells, strict=True
                    ):
                        if is_after_change:
                            cell.changed.change()
                        took = clone.run(*arguments)
                        getattr(cpu, side).append(took.cpu)
                        getattr(clock, side).append(took.wall)
                yield from (cpu, clock)

    def whole(self) -> Iterator[Row]:
        """All reports of the sample, from nothing."""
        rate, cpu = (
            Row("all reports of the sample", "a minute", "≥ 1.6"),
            Row("one of them", "CPU s"),
        )
        for _ in range(self.rounds):
            for side, clone in zip(("before", "now"), self.clones, strict=True):
                took = clone.run("--force")
                built = sum(map(int, REPORTS.findall(took.output)))
                getattr(rate, side).append(60 * built / took.wall)
                getattr(cpu, side).append(took.cpu / built)
        yield from (rate, cpu)

    def thousand(self) -> Iterator[Row]:
        """A thousand enterprises with a stand-in for the page: all of them, then one that changed."""
        first = Row(
            "the driver, of 1,000 reports, start and tables included",
            "CPU ms a report",
            "5 of 20–40: 0.13–0.25",
        )
        change = Row("one change among 1,000", "CPU s", "10 of 38: 0.26")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            sizes = {file: SIZES.get(file, OTHERS) for file in SCORECARD.files}
            (folder / "stand_in.py").write_text(STAND_IN.format(sizes=sizes), encoding="utf-8")
            roots = [c.workspace(folder / s) for c, s in zip(self.clones, "ab", strict=True)]
            sides = list(zip((first.before, first.now), self.clones, roots, strict=True))
            for values, clone, root in sides:
                values.append(1000 * clone.stood_in(root, folder)[0] / FIRMS)
            for _ in range(self.rounds):
                for values, (_, clone, root) in zip(
                    (change.before, change.now), sides, strict=True
                ):
                    change_one(root)
                    values.append(clone.stood_in(root, folder)[1])
        yield from (first, change)


@dataclass(frozen=True)
class Cell:
    """A cell of a clone's sample that is as it was when this is closed."""

    changed: ChangedCell

    @classmethod
    def of(cls, root: Path) -> Cell:
        return cls(ChangedCell(root))

    def close(self) -> None:
        self.changed.restore()


# What, what was asked for, the command, whether a cell is changed first.
COMMANDS: Sequence[tuple[str, str, Sequence[str], bool]] = (
    ("`--help`", "–", ("--help",), False),
    ("a run that finds nothing changed", "0.5 of 0.9: 0.56", (), False),
    ("`check`, one cell changed", "2.3 of 3.9: 0.59", ("check",), True),
    ("`plan`, one cell changed", "4 of 23.5: 0.17", ("plan",), True),
    ("`preview` of an enterprise, one cell changed", "4 of 6–9: 0.44–0.67", ("preview", FIRM, "--no-open"), True),
    ("`preview` of a district, one cell changed", "5.5 of 6–9: 0.61–0.92", ("preview", BODY, "--no-open"), True),
    ("`--only` of the firm, one cell changed", "–", ("--only", f"enterprise/{FIRM}"), True),
    ("`preview` of the method book, one cell changed", "half, of its print", ("preview", "method-book", "--no-open"), True),
)  # fmt: skip


def main() -> None:
    """Measure both sides in turn and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.since", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("now", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default=",".join(PARTS))
    asked = parser.parse_args()
    pairs = Pairs((Clone(asked.before.resolve()), Clone(asked.now.resolve())), asked.rounds)
    parts: dict[str, Callable[[], Iterator[Row]]] = {name: getattr(pairs, name) for name in PARTS}
    print("| | | before | now | now / before, pair by pair | asked |\n|---|---|---:|---:|---:|---|")
    for name in asked.parts.split(","):
        for row in parts[name]():
            print(row, flush=True)


if __name__ == "__main__":
    main()
