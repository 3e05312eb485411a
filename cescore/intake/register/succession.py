"""Entities formed from others: mergers, splits and take-overs, as the register states them.

The column ``formed_from`` names the entities whose business a row took over in the year in which it
begins, each with the share that went there where that is known: ``E005; E006`` or ``E005: 0.6``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cescore.intake.findings import Context
from cescore.intake.notation import bad_id, nearest
from cescore.intake.notation import number as number_in
from cescore.intake.register.entities import Entity, Predecessor, Register
from cescore.intake.register.stages import Lines
from cescore.intake.wording import phrase, shortened
from cescore.method.thresholds import meets

_BETWEEN = re.compile(r"[;；、,，\s]+")
_COLON = re.compile(r"\s*[:：]\s*")

FormationKind = Literal["merged", "split", "split_off", "continued", "taken_over"]


@dataclass(frozen=True)
class Formation:
    """An entity that was formed from others, or took over their business, in a year.

    ``kind``: of several ``merged``; one of several that one was ``split`` into; ``split_off`` from
    one that goes on; ``continued`` under another id; ``taken_over`` by one that existed before.
    ``shares``: of each origin [0-1], None where it is not known how much of it went there.
    """

    entity_id: str
    year: int
    kind: FormationKind
    shares: Mapping[str, float | None]


def formations(register: Register) -> Iterator[Formation]:
    """All formations of a register, in its order."""
    for entity in register:
        for state in register.states(entity.entity_id):
            if state.formed_from and state.valid_from is not None:
                yield _formation(state, entity, register)


def formation_of(entity_id: str, register: Register) -> Formation | None:
    """How an entity came into being, where the register says that it was formed from others."""
    state = register.states(entity_id)[0]
    if not state.formed_from or state.valid_from is None:
        return None
    return _formation(state, register[entity_id], register)


def _formation(state: Entity, entity: Entity, register: Register) -> Formation:
    year = state.valid_from or 0
    shares = {o.entity_id: _share(o, year, register) for o in state.formed_from}
    return Formation(entity.entity_id, year, _kind(state, entity, register), shares)


def _kind(state: Entity, entity: Entity, register: Register) -> FormationKind:
    if state.valid_from != entity.valid_from:
        return "taken_over"
    if len(state.formed_from) > 1:
        return "merged"
    origin = state.formed_from[0].entity_id
    if origin in register and register[origin].is_valid_in(state.valid_from or 0):
        return "split_off"
    heirs = {s.entity_id for s in register.successors[origin] if s.valid_from == state.valid_from}
    return "split" if len(heirs) > 1 else "continued"


def _share(origin: Predecessor, year: int, register: Register) -> float | None:
    """The share stated; the whole where the origin ended and has no other heir."""
    if origin.share is not None:
        return origin.share
    heirs = [s for s in register.successors[origin.entity_id] if s.valid_from == year]
    is_gone = origin.entity_id in register and not register[origin.entity_id].is_valid_in(year)
    return 1.0 if is_gone and len(heirs) == 1 else None


# --- reading -------------------------------------------------------------------------------------


def read_origins(text: str, here: Context) -> tuple[Predecessor, ...]:
    """The origins that a cell of ``formed_from`` names; what is none is told."""
    here = here.of(variable="formed_from")
    found: dict[str, Predecessor] = {}
    for part in _parts(text):
        entity_id, _, share = part.partition(":")
        amount = _fraction(share) if share else None
        if bad_id(entity_id) or (share and amount is None):
            here.error("bad_origin", text=shortened(part))
        elif entity_id in found:
            here.error("origin_twice", text=shortened(entity_id))
        else:
            found[entity_id] = Predecessor(entity_id, amount)
    return tuple(found.values())


def read_former_ids(text: str, here: Context) -> tuple[str, ...]:
    """The codes that a cell of ``former_ids`` names; what is none is told."""
    here = here.of(variable="former_ids")
    found: list[str] = []
    for part in _parts(text):
        reason = bad_id(part)
        if reason:
            here.error("bad_id", text=shortened(part), reason=phrase(reason))
        else:
            found.append(part)
    return tuple(dict.fromkeys(found))


def _parts(text: str) -> list[str]:
    return [part for part in _BETWEEN.split(_COLON.sub(":", text)) if part]


def _fraction(text: str) -> float | None:
    """A share above 0 and up to 1, also written in per cent."""
    cell = number_in(text.removesuffix("%"), "")
    if cell.number is None:
        return None
    share = cell.number / 100 if text.endswith("%") else cell.number
    return share if math.isfinite(share) and 0 < share <= 1 else None


# --- what must hold ------------------------------------------------------------------------------


def sound_succession(register: Register, lines: Lines, context: Context) -> Register:
    """The register without origins that cannot be: each told at its row, with what was expected.

    An origin is another entity of the same type, known, and no heir of its own heir; it ended just
    before its heir begins, or goes on and says what share it gave; no more than the whole is given.
    """
    bad: set[tuple[Entity, str]] = set()
    for entity in register:
        for state in (s for s in register.states(entity.entity_id) if s.formed_from):
            here = context.row(lines[state.entity_id, state.valid_from]).of(
                entity_id=entity.entity_id, variable="formed_from"
            )
            if state.valid_from is None:
                here.error("formation_without_year")
                bad |= {(state, o.entity_id) for o in state.formed_from}
                continue
            for origin in state.formed_from:
                if not _is_sound(state, origin, register, here):
                    bad.add((state, origin.entity_id))
    sound = _without_origins(register, bad)
    _tell_shares(sound, lines, context)
    return sound


def _is_sound(state: Entity, origin: Predecessor, register: Register, here: Context) -> bool:
    """Whether a state can have been formed from an origin; told where not."""
    origin_id, year = origin.entity_id, state.valid_from or 0
    if origin_id not in register:
        near = nearest(origin_id, register.entities)
        here.error("unknown_origin", text=shortened(origin_id), near=near)
        return False
    if origin_id == state.entity_id or state.entity_id in register.lineage(origin_id):
        here.error("origin_circle", text=origin_id)
        return False
    other = register[origin_id]
    if other.entity_type != state.entity_type:
        here.error("origin_of_other_type", text=origin_id, entity_type=other.entity_type)
        return False
    if other.valid_from is not None and other.valid_from >= year:
        here.error("origin_begins_later", text=origin_id, first=other.valid_from, year=year)
        return False
    if other.is_valid_in(year):
        if origin.share is None or origin.share >= 1:
            here.error("origin_goes_on", text=origin_id, year=year, last=year - 1)
            return False
    elif not other.is_valid_in(year - 1):
        ended = other.valid_to if other.valid_to is not None else year - 1
        here.warning("origin_ended_before", text=origin_id, last=ended, expected_last=year - 1)
    return True


def _tell_shares(register: Register, lines: Lines, context: Context) -> None:
    """Entities of which more than the whole is given away in a year, or less though they ended."""
    for origin_id, heirs in register.successors.items():
        for year in sorted({heir.valid_from or 0 for heir in heirs}):
            ours = [heir for heir in heirs if heir.valid_from == year]
            shares = [o.share for h in ours for o in h.formed_from if o.entity_id == origin_id]
            known = [share for share in shares if share is not None]
            total, is_known = sum(known), len(known) == len(shares)
            here = context.row(lines[ours[-1].entity_id, year])
            here = here.of(entity_id=ours[-1].entity_id, variable="formed_from")
            if not meets(total, "<=", 1.0):
                here.error("shares_above_whole", text=origin_id, total=total, year=year)
            elif (
                is_known
                and not register[origin_id].is_valid_in(year)
                and not meets(total, ">=", 1.0)
            ):
                here.warning("shares_below_whole", text=origin_id, total=total, year=year)


def _without_origins(register: Register, bad: set[tuple[Entity, str]]) -> Register:
    if not bad:
        return register

    def sound(state: Entity) -> Entity:
        kept = tuple(o for o in state.formed_from if (state, o.entity_id) not in bad)
        return replace(state, formed_from=kept)

    stages = {e: tuple(map(sound, states)) for e, states in register.stages.items()}
    entities = {
        e: replace(one, formed_from=stages[e][-1].formed_from) if e in stages else sound(one)
        for e, one in register.entities.items()
    }
    return Register(entities, stages)
