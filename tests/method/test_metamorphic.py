"""What must hold of any framework: properties over frameworks, weights, goalposts and returns that
hypothesis makes up, and the index found again in exact fractions for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cescore.definitions.model import Framework, MissingRules, Scale
from cescore.method.column import State
from cescore.method.index.evaluation import TypeEvaluation, evaluate

from .builders import Cell, framework, group, indicator, panel

MEANS = ("arithmetic_mean", "geometric_mean", "harmonic_mean")
YEARS = 2
FEW = settings(max_examples=25, deadline=None)


@dataclass(frozen=True)
class World:
    """A framework with one variable for each indicator, and what some entities returned."""

    frame: Framework
    cells: Mapping[str, list[list[Cell]]]

    def evaluated(self, frame: Framework | None = None, **cells: Any) -> TypeEvaluation:
        data = panel({**self.cells, **cells})
        return evaluate(data, frame or self.frame, base_year=2020, run_year=2021)

    def index(self, frame: Framework | None = None, **cells: Any) -> np.ndarray[Any, Any]:
        return self.evaluated(frame, **cells).aggregation.index.values

    def with_indicator(self, code: str, **changed: Any) -> Framework:
        entry = self.frame.indicators[code].model_copy(update=changed)
        return self.frame.model_copy(update={"indicators": {**self.frame.indicators, code: entry}})


@st.composite
def worlds(
    draw: st.DrawFn, *, means: tuple[str, ...] = MEANS, gaps: bool = True, zero_weights: bool = True
) -> World:
    """Groups inside groups, indicators anywhere in them, one to four entities, two years."""
    parents = [""]
    groups = []
    for n in range(draw(st.integers(1, 4))):
        parent = draw(st.sampled_from(parents))
        groups.append((f"G{n}", draw(st.integers(1, 9)), parent, draw(st.sampled_from(means))))
        parents.append(f"G{n}")
    homes = [g[0] for g in groups]
    # every group has a member of its own that counts, then some more anywhere
    wanted = [(home, draw(st.integers(1, 9))) for home in homes]
    least = 0 if zero_weights else 1
    wanted += [
        (draw(st.sampled_from(homes)), draw(st.integers(least, 9)))
        for _ in range(draw(st.integers(0, 3)))
    ]
    indicators = []
    for n, (home, weight) in enumerate(wanted):
        low, high = sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=2, unique=True)))
        ends = (low, high) if draw(st.booleans()) else (high, low)
        indicators.append(indicator(f"I{n}", f"x{n}", ends=ends, weight=weight, group=home))
    floor = draw(st.sampled_from([1, 20, 60]))  # above zero: a zero is the end of two means
    frame = framework(
        indicators,
        [group(c, w, parent=p, aggregation=mean) for c, w, p, mean in groups],
        scale=Scale(floor=floor, top=100),
        aggregation=draw(st.sampled_from(means)),
        missing=MissingRules(not_reported=draw(st.sampled_from(["floor", "exclude"]))),
        progress={
            "groups": [group("P")],
            "members": {"P": {i.code: 1 for i in indicators}},
        },
    )
    cell: Any = st.integers(1, 60)
    if gaps:
        cell = st.one_of(cell, st.sampled_from([0, None, "na"]))
    entities = draw(st.integers(1, 4))
    rows = st.lists(
        st.lists(cell, min_size=YEARS, max_size=YEARS), min_size=entities, max_size=entities
    )
    return World(frame, {f"x{n}": draw(rows) for n in range(len(indicators))})


def same(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, equal_nan=True)


# --- exact fractions, by recursion over the framework, without the package's arithmetic -----------


def exact_score(frame: Framework, code: str, cell: Cell, *, nowhere: bool) -> Fraction | None:
    """A score; None where it is left out."""
    entry = frame.indicators[code]
    if cell == "na":
        return None
    if cell is None:
        rule = frame.missing.nowhere_reported if nowhere else frame.missing.not_reported
        return Fraction(frame.scale.floor) if rule == "floor" else None
    posts = entry.goalposts[2000]
    share = (Fraction(cell) - Fraction(posts.worst)) / (
        Fraction(posts.best) - Fraction(posts.worst)
    )
    floor, top = Fraction(frame.scale.floor), Fraction(frame.scale.top)
    return floor + (top - floor) * min(max(share, Fraction(0)), Fraction(1))


def exact_mean(
    frame: Framework, code: str, scores: Mapping[str, Fraction | None]
) -> Fraction | None:
    """A group's value, "" the index; None where nothing takes part."""
    members = []
    for member, weight in frame.members(code):
        value = exact_mean(frame, member, scores) if member in frame.groups else scores[member]
        if value is not None and weight:
            members.append((Fraction(weight), value))
    whole = sum((w for w, _ in members), Fraction(0))
    if not whole:
        return None
    mean = frame.groups[code].aggregation if code else frame.aggregation
    if mean == "harmonic_mean":
        return whole / sum((w / v for w, v in members), Fraction(0))
    return sum((w * v for w, v in members), Fraction(0)) / whole


@settings(max_examples=60, deadline=None)
@given(worlds(means=("arithmetic_mean", "harmonic_mean")))
def test_the_index_of_any_framework_is_found_again_in_exact_fractions(world: World) -> None:
    found = world.evaluated()
    for i in range(len(found.panel.entities)):
        for year in range(YEARS):
            scores = {
                f"I{n}": exact_score(
                    world.frame,
                    f"I{n}",
                    rows[i][year],
                    nowhere=not any(isinstance(row[year], int) for row in rows),
                )
                for n, rows in enumerate(world.cells.values())
            }
            expected = exact_mean(world.frame, "", scores)
            value = found.aggregation.index.values[i, year]
            if expected is None or not found.aggregation.coverage[i, year] > 0:
                assert np.isnan(value)
            else:
                same(value, float(expected))


# --- how an index answers to changes --------------------------------------------------------------


@FEW
@given(worlds(), st.floats(1e-6, 1e6))
def test_another_unit_of_an_indicator_changes_no_index(world: World, unit: float) -> None:
    posts = world.frame.indicators["I0"].goalposts[2000]
    scaled = posts.model_copy(update={"worst": posts.worst * unit, "best": posts.best * unit})
    frame = world.with_indicator("I0", goalposts={2000: scaled})
    rows = [[c * unit if isinstance(c, int) else c for c in row] for row in world.cells["x0"]]
    same(world.index(frame, x0=rows), world.index())


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_entities_changes_no_index(world: World, shuffle: Any) -> None:
    n = len(next(iter(world.cells.values())))
    order = list(range(n))
    shuffle.shuffle(order)
    cells = {code: [rows[i] for i in order] for code, rows in world.cells.items()}
    assert world.index(**cells).tobytes() == world.index()[order].tobytes()


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_improving_one_indicator_never_lowers_an_index(world: World, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(list(world.frame.indicators)))
    name, step = f"x{code[1:]}", data.draw(st.integers(1, 80))
    direction = world.frame.indicators[code].direction
    rows = [
        [c + direction * step if isinstance(c, int) else c for c in r] for r in world.cells[name]
    ]
    before, after = world.index(), world.index(**{name: rows})
    assert (np.isnan(before) == np.isnan(after)).all()
    known = ~np.isnan(before)
    assert (after[known] >= before[known] * (1 - 1e-12)).all()


@FEW
@given(worlds(means=("arithmetic_mean",), gaps=False))
def test_mirrored_directions_mirror_the_index(world: World) -> None:
    """Every scale turned round: what was at the top is at the floor, and the index likewise."""
    mirrored = {}
    for code, entry in world.frame.indicators.items():
        posts = entry.goalposts[2000]
        turned = posts.model_copy(update={"worst": posts.best, "best": posts.worst})
        changed = {"direction": -entry.direction, "goalposts": {2000: turned}}
        mirrored[code] = entry.model_copy(update=changed)
    frame = world.frame.model_copy(update={"indicators": mirrored})
    scale = world.frame.scale
    same(world.index(frame), scale.floor + scale.top - world.index())


@FEW
@given(worlds())
def test_progress_in_the_base_year_is_100_wherever_there_is_any(world: World) -> None:
    found = world.evaluated().progress
    base = found.index.values[:, 0]
    known = found.index.state[:, 0] == State.PRESENT
    same(base[known], 100.0)
    for member in found.members.columns.values():
        same(member.values[:, 0][member.state[:, 0] == State.PRESENT], 100.0)


@FEW
@given(worlds(), st.floats(1e-3, 1e3))
def test_scaling_all_weights_of_a_group_changes_no_index(world: World, k: float) -> None:
    home = world.frame.indicators["I0"].group
    weights = {code: weight * k for code, weight in world.frame.members(home)}
    same(world.index(world.frame.with_weights(**weights)), world.index())


@FEW
@given(worlds(), st.data())
def test_a_weight_of_zero_is_the_same_as_dropping_the_indicator(
    world: World, data: st.DataObject
) -> None:
    code = data.draw(st.sampled_from(list(world.frame.indicators)))
    home = world.frame.indicators[code].group
    assume(any(w > 0 for member, w in world.frame.members(home) if member != code))
    left = {c: i for c, i in world.frame.indicators.items() if c != code}
    # progress keeps its members: only the index is compared
    progress = world.frame.progress
    assert progress is not None
    members = {"P": dict.fromkeys(left, 1.0)}
    without = world.frame.model_copy(
        update={"indicators": left, "progress": progress.model_copy(update={"members": members})}
    )
    zero = world.index(world.frame.with_weights(**{code: 0}))
    assert zero.tobytes() == world.index(without).tobytes()


@FEW
@given(worlds())
def test_an_index_lies_between_its_lowest_and_highest_score(world: World) -> None:
    found = world.evaluated()
    scores = np.stack(
        [
            np.where(found.scored.active[code] & (i.weight > 0), column.values, np.nan)
            for code, column in found.scored.scores.columns.items()
            for i in [world.frame.indicators[code]]
        ]
    )
    index = found.aggregation.index.values
    for i, j in zip(*np.nonzero(~np.isnan(index)), strict=True):
        low, high = np.nanmin(scores[:, i, j]), np.nanmax(scores[:, i, j])
        assert low * (1 - 1e-9) <= index[i, j] <= high * (1 + 1e-9)


@FEW
@given(worlds())
def test_another_entity_changes_nobodys_index_on_fixed_goalposts(world: World) -> None:
    """Unless it is the only one that returned an indicator: then its rule is another (9.5)."""
    assume(world.frame.missing.not_reported == world.frame.missing.nowhere_reported)
    more = {code: [*rows, [30] * YEARS] for code, rows in world.cells.items()}
    same(world.index(**more)[:-1], world.index())
