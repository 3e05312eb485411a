"""Cut the committed fonts out of Noto Sans SC and Noto Serif SC, completed from Noto Sans and Serif.

Usage: python make_subsets.py FOLDER [--europe FOLDER] [--also FILE ...]
       python make_subsets.py --europe FOLDER     (completes the committed faces as they are)

FOLDER holds the static TrueType files ``NotoSansSC_400Regular.ttf``, ``NotoSansSC_700Bold.ttf``,
``NotoSerifSC_400Regular.ttf`` and ``NotoSerifSC_700Bold.ttf`` (the npm packages
``@expo-google-fonts/noto-sans-sc`` and ``noto-serif-sc``, version 0.4.3, carry them). ``--also``
names UTF-8 texts whose characters are wanted besides, such as a register with rare names.

Each face gets all of GB 2312 (its 6,763 characters, and its signs), Latin letters, the signs that
statistics print, and every character of ``labels.json``. What those sources lack of the letters of
Europe (Latin with its accents, Greek, Cyrillic; Vietnamese comes along) is taken from
``NotoSans-Regular.ttf``, ``NotoSans-Bold.ttf`` and ``NotoSerif-Bold.ttf`` in the folder of
``--europe`` (Debian's package fonts-noto-core carries them): of the same design, in the same units,
so that they become glyphs of the same face and need no second family. The family
names are private ("CE Sans", "CE Serif"), so that no font of the system stands in unnoticed.
Same sources, same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
LABELS = HERE.parents[1] / "labels.json"
# source, source of the letters it lacks, family, style
FACES = (
    ("NotoSansSC_400Regular.ttf", "NotoSans-Regular.ttf", "CE Sans", "Regular"),
    ("NotoSansSC_700Bold.ttf", "NotoSans-Bold.ttf", "CE Sans", "Bold"),
    ("NotoSerifSC_700Bold.ttf", "NotoSerif-Bold.ttf", "CE Serif", "Bold"),
)
# Latin to Extended-B, Greek, Cyrillic and its supplement, Latin Extended Additional, Greek Extended
EUROPE = (*range(0xA0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))
LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C))
PUNCTUATION = (*range(0x2002, 0x200C), *range(0x2010, 0x2028), 0x202F, *range(0x2030, 0x205F))
WORD_JOINER = (0x2060,)
SIGNS = (
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉€₂℃℉№℡←↑→↓↔↖↗↘↙−≈≠≤≥±×÷∞∑√∆∂■□▲△▼▽◆◇○◎●◐◑★☆✓✗✔✘①②③④⑤⑥⑦⑧⑨⑩㎡㎥㎏㎞％‰※"
)


def gb2312() -> set[int]:
    """Every character of GB 2312-80, from the codec of the standard library."""
    found = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.update(map(ord, bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue  # the standard leaves this cell empty
    return found


def wanted(also: list[Path]) -> set[int]:
    """Code points that each face should have, as far as its source has them."""
    texts = [LABELS, *also]
    used = {ord(c) for path in texts if path.is_file() for c in path.read_text("utf-8")}
    return gb2312() | {*LATIN, *PUNCTUATION, *WORD_JOINER} | set(map(ord, SIGNS)) | used


def cut(source: Path, target: Path, family: str, style: str, characters: set[int]) -> None:
    """Write one face with its private name; hinting is dropped, the page is printed."""
    options = subset.Options(
        hinting=False,
        layout_features=["kern", "locl", "ccmp", "mark", "mkmk"],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        notdef_outline=True,
        recalc_timestamp=False,
        drop_tables=["DSIG", "BASE", "VORG", "vhea", "vmtx", "STAT", "gasp"],
    )
    font = TTFont(source, recalcTimestamp=False)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)
    rename(font, family, style)
    font.save(target)


def complete(target: Path, donor: Path, characters: set[int]) -> None:
    """Add to a face the characters that it lacks, each drawn whole, without hinting."""
    font = TTFont(target, recalcTimestamp=False)
    with TTFont(donor, lazy=True) as source:
        shapes, names = source.getGlyphSet(), source.getBestCmap()
        lacking = [
            code for code in sorted(characters) if code in names and code not in font.getBestCmap()
        ]
        for code in lacking:
            name = f"uni{code:04X}"
            outline = DecomposingRecordingPen(shapes)
            shapes[names[code]].draw(outline)
            pen = TTGlyphPen(None)
            outline.replay(pen)
            glyph = pen.glyph()
            font["glyf"][name] = glyph
            glyph.recalcBounds(font["glyf"])
            left = getattr(glyph, "xMin", 0)
            font["hmtx"][name] = (source["hmtx"][names[code]][0], left)
            for table in font["cmap"].tables:
                table.cmap[code] = name
    font.save(target)


def rename(font: TTFont, family: str, style: str) -> None:
    """Give the font the private family name; copyright and licence stay as they are."""
    postscript = f"{family.replace(' ', '')}-{style}"
    texts = {1: family, 2: style, 3: postscript, 4: f"{family} {style}", 6: postscript}
    for name in list(font["name"].names):
        if name.nameID in texts:
            font["name"].removeNames(nameID=name.nameID)
    for name_id, text in texts.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)


def main() -> int:
    """Cut all faces and print what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="where the Chinese fonts are")
    parser.add_argument("--europe", type=Path, help="where Noto Sans and Noto Serif are")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="texts to cover as well")
    given = parser.parse_args()
    characters = wanted(given.also)
    for name, donor, family, style in FACES:
        target = HERE / f"{family.replace(' ', '')}-{style}.ttf"
        if given.folder:
            cut(given.folder / name, target, family, style, characters)
        if given.europe:
            complete(target, given.europe / donor, characters | set(EUROPE))
        absent = characters - set(TTFont(target).getBestCmap())
        shown = "".join(sorted(map(chr, absent)))
        print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB, not in the source: {shown!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
