"""Who stands behind a body's figure is asked of each year, of each place, and of what does not add up.

Eight firms in PK1 and one more, the victim, alone elsewhere: what gives its figures away is withheld.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cases import VARIABLES, Firm, evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation

VICTIM = Firm("victim", 5000.5, park="PK2", material=4321.25)
FRAME = [*firms(8), VICTIM]
Lines = list[str]


def _changed(path: Path, change: Callable[[Lines], Lines]) -> None:
    lines = change(path.read_text("utf-8").splitlines())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _register(root: Path, columns: str, rows: Callable[[str], Sequence[str]]) -> None:
    """The register with more columns: ``rows``: what each of its lines becomes."""
    _changed(
        root / "data/entities.csv",
        lambda lines: [f"{lines[0]},{columns}", *(new for line in lines[1:] for new in rows(line))],
    )


def _output(yearly: YearlyEvaluation, body: str) -> dict[int, float | None]:
    """What everybody reads of a body's output, by year."""
    record = json.loads(Bundler(yearly).bundle(body).to_bytes())["record"]
    return dict(zip(record["years"], record["values"]["output"], strict=True))


def moved(root: Path) -> YearlyEvaluation:
    """The victim lay alone in PK2 until 2024, and lies in PK1 since."""
    evaluated(root, FRAME, ("PK1", "PK2"))

    def rows(line: str) -> list[str]:
        if not line.startswith("victim"):
            return [f"{line},,"]
        return [f"{line},,2024", f"{line.replace('PK2', 'PK1')},2025,"]

    _register(root, "valid_from,valid_to", rows)
    _in_one_park(root, "PK1")
    return evaluate_again(root)


def merged(root: Path) -> YearlyEvaluation:
    """PK2 and PK3, of a firm each, became PK9 in 2025, which shows their history as its own."""
    evaluated(root, [*FRAME, Firm("other", 700.5, park="PK3")], ("PK1", "PK2", "PK3"))

    def rows(line: str) -> list[str]:
        if line.startswith(("PK2,", "PK3,")):
            return [f"{line},,2024,"]
        if line.startswith(("victim", "other")):
            moved = line.replace("PK2", "PK9").replace("PK3", "PK9")
            return [f"{line},,2024,", f"{moved},2025,,"]
        return [f"{line},,,"]

    _register(root, "valid_from,valid_to,formed_from", rows)
    _changed(
        root / "data/entities.csv",
        lambda lines: [*lines, "PK9,park,New,C1,,,2025,,PK2; PK3"],
    )
    _in_one_park(root, "PK9")
    return evaluate_again(root)


def _in_one_park(root: Path, park: str) -> None:
    """This year's figures of a park hold those of the parks of the victims; these have none."""

    def change(lines: Lines) -> Lines:
        figures = {tuple(line.split(",")[:3]): float(line.split(",")[3]) for line in lines[1:]}
        gone = ("PK2,", "PK3,", f"{park},")
        bodies = {park, "PK2", "PK3"}
        whole = [
            f"{park},2025,{v},{sum(x for (b, _, c), x in figures.items() if b in bodies and c == v)}"
            for v in VARIABLES
        ]
        return [*(line for line in lines if not line.startswith(gone)), *whole]

    _changed(root / "data/2025/observations.csv", change)


def twice_in_the_register(root: Path) -> YearlyEvaluation:
    """The zone Z9 is the same place as PK2, and returns the same figures."""
    evaluated(root, FRAME, ("PK1", "PK2"))
    rules = json.loads((root / "params/disclosure.yml").read_text("utf-8"))
    rules["public_types"] = ["city", "park", "zone"]
    (root / "params/disclosure.yml").write_text(json.dumps(rules), encoding="utf-8")
    framework = (root / "params/frameworks/park.yml").read_text("utf-8")
    (root / "params/frameworks/zone.yml").write_text(framework, encoding="utf-8")
    _register(root, "same_as", lambda line: [f"{line},"])
    _changed(root / "data/entities.csv", lambda lines: [*lines, "Z9,zone,The Zone,,,,PK2"])
    for year in (2024, 2025):
        _changed(
            root / f"data/{year}/observations.csv",
            lambda lines, year=year: [
                *lines,
                *(f"Z9,{year},{v},{getattr(VICTIM, v)}" for v in VARIABLES),
            ],
        )
    return evaluate_again(root)


def beside_one_who_consented(root: Path) -> YearlyEvaluation:
    """PK2 holds the victim and one whose figures everybody may know."""
    evaluated(root, [*FRAME, Firm("open", 9000.0, park="PK2")], ("PK1", "PK2"))
    path = root / "params/disclosure.yml"
    rules = {**json.loads(path.read_text("utf-8")), "unprotected_bases": ["consented"]}
    path.write_text(json.dumps(rules), encoding="utf-8")

    def with_basis(lines: Lines) -> Lines:
        bases = ("consented" if line.startswith("open,") else "statistical" for line in lines[1:])
        return [f"{lines[0]},basis", *map(",".join, zip(lines[1:], bases, strict=True))]

    for year in (2024, 2025):
        _changed(root / f"data/{year}/observations.csv", with_basis)
    return evaluate_again(root)


Attack = Callable[[YearlyEvaluation], float | None]


def _read(body: str, year: int = 2025, less: float = 0.0) -> Attack:
    def attack(yearly: YearlyEvaluation) -> float | None:
        value = _output(yearly, body)[year]
        return None if value is None else value - less

    return attack


def _subtract(whole: str, part: str, year: int) -> Attack:
    def attack(yearly: YearlyEvaluation) -> float | None:
        values = [_output(yearly, body)[year] for body in (whole, part)]
        return None if None in values else values[0] - values[1]  # type: ignore[operator]

    return attack


CASES: dict[str, tuple[Callable[[Path], YearlyEvaluation], Attack]] = {
    "the park it lay in before": (moved, _read("PK2", 2024)),
    "the city less the park it lies in now": (moved, _subtract("C1", "PK1", 2024)),
    "the history of a merged park less another firm's": (merged, _read("PK9", 2024, less=700.5)),
    "the same place as another kind of body": (twice_in_the_register, _read("Z9")),
    "a sum less what one consented to": (beside_one_who_consented, _read("PK2", less=9000.0)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_a_firm_s_output_is_read_only_where_the_ledger_is_out(
    name: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world, attack = CASES[name]
    if not is_in:
        open_ledger(monkeypatch)
    found = attack(world(tmp_path))
    assert (found == pytest.approx(VICTIM.output)) is not is_in


def test_a_firm_counts_each_year_in_the_bodies_it_lay_in_and_in_their_heirs(tmp_path: Path) -> None:
    behind = Ledger(merged(tmp_path)).behind
    assert behind.chain("victim", 2024) == ("PK2", "C1", "PK9")
    assert behind.chain("victim", 2025) == ("PK9", "C1")
    assert behind.inside("C1", 2025) == ("PK1", "PK9")


@pytest.fixture
def priced(tmp_path: Path) -> YearlyEvaluation:
    """A price that PK2 and its one firm returned, and PK1 with all eight of its own."""
    evaluated(tmp_path, FRAME, ("PK1", "PK2"))
    path = tmp_path / "params/variables.yml"
    variables: dict[str, Any] = json.loads(path.read_text("utf-8"))
    variables["price"] = {"en": "price", "unit": "1", "additive": False}
    variables["audits"] = {"en": "audits", "unit": "1", "additive": False, "kind": "count"}
    path.write_text(json.dumps(variables), encoding="utf-8")
    eight = [f"{firm.id},2025,price,0.5" for firm in FRAME[:8]]
    alone = [
        f"{who},2025,{code}" for who in ("PK2", "victim") for code in ("price,0.7", "audits,2")
    ]
    more = ["PK1,2025,price,0.55", *eight, *alone]
    _changed(tmp_path / "data/2025/observations.csv", lambda lines: [*lines, *more])
    return evaluate_again(tmp_path)


def test_what_does_not_add_up_is_withheld_where_too_few_returned_it(
    priced: YearlyEvaluation,
) -> None:
    record = json.loads(Bundler(priced).bundle("PK2").to_bytes())["record"]["values"]
    assert record["price"] == [None, None] and record["audits"] == [None, 2]  # a count of its own
    many = json.loads(Bundler(priced).bundle("PK1").to_bytes())["record"]["values"]
    assert many["price"] == [None, 0.55]
