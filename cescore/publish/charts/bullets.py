"""Bars inside the cells of a table: completion against goal and schedule, checks by status.

They are drawn with widths alone and say nothing that the figures beside them do not.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cescore.method.disclosure.rules import PeerFigure
from cescore.publish.charts.plan_bars import STATUSES
from cescore.publish.numbers import DASH, PrintedNumber, percentage
from cescore.publish.view import View

FULL = 120.0  # per cent of the goal that the whole track stands for


def bullet(completion: float | None, schedule: float | None) -> PrintedNumber:
    """Completion as a bar; a strong line is the goal, a fine one what is due by now.

    ``schedule`` is completion over what is due, both as shares.
    """
    if completion is None:
        return PrintedNumber.of(DASH, None)
    due = completion / schedule if schedule and completion > 0 else None
    mark = f'<i class="bd" style="left:{_place(100 * due)}%"></i>' if due and due < 0.995 else ""
    bar = Markup('<i class="bl"><i style="width:{}%"></i>{}<i class="bg" style="left:{}%"></i></i>')
    drawn = bar.format(_place(100 * completion), Markup(mark), _place(100.0))
    return percentage(completion).after(drawn)


def _place(per_cent: float) -> str:
    return f"{min(max(per_cent, 0.0), FULL) / FULL * 100:.1f}"


def quartile_strip(own: float | None, peers: PeerFigure) -> Markup | str:
    """The released middle half of the peers as a band, their median as a line, the own value as a
    dot; "" where nothing is released. The ends of the strip are no one's values."""
    low, high, median = peers.lower_quartile, peers.upper_quartile, peers.median
    if low is None or high is None or median is None or own is None:
        return ""
    least, most = min(own, low), max(own, high)
    room = (most - least) * 0.12 or 1.0
    least, most = least - room, most + room

    def at(value: float) -> str:
        return f"{100 * (value - least) / (most - least):.1f}"

    return Markup(
        '<i class="qs"><i class="qb" style="left:{}%;width:{:.1f}%"></i>'
        '<i class="qm" style="left:{}%"></i><i class="qo" style="left:{}%"></i></i>'
    ).format(at(low), 100 * (high - low) / (most - least), at(median), at(own))


def check_bar(counts: Sequence[int], most: int) -> Markup:
    """Checks by status, one part after the other; the longest bar has the whole width.

    Each part has its own place: parts that follow one another by their widths alone would break
    off the last where rounding brings them beyond the whole.
    """
    parts, begun = [], 0
    for status, count in zip(STATUSES, counts, strict=True):
        left = _hundredths(begun, most)
        begun += count
        width = _hundredths(begun, most) - left
        if count:
            parts.append(
                f'<i class="s-{status}" style="left:{left / 100:.2f}%;width:{width / 100:.2f}%"></i>'
            )
    return Markup('<i class="cb">{}</i>').format(Markup("".join(parts)))


def _hundredths(part: int, whole: int) -> int:
    """A share in hundredths of a per cent."""
    return round(10_000 * part / max(whole, 1))


def check_head(view: View, status: str) -> Markup:
    """The head of a column of counts, with the colour its part of the bars has."""
    return Markup('<i class="sw s-{}"></i>{}').format(status, view.t(f"check.{status}"))
