"""Printing: a page through WeasyPrint to one file that is PDF/A-3a and PDF/UA-1, with our own fonts
and nothing else.

WeasyPrint is imported when the first page is printed, because it stands on libraries that pip
cannot bring; where they are missing the message says how to get them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from cescore.errors import PublishError
from cescore.publish.printing.faster import (
    faster,
    html_of,
    is_faster,
    memory_of,
    packed_lightly,
    serialised_once,
)
from cescore.publish.printing.glyphs import lacking, named, replaced, stand_ins
from cescore.publish.printing.layout import PageLayout, layout_of
from cescore.publish.printing.other_way import opened
from cescore.publish.printing.own_fonts import NONE, PLACE, OwnFonts
from cescore.publish.printing.print_style import Style, fetcher, fonts_of, listening, style_of
from cescore.publish.printing.roomy import roomy
from cescore.publish.printing.seal import sealed

VARIANT = "pdf/a-3a"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"
OWN_FONTS = "CE "  # font families of static/fonts begin so; see static/print.css
# The claim of PDF/UA-1, with the description that PDF/A asks of every schema it does not know.
ACCESSIBLE = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


@dataclass(frozen=True)
class Printed:
    """A finished PDF and what the printer had to say."""

    raw: bytes
    pages: int
    log: tuple[str, ...]  # WeasyPrint's warnings and errors: must be empty
    foreign_fonts: tuple[str, ...]  # families that stood in for a character ours do not have
    stand_ins: Mapping[int, str] = field(default_factory=dict)  # characters no font here draws
    layout: tuple[str, ...] = ()  # what a person should look at on the pages

    def as_printed(self, text: str) -> str:
        """A text as this file shows it: see `cescore.publish.printing.glyphs`."""
        return text.translate(dict(self.stand_ins))

    def warnings(self) -> list[str]:
        """What a person should know: of the pages, and of characters that our own fonts lack."""
        unknown = ", ".join(named(self.stand_ins))
        told = [f"characters set in a foreign font: {name}" for name in self.foreign_fonts]
        if unknown:
            told.append(f"no font here draws {unknown}: printed by number; see {PLACE}/ in README")
        return [*told, *self.layout]


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF."""

    name: str
    raw: bytes
    description: str


@roomy
def print_pdf(
    html: str,
    *,
    stylesheet: Path,
    identifier: bytes,
    dated: date,
    attachments: tuple[Attachment, ...] = (),
    own: OwnFonts = NONE,
    is_close: bool = False,
    has_spare_core: bool = False,
) -> Printed:
    """The PDF of a page. Equal arguments give equal bytes.

    A page whose last sheet is more than half empty is set a little closer, if that saves the sheet,
    else a little wider, if that fills it better. One that is to be close is set so at once, which
    saves a sheet and the second setting of most; where its last sheet holds little, tighter if that
    saves the sheet, else less close.

    Parameters
    ----------
    html
        The page without its style.
    stylesheet
        ``print.css``; it may use files of its own folder and those below it, nothing else.
    identifier
        16 bytes that tell this document from every other.
    dated
        Date of the attachments: PDF/A-3 asks for one, and a page never reads the clock.
    own
        The bureau's fonts, set before ours.
    is_close
        Begin with the closer way of setting.
    has_spare_core
        Both ways of setting are tried at once, the second in a process forked from this one:
        sooner done where one report is waited for, and a waste where there are many.

    Raises
    ------
    PublishError
        The system libraries under WeasyPrint are missing, or the page cannot be set.
    """
    unknown = lacking(html.partition("<body")[2])
    own = own.needed_for(unknown)
    table = stand_ins(unknown, own.drawn()) if unknown else {}
    html = own.charts(replaced(html, table))
    style = style_of(stylesheet, own)
    ordered = tuple(sorted(attachments, key=_key))
    plain = _Sheet(html, style, identifier, dated, ordered, table)
    if is_close:
        return _printed_close(plain, at_once=has_spare_core)
    return _printed_plain(plain, at_once=has_spare_core)


def _printed_close(plain: _Sheet, *, at_once: bool) -> Printed:
    """The page set closer; tighter where that saves a last sheet of a few lines, as it is where that
    fills it better."""
    closer, tighter = plain.in_class("closer"), plain.in_class("tighter")
    with opened(plain.set, at_once=at_once) as other, closer.set() as first:
        if not first.layout.ends_poorly_though_close:
            return first.printed()
        if first.layout.may_be_saved_tighter:
            with tighter.set() as third:
                if third.pages < first.pages:
                    return third.printed()
        second = other()  # looser: on as many pages it holds more on the last
        return (second if second.pages == first.pages else first).printed()


def _printed_plain(plain: _Sheet, *, at_once: bool) -> Printed:
    """The page as it is; closer or wider where that saves its last sheet or fills it better."""
    closer, wider = plain.in_class("closer"), plain.in_class("wider")
    with opened(closer.set, at_once=at_once) as other, plain.set() as first:
        if first.layout.may_be_saved:
            second = other()
            if second.pages < first.pages:
                return second.printed()
        if not first.layout.ends_poorly:
            return first.printed()
        with wider.set() as third:
            better = third if third.layout.is_better_than(first.layout) else first
            return better.printed()


@dataclass(frozen=True)
class _Sheet:
    """A page and what it is printed with."""

    html: str
    style: Style
    identifier: bytes
    dated: date
    attachments: tuple[Attachment, ...]
    stand_ins: Mapping[int, str]

    def in_class(self, name: str) -> _Sheet:
        """The same page under a class of the stylesheet that sets it otherwise."""
        return replace(self, html=self.html.replace("<html ", f'<html class="{name}" ', 1))

    @contextmanager
    def set(self) -> Iterator[_Set]:
        """The page laid out; what WeasyPrint says meanwhile is kept."""
        _weasyprint()
        with (
            listening() as log,
            fonts_of(self.style, in_place=is_faster()) as fonts,
            faster(self.html, self.style, fonts),
            warnings.catch_warnings(),
        ):
            # WeasyPrint leaves the closing of its colour profile to the garbage collector
            warnings.filterwarnings("ignore", "unclosed file.*sRGB2014", ResourceWarning)
            page = html_of(
                self.html,
                self.style.text,
                url_fetcher=fetcher(self.style.path.parent),
                base_url=None,
                media_type="print",
            )
            document = page.render(
                font_config=fonts,
                counter_style=self.style.counters.copy(),
                stylesheets=[self.style.rules],
                pdf_variant=VARIANT,
            )
            if log:
                memory_of(self.style).forget()  # or a second page would not say it again
            yield _Set(self, document, layout_of(document), log)


@dataclass(frozen=True)
class _Set:
    """A page laid out by WeasyPrint, not yet written."""

    sheet: _Sheet
    document: Any
    layout: PageLayout
    log: list[str]

    @property
    def pages(self) -> int:
        return self.layout.pages

    def printed(self) -> Printed:
        """The file, and what there is to say of it."""
        sheet, document = self.sheet, self.document
        _claim_accessible(document.metadata)
        with faster(sheet.html, sheet.style, document.font_config), packed_lightly():
            raw = document.write_pdf(
                finisher=_finish,
                pdf_identifier=sheet.identifier,
                pdf_variant=VARIANT,
                attachments=[_attached(one, sheet.dated) for one in sheet.attachments],
            )
        families = {font.family for font in document.fonts.values()}
        foreign = tuple(sorted(f for f in families if not f.startswith(OWN_FONTS)))
        log, told = (*sheet.style.log, *self.log), tuple(self.layout.warnings())
        return Printed(sealed(raw), self.pages, log, foreign, sheet.stand_ins, told)


def _weasyprint() -> ModuleType:
    try:
        import weasyprint
    except OSError as error:
        raise PublishError(
            f"WeasyPrint cannot find a system library ({_first_line(error)}); install with:"
            f" apt-get install -y {PACKAGES}"
        ) from error
    module: ModuleType = weasyprint
    return module


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _key(attachment: Attachment) -> bytes:
    """The order of names inside a PDF: that of the bytes they are written in."""
    name = attachment.name
    return name.encode() if name.isascii() else b"\xfe\xff" + name.encode("utf-16-be")


def _attached(attachment: Attachment, dated: date) -> Any:
    moment = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    return _weasyprint().Attachment(
        string=attachment.raw,
        name=attachment.name,
        description=attachment.description,
        relationship="Data",
        created=moment,
        modified=moment,
    )


def _claim_accessible(metadata: Any) -> None:
    """Add PDF/UA-1 to what the metadata say: WeasyPrint states one standard, this page meets two."""
    stated = metadata.generate_rdf_metadata

    def stating(*given: Any) -> bytes:
        text: bytes = stated(*given)
        return text.replace(b"</rdf:RDF>", ACCESSIBLE + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = stating


def _finish(document: Any, pdf: Any) -> None:
    """Name each attached file once (WeasyPrint lists it twice) and leave the metadata readable
    without decompression: archives look for both. From here on no object changes."""
    for piece in pdf.objects:
        if getattr(piece, "extra", {}).get("Type") == "/Metadata":
            piece.compress = False
    listed = pdf.catalog.get("AF")
    if listed:
        listed[:] = list(dict.fromkeys(listed))
    pdf.objects[:] = serialised_once(pdf.objects)
