"""CPU seconds of bands, Sobol indices and remove-one-indicator for one entity type.

``python -m benchmarks.uncertainty [--firms 500 2000] [--type enterprise]``: the firms of a synthetic
workspace; values are drawn anew for a type that has fewer entities than asked for.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.workspaces import make_workspace
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.column import Column, Flag, Panel
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.uncertainty.bands import bands
from cescore.method.uncertainty.robustness import robustness

SEED = 2021


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line per number of firms and type."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[500])
    parser.add_argument("--year", type=int, default=2025)
    asked = parser.parse_args(arguments)
    print("type        entities  indicators  bands s  robustness s")
    for firms in asked.firms:
        with tempfile.TemporaryDirectory() as folder:
            make_workspace(Path(folder), firms)
            yearly = evaluate_workspace(Workspace.load(Path(folder), asked.year))
        for entity_type in ("enterprise", "district"):
            _measure(yearly.evaluations[entity_type], firms)


def _measure(evaluation: TypeEvaluation, entities: int) -> None:
    made = _enlarged(evaluation, entities)
    began = time.process_time()
    bands(made, made.panel.entities)
    between = time.process_time()
    found = robustness(made)
    ended = time.process_time()
    n = 0 if found is None else found.entities
    scored = len(made.framework.scored())
    name = made.framework.entity_type
    print(f"{name:12}{n:8}{scored:12}{between - began:9.2f}{ended - between:14.2f}")


def _enlarged(evaluation: TypeEvaluation, entities: int) -> TypeEvaluation:
    """As many entities: those there are again and again, each value changed by up to a fifth."""
    old = evaluation.panel
    if len(old.entities) >= entities:
        return evaluation
    draw = np.random.default_rng(SEED)
    rows = np.arange(entities) % len(old.entities)
    columns = {}
    for code, column in old.columns.items():
        factor = draw.uniform(0.8, 1.2, (entities, len(old.years)))
        flags = np.where(draw.uniform(size=factor.shape) < 0.05, Flag.ESTIMATED, Flag.NONE)
        columns[code] = Column(
            column.values[rows] * factor, column.state[rows], flags.astype(np.uint8)
        )
    panel = Panel(
        tuple(f"X{i}" for i in range(entities)),
        old.years,
        columns,
        {name: tuple(texts[i] for i in rows) for name, texts in old.attributes.items()},
        {name: texts[rows] for name, texts in old.codes.items()},
    )
    return evaluate(
        panel, evaluation.framework, base_year=evaluation.base_year, run_year=evaluation.run_year
    )


if __name__ == "__main__":
    main()
