"""A release goes its way step by step, and stops wherever something stands against it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cescore.errors import ParamsError, RunError
from cescore.release.editions import put_in_place
from cescore.release.register import RegisterEntry
from cescore.release.releasing import StepTaken
from cescore.release.sign_off import read_sign_off
from tests.release.world import World, write_returns


def codes(made: StepTaken) -> list[str]:
    return [one.code for one in made.against]


def last(world: World) -> RegisterEntry:
    return world.register.made("2024-en")[-1]


def test_each_step_makes_an_edition_of_its_own_beside_the_others(released: World) -> None:
    steps = [e.step for e in released.register.entries]
    assert steps == ["draft", "reviewed", "final", "published"]
    lying = sorted(p.name for p in (released.root / "release/2024-en").iterdir() if p.is_dir())
    assert lying == ["1-draft", "2-reviewed", "3-final"]
    assert last(released).signed.who == "Li Ming"


@pytest.mark.parametrize(
    ("edition", "stage"), [("1-draft", "draft"), ("2-reviewed", "reviewed"), ("3-final", "final")]
)
def test_every_report_says_the_stage_of_its_sign_off(
    released: World, edition: str, stage: str
) -> None:
    bureau = released.folder(f"2024-en/{edition}") / "bureau"
    provenance = json.loads((bureau / "town/T1/result.json").read_bytes())["provenance"]
    assert provenance["run_status"] == stage
    assert json.loads((bureau / "manifest.json").read_bytes())["run"]["status"] == stage
    if stage != "draft":
        assert provenance["standing"]["signed_on"] == "2024-09-30"


def test_no_file_of_an_edition_can_be_written_and_no_edition_stands_twice(released: World) -> None:
    folder = released.folder("2024-en/3-final")
    modes = {path.stat().st_mode & 0o222 for path in folder.rglob("*") if path.is_file()}
    assert modes == {0}
    with pytest.raises(RunError, match="no edition is ever overwritten"):
        put_in_place(folder, released.folder("2024-en/2-reviewed"))


def test_a_draft_needs_nobody_and_everything_after_it_a_sign_off(reviewed: World) -> None:
    assert codes(reviewed.take("final")) == ["needs_sign_off"]
    assert codes(reviewed.take("draft", reviewed.sign(last(reviewed)))) == ["no_sign_off"]


def test_a_final_edition_needs_a_reviewed_one_and_a_correction_a_final_one(world: World) -> None:
    assert codes(world.take("final")) == ["needs_before", "needs_sign_off"]
    found = codes(world.take("corrected"))
    assert found == ["needs_before", "nothing_to_correct", "needs_sign_off"]


def test_after_a_final_edition_there_are_only_corrections(released: World) -> None:
    assert "is_correction" in codes(released.take("final"))


def test_a_sign_off_holds_for_the_edition_it_names_alone(reviewed: World) -> None:
    draft = reviewed.register.find("2024-en/1-draft")
    assert codes(reviewed.take("final", reviewed.sign(draft, who="Zhao"))) == ["other_manifest"]


def test_a_sign_off_of_tomorrow_is_refused(reviewed: World) -> None:
    signed = reviewed.sign(last(reviewed), date="2024-10-01")
    assert codes(reviewed.take("final", signed)) == ["future_sign_off"]


def test_data_that_changed_since_the_review_are_named(reviewed: World) -> None:
    write_returns(reviewed.root, L1=9_001)
    made = reviewed.take("final", reviewed.sign(last(reviewed)))
    assert [one.said("en") for one in made.against] == [
        "changed since 2024-en/2-reviewed was made: data/2024/observations.csv"
    ]


def test_an_edition_altered_since_the_review_is_not_released(reviewed: World) -> None:
    file = reviewed.folder("2024-en/2-reviewed/bureau/results.csv")
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b"9000", b"9999", 1))
    file.chmod(0o400)
    made = reviewed.take("final", reviewed.sign(last(reviewed)))
    assert [one.said("en") for one in made.against] == [
        "2024-en/2-reviewed is damaged: altered: bureau/results.csv"
    ]


def test_everything_that_stands_against_a_release_is_said_at_once(reviewed: World) -> None:
    text = (reviewed.root / "data/entities.csv").read_text("utf-8")
    head, *rows = text.splitlines()
    synthetic = [f"{head},is_synthetic", *(f"{row},true" for row in rows)]
    (reviewed.root / "data/entities.csv").write_text("\n".join([*synthetic, ""]), "utf-8")
    write_returns(reviewed.root, L1=-4)
    found = codes(reviewed.take("final", reviewed.sign(last(reviewed))))
    assert {"failed_check", "synthetic", "changed"} <= set(found)


def test_a_sample_is_never_official_whatever_is_signed(world: World) -> None:
    (world.root / "params/runs/2024.yml").write_text("status: sample\n", encoding="utf-8")
    draft = world.take("draft").entry
    made = world.take("reviewed", world.sign(draft))
    assert codes(made) == ["sample_run"]
    assert [e.step for e in world.register.entries] == ["draft"]


def with_a_finding(world: World) -> None:
    """A library that did not file: a warning."""
    path = world.root / "data/entities.csv"
    path.write_text(path.read_text("utf-8") + "L9,library,New Library,T1\n", encoding="utf-8")


def test_every_open_finding_is_answered_by_name_or_the_release_is_refused(world: World) -> None:
    with_a_finding(world)
    draft = world.take("draft")
    assert draft.sign_off is not None
    form = draft.sign_off.read_text("utf-8")
    unanswered = world.take("reviewed", world.sign(draft.entry))
    assert codes(unanswered) == ["unanswered"]
    id_ = dict(unanswered.against[0].values)["id"]
    assert str(id_) in form and "L9" in form
    answers = f"answers:\n- {{findings: [{id_}, 0123456789], answer: not open yet}}"
    assert codes(world.take("reviewed", world.sign(draft.entry, answers))) == ["answers_nothing"]
    answers = answers.replace(", 0123456789", "")
    reviewed = world.take("reviewed", world.sign(draft.entry, answers))
    assert reviewed.entry is not None and reviewed.sign_off is not None
    assert 'answer: "not open yet"' in reviewed.sign_off.read_text("utf-8")


def test_the_quality_log_does_not_say_of_which_rules_respondents_have_no_finding(
    world: World,
) -> None:
    """A library that did not file is answered for, and counted for nobody else: without it the log of a
    year in which all filed would say that all did."""
    with_a_finding(world)
    draft = world.take("draft")
    reviewed = world.take("reviewed", world.sign(draft.entry, world.answers(draft)))
    assert reviewed.entry is not None
    manifest = json.loads(
        (world.folder(reviewed.entry.edition) / "manifest.json").read_text("utf-8")
    )
    quality = manifest["issue"]["quality"]
    assert (quality["answered"], quality["checked"]["warning"]) == ([], 0)


def test_a_form_is_a_sign_off_once_it_is_filled_in(world: World) -> None:
    draft = world.take("draft")
    assert draft.sign_off is not None
    with pytest.raises(ParamsError, match="who"):
        read_sign_off(draft.sign_off)
    filled = draft.sign_off.read_text("utf-8").replace("who: ", "who: Li", 1)
    filled = filled.replace("role: ", "role: head", 1).replace("date: ", "date: 2024-09-30", 1)
    draft.sign_off.write_text(filled, "utf-8")
    assert world.take("reviewed", draft.sign_off).entry is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date": "soon"}, "date.*'soon'"),
        ({"manifest": "abc"}, "manifest.*'abc'.*64 digits"),
        ({"embargo": "2026-10-15"}, "embargo.*time zone"),
        ({"who": ""}, "who"),
        ({"approved": "yes"}, "approved.*unknown key"),
    ],
)
def test_a_sign_off_that_is_none_is_refused_with_place(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    fields = {"manifest": "a" * 64, "who": "Li", "role": "head", "date": "2024-09-30", **change}
    path = tmp_path / "s.yml"
    path.write_text("".join(f"{k}: {v}\n" for k, v in fields.items()), encoding="utf-8")
    with pytest.raises(ParamsError, match=rf"(?s)s\.yml.*{said}"):
        read_sign_off(path)


EMBARGO = "embargo: 2024-10-15T09:00+08:00\naccess: [{who: Wang, role: mayor}]\nanswers: []"


def test_under_embargo_nobody_enters_the_public_tree_until_its_moment(reviewed: World) -> None:
    made = reviewed.take("final", reviewed.sign(last(reviewed), EMBARGO))
    assert made.entry is not None
    public = reviewed.folder("2024-en/3-final") / "public"
    assert public.stat().st_mode & 0o077 == 0
    early = reviewed.take("published", now="2024-10-15T08:59+08:00")
    assert codes(early) == ["embargo"] and "Wang (mayor)" in early.against[0].said("en")
    assert reviewed.take("published", now="2024-10-15T01:00+00:00").entry is not None
    assert public.stat().st_mode & 0o777 == 0o755
    assert codes(reviewed.take("published", now="2024-10-16T00:00+08:00")) == ["is_published"]


def test_the_trees_are_as_open_as_their_readers_are_many(released: World) -> None:
    folder = released.folder("2024-en/3-final")
    modes = {n: os.stat(folder / n).st_mode & 0o777 for n in ("bureau", "public", "respondent")}
    assert modes == {"bureau": 0o700, "public": 0o755, "respondent": 0o700}
    assert (folder / "public/index.html").stat().st_mode & 0o777 == 0o444
    assert (folder / "bureau/index.html").stat().st_mode & 0o777 == 0o400
    assert (folder / "manifest.json").stat().st_mode & 0o777 == 0o400
    assert (released.folder("2024-en/1-draft")).stat().st_mode & 0o777 == 0o700


def test_a_withdrawn_edition_is_marked_and_closed(released: World) -> None:
    final = last(released)
    without = released.take("withdrawn", released.sign(final))
    assert codes(without) == ["needs_reason"]
    assert released.take("withdrawn", released.sign(final, reason="wrong year")).entry is not None
    assert released.register.in_force("2024-en") is None
    assert released.register.state(final) == "withdrawn"
    assert (released.folder(final.edition) / "public").stat().st_mode & 0o077 == 0
    index = (released.root / "release/index.html").read_text("utf-8")
    assert "wrong year" in index and "withdrawn" in index and "<a " not in index
