"""Which figures of the peers may be held against an entity's own: like against like."""

from __future__ import annotations

from cescore.method.disclosure.rules import PeerFigure
from cescore.publish.view import View

EVERYBODY = "all"  # of a label that does not speak of peers but of all that returned


def is_among_industries(view: View) -> bool:
    """Whether those compared belong to several lines of business: firms, and parks of firms."""
    return bool(view.data.entity.industry)


def comparable_figures(view: View) -> dict[str, PeerFigure]:
    """The released figures of the peers by code, without those that only tell lines of business apart.

    Among several industries an indicator is compared by its value only where one pair of ends holds
    for all of them. Where ends go by industry, or there are none, what is ordinary in one line of
    business is extraordinary in another; scores of groups and of the index allow for it.
    """
    figures = view.data.peers.figures if view.data.peers else ()
    if not is_among_industries(view):
        return {figure.code: figure for figure in figures}
    indicators = view.bundle.framework.indicators
    return {
        figure.code: figure
        for figure in figures
        if figure.code not in indicators or _has_one_scale(view, figure.code)
    }


def _has_one_scale(view: View, code: str) -> bool:
    posts = view.bundle.framework.indicators[code].goalposts_in(view.bundle.year)
    return posts is not None and not posts.by_industry


def peer_words(view: View, key: str, /, **values: object) -> str:
    """A label that speaks of the peers, or of all that returned where these are no peers."""
    audience = view.data.peers.audience if view.data.peers else ""
    is_everybody = audience == "respondent" and is_among_industries(view)
    return view.t(f"{key}.{EVERYBODY}" if is_everybody else key, **values)
