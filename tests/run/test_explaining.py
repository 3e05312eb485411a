"""The commands explain and revisions: what they print, what they refuse, how they end."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from cescore.cli import main as cli
from cescore.desk import explain, open_bundle
from cescore.errors import DataError
from cescore.publish.words import has_label

ROOT = Path(__file__).parents[2]
HOSPITALS = ROOT / "tests" / "unseen" / "workspace"
Command = Callable[..., tuple[int, str, str]]
ASKED = ("--root", HOSPITALS, "--year", 2023)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process: its exit status, what it printed, what it complained of."""
    monkeypatch.setattr(cli, "listen", lambda: None)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main([str(word) for word in arguments])
        assert isinstance(end.value.code, int)
        return end.value.code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", ["index", "score:care_per_energy", "weight:sorted_share"])
def test_a_tree_fits_eighty_columns_and_ends_with_a_summary(
    command: Command, code: str, lang: str
) -> None:
    status, said, _ = command("explain", "H1", code, *ASKED, "--lang", lang)
    lines = said.splitlines()
    assert status == 0
    assert max(cell_len(line) for line in lines[:-2]) <= 80
    assert any("data/2023/observations.csv:" in line for line in lines) or "weight" in code
    assert "{" not in said


def test_depth_stops_the_tree_and_says_how_much_is_below(command: Command) -> None:
    _, said, _ = command("explain", "H1", "index", *ASKED, "--depth", 0, "--lang", "en")
    assert "more steps below" in said and "observations.csv" not in said


def test_json_holds_every_step_with_its_arithmetic(command: Command) -> None:
    status, said, _ = command("explain", "H1", "sorted_share", *ASKED, "--json")
    steps = {step["id"]: step for step in json.loads(said)["steps"]}
    share = steps["H1/indicator/sorted_share/2023"]
    assert status == 0
    assert (share["arithmetic"], share["factor"]) == ("waste_sorted / waste", "100")
    assert share["substituted"] == "98.0 / 204.0 × 100"
    assert share["computed"] == pytest.approx(100 * 98 / 204)
    waste = steps["H1/variable/waste/2023"]
    assert waste["origins"] == [{"kind": "data", "place": "data/2023/observations.csv:6"}]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("explain", "H9", "index"), "workspace/data/entities.csv has no entity 'H9'; nearest: H"),
        (("explain", "H1", "sorted_shar"), "sorted_share"),
        (("explain", "nosuch", "index"), "it has 4, such as H1 Northern Hospital"),
        (("explain", "H1", "zzzz"), "it has: "),
        (("explain", "H1", "index", "--of", 1950), "has the years"),
    ],
)
def test_what_does_not_exist_ends_with_the_nearest_names(
    command: Command, arguments: tuple[object, ...], named: str
) -> None:
    status, _, complaint = command(*arguments, *ASKED)
    assert status == 2 and named in complaint and "Traceback" not in complaint


def test_few_codes_are_offered_for_a_mistyped_one_and_phases_are_no_part_of_the_answer(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)  # where phases are not said
    _, said, complaint = command("explain", "H1", "sorted_shar", *ASKED, "--lang", "en")
    *phases, last = complaint.splitlines()
    assert said == "" and phases[0] == "starting …" and phases[-1] == "evaluating …"
    offered = last.partition("nearest: ")[2].split(", ")
    assert offered[0] == "sorted_share" and len(offered) <= 5
    _, _, complaint = command("explain", "H1", "score:sorted_shar", *ASKED, "--lang", "en")
    assert "nearest: score:sorted_share" in complaint


def printed(root: Path, change: float) -> None:
    """A result file as a build leaves it, its index moved."""
    from cescore.disclosure.documents.result_file import result_json
    from cescore.disclosure.making.bundles import make_bundle
    from cescore.evaluation.yearly import evaluate_workspace
    from cescore.intake.workspace import Workspace

    bundle = make_bundle(evaluate_workspace(Workspace.load(root, 2023)), "H1")
    result = result_json(bundle, bundle.hash)
    result["index"]["value"] += change
    folder = root / "output" / "2023" / "hospital" / "H1"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


@pytest.mark.parametrize(("change", "status"), [(0.0, 0), (0.3, 1)])
def test_what_was_printed_is_compared_and_told_where_it_differs(
    command: Command, tmp_path: Path, change: float, status: int
) -> None:
    root = tmp_path / "w"
    shutil.copytree(HOSPITALS, root)
    printed(root, change)
    asked = ("--root", root, "--year", 2023, "--lang", "en", "--depth", 0)
    ended, said, _ = command("explain", "H1", "index", *asked)
    assert ended == status
    assert ("which differs from" in said) is bool(change)


def test_the_entity_may_be_asked_for_by_name(command: Command) -> None:
    line = (HOSPITALS / "data" / "entities.csv").read_text(encoding="utf-8").splitlines()
    name = next(row.split(",") for row in line if row.startswith("H3,"))[2]
    assert command("explain", name, "index", *ASKED, "--depth", 0)[0] == 0


def test_revisions_of_one_workspace_say_that_nothing_moved(command: Command) -> None:
    status, said, _ = command("revisions", HOSPITALS, HOSPITALS, "--year", 2023, "--lang", "en")
    assert status == 0 and "nothing moved" in said


def test_revisions_refuse_what_is_none_by_name(command: Command, tmp_path: Path) -> None:
    status, _, complaint = command("revisions", tmp_path, HOSPITALS)
    assert status == 2 and "expected a workspace" in complaint


def test_a_notebook_follows_a_number_as_far_as_its_bundle_goes() -> None:
    bundle = open_bundle("H1", 2023, lang="en", root=str(HOSPITALS))
    found = explain(bundle, "index")
    frame = found.to_frame()
    assert found.agrees
    assert found.value == pytest.approx(bundle.data.evaluated.index.values[-1])
    assert set(frame["kind"]) >= {"index", "group", "score", "indicator", "variable"}
    assert "H2" not in repr(found) and "recomputed" in repr(found)
    with pytest.raises(DataError, match="sorted_share"):
        explain(bundle, "sorted_sharee")


KEY = re.compile(r'TraceNote\.of\(\s*"([a-z_]+)"')


def test_every_note_of_a_trace_has_its_sentence() -> None:
    folders = (ROOT / "cescore" / "evaluation" / "tracing", ROOT / "cescore" / "desk")
    keys = {k for f in folders for p in f.glob("*.py") for k in KEY.findall(p.read_text("utf-8"))}
    assert len(keys) > 25
    assert sorted(k for k in keys - {"finding"} if not has_label(f"explain.note.{k}")) == []
