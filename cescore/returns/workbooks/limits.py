"""What a received file may be at most, and what reading it may cost: beyond that it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingLimits:
    """Limits of one file, far above what any return needs and far below what would hurt."""

    file_bytes: int = 64_000_000
    parts: int = 2_000  # files within a zip
    part_bytes: int = 128_000_000  # of one of them, unpacked
    total_bytes: int = 256_000_000  # of all of them
    ratio: int = 200  # unpacked to packed, of a part above `unsuspected_bytes`
    unsuspected_bytes: int = 4_000_000
    rows: int = 100_000  # of one sheet
    cells: int = 400_000  # of all sheets
    sheets: int = 200
    text: int = 32_767  # characters of a cell, as in every spreadsheet
    memory_bytes: int = 2 << 30
    cpu_seconds: int = 40
    seconds: float = 60.0  # by the clock
    answer_bytes: int = 128_000_000


LIMITS = ReadingLimits()
