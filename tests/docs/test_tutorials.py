"""Whoever follows a tutorial word by word sees what it shows."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

import pytest

from tests.docs.tutorial import Block, Walk, assert_printed, blocks_of, edited

ROOT = Path(__file__).parents[2]
TUTORIALS = ROOT / "docs" / "tutorials"
PAGES = [page for page in sorted(TUTORIALS.glob("*.md")) if blocks_of(page)]
USED = ("examples/town", "notebooks", "report_templates")  # what the pages take from the project


def project(folder: Path) -> Path:
    """A folder in which a tutorial can be followed as in the project's own."""
    for name in USED:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("output", "fonts")
        )
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_does_what_it_says(page: Path, tmp_path: Path) -> None:
    walk = Walk(project(tmp_path))
    for block in blocks_of(page):
        walk.do(block)


@pytest.mark.soak
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    walk = Walk(project(tmp_path), is_patient=True)
    for block in blocks_of(page):
        walk.do(block)


def test_the_files_of_the_first_tutorial_are_the_example_town(tmp_path: Path) -> None:
    walk = Walk(project(tmp_path))
    for block in blocks_of(TUTORIALS / "bring-another-city.md"):
        if block.language not in {"sh", "diff", "text"} or "mkdir" in block.text:
            walk.do(block)
    written = {p.relative_to(tmp_path / "town") for p in (tmp_path / "town").rglob("*.*")}
    assert written == {
        p.relative_to(ROOT / "examples/town")
        for p in (ROOT / "examples/town").rglob("*.*")
        if "output" not in p.parts
    }
    for name in written:
        assert filecmp.cmp(tmp_path / "town" / name, ROOT / "examples/town" / name, shallow=False)


def block(language: str, text: str, *, caption: str = "", classes: tuple[str, ...] = ()) -> Block:
    return Block(language, text, caption, classes, 1)


def test_another_output_than_shown_is_found() -> None:
    assert_printed("one …\nthree", "one 1\ntwo\nthree\n")
    for shown in ("three\none", "four"):
        with pytest.raises(AssertionError, match="expected a line"):
            assert_printed(shown, "one 1\ntwo\nthree\n")


def test_an_edit_replaces_lines_that_stand_there_once() -> None:
    assert edited("a\nb\nc\n", " a\n-b\n+d\n") == "a\nd\nc\n"
    with pytest.raises(AssertionError):
        edited("b\nb\n", "-b\n+d\n")


def test_a_command_that_fails_unasked_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no-such"):
        Walk(tmp_path).do(block("sh", "B check --root no-such"))
    Walk(tmp_path).do(block("sh", "B check --root no-such", classes=("fails",)))
