"""The arithmetic behind the points of measures: how many checks earn which credit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from cescore.method.grading.measures import MeasureLine
from cescore.publish.numbers import percentage
from cescore.publish.pages.document import exact

DIGITS = 4  # of a credit, unless its sum takes more
EVERY_DIGIT = 15


def credit_sum(measures: Sequence[MeasureLine]) -> str:
    """``(19 × 1 + 3 × 0.8) ÷ 22``: the scored checks by their credit, the best first.

    "" where the credit of some scored check is not on the lines, because it is withheld or because
    the lines are those of a whole period.
    """
    credits = [c["credit"] for line in measures for c in line.checks if c["credit"] is not None]
    scored = sum(line.scored for line in measures)
    whole = math.fsum(line.credit for line in measures)
    if not scored or len(credits) != scored or abs(math.fsum(credits) - whole) > 1e-9:
        return ""
    counted = Counter(_texts(credits, scored))
    ordered = sorted(counted.items(), key=lambda item: -float(item[0]))
    terms = " + ".join(f"{n} × {credit}" for credit, n in ordered)
    return f"({terms}) ÷ {scored}"


def _texts(credits: Sequence[float], scored: int) -> list[str]:
    """The credits with as many digits as it takes for their mean to come out as it is printed."""
    mean = percentage(math.fsum(credits) / scored)
    for digits in range(DIGITS, EVERY_DIGIT):
        texts = [exact(float(f"{credit:.{digits}g}")) for credit in credits]
        if percentage(math.fsum(map(float, texts)) / scored) == mean:
            return texts
    return [exact(credit) for credit in credits]
