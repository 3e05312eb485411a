"""Industries that a public body declares with shares, held against the firms inside it.

A share that is far from the returns of the firms holds the body against the wrong level; one that is
fine enough tells, with the body's output, what its largest firm makes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.industry_mix import MixPart, is_mix, parts_of
from cescore.definitions.load import Definitions
from cescore.intake.address import Address
from cescore.intake.entities import Entity, Register
from cescore.intake.findings import Finding, Severity
from cescore.method.column import Panel

RECENT = 3  # years that a declared share is held against, the last ones together
APART = 0.10  # of the body's output: from there a share is no matter of rounding
COARSEST = Fraction(1, 4)  # nobody knows of a coarser step than quarters that it was taken


@dataclass(frozen=True)
class _DeclaredMix:
    """A body with a declared mix: what it returned, and what its firms did, over recent years."""

    entity: Entity
    whole: float
    by_product: Mapping[str, Mapping[str, float]]  # product -> holding or firm -> its output

    @property
    def of_firms(self) -> float:
        return sum(sum(firms.values()) for firms in self.by_product.values())


def declared_mixes(
    definitions: Definitions, register: Register, panels: Mapping[str, Panel], file: str
) -> Iterator[Finding]:
    """What stands against the declared shares of public bodies, where params say what they are shares of.

    ``mix_differs``: a product's share is 10 points or more from that in the returns of the body's
    firms. ``mix_gives_away``: the most that the largest firm of a product can make, (share + half a
    step) · output of the body - the second largest, lies less than p per cent above what it makes.
    Both over the last three years together, which a share is taken to be of: it bounds no single one.
    """
    code = definitions.disclosure.shares_of
    if not code:
        return
    for body in _bodies(definitions, register, panels, code):
        at = Address(file)
        parts = parts_of(body.entity.industry)
        for product, declared, returned in _apart(body, parts):
            yield _finding("warning", "mix_differs", at, body, product, declared, returned)
        for part in _given_away(body, parts, definitions.disclosure.p_percent):
            yield _finding("error", "mix_gives_away", at, body, part.product, float(part.share))


def step_of(parts: tuple[MixPart, ...]) -> Fraction:
    """The step that declared shares seem to be rounded to: the largest that divides all, a quarter at most.

    Examples
    --------
    >>> (
    ...     float(step_of(parts_of("a（x）75%；b（y）25%"))),
    ...     float(step_of(parts_of("a（x）72.5%；b（y）27.5%"))),
    ... )
    (0.25, 0.025)
    """
    scale = 1000
    whole = [round(part.share * scale) for part in parts]
    return min(Fraction(reduce(gcd, whole), scale), COARSEST)


def _bodies(
    definitions: Definitions, register: Register, panels: Mapping[str, Panel], code: str
) -> Iterator[_DeclaredMix]:
    for entity in register:
        panel = panels.get(entity.entity_type)
        if entity.entity_type not in definitions.disclosure.public_types or panel is None:
            continue
        if not is_mix(entity.industry) or code not in panel.columns:
            continue
        returned = panel.column(code).values[panel.row(entity.entity_id), -RECENT:]
        whole = float(np.nansum(returned))
        yield _DeclaredMix(entity, whole, _products_inside(entity, register, panels, code))


def _products_inside(
    body: Entity, register: Register, panels: Mapping[str, Panel], code: str
) -> Mapping[str, Mapping[str, float]]:
    """The output of the respondents inside a body by product, those of one holding together."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    words = {part.product for part in parts_of(body.industry)}
    for panel in panels.values():
        texts = _texts(panel, words)
        if texts is None or code not in panel.columns:
            continue
        values = np.nan_to_num(panel.column(code).values)[:, -RECENT:]
        for row, entity_id in enumerate(panel.entities):
            if body.entity_id in {above.entity_id for above in register.ancestors(entity_id)}:
                holder = register[entity_id].holding_id or entity_id
                for word in filter(None, dict.fromkeys(texts[row])):
                    found[word][holder] += float(values[row][texts[row] == word].sum())
    return found


def _texts(panel: Panel, words: set[str]) -> NDArray[np.object_] | None:
    """The code whose words a mix is written in, by entity and year."""
    for texts in panel.codes.values():
        if words & set(texts.ravel()):
            return np.where(texts.astype(str) == "None", "", texts)[:, -RECENT:]
    return None


def _apart(body: _DeclaredMix, parts: tuple[MixPart, ...]) -> Iterator[tuple[str, float, float]]:
    if not body.of_firms:
        return
    declared = {part.product: float(part.share) for part in parts if part.product}
    for product in dict.fromkeys([*declared, *body.by_product]):
        returned = sum(body.by_product.get(product, {}).values()) / body.of_firms
        if abs(declared.get(product, 0.0) - returned) >= APART:
            yield product, declared.get(product, 0.0), returned


def _given_away(
    body: _DeclaredMix, parts: tuple[MixPart, ...], p_percent: float
) -> Iterator[MixPart]:
    half = float(step_of(parts)) / 2
    for part in parts:
        made = body.by_product.get(part.product, {})
        largest, second = sorted([*made.values(), 0.0, 0.0], reverse=True)[:2]
        most = min(float(part.share) + half, 1.0) * body.whole - second
        if largest and abs(most - largest) < p_percent / 100 * largest:
            yield part


def _finding(
    severity: Severity, code: str, at: Address, body: _DeclaredMix, product: str, *shares: float
) -> Finding:
    told = [f"{100 * share:.1f}" for share in shares]
    values = (("product", product), *zip(("declared", "returned"), told, strict=False))
    entity_id = body.entity.entity_id
    return Finding(severity, code, at, entity_id=entity_id, variable="industry", values=values)
