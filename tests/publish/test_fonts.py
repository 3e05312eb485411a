"""The fonts that are shipped with the page."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from cescore.definitions.shipped import FONTS
from cescore.publish.printing import fonts
from cescore.publish.words import load_labels

FILES = fonts.font_files()
DIGITS = "0123456789"


def gb2312_characters() -> set[str]:
    rows = [bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    return set("".join(row.decode("gb2312", "ignore") for row in rows))


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def font(request):
    with TTFont(request.param, lazy=True) as face:
        yield face


def test_all_faces_together_stay_small():
    assert sum(path.stat().st_size for path in FILES) < 12_000_000


def test_the_licence_stands_beside_them():
    for name in ("OFL-sans.txt", "OFL-serif.txt", "OFL-europe.txt"):
        assert "SIL OPEN FONT LICENSE" in (FONTS / name).read_text("utf-8").upper()


def test_the_family_names_are_private(font):
    assert font["name"].getDebugName(1) in {fonts.SANS, fonts.SERIF}


def test_every_character_of_gb2312_is_there(font):
    characters = gb2312_characters()
    assert len(characters) == 6763
    assert characters <= set(map(chr, font.getBestCmap()))


def test_every_printable_character_of_the_labels_is_there(font):
    used = {c for texts in load_labels().values() for text in texts.values() for c in text}
    assert {c for c in used if c.isprintable()} <= set(map(chr, font.getBestCmap()))


EUROPE = (
    "Łódź Çankaya Őr Þingvellir Ħamrun Șișești Željko Ǆ ẞ ŀ",
    "Ελλάδα Βιβλιοθήκη ΐ ΰ Ἀθῆναι",
    "България Україна Ђорђевић Ѓорче Беларусь Ў Ґ",
    "Thư viện Hà Nội",
)


@pytest.mark.parametrize("names", EUROPE)
def test_latin_greek_and_cyrillic_of_europe_are_there(font, names):
    assert set(names) - {" "} <= set(map(chr, font.getBestCmap()))


@pytest.mark.parametrize("letters", ["ńŁőθђ"])
def test_letters_of_europe_have_the_weight_and_height_of_their_neighbours(font, letters):
    """Taken from another file of the same design: in the same units, not scaled or hollow."""
    cmap, shapes = font.getBestCmap(), font["glyf"]
    for letter in letters:
        drawn = shapes[cmap[ord(letter)]]
        assert 450 < drawn.yMax < 1100 and drawn.numberOfContours > 0


@pytest.mark.parametrize("signs", ["—…※↑↓●◐○×▲▼≥≤−％³²", DIGITS])
def test_the_signs_of_the_tables_are_there(font, signs):
    assert set(signs) <= set(map(chr, font.getBestCmap()))


def test_digits_of_the_sans_all_have_one_width():
    for path in FILES[:2]:
        with TTFont(path, lazy=True) as face:
            cmap, widths = face.getBestCmap(), face["hmtx"]
            assert len({widths[cmap[ord(digit)]][0] for digit in DIGITS}) == 1


def test_matplotlib_knows_them():
    from matplotlib.font_manager import FontProperties, findfont

    fonts.register_with_matplotlib()
    assert findfont(FontProperties(family=fonts.SANS), fallback_to_default=False)


def test_characters_we_lack_are_named():
    assert fonts.uncovered("辽源市 2025") == ""
    assert fonts.uncovered("\U0002a6a5a") == "\U0002a6a5"


def test_the_stylesheet_names_exactly_these_files():
    import re

    style = (FONTS.parent / "print.css").read_text("utf-8")
    assert sorted(re.findall(r'url\("fonts/([^"]+)"\)', style)) == sorted(fonts.FACES)


def test_a_workspaces_own_stylesheet_finds_the_shipped_fonts_unless_it_has_its_own(tmp_path):
    from weasyprint.urls import path2url

    from cescore.publish.printing.print_style import fetcher

    name, own = FILES[0].name, tmp_path / "fonts" / FILES[0].name

    def fetched() -> bytes:
        return fetcher(tmp_path).fetch(path2url(own)).read()

    assert fetched() == FILES[0].read_bytes()
    own.parent.mkdir()
    own.write_bytes(b"another")
    assert fetched() == b"another"
    with pytest.raises(ValueError, match="not on the list"):
        fetcher(tmp_path).fetch(path2url(own.with_name(f"no-{name}")))
