"""What comes of a setting, as pages beside the controls: only the page that is looked at is drawn."""

# mypy: allow-untyped-calls
# (ipywidgets is not typed)
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from cescore.desk.explore.comparing import Sides, compared
from cescore.desk.explore.pictures import moves_picture
from cescore.desk.explore.ranking import Bands, moves_table, summary
from cescore.desk.explore.trial import Trial
from cescore.desk.explore.weighing import correlation_table, influence_table
from cescore.desk.showing import framed
from cescore.errors import CescoreError
from cescore.publish.fragment import Fragment, paragraph
from cescore.publish.words import label

LINES = (20, 50, 200)
PAGES = ("ranks", "influence", "correlations", "compare")


class Answers:
    """The ranking and its movements, weights and correlations, and two sides compared."""

    def __init__(self, trial: Trial, lang: str) -> None:
        self._trial, self._lang = trial, lang
        self._bands: tuple[str, Bands] | None = None  # of the framework with this hash
        self._summary = widgets.HTML()
        self._bodies = {page: widgets.HTML() for page in PAGES}
        self._draw: Mapping[str, Callable[[], Fragment]] = {
            "ranks": self._ranks,
            "influence": lambda: influence_table(trial.result, lang),
            "correlations": lambda: correlation_table(trial.result, lang),
            "compare": self._compared,
        }
        heads = {"ranks": self._ranking_controls(), "compare": self._comparing_controls()}
        pages = [
            widgets.VBox([*([heads[page]] if page in heads else []), self._bodies[page]])
            for page in PAGES
        ]
        self._tabs = widgets.Tab(pages)
        for i, page in enumerate(PAGES):
            self._tabs.set_title(i, self._t(f"explore.{page}"))
        self._tabs.observe(lambda _: self.draw(), "selected_index")
        self.widget = widgets.VBox(
            [self._summary, self._tabs], layout=widgets.Layout(flex="4 1 480px", min_width="0")
        )

    def draw(self) -> None:
        """The summary and the page that is open."""
        self._summary.value = framed(
            paragraph(summary(self._trial.moves, self._lang), "lead"), self._lang
        )
        page = PAGES[self._tabs.selected_index or 0]
        self._bodies[page].value = framed(self._draw[page](), self._lang)

    def _t(self, key: str, **values: object) -> str:
        return label(key, self._lang, **values)

    # the ranking

    def _ranking_controls(self) -> widgets.Widget:
        orders = [(self._t(f"explore.{order}"), order) for order in ("by_rank", "by_move")]
        self._order = widgets.Dropdown(options=orders, description=self._t("explore.show"))
        self._lines = widgets.Dropdown(options=LINES, description=self._t("explore.lines"))
        ask = widgets.Button(description=self._t("explore.bands"))
        ask.on_click(self._work_out_bands)
        for field in (self._order, self._lines):
            field.observe(lambda _: self.draw(), "value")
        return widgets.HBox(
            [self._order, self._lines, ask], layout=widgets.Layout(flex_flow="row wrap")
        )

    def _ranks(self) -> Fragment:
        moves, lang = self._trial.moves, self._lang
        rows = getattr(moves, self._order.value)(self._lines.value)
        bands = (
            self._bands[1] if self._bands and self._bands[0] == self._trial.framework.hash else None
        )
        parts = [moves_table(moves, rows, lang, bands), moves_picture(moves, lang)]
        if bands is not None:
            parts.insert(1, paragraph(self._t("explore.bands.note")))
        return Fragment.join(parts)

    def _work_out_bands(self, _: Any) -> None:
        from cescore.method.uncertainty.robustness import MOST

        if len(self._trial.result.rated) > MOST:
            self._summary.value = framed(
                paragraph(self._t("explore.bands.large", most=MOST)), self._lang
            )
            return
        try:
            self._bands = (self._trial.framework.hash, self._trial.bands())
        except CescoreError as error:
            self._summary.value = framed(paragraph(error), self._lang)
            return
        self.draw()

    # two sides

    def _comparing_controls(self) -> widgets.Widget:
        trial, kinds = self._trial, ("settings", "entities", "years")
        options = [(self._t(f"explore.compare.{kind}"), kind) for kind in kinds]
        self._kind = widgets.Dropdown(options=options, description="")
        first, second = (*trial.names[:2], trial.names[0])[:2]
        self._first = widgets.Combobox(
            value=first, options=trial.names, description=self._t("explore.first")
        )
        self._second = widgets.Combobox(
            value=second, options=trial.names, description=self._t("explore.second")
        )
        years = trial.evaluation.panel.years
        self._year = widgets.Dropdown(
            options=years, value=years[0], description=self._t("explore.year")
        )
        ask = widgets.Button(description=self._t("explore.compare.do"))
        ask.on_click(lambda _: self.draw())
        self._kind.observe(self._show_sides, "value")
        self._show_sides()
        fields = [self._kind, self._first, self._second, self._year, ask]
        return widgets.HBox(fields, layout=widgets.Layout(flex_flow="row wrap"))

    def _show_sides(self, _: Any = None) -> None:
        """Only the fields that the kind of comparison asks for."""
        self._second.layout.display = "" if self._kind.value == "entities" else "none"
        self._year.layout.display = "" if self._kind.value == "years" else "none"

    def _compared(self) -> Fragment:
        sides = Sides(self._kind.value, self._first.value, self._second.value, self._year.value)
        try:
            return compared(self._trial.setting, sides, self._lang)
        except CescoreError as error:
            return paragraph(error, "nothing")
