"""``python -m sample --out data --seed 2021``: write the sample; equal seeds give equal bytes."""

from __future__ import annotations

import argparse
from pathlib import Path

from sample.build import write_sample
from sample.frame import FIRMS_PER_FRAME, YEARS


def main() -> None:
    """Read the options and write the files."""
    parser = argparse.ArgumentParser(prog="python -m sample", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data"), help="folder to write into")
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument(
        "--entities", type=int, default=FIRMS_PER_FRAME, help="firms of the last year"
    )
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument(
        "--params", type=Path, default=Path("params"), help="folder with variables.yml"
    )
    parser.add_argument(
        "--first-year", type=int, default=YEARS[0], choices=YEARS, help="leave earlier years out"
    )
    chosen = parser.parse_args()
    if chosen.entities < 1:
        parser.error("--entities must be 1 or more")
    count = write_sample(
        chosen.out,
        seed=chosen.seed,
        entities=chosen.entities,
        file_format=chosen.format,
        params=chosen.params,
        years=tuple(year for year in YEARS if year >= chosen.first_year),
    )
    print(f"{count} entities in {YEARS[-1]}, written to {chosen.out}")


if __name__ == "__main__":
    main()
