"""The desk put together: the controls on the left, what comes of them on the right."""

# mypy: allow-untyped-calls
# (ipywidgets is not typed)
from __future__ import annotations

from typing import Any

import ipywidgets as widgets
from markupsafe import escape

from cescore.definitions.model import Framework
from cescore.desk.around import workspace_root
from cescore.desk.explore.answers import Answers
from cescore.desk.explore.controls import Controls
from cescore.desk.explore.files import Files
from cescore.desk.explore.trial import Trial
from cescore.desk.reading import read_workspace
from cescore.desk.showing import dress_notebook, framed
from cescore.desk.whole_type import TypeDesk, TypeSetting, desk_of
from cescore.errors import CescoreError
from cescore.intake.workspace import Workspace
from cescore.publish.fragment import Fragment
from cescore.publish.words import label, label_or


def explore(entity_type: str, year: int, lang: str = "zh", *, root: str = "") -> Explorer:
    """A desk over all entities of a type in a year, for the bureau's own eyes.

    ``setting`` of what is given back is the type under what the controls are set to, ``framework``
    its framework: a notebook goes on with them.

    Raises
    ------
    DataError
        No framework is of this type, the year has no entity of it, or no workspace is around.
    """
    dress_notebook(lang)
    read = read_workspace(workspace_root(root), year, lang)
    return Explorer(read.workspace, entity_type, lang)


class Explorer:
    """Shown in a notebook it is the desk; for code it has ``setting`` and ``framework``."""

    def __init__(self, workspace: Workspace, entity_type: str, lang: str = "zh") -> None:
        self._workspace, self._lang = workspace, lang
        self._banner, self._fault = widgets.HTML(), widgets.HTML()
        self._body = widgets.HBox(
            layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start", width="100%")
        )
        types = [(label_or(f"type.{t}", lang, t), t) for t in workspace.panels]
        self._open(desk_of(workspace, entity_type, lang))
        picker = widgets.Dropdown(
            options=types, value=entity_type, description=self._t("explore.type")
        )
        picker.observe(self._turn_to, "value")
        undo = widgets.Button(description=self._t("explore.undo"))
        undo.on_click(lambda _: self._show_again() if self._trial.undo() else None)
        reset = widgets.Button(description=self._t("explore.reset"))
        reset.on_click(self._reset)
        head = widgets.HBox([picker, undo, reset], layout=widgets.Layout(flex_flow="row wrap"))
        self.widget = widgets.VBox([self._banner, head, self._fault, self._body])

    @property
    def framework(self) -> Framework:
        """The framework that the controls are set to."""
        return self._trial.framework

    @property
    def setting(self) -> TypeSetting:
        """The type under it, with all its years."""
        return self._trial.setting

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)

    def __repr__(self) -> str:
        mark = "试算稿 working variant" if self._trial.is_variant else "official setting"
        return f"<desk over {self._trial.desk.entity_type} {self._workspace.year}, {mark}>"

    def _open(self, desk: TypeDesk) -> None:
        self._trial = Trial(desk)
        self._answers = Answers(self._trial, self._lang)
        self._files = Files(self._trial, self._lang, self._show_again)
        self._place_controls()
        self._banner.value = framed(self._head(), self._lang)
        self._draw()

    def _turn_to(self, change: Any) -> None:
        """Another type; where it cannot be evaluated, the one before stays."""
        try:
            self._open(desk_of(self._workspace, change.new, self._lang))
        except CescoreError as error:
            self._tell(str(error))
            return
        self._tell("")

    def _place_controls(self) -> None:
        """Controls for what the framework has: a variant file may bring further indicators."""
        step = self._trial.step
        self._controls = Controls(step.base, self._workspace.year, self._lang, self._choose)
        self._controls.show(step.choices)
        left = self._controls.widget
        left.children = (*left.children, self._files.widget)
        left.set_title(len(left.children) - 1, self._t("explore.variant"))
        self._body.children = (left, self._answers.widget)
        self._base = step.base

    def _choose(self) -> None:
        try:
            self._trial.choose(self._controls.choices)
        except CescoreError as error:
            self._tell(str(error))
            return
        self._tell("")
        self._draw()

    def _reset(self, _: Any) -> None:
        self._trial.reset()
        self._show_again()

    def _show_again(self) -> None:
        """Controls and answers after the setting was changed by other means than the controls."""
        if self._trial.step.base is self._base:
            self._controls.show(self._trial.choices)
        else:
            self._place_controls()
        self._tell("")
        self._draw()

    def _draw(self) -> None:
        self._answers.draw()
        self._files.draw()

    def _tell(self, fault: str) -> None:
        shown = f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""
        self._fault.value = framed(Fragment(shown), self._lang) if fault else ""

    def _head(self) -> Fragment:
        kind = label_or(
            f"type.{self._trial.desk.entity_type}", self._lang, self._trial.desk.entity_type
        )
        title = self._t("explore.title", type=kind, year=self._workspace.year)
        run = self._workspace.definitions.run
        marks = [self._t("status.sample")] if run.status == "sample" else []
        pills = "".join(f' <span class="pill sample">{escape(mark)}</span>' for mark in marks)
        return Fragment(
            f'<p class="variant">{pills}{escape(title)}</p><p class="note"><b>{escape(self._t("explore.audience"))}</b>'
            f" {escape(self._t('explore.ask'))}</p>"
        )

    def _t(self, key: str, **values: object) -> str:
        return label(key, self._lang, **values)
