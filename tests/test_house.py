"""The house in order: rooms import one way, files keep in step, nothing that does not belong is in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

import cescore.cli.main  # noqa: F401 - registers every command
from cescore.cli.application import app

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "docs"))
import street  # noqa: E402 - draws the rooms from the code, for the architecture page

PACKAGE = ROOT / "cescore"
NEVER = {"method": {"pathlib"}}  # numbers in, numbers out
MODULES = sorted(PACKAGE.rglob("*.py"))
CONDA_NAMES = {"brotli": "brotli-python", "matplotlib": "matplotlib-base"}


NAMES = frozenset(street.modules())
EDGES = {module: street.imported(path, NAMES) for module, path in street.modules().items()}


def test_every_module_has_a_room() -> None:
    rooms = {street.room_of(module) for module in NAMES - {"cescore"}}
    assert rooms == set(street.STREET)
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "errors.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_rooms_import_one_way(path: Path) -> None:
    module = street.module_of(path)
    if module == "cescore":
        return
    room = street.room_of(module)
    allowed = {*street.STREET[street.STREET.index(room) :], "cescore"}
    assert {one for one in EDGES[module] & NAMES if street.room_of(one) not in allowed} == set()
    assert EDGES[module] & NEVER.get(room, set()) == set()


def in_circles(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is left of a graph when all is taken away that leads into no circle or out of none."""
    left = dict(edges)
    while True:
        kept = {module: below & left.keys() for module, below in left.items()}
        used = set().union(*kept.values()) if kept else set()
        kept = {module: below for module, below in kept.items() if below and module in used}
        if kept.keys() == left.keys():
            return kept
        left = kept


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert in_circles({module: below & NAMES for module, below in EDGES.items()}) == {}


def floor_of(module: str) -> str:
    """The floor of its room that a module stands on; a module on none is one by itself."""
    return ".".join(module.split(".")[:3])


def test_no_floors_of_a_room_import_each_other_in_a_circle() -> None:
    floors: dict[str, set[str]] = {}
    for module, below in EDGES.items():
        others = {floor_of(name) for name in below & NAMES} - {floor_of(module)}
        floors.setdefault(floor_of(module), set()).update(others)
    assert in_circles(floors) == {}


MOST_ON_A_FLOOR = 40


def test_no_floor_is_a_hall() -> None:
    """Of so many modules side by side nobody sees which belong together."""
    crowded = {
        folder.relative_to(PACKAGE).as_posix(): count
        for folder in {path.parent for path in MODULES}
        if (count := len(list(folder.glob("*.py")))) > MOST_ON_A_FLOOR
    }
    assert crowded == {}


def test_a_circle_is_found() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert in_circles(edges) == {"b": {"c"}, "c": {"b"}}


def test_a_class_name_stands_once() -> None:
    named = re.compile(r"^class (\w+)", re.MULTILINE)
    names = [n for path in MODULES for n in named.findall(path.read_text(encoding="utf-8"))]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_import_is_relative() -> None:
    """The layer tests read absolute imports only."""
    odd = re.compile(r"^\s*from \.", re.MULTILINE)
    assert [str(path) for path in MODULES if odd.search(path.read_text(encoding="utf-8"))] == []


def test_json_is_read_in_one_place_which_knows_all_that_can_be_wrong_with_it() -> None:
    reading = re.compile(
        r"\bjson\.loads?\(|JSONDecoder|from json import|\b(pickle|marshal|shelve)\b"
    )
    readers = {
        p.relative_to(PACKAGE).as_posix() for p in MODULES if reading.search(p.read_text("utf-8"))
    }
    assert readers == {"definitions/entries/json_text.py"}


def test_the_picture_of_the_street_is_what_the_code_is() -> None:
    drawn = street.PICTURE.read_text(encoding="utf-8")
    assert drawn == street.picture(), "run python docs/street.py"


def test_no_two_modules_of_tests_have_one_name() -> None:
    """Without a package around them they are imported by their bare names, and the second is refused."""
    bare = [p for p in ROOT.glob("tests/**/test_*.py") if not (p.parent / "__init__.py").exists()]
    names = [path.stem for path in bare]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def requirements(extras: bool = True) -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    if extras:
        lines += [line for group in project["optional-dependencies"].values() for line in group]
    parted = [re.match(r"([A-Za-z0-9._-]+)(.*)", line) for line in lines]
    return {m[1].lower().replace("_", "-"): m[2] for m in parted if m}


def conda() -> dict[str, str]:
    content = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [x for x in content["dependencies"] if isinstance(x, str)]
    lines += [x for y in content["dependencies"] if isinstance(y, dict) for x in y["pip"]]
    parted = [re.match(r"([A-Za-z0-9._-]+)(.*)", line) for line in lines]
    return {m[1].lower(): m[2].strip() for m in parted if m}


def test_the_conda_environment_is_in_step_with_the_project() -> None:
    wanted = {CONDA_NAMES.get(name, name): floor for name, floor in requirements().items()}
    assert {k: v for k, v in conda().items() if k not in {"python", "pip"}} == wanted


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_the_lock_files_hold_all_that_is_required_and_agree() -> None:
    run, test = locked("requirements.lock"), locked("requirements-test.lock")
    canonical = {name.replace(".", "-") for name in run}
    assert {name.replace(".", "-") for name in requirements(extras=False)} <= canonical
    assert {name for name, version in run.items() if test.get(name) != version} == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_file_holds_names_versions_and_hashes_only(name: str) -> None:
    line = re.compile(r"[a-z0-9._-]+==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [text for text in lines if not line.fullmatch(text)] == []


def in_the_repository() -> list[Path]:
    """Files that are or would be committed; all but the known large ones where there is no git."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in done.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_file_names_a_package_registry_or_a_folder_of_somebodys_machine() -> None:
    odd = re.compile(
        rb"//(?:[\w.-]*\.)?(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org)"
        rb"|(?<![\w.])/(?:home|root|Users)/\w"
    )
    texts = [
        p for p in in_the_repository() if p.suffix not in {".ttf", ".png", ".parquet", ".lock"}
    ]
    assert [str(p) for p in texts if p != Path(__file__) and odd.search(p.read_bytes())] == []


NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("examples/*/notebooks/*.ipynb")])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_hold_no_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [c for c in cells if c.get("outputs") or c.get("execution_count")] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readmes_commands_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    commands = typer.main.get_group(app).commands
    lines = re.findall(r"(?:build\.py|^B) (.*)", text, re.MULTILINE)
    named = {word for line in lines for word in re.findall(r"^([a-z][a-z-]*)(?:\s|`|$)", line)}
    assert len(named) > 10
    assert named <= set(commands)
    options = [o for command in commands.values() for o in command.params]
    known = {name for o in options for name in (*o.opts, *o.secondary_opts)} | {"--help"}
    assert {option for line in lines for option in re.findall(r"--[a-z][a-z-]*", line)} <= known


def test_shell_scripts_are_plain_sh() -> None:
    for name in ("run", "set-up", "lock"):
        script = ROOT / ".ci" / name
        assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
        assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")


PAGES_OF_THE_HOUSE = ("docs/architecture.md", "CONTRIBUTING.md")


@pytest.mark.parametrize("name", PAGES_OF_THE_HOUSE)
def test_every_file_that_the_pages_of_the_house_name_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w.]+/)+[\w.]*|\w+\.(?:py|yml|json|ipynb))`", text))
    rooms = [PACKAGE / room for room in street.STREET]
    places = (ROOT, PACKAGE, *rooms, PACKAGE / "publish" / "pages")
    missing = [n for n in named if not any((p / n).exists() for p in places)]
    assert len(named) > 5
    assert missing == []


def test_the_pythons_that_are_set_up_are_those_that_the_project_takes() -> None:
    """One range: of the project, of the set-up, of the conda environment."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"]).groups()  # type: ignore[union-attr]
    set_up = (ROOT / ".ci" / "set-up").read_text(encoding="utf-8")
    assert f"(3, {low}) <= sys.version_info[:2] <= (3, {int(high) - 1})" in set_up
    for minor in range(int(low), int(high)):
        assert f"python3.{minor} " in set_up
    assert conda()["python"] == project["requires-python"]
