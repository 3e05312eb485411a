"""Two entities, years or settings held against each other, with what each indicator makes of the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cescore.desk.comparing import compare
from cescore.desk.explore.weighing import parts_table
from cescore.desk.whole_type import SettingView, TypeSetting
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.numbers import number, signed
from cescore.publish.words import label


@dataclass(frozen=True)
class Sides:
    """What is asked for: ``kind`` is settings (official and this one), entities or years."""

    kind: str
    first: str
    second: str
    year: int

    def of(self, setting: TypeSetting) -> tuple[SettingView, SettingView]:
        """The two sides; an entity that is not there is refused with the nearest name."""
        own = setting.of(self.first)
        if self.kind == "entities":
            return own, setting.of(self.second)
        if self.kind == "years":
            return setting.of(self.first, self.year), own
        return setting.desk.official.of(self.first), own


def compared(setting: TypeSetting, sides: Sides, lang: str) -> Fragment:
    """Both indices, their difference, and its exact parts by indicator.

    Raises
    ------
    DataError
        There is no such entity, or the index is none that has parts.
    """
    views = sides.of(setting)
    indices = [_index(view) for view in views]
    if not np.isfinite(indices).all():
        return paragraph(label("explore.compare.none", lang), "nothing")
    table = compare(*views).by_indicator(names=lang)
    points = {
        code: (score, weight)
        for code, score, weight in zip(
            table["code"], table["by_score"], table["by_weight"], strict=True
        )
        if score or weight
    }
    names = dict(zip(table["code"], table["name"], strict=True))
    names["(aggregation)"] = label("explore.mean", lang)
    head = label(
        "explore.compare.result", lang, first=_called(views[0], sides.kind, lang), before=number(indices[0], 2),
        second=_called(views[1], sides.kind, lang), after=number(indices[1], 2),
        difference=signed(indices[1] - indices[0], 2),
    )  # fmt: skip
    return Fragment.join([paragraph(head, "lead"), parts_table(points, names, lang)])


def _index(view: SettingView) -> float:
    row = view.setting.evaluation.panel.row(view.entity_id)
    return float(view.setting.index(view.year)[row])


def _called(view: SettingView, kind: str, lang: str) -> str:
    """What a side is called where the other differs by its kind."""
    if kind == "years":
        return str(view.year)
    if kind == "settings":
        which = "here" if view.setting.is_variant else "official"
        return label(f"explore.head.{which}", lang)
    return view.setting.desk.workspace.register[view.entity_id].name(lang)
