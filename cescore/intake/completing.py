"""What was not returned and can be had from what was: net flows summed over bodies, stated estimates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Account, Framework, Variable
from cescore.intake.across import Others
from cescore.intake.entities import Register
from cescore.intake.panel import Layout
from cescore.method.column import Column, Flag, Panel, State
from cescore.method.formulas import evaluate
from cescore.method.indicators import compute_accounts


@dataclass(frozen=True)
class Ways:
    """What completing needs to know beside the data."""

    variables: Mapping[str, Variable]
    frameworks: Mapping[str, Framework]
    factors: Mapping[str, float]
    base_year: int
    register: Register
    tiled_by: Mapping[str, str]  # entity type -> the type whose bodies add up to it


Texts = dict[str, dict[tuple[str, int], str]]  # entity -> (code, year) -> how the value was made


def completed(layout: Layout, ways: Ways) -> Layout:
    """The layout with estimates where variables state one, then with accounts summed over bodies.

    A value that was returned is never touched. An estimate is flagged ESTIMATED, a sum AGGREGATED;
    the source of each says how it was made.
    """
    texts: Texts = defaultdict(dict)
    panels = dict(layout.panels)
    others = Others(layout.panels, ways.register, ways.base_year, ways.factors)
    for entity_type, panel in layout.panels.items():
        panels[entity_type] = _estimated(panel, entity_type, others, ways, texts)
    for whole, part in ways.tiled_by.items():
        if whole in panels and part in panels:
            panels[whole] = _summed(panels, whole, part, ways, texts)
    return replace(layout, panels=panels, sources=layout.sources.with_made(texts))


def _estimated(panel: Panel, entity_type: str, others: Others, ways: Ways, texts: Texts) -> Panel:
    """Estimates from what was returned; an estimate never stands on another one."""
    found: dict[str, Column] = {}
    for code, column in panel.columns.items():
        estimate = ways.variables[code].estimate
        is_missing = column.state == State.MISSING
        if estimate is None or not is_missing.any():
            continue
        text, looking, _ = others.written_in(estimate.executable, entity_type, conditions=False)
        value = evaluate(
            text, looking, base_year=ways.base_year, factor=estimate.factor, factors=ways.factors
        )
        take = is_missing & value.is_present
        if take.any():
            found[code] = _filled(column, value, take, Flag.ESTIMATED)
            _tell(texts, panel, code, take, f"estimated: {estimate.formula}")
    return panel.with_columns(found) if found else panel


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
            _tell(texts, panel, code, take, f"sum of {code} over {part}")
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
