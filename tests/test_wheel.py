"""A wheel carries all that a build needs: installed elsewhere it builds a workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cescore.run.processes.child import surroundings

ROOT = Path(__file__).parents[1]
WORKSPACE = ROOT / "tests" / "unseen" / "workspace"
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel of this checkout is installed in, without what it stands on."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("the wheel is built from a clean copy, which git makes")
    copy, wheels, target = (tmp_path_factory.mktemp(name) for name in ("copy", "wheels", "there"))
    subprocess.run(["git", "clone", "-q", "--shared", ROOT, copy], check=True)
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*PIP, "wheel", *offline, "-w", wheels, copy], check=True)
    wheel = next(wheels.glob("cescore-*.whl"))
    subprocess.run(
        [*PIP, "install", "--no-deps", "--no-index", "--target", target, wheel], check=True
    )
    return target


def test_the_command_of_a_wheel_builds_a_workspace_anywhere(
    installed: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(WORKSPACE, tmp_path / "hospitals")
    command = [installed / "bin" / "cescore", "run", "--only", "H1", "--year", "2023"]
    environment = {**surroundings(), "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [*command, "--root", root], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (root / "output" / "2023" / "hospital" / "H1" / "scorecard.pdf").stat().st_size > 10_000


def test_a_wheel_brings_words_fonts_templates_notebooks_and_params(installed: Path) -> None:
    shipped = installed / "cescore" / "shipped"
    for folder in ("notebooks", "params", "report_templates"):
        names = {p.relative_to(ROOT / folder) for p in (ROOT / folder).rglob("*") if p.is_file()}
        tracked = {n for n in names if "__pycache__" not in n.parts}
        missing = [n for n in tracked if not (shipped / folder / n).is_file()]
        assert missing == [], f"{folder}: {os.linesep.join(map(str, missing))}"
