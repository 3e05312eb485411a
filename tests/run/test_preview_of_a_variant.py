"""The report that a variant would make: into a folder of its own, marked on every page and in every file."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest

from cescore.desk.whole_type import TypeDesk, desk_of
from cescore.errors import CescoreError, ParamsError, PublishError, RunError, VariantError
from cescore.intake.workspace import Workspace
from cescore.publish import previewed
from cescore.publish.check import pdf_text
from cescore.publish.render import RenderRecord
from cescore.run.asked import Asked
from cescore.run.commands.preview import Preview
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, Job, Outcome

WORKSPACE = Path(__file__).parents[1] / "unseen" / "workspace"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WORKSPACE, tmp_path / "hospitals"))


@pytest.fixture
def desk(root: Path) -> TypeDesk:
    return desk_of(Workspace.load(root, 2023), "hospital", "en")


def saved(desk: TypeDesk, root: Path) -> Path:
    group = next(iter(desk.framework.groups))
    desk.save(desk.framework.with_weights(**{group: 9}), root / "variant.yml")
    return root / "variant.yml"


@dataclass(frozen=True)
class Printing:
    """An executor that prints in this process."""

    render: Callable[..., RenderRecord]
    note = ""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        for job in jobs:
            work = Path(job.work)
            try:
                self.render(
                    work / BUNDLE_NAME, work / PAGES_NAME, job.lang, notebook=Path(job.notebook)
                )
            except CescoreError as error:
                yield Outcome(job.entity_id, job.entity_type, "failed", cause=str(error))
            else:
                yield Outcome(job.entity_id, job.entity_type, "built")

    def close(self) -> None:
        """Nothing is at work."""


def preview(root: Path, variant: Path | None, render=previewed.render_trial) -> Preview:
    asked = Asked(root, 2023, lang="en", variant=variant)
    return Preview(asked, "H1", Printing(render))


def test_it_stands_apart_and_says_so_wherever_it_is_read(desk: TypeDesk, root: Path) -> None:
    pdf = preview(root, saved(desk, root)).make().pdf
    assert pdf == root / "output/trial/2023-en/hospital/H1/scorecard.pdf"
    pages = pdf_text(pdf.read_bytes())
    assert all("Working variant" in page for page in pages)
    result = json.loads((pdf.parent / "result.json").read_text("utf-8"))
    number = result["provenance"]["report_number"]
    assert number.startswith("试-") and all(number in "".join(page.split()) for page in pages)
    assert result["variant"]["official_framework_hash"] == desk.framework.hash
    opened = pypdfium2.PdfDocument(pdf.read_bytes())
    held = [opened.get_attachment(n) for n in range(opened.count_attachments())]
    tables = {one.get_name(): bytes(one.get_data()) for one in held}
    names = [name for name in tables if name.endswith(".csv")]
    assert names and all("Working variant" in name for name in names)
    for name in names:
        rows = list(csv.reader(io.StringIO(tables[name].decode("utf-8-sig"))))
        assert {row[-1] for row in rows} == {"Working variant"}


def test_without_being_asked_for_it_is_refused(desk: TypeDesk, root: Path) -> None:
    with pytest.raises(PublishError, match="a working variant is not built"):
        preview(root, saved(desk, root), previewed.render).make()


def test_what_cannot_be_applied_is_refused_in_a_sentence(desk: TypeDesk, root: Path) -> None:
    path = saved(desk, root)
    text = path.read_text("utf-8")
    path.write_text(text.replace("hospital", "clinic"), "utf-8")
    with pytest.raises(RunError, match="variant of 'clinic'.*expected one of hospital"):
        preview(root, path).make()
    path.write_text(text.replace(desk.framework.hash, "ab" * 32), "utf-8")
    with pytest.raises(VariantError, match="abababababab.*make it again"):
        preview(root, path).make()
    with pytest.raises(ParamsError, match="no such variant file"):
        preview(root, root / "none.yml").make()
