"""A final edition less a preliminary one: whatever came in between, no firm's figure is left over."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cases import YEARS, Firm, audit_of_release, evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.ledger.earlier import EarlierSums, size_of, value_of
from cescore.disclosure.ledger.kept_pattern import FILE, KeptPattern, read_pattern
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import DataError
from cescore.evaluation.yearly import YearlyEvaluation

CLOSE = 0.1  # of the p % rule
SLIP = 10  # times as much was returned first
PARKS = ("PK6", "PK7")
FRAME = [*firms(7, seed=6, park="PK6"), *firms(6, seed=7, park="PK7")]
VICTIM = FRAME[0]


def outputs(yearly: YearlyEvaluation) -> dict[str, float | None]:
    """What everybody reads of the bodies' output of 2025."""
    bundler = Bundler(yearly)
    return {b: bundler.bundle(b).record.values["output"][-1] for b in ("C1", *PARKS)}


def without_output(root: Path) -> None:
    """The victim's return without its output, which the bodies' figures do not hold either."""
    for year in YEARS:
        path = root / f"data/{year}/observations.csv"
        lines = path.read_text("utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(f"{VICTIM.id},{year},output,")]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def nothing_more(root: Path) -> None:
    pass


Before = tuple[list[Firm], Callable[[Path], None]]
CASES: dict[str, Before] = {
    "a late return": (FRAME[1:], nothing_more),
    "a figure added to a return": ([replace(VICTIM, output=0.0), *FRAME[1:]], without_output),
    "a slip of the unit put right": (
        [replace(VICTIM, output=VICTIM.output / 1000), *FRAME[1:]], nothing_more,
    ),
    "a slip of the unit the other way": (
        [replace(VICTIM, output=SLIP * VICTIM.output), *FRAME[1:]], nothing_more,
    ),
    "a firm that lies in another park": ([replace(VICTIM, park="PK7"), *FRAME[1:]], nothing_more),
    "a firm that is counted no more": ([*FRAME, replace(VICTIM, id="twice")], nothing_more),
}  # fmt: skip


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
@pytest.mark.parametrize("name", CASES)
def test_a_preliminary_edition_and_a_final_one_leave_no_firm_s_output(
    name: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        open_ledger(monkeypatch)
    frame, change = CASES[name]
    evaluated(tmp_path, frame, PARKS)
    change(tmp_path)
    ledger = Ledger(evaluate_again(tmp_path))
    first, pattern = outputs(ledger.yearly), ledger.pattern().text()
    evaluated(tmp_path, FRAME, PARKS)
    (tmp_path / FILE).write_text(pattern, encoding="utf-8")
    final = outputs(evaluate_again(tmp_path))
    left = [
        abs(one - other)
        for one, other in zip(first.values(), final.values(), strict=True)
        if one is not None and other is not None
    ]
    left += [x / (SLIP - 1) for x in left]  # what is left of ten times a value once it is put right
    succeeded = any(abs(x - VICTIM.output) <= CLOSE * VICTIM.output for x in left)
    assert succeeded is not is_in


def test_the_audit_of_a_release_counts_what_an_edition_before_it_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each sum of the final edition is safe, and so was each of the preliminary one."""
    evaluated(tmp_path, FRAME[1:], PARKS)
    pattern = Ledger(evaluate_again(tmp_path)).pattern().text()
    open_ledger(monkeypatch)
    yearly = evaluated(tmp_path, FRAME, PARKS)
    assert audit_of_release(yearly, PARKS).problems == ()
    (tmp_path / FILE).write_text(pattern, encoding="utf-8")
    told = audit_of_release(evaluate_again(tmp_path), PARKS).problems
    assert any(dict(one.values)["target"] == VICTIM.id for one in told)


def test_what_an_earlier_edition_gave_away_by_itself_asks_for_nothing_to_be_withheld(
    tmp_path: Path,
) -> None:
    """Of the first park one firm alone had filed by then, so that its figure was the firm's."""
    evaluated(tmp_path, FRAME, PARKS)
    filed = {VICTIM.id: (VICTIM.park, "C1")}
    filed |= {f.id: (f.park, "C1") for f in sorted(FRAME, key=lambda f: f.id) if f.park != "PK6"}
    frame = {f.id: f for f in FRAME}
    chains = dict(sorted(filed.items()))
    sizes = {"output": "".join(size_of(frame[i].output) for i in chains)}
    kept = KeptPattern("old", {2025: EarlierSums(chains, sizes)})
    (tmp_path / FILE).write_text(kept.text(), encoding="utf-8")
    ledger = Ledger(evaluate_again(tmp_path))
    assert ledger.is_released("PK6", "output", 2025)  # it is the sum over seven now
    assert (VICTIM.id,) in {one.targets for one in ledger.still_known()}


def test_a_size_is_kept_to_a_quarter_of_a_power_of_ten() -> None:
    for value in (0.004, 1.0, 314.0, 5e9):
        assert value_of(size_of(value)) == pytest.approx(value, rel=0.34)
    assert value_of(size_of(0.0)) == 0.0


def test_a_pattern_of_an_earlier_version_names_who_filed_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    old = {"audited": "", "filed": {2025: ["b", "a"]}, "withheld": {}, "released_above": {}}
    (tmp_path / FILE).write_text(json.dumps(old), encoding="utf-8")
    assert read_pattern(tmp_path).filed == {2025: EarlierSums.of("ab")}


@pytest.mark.parametrize("sizes", ["k", "k?"], ids=["one too few", "no size"])
def test_sizes_that_are_not_one_a_respondent_are_refused_by_the_year(
    sizes: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    filed = {2025: {"PK1 C1": ["a", "b"]}}
    kept = {"audited": "", "filed": filed, "sizes": {2025: {"coal": sizes}}}
    text = json.dumps({**kept, "withheld": {}, "released_above": {}})
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"sizes\.2025: expected a digit, a letter or a dot"):
        read_pattern(tmp_path)


def test_what_was_withheld_of_a_body_stays_so_under_another_code(tmp_path: Path) -> None:
    """PK6 is PK8 since, its first firm has another id, and output is called value."""
    frame = [replace(f, park="PK8") if f.park == "PK6" else f for f in FRAME]
    evaluated(tmp_path, frame, ("PK8", "PK7"))
    register = tmp_path / "data/entities.csv"
    head, *lines = register.read_text("utf-8").splitlines()
    former = {"PK8": "PK6", VICTIM.id: "old-1"}
    lines = [f"{line},{former.get(line.split(',')[0], '')}" for line in lines]
    register.write_text("\n".join([f"{head},former_ids", *lines, ""]), encoding="utf-8")
    variables = json.loads((tmp_path / "params/variables.yml").read_text("utf-8"))
    variables["output"]["formerly"] = ["value"]
    (tmp_path / "params/variables.yml").write_text(json.dumps(variables), encoding="utf-8")
    kept = {
        "audited": "", "filed": {2025: {"PK6 C1": ["old-1"]}}, "sizes": {2025: {"value": "k"}},
        "withheld": {"PK6": {"value": [2025], "value @ metal": [2024]}}, "released_above": {},
    }  # fmt: skip
    (tmp_path / FILE).write_text(json.dumps(kept), encoding="utf-8")
    found = Ledger(evaluate_again(tmp_path)).kept
    assert found.filed == {2025: EarlierSums({VICTIM.id: ("PK8", "C1")}, {"output": "k"})}
    assert found.withheld == {Figure("PK8", "output", 2025), Figure("PK8", "output @ metal", 2024)}
