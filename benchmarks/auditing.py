"""CPU seconds of the audit of what is withheld, by number of entities, each size in a process of its own.

``python -m benchmarks.auditing [--cities 1 3 9 25]``: the sample's city, so many times, each with ids and
values of its own and with the figures withheld that the sample's kept pattern withholds. Every part of every
system is audited anew, as ``protect`` and a release do.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.evaluation import PYTHON, Stages
from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[1]
NAMING = ("entity_id", "parent_id", "counted_in", "holding_id", "same_as")  # columns with ids
STEPS = ("read and evaluated", "reading the statements", "splitting them", "auditing")
SIZES = 2  # a copy is as large, or ten times: figures of two digits are as wide as before
_Table = list[dict[str, str]]


def make_copies(root: Path, cities: int) -> None:
    """A workspace with the sample's city so many times, and the pattern of what is withheld of each."""
    sample = Workspace.load(REPOSITORY)
    shutil.copytree(REPOSITORY / "params", root / "params")
    register = _read(REPOSITORY / "data/entities.csv")
    _write(root / "data/entities.csv", [_named(r, c) for c in range(cities) for r in register])
    for path in sorted(REPOSITORY.glob("data/*/observations.csv")):
        rows = [_corrected(row, sample) for row in _read(path)]
        copies = [_sized(_named(r, c), c, sample) for c in range(cities) for r in rows]
        _write(root / path.relative_to(REPOSITORY), copies)
    kept = json.loads((REPOSITORY / FILE).read_text("utf-8"))
    withheld = {f"{_mark(c)}{b}": of for c in range(cities) for b, of in kept["withheld"].items()}
    pattern = {"audited": "", "filed": {}, "withheld": withheld, "released_above": {}}
    (root / FILE).write_text(json.dumps(pattern), encoding="utf-8")


def _mark(copy: int) -> str:
    return f"K{copy:02d}-" if copy else ""


def _named(row: Mapping[str, str], copy: int) -> dict[str, str]:
    """A row with the ids of a copy."""
    return {k: f"{_mark(copy)}{v}" if k in NAMING and v else v for k, v in row.items()}


def _corrected(row: Mapping[str, str], sample: Workspace) -> dict[str, str]:
    """A row as it counts: the corrections on record name the sample's own rows."""
    panel = sample.panels[sample.register[row["entity_id"]].entity_type]
    column = panel.columns.get(row["variable"])
    if (
        not row["value"]
        or column is None
        or sample.definitions.variables[row["variable"]].kind == "code"
    ):
        return dict(row)
    at = panel.row(row["entity_id"]), panel.year_position(int(row["year"]))
    return {**row, "value": repr(float(column.values[at]))} if column.is_present[at] else dict(row)


def _sized(row: Mapping[str, str], copy: int, sample: Workspace) -> dict[str, str]:
    """A row of a copy, with what adds up as much larger as the copy is."""
    variable = sample.definitions.variables[row["variable"]]
    if not (row["value"] and variable.additive and variable.kind == "quantity"):
        return dict(row)
    return {**row, "value": repr(float(row["value"]) * 10 ** (copy % SIZES))}


def _read(path: Path) -> _Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: _Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def measure(root: Path) -> dict[str, float]:
    """What each step of an audit of the kept pattern takes in this process."""
    stages = Stages()
    ledger = Ledger(evaluate_workspace(Workspace.load(root)))
    stages.end(STEPS[0])
    printed, withheld = len(ledger.printed), ledger.kept.withheld
    stages.end(STEPS[1])
    audits = ledger.audits
    stages.end(STEPS[2])
    breaches = sum(len(audit.breaches(withheld & audit.figures)) for audit in audits)
    stages.end(STEPS[3])
    return {
        **stages.found,
        "entities": len(ledger.yearly.workspace.register.entities),
        "printed sums": printed,
        "systems": len(audits),
        "the largest": max(len(audit.printed) for audit in audits),
        "withheld": len(withheld),
        "breaches": breaches,
    }


def _found(cities: Sequence[int]) -> Iterator[dict[str, float]]:
    for number in cities:
        with tempfile.TemporaryDirectory() as folder:
            make_copies(Path(folder), number)
            asked = [*PYTHON, "benchmarks.auditing", "--root", folder]
            done = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True)
        yield json.loads(done.stdout)


def main() -> None:
    """Measure each size and print what each step took, and how it grew since the size before."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.auditing", description=__doc__)
    parser.add_argument("--cities", type=int, nargs="+", default=[1, 3, 9, 25])
    parser.add_argument("--root", type=Path, help="measure this workspace instead")
    chosen = parser.parse_args()
    if chosen.root:
        print(json.dumps(measure(chosen.root)))
        return
    last: dict[str, float] = {}
    for found in _found(chosen.cities):
        counts = ("entities", "printed sums", "systems", "the largest", "withheld", "breaches")
        print(", ".join(f"{name} {found[name]:,}" for name in counts), flush=True)
        for step in STEPS:
            grown = f", exponent {_exponent(last, found, step):.2f}" if last else ""
            print(f"  {step}: {found[step]:.1f} s{grown}", flush=True)
        print(f"  peak {found['peak MB']:.0f} MB", flush=True)
        last = found


def _exponent(last: Mapping[str, float], found: Mapping[str, float], step: str) -> float:
    return math.log(found[step] / last[step]) / math.log(found["entities"] / last["entities"])


if __name__ == "__main__":
    main()
