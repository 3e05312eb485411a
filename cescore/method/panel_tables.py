"""A panel as tables to go on with: tidy or wide, by code or by name, units beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.bilingual import Bilingual

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 30  # rows that a notebook shows of a panel
MOST_CODES = 8  # columns likewise, of a panel of several entities
DIGITS = 6  # significant, shown


@dataclass(frozen=True)
class KnownAs(Bilingual):
    """What a code is called, and its unit."""

    zh: str = ""
    en: str = ""
    unit: str = ""


NAMELESS = KnownAs()


class HasValues(Protocol):
    """What tables are made from: a `cescore.method.column.Panel`."""

    @property
    def entities(self) -> tuple[str, ...]: ...

    @property
    def years(self) -> tuple[int, ...]: ...

    @property
    def columns(self) -> Mapping[str, Any]: ...

    @property
    def attributes(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def terms(self) -> Mapping[str, KnownAs]: ...

    @property
    def lang(self) -> str: ...

    def statuses(self, code: str) -> NDArray[np.object_]: ...


class PanelTables:
    """Gives a panel its tables, and what a notebook shows of it."""

    def to_frame(
        self: HasValues,
        *,
        wide: bool = False,
        names: str = "",
        years: Collection[int] | None = None,
    ) -> pd.DataFrame:
        """The panel as a table; a missing value is NaN, and its status says why.

        Units stand in ``attrs["units"]``, by column of a wide table, by code of a tidy one.

        Parameters
        ----------
        wide
            One row per entity and year, a column per code; else one row per value, with columns
            entity_id, year, code, value, unit, status.
        names
            ``zh`` or ``en``: the columns of a wide table are named so, a tidy one has a column
            ``name``; "": codes alone.
        years
            Years to give; None: all.

        Examples
        --------
        >>> from cescore.method.column import Column, Panel
        >>> column = Column.of(np.array([[1.0, np.nan]]))
        >>> ore = {"x": KnownAs(en="Ore", unit="t")}
        >>> panel = Panel(("A",), (2023, 2024), {"x": column}, terms=ore)
        >>> panel.to_frame()[["year", "code", "value", "unit", "status"]].values.tolist()
        [[2023, 'x', 1.0, 't', 'reported'], [2024, 'x', nan, 't', 'missing']]
        >>> frame = panel.to_frame(wide=True, names="en")
        >>> list(frame.columns), frame.attrs["units"]
        (['Ore'], {'Ore': 't'})
        """
        places = [i for i, y in enumerate(self.years) if years is None or y in years]
        return _wide(self, places, names) if wide else _tidy(self, places, names)

    def __repr__(self: HasValues) -> str:
        return f"{_headline(self)}\n{_shown(self).to_string(max_rows=MOST_SHOWN)}"

    def _repr_html_(self: HasValues) -> str:
        table = _shown(self).to_html(max_rows=MOST_SHOWN, border=0, na_rep="–")
        return f"<p>{_headline(self)}</p>{table}"


def _wide(panel: HasValues, places: list[int], names: str) -> pd.DataFrame:
    """One row per entity and year."""
    import pandas as pd

    index = pd.MultiIndex.from_product(
        [panel.entities, [panel.years[i] for i in places]], names=["entity_id", "year"]
    )
    called = _called(panel, names)
    data = {called[c]: column.values[:, places].ravel() for c, column in panel.columns.items()}
    frame = pd.DataFrame(data, index=index)
    frame.attrs["units"] = {called[c]: _term(panel, c).unit for c in panel.columns}
    return frame


def _tidy(panel: HasValues, places: list[int], names: str) -> pd.DataFrame:
    """One row per value."""
    import pandas as pd

    codes, n, years = list(panel.columns), len(panel.entities), np.array(panel.years)[places]
    cells = n * len(places)
    values = [panel.columns[code].values[:, places].ravel() for code in codes]
    words = [panel.statuses(code)[:, places].ravel() for code in codes]
    frame = pd.DataFrame(
        {
            "entity_id": np.tile(
                np.repeat(np.array(panel.entities, object), len(places)), len(codes)
            ),
            "year": np.tile(np.tile(years, n), len(codes)),
            "code": np.repeat(np.array(codes, object), cells),
            "value": np.concatenate([np.empty(0), *values]),
            "unit": np.repeat(np.array([_term(panel, c).unit for c in codes], object), cells),
            "status": np.concatenate([np.empty(0, object), *words]),
        }
    )
    if names:
        called = [_term(panel, c).name(names) or c for c in codes]
        frame.insert(3, "name", np.repeat(np.array(called, object), cells))
    frame.attrs["units"] = {code: _term(panel, code).unit for code in codes}
    return frame


def _called(panel: HasValues, names: str) -> dict[str, str]:
    """What each column is called; a name that two codes have is followed by the code."""
    if not names:
        return {code: code for code in panel.columns}
    called = {code: _term(panel, code).name(names) or code for code in panel.columns}
    often = list(called.values())
    return {c: f"{name} ({c})" if often.count(name) > 1 else name for c, name in called.items()}


def _term(panel: HasValues, code: str) -> KnownAs:
    return panel.terms.get(code, NAMELESS)


def _headline(panel: HasValues) -> str:
    """What it holds, in a line."""
    years = f"{panel.years[0]}–{panel.years[-1]}" if panel.years else "–"
    n = len(panel.entities)
    if panel.lang == "zh":
        return f"数据板：{n} 个单位，{years}，{len(panel.columns)} 项"
    return f"Panel: {n} {'entity' if n == 1 else 'entities'}, {years}, {len(panel.columns)} codes"


def _shown(panel: HasValues) -> pd.DataFrame:
    """Of one entity, a row per code and a column per year; of several, the last year's values."""
    import pandas as pd

    if len(panel.entities) == 1:
        rows = {code: column.values[0] for code, column in panel.columns.items()}
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(panel.years))
        frame.insert(0, "", [_term(panel, c).name(panel.lang) for c in rows])
        frame.insert(1, " ", [_term(panel, c).unit for c in rows])
    else:
        codes = list(panel.columns)[:MOST_CODES]
        shown = panel.entities[:MOST_SHOWN]
        at = slice(0, len(shown))
        frame = pd.DataFrame({c: panel.columns[c].values[at, -1] for c in codes}, index=list(shown))
        names = panel.attributes.get(f"name_{panel.lang}")
        if names is not None:
            frame.insert(0, "", list(names[: len(shown)]))
    for name in frame.columns:
        if frame[name].dtype.kind == "f":
            frame[name] = [_text(value) for value in frame[name]]
    return frame


def _text(value: float) -> str:
    """A number to six significant digits, thousands parted; – for none."""
    if np.isnan(value):
        return "–"
    return f"{value:,.{DIGITS}g}" if abs(value) < 10**DIGITS else f"{value:,.0f}"
