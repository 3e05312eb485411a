"""The generator: equal bytes for a seed, the shipped folder among them, and any number of firms."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from cescore.errors import ParamsError
from sample import write_sample
from sample.frame import build_frame

ROOT = Path(__file__).resolve().parents[2]
PARAMS = ROOT / "params"


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in ("README.md", "withheld.json")  # the latter by `protect`
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    write_sample(out, seed=2021, params=PARAMS)
    return out


def test_the_shipped_sample_is_what_the_generator_makes(made):
    assert digests(made) == digests(ROOT / "data"), "run: python -m sample --out data"


def test_the_command_makes_the_same_bytes_as_the_function(made, tmp_path):
    command = [sys.executable, "-m", "sample", "--out", str(tmp_path), "--seed", "2021"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("139 entities in 2025")
    assert digests(tmp_path) == digests(made)


@pytest.mark.soak
def test_another_seed_makes_other_figures_for_the_same_firms(made, tmp_path):
    write_sample(tmp_path, seed=7, params=PARAMS)
    other, own = digests(tmp_path), digests(made)
    assert other["entities.csv"] == own["entities.csv"]
    assert other["2025/observations.csv"] != own["2025/observations.csv"]


@pytest.mark.parametrize("firms", [1, 10, 123, 125, 300])
def test_the_number_of_firms_is_the_one_asked_for(firms):
    frame = build_frame(0, firms)
    assert int(frame.is_valid[:, -1].sum()) == firms


@pytest.mark.soak
def test_a_larger_sample_repeats_the_city_frame_with_ids_of_its_own(tmp_path):
    count = write_sample(tmp_path, entities=300, params=PARAMS, years=(2025,))
    register = pd.read_csv(tmp_path / "entities.csv", dtype=str)
    assert count == 300 + 3 * 15
    assert register["entity_id"].is_unique
    assert {"220400", "F0001-220400", "F0002-220400"} <= set(register["entity_id"])


@pytest.mark.soak
def test_more_frames_do_not_move_the_figures_of_the_first(made, tmp_path):
    write_sample(tmp_path, entities=200, params=PARAMS, years=(2025,))
    larger = (tmp_path / "2025/observations.csv").read_bytes()
    assert larger.startswith((made / "2025/observations.csv").read_bytes())


def test_parquet_holds_the_same_rows_as_csv(tmp_path):
    for kind in ("csv", "parquet"):
        write_sample(tmp_path / kind, entities=20, params=PARAMS, years=(2025,), file_format=kind)
    text = pd.read_csv(tmp_path / "csv/2025/observations.csv", dtype=str, keep_default_na=False)
    folder = tmp_path / "parquet/2025"
    rows = {
        (
            r["entity_id"],
            r["variable"],
            r["status"],
            None if r["value"] is None else str(r["value"]),
        )
        for name in ("observations.parquet", "observations_codes.parquet")
        for r in pq.read_table(folder / name).to_pylist()
    }
    assert len(rows) == len(text)
    told = {(e, v, s) for e, v, s, _ in rows}
    assert told == set(text[["entity_id", "variable", "status"]].itertuples(index=False, name=None))
    by_key = {(e, v): x for e, v, _, x in rows}
    number = text[(text["variable"] == "output_value") & (text["value"] != "")]
    for row in number.itertuples():
        assert float(by_key[row.entity_id, row.variable]) == float(row.value)


def test_a_workspace_without_a_dictionary_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"variables\.yml: not found"):
        write_sample(tmp_path / "out", params=tmp_path)


def test_the_sample_is_small_enough_to_ship(made):
    assert sum(path.stat().st_size for path in made.rglob("*") if path.is_file()) < 8_000_000


def test_corrections_are_a_list_with_reasons(made):
    entries = YAML(typ="safe").load((made / "corrections.yml").read_bytes())
    assert entries and all(entry["reason"] for entry in entries)


def test_confirmations_name_somebody_and_the_values_of_each_year(made):
    entries = YAML(typ="safe").load((made / "confirmations.yml").read_bytes())
    assert len(entries) > 30
    assert all(entry["by"]["name"] and entry["values"] and entry["year"] for entry in entries)
