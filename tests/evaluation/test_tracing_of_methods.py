"""Whatever a framework scores and aggregates by, the way back of each number gives the number again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cescore.evaluation.tracing.asking import codes_of, trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Traced
from cescore.evaluation.tracing.whole_workspace import WholeWorkspace
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace

YEAR, N = 2024, 24
DRAW = np.random.default_rng(5)
TABLE = DRAW.uniform(2, 9, (N, 3)).round(2)
OUTLIER = TABLE.copy()
OUTLIER[:2, 0] = 900.0, 1.0
DIRECTION = {"a": 1, "b": -1, "c": 1}
MADE_UP = {"source": "made up", "tag": "P"}


def workspace(root: Path, settings: dict[str, object], table: np.ndarray = TABLE) -> Path:
    """A and B in group G, C in H below G's neighbour; goalposts 2 and 9; E03 lacks b."""
    indicators = {}
    for code, direction in DIRECTION.items():
        worst, best = (2, 9) if direction == 1 else (9, 2)
        indicators[code.upper()] = {
            "formula": code,
            "unit": "ratio",
            "direction": direction,
            "weight": 1 if code != "b" else 0.4,
            "group": "H" if code == "c" else "G",
            "goalposts": {2000: {"worst": worst, "best": best, **MADE_UP}},
            **MADE_UP,
        }
    group = settings.pop("group", {})
    framework = {
        "version": "1",
        "source": "made up",
        "index": {"code": "IX"},
        "groups": {"G": {"weight": 2, **group}, "H": {"weight": 1}},  # type: ignore[dict-item]
        "indicators": indicators,
        **settings,
    }
    rows = [
        f"E{i:02},{YEAR},{code},{value}"
        for i, row in enumerate(table)
        for code, value in zip("abc", row, strict=True)
        if (i, code) != (3, "b")
    ]
    files = {
        "params/variables.yml": json.dumps({c: {"en": c, "unit": "ratio"} for c in "abc"}),
        "params/frameworks/lake.yml": json.dumps(framework),
        "data/entities.csv": "\n".join(
            ["entity_id,entity_type", *(f"E{i:02},lake" for i in range(N))]
        ),
        f"data/{YEAR}/observations.csv": "\n".join(["entity_id,year,variable,value", *rows]),
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
    return root


def all_of(root: Path, *entities: str) -> list[Traced]:
    """Every number of some entities, and all that they stand on."""
    yearly = evaluate_workspace(Workspace.load(root, YEAR))
    tracer = tracer_of(WholeWorkspace(yearly))
    asked = [
        trace_asked(tracer, entity, code, YEAR)
        for entity in entities
        for code in codes_of(tracer.world, entity)
    ]
    return list({id(step): step for trace in asked for step in trace.walk()}.values())


NORMALISATIONS = [
    "goalposts", "log_goalposts", "efficacy", "distance_to_target", "min_max", "z_score", "rank",
    "percentile_rank", "borda", "distance_to_maximum", "distance_to_reference",
    "fraction_of_maximum",
]  # fmt: skip
SCALE = {"floor": 60, "top": 100}


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_each_score_is_given_again_by_its_method_written_out(
    normalisation: str, tmp_path: Path
) -> None:
    settings = {"normalisation": normalisation, "reference": "E05", "scale": SCALE}
    steps = all_of(workspace(tmp_path, settings), "E00", "E03", "E07")
    scores = [s for s in steps if s.quantity.kind == "score"]
    assert [s.quantity for s in steps if not s.agrees] == []
    assert all(s.arithmetic for s in scores) and len(scores) == 9


AGGREGATIONS = [
    {"aggregation": "arithmetic_mean"},
    {"aggregation": "geometric_mean"},
    {"aggregation": "harmonic_mean"},
    {"aggregation": "generalised_mean", "power": 2.5},
    {"aggregation": "generalised_mean", "power": -0.5},
    {"aggregation": "generalised_mean", "power": 0},
]


@pytest.mark.parametrize("how", AGGREGATIONS, ids=str)
@pytest.mark.parametrize("scale", [SCALE, {"floor": 0, "top": 100}], ids=["floor 60", "floor 0"])
def test_each_mean_is_given_again_by_its_formula(
    how: dict[str, object], scale: dict[str, int], tmp_path: Path
) -> None:
    steps = all_of(workspace(tmp_path, {**how, "group": how, "scale": scale}), "E00", "E03")
    wholes = [s for s in steps if s.quantity.kind in ("group", "index")]
    assert [s.quantity for s in steps if not s.agrees] == []
    assert all(s.arithmetic for s in wholes if s.value is not None)


@pytest.mark.parametrize("method", ["copeland", "topsis"])
def test_a_place_among_all_says_so_and_has_no_formula_of_its_own(
    method: str, tmp_path: Path
) -> None:
    steps = all_of(workspace(tmp_path, {"aggregation": method}), "E00")
    index = next(s for s in steps if s.quantity.kind == "index")
    assert index.arithmetic == ""
    assert {note.key for note in index.notes} >= {"among_all"}


TREATMENTS = ["log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "box_cox"]


@pytest.mark.parametrize("then", TREATMENTS)
@pytest.mark.parametrize("most", [0, 5])
def test_a_treated_value_is_given_again_from_the_constants_learnt(
    then: str, most: int, tmp_path: Path
) -> None:
    treatment = {"method": "skew_kurtosis", "winsorise_max": most, "then": then, "power": 0.5}
    settings = {"normalisation": "min_max", "treatment": treatment}
    steps = all_of(workspace(tmp_path, settings, OUTLIER), "E00", "E01", "E02")
    changed = [s for s in steps if s.quantity.kind == "treated"]
    assert changed and all(s.arithmetic for s in changed)
    assert [s.quantity for s in steps if not s.agrees] == []


@pytest.mark.parametrize("method", ["mean", "median", "row_mean"])
def test_an_imputed_value_says_how_it_was_filled(method: str, tmp_path: Path) -> None:
    steps = all_of(workspace(tmp_path, {"imputation": {"method": method}}), "E03")
    filled = next(s for s in steps if s.quantity.kind == "treated")
    assert filled.value is not None
    assert [note.key for note in filled.notes] == ["imputed"]
    assert [s.quantity for s in steps if not s.agrees] == []


def test_the_floor_of_the_missing_data_rule_stands_in_the_arithmetic(tmp_path: Path) -> None:
    steps = all_of(workspace(tmp_path, {"scale": SCALE}), "E03")
    score = next(s for s in steps if (s.quantity.kind, s.quantity.code) == ("score", "B"))
    assert (score.value, score.arithmetic) == (60.0, "floor")
    assert ("missing_rule", "not_reported") in {
        (n.key, dict(n.values).get("reason")) for n in score.notes
    }
