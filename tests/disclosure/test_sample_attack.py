"""The sample as released, attacked by a second program: no firm's value is inferred from all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import open_ledger
from ruamel.yaml import YAML
from sample_attack import Attack, attack_on

from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.workspace import Workspace

ROOT = Path(__file__).parents[2]
SHARE = 0.1  # the bureau's p %


def read_yaml(path: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = YAML(typ="safe").load((ROOT / path).read_text("utf-8"))
    return found


def truth(workspace: Workspace) -> dict[tuple[str, str, int], float]:
    return {
        (panel.entities[row], code, panel.years[place]): float(column.values[row, place])
        for panel in workspace.panels.values()
        for code, column in panel.columns.items()
        for row, place in np.argwhere(column.is_present).tolist()
    }


def attack(yearly: YearlyEvaluation) -> Attack:
    bundler = Bundler(yearly)
    public = yearly.workspace.definitions.disclosure.public_types
    made = {
        e.entity_id: json.loads(bundler.bundle(e.entity_id).to_bytes())
        for e in yearly.entities
        if e.entity_type in public
    }
    firm = next(e.entity_id for e in yearly.entities if e.entity_type not in public)
    a_firm = json.loads(bundler.bundle(firm).to_bytes())
    params = read_yaml("params/variables.yml"), read_yaml("params/checks.yml")["rules"]
    known = truth(yearly.workspace)
    return attack_on(made, a_firm, params, ROOT / "data/entities.csv", known)


@pytest.mark.soak
def test_no_firm_of_the_sample_is_inferred_from_all_public_reports_and_rules(
    yearly: YearlyEvaluation,
) -> None:
    found = attack(yearly)
    assert len(found.rows) > 8000
    assert [one for part in found.connected for one in part.inferred(SHARE)] == []


@pytest.mark.soak
def test_the_attack_infers_firms_where_nothing_is_withheld(
    yearly: YearlyEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(monkeypatch)
    part = max(attack(yearly).connected, key=lambda part: len(part.own))
    assert any(part.inferred(SHARE))
