"""Soft findings accepted on record: by whom, why and when, for the very values they were about."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

from cescore.definitions.entries.located import Node
from cescore.intake import wording
from cescore.intake.address import Address
from cescore.intake.findings import Context, Finding, FindingLog, Settlement
from cescore.intake.observations.recorded import (
    PERSON,
    EntryList,
    day_of,
    in_current_codes,
    is_finite_number,
    is_year,
    line_of,
    value_of,
    word,
    written_day,
    wrong_day,
    wrong_reason,
    wrong_statement,
)
from cescore.intake.observations.statuses import MISSING, STATUSES
from cescore.intake.register.entities import Register
from cescore.intake.wording import NamedTerm, Phrase, Value, phrase, shortened

Stated: TypeAlias = "float | str"

ENTRIES = EntryList(
    "confirmations",
    ("finding", "entity_id", "year", "variable", "values", "reason", "by", "channel", "date", "until"),
)  # fmt: skip
# what a finding carries beside the values it is about: params, what others returned, and what follows
BESIDE = frozenset(
    ("low", "high", "tolerance", "unit", "rule", "near", "expected", "known", "industry", "median")
) | {"ratio", "difference", "share", "most", "file", "row"}
SAME = 1e-9  # relative: values that differ by less are the same one, added up in another order
FIGURES, FIGURE, FIGURE_OF, WITHOUT = "figures", "figure", "figure_of", "figure_without"


@dataclass(frozen=True)
class Confirmation:
    """One entry of confirmations.yml: a finding of a rule, entity, year and variable, the values that
    were looked at, and on whose word they are right."""

    finding: str
    entity_id: str
    year: int | None
    variable: str
    values: Mapping[str, str]  # as they are written
    reason: str
    settled: Settlement
    at: Address

    def is_about(self, finding: Finding) -> bool:
        """Whether a finding is of this rule, entity, year and variable, whatever its values."""
        mine = (self.finding, self.entity_id, self.year, self.variable)
        return mine == (finding.code, finding.entity_id, finding.year, finding.variable)


def read_confirmations(
    path: Path, register: Register, context: Context
) -> tuple[Confirmation, ...]:
    """The entries that can be used; the others are errors of the entity they name.

    Raises
    ------
    DataError
        The file is no YAML list: nobody can tell what it meant to confirm.
    """
    usable = []
    for written in ENTRIES.read(path, context):
        entry = in_current_codes(written, {"entity_id": register.current_ids})
        here = context.row(line_of(entry)).of(entity_id=word(entry, "entity_id"))
        wrong = _wrong_with(entry, register)
        for what in wrong:
            here.error("bad_confirmation", what=what)
        if not wrong:
            usable.append(_confirmation(entry, here.at))
    return tuple(usable)


def _wrong_with(entry: Node, register: Register) -> list[Phrase]:
    """Everything that keeps one entry from being used."""
    if not isinstance(entry.value, dict):
        return [phrase("no_mapping", text=shortened(entry.raw))]
    wrong = [*ENTRIES.unknown_keys(entry), *wrong_reason(entry)]
    wrong += wrong_statement(entry, "by", PERSON)
    if word(entry, "entity_id") not in register:
        wrong.append(phrase("not_in_register", text=shortened(word(entry, "entity_id"))))
    if not word(entry, "finding"):
        wrong.append(phrase("no_finding_code"))
    if entry.get("year") is not None and not is_year(value_of(entry, "year")):
        wrong.append(phrase("no_year", text=shortened(word(entry, "year"))))
    values = entry.get("values")
    if values is None or not isinstance(values.value, dict) or not _are_stated(values):
        wrong.append(phrase("no_values"))
    if not word(entry, "date"):
        wrong.append(phrase("no_date", key="date", text=""))
    wrong += wrong_day(entry, "date") + wrong_day(entry, "until")
    first, last = day_of(entry, "date"), day_of(entry, "until")
    if first and last and last < first:
        wrong.append(phrase("until_before_date", first=f"{first}", last=f"{last}"))
    return wrong


def _are_stated(values: Node) -> bool:
    """Whether each value is a number or a text, be it an empty one in quotes."""
    return not any(isinstance(n.value, dict | list | None) for n in values.entries().values())


def _confirmation(entry: Node, at: Address) -> Confirmation:
    year, values = value_of(entry, "year"), entry.get("values") or Node({}, entry.where)
    by = entry.get("by") or Node({}, entry.where)
    day, until = written_day(entry, "date"), written_day(entry, "until")
    return Confirmation(
        finding=word(entry, "finding"),
        entity_id=word(entry, "entity_id"),
        year=year if isinstance(year, int) else None,
        variable=word(entry, "variable"),
        values={key: node.raw.strip() for key, node in values.entries().items()},
        reason=word(entry, "reason"),
        settled=Settlement(word(by, "name"), word(by, "role"), word(entry, "channel"), day, until),
        at=at,
    )


def stated_values(finding: Finding) -> dict[str, Stated]:
    """The values that a finding is about, by their names: what a confirmation of it must repeat.

    Figures stand under the code or formula they are of, all else under its name in the catalogue of
    findings. Bounds, units and rules are none of them, nor what follows from the values.
    """
    stated: dict[str, Stated] = {}
    for name, value in finding.values:
        if name == FIGURES and isinstance(value, tuple):
            stated |= dict(_figure(one) for one in value if isinstance(one, Phrase))
        elif name not in BESIDE and not isinstance(value, NamedTerm | Phrase):
            stated[name] = _plain(value)
    return stated


def _figure(figure: Phrase) -> tuple[str, Stated]:
    """A figure of a rule by the code or formula it is of; of others' figures what they come to."""
    given = dict(figure.values)
    inner = given.get("figure")
    if figure.key == FIGURE_OF and isinstance(inner, Phrase):
        return _figure(inner)
    whose = given.get("code", "")
    code = whose.text if isinstance(whose, NamedTerm) else str(whose)
    return code, STATUSES[MISSING] if figure.key == WITHOUT else _plain(given.get("value", ""))


def _plain(value: Value) -> Stated:
    """A value by itself; of a place where it stands only what stands there."""
    if isinstance(value, int | float):
        return float(value)
    parts = value if isinstance(value, tuple) else (value,)
    inner = [dict(p.values).get("value", p) if isinstance(p, Phrase) else p for p in parts]
    return ", ".join(text for part in inner for text in wording.texts_in(part))


def confirm(
    findings: Sequence[Finding], confirmations: Iterable[Confirmation], day: date
) -> tuple[Finding, ...]:
    """The findings with the warnings confirmed on record marked so.

    An entry that holds no more says why, and its finding stays open: its values changed, its last
    day is before ``day``, there is no such warning, or what it names is an error, which is mended
    and not waved through.
    """
    result = list(findings)
    log = FindingLog()
    for confirmation in confirmations:
        here = Context(
            log,
            confirmation.at,
            confirmation.entity_id,
            confirmation.year,
            confirmation.variable,
        )
        about = [i for i, finding in enumerate(findings) if confirmation.is_about(finding)]
        soft = [i for i in about if findings[i].severity == "warning"]
        same = [i for i in soft if _are_same(confirmation.values, stated_values(findings[i]))]
        if any(findings[i].is_open_error for i in about):
            here.error("confirmation_refused", rule=confirmation.finding)
        elif not soft:
            here.warning("confirmation_unused", rule=confirmation.finding)
        elif not same:
            _tell_change(confirmation, stated_values(findings[soft[0]]), here)
        elif confirmation.settled.until and confirmation.settled.until < day.isoformat():
            here.warning(
                "confirmation_expired",
                rule=confirmation.finding,
                until=confirmation.settled.until,
                day=day.isoformat(),
            )
        for i in same if not log.found or log.found[-1].at != confirmation.at else ():
            result[i] = replace(
                result[i],
                status="confirmed",
                note=confirmation.reason,
                settled=confirmation.settled,
            )
    return (*result, *log.found)


def _are_same(confirmed: Mapping[str, str], stated: Mapping[str, Stated]) -> bool:
    """Whether an entry states the values of a finding, all of them and no other."""
    return confirmed.keys() == stated.keys() and all(
        _is_same(text, stated[name]) for name, text in confirmed.items()
    )


def _is_same(text: str, value: Stated) -> bool:
    """Whether a value as an entry writes it is one of a finding; the code 0012 is not 12."""
    if isinstance(value, str):
        return text == value.strip()
    return is_finite_number(text) and math.isclose(float(text), value, rel_tol=SAME)


def as_written(value: Stated) -> str:
    """A value of a finding as an entry repeats it: a number in full, with no more digits than it has."""
    return f"{value:.15g}" if isinstance(value, float) else value.strip()


def _tell_change(confirmation: Confirmation, stated: Mapping[str, Stated], here: Context) -> None:
    """The values that an entry was about and those that the finding is about now."""
    was, now = confirmation.values, stated
    differing = [k for k in {**was, **now} if k not in was or k not in now]
    differing += [k for k in was if k in now and not _is_same(was[k], now[k])]

    def listed(values: Mapping[str, str] | Mapping[str, Stated]) -> tuple[Value, ...]:
        return tuple(
            phrase("stated", name=name, value=as_written(values[name]))
            if name in values
            else phrase("not_stated", name=name)
            for name in differing
        )

    here.warning(
        "confirmation_changed", rule=confirmation.finding, now=listed(now), was=listed(was)
    )
