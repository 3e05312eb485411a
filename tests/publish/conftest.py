"""Reports rendered once and looked at by several tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from publish import builders

from cescore.publish.check import pdf_text
from cescore.publish.render import RenderRecord, render

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Made:
    """A finished report and where it stands."""

    record: RenderRecord
    folder: Path

    @property
    def pages(self) -> list[str]:
        return pdf_text((self.folder / "scorecard.pdf").read_bytes())

    @property
    def text(self) -> str:
        return "".join("".join(self.pages).split())


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The whole Chinese report of the test district, through the shipped notebook."""
    folder = tmp_path_factory.mktemp("district")
    path = builders.write_bundle(folder)
    notebook = ROOT / "notebooks" / "district.ipynb"
    return Made(render(path, folder / "out", "zh", notebook=notebook), folder / "out")
