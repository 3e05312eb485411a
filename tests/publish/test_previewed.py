"""What a preview remembers of files between two reports, and what makes it read them again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cescore.definitions.shipped import LABELS, TEMPLATES
from cescore.publish import previewed
from cescore.publish.printing.print_style import style_of
from cescore.publish.stylesheets import STYLESHEET
from cescore.publish.words import load_labels

FONT = next((TEMPLATES / "static/fonts").glob("*.ttf")).name


@pytest.fixture
def looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of looks in the place of the shipped one, as a press has read it."""
    folder = tmp_path / "report_templates"
    (folder / "static/fonts").mkdir(parents=True)
    shutil.copy(LABELS, folder)
    shutil.copy(TEMPLATES / STYLESHEET, folder / "static")
    (folder / "static/fonts" / FONT).write_bytes(b"a font")
    monkeypatch.setattr(previewed, "TEMPLATES", folder)
    monkeypatch.setattr(previewed, "_read", {folder: previewed._hashes(folder)})
    return folder


def write_other(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def test_nothing_is_read_again_while_no_file_changes(looks: Path) -> None:
    labels, style = load_labels(), style_of(looks / STYLESHEET)
    previewed.read_anew(None)
    assert load_labels() is labels and style_of(looks / STYLESHEET) is style


def test_changed_words_are_read_again_and_stylesheets_are_not(looks: Path) -> None:
    labels, style = load_labels(), style_of(looks / STYLESHEET)
    write_other(looks / LABELS.name)
    previewed.read_anew(None)
    assert load_labels() is not labels
    assert style_of(looks / STYLESHEET) is style


@pytest.mark.parametrize("name", [f"static/fonts/{FONT}", str(STYLESHEET)])
def test_with_a_changed_font_or_stylesheet_all_is_read_again(looks: Path, name: str) -> None:
    style = style_of(looks / STYLESHEET)
    write_other(looks / name)
    previewed.read_anew(None)
    assert style_of(looks / STYLESHEET) is not style


def test_files_of_a_workspaces_own_looks_count_too(looks: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "labels.json").write_bytes(b"{}")
    previewed.read_anew(own)
    labels = load_labels()
    previewed.read_anew(own)
    assert load_labels() is labels
    (own / "labels.json").unlink()
    previewed.read_anew(own)
    assert load_labels() is not labels
