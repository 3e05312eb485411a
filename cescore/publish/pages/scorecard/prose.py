"""What the entity says itself: its words, under its own name, never mixed with the findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cescore.publish.fragment import Fragment, clean
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.view import View

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle

BULLETS = ("- ", "* ")


def statement(bundle: OpenBundle) -> Fragment:
    """The entity's statement with its owner and date, flagged where it speaks of another year."""
    view = View(bundle)
    found = {prose.lang: prose for prose in bundle.data.prose}
    prose = found.get(view.lang) or next(iter(found.values()), None)
    if prose is None:
        return NONE
    flags = [view.t("prose.stale", year=prose.year)] if prose.year < bundle.year else []
    flags += [view.t(f"prose.only_{prose.lang}")] if prose.lang != view.lang else []
    signed = view.t("prose.signed", owner=clean(prose.owner), date=prose.date)
    body = Markup("").join(_blocks(clean(prose.text)))
    marks = Markup("").join(Markup('<span class="tagged">{}</span> ').format(f) for f in flags)
    html = Markup(
        '<div class="statement"><p class="card-name">{}</p>{}{}<p class="note">{}</p></div>'
    ).format(
        view.t("prose.title"), Markup("<p>{}</p>").format(marks) if flags else "", body, signed
    )
    return Fragment(html)


def _blocks(text: str) -> Iterator[Markup]:
    """Paragraphs and lists; everything else is text and printed as it stands."""
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and all(line.startswith(BULLETS) for line in lines):
            items = Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines)
            yield Markup('<ul class="points">{}</ul>').format(items)
        elif lines:
            yield Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in lines))
