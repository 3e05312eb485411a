"""τ-ARGUS as an oracle: what the method withholds of a table holds before the statisticians' own program.

`pytauargus` brings τ-ARGUS and its solver along.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytauargus
import pytest
from pytauargus.batch import Apriory
from pytauargus.engine import run_batch
from pytauargus.result import parse_simple_tab

from tests.method.test_protection import Publication, released_after

Cell = tuple[str, str]  # region, branch
TOTAL = "Total"
CLOSE = 1e-3  # of a value: it reads two decimals


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its solver writes logs to where it is started."""
    monkeypatch.chdir(tmp_path)


def table(seed: int) -> tuple[dict[str, Cell], Publication]:
    """Firms by region and branch, and one variable of theirs with all totals."""
    draw = random.Random(seed)
    place = {f"f{i}": (draw.choice("ABC"), draw.choice("xyz")) for i in range(24)}
    values = {(f, "coal"): round(draw.lognormvariate(4, 1.2), 2) for f in place}
    sums = {
        f"{region}|{branch}": {
            (f, "coal"): 1.0
            for f, (r, b) in place.items()
            if region in (r, TOTAL) and branch in (b, TOTAL)
        }
        for region in ("A", "B", "C", TOTAL)
        for branch in ("x", "y", "z", TOTAL)
    }
    return place, Publication(values, {n: w for n, w in sums.items() if w}, {f: f for f in place})


def audited(
    place: Mapping[str, Cell],
    publication: Publication,
    withheld: Collection[Cell],
    folder: Path,
) -> tuple[set[Cell], list[Cell]]:
    """Cells unsafe by the 10 % rule, and those withheld that are bounded too closely from above."""
    rows = [
        {"region": r, "branch": b, "coal": publication.values[f, "coal"]}
        for f, (r, b) in place.items()
    ]
    made = pytauargus.protect(
        rows, ["region", "branch"], response="coal", safety_rules="P(10,1)", decimals=2,
        workdir=str(folder), run=False,
    )  # fmt: skip
    batch = Path(made.files["arb"])
    steps = batch.read_text("utf-8").splitlines()
    batch.write_text("\n".join(s for s in steps if not s.startswith("<SUPPRESS>")), "utf-8")
    engine = run_batch(str(batch))
    cells: list[dict[str, Any]] = parse_simple_tab(
        folder / "tab1.tab", ["region", "branch"], "coal"
    )
    where = [(cell["region"], cell["branch"]) for cell in cells]
    unsafe = {at for at, cell in zip(where, cells, strict=True) if cell["status"] == "U"}
    chosen = folder / "withheld.hst"
    lines = [f"{region};{branch};ML" for region, branch in withheld]
    kept = [line for line, at in zip(lines, withheld, strict=True) if at not in unsafe]
    chosen.write_text("\n".join(kept) + "\n", "utf-8")
    assert engine.apply_apriori(Apriory(str(chosen), 1, ";"))["status_ok"] == len(kept)
    bounds = {row["cell"]: row["max"] for row in engine.audit(0)}
    assert len(bounds) == len(unsafe | set(withheld))
    return unsafe, [
        at
        for number, (at, cell) in enumerate(zip(where, cells, strict=True))
        if number in bounds and at in unsafe
        if bounds[number] < cell["coal"] + cell["upper"] - CLOSE * cell["coal"]
    ]


def withheld_of(publication: Publication) -> list[Cell]:
    names = sorted(publication.sums.keys() - released_after(publication))
    return [(region, branch) for region, _, branch in (name.partition("|") for name in names)]


@pytest.mark.parametrize("seed", range(10))
def test_what_is_withheld_holds_before_tau_argus(seed: int, tmp_path: Path) -> None:
    place, publication = table(seed)
    withheld = withheld_of(publication)
    unsafe, too_close = audited(place, publication, withheld, tmp_path)
    assert unsafe <= set(withheld)
    assert too_close == []


def test_tau_argus_finds_what_totals_give_away_of_unsafe_cells_withheld_alone(
    tmp_path: Path,
) -> None:
    unsafe, too_close = audited(*table(1), (), tmp_path)
    assert unsafe
    assert too_close
