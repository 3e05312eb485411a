"""Types of a workspace's own are printed by the names that its params give them, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.view import View
from cescore.publish.words import subject

UNSEEN = Path(__file__).parents[1] / "unseen" / "workspace"
NAMES = "entity_types: {hospital: {zh: 医院, en: Hospital of the trust}}\n"
TITLE = "title: {zh: 绿色医院评价, en: Green hospital review}\n"


@pytest.fixture(scope="module")
def bundler(tmp_path_factory: pytest.TempPathFactory) -> Bundler:
    root = shutil.copytree(UNSEEN, tmp_path_factory.mktemp("own") / "workspace")
    (root / "params" / "page.yml").write_text(NAMES, "utf-8")
    (root / "params" / "runs").mkdir(exist_ok=True)
    (root / "params" / "runs" / "2023.yml").write_text(TITLE, "utf-8")
    return Bundler(evaluate_workspace(Workspace.load(root, 2023)))


@pytest.mark.parametrize(
    ("lang", "type_name", "title"),
    [("zh", "医院", "绿色医院评价"), ("en", "Hospital of the trust", "Green hospital review")],
)
def test_a_type_and_a_title_are_printed_as_params_name_them(
    bundler: Bundler, lang: str, type_name: str, title: str
) -> None:
    entity = bundler.yearly.workspace.entities("hospital")[0]
    data = bundler.bundle(entity.entity_id)
    view = View(OpenBundle(data, "", lang, data.framework))
    assert view.entity_type == view.type_name("hospital") == type_name
    assert subject(data.run, lang) == title
    assert view.type_name("clinic") == "clinic"
