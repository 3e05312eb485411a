"""What a page says of its own standing: draft, reviewed, final, and what a correction changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cescore.publish.numbers import quantity
from cescore.publish.words import label

if TYPE_CHECKING:
    from cescore.disclosure.documents.standing import Moved, ReportStanding, Value

DECIMALS = {"": 1, "%": 1}  # of a figure that moved, by its unit; else two
PLACES, MOST_PLACES = 2, 9


class Printable(Protocol):
    """What is printed: a bundle or a document."""

    @property
    def standing(self) -> ReportStanding | None: ...

    @property
    def release_stage(self) -> str: ...


def standing_words(data: Printable, lang: str) -> str:
    """The stage, with the day of its sign-off and its number where it was released."""
    stage = label(f"status.{data.release_stage}", lang)
    return label("join.clause", lang).join(filter(None, [stage, signed_off(data.standing, lang)]))


def signed_off(standing: ReportStanding | None, lang: str) -> str:
    """Edition and day of the sign-off; "" for what was not signed off."""
    if standing is None or not standing.signed_on:
        return ""
    return label("standing.signed", lang, edition=standing.edition, date=standing.signed_on)


def correction(standing: ReportStanding | None, lang: str, *, has_result: bool = True) -> str:
    """Why an edition was corrected, and what moved in this report; "" where it is no correction.

    A document has no result of its own that could move: it says where that stands.
    """
    if standing is None or standing.stage != "corrected":
        return ""
    moved = label("join.clause", lang).join(_moved(one, lang) for one in standing.moved)
    if not has_result:
        said = label("standing.document", lang)
    else:
        said = (
            label("standing.moved", lang, moved=moved) if moved else label("standing.still", lang)
        )
    return label("standing.correction", lang, reason=standing.reason, moved=said)


def _moved(one: Moved, lang: str) -> str:
    places = DECIMALS.get(one.unit, PLACES)
    while places < MOST_PLACES and _shown(one.before, one, places, lang) == _shown(
        one.after, one, places, lang
    ):
        places += 1  # until what moved is seen to move
    before, after = (_shown(value, one, places, lang) for value in (one.before, one.after))
    return label("standing.from_to", lang, name=one.name(lang), before=before, after=after)


def _shown(value: Value, of: Moved, places: int, lang: str) -> str:
    if value is None:
        return label("standing.none", lang)
    if isinstance(value, str):
        return value
    return quantity(value, of.unit, lang, places)
