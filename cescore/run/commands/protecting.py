"""The bureau's questions about confidentiality, asked of a whole workspace."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from rich.console import Console

from cescore.definitions.formulas.unit_names import unit_text
from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.remaining import PUBLIC, Range, observers_of, ranges
from cescore.disclosure.ledger.taken_back import StillKnown
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.inert import csv_text
from cescore.intake.workspace import Workspace
from cescore.publish.words import label
from cescore.run.files import write_atomically
from cescore.run.processes.side_by_side import in_children
from cescore.run.telling.lines import Terminal
from cescore.run.telling.phases import Phases, phases
from cescore.run.telling.runs import say, type_told

SHOWN = 40  # ranges on a terminal, the narrowest first; the others by --form csv


def infer(root: Path, year: int | None, who: str, form: str, lang: str, console: Console) -> int:
    """What ``who``, be it several together, can infer of each respondent from what is released, and what
    earlier editions printed; 1 if any range is too narrow."""
    beside = Terminal(stderr=True)
    ledger = _ledger(root, year, phases(beside, lang))
    found = list(ranges(ledger, observers_of(ledger, who), ledger.yearly.year))
    found.sort(key=lambda one: (one.is_safe, _room(one), one.entity_id, one.code))
    unsafe = sum(not one.is_safe for one in found)
    if form == "json":
        console.print_json(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    elif form == "csv":
        console.print(_csv(found), end="", markup=False)
    else:
        name = label("infer.public", lang) if who == PUBLIC else who
        _tell_ranges(found, name, ledger.yearly.workspace, lang, console)
        console.print(label("infer.sum", lang, who=name, n=len(found), unsafe=unsafe), markup=False)
    _tell_known(ledger.still_known(), lang, console if form == "text" else beside)
    return 1 if unsafe else 0


def protect(root: Path, year: int | None, lang: str, console: Console) -> int:
    """Write data/withheld.json; says how many figures of each kind of body are withheld."""
    ledger = _ledger(root, year, phases(console, lang))
    pattern = ledger.pattern(in_children)
    write_atomically(root / FILE, pattern.text().encode())
    register = ledger.yearly.workspace.register
    withheld = Counter(register[f.entity_id].entity_type for f in pattern.withheld)
    definitions = ledger.yearly.workspace.definitions
    for entity_type, n in sorted(withheld.items()):
        name = type_told(entity_type, definitions, lang)
        console.print(label("protect.type", lang, type=name, n=n), markup=False)
    if not withheld:
        console.print(label("protect.none", lang), markup=False)
    console.print(label("protect.kept", lang, file=FILE), markup=False)
    if known := ledger.still_known(pattern.withheld):
        _tell_known(known, lang, console)
        say(console, label("protect.never_out", lang, file=FILE))
    return 0


def _tell_known(known: Iterable[StillKnown], lang: str, console: Console) -> None:
    """What earlier editions give away and no choice takes back, a line for each figure."""
    for one in known:
        figure, targets = " ".join(map(str, one.figure)), ", ".join(one.targets)
        values = {"figure": figure, "edition": one.edition, "targets": targets}
        say(console, label("release.still_known", lang, **values))


def _ledger(root: Path, year: int | None, told: Phases) -> Ledger:
    """What is released of a workspace, each phase said as it begins."""
    workspace = Workspace.load(root, year, told)
    told("evaluating")
    yearly = evaluate_workspace(workspace)
    told("choosing")
    return Ledger(yearly)


def _room(one: Range) -> float:
    """How far the range reaches beyond the value, as a share of it."""
    return float("inf") if one.high is None else one.high / one.value


def _tell_ranges(
    found: Sequence[Range], who: str, workspace: Workspace, lang: str, console: Console
) -> None:
    """The narrowest ranges in words, whose and of what, and how many there are beside them."""
    if found:
        say(console, label("infer.head", lang, who=who))
    for one in found[:SHOWN]:
        variable = workspace.definitions.variables[one.code]
        values = {
            **asdict(one),
            "name": workspace.register[one.entity_id].name(lang),
            "variable": variable.name(lang) or one.code,
            "unit": unit_text(variable.unit, lang),
            "mark": "" if one.is_safe else label("infer.narrow", lang),
        }
        key = "infer.line.open" if one.high is None else "infer.line"
        say(console, label(key, lang, **values))
    if len(found) > SHOWN:
        say(console, label("infer.more", lang, n=len(found) - SHOWN))


def _csv(found: Sequence[Range]) -> str:
    names = [field.name for field in fields(Range)]
    return csv_text([names, *(list(asdict(one).values()) for one in found)])
