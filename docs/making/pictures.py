"""Pictures of a report's parts for the evaluators' guide, cut out of a report that is printed for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image

from cescore.definitions.shipped import NOTEBOOKS
from cescore.disclosure.making.bundles import make_bundle
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.publish.render import render
from cescore.publish.words import label

ENTITY, NOTEBOOK = "220421", "district.ipynb"
PARTS = (
    "results",
    "flows",
    "progress",
    "plan",
    "peers",
    "assessment",
    "quality",
    "values",
    "method",
)
SCALE = 1.6  # pixels a point
HEAD, FOOT, MARGIN = 60.0, 45.0, 8.0  # of a page, and above a heading [pt]
MOST = 480.0  # of a part [pt]: its beginning is enough to know it by


@dataclass(frozen=True)
class Heading:
    """Where a part begins: page, and distance of its heading from the foot of the page [pt]."""

    part: str
    page: int
    top: float


def make_pictures(root: Path, folder: Path) -> None:
    """Print the report in both languages and cut it: ``page-one.png``, ``page-one.zh_CN.png``, …"""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = make_bundle(evaluate_workspace(Workspace.load(root, None)), ENTITY).to_bytes()
    for lang, ending in (("en", ""), ("zh", ".zh_CN")):
        with tempfile.TemporaryDirectory() as work:
            handed = Path(work, "bundle.json")
            handed.write_bytes(bundle)
            render(handed, Path(work, "out"), lang, notebook=NOTEBOOKS / NOTEBOOK)
            with pypdfium2.PdfDocument(Path(work, "out", "scorecard.pdf")) as pdf:
                for name, picture in cut(pdf, lang):
                    picture.save(folder / f"{name}{ending}.png", optimize=True)


def cut(pdf: pypdfium2.PdfDocument, lang: str) -> Iterator[tuple[str, Image.Image]]:
    """Page one whole, and each part from its heading to the next one or the foot of its page."""
    yield "page-one", _colours(pdf[0].render(scale=SCALE).to_pil())
    headings = list(_headings(pdf, lang))
    for n, heading in enumerate(headings):
        page = pdf[heading.page]
        behind = headings[n + 1] if n + 1 < len(headings) else None
        end = behind.top + MARGIN if behind and behind.page == heading.page else FOOT
        end = max(end, heading.top - MOST)
        above = page.get_height() - min(heading.top + MARGIN, page.get_height() - HEAD / 2)
        crop = (0.0, end, 0.0, above)  # left, foot, right, head
        yield heading.part, _colours(page.render(scale=SCALE, crop=crop).to_pil())


def _headings(pdf: pypdfium2.PdfDocument, lang: str) -> Iterator[Heading]:
    """The headings of the parts, in the order in which they are printed."""
    number = 0
    for page in range(1, len(pdf)):
        text = pdf[page].get_textpage()
        for part in PARTS[number:]:
            searched = text.search(label(f"heading.{part}", lang), match_case=True)
            at = searched.get_next()
            if at is None:
                break
            yield Heading(part, page, text.get_charbox(at[0])[3])
            number += 1


def _colours(picture: Image.Image) -> Image.Image:
    """With 64 colours: a page has few, and the file is a fourth."""
    return picture.convert("RGB").quantize(64)


if __name__ == "__main__":
    DOCS = Path(__file__).parents[1]
    make_pictures(DOCS.parent, DOCS / "generated" / "pictures")
