"""What is kept from run to run is found by what it was made from, and is never another text."""

from __future__ import annotations

from pathlib import Path

import pytest

from cescore.run.kept.kept_work import KeptWork


class Maker:
    """Makes a text, and counts how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return "made 字"


@pytest.fixture
def maker() -> Maker:
    return Maker()


def test_the_same_origin_is_made_once_and_another_anew(tmp_path: Path, maker: Maker) -> None:
    asked = [("code 1", "a"), ("code 1", "a"), ("code 1", "b"), ("code 2", "a")]
    texts = [KeptWork.of_run(tmp_path, basis).text(origin, maker) for basis, origin in asked]
    assert set(texts) == {"made 字"}
    assert maker.count == 3


@pytest.mark.parametrize("damage", [b"", b"another text altogether, and longer than a hash is"])
def test_a_piece_that_was_altered_is_made_anew(tmp_path: Path, maker: Maker, damage: bytes) -> None:
    kept = KeptWork.of_run(tmp_path, "code")
    kept.text("a", maker)
    (piece,) = kept.folder.iterdir()
    piece.write_bytes(damage)
    assert kept.text("a", maker) == "made 字"
    assert maker.count == 2


def test_a_piece_under_the_name_of_another_is_made_anew(tmp_path: Path, maker: Maker) -> None:
    kept = KeptWork.of_run(tmp_path, "code")
    kept.text("a", maker)
    (piece,) = kept.folder.iterdir()
    kept.text("b", maker)
    for other in kept.folder.iterdir():
        other.write_bytes(piece.read_bytes())
    kept.text("b", maker)
    assert maker.count == 3


def test_what_a_run_did_not_use_is_gone_after_it(tmp_path: Path, maker: Maker) -> None:
    KeptWork.of_run(tmp_path, "code").text("a", maker)
    later = KeptWork.of_run(tmp_path, "code")
    later.text("b", maker)
    later.forget_unused()
    assert len(list(later.folder.iterdir())) == 1


def test_nothing_is_written_or_removed_through_a_link(tmp_path: Path, maker: Maker) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").touch()
    kept = KeptWork.of_run(tmp_path, "code")
    kept.folder.symlink_to(elsewhere)
    assert kept.text("a", maker) == "made 字"
    kept.forget_unused()
    assert [p.name for p in elsewhere.iterdir()] == ["mine"]
