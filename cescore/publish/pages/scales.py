"""Which scale an indicator is scored on, in words that are true of that indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.definitions.model import Framework, Indicator
from cescore.definitions.model.ends import ON_LOG
from cescore.method.index.fitting import method_of
from cescore.method.index.scaling import points_of_doubling
from cescore.publish.numbers import number
from cescore.publish.pages.document import Words, exact

if TYPE_CHECKING:
    from cescore.publish.view import View

STRAIGHT = "goalposts"


def normalised(words: Words | View, framework: Framework) -> str:
    """How values become scores; where some go by the logarithm and others do not, which ones.

    The shorter of the two lists is written out, the rest are the others.
    """
    scored = framework.scored()
    by_log = [i for i in scored if method_of(i, framework) == ON_LOG]
    straight = [i for i in scored if method_of(i, framework) == STRAIGHT]
    ends = {"floor": exact(framework.scale.floor), "top": exact(framework.scale.top)}
    if not by_log or not straight or len(by_log) + len(straight) < len(scored):
        method = ON_LOG if by_log and not straight else framework.normalisation
        return words.t(f"method.normalisation.{method}", **ends)
    few, key = (by_log, "log_named") if len(by_log) <= len(straight) else (straight, "line_named")
    names = words.join([i.name(words.lang) or i.code for i in few])
    rest = len(scored) - len(few)
    return words.t(f"method.normalisation.{key}", n=len(few), names=names, rest=rest, **ends)


def doubling(words: Words, framework: Framework, indicator: Indicator) -> str:
    """What a doubling earns or costs on the logarithmic scale of an indicator, in points."""
    pairs = [
        pair
        for posts in indicator.goalposts.values()
        for pair in ((posts.worst, posts.best), *posts.by_industry.values())
    ]
    sizes = sorted(
        {number(points_of_doubling(*pair, scale=framework.scale)) for pair in pairs}, key=float
    )
    points = (
        words.t("book.own.doubling.between", least=sizes[0], most=sizes[-1])
        if sizes[1:]
        else sizes[0]
    )
    side = "rises" if indicator.direction == 1 else "falls"
    which = words.t("book.own.doubling.by_industry") if sizes[1:] else ""
    return words.t(f"book.own.doubling.{side}", points=points, which=which)
