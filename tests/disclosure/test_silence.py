"""What a report says by a finding of the built-in checks, or by having none: nothing of what is withheld.

Which figures are withheld is given here, as the ledger would choose them. In each case everything that is
released is the same in two worlds, and what is withheld lies on either side of what a check allows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cases import Firm, evaluate_again, evaluated

from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released.told_findings import ToldFindings

BEFORE, NOW = 2024, 2025


@dataclass(frozen=True)
class Case:
    """A check: what PK1's withheld output may be either side of what it allows, beside what else there is."""

    code: str
    unseen: tuple[float, float]
    before: float = 1000.5
    about: str = "PK1"
    parks: Sequence[str] = ("PK1", "PK2")
    params: Callable[[Path], None] = lambda root: None
    others: dict[str, float] = field(default_factory=dict)  # of other bodies, output now


def in_file(name: str, **more: Any) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / "params" / name
        known = json.loads(path.read_text("utf-8")) if path.exists() else {}
        path.write_text(json.dumps({**known, **more}), "utf-8")

    return change


def with_a_range(root: Path) -> None:
    path = root / "params/variables.yml"
    known = json.loads(path.read_text("utf-8"))
    known["output"]["range"] = {"park": [0, 1500]}
    path.write_text(json.dumps(known), "utf-8")


OF_A_FORMULA = {
    "rate": {"en": "rate", "formula": "output / material", "unit": "ratio", "otherwise": [0, 15],
             "entity_types": ["park"], "source": "the tests", "tag": "P"}
}  # fmt: skip
COPIED = {"copies": {"least_n": 2, "share": 0.5}}
MANY = tuple(f"PK{i}" for i in range(1, 12))
CASES = [
    Case("year_on_year", (1960.5, 2040.5)),
    Case("unit_slip", (7990.5, 8010.5)),
    Case("same_as_last_year", (1000.5, 1001.5)),
    Case("usual_range", (1490.5, 1510.5), params=with_a_range),
    Case("rate", (1490.5, 1510.5), params=in_file("checks.yml", ranges=OF_A_FORMULA)),
    Case("sum_of_bodies", (980.5, 1010.5), about="C1", others={"C1": 3050.5, "PK2": 2000.5},
         params=in_file("runs/2025.yml", tiled_by={"city": "park"})),
    Case("return_repeated", (1000.5, 1001.5), params=in_file("checks.yml", built_in=COPIED)),
    Case("return_of_another", (2000.5, 2001.5), about="PK2", others={"PK2": 2000.5},
         params=in_file("checks.yml", built_in=COPIED)),
    Case("unusual_change", (1060.5, 1085.5), about="PK2", parks=MANY,
         others={"PK2": 1390.5, **dict.fromkeys(MANY[2:7], 1050.5), **dict.fromkeys(MANY[7:], 1065.5)}),
]  # fmt: skip


def findings(root: Path, case: Case, unseen: float, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The findings of a body's report for everybody, where PK1 withholds its output of this year."""
    one = Firm("", 10.0, material=100.25, waste=200.25, recycled=50.25)
    frame = [replace(one, id=f"firm-{park}", park=park) for park in case.parks]
    evaluated(root, frame, case.parks)
    case.params(root)
    for year, of_park in ((BEFORE, case.before), (NOW, unseen)):
        path = root / f"data/{year}/observations.csv"
        lines = [x for x in path.read_text("utf-8").splitlines() if ",output," not in x]
        now = {"PK1": of_park, **(case.others if year == NOW else {})}
        every = {**dict.fromkeys(("C1", *case.parks), 1000.5), **now}
        lines += [f"{body},{year},output,{value}" for body, value in every.items()]
        path.write_text("\n".join([*lines, ""]), "utf-8")
    hidden = frozenset([Figure("PK1", "output", NOW), Figure("PK1", "productivity", NOW)])
    monkeypatch.setattr(Ledger, "withheld", hidden)
    monkeypatch.setattr(Ledger, "above", frozenset())
    bundle = Bundler(evaluate_again(root)).bundle(case.about)
    told = json.loads(bundle.to_bytes())["findings"]
    return [{k: v for k, v in line.items() if k != "where"} for line in told]


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_withheld_figure_is_not_told_to_lie_on_one_side_of_what_a_check_allows(
    case: Case, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        monkeypatch.setattr(ToldFindings, "_tells_of_withheld", lambda *a: False)
    one, other = (
        findings(tmp_path / str(n), case, unseen, monkeypatch)
        for n, unseen in enumerate(case.unseen)
    )
    differing = {line["code"] for line in (*one, *other) if (line in one) is not (line in other)}
    assert (case.code in differing) is not is_in
    assert not (is_in and differing)
