"""How a total comes about, in figures that come out: its parts with their weights, and the index as
what it enters the total as."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cescore.method.grading.assessment import MOST
from cescore.publish.arithmetic import decimals_that_work
from cescore.publish.numbers import PrintedNumber, number, percentage
from cescore.publish.view import View, of_series
from cescore.publish.words import has_label

MOST_DECIMALS = (
    2  # of an index that a page prints to be converted; with more it is said to be exact
)


def parts_of_total(view: View) -> list[tuple[str, PrintedNumber, PrintedNumber]]:
    """Each part of the total by name, with its points and its weight."""
    found, decimals = view.data.assessment, part_decimals(view)
    of_weights = _weight_decimals(found.weights)
    return [
        (part_name(view, key), number(value, decimals), percentage(weight, of_weights))
        for key, value in found.parts.items()
        if value is not None
        for weight in (found.weights.get(key, 0.0),)
    ]


def part_decimals(view: View) -> int:
    """The decimals of the parts at which the total, and the one on similar parts, follow from them."""
    found = view.data.assessment
    sums = [
        (found.weights, found.total, found.bonus or 0.0),
        (_shares(found.comparable_weights), found.comparable, 0.0),
    ]
    return max(_decimals_of_sum(found.parts, *one) for one in sums)


def _decimals_of_sum(
    parts: Mapping[str, float | None],
    weights: Mapping[str, float],
    total: float | None,
    extra: float,
) -> int:
    """The decimals of parts at which their weighted sum prints as a total."""
    known = {key: value for key, value in parts.items() if value is not None and key in weights}
    if total is None:
        return 1
    of_parts = [weights[key] for key in known]
    places = 2 + _weight_decimals(weights)
    printed = [round(weight, places) for weight in of_parts]

    def summed(values: Sequence[float]) -> float:
        return min(math.fsum(w * v for w, v in zip(printed, values, strict=True)) + extra, MOST)

    return decimals_that_work(list(known.values()), summed, total)


def comparable(view: View) -> str:
    """The total by the parts that bodies of several types have, and what it leaves out."""
    found = view.data.assessment
    if found.comparable is None:
        return ""
    shares = _shares(found.comparable_weights)
    of_shares = _weight_decimals(shares)
    parts = [
        f"{view.t(f'part.{part}')} {percentage(share, of_shares)}" for part, share in shares.items()
    ]
    return view.t("grade.comparable", total=number(found.comparable), parts=view.join(parts))


def converted(view: View, key: str) -> str:
    """The index on its own scale beside what it enters the total as; "" where the two are one."""
    if not view.data.assessment.index_converted:
        return ""
    scale, part = view.bundle.framework.scale, view.data.assessment.parts.get("index")
    index = of_series(view.data.evaluated.index, view.now).value
    if index is None or part is None:
        return ""
    length, of_part = scale.top - scale.floor, part_decimals(view)
    decimals = decimals_that_work(
        [index], lambda at: 100 * (at[0] - scale.floor) / length, part, of_result=of_part
    )
    if decimals > MOST_DECIMALS:
        key, decimals = f"{key}.unrounded", 1
    return view.t(
        key, index=view.name(view.bundle.framework.index.code), value=number(index, decimals),
        floor=f"{scale.floor:g}", top=f"{scale.top:g}", part=number(part, of_part),
    )  # fmt: skip


def part_name(view: View, key: str) -> str:
    return view.t(f"part.{key}") if has_label(f"part.{key}") else key


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights as shares of their sum."""
    whole = sum(weights.values())
    return {key: weight / whole for key, weight in weights.items()}


def _weight_decimals(weights: Mapping[str, float]) -> int:
    """Decimals of weights in per cent at which they are what they are, two at most."""
    shares = [100 * weight for weight in weights.values()]
    return next((n for n in (0, 1) if all(abs(w - round(w, n)) < 1e-9 for w in shares)), 2)
