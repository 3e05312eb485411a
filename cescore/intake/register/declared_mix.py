"""Industries that a public body declares with shares, held against the firms inside it.

A share that is far from the returns of the firms holds the body against the wrong level; one that is
fine enough tells, with the body's output, what its largest firm makes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from math import gcd

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.definitions import Definitions
from cescore.definitions.industry_mix import MixPart, is_mix, parts_of
from cescore.intake.address import Address
from cescore.intake.findings import Finding, Severity
from cescore.intake.register.entities import Entity, Register
from cescore.method.column import Panel

Floats = NDArray[np.float64]

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


@dataclass(frozen=True, eq=False)
class _Respondents:
    """What the entities of a panel returned over recent years, and which of them each body contains."""

    panel: Panel
    register: Register
    values: Floats  # (entities, recent years), nothing for what is missing

    @classmethod
    def of(cls, panel: Panel, register: Register, code: str) -> _Respondents:
        values = np.nan_to_num(panel.column(code).values)[:, -RECENT:]
        return cls(panel, register, values)

    @cached_property
    def rows_inside(self) -> Mapping[str, list[int]]:
        """Body -> the rows of the entities inside it."""
        found: dict[str, list[int]] = defaultdict(list)
        for row, entity_id in enumerate(self.panel.entities):
            for body in dict.fromkeys(a.entity_id for a in self.register.ancestors(entity_id)):
                found[body].append(row)
        return found

    @cached_property
    def texts(self) -> Sequence[tuple[frozenset[str], NDArray[np.object_]]]:
        """The words of each code, and who says which in recent years, "" where nothing is said."""
        return tuple(
            (
                frozenset(texts.ravel()),
                np.where(texts.astype(str) == "None", "", texts)[:, -RECENT:],
            )
            for texts in self.panel.codes.values()
        )

    def add_products(self, body: Entity, found: dict[str, dict[str, float]]) -> None:
        """Add what those inside a body made of each product, by holding; the products are words of
        the code that the body's mix is written in."""
        words = {part.product for part in parts_of(body.industry)}
        texts = next((said for known, said in self.texts if words & known), None)
        if texts is None:
            return
        for row in self.rows_inside.get(body.entity_id, ()):
            entity_id = self.panel.entities[row]
            holder = self.register[entity_id].holding_id or entity_id
            for word in filter(None, dict.fromkeys(texts[row])):
                found[word][holder] += float(self.values[row][texts[row] == word].sum())


def _bodies(
    definitions: Definitions, register: Register, panels: Mapping[str, Panel], code: str
) -> Iterator[_DeclaredMix]:
    respondents = [_Respondents.of(p, register, code) for p in panels.values() if code in p.columns]
    for entity in register:
        panel = panels.get(entity.entity_type)
        if entity.entity_type not in definitions.disclosure.public_types or panel is None:
            continue
        if not is_mix(entity.industry) or code not in panel.columns:
            continue
        returned = panel.column(code).values[panel.row(entity.entity_id), -RECENT:]
        by_product: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for those in respondents:
            those.add_products(entity, by_product)
        yield _DeclaredMix(entity, float(np.nansum(returned)), by_product)


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
