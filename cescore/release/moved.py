"""What a correction changed: each report's index, total, grade and headline rates, before and after."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.entries.json_text import json_document
from cescore.disclosure.documents.kinds import RESULT_NAME
from cescore.disclosure.documents.standing import Moved, Value
from cescore.intake.findings import TABLE_ENCODING
from cescore.intake.inert import InertWriter
from cescore.publish.words import label

if TYPE_CHECKING:
    from cescore.definitions.model import Framework

CHANGES = "changes.csv"
HEADLINE = ("resource_output_rate", "resource_recycling_rate")
SAME = 1e-12  # relative: the same number, written twice


def moved_in(
    before: Path, after: Path, name: str, framework: Framework | None
) -> tuple[Moved, ...]:
    """What moved in one report between two trees of an edition; nothing where either has no result."""
    old, new = (_result(tree / name / RESULT_NAME) for tree in (before, after))
    if old is None or new is None:
        return ()
    return tuple(m for m in _figures(old, new, framework) if not _is_same(m.before, m.after))


def _figures(
    old: Mapping[str, Any], new: Mapping[str, Any], framework: Framework | None
) -> Iterator[Moved]:
    index = framework.index if framework is not None else None
    yield _figure("index", _named(index, "moved.index"), "", old["index"], new["index"])
    for key in ("total", "grade"):
        yield Moved(
            code=key,
            **_words(f"moved.{key}"),
            before=_plain(old["assessment"][key]),
            after=_plain(new["assessment"][key]),
        )
    for key in HEADLINE:
        then, now = old["headline"].get(key), new["headline"].get(key)
        known = now or then
        if known:
            code = known["code"]
            of = framework.indicators.get(code) if framework is not None else None
            yield _figure(code, _named(of, f"moved.{key}"), known["unit"], then, now)


def _figure(
    code: str,
    named: Mapping[str, str],
    unit: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
) -> Moved:
    values = [None if one is None else one["value"] for one in (old, new)]
    return Moved(code=code, **named, unit=unit, before=values[0], after=values[1])


def _named(of: Bilingual | None, key: str) -> Mapping[str, str]:
    """The names of what params define; a word of our own where they name it in no language."""
    zh, en = (getattr(of, "zh", ""), getattr(of, "en", ""))
    return {"zh": zh, "en": en} if zh or en else _words(key)


def _words(key: str) -> Mapping[str, str]:
    return {lang: label(key, lang) for lang in ("zh", "en")}


def _plain(value: Any) -> Value:
    """A number as it is; a grade, which has two names, by both."""
    if isinstance(value, Mapping):
        return " / ".join(dict.fromkeys(filter(None, value.values())))
    return None if value is None else float(value)


def _is_same(before: Value, after: Value) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=SAME, abs_tol=0)
    return before == after


def _result(path: Path) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = json_document(path.read_bytes(), path)
    except FileNotFoundError:
        return None
    return found


def write_changes(path: Path, moved: Mapping[str, tuple[Moved, ...]]) -> None:
    """changes.csv: a line for each figure that moved."""
    with path.open("w", encoding=TABLE_ENCODING, newline="") as stream:
        writer = InertWriter(stream)
        writer.writerow(["report", "code", "unit", "before", "after"])
        for name, lines in sorted(moved.items()):
            for one in lines:
                shown = ["" if v is None else v for v in (one.before, one.after)]
                writer.writerow([name, one.code, one.unit, *shown])
