"""The what-if page of one entity as it would be now, from a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cescore.disclosure.documents.kinds import WHAT_IF_NAME
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.making.bundles import make_bundle
from cescore.errors import DataError, Sentence
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.pages.what_if.page import what_if_page
from cescore.run.commands.explaining import entity_named
from cescore.run.files import make_private, write_atomically
from cescore.run.telling.phases import Phases, silent

FOLDER_NAME = "what-if"


@dataclass(frozen=True)
class WhatIfOrder:
    """Whose page is asked for; ``entity`` is an id or a name, ``out`` a file of its own."""

    root: Path
    entity: str
    year: int | None = None
    lang: str = "zh"
    out: Path | None = None


def write_what_if(order: WhatIfOrder, told: Phases = silent) -> Path:
    """Write the page into output/what-if, or to the file named; returns where it is.

    ``told`` hears each phase as it begins.

    It is made of the bundle that the entity's report is made of, with the number of that report.

    Raises
    ------
    DataError
        There is no such entity, its data cannot be evaluated, or the file cannot be written where it
        is wanted.
    MethodError
        The framework has no what-if.
    """
    workspace = Workspace.load(order.root, order.year, told)
    entity = entity_named(order.entity, workspace)
    told("evaluating")
    bundle = make_bundle(evaluate_workspace(workspace), entity.entity_id)
    page = what_if_page(OpenBundle(bundle, bundle.hash, order.lang, bundle.framework))
    path = order.out or _own_place(order.root, workspace.year, entity.entity_id)
    if path.is_dir() or not path.parent.is_dir():
        raise DataError(
            Sentence("--out {path}: expected a file in a folder that is there", path=path)
        )
    write_atomically(path, page.encode())
    return path


def _own_place(root: Path, year: int, entity_id: str) -> Path:
    """A file in the workspace's output, which only its owner can read."""
    folder = root / "output" / FOLDER_NAME / f"{year}"
    make_private(folder)
    return folder / f"{entity_id}.{WHAT_IF_NAME.rpartition('.')[2]}"
