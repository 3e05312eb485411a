"""Two vintages of results read from wherever they are, and what moved between them told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cescore.definitions.load import Definitions, load_definitions
from cescore.definitions.unit_names import unit_text
from cescore.errors import CescoreError, DataError
from cescore.evaluation.revising.causes import Because
from cescore.evaluation.revising.revision import Move, Revision
from cescore.evaluation.revising.side import Side
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.findings import TABLE_ENCODING
from cescore.intake.workspace import Workspace
from cescore.method.evaluation import RESULT_COLUMNS
from cescore.publish.traces import DIGITS
from cescore.publish.words import label, label_or
from cescore.run.files import tree_hashes, write_atomically
from cescore.run.inputs import Inputs, libraries
from cescore.run.manifest import read_manifest
from cescore.run.parquet_results import FOLDER
from cescore.run.store import MANIFEST_NAME
from cescore.run.tables import RESULTS

NOT_LIBRARIES = ("cescore", "system")  # versions in a manifest that are no library's
ENTITIES_SHOWN, FOLLOWING_SHOWN, INDICES_SHOWN = 20, 12, 20
TEXTS = {
    "entity_type": str,
    "entity_id": str,
    "kind": str,
    "code": str,
    "unit": str,
    "status": str,
    "value": str,
}


def open_side(place: Path, year: int | None = None) -> Side:
    """What is compared: a workspace, the output tree of a run, or a results file.

    Raises
    ------
    DataError
        It is none of these, or its table lacks columns.
    """
    if not place.exists():
        raise DataError(f"{place}: there is nothing here; {EXPECTED}")
    if place.is_file():
        return Side(str(place), read_results(place))
    if (place / RESULTS).is_file():
        return _of_tree(place)
    if (place / "data").is_dir() and (place / "params").is_dir():
        return _of_workspace(place, year)
    raise DataError(f"{place}: found a folder without {RESULTS}, data/ and params/; {EXPECTED}")


EXPECTED = "expected a workspace, a run's folder such as output/2025, or a results.csv"


def read_results(path: Path) -> pd.DataFrame:
    """The rows of a results file, CSV or Parquet, ids as text.

    Raises
    ------
    DataError
        It is no table of results.
    """
    try:
        if path.suffix == ".parquet" or path.is_dir():
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path, dtype=TEXTS, encoding=TABLE_ENCODING, keep_default_na=False)
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: no table of results: {error}") from error
    missing = [name for name in RESULT_COLUMNS if name not in table.columns]
    if missing:
        expected = ", ".join(RESULT_COLUMNS)
        raise DataError(f"{path}: lacks {', '.join(missing)}; expected the columns {expected}")
    return table[list(RESULT_COLUMNS)].assign(value=_numbers(table["value"], path))


def _numbers(values: pd.Series, path: Path) -> pd.Series:
    """Values to the last digit, which no parser of tables may round; empty ones are none."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    try:
        return values.map(lambda text: float(text) if text else math.nan).astype(float)
    except ValueError as error:
        raise DataError(f"{path}: column value: {error}; expected numbers") from error


def _of_tree(folder: Path) -> Side:
    """The results of a run with what its manifest says; with params where they are still the same."""
    table = read_results(folder / RESULTS)
    if (folder / FOLDER).is_dir():
        whole = read_results(folder / FOLDER)
        table = pd.concat([table[~table["entity_type"].isin(whole["entity_type"])], whole])
    if not (folder / MANIFEST_NAME).is_file():
        return Side(str(folder), table)
    manifest = read_manifest(folder)
    versions = {k: v for k, v in manifest["versions"].items() if k not in NOT_LIBRARIES}
    definitions = _params_of(folder.resolve().parent.parent, manifest)
    return Side(
        name=str(folder),
        results=table,
        inputs=manifest["inputs"],
        made_with={"code": manifest["shared"]["code"], **versions},
        facts=manifest["run"],
        definitions=definitions,
        base_year=None if definitions is None else _base_year(definitions),
    )


def _params_of(root: Path, manifest: Mapping[str, Any]) -> Definitions | None:
    """The params that a run was made from, where they still lie beside its output unchanged."""
    params = root / "params"
    if not params.is_dir():
        return None
    now = {f"params/{name}": digest for name, digest in tree_hashes(params, "*").items()}
    then = {n: d for n, d in manifest["inputs"].items() if n.startswith("params/")}
    if now != then:
        return None
    try:
        return load_definitions(params, int(manifest["run"]["year"]))
    except CescoreError:  # they were sound for another version of the code
        return None


def _base_year(definitions: Definitions) -> int | None:
    plan = definitions.plan
    return definitions.run.base_year or (plan.base_year if plan is not None else None)


def _of_workspace(root: Path, year: int | None) -> Side:
    workspace = Workspace.load(root, year)
    inputs, run = Inputs(root.resolve()), workspace.definitions.run
    return Side(
        name=str(root),
        results=evaluate_workspace(workspace).results(),
        inputs=inputs.files(),
        made_with={"code": inputs.shared["code"], **libraries()},
        facts={"year": run.year, "status": run.status, "vintage": run.vintage},
        definitions=workspace.definitions,
        register=workspace.register,
        corrections=workspace.corrections,
        base_year=workspace.base_year,
        place=workspace.sources,
    )


# --- told --------------------------------------------------------------------------------------------


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

    def _listed(self, key: str, moves: tuple[Move, ...], most: int) -> Iterator[str]:
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

    def _told_chains(self, entity: str) -> Iterator[tuple[Move, Sequence[Move]]]:
        """The chains that reach the last year, with what is in it; all of them where all is asked."""
        last = max(move.result[2] for move in self.revision.moves)
        for root, following in self.revision.chains(entity):
            of_last = [move for move in following if move.result[2] == last]
            if self.shows_all:
                yield root, following
            elif root.result[2] == last or of_last:
                yield root, of_last

    def move(self, move: Move, *, is_short: bool = False) -> str:
        """``E001 2025 [指标] K02  8.75 → 8.1（−0.65）``."""
        kind, code, year = move.result
        worded = label_or(f"explain.kind.{kind}", self.lang, kind)
        unit = unit_text(move.unit, self.lang)
        size = "" if move.size in (None, 0.0) else f" ({move.size:+{DIGITS}})"
        head = "" if is_short else f"{move.entity_id} "
        before, after = self._value(move.before, move.was), self._value(move.after, move.now)
        status = (
            f" [{move.was} → {move.now}]" if move.was and move.now and move.was != move.now else ""
        )
        return f"{head}{year} [{worded}] {code}  {before} → {after} {unit}".rstrip() + size + status

    def _value(self, value: float | None, status: str) -> str:
        return (status or self.t("absent")) if value is None else f"{value:,{DIGITS}}"

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


def _plain(move: Move) -> dict[str, Any]:
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
    columns = list(_plain(Move("", "", ("", "", 0), "", None, None, "", "")))
    table = pd.DataFrame(rows, columns=columns)
    content = table.to_csv(index=False, lineterminator="\n").encode(TABLE_ENCODING)
    write_atomically(path, content)


def json_text(told: RevisionText) -> str:
    """The JSON of a revision."""
    return json.dumps(told.as_json(), ensure_ascii=False, indent=1, allow_nan=False)
