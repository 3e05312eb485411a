"""Golden pages: what page one of a few reports looks like, as small pictures that a person reviews.

``python -m tests.publish.golden`` draws every page again and writes, for each that differs, a
picture with the kept page, the new one and their difference side by side into a folder that it
names. ``python -m tests.publish.golden --refresh`` keeps the new pages. Pages are drawn by PDFium
from the fonts embedded in the PDF: no font of the machine has a part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageChops

HERE = Path(__file__).parent
SCALE = 0.75  # of 72 dots an inch: the layout shows, the file stays at some 30 kB
DIFFERS = 48  # of 255: a dot that differs by less is the rounding of a curve
TOLERANCE = 0.0005  # share of dots that may differ: a few figures, no line of text


@dataclass(frozen=True)
class Golden:
    """One page of a test bundle's report."""

    kind: str
    lang: str
    page: int  # from 0

    @property
    def path(self) -> Path:
        return HERE / f"{self.kind}-{self.lang}-{self.page + 1}.png"


GOLDEN = (Golden("district", "zh", 0), Golden("district", "zh", 1), Golden("enterprise", "en", 0))


def drawn(pdf: Path, page: int) -> Image.Image:
    """A page of a PDF in grey."""
    document = pypdfium2.PdfDocument(pdf.read_bytes())
    try:
        return document[page].render(scale=SCALE, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def share_that_differs(kept: Image.Image, new: Image.Image) -> float:
    """The share of dots that differ visibly; 1 where the pages have another size."""
    if kept.size != new.size:
        return 1.0
    return float((np.asarray(ImageChops.difference(kept, new)) > DIFFERS).mean())


def side_by_side(kept: Image.Image, new: Image.Image) -> Image.Image:
    """The kept page, the new one, and the new one with what differs in red."""
    width, height = new.size
    same_size = kept.resize(new.size)
    mask = ImageChops.difference(same_size, new).point(lambda dot: 255 * (dot > DIFFERS))
    marked = Image.composite(Image.new("RGB", new.size, "red"), new.convert("RGB"), mask)
    sheet = Image.new("RGB", (3 * width + 20, height), "grey")
    for place, picture in enumerate((same_size, new, marked)):
        sheet.paste(picture.convert("RGB"), (place * (width + 10), 0))
    return sheet


def reports(
    folder: Path, made: dict[tuple[str, str], Path] | None = None
) -> Iterator[tuple[Golden, Path]]:
    """Each golden page with the PDF it is in, made now unless it is among those given."""
    from publish import builders

    from cescore.publish.render import render

    notebooks = Path(__file__).resolve().parents[3] / "notebooks"
    made = made or {}
    for golden in GOLDEN:
        key = (golden.kind, golden.lang)
        if key not in made:
            at = folder / "-".join(key)
            at.mkdir(parents=True)
            path = builders.write_bundle(at, builders.bundle_of(golden.kind))
            render(path, at / "out", golden.lang, notebook=notebooks / f"{golden.kind}.ipynb")
            made[key] = at / "out" / "scorecard.pdf"
        yield golden, made[key]
