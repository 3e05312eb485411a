"""What moved between two vintages, told: on the terminal, as JSON, as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cescore.definitions.formulas.unit_names import unit_text
from cescore.evaluation.revising.move import Because, ResultMove
from cescore.evaluation.revising.revision import Revision, common_years, run_years
from cescore.evaluation.revising.side import Side
from cescore.intake.findings import TABLE_ENCODING
from cescore.intake.inert import frame_text
from cescore.publish.traces import DIGITS
from cescore.publish.words import label, label_or
from cescore.run.files import write_atomically

ENTITIES_SHOWN, FOLLOWING_SHOWN, INDICES_SHOWN = 20, 12, 20


@dataclass(frozen=True)
class RevisionText:
    """A revision in words, as JSON and as a table."""

    revision: Revision
    lang: str
    shows_all: bool = False

    def t(self, key: str, /, **values: object) -> str:
        return label(f"revisions.{key}", self.lang, **values)

    def lines(self) -> Iterator[str]:
        """What was compared, what moved, why: the indices first, then entity by entity."""
        found = self.revision
        yield self.t("sides", a=self._side(found.a), b=self._side(found.b))
        yield from self._years()
        yield from self._inputs()
        if not found.moves:
            yield self.t("nothing", n=found.compared)
            return
        kinds = [
            f"{label_or(f'explain.kind.{k}', self.lang, k)} {n}" for k, n in found.counts.items()
        ]
        yield self.t("moved", n=len(found.moves), of=found.compared, entities=len(found.of_entity))
        yield "  " + label("join", self.lang).join(kinds)
        yield from self._listed("indices", found.indices, INDICES_SHOWN)
        yield from self._listed("grades", found.grades, INDICES_SHOWN)
        yield from self._chains()
        yield self.t("rest", n=found.compared - len(found.moves))

    def _side(self, side: Side) -> str:
        told = [str(side.facts[k]) for k in ("year", "status", "vintage") if side.facts.get(k)]
        return f"{side.name} ({', '.join(told)})" if told else side.name

    def _years(self) -> Iterator[str]:
        """That the sides are of different years, and which years are compared then."""
        a, b = self.revision.a, self.revision.b
        first, second = run_years(a, b)
        if first != second:
            years = label("join", self.lang).join(map(str, common_years(a, b)))
            yield self.t("years", a=first, b=second, years=years or self.t("absent"))

    def _inputs(self) -> Iterator[str]:
        found = self.revision
        if found.a.inputs and found.b.inputs:
            changed = found.inputs_changed
            yield self.t("inputs", n=len(changed))
            yield from (
                f"  {name}" for name in changed[: None if self.shows_all else INDICES_SHOWN]
            )
        else:
            yield self.t("inputs_unknown")
        if found.made_otherwise:
            yield self.t("code", names=", ".join(found.made_otherwise))

    def _listed(self, key: str, moves: tuple[ResultMove, ...], most: int) -> Iterator[str]:
        if not moves:
            return
        yield self.t(key, n=len(moves))
        shown = moves if self.shows_all else moves[:most]
        yield from (f"  {self.move(move)}" for move in shown)
        if len(moves) > len(shown):
            yield f"  {self.t('more', n=len(moves) - len(shown))}"

    def _chains(self) -> Iterator[str]:
        entities = list(self.revision.of_entity)
        shown = entities if self.shows_all else entities[:ENTITIES_SHOWN]
        for entity in shown:
            yield self.t("entity", entity=entity, n=len(self.revision.of_entity[entity]))
            for root, following in self._told_chains(entity):
                yield f"  {self.move(root, is_short=True)}"
                for because in root.because:
                    if because.result is None:
                        yield f"    ← {self.because(because)}"
                hidden = 0 if self.shows_all else max(len(following) - FOLLOWING_SHOWN, 0)
                if hidden:
                    yield f"    → {self.t('more', n=hidden)}"
                told = following if self.shows_all else following[-FOLLOWING_SHOWN:]
                yield from (f"    → {self.move(move, is_short=True)}" for move in told)
        if len(entities) > len(shown):
            yield self.t("more_entities", n=len(entities) - len(shown))

    def _told_chains(self, entity: str) -> Iterator[tuple[ResultMove, Sequence[ResultMove]]]:
        """The chains that reach the last year, with what is in it; all of them where all is asked."""
        last = max(move.result[2] for move in self.revision.moves)
        for root, following in self.revision.chains(entity):
            of_last = [move for move in following if move.result[2] == last]
            if self.shows_all:
                yield root, following
            elif root.result[2] == last or of_last:
                yield root, of_last

    def move(self, move: ResultMove, *, is_short: bool = False) -> str:
        """``E001 2025 [指标] K02  8.75 → 8.1（−0.65）``."""
        kind, code, year = move.result
        worded = label_or(f"explain.kind.{kind}", self.lang, kind)
        unit = unit_text(move.unit, self.lang)
        size = "" if move.size in (None, 0.0) else f" ({move.size:+{DIGITS}})"
        head = "" if is_short else f"{move.entity_id} "
        before, after = self._value(move.before, move.was), self._value(move.after, move.now)
        was, now = self._status(move.was), self._status(move.now)
        status = f" [{was} → {now}]" if was and now and was != now else ""
        return f"{head}{year} [{worded}] {code}  {before} → {after} {unit}".rstrip() + size + status

    def _value(self, value: float | None, status: str) -> str:
        if value is not None:
            return f"{value:,{DIGITS}}"
        return self._status(status) or self.t("absent")

    def _status(self, status: str) -> str:
        """A status in words, where pages have words for it."""
        return label_or(f"mark.{status}", self.lang, status)

    def because(self, because: Because) -> str:
        """A cause in words."""
        said = self.t(f"because.{because.cause}")
        return f"{said}: {because.detail}" if because.detail else said

    def as_json(self) -> dict[str, Any]:
        """All moves with their causes; see docs/explain.md for the keys."""
        found = self.revision
        return {
            "a": {"name": found.a.name, **found.a.facts},
            "b": {"name": found.b.name, **found.b.facts},
            "compared": found.compared,
            "inputs_changed": list(found.inputs_changed),
            "made_otherwise": list(found.made_otherwise),
            "counts": dict(found.counts),
            "moves": [_plain(move) for move in found.moves],
        }


def _plain(move: ResultMove) -> dict[str, Any]:
    kind, code, year = move.result
    return {
        "entity_type": move.entity_type,
        "entity_id": move.entity_id,
        "year": year,
        "kind": kind,
        "code": code,
        "unit": move.unit,
        "change": move.change,
        "before": move.before,
        "after": move.after,
        "size": move.size,
        "was": move.was,
        "now": move.now,
        "because": [
            {
                "cause": because.cause,
                "result": None if because.result is None else "/".join(map(str, because.result)),
                "detail": because.detail,
            }
            for because in move.because
        ],
    }


def write_moves(revision: Revision, path: Path) -> None:
    """The moves as CSV, one a row, causes as one text."""
    rows = []
    for move in map(_plain, revision.moves):
        causes = "; ".join(
            " ".join(filter(None, (b["cause"], b["result"], b["detail"]))) for b in move["because"]
        )
        rows.append({**move, "because": causes})
    columns = list(_plain(ResultMove("", "", ("", "", 0), "", None, None, "", "")))
    table = pd.DataFrame(rows, columns=columns)
    content = frame_text(table).encode(TABLE_ENCODING)
    write_atomically(path, content)


def json_text(told: RevisionText) -> str:
    """The JSON of a revision."""
    return json.dumps(told.as_json(), ensure_ascii=False, indent=1, allow_nan=False)
