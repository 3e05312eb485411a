"""What a specimen shows of the plan and of others: the words of params, with everything recorded made up.

Most texts of a report that its framework does not have are of its plan's checks, of its place among
others and of its assessment. Of a line only what params say is taken over, named field by field, so that
a field which comes to lines later is left out as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from typing import TYPE_CHECKING

from cescore.definitions.model import Framework, Named, Plan
from cescore.disclosure.documents.bundle import BesideCard, BesideGroup, PeerTable
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.assessment import Assessment, Evidence, assess
from cescore.method.grading.measures import InspectedCheck, MeasureLine, is_due, summed
from cescore.method.grading.yardsticks import CheckStatus, Unscored

if TYPE_CHECKING:
    from pydantic import BaseModel

CREDIT = 0.5  # of a check that is half done
SCORE = 75.0  # of whatever has one
NUMBER = 1000.0  # wherever a line has one
BANDS = {1: "strength", 2: "", 3: "", 4: "weakness"}  # quarter among others -> what is said of it


def inspected(lines: Iterable[MeasureLine], framework: Framework) -> tuple[MeasureLine, ...]:
    """The plan's measures as if every check had been left half done, the first one not done at all:
    what is left to do is what pages list."""
    gravest: tuple[CheckStatus, ...] = ("not_done",)
    statuses = iter(gravest)
    return tuple(_line(line, framework, statuses) for line in lines)


def _line(line: MeasureLine, framework: Framework, statuses: Iterator[CheckStatus]) -> MeasureLine:
    checks = tuple(
        _check(check, line.units, framework, next(statuses, "partial")) for check in line.checks
    )
    made = MeasureLine(line.id, line.zh, line.en, line.system, line.units, {}, checks)
    return summed(
        made, [(c["status"], is_due(c["yardstick"], c["elsewhere"]), c["credit"]) for c in checks]
    )


def _check(
    check: InspectedCheck, units: tuple[str, ...], framework: Framework, status: CheckStatus
) -> InspectedCheck:
    has_number = check["yardstick"] in ("goal", "improves")
    is_scored = is_due(check["yardstick"], check["elsewhere"])
    unscored: Unscored = (
        "in_index" if check["elsewhere"] in framework.indicators else "no_yardstick"
    )
    made = InspectedCheck(
        id=check["id"],
        zh=check["zh"],
        en=check["en"],
        status=status,
        value=f"{NUMBER:g}" if has_number else "",
        evidence_ref="",
        evidence="statement",
        finding="",
        inspector_unit=units[0] if units else "",
        inspection_date="",
        due_date="",
        yardstick=check["yardstick"],
        better=check["better"],
        quantity=check["quantity"],
        goal=check["goal"] if check["yardstick"] == "goal" else None,  # what improves has none
        last=NUMBER if check["yardstick"] == "improves" else None,
        credit=CREDIT if is_scored else None,
        unscored="" if is_scored else unscored,
        elsewhere=check["elsewhere"],
        notes=(),
    )
    if unit := check.get("unit"):
        made["unit"] = unit
    return made


def among_others(others: PeerTable | None, framework: Framework) -> PeerTable | None:
    """A place in each quarter in turn, of the index, its groups and all that is scored."""
    if others is None:
        return None
    codes = (framework.index.code, *framework.groups, *(i.code for i in framework.scored()))
    figures = (
        PeerFigure(
            code, n=100, median=NUMBER, lower_quartile=NUMBER / 2, upper_quartile=2 * NUMBER,
            quartile_band=band, standing=BANDS[band],
        )
        for code, band in zip(codes, cycle(BANDS), strict=False)
    )  # fmt: skip
    return PeerTable(
        entity_type=framework.entity_type, audience=others.audience, figures=tuple(figures)
    )


def assessed(
    plan: Plan | None, framework: Framework, lines: tuple[MeasureLine, ...], year: int
) -> Assessment:
    """What the plan makes of an index and of these lines, with no veto looked into."""
    if plan is None:
        return Assessment()
    evidence = Evidence(index=SCORE, scale=framework.scale, measures=lines, years=(year, year))
    return assess(plan, framework.entity_type, evidence)


def beside(cards: Iterable[BesideCard]) -> tuple[BesideCard, ...]:
    """Further frameworks as params name them."""
    return tuple(
        BesideCard(
            id=card.id, zh=card.zh, en=card.en, source=card.source, version=card.version,
            hash=card.hash, index_code=card.index_code, floor=card.floor, top=card.top,
            value=SCORE, status="reported", coverage=1.0, tag=card.tag,
            groups=tuple(
                BesideGroup(code=g.code, zh=g.zh, en=g.en, weight=g.weight, value=SCORE)
                for g in card.groups
            ),
        )
        for card in cards
    )  # fmt: skip


def named(
    names: Mapping[str, Named],
    lines: Iterable[MeasureLine],
    cards: Iterable[BesideCard],
    framework: BaseModel,
) -> dict[str, Named]:
    """The names of the texts that come from params: of units, sources and the framework's own words."""
    decided = {unit for line in lines for unit in line.units} | {card.source for card in cards}
    decided |= set(_texts(framework.model_dump(mode="json")))
    return {text: name for text, name in names.items() if text in decided}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
