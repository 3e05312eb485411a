"""A workspace with public bodies and respondents, none of them synthetic, and its editions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.release.world import World, write_workspace


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a draft, a reviewed and a final edition."""
    root = tmp_path_factory.mktemp("release") / "libraries"
    write_workspace(root)
    World(root).final()
    return root


@pytest.fixture
def released(made: Path, tmp_path: Path) -> World:
    """A workspace of its own with the three editions."""
    return World(Path(shutil.copytree(made, tmp_path / "released")))


@pytest.fixture
def reviewed(released: World) -> World:
    """The same, of which nothing is final yet."""
    shutil.rmtree(released.folder("2024-en/3-final"))
    register = released.root / "release" / "register.jsonl"
    register.write_bytes(b"".join(register.read_bytes().splitlines(keepends=True)[:2]))
    return released


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A workspace of which nothing was released yet."""
    root = tmp_path / "libraries"
    write_workspace(root)
    return World(root)
