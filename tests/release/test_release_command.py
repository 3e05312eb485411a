"""The commands release, verify and remake: what they say and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from cescore.cli import main as cli
from cescore.release.remarks import remark
from cescore.release.telling import tell_released, tell_verified
from cescore.release.verification import Verification
from tests.release.world import World

FINAL = "2024-en/3-final"


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return int(end.value.code or 0)


def test_verify_says_in_the_language_asked_for_that_all_is_well(
    released: World, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(released.root)
    assert command("verify", "--root", root, "--lang", "zh") == 0
    assert "核验通过" in capsys.readouterr().out
    assert command("verify", FINAL, "--root", root, "--lang", "en") == 0
    assert "final and in force" in capsys.readouterr().out


def test_verify_names_what_is_wrong_and_ends_with_1(
    released: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file = released.folder(FINAL) / "bureau/results.csv"
    file.chmod(0o600)
    file.write_bytes(b"")
    file.chmod(0o400)
    assert command("verify", "--root", str(released.root), "--lang", "en") == 1
    assert f"✗ altered: {FINAL}/bureau/results.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [("verify", "2024/9-final"), ("verify", "nothing.pdf"), ("remake", "x", "--out", "o")],
)
def test_what_there_is_not_is_said_in_one_line(
    released: World, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(*arguments, "--root", str(released.root)) == 2
    said = capsys.readouterr().err.splitlines()
    told = [line for line in said if line != "starting …"]  # a busy machine says that it works
    assert len(told) == 1 and "Traceback" not in told[0]


def test_a_refused_release_says_every_reason_and_makes_nothing(
    released: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(released.root.rglob("*"))
    arguments = ("release", "--stage", "final", "--root", str(released.root), "--lang", "en")
    assert command(*arguments) == 2
    said = capsys.readouterr().out
    assert "a correction (--stage corrected)" in said and "needs a sign-off" in said
    assert [p for p in sorted(released.root.rglob("*")) if ".lock" not in p.name] == [
        p for p in before if ".lock" not in p.name
    ]


def test_a_step_as_of_another_moment_is_taken_and_says_that_it_is_no_rehearsal(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed = world.take("reviewed", world.sign(world.take("draft").entry)).entry
    embargo = "embargo: 2124-10-15T09:00+08:00\n"
    signed = str(world.sign(reviewed, embargo + "access: [{who: Wang, role: mayor}]\n"))
    final = world.take("final", Path(signed))
    tell_released(final, world.proposal("final"), Console(width=300))
    assert "stays closed until 2124-10-15T09:00:00+08:00" in capsys.readouterr().out
    given = ("--root", str(world.root), "--now", "2124-10-16T09:00+08:00", "--lang", "en")
    assert command("release", "--stage", "published", *given) == 0
    assert "rehearse in a copy of the workspace" in capsys.readouterr().out


def test_a_moment_without_its_time_zone_is_no_moment(
    released: World, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(released.root)
    arguments = ("release", "--stage", "published", "--root", root, "--now", "2024-10-15")
    assert command(*arguments) == 2
    assert "time zone" in capsys.readouterr().err


def test_anchors_that_cannot_be_read_are_named(
    released: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "kept.txt")
    assert command("verify", "--root", str(released.root), "--anchors", gone) == 2
    assert "kept.txt" in capsys.readouterr().err.replace("\n", "").replace("│", "").replace(" ", "")


@pytest.mark.parametrize(
    ("state", "is_marked"), [("final", False), ("superseded", True), ("withdrawn", True)]
)
def test_a_sound_report_that_holds_no_more_is_marked(
    state: str, is_marked: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = remark(f"pdf_is_{state}", edition="2024/2-final", file="public/city/A/scorecard.pdf")
    tell_verified(Verification((fact,)), "en", Console(width=200))
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("! byte for byte") is is_marked
