"""The variant being tried as a file: what it changes, in words; saved, downloaded, opened again."""

# mypy: allow-untyped-calls
# (ipywidgets is not typed)
from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ipywidgets as widgets
from markupsafe import Markup, escape

from cescore.definitions.frameworks.variant_file import write_variant
from cescore.desk.explore.trial import Trial
from cescore.desk.showing import framed
from cescore.desk.variant_words import in_words
from cescore.errors import CescoreError
from cescore.publish.fragment import Fragment
from cescore.publish.words import label

FOLDER = "variants"  # below the folder of the notebook
NAME = re.compile(r"[^\w-]+")
MOST = 1_000_000  # bytes of an uploaded file


def is_app() -> bool:
    """Whether the notebook runs as an app, which writes no file: its reader downloads."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


class Files:
    """Save, download and open variants; ``on_load`` is called when another one was taken."""

    def __init__(self, trial: Trial, lang: str, on_load: Callable[[], None]) -> None:
        self._trial, self._lang, self._loaded = trial, lang, on_load
        self._name = widgets.Text(value="variant", description=self._t("explore.name"))
        self._told = widgets.HTML()
        self._text = widgets.HTML()
        save = widgets.Button(description=self._t("explore.save"))
        save.on_click(self._save)
        self._upload = widgets.FileUpload(accept=".yml,.yaml", multiple=False, description=self._t("explore.upload"),
                                          layout=widgets.Layout(width="auto"))  # fmt: skip
        self._upload.observe(self._opened, "value")
        self._saved = widgets.Dropdown(options=_saved())
        load = widgets.Button(description=self._t("explore.load"))
        load.on_click(self._load)
        in_folder = [] if is_app() else [
            widgets.HBox([self._name, save]), widgets.HBox([self._saved, load])
        ]  # fmt: skip
        self.widget = widgets.VBox([*in_folder, self._upload, self._told, self._text])

    def draw(self) -> None:
        """The variant in words and as the file would be."""
        self._text.value = framed(self._shown(), self._lang)

    def _t(self, key: str, **values: object) -> str:
        return label(key, self._lang, **values)

    def _shown(self) -> Fragment:
        if not self._trial.is_variant:
            return Fragment(f'<p class="lead">{escape(self._t("explore.is_official"))}</p>')
        text = self._written()
        data = base64.b64encode(text.encode()).decode()
        link = Markup(
            '<p><a download="variant.yml" href="data:application/yaml;base64,{}">{}</a></p>'
        )
        command = f"python build.py preview {self._trial.evaluation.panel.entities[0]} --variant variant.yml"
        changes = in_words(self._trial.patch, self._trial.desk.framework, self._lang)
        listed = "".join(f"<li>{escape(change)}</li>" for change in changes)
        return Fragment(
            f'<ul class="points">{listed}</ul><p class="note">{escape(self._t("explore.preview"))} <code>{escape(command)}</code></p>'
            f"{link.format(data, self._t('explore.download'))}<pre>{escape(text)}</pre>"
        )

    def _written(self) -> str:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "variant.yml"
            write_variant(path, self._trial.patch)
            return path.read_text(encoding="utf-8")

    def _save(self, _: Any) -> None:
        name = NAME.sub("-", self._name.value).strip("-") or "variant"
        path = Path(FOLDER) / f"{name}.yml"
        try:
            path.parent.mkdir(exist_ok=True)
            self._trial.desk.save(self._trial.framework, path)
        except (CescoreError, OSError) as error:
            self._tell(str(error))
            return
        self._saved.options = _saved()
        self._saved.value = path.name
        self._tell(self._t("explore.saved", path=path))

    def _load(self, _: Any) -> None:
        if self._saved.value:
            self._take(Path(FOLDER) / self._saved.value)

    def _opened(self, change: Any) -> None:
        if not change.new:
            return
        uploaded = change.new[0]
        content = bytes(uploaded["content"])
        if len(content) > MOST:
            self._tell(self._t("explore.too_large", name=uploaded["name"], most=MOST))
            return
        with TemporaryDirectory() as folder:
            path = Path(folder) / "variant.yml"
            path.write_bytes(content)
            self._take(path, uploaded["name"])
        self._upload.value = ()

    def _take(self, path: Path, name: str = "") -> None:
        try:
            self._trial.load(path)
        except (CescoreError, OSError) as error:
            self._tell(str(error))
            return
        self._tell(self._t("explore.loaded", name=name or path.name))
        self._loaded()

    def _tell(self, text: str) -> None:
        self._told.value = f"<p>{escape(text)}</p>"


def _saved() -> list[str]:
    return sorted(path.name for path in Path(FOLDER).glob("*.yml"))
