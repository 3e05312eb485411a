"""The step into a new year: its files begun, the old year's method kept, what changed told. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.definitions.model import Plan
from cescore.errors import DataError, Sentence
from cescore.intake.findings import Finding, FindingLog
from cescore.intake.register.entities import Register
from cescore.intake.register.register_file import read_register
from cescore.intake.register.succession import formations
from cescore.intake.sources.inventory import year_folders
from cescore.intake.workspace import REGISTER
from cescore.publish.words import label
from cescore.run.commands.year_files import next_period, plan_text, record_text, run_text
from cescore.run.files import write_atomically

PROSE = "prose"
Made = Literal["made", "kept", "would_make", "blocked"]


@dataclass(frozen=True)
class YearStep:
    """A file or folder that a new year needs, and what was done about it."""

    path: str  # below the workspace
    made: Made

    def line(self, lang: str) -> str:
        return label(f"new_year.{self.made}", lang, path=self.path)


@dataclass(frozen=True)
class YearChange:
    """What the register says of an entity between one year and the next."""

    kind: str  # opened, closed, renamed, moved, or of succession.FormationKind
    entity_id: str
    name: str
    before: str = ""
    after: str = ""

    def line(self, lang: str) -> str:
        whose = f"{self.entity_id} {self.name}".strip()
        told = {"entity": whose, "before": self.before, "after": self.after}
        into = "_into" if self.kind == "closed" and self.after else ""
        return label(f"new_year.{self.kind}{into}", lang, **told)


@dataclass(frozen=True)
class NewYear:
    """What going into a year came to."""

    year: int
    before: int
    steps: tuple[YearStep, ...]
    changes: tuple[YearChange, ...]
    findings: tuple[Finding, ...]  # of the register
    plan: str
    is_plan_new: bool


def new_year(
    root: Path,
    year: int,
    before: int,
    *,
    lang: str,
    is_dry: bool = False,
    is_older_meant: bool = False,
) -> NewYear:
    """Begin a year of a workspace from another one: files that are there are kept and named.

    A year older than one there is and not begun itself is mostly a slip of the hand: it is begun
    only where ``is_older_meant``.

    Raises
    ------
    ParamsError
        params/ contradicts itself for the year begun from.
    DataError
        The year begun from is not before the new one, or nothing is known of it; or the new one is
        older than one that is there.
    """
    if not is_older_meant:
        _refuse_older(root, year, before)
    _refuse_wrong_years(root, year, before)
    definitions = load_definitions(root / "params", before)
    log = FindingLog()
    register, _ = read_register(root / REGISTER, REGISTER, log)
    plan, is_new = _plan_of(root, definitions, year)
    steps = [
        _begin(root, path, text, is_dry=is_dry)
        for path, text in _files(definitions, year, plan, is_plan_new=is_new)
    ]
    folders = (f"data/{year}", f"data/{year}/{PROSE}")
    steps += [_begin(root, path, None, is_dry=is_dry) for path in folders]
    return NewYear(
        year=year,
        before=before,
        steps=tuple(steps),
        changes=tuple(changes_between(register, before, year, lang)),
        findings=tuple(f for f in log.sorted() if f.severity != "info"),
        plan=plan,
        is_plan_new=is_new,
    )


def years_begun(root: Path) -> list[int]:
    """The years that have a folder of data or a run file."""
    runs = (int(p.stem) for p in (root / "params/runs").glob("*.yml") if p.stem.isdecimal())
    return sorted({*year_folders(root / "data"), *runs})


def _refuse_older(root: Path, year: int, before: int) -> None:
    years = years_begun(root)
    if years and year < years[-1] and not (root / f"params/runs/{year}.yml").exists():
        raise DataError(
            Sentence(
                "{year} is older than {newest}, which is there (years: {known}). To begin it all the same say from which year: --from {before}",
                year=year,
                newest=years[-1],
                known=", ".join(map(str, years)),
                before=before,
            )
        )


def _refuse_wrong_years(root: Path, year: int, before: int) -> None:
    if not 1900 <= before < year <= 2100:
        raise DataError(
            Sentence(
                "--from {before}: expected a year before {year}, both of 1900 to 2100",
                before=before,
                year=year,
            )
        )
    folders = year_folders(root / "data")
    has_run = (root / f"params/runs/{before}.yml").exists()
    if before not in folders and not has_run:
        known = ", ".join(map(str, folders)) or "none"
        raise DataError(
            Sentence(
                "--from {before}: neither data/{before} nor a run file; years: {known}",
                before=before,
                known=known,
            )
        )


def _plan_of(root: Path, definitions: Definitions, year: int) -> tuple[str, bool]:
    """The plan that a year falls in, and whether it has to be begun."""
    old = definitions.plan
    if old is None or old.first_year <= year <= old.last_year:
        return (old.id if old else ""), False
    known = load_definitions(root / "params", year).run.plan if year > old.last_year else old.id
    if known != old.id:
        return known, False
    first, last = next_period(old)
    if not first <= year <= last:
        return old.id, False
    return f"{first}-{last}", not (root / f"params/plans/{first}-{last}.yml").exists()


def _files(
    definitions: Definitions, year: int, plan: str, *, is_plan_new: bool
) -> Iterator[tuple[str, str]]:
    """Path and text of each file that the new year begins with."""
    run, old = definitions.run, definitions.plan
    base_year = run.base_year or (old.base_year if old else None)
    yield f"params/history/{run.year}.yml", record_text(definitions, base_year or run.year)
    if old is None or plan == old.id:
        yield f"params/runs/{year}.yml", run_text(run, year, plan, run.base_year, None)
        return
    yield from _new_plan(old, plan, is_plan_new=is_plan_new)
    yield f"params/runs/{year}.yml", run_text(run, year, plan, base_year, old.last_year)


def _new_plan(old: Plan, plan: str, *, is_plan_new: bool) -> Iterator[tuple[str, str]]:
    first, last = next_period(old)
    if is_plan_new or plan == f"{first}-{last}":
        yield f"params/plans/{plan}.yml", plan_text(old)


def _begin(root: Path, path: str, text: str | None, *, is_dry: bool) -> YearStep:
    """Write a file that is not there, or without a text make a folder.

    Whatever is there, be it a link, is kept; nothing is made behind a link or below a file.
    """
    whole = root / path
    if whole.exists() or whole.is_symlink():
        return YearStep(path, "kept")
    above = [p for p in whole.parents if p.is_relative_to(root) and p != root]
    if any(p.is_symlink() or (p.exists() and not p.is_dir()) for p in above):
        return YearStep(path, "blocked")
    shown = f"{path}/" if text is None else path
    if is_dry:
        return YearStep(shown, "would_make")
    if text is None:
        whole.mkdir(parents=True)
    else:
        whole.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(whole, text.encode())
    return YearStep(shown, "made")


# --- what the register says -----------------------------------------------------------------------


def changes_between(register: Register, before: int, year: int, lang: str) -> Iterator[YearChange]:
    """Entities that came, went, changed or were formed after one year and up to another."""
    formed = {f.entity_id: f for f in formations(register) if before < f.year <= year}
    then, now = register.as_of(before), register.as_of(year)
    for entity in now:
        was, name = then[entity.entity_id], entity.name(lang)
        was_there, is_there = was.is_valid_in(before), entity.is_valid_in(year)
        formation = formed.get(entity.entity_id)
        if formation is not None:
            origins = ", ".join(formation.shares)
            yield YearChange(formation.kind, entity.entity_id, name, before=origins)
        elif is_there and not was_there:
            yield YearChange("opened", entity.entity_id, name)
        if was_there and not is_there:
            heirs = ", ".join(h.entity_id for h in register.successors.get(entity.entity_id, ()))
            yield YearChange("closed", entity.entity_id, name, after=heirs)
        if not (was_there and is_there):
            continue
        if was.name(lang) != name:
            yield YearChange("renamed", entity.entity_id, name, was.name(lang), name)
        if was.parent_id != entity.parent_id:
            yield YearChange("moved", entity.entity_id, name, was.parent_id, entity.parent_id)
