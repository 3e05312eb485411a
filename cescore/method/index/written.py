"""The methods of scores and means written out: a formula of the one language, with its numbers.

What is written here is for whoever wants to follow one number; what is executed stands in `scaling`
and `aggregate`, and tests hold both to the same results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import Scale, Treatment
from cescore.method.index.outliers import SHIFT
from cescore.method.index.scaling import T_SPAN
from cescore.method.thresholds import at_most, tied

Floats = NDArray[np.float64]
CUT = "min(max({}, 0), 1)"


@dataclass(frozen=True)
class WrittenMethod:
    """A formula over symbols, and the numbers of those that are constants.

    ``x`` is the value that is scored, ``floor`` and ``top`` are the ends of the scale. ``text`` is
    empty where a method has no formula of one entity's own numbers.
    """

    text: str
    constants: Mapping[str, float]


@dataclass(frozen=True)
class PlaceAmongAll:
    """How many of those compared are worse than a value, and how many no better; itself is among them."""

    worse: int
    not_better: int
    among: int


def standing(value: float, ordered: Floats, direction: int) -> PlaceAmongAll:
    """Where a value stands among all in rising order; rounding noise ties (`thresholds.tied`).

    Examples
    --------
    >>> standing(20.0, np.array([10.0, 20.0, 20.0, 40.0]), 1)
    PlaceAmongAll(worse=1, not_better=3, among=4)
    """
    own, every = float(tied(np.array([value]))[0]), tied(ordered)
    below = int(np.searchsorted(every, own, side="left"))
    not_above = int(np.searchsorted(every, own, side="right"))
    if direction == 1:
        return PlaceAmongAll(below, not_above, len(every))
    return PlaceAmongAll(len(every) - not_above, len(every) - below, len(every))


def on_ends_written(
    method: str, x: float, ends: tuple[float, float], *, direction: int, scale: Scale
) -> WrittenMethod:
    """A score on stated ends (`normalisations.on_ends`): goalposts, efficacy, distance to a target.

    ``ends`` are worst and best [unit of ``x``].

    Examples
    --------
    >>> on_ends_written("goalposts", 30.0, (60.0, 20.0), direction=-1, scale=Scale()).text
    'floor + min(max((x - worst) / (best - worst), 0), 1) * (top - floor)'
    """
    worst, best = ends
    if method == "distance_to_target":
        return _ratio(x, "target", best, direction, scale)
    if method == "log_goalposts" and x <= 0:  # beyond the lower end
        end = "top" if direction == -1 else "floor"
        return WrittenMethod(end, {end: getattr(scale, end)})
    if method == "log_goalposts":
        share = CUT.format("log(x / worst) / log(best / worst)")
        return _on_scale(share, scale, {"worst": worst, "best": best})
    share = "(x - worst) / (best - worst)"
    share = share if method == "efficacy" else CUT.format(share)
    return _on_scale(share, scale, {"worst": worst, "best": best})


def by_constants_written(
    method: str, x: float, learnt: Mapping[str, float], *, direction: int, scale: Scale
) -> WrittenMethod:
    """A score by constants that were learnt of all entities (`normalisations.by_constants`)."""
    if method == "fraction_of_maximum":
        name = "high" if direction == 1 else "low"
        return _ratio(x, name, learnt[name], direction, scale)
    if method == "z_score":
        sign = "+" if direction == 1 else "-"
        text = f"1/2 {sign} (x - average) / sd / {T_SPAN:g}"  # mean is a function
        return _on_scale(text, scale, {"average": learnt["mean"], "sd": learnt["sd"]})
    worst, best = ("low", "high") if direction == 1 else ("high", "low")
    if method == "distance_to_reference":
        text = f"max((x - {worst}) / (reference - {worst}), 0)"
        constants = {worst: learnt[worst], "reference": learnt["reference"]}
        return _on_scale(text, scale, constants)
    text = CUT.format(f"(x - {worst}) / ({best} - {worst})")
    return _on_scale(text, scale, {"low": learnt["low"], "high": learnt["high"]})


def by_order_written(method: str, place: PlaceAmongAll, scale: Scale) -> WrittenMethod:
    """A score by a place among all (`normalisations.by_order`)."""
    if method == "rank":
        share = "(worse + not_better - 1) / 2 / (n - 1)"
        constants = {"worse": place.worse, "not_better": place.not_better, "n": place.among}
    else:
        share, constants = "worse / (n - 1)", {"worse": place.worse, "n": place.among}
    return _on_scale(share, scale, {name: float(number) for name, number in constants.items()})


def treated_written(treatment: Treatment, learnt: Mapping[str, float]) -> str:
    """What `outliers.apply` does to a value ``x`` with constants learnt before, over their names.

    Examples
    --------
    >>> treated_written(Treatment(), {"win_low": 1.0, "win_high": 9.0})
    'min(max(x, win_low), win_high)'
    """
    if "win_low" in learnt:
        return "min(max(x, win_low), win_high)"
    if "log_low" not in learnt:
        return ""
    inside, shift = "min(max(x, log_low), log_high)", f"{SHIFT:g} * (log_high - log_low)"
    if treatment.then == "log_ct_plus" and "log_mirrored" in learnt:
        return f"-log(log_high + {shift} - {inside})"
    if treatment.then in ("log_ct", "log_ct_plus"):
        return f"log({inside} - log_low + {shift})"
    if treatment.then == "log_gii":
        return f"log((log_high - 1) * ({inside} - log_low) / (log_high - log_low) + 1)"
    if treatment.then == "log_ct_orig" or not treatment.power:
        return f"log({inside} - log_low + 1)"
    power = _text(abs(treatment.power))
    power = power if treatment.power > 0 else f"(-{power})"
    return f"(({inside} - log_low + 1) ** {power} - 1) / {power}"


def mean_written(method: str, power: float, members: Sequence[tuple[str, float, float]]) -> str:
    """The mean of members (symbol, weight, value) as text, its weights as numbers.

    The geometric mean is written as a product of powers by shares. "" for a method that is no mean
    of one entity's own members; "0" where a member at 0 makes it 0.

    Examples
    --------
    >>> mean_written("arithmetic_mean", 1, [("A", 3, 90.0), ("B", 1, 50.0)])
    '(3 * A + B) / (3 + 1)'
    >>> mean_written("geometric_mean", 0, [("A", 1, 90.0), ("B", 1, 50.0)])
    'A ** 0.5 * B ** 0.5'
    """
    counted = [(symbol, weight, value) for symbol, weight, value in members if weight > 0]
    power = {"arithmetic_mean": 1.0, "geometric_mean": 0.0, "harmonic_mean": -1.0}.get(
        method, power
    )
    is_mean = method == "generalised_mean" or method in WRITERS_OF_MEANS
    if not counted or not is_mean:
        return ""
    if power <= 0 and any(value == 0 for _, _, value in counted):
        return "0"
    return _power_mean(power, counted)


WRITERS_OF_MEANS: tuple[str, ...] = ("arithmetic_mean", "geometric_mean", "harmonic_mean")


def _power_mean(power: float, members: Sequence[tuple[str, float, float]]) -> str:
    weights = [weight for _, weight, _ in members]
    is_equal = set(weights) == {1.0}
    whole = str(len(weights)) if is_equal else f"({' + '.join(map(_text, weights))})"
    if power == 0:
        total = sum(weights)
        return " * ".join(f"{symbol} ** {_text(weight / total)}" for symbol, weight, _ in members)
    if power == -1:
        parts = " + ".join(f"{_text(weight)} / {symbol}" for symbol, weight, _ in members)
        return f"{whole} / ({parts})"
    if power == 1:
        parts = " + ".join(f"{_times(weight)}{symbol}" for symbol, weight, _ in members)
        return f"({parts}) / {whole}"
    raised = f"** {_text(power)}" if power > 0 else f"** (-{_text(-power)})"
    parts = " + ".join(f"{_times(weight)}{symbol} {raised}" for symbol, weight, _ in members)
    inverse = f"(1/{_text(power)})" if power > 0 else f"(-1/{_text(-power)})"
    return f"(({parts}) / {whole}) ** {inverse}"


def _text(number: float) -> str:
    """The shortest text of a number, whole ones without a point."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _times(weight: float) -> str:
    """A weight before what it weighs; 1 is not written."""
    return "" if weight == 1 else f"{_text(weight)} * "


def _ratio(x: float, name: str, best: float, direction: int, scale: Scale) -> WrittenMethod:
    """x / best cut to 0-1, or best / x where less is better; all from the best on."""
    if direction == 1:
        return _on_scale(CUT.format(f"x / {name}"), scale, {name: best})
    if bool(at_most(x, best)):
        return WrittenMethod("top", {"top": scale.top})
    return _on_scale(f"{name} / x", scale, {name: best})


def _on_scale(share: str, scale: Scale, constants: Mapping[str, float]) -> WrittenMethod:
    is_sum = " + " in share or " - " in share.split("(")[0]
    inside = f"({share})" if is_sum else share
    ends = {"floor": scale.floor, "top": scale.top}
    return WrittenMethod(f"floor + {inside} * (top - floor)", {**constants, **ends})
