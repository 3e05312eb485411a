"""The controls of the desk as widgets: they read as choices and can be set to choices, and know nothing else."""

# mypy: allow-untyped-calls
# (ipywidgets is not typed)
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
from markupsafe import escape

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.model import Framework
from cescore.definitions.model.variants import BY_RULE, MEANS, NORMALISATIONS, RULES
from cescore.desk.explore.choices import GENERALISED, Choices
from cescore.publish.numbers import percentage
from cescore.publish.words import label

NARROW = widgets.Layout(width="auto", min_width="120px")


class Controls:
    """Weights, goalposts, methods and missing-data rules of a framework.

    ``on_change`` is called once for each change that a person makes, never while the controls are
    set to a setting that is loaded.
    """

    def __init__(
        self, framework: Framework, year: int, lang: str, on_change: Callable[[], None]
    ) -> None:
        self._lang, self._year, self._told = lang, year, on_change
        self._is_setting = False
        self._start(framework)
        pages = [self._weights(), self._goalposts(), self._methods(), self._missing()]
        self.widget = widgets.Tab(
            pages, layout=widgets.Layout(flex="1 1 270px", max_width="420px", min_width="0")
        )
        for i, name in enumerate(("weights", "posts", "means", "missing")):
            self.widget.set_title(i, self._t(f"explore.{name}"))
        self.show(self._choices)

    @property
    def choices(self) -> Choices:
        """What the controls are set to."""
        sliders = {code: float(s.value) for code, s in self._sliders.items()}
        missing = {
            **{n: d.value for n, d in self._rules.items()},
            "min_weight_covered": self._least.value,
        }
        return replace(
            self._choices,
            weights={**self._choices.weights, **sliders},
            left_out=frozenset(c for c, box in self._boxes.items() if not box.value),
            normalisation=self._normalisation.value,
            missing={**self._choices.missing, **missing},
        )

    def show(self, choices: Choices) -> None:
        """Set every control, without telling anybody."""
        with self._quietly():
            self._choices = choices
            for code, slider in self._sliders.items():
                weight = choices.weights.get(code, 0.0)
                slider.max = max(slider.max, weight)
                slider.value = weight
            for code, box in self._boxes.items():
                box.value = code not in choices.left_out
            self._normalisation.value = choices.normalisation
            for name, dropdown in self._rules.items():
                dropdown.value = choices.missing[name]
            self._least.value = float(choices.missing["min_weight_covered"])
            self._show_ends()
            self._show_mean()
            self._show_shares()

    def _start(self, framework: Framework) -> None:
        self._framework = framework
        self._choices = Choices.of(framework, self._year)
        self._sliders: dict[str, widgets.FloatSlider] = {}
        self._boxes: dict[str, widgets.Checkbox] = {}
        self._shares: dict[str, widgets.HTML] = {}

    def _t(self, key: str, **values: object) -> str:
        return label(key, self._lang, **values)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        before, self._is_setting = self._is_setting, True
        try:
            yield
        finally:
            self._is_setting = before

    def _changed(self, _: Any = None) -> None:
        if not self._is_setting:
            self._choices = self.choices
            self._show_shares()
            self._told()

    # weights: a slider each, with its share of the group beside it

    def _weights(self) -> widgets.Widget:
        return widgets.VBox([self._whole(code) for code in self._below("")], layout=_scrolling())

    def _whole(self, code: str) -> widgets.Widget:
        """A group: its own weight, then its members."""
        group = self._framework.groups[code]
        title = widgets.HTML(f"<b>{escape(group.name(self._lang) or code)}</b>")
        own = self._row(code, self._t("explore.group.weight"), with_box=False)
        inside = [
            self._whole(c) if c in self._framework.groups else self._row(c, self._named(c))
            for c in self._below(code)
        ]
        members = widgets.VBox(inside, layout=widgets.Layout(margin="0 0 10px 10px"))
        return widgets.VBox([title, own, members])

    def _row(self, code: str, name: str, *, with_box: bool = True) -> widgets.Widget:
        weight = self._choices.weights[code]
        beside = [self._choices.weights[c] for c in self._below(self._parent(code))]
        top = 2 * max([*beside, 0.0]) or 1.0
        slider = widgets.FloatSlider(
            value=weight, min=0.0, max=top, step=top / 200, continuous_update=False, readout_format=".3g",
            description="", tooltip=f"{name} {code}", layout=widgets.Layout(flex="1 1 auto", min_width="120px"),
        )  # fmt: skip
        share = widgets.HTML(layout=widgets.Layout(width="52px"))
        self._sliders[code], self._shares[code] = slider, share
        slider.observe(self._changed, "value")
        line = widgets.HBox([slider, share])
        if not with_box:
            return widgets.VBox([widgets.HTML(f"<small>{escape(name)}</small>"), line])
        box = widgets.Checkbox(
            value=True, indent=False, description=f"{name} {code}", layout=NARROW
        )
        self._boxes[code] = box
        box.observe(self._changed, "value")
        return widgets.VBox([box, line])

    def _below(self, whole: str) -> list[str]:
        return [code for code, _ in self._framework.members(whole)]

    def _parent(self, code: str) -> str:
        groups = self._framework.groups
        return groups[code].parent if code in groups else self._framework.indicators[code].group

    def _named(self, code: str) -> str:
        return self._framework.indicators[code].name(self._lang) or code

    def _show_shares(self) -> None:
        """Each member's share of its group, as the weights are relative."""
        gone = {c for c, box in self._boxes.items() if not box.value}
        for whole in ("", *self._framework.groups):
            weights = {c: self._sliders[c].value for c in self._below(whole) if c not in gone}
            total = sum(weights.values())
            for code in self._below(whole):
                share = weights.get(code, 0.0) / total if total else 0.0
                self._shares[code].value = f"{percentage(share, 1)}" if code in weights else "–"

    # goalposts: one indicator at a time

    def _goalposts(self) -> widgets.Widget:
        named = [(self._named(code), code) for code in self._choices.ends]
        self._of = widgets.Dropdown(options=named, description=self._t("explore.posts.of"))
        self._worst = widgets.FloatText(description=self._t("explore.posts.worst"))
        self._best = widgets.FloatText(description=self._t("explore.posts.best"))
        self._unit = widgets.HTML()
        self._of.observe(lambda _: self._show_ends(), "value")
        for field in (self._worst, self._best):
            field.continuous_update = False
            field.observe(self._ends_changed, "value")
        return widgets.VBox([self._of, self._worst, self._best, self._unit], layout=_scrolling())

    def _show_ends(self) -> None:
        code = self._of.value
        with self._quietly():
            if code is None:
                self._unit.value = escape(self._t("explore.posts.none"))
                return
            self._worst.value, self._best.value = self._choices.ends[code]
            self._unit.value = escape(unit_text(self._framework.indicators[code].unit, self._lang))

    def _ends_changed(self, _: Any) -> None:
        if not self._is_setting and self._of.value is not None:
            pair = (float(self._worst.value), float(self._best.value))
            self._choices = replace(
                self._choices, ends={**self._choices.ends, self._of.value: pair}
            )
            self._changed()

    # normalisation and means

    def _methods(self) -> widgets.Widget:
        ways = [(self._method(word), word) for word in NORMALISATIONS]
        own = [] if self._choices.normalisation else [("–", "")]
        self._normalisation = widgets.Dropdown(options=[*own, *ways], description="", layout=NARROW)
        self._normalisation.observe(self._changed, "value")
        index = self._framework.index
        wholes = [(index.name(self._lang) or index.code, index.code)]
        wholes += [(g.name(self._lang) or c, c) for c, g in self._framework.groups.items()]
        self._mean_of = widgets.Dropdown(options=wholes, description="", layout=NARROW)
        self._mean = widgets.Dropdown(
            options=[(self._method(m), m) for m in MEANS], description="", layout=NARROW
        )
        self._power = widgets.FloatText(description=self._t("explore.power"), step=0.1)
        self._power.continuous_update = False
        self._mean_of.observe(lambda _: self._show_mean(), "value")
        for field in (self._mean, self._power):
            field.observe(self._mean_changed, "value")
        headed = (
            ("explore.normalisation", self._normalisation), ("explore.mean.of", self._mean_of),
            ("explore.mean", self._mean),
        )  # fmt: skip
        lines = [
            w
            for key, field in headed
            for w in (widgets.HTML(f"<b>{escape(self._t(key))}</b>"), field)
        ]
        return widgets.VBox([*lines, self._power], layout=_scrolling())

    def _method(self, word: str) -> str:
        return self._t(f"explain.method.{word}")

    def _show_mean(self) -> None:
        with self._quietly():
            self._mean.value, self._power.value = self._choices.means[self._mean_of.value]
            self._power.layout.visibility = (
                "visible" if self._mean.value == GENERALISED else "hidden"
            )

    def _mean_changed(self, _: Any) -> None:
        if not self._is_setting:
            mean = (self._mean.value, float(self._power.value))
            self._choices = replace(
                self._choices, means={**self._choices.means, self._mean_of.value: mean}
            )
            self._show_mean()
            self._changed()

    # missing data

    def _missing(self) -> widgets.Widget:
        done = [(self._t(f"book.rule.{rule}"), rule) for rule in RULES]
        self._rules = {
            name: widgets.Dropdown(options=done, description="", layout=NARROW) for name in BY_RULE
        }
        self._least = widgets.FloatSlider(
            min=0, max=1, step=0.05, readout_format=".0%", continuous_update=False
        )
        lines = []
        for name, field in self._rules.items():
            field.observe(self._changed, "value")
            lines += [widgets.HTML(f"<b>{escape(self._t(f'book.case.{name}'))}</b>"), field]
        self._least.observe(self._changed, "value")
        least = widgets.HTML(f"<b>{escape(self._t('explore.least'))}</b>")
        return widgets.VBox([*lines, least, self._least], layout=_scrolling())


def _scrolling() -> widgets.Layout:
    return widgets.Layout(max_height="78vh", overflow="auto", padding="4px")
