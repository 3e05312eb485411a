"""The texts of the files that a new year begins with: run file, plan not yet decided, record of the method."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from cescore.definitions.definitions import Definitions
from cescore.definitions.frameworks.history import MethodRecord, recorded
from cescore.definitions.model import Plan, Run
from cescore.definitions.model.plan import UNDECIDED

OPEN = UNDECIDED[0]  # as the files of a Chinese bureau have it; reading takes both languages
WIDEST = 10_000  # characters of a line: none is broken

RUN_HEAD = """\
# The yearly build of {year}, begun from that of {before}. The day of issue was decided for {before} alone and is open.
"""
BASE_NOTE = """\
# base_year: of constant prices and of the progress index. It stays {base_year} until the values at constant prices of {new}
# are in; take the line out then, and the base year is that of the plan.
"""
RECORD_HEAD = """\
# The method by which {year} was evaluated, kept by new-year so that later years can name what changed. Nothing is
# computed from it. Correct it only where it does not say what was published.
"""
PLAN_HEAD = """\
# The plan of {first}-{last}, begun by new-year from {old}. What is not decided yet says {open}: it is printed as not set,
# never as zero. Write a number in place of a target's {open} when it is decided, take targets out that are not carried on,
# and add measures, vetoes and assessment as {old}.yml has them; without assessment nobody gets a total.
"""


def record_text(definitions: Definitions, base_year: int) -> str:
    """params/history/<year>.yml: the method of the year that the definitions were read for."""
    run = definitions.run
    record = recorded(definitions.frameworks, run.year, run.plan, base_year)
    return RECORD_HEAD.format(year=run.year) + _yaml(_lean(record))


def _lean(record: MethodRecord) -> dict[str, Any]:
    given: dict[str, Any] = record.model_dump(mode="json", exclude_defaults=True)
    return given


def run_text(run: Run, year: int, plan: str, base_year: int | None, rebased: int | None) -> str:
    """params/runs/<year>.yml: the settings of another year, without what was decided for it alone.

    ``rebased``: the base year of a plan that begins, if another than the one kept.
    """
    kept = run.model_dump(mode="json", exclude_defaults=True, exclude={"year", "plan", "issued"})
    kept.pop("vintage", None)  # a new year begins with preliminary figures
    kept["status"] = run.status if run.status == "sample" else "draft"
    kept.pop("base_year", None)
    given: dict[str, Any] = {"year": year}
    given |= {"plan": plan} if plan else {}
    given |= {"base_year": base_year} if base_year is not None else {}
    head = RUN_HEAD.format(year=year, before=run.year)
    if rebased is not None:
        head += BASE_NOTE.format(base_year=base_year, new=rebased)
    return head + _yaml({**given, **kept})


def next_period(plan: Plan) -> tuple[int, int]:
    """The first and last year of the plan that follows: as long as this one."""
    first = plan.last_year + 1
    return first, first + plan.last_year - plan.first_year


def plan_text(plan: Plan) -> str:
    """params/plans/<next>.yml: the targets of a plan without their values, nothing else decided."""
    first, last = next_period(plan)
    targets = {**plan.targets, **plan.undecided}
    given: dict[str, Any] = {
        "zh": f"{first}–{last} 年规划（{OPEN}）",
        "en": f"Plan {first}-{last} (to be decided)",
        "base_year": plan.last_year,
        "first_year": first,
        "last_year": last,
        "status": OPEN,
        "source": OPEN,
        "tag": "P",
        "targets": {code: _target(target, plan) for code, target in targets.items()},
        "systems": {c: s.model_dump(exclude_defaults=True) for c, s in plan.systems.items()},
    }
    head = PLAN_HEAD.format(first=first, last=last, old=plan.id, open=OPEN)
    return head + _yaml({key: value for key, value in given.items() if value})


def _target(target: Any, plan: Plan) -> dict[str, Any]:
    """A target's terms as the old plan has them; its value, source and schedule are open."""
    dropped = {"id", "value", "source", "tag", "note", "binding"}
    kept: dict[str, Any] = target.model_dump(mode="json", exclude_defaults=True, exclude=dropped)
    open_ = {"value": OPEN, "source": OPEN, "tag": "P", "note": f"{plan.id} {target.id}"}
    return {**kept, **open_}


def _yaml(value: Mapping[str, Any]) -> str:
    writer, text = YAML(), io.StringIO()
    writer.width, writer.allow_unicode = WIDEST, True
    writer.default_flow_style = False
    writer.dump(_plain(value), text)
    return text.getvalue()


def _plain(value: Any) -> Any:
    """Mappings with texts as keys, lists for tuples: what YAML writes without tags."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value
