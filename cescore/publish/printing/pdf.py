"""Printing: a page through WeasyPrint to one file that is PDF/A-3a and PDF/UA-1, with our own fonts
and nothing else.

WeasyPrint is imported when the first page is printed, because it stands on libraries that pip
cannot bring; where they are missing the message says how to get them.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from cescore.errors import PublishError
from cescore.publish.printing.glyphs import lacking, named, replaced, stand_ins
from cescore.publish.printing.layout import layout_of
from cescore.publish.printing.own_fonts import NONE, PLACE, OwnFonts
from cescore.publish.printing.print_style import Style, fetcher, fonts_of, listening, style_of

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


def print_pdf(
    html: str,
    *,
    stylesheet: Path,
    identifier: bytes,
    dated: date,
    attachments: tuple[Attachment, ...] = (),
    own: OwnFonts = NONE,
) -> Printed:
    """The PDF of a page. Equal arguments give equal bytes.

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

    Raises
    ------
    PublishError
        The system libraries under WeasyPrint are missing, or the page cannot be set.
    """
    unknown = lacking(html.partition("<body")[2])
    own = own.needed_for(unknown)
    table = stand_ins(unknown, own.drawn()) if unknown else {}
    html = own.charts(replaced(html, table))
    weasyprint, style = _weasyprint(), style_of(stylesheet, own)
    with (
        listening() as log,
        fonts_of(style) as fonts,
        warnings.catch_warnings(),
    ):
        # WeasyPrint leaves the closing of its colour profile to the garbage collector
        warnings.filterwarnings("ignore", "unclosed file.*sRGB2014", ResourceWarning)
        document = _laid_out(html, style, fonts)
        layout = layout_of(document)
        if layout.ends_poorly:  # a few lines on a page of their own: set a little closer
            closer = _laid_out(html.replace("<html ", '<html class="closer" ', 1), style, fonts)
            if len(closer.pages) < layout.pages:
                document, layout = closer, layout_of(closer)
        _claim_accessible(document.metadata)
        raw = document.write_pdf(
            finisher=_finish,
            pdf_identifier=identifier,
            pdf_variant=VARIANT,
            attachments=[
                _attached(weasyprint, one, dated) for one in sorted(attachments, key=_key)
            ],
        )
    families = {font.family for font in document.fonts.values()}
    foreign = tuple(sorted(f for f in families if not f.startswith(OWN_FONTS)))
    told = tuple(layout.warnings())
    return Printed(raw, layout.pages, (*style.log, *log), foreign, table, told)


def _laid_out(html: str, style: Style, fonts: Any) -> Any:
    """WeasyPrint's document of a page."""
    page = _weasyprint().HTML(
        string=html, url_fetcher=fetcher(style.path.parent), base_url=None, media_type="print"
    )
    return page.render(
        font_config=fonts,
        counter_style=style.counters.copy(),
        stylesheets=[style.rules],
        pdf_variant=VARIANT,
    )


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


def _attached(weasyprint: ModuleType, attachment: Attachment, dated: date) -> Any:
    moment = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
    return weasyprint.Attachment(
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
    without decompression: archives look for both."""
    for piece in pdf.objects:
        if getattr(piece, "extra", {}).get("Type") == "/Metadata":
            piece.compress = False
    listed = pdf.catalog.get("AF")
    if listed:
        listed[:] = list(dict.fromkeys(listed))
