"""One change costs one report: what others' reports are made from is found without their bundles."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.making.bundles import Bundler
from cescore.run.asked import Asked
from cescore.run.building.build import build
from tests.run.in_this_process import InThisProcess
from tests.run.small_city import FIRST, make, returns

RETURNS = "data/2025/observations.csv"
Built = Callable[..., list[str]]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """Builds the firms of a small city, some of its files changed; whose bundles were made for it."""
    made: list[str] = []
    bundle = Bundler.bundle

    def noted(self: Bundler, entity_id: str) -> Bundle:
        made.append(entity_id)
        return bundle(self, entity_id)

    monkeypatch.setattr(Bundler, "bundle", noted)

    def once(changed: dict[str, str], folder: str = "town", status: int = 0) -> list[str]:
        made.clear()
        root = make(tmp_path / folder, changed)
        asked = Asked(root, only="firm/*")
        assert build(asked, InThisProcess(), Console(file=io.StringIO())) == status
        return sorted(made)

    return once


def test_one_changed_value_makes_one_bundle_and_the_bytes_of_a_full_build(
    built: Built, tmp_path: Path
) -> None:
    firms = [name for name in FIRST if name.startswith("E")]
    changed = {RETURNS: returns(2025, **{**FIRST, "E3": 31})}
    assert built({}) == firms
    assert built(changed) == ["E3"]
    assert built(changed, "afresh") == firms
    left, right = (tmp_path / name / "output" / "2025" for name in ("town", "afresh"))
    files = [f.relative_to(right) for f in right.rglob("*") if f.is_file()]
    others = {".receipt.json", "manifest.json"}  # name places and states, not pages
    assert len(files) > 4 * len(firms)
    for file in (f for f in files if f.name not in others and "logs" not in f.parts):
        assert (left / file).read_bytes() == (right / file).read_bytes(), file


def test_a_report_that_was_touched_is_made_again_though_its_origin_is_the_same(
    built: Built, tmp_path: Path
) -> None:
    built({})
    page = tmp_path / "town/output/2025/firm/E2/scorecard.html"
    page.write_text("another", encoding="utf-8")
    assert built({}, status=1) == ["E2"]
    assert page.read_text(encoding="utf-8") != "another"
