"""Figures of other entities in a rule: sums over what lies inside a body, or the figure of the body around it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.formulas.formula import looks_as_names, parse
from cescore.intake.observations.panel import Sources
from cescore.intake.register.entities import Register
from cescore.intake.wording import Phrase, formula, phrase
from cescore.method.column import Column, Panel, State
from cescore.method.index.formulas import evaluate

MOST_NAMED = 6  # entities of a sum that a finding names, the largest first


@dataclass(frozen=True)
class Looked:
    """One look at others in a rule: its text, and the column it found for the rule's own type."""

    text: str
    column: Column
    inner: Column | None  # of the others, by their own entities; None for a mere count
    other_type: str
    variables: tuple[str, ...]  # that the others were asked for
    is_sum: bool = False  # over the others, not the figure of one body


@dataclass(frozen=True, eq=False)
class Links:
    """Which entity of one type counts in which body of another: rows of both, side by side."""

    bodies: NDArray[np.int64]
    inside: NDArray[np.int64]
    holds: NDArray[np.bool_]  # (links, years): it lay there, and belonged to the year

    def inside_of(self, at: tuple[int, int]) -> NDArray[np.int64]:
        """The rows of what counts in a body in a year, by positions."""
        rows: NDArray[np.int64] = self.inside[(self.bodies == at[0]) & self.holds[:, at[1]]]
        return rows


@dataclass(frozen=True, eq=False)
class Around:
    """Who lies in what while nobody moves.

    An entity counts in each body it lies in by ``parent_id``, however deep, and in the one it is
    counted in. It is added to no other body when it is ``counted_in`` one, and not beside a body of
    its own type in which it lies: that one's figures hold it already.
    """

    register: Register

    def bodies(self, entity_id: str) -> tuple[str, ...]:
        """The bodies an entity lies in or is counted in, the nearest first."""
        found = self._known.get(entity_id)
        if found is None:
            found = self._known[entity_id] = self._walk(entity_id)
        return found

    def adds_to(self, entity_id: str, body: str) -> bool:
        """Whether an entity's figures enter a sum of the body."""
        entity = self.register[entity_id]
        if entity.counted_in and entity.counted_in != body:
            return False
        between = (b for b in self.bodies(entity_id) if b != body)
        return not any(
            self.register[b].entity_type == entity.entity_type and body in self.bodies(b)
            for b in between
        )

    @cached_property
    def _known(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _walk(self, entity_id: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        queue = [entity_id]
        while queue:
            entity = self.register[queue.pop(0)]
            for body in (entity.counted_in, entity.parent_id):
                if body in self.register and body not in found and body != entity_id:
                    found[body] = None
                    queue.append(body)
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Others:
    """The panels of all types, and which entity counts in which, year by year; see `Around`."""

    panels: Mapping[str, Panel]
    register: Register
    base_year: int
    factors: Mapping[str, float]

    def written_in(
        self,
        text: str,
        entity_type: str,
        *,
        conditions: bool = True,
        only: Mapping[str, Collection[str]] = {},
    ) -> tuple[str, Panel, tuple[Looked, ...]]:
        """A rule or formula with codes in place of its looks at others, and a panel that has them.

        ``only``: the others that sums take, by attributes and codes; a sum over all of them without.
        """
        parsed = parse(text, conditions=conditions, across=True)
        written, calls = looks_as_names(parsed.tree)
        panel = self.panels[entity_type]
        looked = tuple(self._look(call, entity_type, only) for call in calls.values())
        columns = {name: one.column for name, one in zip(calls, looked, strict=True)}
        return written, panel.with_columns(columns), looked

    def _look(
        self, call: ast.Call, entity_type: str, only: Mapping[str, Collection[str]]
    ) -> Looked:
        other, text = ast.unparse(call.args[0]), ast.unparse(call)
        panel, name = self.panels.get(other), ast.unparse(call.func)
        shape = self.panels[entity_type].shape
        if panel is None:
            return Looked(text, Column.empty(shape, State.NOT_COLLECTED), None, other, ())
        if name == "count_of":
            count = self._counted(entity_type, other, chosen(panel, only))
            return Looked(text, Column.of(count), None, other, ())
        asked_for = ast.unparse(call.args[1])
        inner = evaluate(asked_for, panel, base_year=self.base_year, factors=self.factors)
        asked = parse(asked_for).names
        if name == "in_body":
            return Looked(text, self._of_body(entity_type, other, inner), inner, other, asked)
        inner = _without(inner, ~chosen(panel, only))
        column = self._sum(name, entity_type, other, inner)
        return Looked(text, column, inner, other, asked, is_sum=True)

    def members(self, one: Looked, entity_type: str, at: tuple[int, int]) -> NDArray[np.int64]:
        """The rows of the others that a sum adds up in one cell."""
        links = self._links(entity_type, one.other_type)
        rows = links.inside_of(at)
        if one.inner is None:
            return rows[:0]
        taken: NDArray[np.int64] = rows[one.inner.is_present[rows, at[1]]]
        return taken

    def sum_of(self, entity_type: str, other: str, inner: Column) -> Column:
        """The sum of a column over what counts in each body, with the flags of its parts."""
        column = self._sum("sum_over", entity_type, other, inner)
        links = self._links(entity_type, other)
        flags = np.zeros(column.shape, np.uint8)
        used = np.where(inner.state == State.PRESENT, inner.flags, np.uint8(0))[links.inside]
        np.bitwise_or.at(flags, links.bodies, np.where(links.holds, used, np.uint8(0)))
        return Column(column.values, column.state, np.where(column.is_present, flags, np.uint8(0)))

    def _sum(self, name: str, entity_type: str, other: str, inner: Column) -> Column:
        """Sum or count over the entities that count in each body and belong to the year."""
        has_value = inner.state == State.PRESENT
        applies = inner.state != State.NOT_APPLICABLE
        known = self._counted(entity_type, other, has_value)
        if name == "count_known":
            return Column.of(known)
        asked = self._counted(entity_type, other, applies)
        total = self._counted(entity_type, other, np.where(has_value, inner.values, 0.0))
        is_known = (known == asked) if name == "sum_over" else (known > 0)
        state = np.where(is_known, State.PRESENT, State.MISSING)
        state = np.where(asked == 0, State.NOT_APPLICABLE, state).astype(np.uint8)
        values = np.where(state == State.PRESENT, total, np.nan)
        return Column(values, state, np.zeros(state.shape, np.uint8))

    def _counted(
        self, entity_type: str, other: str, amounts: NDArray[np.float64] | NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Amounts of the other type added up in each body, in the years to which they belong."""
        links = self._links(entity_type, other)
        total = np.zeros(self.panels[entity_type].shape)
        np.add.at(total, links.bodies, amounts[links.inside] * links.holds)
        return total

    def _of_body(self, entity_type: str, other: str, inner: Column) -> Column:
        """The figure of the nearest body of a type in which each entity lies, year by year."""
        panel = self.panels[entity_type]
        at = {entity_id: row for row, entity_id in enumerate(self.panels[other].entities)}
        found = Column.empty(panel.shape, State.NOT_APPLICABLE)
        for around, years in self._epochs(entity_type):
            for row, entity_id in enumerate(panel.entities):
                source = next((at[b] for b in around.bodies(entity_id) if b in at), None)
                if source is not None:
                    found.values[row, years] = inner.values[source, years]
                    found.state[row, years] = inner.state[source, years]
        return found

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as one check of the data
    def _links(self, entity_type: str, other: str) -> Links:
        """Rows of bodies, beside each the row of an entity that counts in it, and in which years."""
        bodies = {entity_id: row for row, entity_id in enumerate(self.panels[entity_type].entities)}
        panel = self.panels[other]
        pairs: list[tuple[int, int]] = []
        epochs: list[NDArray[np.bool_]] = []  # the years in which each run of pairs holds
        sizes: list[int] = []
        for around, years in self._epochs(other):
            before = len(pairs)
            pairs += [
                (bodies[body], row)
                for row, entity_id in enumerate(panel.entities)
                for body in around.bodies(entity_id)
                if body in bodies and around.adds_to(entity_id, body)
            ]
            epochs.append(np.isin(np.arange(len(panel.years)), years))
            sizes.append(len(pairs) - before)
        both = np.array(pairs, np.int64).reshape(-1, 2)
        holds = np.repeat(np.array(epochs, bool).reshape(-1, len(panel.years)), sizes, axis=0)
        return Links(both[:, 0], both[:, 1], holds & self._belongs(other)[both[:, 1]])

    def _epochs(self, entity_type: str) -> Iterator[tuple[Around, list[int]]]:
        """Who lies in what, with the positions of the years in which that holds."""
        years = self.panels[entity_type].years
        for register, same in self.register.epochs(years):
            around = self._around.setdefault(same[0], Around(register))
            yield around, [years.index(year) for year in same]

    @cached_property
    def _around(self) -> dict[int, Around]:
        return {}

    @lru_cache(maxsize=64)  # noqa: B019
    def _belongs(self, entity_type: str) -> NDArray[np.bool_]:
        panel = self.panels[entity_type]
        entities = [self.register[entity_id] for entity_id in panel.entities]
        return np.array([[e.is_valid_in(y) for y in panel.years] for e in entities], bool).reshape(
            panel.shape
        )

    def told(self, one: Looked, entity_type: str, at: tuple[int, int], sources: Sources) -> Phrase:
        """A look at others for a finding: what came out, and of whom, the largest with their places."""
        i, j = at
        value = phrase("figure", code=formula(one.text), value=float(one.column.values[i, j]))
        if one.inner is None:
            return value
        panel = self.panels[one.other_type]
        inside = self._links(entity_type, one.other_type).inside_of(at)
        rows = [r for r in inside if one.inner.state[r, j] == State.PRESENT]
        rows.sort(key=lambda r: -abs(one.inner.values[r, j]) if one.inner else 0)
        named = [self._named(one, panel, r, j, sources) for r in rows[:MOST_NAMED]]
        more = len(rows) - MOST_NAMED
        if more > 0:
            named.append(phrase("others", n=more))
        return phrase("figure_of", figure=value, parts=tuple(named)) if named else value

    @staticmethod
    def _named(one: Looked, panel: Panel, row: int, year: int, sources: Sources) -> Phrase:
        entity_id = panel.entities[row]
        places = (sources(entity_id, code, panel.years[year]) for code in one.variables)
        place = next((found for found in places if found), "")
        value = float(one.inner.values[row, year]) if one.inner else float("nan")
        key = "part_at" if place else "part"
        return phrase(key, entity=entity_id, value=value, **({"place": place} if place else {}))


def chosen(panel: Panel, only: Mapping[str, Collection[str]]) -> NDArray[np.bool_]:
    """Which entities have one of the texts named, in each attribute and code; all where none is."""
    found = np.ones(panel.shape, bool)
    for key, texts in only.items():
        if key in panel.attributes:
            found &= np.isin(np.array(panel.attributes[key], object), list(texts))[:, None]
        else:
            held = panel.codes.get(key, np.full(panel.shape, "", object))
            found &= np.isin(held, list(texts))
    return found


def _without(column: Column, left_out: NDArray[np.bool_]) -> Column:
    """A column in which some cells do not apply."""
    return Column(
        np.where(left_out, np.nan, column.values),
        np.where(left_out, np.uint8(State.NOT_APPLICABLE), column.state),
        np.where(left_out, np.uint8(0), column.flags),
    )
