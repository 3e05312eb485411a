"""What an audit proved safe, by a hash of everything that its verdict rests on.

A part of the figures that is audited again as it was, unknown by unknown and statement by statement, gets
the verdict that it got. So after a correction only the parts are asked again that it touches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cescore.disclosure.ledger.kept_pattern import METHOD, SAYS_NOTHING_OF_SUMS

if TYPE_CHECKING:
    from cescore.method.disclosure.inference import Key, Statement
    from cescore.method.disclosure.protection import Protection

DIGITS = 24  # of a hash, 96 bits: of a million parts no two are called the same


def verdict_of(protection: Protection) -> str:
    """A hash of all that decides whether a part is safe: unknowns with what is behind them, statements,
    wholes, rules of disclosure and the method.

    Costs are not in it, which decide what is withheld of a part that is not safe, nor is the order of
    unknowns and statements. Of a part with cells that are taken as safe there is no such hash.
    """
    assert not protection.safe
    system = protection.system
    named = sorted((repr(key), key) for key in system.least)
    number = {key: i for i, (_, key) in enumerate(named)}
    lines = [
        f"method {METHOD}",
        protection.rules.model_dump_json(exclude=SAYS_NOTHING_OF_SUMS),
        *(
            f"{name} {system.least[key]!r} {system.truth.get(key)!r} "
            f"{sorted(protection.cells.get(key, {}).items())}"  # type: ignore[call-overload]
            for name, key in named
        ),
        *sorted(_line(statement, number) for statement in system.statements),
        *sorted(str(sorted(number[cell] for cell in whole)) for whole in protection.wholes),
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGITS]


def _line(statement: Statement, number: Mapping[Key, int]) -> str:
    terms = sorted((number[key], c) for key, c in statement.terms.items())
    printed = sorted(map(repr, statement.printed))
    return f"{terms} {statement.low!r} {statement.high!r} {printed}"
