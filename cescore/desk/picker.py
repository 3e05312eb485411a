"""The picker of entity and year at the head of a notebook."""

# mypy: allow-untyped-calls
# (ipywidgets is not typed)
from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from cescore.definitions.bilingual import name_in
from cescore.desk.around import find_workspace
from cescore.intake.sources.decode import decode
from cescore.publish.words import label


def show(chosen: tuple[str, int], lang: str, on_choice: Callable[[tuple[str, int]], None]) -> None:
    """Display the picker; what is chosen holds from the next run of the cells on."""
    root = find_workspace(Path.cwd())
    entities = alike(root, chosen[0], lang) or [(chosen[0], chosen[0])]
    years = {int(p.name) for p in (root / "data").iterdir() if p.name.isdigit()}
    entity = widgets.Dropdown(
        options=entities, value=chosen[0], description=label("worked.entity", lang)
    )
    year = widgets.Dropdown(
        options=sorted(years | {chosen[1]}), value=chosen[1], description=label("worked.year", lang)
    )

    def choose(_: Any) -> None:
        on_choice((str(entity.value), int(year.value)))

    entity.observe(choose, "value")
    year.observe(choose, "value")
    display(widgets.HBox([entity, year, widgets.Label(label("worked.pick", lang))]))


def alike(root: Path, entity_id: str, lang: str) -> list[tuple[str, str]]:
    """Code with name, and code, of each entity of the register that is of the type of one of them."""
    text = decode((root / "data" / "entities.csv").read_bytes()).text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    types = {row.get("entity_type") for row in rows if row.get("entity_id") == entity_id}
    named = {
        row["entity_id"]: name_in(lang, row.get("name_zh") or "", row.get("name_en") or "")
        for row in rows
        if row.get("entity_type") in types
    }
    return [(f"{code} {name}".strip(), code) for code, name in named.items()]
