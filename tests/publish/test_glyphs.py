"""Characters that no font has, and a bureau's own fonts: never a box, never a font of the machine."""

from __future__ import annotations

import json
import shutil
import unicodedata
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from publish import builders
from publish.pages import named
from publish.test_render import small_notebook, text_of

from cescore.definitions.shipped import TEMPLATES
from cescore.errors import PublishError
from cescore.publish.printing.fonts import font_files
from cescore.publish.printing.glyphs import lacking, stand_ins
from cescore.publish.printing.own_fonts import own_fonts
from cescore.publish.printing.pdf import Printed, print_pdf
from cescore.publish.render import render
from cescore.publish.stylesheets import STYLESHEET
from cescore.run.inputs.hashed import Inputs

RARE = "\U00020bb7"  # 𠮷, of extension B
PRIVATE = "\ue000"
BODY = f'<h1>{RARE}野市</h1><p>{RARE}<b>{RARE}</b>2025</p><svg width="90" height="20" xmlns="http://www.w3.org/2000/svg"><title>{RARE}</title><text y="12" font-family="\'CE Sans\', \'DejaVu Sans\'">{RARE}</text></svg>'


def font(folder: Path, name: str, drawn: str = "吉", at: str = RARE) -> Path:
    """A font of one character of ours, put at another code point."""
    folder.mkdir(parents=True, exist_ok=True)
    with TTFont(font_files()[0]) as made:
        worker = subset.Subsetter(subset.Options(name_IDs=["*"], notdef_outline=True))
        worker.populate(text=drawn)
        worker.subset(made)
        glyph = made.getBestCmap()[ord(drawn)]
        table = CmapSubtable.newSubtable(12)
        table.platformID, table.platEncID, table.language = 3, 10, 0
        table.cmap = {ord(at): glyph}
        made["cmap"].tables = [table]
        for record in made["name"].names:
            record.string = str(record).replace("CE Sans", "Bureau").replace("CESans", "Bureau")
        made.save(folder / name)
    return folder / name


def printed(templates: Path, body: str = BODY) -> Printed:
    html = f'<html lang="zh-CN"><head><title>{RARE}</title></head><body>{body}</body></html>'
    return print_pdf(
        html, stylesheet=TEMPLATES / STYLESHEET, identifier=b"0123456789abcdef",
        dated=date(2025, 12, 31), own=own_fonts(templates),
    )  # fmt: skip


def set_in(made: Printed) -> set[tuple[str, str]]:
    """Each piece of text of a PDF with the font it is set in, without the mark of its subset."""
    page = pypdfium2.PdfDocument(made.raw)[0]
    pieces = page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage())
    return {(p.extract(), p.get_font().get_base_name().split("+")[-1]) for p in pieces}


def text(made: Printed) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made.raw))


def test_a_character_that_no_font_draws_is_printed_as_its_number_and_named(tmp_path: Path) -> None:
    made = printed(tmp_path)
    assert text(made).count("〔U+20BB7〕") == 4
    assert made.warnings() == [
        f"no font here draws {RARE} (U+20BB7): printed by number; see fonts/ in README"
    ]
    assert (made.foreign_fonts, made.log) == ((), ())
    assert pypdfium2.PdfDocument(made.raw).get_metadata_dict()["Title"] == RARE


@pytest.mark.parametrize(("char", "shown"), [(PRIVATE, "〔U+E000〕"), ("\U0001f3ed", "〔U+1F3ED〕"), ("\ufe0f", ""), ("\u200e", ""), ("\u1680", " ")])  # fmt: skip
def test_what_has_no_picture_leaves_no_box_either(char: str, shown: str) -> None:
    assert stand_ins(lacking(f"市{char}"), frozenset()) == {ord(char): shown}


def test_what_our_fonts_draw_stays_as_it_is() -> None:
    assert lacking("辽源市 2025\n①㎡ “≥” é") == frozenset()


def test_a_font_dropped_into_the_folder_draws_rare_characters_in_text_title_and_chart(
    tmp_path: Path,
) -> None:
    font(tmp_path / "fonts", "ExtB.ttf")
    made = printed(tmp_path)
    assert (made.warnings(), made.log) == ([], ())
    assert "〔" not in text(made) and text(made).count(RARE) == 4


def test_a_dropped_font_is_opened_only_where_it_is_needed(tmp_path: Path) -> None:
    font(tmp_path / "fonts", "ExtB.ttf")
    plain = "<p>辽源市</p>"
    assert printed(tmp_path, plain).raw == printed(tmp_path / "none", plain).raw


def test_roles_set_text_and_titles_and_leave_the_rest_to_the_shipped_fonts(tmp_path: Path) -> None:
    folder = tmp_path / "fonts"
    font(folder, "fs.ttf", "吉", "市")
    font(folder, "ht.ttf", "吉", "市")
    font(folder, "xbs.ttf", "吉", "题")
    roles = {"text": "fs.ttf", "text-bold": "ht.ttf", "title": "xbs.ttf"}
    (folder / "fonts.json").write_text(json.dumps(roles))
    made = printed(tmp_path, "<h1>标题</h1><p>城市</p><p><b>城市</b></p>")
    assert made.warnings() == [] and made.log == ()
    assert "".join(text(made).split()).startswith("标题城市")
    assert own_fonts(tmp_path).rare == ()
    css = own_fonts(tmp_path).style('h1 {font-family: "CE Serif"} p {font: 9pt "CE Sans"}')
    assert 'h1 {font-family: "CE Own Title", "CE Serif", "CE Sans"}' in css
    assert 'p {font: 9pt "CE Own Text", "CE Sans"}' in css
    expected = {("标", "CE-Serif-Bold"), ("题", "CE-Own-Title-Bold"), ("城", "CE-Sans"), ("市", "CE-Own-Text"),
                ("城", "CE-Sans-Bold"), ("市", "CE-Own-Text-Bold")}  # fmt: skip
    assert expected <= set_in(made)


def test_what_is_wrong_in_the_folder_is_named_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "report_templates" / "fonts"
    folder.mkdir(parents=True)
    (folder / "simsun.ttc").write_bytes(b"ttcf")
    (folder / "broken.ttf").write_bytes(b"no font")
    (folder / "fonts.json").write_text('{"body": "a.ttf", "title": "gone.ttf"}')
    with pytest.raises(PublishError) as error:
        own_fonts(tmp_path / "report_templates")
    told = str(error.value)
    assert told.startswith("report_templates/fonts: simsun.ttc is a collection")
    assert "no role 'body', expected one of text, text-bold, title" in told
    assert "title: gone.ttf is no .ttf or .otf file" in told
    assert "broken.ttf cannot be read as a font" in told


def test_a_dropped_font_is_part_of_what_makes_a_report(tmp_path: Path) -> None:
    (tmp_path / "report_templates").mkdir()
    before = Inputs(tmp_path).shared["templates"]
    font(tmp_path / "report_templates" / "fonts", "ExtB.ttf")
    assert Inputs(tmp_path).shared["templates"] != before


NAMES = (  # name, as it is printed; no warning for any of them
    (
        "Bibliothe\u0300que de Gene\u0300ve",
        "Bibliothèque de Genève",
    ),  # taken apart, as a Mac writes it
    ("Mu\u0308ll\u00adverwertung", "Müllverwertung"),
    ("Łódź Çankaya Őr", "Łódź Çankaya Őr"),
    ("Ελλάδα · България · Nội", "Ελλάδα · България · Nội"),
    ("\u2f54泥\u2f1a", "水泥厂"),  # radicals of Kangxi for the ideographs
    ("\ufb01nance o\ufb03ce", "finance office"),
    ("Non\u2011breaking\u200b \u2060Library\ufeff", "Non-breaking Library"),
    ("㍿ ㈱ ①", "株式会社 (株) 1"),
    ("ｆｕｌｌ\u3000ｗｉｄｔｈ", "full width"),
)


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_name_is_printed_in_one_form_without_what_cannot_be_seen(
    name: str, shown: str, tmp_path: Path
) -> None:
    path = builders.write_bundle(tmp_path, named(name))
    record = render(path, tmp_path / "out", "zh", notebook=small_notebook(tmp_path))
    assert not [line for line in record.warnings if "no font" in line]
    packed = unicodedata.normalize("NFKC", shown).replace("\u2010", "-").replace(" ", "")
    assert packed in unicodedata.normalize("NFKC", text_of(tmp_path)).replace("\u2010", "-")


HOSTILE = (
    f"{RARE}野\U0001f3ed", "שלום חברה", "<b>强</b>&amp;", "$\\frac{1}{2}$ {{7*7}} %s",
    "山\u202e前\u200f区", "NaN", "Traceback", "Out[1]", "¶",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_literally(name: str, tmp_path: Path) -> None:
    path = builders.write_bundle(tmp_path, named(name))
    record = render(path, tmp_path / "out", "zh", notebook=small_notebook(tmp_path))
    unknown = {c for c in name if f"{c} (U+" in " ".join(record.warnings)}
    shown = "".join(f"〔U+{ord(c):04X}〕" if c in unknown else c for c in name if c.isprintable())
    assert shown.replace(" ", "") in text_of(tmp_path)
    shutil.rmtree(tmp_path / "out")


def test_a_leak_beside_a_hostile_name_is_still_found(tmp_path: Path) -> None:
    path = builders.write_bundle(tmp_path, named("Out[1]"))
    cells = ("tables.page_one(bundle, result, progress, indicators)", "print('Out' + '[3]')",
             "conclude(bundle, result, indicators=indicators, progress=progress)")  # fmt: skip
    notebook = small_notebook(tmp_path, cells=cells)
    with pytest.raises(PublishError, match=r"'Out\[' is printed"):
        render(path, tmp_path / "out", "zh", notebook=notebook)
