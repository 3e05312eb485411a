"""Two settings, years or entities compared: who moves, by how much, and exactly why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.frameworks.variant_file import Patch, applied
from cescore.definitions.model import Framework
from cescore.definitions.model.variants import Terms
from cescore.desk.whole_type import SettingView, TypeSetting
from cescore.errors import DataError, Sentence
from cescore.method.index.comparison import IndexDifference, shapley, split_difference
from cescore.method.index.mean_tree import Tree, index_tree

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MOST_SHOWN = 20  # rows that a notebook shows
BY_MEAN = "(aggregation)"  # stands among the indicators for what another mean did
# Parts of a patch that come about together: a weight of an indicator that is not there means nothing.
STEPS: Mapping[str, tuple[str, ...]] = {
    "indicators": ("indicators", "formulas", "without"),
    "weights": ("weights",),
    "goalposts": ("goalposts",),
    "normalisation": ("normalisation",),
    "aggregation": ("aggregation",),
    "missing": ("missing",),
}


def compare(
    first: TypeSetting | SettingView, second: TypeSetting | SettingView
) -> SettingComparison:
    """Index and rank of a whole type in two settings or years, or of two entities, and what makes the
    difference.

    Examples
    --------
    ``compare(desk.official, desk.evaluate(variant))``,
    ``compare(desk.official.at(2021), desk.official.at(2025))``,
    ``compare(desk.official.of("E001"), desk.official.of("E002"))``

    Raises
    ------
    DataError
        They are of different types, or one is a whole type and the other an entity.
    """
    a, b = _view(first), _view(second)
    types = a.setting.desk.entity_type, b.setting.desk.entity_type
    if types[0] != types[1]:
        raise DataError(
            Sentence(
                "{types} and {types_2} have different indices, expected one type",
                types=types[0],
                types_2=types[1],
            )
        )
    if bool(a.entity_id) != bool(b.entity_id):
        raise DataError(
            Sentence("a whole type and one entity, expected two of a kind: of(...) on both sides")
        )
    return SettingComparison(a, b)


@dataclass(frozen=True, eq=False)
class SettingComparison:
    """Two settings, years or entities side by side; shown as a table, the greatest move first."""

    first: SettingView
    second: SettingView

    @cached_property
    def entities(self) -> tuple[str, ...]:
        """The rows of every table: entities in both settings, or the second of two entities."""
        if self.second.entity_id:
            return (self.second.entity_id,)
        there = set(self.second.setting.entities)
        return tuple(e for e in self.first.setting.entities if e in there)

    @cached_property
    def difference(self) -> IndexDifference | None:
        """The difference by indicator as arrays; None where an index is no mean (copeland, topsis)."""
        return split_difference(self._tree(self.first), self._tree(self.second))

    def to_frame(self, *, grades: bool = False) -> pd.DataFrame:
        """A row per entity: index and rank on both sides, and their differences.

        Parameters
        ----------
        grades
            Also totals and grades, which are worked out entity by entity.
        """
        import pandas as pd

        sides = [self._side(view, grades=grades) for view in (self.first, self.second)]
        frame = pd.DataFrame({"name": sides[1]["name"]}, index=self._labels)
        for name in (name for name in sides[0] if name != "name"):
            frame[f"{name}_1"], frame[f"{name}_2"] = sides[0][name], sides[1][name]
        frame["difference"] = frame["index_2"] - frame["index_1"]
        frame["places_up"] = frame["rank_1"] - frame["rank_2"]
        frame.attrs["units"] = {"index_1": "points", "index_2": "points", "difference": "points"}
        return frame

    def by_indicator(self, *, names: str = "") -> pd.DataFrame:
        """What each indicator makes of the difference [points]: a row per entity and indicator.

        Columns by_score, by_weight and points, their sum; a row "(aggregation)" where the means
        differ. The points of an entity add up to its difference.

        Raises
        ------
        DataError
            An index that compares all with all has no parts; `by_step` has an answer.
        """
        import pandas as pd

        found = self.difference
        if found is None:
            raise DataError(
                Sentence("an index by copeland or topsis is no sum of parts, expected means")
            )
        columns = [*found.by_score, BY_MEAN]
        zero = np.zeros(found.total.shape)
        scores = np.column_stack([*found.by_score.values(), zero])
        weights = np.column_stack([*found.by_weight.values(), found.by_mean])
        n = len(columns)
        frame = pd.DataFrame(
            {
                "entity_id": np.repeat(np.array(self.entities, object), n),
                "code": np.tile(np.array(columns, object), len(self.entities)),
                "by_score": scores.ravel(),
                "by_weight": weights.ravel(),
            }
        )
        frame["points"] = frame["by_score"] + frame["by_weight"]
        if names:
            frame.insert(2, "name", [self._name(code, names) for code in frame["code"]])
        kept = (frame["code"] != BY_MEAN) | bool(np.nanmax(np.abs([0.0, *found.by_mean])) > 0)
        frame.attrs["units"] = dict.fromkeys(("by_score", "by_weight", "points"), "points")
        return frame[kept].reset_index(drop=True)

    def by_step(self) -> pd.DataFrame:
        """What each kind of change makes of the difference [points]: Shapley values, a row per entity.

        Works for every index, those that compare all with all too; the type is evaluated 2ⁿ times
        for n kinds of changes. The columns of an entity add up to its difference.

        Raises
        ------
        DataError
            The two are years or entities, not settings of one year.
        """
        import pandas as pd

        effects = self._effects
        frame = pd.DataFrame(effects, index=self._labels)
        frame.attrs["units"] = dict.fromkeys(effects, "points")
        return frame

    @cached_property
    def _effects(self) -> dict[str, Floats]:
        a, b = self.first, self.second
        if a.entity_id or a.year != b.year or a.setting.desk is not b.setting.desk:
            raise DataError(Sentence("steps are those between two settings of one desk and year"))
        desk, rows = a.setting.desk, self._rows(b)
        patches = a.setting.patch, b.setting.patch
        steps = [
            s
            for s, fields in STEPS.items()
            if _part(patches[0], fields) != _part(patches[1], fields)
        ]

        def index(changed: Collection[str]) -> Floats:
            framework = _mixed(desk.framework, patches, changed, desk.terms)
            return desk.evaluate(framework).index(a.year)[rows]

        return shapley(steps, index)

    def _tree(self, view: SettingView) -> Tree:
        """The index of one side as a nest of means of one year, rows as `entities`."""
        evaluation = view.setting.evaluation
        tree = index_tree(evaluation.scored, evaluation.aggregation, evaluation.framework)
        tree = tree.at((view.year,))
        rows = self._rows(view)
        return Tree(
            tree.years,
            tree.powers,
            tree.members,
            {code: share[rows] for code, share in tree.shares.items()},
            {code: value[rows] for code, value in tree.values.items()},
        )

    def _rows(self, view: SettingView) -> list[int]:
        row_of = view.setting.evaluation.panel.row_of
        return [row_of[e] for e in ([view.entity_id] if view.entity_id else self.entities)]

    def _side(self, view: SettingView, *, grades: bool) -> dict[str, Any]:
        """The columns of one side."""
        table = view.setting.table(view.year, grades=grades and view.year == view.setting.desk.year)
        rows = table.loc[[view.entity_id] if view.entity_id else list(self.entities)]
        kept = ("name", "index", "rank", "total", "grade")
        return {name: rows[name].array for name in kept if name in rows}

    @property
    def _labels(self) -> pd.Index:
        import pandas as pd

        if self.first.entity_id:
            return pd.Index([f"{self.first.entity_id} → {self.second.entity_id}"], name="entity_id")
        return pd.Index(self.entities, name="entity_id")

    def _name(self, code: str, lang: str) -> str:
        for view in (self.second, self.first):
            indicator = view.setting.framework.indicators.get(code)
            if indicator is not None:
                return indicator.name(lang)
        return code

    def _shown(self) -> pd.DataFrame:
        frame = self.to_frame()
        return frame.sort_values("difference", key=np.abs, ascending=False, kind="stable")

    def __repr__(self) -> str:
        return str(self._shown().head(MOST_SHOWN).to_string())

    def _repr_html_(self) -> str:
        return str(self._shown().to_html(max_rows=MOST_SHOWN, border=0, na_rep="–"))


def _view(side: TypeSetting | SettingView) -> SettingView:
    return side if isinstance(side, SettingView) else side.at(side.desk.year)


def _part(patch: Patch, fields: Collection[str]) -> tuple[object, ...]:
    return tuple(getattr(patch, name) for name in fields)


def _mixed(
    official: Framework, patches: tuple[Patch, Patch], changed: Collection[str], terms: Terms
) -> Framework:
    """The framework of the first patch with some steps of the second."""
    taken = {name for step in changed for name in STEPS[step]}
    parts = {
        name: getattr(patches[name in taken], name) for step in STEPS.values() for name in step
    }
    patch = patches[0].model_copy(update=parts)
    return applied(official, _known_only(official, patch), terms)


def _known_only(official: Framework, patch: Patch) -> Patch:
    """The patch without words about indicators and groups that are not in it."""
    bare = _members(official, patch)
    known = {*bare, "all"}
    cut = {
        name: {code: v for code, v in getattr(patch, name).items() if code in known}
        for name in ("weights", "goalposts", "normalisation")
    }
    wholes = {*bare, official.index.code}
    cut["aggregation"] = {c: mean for c, mean in patch.aggregation.items() if c in wholes}
    return patch.model_copy(update=cut)


def _members(official: Framework, patch: Patch) -> set[str]:
    """Groups and scored indicators that a patch leaves or adds."""
    kept = official.without(*patch.without) if patch.without else official
    own = {code for code, d in patch.indicators.items() if d.get("group")}
    return {*kept.groups, *(i.code for i in kept.scored()), *own}
