"""The desk itself, its controls moved as a browser would move them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cescore.desk.explore import Explorer
from cescore.desk.explore.moves import Moves
from cescore.desk.explore.pictures import moves_picture
from cescore.desk.explore.ranking import moves_table
from cescore.desk.explore.trial import Trial
from cescore.intake.workspace import Workspace
from cescore.publish.fragment import plain_text

HAN = re.compile(r"[一-鿿]")


@pytest.fixture
def desk(eu: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    monkeypatch.chdir(tmp_path)
    return Explorer(eu, "country", "en")


def summary(desk: Explorer) -> str:
    return plain_text(desk._answers._summary.value)


def page(desk: Explorer, name: str) -> str:
    return plain_text(desk._answers._bodies[name].value)


def test_a_weight_that_is_moved_moves_ranks_at_once(desk: Explorer) -> None:
    assert "27 ranked, all as by the official setting" in summary(desk)
    desk._controls._sliders["CMU"].value = 0.0
    assert re.search(r"27 ranked, [1-9]\d* moved", summary(desk))
    assert "▲" in page(desk, "ranks")
    assert desk.setting.is_variant
    assert desk.framework.indicators["CMU"].weight == 0


def test_it_says_at_the_top_that_it_is_a_working_variant_for_the_bureau_alone(
    desk: Explorer,
) -> None:
    assert "Working variant · country 2022" in plain_text(desk._banner.value).replace(
        "Country", "country"
    )
    assert "For the bureau's own use" in plain_text(desk._banner.value)


@pytest.mark.parametrize("name", ["ranks", "influence", "correlations", "compare"])
def test_every_page_is_in_one_language(desk: Explorer, name: str) -> None:
    pages = ("ranks", "influence", "correlations", "compare")
    desk._controls._boxes["WEEE_R"].value = False
    desk._answers._tabs.selected_index = pages.index(name)
    text = page(desk, name)
    assert len(text) > 100
    assert not HAN.search(text)


def test_what_cannot_be_is_said_beside_the_controls_and_changes_nothing(desk: Explorer) -> None:
    before = desk.framework.hash
    desk._controls._of.value = "CMU"
    desk._controls._best.value = desk._controls._worst.value
    assert "expected best above worst" in plain_text(desk._fault.value)
    assert desk.framework.hash == before
    desk._controls._best.value = desk._controls._worst.value + 9
    assert plain_text(desk._fault.value) == ""
    assert desk.framework.hash != before


def test_reset_and_undo_set_the_controls_as_well(desk: Explorer) -> None:
    slider = desk._controls._sliders["CMU"]
    before = slider.value
    slider.value = 0.0
    desk._trial.undo()
    desk._show_again()
    assert slider.value == before
    desk._controls._normalisation.value = "min_max"
    desk._reset(None)
    assert desk._controls._normalisation.value == "goalposts"
    assert not desk.setting.is_variant


def test_a_setting_is_saved_under_a_plain_name_and_comes_back(
    desk: Explorer, tmp_path: Path
) -> None:
    desk._controls._sliders["CMU"].value = 0.0
    chosen = desk.framework.hash
    desk._files._name.value = "../../out of here"
    desk._files._save(None)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yml")] == [
        "variants/out-of-here.yml"
    ]
    desk._reset(None)
    desk._files._load(None)
    assert desk.framework.hash == chosen
    assert desk._controls._sliders["CMU"].value == 0.0


def test_an_app_writes_no_file_and_offers_a_download(
    eu: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.chdir(tmp_path)
    desk = Explorer(eu, "country", "en")
    desk._controls._sliders["CMU"].value = 0.0
    shown = [type(child).__name__ for child in desk._files.widget.children]
    assert shown == ["FileUpload", "HTML", "HTML"]
    assert 'download="variant.yml"' in desk._files._text.value
    assert list(tmp_path.iterdir()) == []


def test_two_sides_are_compared_and_the_parts_add_up_to_their_difference(desk: Explorer) -> None:
    answers = desk._answers
    answers._tabs.selected_index = 3
    answers._kind.value, answers._first.value, answers._second.value = "entities", "DE", "France"
    answers.draw()
    lines = page(desk, "compare").splitlines()
    whole = re.search(r"difference ([+−][\d.]+) points", lines[0])
    assert whole
    assert lines[-1].split()[-1] == whole.group(1)
    answers._second.value = "Frence"
    answers.draw()
    assert "France" in page(desk, "compare")
    assert "no entity 'Frence'" in page(desk, "compare")


def test_a_hostile_name_stays_text(trial: Trial) -> None:
    hostile = "<img src=x onerror=alert(1)>&\"'"
    moves = replace(
        trial.moves, names=(hostile, *trial.names[1:]), index=trial.moves.official[::-1]
    )
    for html in (moves_table(moves, moves.by_rank(30), "en").html, moves_picture(moves, "en").html):
        assert "<img" not in html
        assert "&lt;img" in html


def test_of_many_the_picture_is_small_and_names_those_that_move_most(trial: Trial) -> None:
    n = 10_000
    index = np.arange(n, dtype=float)
    names = tuple(f"N{i}" for i in range(n))
    moves = Moves(
        names, names, index, np.where(index == 17, 9000.5, index), np.ones(len(index), bool)
    )
    html = moves_picture(moves, "en").html
    assert len(html) < 500_000
    assert "▲8983  N17" in html
    assert moves.by_move(1).tolist() == [17]
