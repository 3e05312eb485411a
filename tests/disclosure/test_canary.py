"""A canary over every ordered pair: no report's file holds another respondent's value, however written."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import Firm, evaluated, firms

from cescore.disclosure.bundles import Bundler

PARKS = ("PK6", "PK7", "PK8")
DECIMALS = (4, 3, 2)  # fewer are everybody's: 1,234 is many a number


def notations(value: float) -> set[str]:
    """The usual ways to write a number: plain, with separators, in thousands, as a power of ten."""
    plain = {f"{value:.{d}f}" for d in DECIMALS}
    thousands = {f"{value / 1000:.{d + 3}f}" for d in DECIMALS}
    return plain | thousands | {f"{value:,.{d}f}" for d in DECIMALS} | {f"{value:.7e}", repr(value)}


def hits(root: Path, frame: list[Firm]) -> list[tuple[str, str]]:
    """Readers and respondents of whom the reader's file holds a value."""
    yearly = evaluated(root, frame, PARKS)
    bundler = Bundler(yearly)
    files = {e.entity_id: bundler.bundle(e.entity_id).to_bytes().decode() for e in yearly.entities}
    secrets = {
        f.id: {text for v in (f.output, f.material, f.waste) for text in notations(v)}
        | {repr(f.rate), f"{f.rate:.6f}"}
        for f in frame
    }
    return [
        (reader, firm)
        for reader, text in files.items()
        for firm, written in secrets.items()
        if reader != firm and any(secret in text for secret in written)
    ]


def frame(each: int) -> list[Firm]:
    """Three parks; the first has a single firm, whose figures are the park's own."""
    parks = zip(PARKS, (1, each, each), strict=True)
    return [f for seed, (park, n) in enumerate(parks, 5) for f in firms(n, seed=seed, park=park)]


def test_no_report_holds_another_respondent_s_value(tmp_path: Path) -> None:
    assert hits(tmp_path, frame(9)) == []


@pytest.mark.soak
def test_no_report_of_two_hundred_holds_another_s_value(tmp_path: Path) -> None:
    assert hits(tmp_path, frame(100)) == []
