"""Whoever is refused a step is told what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cescore.publish.words import LANGUAGES, has_label, label
from cescore.release import advice as module
from cescore.release.advice import advice
from tests.release.test_release_command import command
from tests.release.world import World

SOURCES = ("refusals.py", "releasing.py", "ledgers.py", "register.py")
OF_VERIFY = {"anchor_none", "anchor_line", "anchor_manifest"}
NOTES = {"still_known"}  # said beside a step, and against none
FOLDER = Path(module.__file__).parent
REASONS = sorted(
    {code for name in SOURCES for code in re.findall(r'remark\(\s*"(\w+)"', (FOLDER / name).read_text())}
    - OF_VERIFY - NOTES
)  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_that_stands_against_a_step_has_a_way_out(reason: str) -> None:
    assert has_label(f"release.next.{module.ALIKE.get(reason, reason)}")


def test_the_step_that_is_due_is_named_and_the_form_that_lies_there(world: World) -> None:
    def told(step: str, **given: Path) -> str:
        made = world.take(step, **given)
        return " | ".join(advice(made.against, world.proposal(step, **given)))

    assert "release --stage draft" in told("final") and "fill in" not in told("final")
    draft = world.take("draft").entry
    assert "release --stage reviewed" in told("final")
    form = world.root / "release/2024-en/1-draft.sign-off.yml"
    assert form.is_file() and told("reviewed") == f"fill in {form} and add --sign-off {form}"
    world.take("reviewed", world.sign(draft))
    assert "release --stage final" in told("reviewed")


def test_a_withdrawal_has_no_form_and_is_told_what_to_write(released: World) -> None:
    made = released.take("withdrawn")
    entry = released.register.in_force("2024-en")
    (told,) = advice(made.against, released.proposal("withdrawn"))
    assert entry is not None and f"manifest: {entry.manifest}" in told and "reason" in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_says_it_behind_the_reasons(
    lang: str, released: World, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("release", "--stage", "final", "--root", str(released.root), "--lang", lang)
    assert command(*arguments) == 2
    said = capsys.readouterr().out
    reasons, _, steps = said.partition(label("release.next", lang))
    assert "release --stage final" in reasons and "build.py release --stage" in steps


@pytest.mark.parametrize("step", ["reviewed", "final", "corrected"])
def test_no_form_is_named_beside_an_official_edition_which_has_none(
    step: str, released: World
) -> None:
    told = advice(released.take(step).against, released.proposal(step))
    assert any("--stage draft" in one for one in told)
    of_a_form = {label(f"release.next.{code}", "en", form="") for code in module.OF_THE_FORM}
    assert not of_a_form.intersection(told)
