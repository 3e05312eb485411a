"""What moved between two vintages: the changed value, what follows from it, and nothing else."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from cescore.errors import DataError
from cescore.evaluation.revising.move import ResultMove
from cescore.evaluation.revising.revision import Revision, revise
from cescore.evaluation.revising.side import Side
from cescore.run.commands.revisions import RevisionText, write_moves
from cescore.run.results.vintages import open_side

HOSPITALS = Path(__file__).parents[1] / "unseen" / "workspace"
YEAR = 2023


@pytest.fixture(scope="module")
def first() -> Side:
    return open_side(HOSPITALS, YEAR)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    root = tmp_path / "later"
    shutil.copytree(HOSPITALS, root)
    return root


def rows_of(root: Path) -> tuple[Path, list[dict[str, str]]]:
    path = root / "data" / str(YEAR) / "observations.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return path, list(csv.DictReader(stream))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def a_number(rows: list[dict[str, str]]) -> dict[str, str]:
    """A returned number of H1 that no other hospital's score is compared with."""
    return next(r for r in rows if (r["entity_id"], r["variable"]) == ("H1", "waste_sorted"))


def own_causes(move: ResultMove) -> set[str]:
    return {because.cause for because in move.because if because.result is None}


def test_between_equal_vintages_nothing_moved(first: Side) -> None:
    revision = revise(first, open_side(HOSPITALS, YEAR))
    assert revision.moves == () and revision.compared == len(first.results)
    assert revision.inputs_changed == ()


def test_one_changed_return_is_the_only_root_and_all_else_follows(first: Side, other: Path) -> None:
    path, rows = rows_of(other)
    row = a_number(rows)
    row["value"] = str(float(row["value"]) * 1.25)
    write(path, rows)
    revision = revise(first, open_side(other, YEAR))
    roots = [move for move in revision.moves if own_causes(move)]
    assert [(m.entity_id, m.result) for m in roots] == [("H1", ("variable", row["variable"], YEAR))]
    assert own_causes(roots[0]) == {"observation"}
    assert revision.inputs_changed == (f"data/{YEAR}/observations.csv",)
    (chain,) = revision.chains("H1")
    following = {move.result[0] for move in chain[1]}
    assert "indicator" in following or "account" in following


def test_a_correction_on_record_is_named_as_the_cause(first: Side, other: Path) -> None:
    _, rows = rows_of(other)
    row = a_number(rows)
    (other / "data" / "corrections.yml").write_text(
        f"- {{action: scale, entity_id: H1, year: {YEAR}, variable: {row['variable']},"
        ' factor: 0.5, reason: "in halves"}',
        encoding="utf-8",
    )
    revision = revise(first, open_side(other, YEAR))
    (root,) = [move for move in revision.moves if own_causes(move)]
    assert own_causes(root) == {"correction"}
    assert "in halves" in root.because[0].detail


def test_a_score_among_all_moves_with_the_values_of_others(first: Side, other: Path) -> None:
    path, rows = rows_of(other)
    row = next(r for r in rows if (r["entity_id"], r["variable"]) == ("H1", "bed_days"))
    row["value"] = "900000"
    write(path, rows)
    moves = revise(first, open_side(other, YEAR)).of_entity["H2"]
    score = next(m for m in moves if m.result == ("score", "care_per_energy", YEAR))
    assert own_causes(score) == {"others"}


def edit_weight(root: Path) -> None:
    """Another weight of the first group that has one."""
    path = next((root / "params" / "frameworks").glob("*.yml"))
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if "weight: " in line)
    head, _, tail = lines[at].partition("weight: ")
    number = tail.split(",")[0].split("}")[0].split()[0]
    lines[at] = f"{head}weight: {float(number) * 1.7:g}{tail[len(number) :]}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_another_weight_is_the_cause_where_it_counts_and_no_return_moved(
    first: Side, other: Path
) -> None:
    edit_weight(other)
    revision = revise(first, open_side(other, YEAR))
    assert revision.moves
    assert {cause for move in revision.moves for cause in own_causes(move)} <= {
        "weights",
        "unknown",
    }
    assert not {move.result[0] for move in revision.moves} & {"variable", "indicator", "score"}
    assert any("weight" in b.detail for m in revision.moves for b in m.because)


def test_an_entity_that_is_not_in_the_register_any_more_went(first: Side, other: Path) -> None:
    path = other / "data" / "entities.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("H2,")) + "\n", encoding="utf-8")
    revision = revise(first, open_side(other, YEAR))
    gone = revision.of_entity["H2"]
    assert {move.change for move in gone} == {"went"}
    assert {"register"} == {c for move in gone for c in own_causes(move)}


def test_bare_results_say_that_inputs_are_not_known(first: Side, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    changed = first.results.copy()
    changed.to_csv(path, index=False)
    told = list(RevisionText(revise(first, open_side(path)), "en").lines())
    assert any("cannot be compared" in line for line in told)
    assert any("nothing moved" in line for line in told)


def moved(first: Side, other: Path) -> Revision:
    path, rows = rows_of(other)
    a_number(rows)["value"] = "77"
    write(path, rows)
    return revise(first, open_side(other, YEAR))


def test_json_and_csv_hold_every_move_with_its_causes(first: Side, other: Path) -> None:
    revision = moved(first, other)
    plain = json.loads(json.dumps(RevisionText(revision, "en").as_json(), allow_nan=False))
    write_moves(revision, other / "moves.csv")
    with (other / "moves.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(plain["moves"]) == len(rows) == len(revision.moves) > 3
    assert all(move["because"] for move in plain["moves"])
    assert all(row["because"] for row in rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_revision_is_told_in_both_languages(first: Side, other: Path, lang: str) -> None:
    told = list(RevisionText(moved(first, other), lang).lines())
    assert any("H1" in line for line in told) and not any("{" in line for line in told)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\0\1"])
def test_what_is_no_table_of_results_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"results\.csv"):
        open_side(path)


def test_a_folder_that_is_nothing_of_the_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a workspace"):
        open_side(tmp_path)
    with pytest.raises(DataError, match="nothing here"):
        open_side(tmp_path / "none")


def test_runs_of_different_years_say_so_and_compare_the_years_that_both_have(first: Side) -> None:
    earlier = first.results[first.results["year"] < YEAR]
    revision = revise(Side("earlier", earlier), first)
    assert revision.moves == () and revision.compared == len(earlier)
    [told] = [line for line in RevisionText(revision, "en").lines() if "years differ" in line]
    assert f"{YEAR - 1} and {YEAR}" in told
