"""Results read from wherever they are: a workspace, the folder of a run, a file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.errors import CescoreError, DataError, Sentence
from cescore.evaluation.revising.side import Side
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.findings import TABLE_ENCODING
from cescore.intake.workspace import Workspace
from cescore.method.index.result_rows import RESULT_COLUMNS
from cescore.run.files import tree_hashes
from cescore.run.inputs.hashed import Inputs, libraries
from cescore.run.results.parquet_results import FOLDER
from cescore.run.results.tables import RESULTS
from cescore.run.tree.manifest import read_manifest
from cescore.run.tree.store import MANIFEST_NAME

NOT_LIBRARIES = ("cescore", "system")  # versions in a manifest that are no library's
TEXTS = dict.fromkeys(
    [name for name in RESULT_COLUMNS if name != "year"], str
)  # values to the last digit


def open_side(place: Path, year: int | None = None) -> Side:
    """What is compared: a workspace, the output tree of a run, or a results file.

    Raises
    ------
    DataError
        It is none of these, or its table lacks columns.
    """
    if not place.exists():
        raise DataError(
            Sentence("{place}: there is nothing here; {expected}", place=place, expected=EXPECTED)
        )
    if place.is_file():
        return Side(str(place), read_results(place))
    if (place / RESULTS).is_file():
        return _of_tree(place)
    if (place / "data").is_dir() and (place / "params").is_dir():
        return _of_workspace(place, year)
    raise DataError(
        Sentence(
            "{place}: found a folder without {results}, data/ and params/; {expected}",
            place=place,
            results=RESULTS,
            expected=EXPECTED,
        )
    )


EXPECTED = Sentence("expected a workspace, a run's folder such as output/2025, or a results.csv")


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
        raise DataError(
            Sentence("{path}: no table of results: {error}", path=path, error=error)
        ) from error
    missing = [name for name in RESULT_COLUMNS if name not in table.columns]
    if missing:
        expected = ", ".join(RESULT_COLUMNS)
        raise DataError(
            Sentence(
                "{path}: lacks {missing}; expected the columns {expected}",
                path=path,
                missing=", ".join(missing),
                expected=expected,
            )
        )
    return table[list(RESULT_COLUMNS)].assign(value=_numbers(table["value"], path))


def _numbers(values: pd.Series, path: Path) -> pd.Series:
    """Values to the last digit, which no parser of tables may round; empty ones are none."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    try:
        return values.map(lambda text: float(text) if text else math.nan).astype(float)
    except ValueError as error:
        raise DataError(
            Sentence("{path}: column value: {error}; expected numbers", path=path, error=error)
        ) from error


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
