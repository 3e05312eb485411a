"""The public results for others' machines: a validator takes them, a reader of SDMX reads them back."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pysdmx.io
import pytest
from csvw import CSVW  # type: ignore[import-untyped]

from tests.release.world import World

TREE = "2024-en/3-final"


@pytest.fixture
def public(released: World) -> Path:
    """The public tree, open to changes."""
    tree = released.folder(TREE) / "public"
    for path in (tree.parent, tree, *tree.rglob("*")):
        path.chmod(0o755)
    return tree


def validated(tree: Path) -> list[str]:
    """What a validator says against the description and the rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")  # the validator collects them
        found = CSVW(str(tree / "results.csv-metadata.json"), validate=True)
        try:
            is_valid = found.is_valid
        except ValueError as error:  # of some faults it makes an error
            return [str(error) or "not valid"]
    return [str(one.message) for one in found.warnings] or ([] if is_valid else ["not valid"])


def test_every_row_keeps_to_the_description(public: Path) -> None:
    assert validated(public) == []


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("town,T1,2024,index,NO_SUCH_CODE,1,0-100,reported\n", "NO_SUCH_CODE"),
        ("town,T1,2024,variable,loans,many,count,reported\n", "many"),
        ("town,T1,MMXXIV,variable,loans,1,count,reported\n", "MMXXIV"),
        ("town,T1,2024,variable,,1,count,reported\n", "required"),
    ],
)
def test_a_broken_row_is_refused(public: Path, row: str, wrong: str) -> None:
    with (public / "results.csv").open("a", encoding="utf-8") as stream:
        stream.write(row)
    assert wrong in " ".join(validated(public))


def test_the_same_row_twice_is_refused(public: Path) -> None:
    path = public / "results.csv"
    path.write_text(
        path.read_text("utf-8") + path.read_text("utf-8").splitlines()[1] + "\n", "utf-8"
    )
    assert validated(public) != []


def test_the_description_says_where_the_numbers_come_from(public: Path) -> None:
    said = json.loads((public / "results.csv-metadata.json").read_bytes())
    number = json.loads((public / "town/T1/result.json").read_bytes())["provenance"][
        "report_number"
    ]
    assert said["prov:wasDerivedFrom"] == [{"dc:title": "town/T1", "dc:identifier": number}]
    assert said["dc:identifier"] == "2024/3/final"
    assert said["dc:publisher"] == [{"@value": "Bureau", "@language": "en"}]
    columns = {c["name"]: c for c in said["tables"][0]["tableSchema"]["columns"]}
    assert columns["unit"]["titles"] == {"und": "unit", "zh": "计量单位", "en": "unit"}
    assert any("reported: " in one["@value"] for one in columns["status"]["dc:description"])
    assert "dc:license" not in said


def test_a_licence_is_stated_where_params_state_one(world: World) -> None:
    rules = world.root / "params/disclosure.yml"
    rules.write_text(rules.read_text("utf-8") + "licence: CC-BY-4.0\n", "utf-8")
    tree = world.folder(world.final().edition) / "public"
    assert (
        json.loads((tree / "results.csv-metadata.json").read_bytes())["dc:license"] == "CC-BY-4.0"
    )


def test_a_reader_of_sdmx_finds_the_same_observations(public: Path) -> None:
    message: Any = pysdmx.io.read_sdmx(public / "results.sdmx.csv")
    (dataset,) = message.data
    assert dataset.short_urn == "DataStructure=CESCORE:CE_RESULTS(1.0.0)"
    written = pd.read_csv(public / "results.csv", encoding="utf-8-sig")
    observed: Any = pd.to_numeric(dataset.data["OBS_VALUE"])
    numbers = observed.to_numpy(float, na_value=float("nan"))
    assert numbers == pytest.approx(written["value"].to_numpy(), rel=0, abs=0, nan_ok=True)
    assert list(dataset.data["INDICATOR"]) == list(written["code"])
    assert set(dataset.data["OBS_STATUS"]) == {"A", "O"}


def test_only_the_public_tree_is_described(released: World) -> None:
    found = {p.parent.name for p in released.folder(TREE).rglob("results.csv-metadata.json")}
    assert found == {"public"}
    manifest = json.loads((released.folder(TREE) / "public/manifest.json").read_bytes())
    assert {"results.sdmx.csv", "results-codes.csv"} <= set(manifest["files"])
