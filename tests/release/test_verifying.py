"""Whatever is not as it was released is found and named."""

from __future__ import annotations

import hashlib
import json
import os
import random
from pathlib import Path

import pytest

from cescore.errors import RunError
from cescore.release.editions import EditionFolder
from cescore.release.register import ReleaseRegister
from cescore.release.verify_all import verify_editions
from tests.release.world import World

FINAL = "2024-en/3-final"
FLIPS, SWAPS = 30, 20  # of each kind; ten times as many in the soak


def problems(world: World, anchors: str | None = None) -> list[str]:
    return [one.code for one in verify_editions(world.root, "", anchors).problems]


def said(world: World) -> list[str]:
    return [one.said("en") for one in verify_editions(world.root).problems]


def overwrite(path: Path, raw: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(raw)
    path.chmod(0o400)


def files(world: World) -> list[Path]:
    return [p for p in sorted(world.folder(FINAL).rglob("*")) if p.is_file() and p.stat().st_size]


def test_what_was_released_is_verified_in_both_languages(released: World) -> None:
    found = verify_editions(released.root)
    assert found.problems == ()
    facts = [one.said("en") for one in found.facts]
    assert any("2024-en/3-final: final and in force (signed off by Li Ming" in f for f in facts)
    assert any("现行正式版" in one.said("zh") for one in found.facts)


def flips(released: World, count: int) -> None:
    chosen, every = random.Random(300), files(released)
    for _ in range(count):
        path = chosen.choice(every)
        raw = path.read_bytes()
        altered, place = bytearray(raw), chosen.randrange(len(raw))
        altered[place] ^= 1 << chosen.randrange(8)
        overwrite(path, bytes(altered))
        assert verify_editions(released.root, FINAL).problems, (path, place)
        overwrite(path, raw)
    assert problems(released) in ([], ["open_to_others"])


def swaps(released: World, count: int) -> None:
    """So many pairs of unlike files exchanged, one after the other, each put back."""
    chosen, every = random.Random(100), files(released)
    while count:
        one, other = chosen.sample(every, 2)
        if one.read_bytes() == other.read_bytes():
            continue  # equal files stay as they were
        exchange(one, other)
        assert verify_editions(released.root, FINAL).problems, (one, other)
        exchange(one, other)
        count -= 1
    assert problems(released) in ([], ["open_to_others"])


def exchange(one: Path, other: Path) -> None:
    between = one.with_name("between")
    os.rename(one, between)
    os.rename(other, one)
    os.rename(between, other)


def test_a_flipped_bit_is_found(released: World) -> None:
    flips(released, FLIPS)


def test_swapped_files_are_found(released: World) -> None:
    swaps(released, SWAPS)


@pytest.mark.soak
def test_300_of_300_flipped_bits_and_100_of_100_swapped_files_are_found(released: World) -> None:
    flips(released, 10 * FLIPS)
    swaps(released, 5 * SWAPS)


def test_a_file_lost_or_added_is_named(released: World) -> None:
    folder = released.folder(FINAL)
    (folder / "bureau/town/T1/scorecard.pdf").unlink()
    (folder / "public/more.txt").write_text("x")
    (folder / "bureau/empty").mkdir(mode=0o700)
    assert said(released) == [
        f"lost: {FINAL}/bureau/town/T1/scorecard.pdf",
        f"does not belong there: {FINAL}/public/more.txt",
        f"does not belong there: {FINAL}/bureau/empty/",
    ]


def test_a_link_in_the_place_of_a_file_is_none(released: World) -> None:
    file = released.folder(FINAL) / "bureau/results.csv"
    os.rename(file, released.root / "aside.csv")
    file.symlink_to(released.root / "aside.csv")
    assert "altered" in problems(released)


def rewrite(world: World, name: str) -> str:
    """Alter a file of the final edition together with its manifest and statement; the new hash."""
    from cescore.release.provenance import statement

    folder = world.folder(FINAL)
    file = folder / name
    overwrite(file, file.read_bytes() + b" ")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = hashlib.sha256(file.read_bytes()).hexdigest()
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    overwrite(folder / "manifest.json", f"{text}\n".encode())
    made = EditionFolder(folder)
    overwrite(folder / "statement.json", statement(made.manifest, made.manifest_hash))
    return made.manifest_hash


def test_an_edition_altered_together_with_its_manifest_is_found(released: World) -> None:
    rewrite(released, "bureau/results.csv")
    assert problems(released) == ["manifest_altered"]


def test_a_register_altered_with_it_breaks_its_chain(released: World) -> None:
    old = released.register.find(FINAL)
    new = rewrite(released, "bureau/results.csv")
    path = released.root / "release/register.jsonl"
    path.write_text(path.read_text("utf-8").replace(old.manifest, new), "utf-8")
    assert "register_chain" in problems(released)


def test_a_whole_chain_written_anew_is_found_by_a_line_kept_elsewhere(released: World) -> None:
    """Edition, manifest, statement and register all agree; only the anchor does not."""
    kept = "\n".join(entry.anchor for entry in released.register.entries)
    assert problems(released, kept) == []
    old, new = released.register.find(FINAL), rewrite(released, "bureau/results.csv")
    lines = released.register.entries
    (released.root / "release/register.jsonl").unlink()
    for entry in lines:
        fields = {
            **vars(entry),
            "manifest": new if entry.manifest == old.manifest else entry.manifest,
        }
        ReleaseRegister.read(released.root / "release").append(type(entry)(**fields))
    assert problems(released) == []
    assert {"anchor_line", "anchor_manifest"} <= set(problems(released, kept))


def test_a_register_cut_short_leaves_editions_that_it_does_not_know(released: World) -> None:
    path = released.root / "release/register.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert problems(released) == ["unregistered"]


@pytest.mark.parametrize("line", [b"{}", b"not json", b'{"number": 1}', b"[1]"])
def test_a_line_that_is_no_entry_is_named_and_nothing_is_added_behind_it(
    released: World, line: bytes
) -> None:
    path = released.root / "release/register.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    assert problems(released)[0] == "register_line"
    with pytest.raises(RunError, match="chain"):
        released.register.append(released.register.entries[-1])


def test_a_tree_that_others_can_read_is_named(released: World) -> None:
    (released.folder(FINAL) / "bureau").chmod(0o755)
    assert said(released) == [f"others may read it: {FINAL}/bureau"]


def test_lines_to_compare_with_that_hold_no_anchor_are_no_proof(released: World) -> None:
    assert problems(released, "nothing kept") == ["anchor_none"]


def test_an_edition_that_there_is_not_is_refused_with_those_there_are(released: World) -> None:
    with pytest.raises(RunError, match="2024-en/1-draft, 2024-en/2-reviewed, 2024-en/3-final"):
        verify_editions(released.root, "2024/9-final")


def test_before_the_first_edition_it_is_said_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no edition yet; build\.py release makes one"):
        verify_editions(tmp_path)
