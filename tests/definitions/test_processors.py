"""How many processors a process may use: what it is bound to, and what its container may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cescore.definitions import processors
from cescore.definitions.processors import UNTOLD, usable_processors

V1 = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")


@pytest.fixture
def of_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 64 processors; the folder in which it says what a container may use."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(processors, "GROUPS", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("said", "processors"),
    [
        ({}, 64),
        ({"cpu.max": "max 100000\n"}, 64),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "10000 100000\n"}, 1),
        ({"cpu.max": "9900000 100000\n"}, 64),
        ({"cpu.max": "200000 0\n"}, 64),
        ({"cpu.max": "\xff"}, 64),
        ({V1[0]: "-1\n", V1[1]: "100000\n"}, 64),
        ({V1[0]: "300000\n", V1[1]: "100000\n"}, 3),
        ({V1[0]: "300000\n"}, 64),
    ],
)
def test_a_containers_limit_holds(
    of_container: Path, said: dict[str, str], processors: int
) -> None:
    for name, text in said.items():
        path = of_container / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="latin-1")
    assert usable_processors() == processors


def test_few_where_the_system_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert usable_processors() == UNTOLD
