"""How soon the desk answers: within 0.3 s for 500 entities, 2 s for 10,000, of its own computing time."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from cescore.desk.explore import Explorer
from cescore.intake.register.entities import Register
from cescore.intake.workspace import Workspace
from cescore.method.column import Column

pytestmark = pytest.mark.soak


def many(workspace: Workspace, entity_type: str, n: int) -> Workspace:
    """The workspace with so many entities of a type: those there are over and over, their values scattered."""
    panel = workspace.panels[entity_type]
    rows = np.arange(n) % len(panel.entities)
    scatter = np.exp(np.random.default_rng(1).normal(0, 0.2, (n, 1)))
    columns = {
        code: Column(c.values[rows] * scatter, c.state[rows], c.flags[rows])
        for code, c in panel.columns.items()
    }
    ids = tuple(f"X{i}" for i in range(n))
    whole = replace(
        panel,
        entities=ids,
        columns=columns,
        attributes={name: tuple(v[i] for i in rows) for name, v in panel.attributes.items()},
        codes={code: texts[rows] for code, texts in panel.codes.items()},
    )
    like = [workspace.register[panel.entities[i]] for i in rows]
    entities = {e: replace(one, entity_id=e, name_en=e) for e, one in zip(ids, like, strict=True)}
    return replace(workspace, register=Register(entities), panels={entity_type: whole}, blocked={})


@pytest.mark.parametrize(("n", "seconds"), [(500, 0.3), (10_000, 2.0)])
def test_every_control_is_answered_at_once(eu: Workspace, n: int, seconds: float) -> None:
    desk = Explorer(many(eu, "country", n), "country", "en")
    controls = desk._controls
    changes = (
        (controls._sliders["CMU"], 0.0), (controls._boxes["WEEE_R"], False), (controls._best, 33.0),
        (controls._normalisation, "min_max"), (controls._mean, "geometric_mean"),
        (controls._rules["not_reported"], "floor"),
    )  # fmt: skip
    for control, value in changes:
        start = time.process_time()
        control.value = value
        assert time.process_time() - start < seconds, (type(control).__name__, value)
        assert desk._fault.value == ""
    assert f"20 of {n} shown" in desk._answers._bodies["ranks"].value
