"""Golden pages held against what is drawn now; see the package's own words."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from PIL import Image  # noqa: E402
from publish.golden import TOLERANCE, drawn, reports, share_that_differs, side_by_side  # noqa: E402


def main() -> int:
    """Compare, or with --refresh keep what is drawn now."""
    folder = Path(tempfile.mkdtemp(prefix="golden-"))
    changed = 0
    for golden, pdf in reports(folder):
        new = drawn(pdf, golden.page)
        if "--refresh" in sys.argv:
            new.quantize(16).save(golden.path, optimize=True)
            continue
        kept = (
            Image.open(golden.path).convert("L") if golden.path.exists() else Image.new("L", (1, 1))
        )
        share = share_that_differs(kept, new)
        print(f"{golden.path.name}: {share:.2%} of the dots differ, {TOLERANCE:.2%} may")
        if share > TOLERANCE:
            changed += 1
            side_by_side(kept, new).save(folder / golden.path.name)
    if changed:
        print(f"{changed} pages differ, side by side in {folder}")
    return int(changed > 0)


if __name__ == "__main__":
    sys.exit(main())
