"""The bundle opened, and each step of the method as one call.

The steps are the functions of `cescore.method` that the build runs; here they take the opened
bundle, so that a cell reads like the step of a worked solution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.disclosure.bundle import Bundle, read_bundle
from cescore.disclosure.opened import OpenBundle
from cescore.errors import DataError
from cescore.method import aggregate as _aggregate
from cescore.method import contributions as _contributions
from cescore.method import indicators as _indicators
from cescore.method import missing as _missing
from cescore.method import normalise as _normalise
from cescore.method import progress as _progress
from cescore.method import weight as _weight
from cescore.method.aggregate import Aggregation
from cescore.method.column import Column, Panel
from cescore.method.contributions import Contribution, Decomposition
from cescore.method.missing import Scored
from cescore.method.progress import ProgressResult
from cescore.publish.check import differences
from cescore.publish.notebook import INDEX_MIME


def open_bundle(
    entity_id: str, year: int, bundle_path: str = "", lang: str = "zh", *, root: str = ""
) -> OpenBundle:
    """The bundle of an entity: the file the build hands over, or made here from the workspace.

    Without `bundle_path`, the workspace at `root`, or the nearest one at or above the working
    directory, is evaluated and passes the same gate; this takes as long as reading the data does.

    Raises
    ------
    DataError
        The bundle is another entity's or year's; or no workspace is found.
    """
    if bundle_path:
        data, file_hash = read_bundle(Path(bundle_path))
    else:
        data = _from_workspace(Path(root) if root else find_workspace(Path.cwd()), entity_id, year)
        file_hash = data.hash
    if (data.entity.entity_id, data.run.year) != (entity_id, year):
        raise DataError(
            f"the bundle is that of {data.entity.entity_id} {data.run.year},"
            f" expected {entity_id} {year}"
        )
    return OpenBundle(data=data, hash=file_hash, lang=lang, framework=data.framework)


def find_workspace(start: Path) -> Path:
    """The nearest folder at or above `start` that holds ``params/`` and ``data/``."""
    for folder in (start, *start.parents):
        if (folder / "params").is_dir() and (folder / "data").is_dir():
            return folder
    raise DataError(f"no workspace (a folder with params/ and data/) at or above {start.name}/")


def compute_accounts(bundle: OpenBundle) -> Panel:
    """The returned values with the framework's accounts added."""
    return _indicators.compute_accounts(bundle.record, bundle.framework, base_year=bundle.base_year)


def compute_indicators(bundle: OpenBundle) -> Panel:
    """The framework's indicators, each in its own unit."""
    return _indicators.compute_indicators(
        bundle.record, bundle.framework, base_year=bundle.base_year
    )


def normalise(bundle: OpenBundle, indicators: Panel) -> Panel:
    """Indicators as scores on the framework's scale, more is better."""
    return _normalise.normalise(indicators, bundle.framework, bundle.fitted)


def apply_missing_rules(bundle: OpenBundle, scores: Panel, indicators: Panel) -> Scored:
    """Scores with the framework's rule applied to each that has no value."""
    return _missing.apply_missing_rules(scores, indicators, bundle.framework, bundle.fitted)


def effective_weights(bundle: OpenBundle, scored: Scored) -> dict[str, NDArray[np.float64]]:
    """Each indicator's weight in the index, year by year; together 1."""
    return _weight.effective_weights(bundle.framework, scored.active)


def aggregate(bundle: OpenBundle, scored: Scored) -> Aggregation:
    """Groups and index."""
    return _aggregate.aggregate(scored, bundle.framework)


def progress_index(bundle: OpenBundle, indicators: Panel) -> ProgressResult:
    """Progress since the base year, which is 100."""
    return _progress.progress_index(indicators, bundle.framework, base_year=bundle.base_year)


def decompose(bundle: OpenBundle, scored: Scored, result: Aggregation) -> Decomposition:
    """What each indicator adds to the year's index, and to its change since last year."""
    tree = _contributions.index_tree(scored, result, bundle.framework)
    return _contributions.decompose(tree, bundle.year)


def decompose_progress(bundle: OpenBundle, progress: ProgressResult) -> Decomposition | None:
    """The same of the progress index; None where the framework has none."""
    tree = _contributions.progress_tree(progress, bundle.framework)
    return None if tree is None else _contributions.decompose(tree, bundle.year)


def conclude(
    bundle: OpenBundle,
    result: Aggregation,
    *,
    indicators: Panel | None = None,
    progress: ProgressResult | None = None,
    parts: Decomposition | None = None,
    progress_parts: Decomposition | None = None,
) -> Conclusion:
    """What this notebook found, for the builder to hold against the evaluation.

    Display it once, at the end. The builder refuses the report if a number of the official
    framework differs from the evaluation's by more than one part in 10⁹.
    """
    groups = {code: _numbers(column) for code, column in result.groups.columns.items()}
    values = {code: _numbers(column) for code, column in (indicators or _NONE).columns.items()}
    found: dict[str, Any] = {
        "entity_id": bundle.data.entity.entity_id,
        "year": bundle.year,
        "bundle_hash": bundle.hash,
        "framework_hash": bundle.framework.hash,
        "index": _numbers(result.index),
        "groups": groups,
        "indicators": values,
    }
    if progress is not None and bundle.framework.progress is not None:
        found["progress_index"] = _numbers(progress.index)
    if parts is not None:
        found["contributions"] = _by_code(parts)
    if progress_parts is not None:
        found["progress_contributions"] = _by_code(progress_parts)
    return Conclusion(found, bundle)


def _by_code(parts: Decomposition) -> dict[str, dict[str, float | None]]:
    """The contributions of the only entity: code -> kind -> number."""
    return {part.code: _without_code(part) for part in parts.of(0)}


def _without_code(part: Contribution) -> dict[str, float | None]:
    return {kind: value for kind, value in asdict(part).items() if kind != "code"}


@dataclass(frozen=True)
class Conclusion:
    """The notebook's index, readable by person and by builder."""

    found: Mapping[str, Any]
    bundle: OpenBundle

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {INDEX_MIME: dict(self.found), "text/plain": repr(self)}

    def __repr__(self) -> str:
        data = self.bundle.data
        value = self.found["index"][data.record.years.index(data.run.year)]
        printed = "no value" if value is None else f"{value:.6f}"
        head = f"{data.framework.index.code} {data.run.year} = {printed}"
        if self.bundle.is_variant:
            return f"{head}; 试算稿 working variant, not compared with the evaluation"
        odd = differences(self.found, data)
        return f"{head}; " + ("; ".join(odd) if odd else "equal to the evaluation, as it must be")


_NONE = Panel(entities=(), years=())


def _numbers(column: Column) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in column.values[0]]


def _from_workspace(root: Path, entity_id: str, year: int) -> Bundle:
    # Imported here: a report made from a bundle file needs no YAML and no unit library.
    from cescore.disclosure.bundles import make_bundle
    from cescore.evaluation.yearly import evaluate_workspace
    from cescore.intake.workspace import Workspace

    return make_bundle(evaluate_workspace(Workspace.load(root, year)), entity_id)
