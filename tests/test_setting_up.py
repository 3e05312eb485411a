"""Which Python is set up: the one that the environment names, or a sentence that says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone's files that set-up begins with, and no environment."""
    (tmp_path / ".ci").mkdir()
    for name in ("Makefile", ".ci/set-up", "requirements.lock", "requirements-test.lock", "pyproject.toml"):  # fmt: skip
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(*command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    around = {
        k: v for k, v in os.environ.items() if k not in ("PYTHON", "MAKEFLAGS", "MAKELEVEL")
    } | more
    return subprocess.run(
        command, cwd=folder, env=around, capture_output=True, text=True, check=False, timeout=60
    )


def test_make_hands_the_named_python_to_the_set_up(bare: Path) -> None:
    (bare / ".ci" / "set-up").write_text('echo "named: ${PYTHON:-}"\n')
    assert run("make", "set-up", folder=bare, PYTHON="/a/python").stdout == "named: /a/python\n"
    assert run("make", "set-up", "PYTHON=/a/python", folder=bare).stdout == "named: /a/python\n"
    assert run("make", "set-up", folder=bare).stdout == "named: \n"


def test_make_runs_what_was_set_up_whatever_python_is_named(bare: Path) -> None:
    (bare / ".ci" / "set-up").write_text("")
    said = run("make", "-n", "all", "PYTHON=/a/python", folder=bare).stdout
    assert ".venv/bin/python build.py" in said
    assert "/a/python" not in said


@pytest.mark.parametrize("text", ["#!/bin/sh\necho Python 3.8.1\n[ $1 = --version ]\n", None])
def test_a_named_python_that_does_not_do_is_named_in_the_answer(
    bare: Path, text: str | None
) -> None:
    other = bare / "other"
    if text is not None:
        other.write_text(text)
        other.chmod(0o755)
    done = run("sh", ".ci/set-up", folder=bare, PYTHON=str(other))
    assert done.returncode == 2
    assert f"PYTHON names {other}: " in done.stderr
    assert ("Python 3.8.1" if text else "not found") in done.stderr
    assert "3.11, 3.12 or 3.13" in done.stderr
    assert not (bare / ".venv").exists()
