"""What was not returned and can be had from what was: net flows summed over bodies, stated estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Account, Estimate, Framework, Variable
from cescore.intake.observations.across import Looked, Others
from cescore.intake.observations.panel import SUM_OF, PanelLayout
from cescore.intake.register.entities import Register
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.index.formulas import evaluate
from cescore.method.index.indicators import compute_accounts


@dataclass(frozen=True)
class Ways:
    """What completing needs to know beside the data."""

    variables: Mapping[str, Variable]
    frameworks: Mapping[str, Framework]
    factors: Mapping[str, float]
    base_year: int
    register: Register
    tiled_by: Mapping[str, str]  # entity type -> the type whose bodies add up to it
    gate: CompletionGate

    def holders(self, entities: Sequence[str]) -> list[str]:
        """Who stands behind each entity: its holding, or itself."""
        return [self.register[e].holding_id or e for e in entities]


class CompletionGate(Protocol):
    """What may be shown of sums over respondents; `release.member_sums` has it."""

    def is_restricted(self, entity_type: str) -> bool: ...

    def releasable(
        self,
        members: Sequence[NDArray[np.int64]],
        values: NDArray[np.float64],
        holders: Sequence[str],
    ) -> list[bool]: ...


@dataclass(frozen=True)
class Made:
    """An estimate of one type: its values, where they are wanted, and what it looked at."""

    code: str
    entity_type: str
    value: Column
    take: NDArray[np.bool_]
    looked: tuple[Looked, ...]


ESTIMATED_BY = "estimated: "  # begins the source of an estimate
WITHHELD = "estimate withheld: it would give away what a respondent returned"

Texts = dict[str, dict[tuple[str, int], str]]  # entity -> (code, year) -> how the value was made


def completed(layout: PanelLayout, ways: Ways) -> PanelLayout:
    """The layout with estimates where variables state one, then with accounts summed over bodies.

    A value that was returned is never touched. An estimate is flagged ESTIMATED, a sum AGGREGATED;
    the source of each says how it was made.
    """
    texts: Texts = defaultdict(dict)
    panels = dict(layout.panels)
    others = Others(layout.panels, ways.register, ways.base_year, ways.factors)
    said = {c: v.estimate for c, v in ways.variables.items() if v.estimate is not None}
    made = [m for c, how in said.items() for m in _made(c, how, layout.panels, others, ways)]
    for one, held in zip(made, _withheld(made, others, ways), strict=True):
        panel = panels[one.entity_type]
        panels[one.entity_type] = _with(panel, one, held)
        _tell(texts, panel, one.code, one.take, f"{ESTIMATED_BY}{said[one.code].formula}")
        _tell(texts, panel, one.code, held, WITHHELD)
    for whole, part in ways.tiled_by.items():
        if whole in panels and part in panels:
            panels[whole] = _summed(panels, whole, part, ways, texts)
    return replace(layout, panels=panels, sources=layout.sources.with_made(texts))


def _made(
    code: str, estimate: Estimate, panels: Mapping[str, Panel], others: Others, ways: Ways
) -> list[Made]:
    """The estimates of one variable, of every type that misses some; never standing on another one."""
    found: list[Made] = []
    for entity_type, panel in panels.items():
        column = panel.columns.get(code)
        if column is None or not (column.state == State.MISSING).any():
            continue
        text, looking, looked = others.written_in(
            estimate.executable, entity_type, conditions=False, only=estimate.only
        )
        value = evaluate(
            text, looking, base_year=ways.base_year, factor=estimate.factor, factors=ways.factors
        )
        take = (column.state == State.MISSING) & value.is_present
        if take.any():
            found.append(Made(code, entity_type, value, take, looked))
    return found


def _withheld(made: Sequence[Made], others: Others, ways: Ways) -> list[NDArray[np.bool_]]:
    """Where an estimate is a sum over respondents that may not be shown.

    Year by year, all sums of one quantity together, whatever the type, variable or choice of members;
    an estimate of several such sums is withheld, as their classes do not tell what it gives away.
    """
    held = [np.zeros(one.take.shape, bool) for one in made]
    groups: dict[tuple[str, str], list[tuple[int, Looked]]] = defaultdict(list)
    for k, one in enumerate(made):
        sums = [s for s in one.looked if s.is_sum and ways.gate.is_restricted(s.other_type)]
        if len(sums) > 1:
            held[k] |= one.take
        elif sums:
            groups[sums[0].other_type, sums[0].text.partition(",")[2]].append((k, sums[0]))
    for (other, _), sums_of in groups.items():
        holders = ways.holders(others.panels[other].entities)
        for j in range(len(others.panels[other].years)):
            _hold_back(held, made, sums_of, j, others, ways.gate, holders)
    return held


def _hold_back(
    held: Sequence[NDArray[np.bool_]],
    made: Sequence[Made],
    sums: Sequence[tuple[int, Looked]],
    j: int,
    others: Others,
    gate: CompletionGate,
    holders: Sequence[str],
) -> None:
    """Mark the sums of one quantity and year that may not be shown beside the others."""
    cells = [(k, s, i) for k, s in sums for i in np.flatnonzero(made[k].take[:, j]).tolist()]
    members = [others.members(s, made[k].entity_type, (i, j)) for k, s, i in cells]
    values = np.full(len(holders), np.nan)
    for (_, s, _), rows in zip(cells, members, strict=True):
        if s.inner is not None:
            values[rows] = s.inner.values[rows, j]
    shown = gate.releasable(members, values, holders)
    for (k, _, i), is_shown in zip(cells, shown, strict=True):
        held[k][i, j] = not is_shown


def _with(panel: Panel, made: Made, held: NDArray[np.bool_]) -> Panel:
    """The panel with estimates in a column, SUPPRESSED where they are withheld."""
    filled = _filled(panel.columns[made.code], made.value, made.take & ~held, Flag.ESTIMATED)
    state = np.where(held, np.uint8(State.SUPPRESSED), filled.state)
    return panel.with_columns({made.code: Column(filled.values, state, filled.flags)})


def _summed(panels: Mapping[str, Panel], whole: str, part: str, ways: Ways, texts: Texts) -> Panel:
    """The whole's panel with accounts that add up where its own returns do not give them."""
    panel, theirs = panels[whole], _summable(ways.frameworks.get(part))
    wanted = [code for code in _summable(ways.frameworks.get(whole)) if code in theirs]
    if not wanted:
        return panel
    others = Others(panels, ways.register, ways.base_year, ways.factors)
    own = compute_accounts(panel, ways.frameworks[whole], base_year=ways.base_year)
    below = compute_accounts(panels[part], ways.frameworks[part], base_year=ways.base_year)
    found: dict[str, Column] = {}
    for code in wanted:
        total = others.sum_of(whole, part, below.columns[code])
        take = (own.columns[code].state == State.MISSING) & total.is_present
        if take.any():
            blank = Column.empty(panel.shape, State.MISSING)
            found[code] = _filled(blank, total, take, Flag.AGGREGATED)
            _tell(texts, panel, code, take, f"{SUM_OF}{code} over {part}")
    return panel.with_columns(found) if found else panel


def _summable(framework: Framework | None) -> dict[str, Account]:
    accounts = framework.accounts if framework is not None else {}
    return {code: account for code, account in accounts.items() if account.summed}


def _filled(column: Column, value: Column, take: NDArray[np.bool_], flag: Flag) -> Column:
    return Column(
        np.where(take, value.values, column.values),
        np.where(take, np.uint8(State.PRESENT), column.state),
        np.where(take, value.flags | np.uint8(flag), column.flags),
    )


def _tell(texts: Texts, panel: Panel, code: str, take: NDArray[np.bool_], said: str) -> None:
    for entity_id, year in _cells(panel, take):
        texts[entity_id][code, year] = said


def _cells(panel: Panel, take: NDArray[np.bool_]) -> Iterator[tuple[str, int]]:
    for i, j in np.argwhere(take).tolist():
        yield panel.entities[i], panel.years[j]
