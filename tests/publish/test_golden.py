"""Golden pages: a change of layout that nobody meant is seen."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw
from publish import golden
from publish.conftest import Made

ADVICE = "python -m tests.publish.golden shows them side by side; --refresh keeps the new ones"


def test_the_pages_look_as_they_did(district: Made, tmp_path: Path) -> None:
    given = {("district", "zh"): district.folder / "scorecard.pdf"}
    shares = {
        one.path.name: golden.share_that_differs(
            Image.open(one.path).convert("L"), golden.drawn(pdf, one.page)
        )
        for one, pdf in golden.reports(tmp_path, given)
    }
    assert {n: share for n, share in shares.items() if share > golden.TOLERANCE} == {}, ADVICE


def test_a_missing_line_is_seen_and_a_blurred_edge_is_not(tmp_path: Path) -> None:
    kept = Image.open(golden.GOLDEN[0].path).convert("L")
    spoilt = kept.copy()
    ImageDraw.Draw(spoilt).rectangle((40, 60, 400, 74), fill=255)
    assert golden.share_that_differs(kept, spoilt) > golden.TOLERANCE
    assert golden.share_that_differs(kept, kept.point(lambda dot: min(255, dot + 9))) == 0
    sheet = golden.side_by_side(kept, spoilt)
    assert sheet.width == 3 * kept.width + 20
    assert (255, 0, 0) in {colour for _, colour in sheet.getcolors(10**6) or ()}


def test_the_pictures_stay_small() -> None:
    assert {one.path.name for one in golden.GOLDEN} == {p.name for p in golden.HERE.glob("*.png")}
    assert sum(one.path.stat().st_size for one in golden.GOLDEN) < 200_000
