"""Workspaces of any size for benchmarks: the repository's params, synthetic returns from the sample's seed.

``python -m benchmarks.workspaces DIR --firms 5000 [--format csv|parquet] [--only-firms]``
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from sample.build import make_blocks, write_sample
from sample.catalogue import read_catalogue
from sample.frame import YEARS
from sample.write import REGISTER, ParquetYears, write_csv

REPOSITORY = Path(__file__).resolve().parents[1]
SEED = 2021


def make_workspace(
    root: Path,
    firms: int,
    *,
    file_format: str = "parquet",
    seed: int = SEED,
    only_firms: bool = False,
) -> int:
    """A workspace of ``firms`` enterprises over six years; returns the entities of the last year.

    Fifteen public bodies come with every 124 firms, as in the sample; with ``only_firms`` (Parquet)
    none do. Equal arguments give equal bytes.
    """
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shutil.copytree(REPOSITORY / "params", root / "params")
    if only_firms:
        return _write_firms(root, firms, seed)
    return write_sample(
        root / "data", seed=seed, entities=firms, file_format=file_format, params=root / "params"
    )


def _write_firms(root: Path, firms: int, seed: int) -> int:
    """The sample's enterprises without the bodies around them."""
    catalogue, register, count = read_catalogue(root / "params"), list[Sequence[str]](), 0
    parquet = ParquetYears(root / "data", YEARS)
    parent = REGISTER.index("parent_id")
    for block in make_blocks(seed, firms, catalogue):
        enterprises = block.tables[-1]
        parquet.add(enterprises, catalogue)
        count += int(enterprises.is_valid[:, -1].sum())
        known = set(enterprises.ids)
        register += [
            (*row[:parent], "", *row[parent + 1 :]) for row in block.register if row[0] in known
        ]
    parquet.close()
    write_csv(root / "data" / "entities.csv", REGISTER, register)
    return count


def size_of(folder: Path) -> int:
    """All bytes below a folder."""
    return sum(
        os.path.getsize(Path(place) / name) for place, _, names in os.walk(folder) for name in names
    )


def main() -> None:
    """Read the options and write the workspace."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workspaces", description=__doc__)
    parser.add_argument("root", type=Path, help="folder to write into; emptied before")
    parser.add_argument("--firms", type=int, default=1000, help="enterprises of the last year")
    parser.add_argument("--format", choices=("csv", "parquet"), default="parquet")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only-firms", action="store_true", help="no reports of public bodies")
    chosen = parser.parse_args()
    count = make_workspace(
        chosen.root,
        chosen.firms,
        file_format=chosen.format,
        seed=chosen.seed,
        only_firms=chosen.only_firms,
    )
    megabytes = size_of(chosen.root / "data") / 1e6
    print(f"{count} entities, {megabytes:.0f} MB of data in {chosen.root}")


if __name__ == "__main__":
    main()
