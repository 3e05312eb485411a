"""One entity's numbers as a page asks for them: by code and year, with state, flags and words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.industry_mix import MixPart, is_mix, parts_of
from cescore.definitions.model import ON_GOALPOSTS, Group, Indicator
from cescore.disclosure.documents.bundle import Bundle, Place, Series
from cescore.method.column import STATE_NAMES, Column, Flag, Panel, State
from cescore.method.index.coverage import covers_enough
from cescore.method.index.fitting import method_of
from cescore.publish.fragment import Term
from cescore.publish.naming import in_words
from cescore.publish.numbers import (
    DASH,
    INSUFFICIENT,
    PrintedNumber,
    change_cell,
    decimals_for,
    flag_marks,
    mark,
    number,
)
from cescore.publish.words import label, label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle
    from cescore.intake.wording import NamedTerm
    from cescore.method.index.aggregate import Aggregation

STATES = {name: state for state, name in STATE_NAMES.items()}
FLAGS = {flag.name.lower(): int(flag) for flag in Flag if flag.name}


@dataclass(frozen=True)
class Number:
    """A value of one year, or the reason why there is none."""

    value: float | None
    state: int = State.PRESENT
    flags: int = 0
    taken: int | None = None  # of a carried value: the year it is from


HAN = re.compile("[\u4e00-\u9fff]")
# the number of an official document has no English: \u53f7 closes it
DOCUMENT = re.compile(r"[\u4e00-\u9fff]+〔\d{4}〕\d+\u53f7")
WORD = re.compile(r"[A-Za-z]{2,}")
NOTHING = Number(None, State.NOT_COLLECTED)
UNFILED = Number(None, State.MISSING)
UNRATED = Number(None, INSUFFICIENT)


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

    def sentences(self, parts: Iterable[str]) -> str:
        """Sentences one after the other, as the language sets them."""
        return ("" if self.lang == "zh" else " ").join(filter(None, parts))

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

    # --- the framework, in the order of params -------------------------------------------------

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups directly below the index."""
        every = self.bundle.framework.groups
        return tuple(every[code] for code, _ in self.bundle.framework.members("") if code in every)

    @cached_property
    def scored(self) -> tuple[Indicator, ...]:
        """The indicators that count, group by group."""
        return tuple(self.scored_below(""))

    def scored_below(self, group: str) -> Iterator[Indicator]:
        """The indicators that count inside a group ("" for the index), however deep."""
        framework = self.bundle.framework
        for code, _ in framework.members(group):
            if code in framework.groups:
                yield from self.scored_below(code)
            else:
                yield framework.indicators[code]

    @cached_property
    def reported(self) -> tuple[Indicator, ...]:
        """The indicators that are shown and do not count."""
        return tuple(i for i in self.bundle.framework.indicators.values() if not i.group)

    # --- numbers -----------------------------------------------------------------------------

    def row(self, panel: Panel | None, code: str, years: Sequence[int]) -> list[Number]:
        """An indicator in the years asked for, each carried value with the year it is from."""
        found, taken = row_of(panel, code, years), self.bundle.carried.get(code)
        if taken is None:
            return found
        where = {year: i for i, year in enumerate(self.years)}
        return [
            replace(n, taken=taken[where[year]]) if n.flags & Flag.CARRIED else n
            for n, year in zip(found, years, strict=True)
        ]

    def scores(
        self, panel: Panel, code: str, years: Sequence[int], result: Aggregation | None = None
    ) -> list[Number]:
        """Scores of an indicator or group; none for a year without a return (with `result`, also
        without any value that counts): the floor that the rules give then is no score to show."""
        found = row_of(panel, code, years)
        return [
            UNFILED if self._is_blank(year, result) else n
            for n, year in zip(found, years, strict=True)
        ]

    def _is_blank(self, year: int, result: Aggregation | None) -> bool:
        if not self.data.filed and year == self.bundle.year:
            return True
        position = self.position(year)
        if result is None or position is None or not result.coverage.size:
            return False
        return float(result.coverage[0, position]) == 0.0

    def index(self, result: Aggregation, year: int) -> Number:
        """The index of a year, or the mark of why there is none: not filed, or too little covered."""
        position = self.position(year)
        index = at(result.index, position)
        if not self.data.filed and year == self.bundle.year:
            return UNFILED
        if position is None or index.value is None or not result.coverage.size:
            return index
        return index if has_enough(self, float(result.coverage[0, position])) else UNRATED

    # --- names -------------------------------------------------------------------------------

    def place(self, place: Place) -> str:
        return place.name(self.lang)

    def said(self, text: str) -> str:
        """A text of the register or the plan as the page's language has it, else as it stands."""
        named = self.data.names.get(text)
        return named.name(self.lang) if named is not None else text

    def industry(self, text: str) -> str:
        """The industry that the register names, or its several products with their shares of output."""
        if not is_mix(text):
            return self.said(text)
        return self.join(
            self.t("fact.share", name=self._of_part(part), share=f"{float(100 * part.share):g}")
            for part in parts_of(text)
        )

    def _of_part(self, part: MixPart) -> str:
        return self.said(part.product or part.industry)

    def fitting(self, text: str) -> str:
        """A text in the page's language; where there is none, as it stands and marked as such."""
        text = self.said(text)
        if not text or (self.lang == "en") == is_latin(text):
            return text
        if self.lang == "zh":
            return self.t("original.en", text=text) if is_english(text) else text
        return self.t("original.zh", text=text)

    @property
    def entity(self) -> str:
        return self.place(self.data.entity)

    @property
    def entity_type(self) -> str:
        return self.type_name(self.data.entity.entity_type)

    def type_name(self, kind: str) -> str:
        """An entity type as params name it, else as the project does, else its code."""
        own = self.data.names.get(kind)
        return own.name(self.lang) if own else label_or(f"type.{kind}", self.lang, kind)

    def naming(self, named: NamedTerm, lang: str) -> str:
        """A code, unit or formula of a finding as the page writes it."""
        return in_words(named, lang, self.name)

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

    def with_unit(self, code: str) -> Term:
        """Name and, smaller, its unit."""
        name, unit = self.name(code), self.unit(code)
        word = unit_text(unit, self.lang)
        shown = Markup('{} <i class="u">{}</i>').format(name, word) if word else escape(name)
        return Term.of(shown, code=code, unit=unit)

    def decimals(self, code: str, values: Iterable[float | None]) -> int:
        indicator = self.bundle.framework.indicators.get(code)
        if indicator is not None and indicator.decimals is not None:
            return indicator.decimals
        return decimals_for(self.unit(code), values)

    # --- cells -------------------------------------------------------------------------------

    def cell(self, found: Number, decimals: int) -> PrintedNumber:
        """A number with its small signs, or the mark of its state."""
        if found.value is None:
            return PrintedNumber.of(mark(found.state, self.lang), None)
        signs = flag_marks(found.flags & ~Flag.CARRIED, self.lang)
        signs += str(found.taken) if found.taken else ""
        return PrintedNumber.of(number(found.value, decimals), found.value, marks=signs)

    def change(self, new: Number, old: Number, unit: str, decimals: int) -> PrintedNumber:
        """Signed change for a table of values with so many decimals; "—" where one of the two is no
        number or no new one."""
        if new.value is None or old.value is None or new.taken:
            return PrintedNumber.of(DASH, None)
        return change_cell(new.value, old.value, unit, self.lang, decimals)

    def plain(self, found: Number, decimals: int = 1) -> str:
        """Text alone, for sentences and alternative texts."""
        return (
            mark(found.state, self.lang) if found.value is None else number(found.value, decimals)
        )


def is_latin(text: str) -> bool:
    """Whether a text holds no Han character, but for the numbers of official documents."""
    return not HAN.search(DOCUMENT.sub("", text))


def is_english(text: str) -> bool:
    """Whether a text is a sentence of English: several words, and no Han character."""
    return len(WORD.findall(text)) > 2 and is_latin(text)


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


def shown_ends(view: View, indicator: Indicator) -> tuple[float, float] | None:
    """Worst and best end that a score stands between: goalposts, or the observed ones released.

    Goalposts that an indicator has beside a method that does not use them are none. Observed ends are those of the treated values; of a logarithm, those it was taken between.
    """
    year = view.bundle.year
    on_posts = method_of(indicator, view.bundle.framework) in ON_GOALPOSTS
    posts = indicator.ends_in(year, view.data.entity.industry) if on_posts else None
    learnt = view.data.fitted.constants.get(indicator.code, {}).get(year, {})
    low = learnt.get("log_low", learnt.get("low"))
    high = learnt.get("log_high", learnt.get("high"))
    if low is None or high is None:
        return posts
    return (low, high) if indicator.direction == 1 else (high, low)


def has_enough(view: View, coverage: float | None) -> bool:
    """Whether the share of the weight with a value reaches what the framework asks."""
    return covers_enough(coverage, view.bundle.framework.missing)


def weight_of(result: Aggregation, code: str, position: int | None) -> float:
    """An indicator's effective weight in a year, 0 where it takes no part."""
    found = result.weights.get(code)
    return 0.0 if found is None or position is None else float(found[0, position])
