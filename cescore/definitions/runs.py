"""runs/<year>.yml: the year evaluated, its plan and its standing."""

from __future__ import annotations

from collections.abc import Mapping

from cescore.definitions.databases import KEY
from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Files
from cescore.definitions.model import Plan, Run
from cescore.definitions.model.written import YEAR
from cescore.errors import Sentence

LONGEST_YEAR = 40  # digits repeated in a message
RELEASED = ("reviewed", "final", "corrected", "withdrawn", "published")  # stages of a release
SIGNED_OFF = Sentence(
    "draft or sample: a build is never more, it becomes so by"
    " build.py release --stage … --sign-off FILE (docs/release.md)"
)


def load_run(files: Files, year: int | None, folder: Reading) -> Run | None:
    """The run of a year, of the newest year, or made from the nearest year there is."""
    before = len(folder.problems)
    read = (_run(stem, at) for stem, at in files)
    runs = {run.year: run for run in read if run is not None}
    at = folder.of(folder.node, "year")
    if year is not None and not 1800 <= year <= 2199:
        at.refuse(f"{year}"[:LONGEST_YEAR], "a year such as 2025")
        return None
    if runs:
        return _run_of(runs, max(runs) if year is None else year)
    if year is None:
        if len(folder.problems) == before:
            at.refuse("no run says which", "--year, or runs/<year>.yml")
        return None
    return Run(year=year)


def _run(stem: str, file: Reading) -> Run | None:
    if file.node.is_broken:
        return None
    if not YEAR.fullmatch(stem):
        file.of(file.node, "file").refuse(f"{stem}.yml", "a year as its name")
        return None
    at = file.of(file.node.without(KEY), f"runs.{stem}")
    if _claims_release(at):
        return None
    run = at.build(Run, year=int(stem))
    if run is not None:
        _check_years(run, at)
    return run


def _claims_release(at: Reading) -> bool:
    """Whether a run file calls itself released, which only a sign-off can."""
    status = at.node.get("status")
    if status is None or status.raw.strip() not in RELEASED:
        return False
    at.refuse(status.kind, SIGNED_OFF, "status")
    return True


def _check_years(run: Run, at: Reading) -> None:
    """What a year is compared with does not lie after it."""
    for key, given in (("base_year", run.base_year), ("first_year", run.first_year)):
        if given is not None and given > run.year:
            at.refuse(
                str(given), Sentence("{year}, the year evaluated, or earlier", year=run.year), key
            )


def _run_of(runs: Mapping[int, Run], year: int) -> Run:
    """The year's own run, or the nearest one's settings without what was decided for that year."""
    if year in runs:
        return runs[year]
    near = runs[min(runs, key=lambda other: (abs(other - year), other))]
    status = "sample" if near.status == "sample" else "draft"
    changed = {"year": year, "status": status, "vintage": "preliminary", "issued": ""}
    if near.kind == "flash":  # which has frameworks of its own
        changed |= {"kind": "annual", "frameworks": {}, "beside": {}}
    return near.model_copy(update=changed)


def in_its_plan(run: Run, plans: Mapping[str, Plan | None], *, has_file: bool) -> Run:
    """A run that no file describes under the plan that its year falls in.

    A run file's own word counts; where the year falls in no plan, or in several, the plan stays.
    """
    if has_file or not run.plan:
        return run
    covering = [i for i, p in plans.items() if p and p.first_year <= run.year <= p.last_year]
    if run.plan in covering or len(covering) != 1:
        return run
    return run.model_copy(update={"plan": covering[0]})
