"""Known errors of the sources, mended on record: what was changed, why, and on whose word."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cescore.definitions.entries.located import Node
from cescore.definitions.model import Variable
from cescore.intake.address import Address
from cescore.intake.findings import NOBODY, Context, Settlement
from cescore.intake.observations.recorded import (
    PERSON,
    EntryList,
    in_current_codes,
    is_number,
    is_year,
    line_of,
    value_of,
    word,
    written_day,
    wrong_day,
    wrong_reason,
    wrong_statement,
)
from cescore.intake.observations.statuses import STATUSES
from cescore.intake.register.entities import Register
from cescore.intake.wording import Phrase, phrase, shortened
from cescore.intake.wording import code as named_code

ACTIONS = ("scale", "set", "drop")
CONFIRM = "confirm"  # an action until confirmations had a file of their own
NO_ROW = "absent"  # as `old`: there is no usable row
WORD_OF = ("name", "role", "channel", "date")  # on whose word a survey return is changed
ENTRIES = EntryList(
    "corrections",
    (
        "action",
        "entity_id",
        "year",
        "variable",
        "factor",
        "value",
        "old",
        "expect",
        "reason",
        "on_word_of",
        "by",
        "reported",
        "status",
    ),
)
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
}


@dataclass(frozen=True)
class Correction:
    """One entry of corrections.yml.

    scale multiplies a value by ``factor``; set gives a number, a status or a code; drop takes the
    row out. ``old`` is what the source must say, ``expect`` holds comparisons with its number: where
    they fail, the source has been mended and the correction must go. ``on_word_of`` is whoever
    answers for the return, whose word alone changes one of a statistical survey; ``recorded`` is who
    at the bureau wrote the entry, and when.
    """

    action: str
    entity_id: str
    year: int
    variable: str
    reason: str
    at: Address
    factor: float | None = None
    value: float | str | None = None
    old: float | str | None = None
    on_word_of: Settlement = NOBODY
    recorded: Settlement = NOBODY
    expect: tuple[tuple[str, float], ...] = ()
    rules: Variable | None = None  # of the variable, which the corrected value keeps
    entity_type: str = ""

    @property
    def settlement(self) -> Settlement:
        """On whose word the value is changed: the respondent's, else whose entry it is."""
        return self.recorded if self.on_word_of == NOBODY else self.on_word_of


def read_corrections(
    path: Path, register: Register, variables: Mapping[str, Variable], context: Context
) -> tuple[Correction, ...]:
    """The entries that can be used; the others are errors of the entity they name.

    An entry that confirms, as this file once could, is told and confirms nothing: it names nobody
    and no value.

    Raises
    ------
    DataError
        The file is no YAML list: nobody can tell what it meant to correct.
    """
    found = []
    former = {old: code for code, variable in variables.items() for old in variable.formerly}
    current = {"entity_id": register.current_ids, "variable": former}
    for written in ENTRIES.read(path, context):
        entry = in_current_codes(written, current)
        here = context.row(line_of(entry)).of(entity_id=word(entry, "entity_id"))
        if word(entry, "action") == CONFIRM:
            here.warning("confirmation_old_form", rule=shortened(word(entry, "finding")))
            continue
        wrong = _wrong_with(entry, register, variables)
        for what in wrong:
            here.error("bad_correction", what=what)
        if not wrong:
            correction = _correction(entry, here.at)
            signed = {"by": correction.recorded.name, "reported": correction.recorded.date}
            if unsaid := tuple(key for key, text in signed.items() if not text):
                here.warning("correction_by_nobody", keys=unsaid)
            rules, entity = variables.get(correction.variable), register[correction.entity_id]
            found.append(replace(correction, rules=rules, entity_type=entity.entity_type))
    return tuple(found)


def _wrong_with(entry: Node, register: Register, variables: Mapping[str, Variable]) -> list[Phrase]:
    """Everything that keeps one entry from being used."""
    if not isinstance(entry.value, dict):
        return [phrase("no_mapping", text=shortened(entry.raw))]
    action, entity_id = word(entry, "action"), word(entry, "entity_id")
    wrong = [*ENTRIES.unknown_keys(entry), *wrong_reason(entry), *wrong_day(entry, "reported")]
    if action not in ACTIONS:
        wrong.append(phrase("unknown_action", text=shortened(action), known=ACTIONS))
    if entity_id not in register:
        wrong.append(phrase("not_in_register", text=shortened(entity_id)))
    if not is_year(value_of(entry, "year")):
        wrong.append(phrase("no_year", text=shortened(word(entry, "year"))))
    for key, user in (("factor", "scale"), ("value", "set")):
        if action != user and entry.get(key) is not None:
            wrong.append(phrase("key_with_action", key=key, action=shortened(action), user=user))
    for key, parts in (("on_word_of", WORD_OF), ("by", PERSON)):
        wrong += wrong_statement(entry, key, parts) if entry.get(key) is not None else []
    old = entry.get("old")
    if old is not None and not (is_number(old.value) or word(entry, "old")):
        wrong.append(phrase("no_old_value", text=shortened(old.raw)))
    entity_type = register[entity_id].entity_type if entity_id in register else ""
    return wrong + _wrong_with_change(entry, action, entity_type, variables)


def _wrong_with_change(
    entry: Node, action: str, entity_type: str, variables: Mapping[str, Variable]
) -> list[Phrase]:
    wrong = []
    code = word(entry, "variable")
    variable = variables.get(code)
    if variable is None:
        wrong.append(phrase("not_in_variables", text=shortened(code)))
    elif entity_type and variable.entity_types and entity_type not in variable.entity_types:
        wrong.append(phrase("variable_of_other_type", text=code, own=named_code(entity_type)))
    factor = value_of(entry, "factor")
    if action == "scale" and not (is_number(factor) and factor):
        wrong.append(phrase("no_factor", text=shortened(word(entry, "factor"))))
    if action == "set" and variable is not None:
        wrong += _wrong_value(entry, variable)
    expect = entry.get("expect")
    if expect is not None and expect.value is not None:
        limits = expect.entries()
        is_sound = all(key in COMPARE and is_number(n.value) for key, n in limits.items())
        if not isinstance(expect.value, dict) or not is_sound:
            wrong.append(phrase("bad_expect", known=tuple(COMPARE)))
    return wrong


def _wrong_value(entry: Node, variable: Variable) -> list[Phrase]:
    """Why a cell of a variable cannot be set to a value."""
    text, value = word(entry, "value"), value_of(entry, "value")
    if text in STATUSES[2:]:
        return []
    if variable.kind != "code":
        return [] if is_number(value) else [phrase("no_number_to_set", text=shortened(text))]
    if text and (not variable.allowed or text in variable.allowed):
        return []
    return [phrase("no_code_to_set", text=shortened(text), known=variable.allowed)]


def _correction(entry: Node, at: Address) -> Correction:
    factor = value_of(entry, "factor")
    expect = entry.get("expect")
    limits = expect.entries() if expect is not None else {}
    return Correction(
        action=word(entry, "action"),
        entity_id=word(entry, "entity_id"),
        year=int(word(entry, "year")),
        variable=word(entry, "variable"),
        reason=word(entry, "reason"),
        at=at,
        factor=float(factor) if is_number(factor) else None,
        value=_number_or_word(entry, "value"),
        old=_number_or_word(entry, "old"),
        on_word_of=_settlement(entry, "on_word_of"),
        recorded=_recorded(entry),
        expect=tuple((k, float(n.value)) for k, n in limits.items() if is_number(n.value)),
    )


def _number_or_word(entry: Node, key: str) -> float | str | None:
    value = value_of(entry, key)
    if is_number(value):
        return float(value)
    return word(entry, key) if entry.get(key) is not None else None


def _settlement(entry: Node, key: str) -> Settlement:
    """Who is named under a key of an entry, how their word came and when."""
    node = entry.get(key)
    if node is None:
        return NOBODY
    name, role, channel = (word(node, part) for part in ("name", "role", "channel"))
    return Settlement(name, role, channel, written_day(node, "date"))


def _recorded(entry: Node) -> Settlement:
    """Who wrote an entry down, and when."""
    return replace(_settlement(entry, "by"), date=written_day(entry, "reported"))
