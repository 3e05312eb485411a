"""One entity's numbers as a page asks for them: by code and year, with state, flags and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from cescore.definitions.model import Group, Indicator
from cescore.method.column import STATE_NAMES, Column, Flag, Panel, State
from cescore.publish.labels import label, label_or
from cescore.publish.numbers import (
    change_cell,
    decimals_for,
    flag_marks,
    mark,
    number,
    unit_text,
)
from cescore.release.bundle import Bundle, Place, Series

if TYPE_CHECKING:
    from cescore.desk import OpenBundle

STATES = {name: state for state, name in STATE_NAMES.items()}
FLAGS = {flag.name.lower(): int(flag) for flag in Flag if flag.name}


@dataclass(frozen=True)
class Number:
    """A value of one year, or the reason why there is none."""

    value: float | None
    state: int = State.PRESENT
    flags: int = 0


NOTHING = Number(None, State.NOT_COLLECTED)


def at(column: Column | None, position: int | None) -> Number:
    """The number of the only entity in a year's position of a column."""
    if column is None or position is None or not column.values.size:
        return NOTHING
    state = int(column.state[0, position])
    value = float(column.values[0, position]) if state == State.PRESENT else None
    return Number(value, state, int(column.flags[0, position]))


def of_series(series: Series | None, position: int | None) -> Number:
    """The number of a bundle's series in a year's position."""
    if series is None or position is None or position >= len(series.values):
        return NOTHING
    value, status = series.values[position], series.status[position]
    if value is None:
        return Number(None, STATES.get(status, State.MISSING))
    return Number(value, State.PRESENT, sum(FLAGS.get(word, 0) for word in status.split("+")))


@dataclass(frozen=True)
class View:
    """A bundle in one language: names, years and the words of the page."""

    bundle: OpenBundle

    @property
    def data(self) -> Bundle:
        return self.bundle.data

    @property
    def lang(self) -> str:
        return self.bundle.lang

    def t(self, key: str, /, **values: object) -> str:
        """A label in the page's language."""
        return label(key, self.lang, **values)

    def join(self, parts: Iterable[str]) -> str:
        return self.t("join").join(parts)

    # --- years -------------------------------------------------------------------------------

    @property
    def years(self) -> tuple[int, ...]:
        return self.data.record.years

    def position(self, year: int, years: Sequence[int] | None = None) -> int | None:
        found = self.years if years is None else years
        return list(found).index(year) if year in found else None

    @property
    def now(self) -> int | None:
        return self.position(self.bundle.year)

    @property
    def last(self) -> int | None:
        return self.position(self.bundle.year - 1)

    @property
    def base(self) -> int | None:
        return self.position(self.bundle.base_year)

    @cached_property
    def shown_years(self) -> tuple[int, ...]:
        """Base year, last year and this one, each once and only where the record has it."""
        wanted = {self.bundle.base_year, self.bundle.year - 1, self.bundle.year}
        return tuple(year for year in sorted(wanted) if year in self.years)

    # --- order ------------------------------------------------------------------------------
    # A bundle's mappings are sorted by code; the order of params is kept in `framework.order`.

    @cached_property
    def _rank(self) -> Mapping[str, int]:
        return {code: i for i, code in enumerate(self.bundle.framework.order)}

    def _first_below(self, code: str) -> tuple[int, str]:
        """Rank of a code; of a group that of its first indicator, at any depth."""
        framework = self.bundle.framework
        if code not in framework.groups:
            return self._rank.get(code, len(self._rank)), code
        below = [self._first_below(member)[0] for member, _ in framework.members(code)]
        return min(below, default=len(self._rank)), code

    def members(self, group: str) -> list[tuple[str, float]]:
        """Codes and weights directly below a group, in the order of params."""
        found = self.bundle.framework.members(group)
        return sorted(found, key=lambda member: self._first_below(member[0]))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups directly below the index."""
        every = self.bundle.framework.groups
        return tuple(every[code] for code, _ in self.members("") if code in every)

    @cached_property
    def scored(self) -> tuple[Indicator, ...]:
        """The indicators that count, group by group."""
        return tuple(self._scored_below(""))

    def _scored_below(self, group: str) -> Iterator[Indicator]:
        framework = self.bundle.framework
        for code, _ in self.members(group):
            if code in framework.groups:
                yield from self._scored_below(code)
            else:
                yield framework.indicators[code]

    @cached_property
    def reported(self) -> tuple[Indicator, ...]:
        """The indicators that are shown and do not count."""
        every = [i for i in self.bundle.framework.indicators.values() if not i.group]
        return tuple(sorted(every, key=lambda i: self._first_below(i.code)))

    # --- names -------------------------------------------------------------------------------

    def place(self, place: Place) -> str:
        zh, en = place.name_zh, place.name_en
        return (zh or en or place.entity_id) if self.lang == "zh" else (en or zh or place.entity_id)

    @property
    def entity(self) -> str:
        return self.place(self.data.entity)

    @property
    def entity_type(self) -> str:
        kind = self.data.entity.entity_type
        return label_or(f"type.{kind}", self.lang, kind)

    def name(self, code: str) -> str:
        """The name of an indicator, group, account, variable or index."""
        framework = self.bundle.framework
        for table in (
            framework.indicators, framework.groups, framework.accounts, framework.variables,
            self.data.terms,
        ):  # fmt: skip
            if code in table:
                return table[code].name(self.lang) or code
        if code == framework.index.code:
            return framework.index.name(self.lang) or code
        if framework.progress is not None and code == framework.progress.code:
            return framework.progress.name(self.lang) or code
        return code

    def unit(self, code: str) -> str:
        """The declared unit of a code; of groups and the index none."""
        framework = self.bundle.framework
        for table in (
            framework.indicators, framework.accounts, framework.variables, self.data.terms,
        ):  # fmt: skip
            if code in table:
                return table[code].unit
        return "index"

    def with_unit(self, code: str) -> Markup:
        """Name and, smaller, its unit."""
        word = unit_text(self.unit(code), self.lang)
        if not word:
            return Markup("<span>{}</span>").format(self.name(code))
        return Markup('<span>{}</span> <span class="unit">{}</span>').format(self.name(code), word)

    def decimals(self, code: str, values: Iterable[float | None]) -> int:
        indicator = self.bundle.framework.indicators.get(code)
        if indicator is not None and indicator.decimals is not None:
            return indicator.decimals
        return decimals_for(self.unit(code), values)

    # --- cells -------------------------------------------------------------------------------

    def cell(self, found: Number, decimals: int) -> str | Markup:
        """A number with its small signs, or the mark of its state."""
        if found.value is None:
            return Markup('<span class="mark">{}</span>').format(mark(found.state, self.lang))
        text = number(found.value, decimals)
        signs = flag_marks(found.flags, self.lang)
        return Markup("{}<sup>{}</sup>").format(text, signs) if signs else text

    def change(self, new: Number, old: Number, unit: str) -> str:
        """Signed change for a table, "—" where one of the two is no number."""
        if new.value is None or old.value is None:
            return "—"
        return change_cell(new.value, old.value, unit, self.lang)

    def plain(self, found: Number, decimals: int = 1) -> str:
        """Text alone, for sentences and alternative texts."""
        return (
            mark(found.state, self.lang) if found.value is None else number(found.value, decimals)
        )


def row_of(panel: Panel | None, code: str, years: Sequence[int]) -> list[Number]:
    """One code of a one-entity panel in the years asked for."""
    if panel is None or not panel.entities:
        return [NOTHING] * len(years)
    column = panel.columns.get(code)
    where = {year: i for i, year in enumerate(panel.years)}
    return [at(column, where.get(year)) for year in years]


def recorded(data: Bundle, code: str, position: int | None) -> Number:
    """A returned value as the bundle's record holds it."""
    values = data.record.values.get(code)
    if values is None or position is None:
        return NOTHING
    value, state = values[position], data.record.state[code][position]
    return Number(
        value if state == State.PRESENT else None, state, data.record.flags[code][position]
    )


def by_code(series: Iterable[Series]) -> Mapping[str, Series]:
    return {one.code: one for one in series}


def ends(indicator: Indicator, year: int, industry: str) -> tuple[float, float] | None:
    """Worst and best goalpost in a year, those of the industry where there are such."""
    posts = indicator.goalposts_in(year)
    if posts is None:
        return None
    return posts.by_industry.get(industry, (posts.worst, posts.best))


def has_enough(view: View, coverage: float | None) -> bool:
    """Whether the share of the weight with a value reaches what the framework asks."""
    least = view.bundle.framework.missing.min_weight_covered
    return coverage is not None and coverage >= least - 1e-12
