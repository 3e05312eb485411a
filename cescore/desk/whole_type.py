"""A whole type on the desk: all its entities under the official framework and under any variant of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.definitions import Definitions
from cescore.definitions.frameworks.variant_file import (
    Patch,
    applied,
    difference,
    read_variant,
    write_variant,
)
from cescore.definitions.model import Framework, VariableName
from cescore.definitions.model.variants import Terms
from cescore.definitions.spelling import with_nearest
from cescore.desk.around import workspace_root
from cescore.desk.reading import read_workspace
from cescore.desk.terms import termed
from cescore.desk.variant_words import in_words
from cescore.errors import DataError, Sentence
from cescore.evaluation.one_type import evaluate_type
from cescore.evaluation.reaching import PathToGrade, path_to_grade
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.register.entities import Entity
from cescore.intake.workspace import Workspace
from cescore.method.column import Panel
from cescore.method.disclosure.rules import ranks
from cescore.method.index.evaluation import TypeEvaluation

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MOST_SHOWN = 20  # rows that a notebook shows


def open_type(entity_type: str, year: int, lang: str = "zh", *, root: str = "") -> TypeDesk:
    """All entities of a type in a year, from the workspace at ``root`` or around the notebook.

    For the bureau's own eyes: here stand the figures of every respondent.

    Raises
    ------
    DataError
        No framework is of this type, the year has no entity of it, or no workspace is around.
    """
    read = read_workspace(workspace_root(root), year, lang)
    return desk_of(read.workspace, entity_type, lang)


def desk_of(workspace: Workspace, entity_type: str, lang: str = "zh") -> TypeDesk:
    """The same of a workspace that has been read; see `open_type`."""
    frameworks = workspace.definitions.frameworks
    if entity_type not in frameworks:
        expected = with_nearest(
            Sentence("one of {listed}", listed=", ".join(sorted(frameworks))),
            entity_type,
            sorted(frameworks),
        )
        raise DataError(
            Sentence(
                "no framework of entity type {entity_type!r}, expected {expected}",
                entity_type=entity_type,
                expected=expected,
            )
        )
    yearly = evaluate_type(workspace, frameworks[entity_type])
    evaluation = yearly.evaluations.get(entity_type)
    if evaluation is None:
        raise DataError(
            Sentence(
                "{year} has no {entity_type} that can be evaluated",
                year=workspace.year,
                entity_type=entity_type,
            )
        )
    return TypeDesk(workspace, evaluation.framework, yearly, lang)


def formula_terms(definitions: Definitions, entity_type: str) -> Terms:
    """What formulas of an entity type's further indicators may use."""
    return Terms(
        variables={
            code: VariableName(zh=v.zh, en=v.en, unit=v.unit, department=v.department)
            for code, v in definitions.variables.items()
            if v.kind != "code" and (not v.entity_types or entity_type in v.entity_types)
        },
        accounts={
            code: account
            for code, account in definitions.accounts.items()
            if not account.entity_types or entity_type in account.entity_types
        },
        factors=definitions.factors,
        units=definitions.units,
    )


@dataclass(frozen=True, eq=False)
class TypeDesk:
    """A type of a year: the official setting, and any other that is asked for.

    Attributes
    ----------
    workspace
        As read; nothing in it is changed.
    framework
        The official framework as it was evaluated, with the weights that it learns.
    yearly
        Its evaluation.
    lang
        In which tables name things.
    """

    workspace: Workspace
    framework: Framework
    yearly: YearlyEvaluation
    lang: str = "zh"

    @property
    def entity_type(self) -> str:
        return self.framework.entity_type

    @property
    def year(self) -> int:
        """The year evaluated."""
        return self.workspace.year

    @cached_property
    def official(self) -> TypeSetting:
        """The type under the official framework."""
        return TypeSetting(self, self.framework, self.yearly)

    def evaluate(self, framework: Framework | None = None) -> TypeSetting:
        """The type under a framework; None: the official one.

        Raises
        ------
        DataError
            The framework is another type's.
        MethodError
            It cannot be learnt from these entities.
        """
        if framework is None or framework.hash == self.framework.hash:
            return self.official
        if framework.entity_type != self.entity_type:
            raise DataError(
                Sentence(
                    "a framework of {entity_type}, expected one of {entity_type_2}",
                    entity_type=framework.entity_type,
                    entity_type_2=self.entity_type,
                )
            )
        return TypeSetting(self, framework, evaluate_type(self.workspace, framework))

    def is_ranked(self, year: int) -> NDArray[np.bool_]:
        """Whether each entity is ranked in a year: not where its figures are in another's of its type."""
        register = self.workspace.register.as_of(year)
        entities = self.yearly.evaluations[self.entity_type].panel.entities
        return np.array([not register.whole_of(entity) for entity in entities], bool)

    @cached_property
    def terms(self) -> Terms:
        """What formulas of further indicators may use: all that this workspace collects of the type."""
        return formula_terms(self.workspace.definitions, self.entity_type)

    def entity(self, word: str) -> Entity:
        """The entity of a code or name.

        Raises
        ------
        DataError
            There is none among those evaluated; the nearest is named.
        """
        here = self.yearly.evaluations[self.entity_type].panel.entities
        entities = [self.workspace.register[e] for e in here]
        named: dict[str, Entity] = {}
        for entity in entities:
            for name in (entity.name_en, entity.name_zh, entity.entity_id):
                named[name] = entity
        if word in named:
            return named[word]
        what = f"a code or name of the {len(entities)} of type {self.entity_type} in {self.year}"
        raise DataError(
            Sentence(
                "no entity {word!r}, expected {with_nearest}",
                word=word,
                with_nearest=with_nearest(what, word, filter(None, named)),
            )
        )

    def path_to_grade(
        self, entity: str, grade: str, framework: Framework | None = None
    ) -> PathToGrade:
        """The cheapest moves of indicators that bring an entity, by code or name, to a grade.

        What can be moved, how far and at which cost stands in params/movable.yml; see
        `cescore.evaluation.reaching`.
        """
        yearly = self.evaluate(framework).yearly
        return path_to_grade(yearly, self.entity(entity).entity_id, grade)

    def patch(self, framework: Framework, note: str = "") -> Patch:
        """What a variant changes of the official framework."""
        return difference(self.framework, framework, note)

    def in_words(self, framework: Framework) -> tuple[str, ...]:
        """What a variant changes of the official framework, a sentence for each change."""
        return in_words(self.patch(framework), self.framework, self.lang)

    def save(self, framework: Framework, path: str | Path, note: str = "") -> Patch:
        """Write a variant as a file, and give back what it holds."""
        patch = self.patch(framework, note)
        write_variant(Path(path), patch)
        return patch

    def load(self, path: str | Path) -> Framework:
        """The variant of a file.

        Raises
        ------
        ParamsError
            The file is no variant.
        VariantError
            It is of another framework than the official one here.
        """
        return applied(self.framework, read_variant(Path(path)), self.terms)

    def __repr__(self) -> str:
        n = len(self.yearly.evaluations[self.entity_type].panel.entities)
        return f"<{self.entity_type} {self.year}: {n} entities, framework {self.framework.version}>"


@dataclass(frozen=True, eq=False)
class TypeSetting:
    """A type under one framework: scores, index, ranks and grades of all its entities.

    ``framework`` is as asked for; that of ``evaluation`` has the weights learnt under it.
    """

    desk: TypeDesk
    framework: Framework
    yearly: YearlyEvaluation

    @property
    def evaluation(self) -> TypeEvaluation:
        """Every step, as arrays of (entities, years)."""
        return self.yearly.evaluations[self.desk.entity_type]

    @property
    def entities(self) -> tuple[str, ...]:
        return self.evaluation.panel.entities

    @property
    def is_variant(self) -> bool:
        """Whether the framework is another than the official one."""
        return self.framework.hash != self.desk.framework.hash

    @cached_property
    def patch(self) -> Patch:
        """What it changes of the official framework."""
        return self.desk.patch(self.framework)

    def at(self, year: int) -> SettingView:
        """The same in another year, to be compared."""
        return SettingView(self, year)

    def of(self, entity: str, year: int | None = None) -> SettingView:
        """One entity of it, by code or name, to be compared."""
        return SettingView(self, year or self.desk.year, self.desk.entity(entity).entity_id)

    def index(self, year: int | None = None) -> Floats:
        """The index of each entity [points]; NaN where there is none."""
        return self.evaluation.aggregation.index.values[:, self._place(year)]

    def ranks(self, year: int | None = None) -> list[int | None]:
        """Each entity's rank among those whose index stands as a rating, 1 the best; ties share.

        Who is part of another entity of the type has none, as in every report.
        """
        stands = self.evaluation.stands[:, self._place(year)] & self.desk.is_ranked(
            self._year(year)
        )
        return ranks(np.where(stands, self.index(year), np.nan), 1)

    def table(self, year: int | None = None, *, grades: bool = False) -> pd.DataFrame:
        """A row per entity, the best first: name, index, rank, and share of weight with a value.

        Parameters
        ----------
        grades
            Also total and grade of the year evaluated, which are worked out entity by entity.
        """
        import pandas as pd

        place, lang = self._place(year), self.desk.lang
        register = self.desk.workspace.register
        frame = pd.DataFrame(
            {
                "name": [register[e].name(lang) for e in self.entities],
                "industry": [register[e].industry for e in self.entities],
                "index": self.index(year),
                "rank": pd.array(self.ranks(year), dtype="Int64"),
                "coverage": self.evaluation.aggregation.coverage[:, place],
            },
            index=pd.Index(self.entities, name="entity_id"),
        )
        if grades:
            found = [self.yearly.assessments.get(entity) for entity in self.entities]
            frame["total"] = [np.nan if a is None or a.total is None else a.total for a in found]
            frame["grade"] = ["" if a is None else a.grade(lang) for a in found]
        frame.attrs["units"] = {"index": self._scale, "coverage": "ratio", "total": "0-100"}
        return frame.sort_values(["rank", "index"], ascending=[True, False], kind="stable")

    def panel(self, kind: str = "scores") -> Panel:
        """One step of the evaluation: accounts, indicators, scores, groups or progress."""
        evaluation = self.evaluation
        steps = {
            "accounts": evaluation.accounts,
            "indicators": evaluation.indicators,
            "scores": evaluation.scored.scores,
            "groups": evaluation.aggregation.groups,
            "progress": evaluation.progress.members,
        }
        if kind not in steps:
            raise DataError(
                Sentence(
                    "no step {kind!r}, expected one of {steps}", kind=kind, steps=", ".join(steps)
                )
            )
        unit = {"scores": self._scale, "groups": self._scale, "progress": "base year = 100"}
        return termed(steps[kind], self.framework, self.desk.lang, unit=unit.get(kind, ""))

    def to_frame(
        self, kind: str = "scores", *, wide: bool = True, names: str = "", year: int | None = None
    ) -> pd.DataFrame:
        """One step as a table, see `panel` and `cescore.method.panel_tables.PanelTables.to_frame`."""
        years = None if year is None else (self._year(year),)
        return self.panel(kind).to_frame(wide=wide, names=names, years=years)

    @property
    def _scale(self) -> str:
        scale = self.framework.scale
        return f"{scale.floor:g}-{scale.top:g}"

    def _year(self, year: int | None) -> int:
        asked, years = self.desk.year if year is None else year, self.evaluation.panel.years
        if asked not in years:
            raise DataError(
                Sentence(
                    "no year {asked}, expected one of {years}-{years_2}",
                    asked=asked,
                    years=years[0],
                    years_2=years[-1],
                )
            )
        return asked

    def _place(self, year: int | None) -> int:
        return self.evaluation.panel.year_position(self._year(year))

    def __repr__(self) -> str:
        mark = "试算稿 working variant" if self.is_variant else "official"
        return (
            f"<{self.desk.entity_type} {self.desk.year}, {mark}>\n{self.table().head(MOST_SHOWN)}"
        )

    def _repr_html_(self) -> str:
        mark = "试算稿 Working variant" if self.is_variant else ""
        return f"<p>{mark}</p>{self.table().to_html(max_rows=MOST_SHOWN, border=0, na_rep='–')}"


@dataclass(frozen=True, eq=False)
class SettingView:
    """What is compared: a setting in a year, all its entities or one."""

    setting: TypeSetting
    year: int
    entity_id: str = ""

    def __post_init__(self) -> None:
        self.setting.index(self.year)  # refuses a year that it does not have
