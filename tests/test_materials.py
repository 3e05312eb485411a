"""The bill of materials and the list of licences: valid, the same bytes each time, and of the lock."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def materials() -> ModuleType:
    spec = importlib.util.spec_from_file_location("materials", ROOT / "docs" / "materials.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["materials"] = module
    spec.loader.exec_module(module)
    return module


def locked() -> set[tuple[str, str]]:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    return set(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", text, re.M))


def test_the_bill_is_what_cyclonedx_asks_for_and_the_same_each_time(materials: ModuleType) -> None:
    text = materials.bill()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == materials.bill()
    components = json.loads(text)["components"]
    packages = {(c["name"], c["version"]) for c in components if c["type"] == "library"}
    assert packages == locked()
    assert all(c["hashes"] and c["licenses"] for c in components)
    fonts = {c["name"] for c in components if c["type"] == "file"}
    assert fonts == {p.name for p in (ROOT / "report_templates").rglob("*.ttf")}


def test_the_page_lists_the_licence_of_every_locked_package() -> None:
    page = (ROOT / "docs" / "licences.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    listed = {(row[0], row[1]) for row in rows if len(row) == 3 and not row[0].endswith(".ttf")}
    assert listed - {("part", "version")} == locked()
    assert not [row for row in rows if "not stated" in row]
