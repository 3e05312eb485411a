"""A report that a notebook of the bureau's made says so on every page, with the notebook's hash."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from cescore.definitions.shipped import NOTEBOOKS
from cescore.publish.page import make_page
from cescore.publish.rehearsal import FACTS
from cescore.publish.render import _Asked, _own_notebook


def asked(notebook: Path, engine: str = "inprocess") -> _Asked:
    return _Asked(
        bundle_path=Path(), out_dir=Path(), lang="en", notebook=notebook, templates=None,
        engine=engine, allow_variant=False, has_spare_core=False, page_left=None,
    )  # fmt: skip


def test_a_shipped_notebook_is_not_mentioned_nor_its_copy(tmp_path: Path) -> None:
    copy = Path(shutil.copy(NOTEBOOKS / "generic.ipynb", tmp_path))
    assert _own_notebook(asked(NOTEBOOKS / "generic.ipynb")) == ""
    assert _own_notebook(asked(copy)) == ""


@pytest.mark.parametrize(("engine", "words"), [("inprocess", ""), ("kernel", ", not fenced")])
def test_another_notebook_is_named_by_its_hash_with_what_does_not_hold_it(
    engine: str, words: str, tmp_path: Path
) -> None:
    changed = tmp_path / "generic.ipynb"
    changed.write_bytes((NOTEBOOKS / "generic.ipynb").read_bytes() + b" ")
    digest = hashlib.sha256(changed.read_bytes()).hexdigest()[:12]
    assert _own_notebook(asked(changed, engine)) == f"own notebook {digest}{words}"


def test_it_stands_in_the_foot_of_every_page() -> None:
    page = make_page(new_notebook(cells=[]), replace(FACTS, notebook="own notebook abc"))
    foot = page.html.partition('class="running-foot">')[2].partition("</div>")[0]
    assert foot.endswith(" · own notebook abc")
