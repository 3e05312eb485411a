"""What lies among the inputs and is not read is named, with the name it probably should have."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from params_builder import load, problems, write

from cescore.definitions.load import load_definitions
from cescore.definitions.strays import MOST_NAMED, kind_of, strays
from cescore.errors import ParamsError

PATTERNS = ("checks.yml", "accounts.yml", "units.txt", "frameworks/*.yml", "runs/*.yml", "kept/**")

MEANT = {
    # a file that lies there: what it was probably meant to be
    "checks.yaml": "checks.yml",
    "Checks.yml": "checks.yml",
    "CHECKS.YML": "checks.yml",
    "check.yml": "checks.yml",
    "ａccounts.yml": "accounts.yml",
    "accounts (1).yml": "accounts.yml",
    "accounts - 副本.yml": "accounts.yml",
    "accounts.yml.bak": "accounts.yml",
    "units.TXT": "units.txt",
    "run/2024.yml": "runs/2024.yml",
    "Runs/2024.yml": "runs/2024.yml",
    "runs/2024.yaml": "runs/2024.yml",
    "runs/old/2024.yml": "runs/2024.yml",
    "framework/town.yml": "frameworks/town.yml",
    "frameworks/Town.YML": "frameworks/Town.yml",
    "runs": "runs/ (a folder)",
}


def laid(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


@pytest.mark.parametrize("name", MEANT)
def test_a_file_that_nothing_reads_is_named_with_what_it_was_meant_for(
    tmp_path: Path, name: str
) -> None:
    (stray,) = strays(laid(tmp_path, name), PATTERNS)
    assert str(stray.path) == name
    assert MEANT[name] in stray.probably


@pytest.mark.parametrize("name", ["notes.docx", "scratch/figures.png"])
def test_what_is_near_nothing_is_named_all_the_same(tmp_path: Path, name: str) -> None:
    (stray,) = strays(laid(tmp_path, name), PATTERNS)
    assert stray.probably == ()
    assert name.startswith(str(stray.path))


def test_expected_files_and_what_systems_leave_behind_are_no_strays(tmp_path: Path) -> None:
    expected = ("checks.yml", "frameworks/town.yml", "kept/a.txt", "kept/deep/b.txt")
    left = (".DS_Store", "._checks.yml", "~$units.txt", "Thumbs.db", "README.md", ".git/config")
    assert strays(laid(tmp_path, *expected, *left), PATTERNS) == []


def test_of_very_many_strays_the_rest_is_counted(tmp_path: Path) -> None:
    laid(tmp_path, *(f"frameworks/{n}.png" for n in range(MOST_NAMED + 7)))
    found = strays(tmp_path, PATTERNS)
    assert len(found) == MOST_NAMED + 1
    assert "7 more" in str(found[-1].path)


def odd(path: Path, kind: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "a link":
        path.symlink_to("/etc/hostname")
    elif kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as ours:
            here = os.getcwd()
            os.chdir(path.parent)  # a socket's path must be short
            ours.bind(path.name)
            os.chdir(here)
    elif kind == "a folder":
        path.mkdir()
    return path


@pytest.mark.parametrize("kind", ["a link", "a FIFO", "a socket"])
@pytest.mark.parametrize(
    "name", ["checks.yml", "units.txt", "frameworks/city.yml", "runs/2024.yml", "other.yml"]
)
def test_what_is_no_plain_file_is_refused_unopened(tmp_path: Path, name: str, kind: str) -> None:
    odd(write(tmp_path) / name, kind)
    with pytest.raises(ParamsError) as caught:
        load_definitions(tmp_path / "params", 2025)
    told = {(p.where, p.found) for p in caught.value.problems}
    assert (f"params/{name}", kind) in told


@pytest.mark.parametrize("name", ["frameworks", "runs", "plans"])
def test_a_folder_that_is_a_link_is_refused_and_not_followed(tmp_path: Path, name: str) -> None:
    params = write(tmp_path)
    elsewhere = laid(tmp_path / "elsewhere", "a.yml")
    for old in (params / name).glob("*"):
        old.unlink()
    if (params / name).exists():
        (params / name).rmdir()
    (params / name).symlink_to(elsewhere)
    with pytest.raises(ParamsError, match=f"params/{name}  file: a link"):
        load_definitions(params, 2025)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    odd(write(tmp_path) / "checks.yml", "a folder")
    with pytest.raises(ParamsError, match=r"params/checks\.yml.*a folder"):
        load_definitions(tmp_path / "params", 2025)


def test_a_stray_in_params_stops_the_run_with_its_name(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"run/2024.yml": "plan: x"})
    assert (problem.where, problem.expected) == ("params/run/2024.yml", "the name runs/2024.yml")


def test_params_may_be_a_link_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "shared")
    (tmp_path / "params").symlink_to(tmp_path / "shared" / "params")
    assert load_definitions(tmp_path / "params", 2025).frameworks.keys() == {"town"}


def test_the_kind_of_a_path_is_told_without_following_it(tmp_path: Path) -> None:
    assert kind_of(odd(tmp_path / "x", "a link")) == "a link"
    assert kind_of(tmp_path) == "a folder"
    load(tmp_path)
