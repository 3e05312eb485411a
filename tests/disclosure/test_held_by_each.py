"""What a rule says of each respondent is known of the respondents of a sum."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cases import Firm, evaluated, summed_by_the_program

from cescore.disclosure.ledger.held_by_each import HeldByEach
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.yearly import YearlyEvaluation

PARKS = ("PK1", "PK2")
NEAR = 0.1  # the share of a value within which nobody may come [p %]
LARGE = Firm("large", 40, park="PK2", waste=1000.0, recycled=0.0)


def ruled(root: Path, rule: str, frame: list[Firm], severity: str = "hard") -> YearlyEvaluation:
    """A city whose firms, and nobody else, are held to a rule; its figures are sums over these."""
    text = {"en": "a rule", "rule": rule, "severity": severity, "entity_types": ["firm"]}
    path = root / "params/checks.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rules": {"r": text}}), encoding="utf-8")
    evaluated(root, frame, PARKS)
    return summed_by_the_program(root)


@pytest.mark.parametrize("is_in", [True, False], ids=["rule read", "rule not read"])
@pytest.mark.parametrize(
    ("rule", "recycled", "least"),
    [("recycled <= 2 * waste", 44.0, 110.0), ("abs(recycled - waste) <= 0.1 * waste", 38.0, 172.7)],
    ids=["from one side", "within a wide tolerance"],
)
def test_a_bound_wide_of_small_firms_tells_a_large_one_beside_them(
    rule: str,
    recycled: float,
    least: float,
    is_in: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Five firms of PK1 have 200 t of waste, and by a rule that each of them keeps no less than some share
    of what they recycled: of the city's 1,200 t that leaves the large firm of PK2 little more than it has."""
    if not is_in:
        monkeypatch.setattr(HeldByEach, "_bounds", lambda held, has_tolerance: iter(()))
    small = [Firm(i, 40 + n, waste=40.0, recycled=recycled) for n, i in enumerate("abcde")]
    bundler = Bundler(ruled(tmp_path, rule, [*small, LARGE]))
    whole, of_park = (
        bundler.bundle(body).record.values[code][-1]
        for body, code in (("C1", "waste"), ("PK1", "recycled"))
    )
    is_bounded = whole is not None and of_park is not None
    assert not is_bounded or whole - least <= (1 + NEAR) * LARGE.waste
    assert is_bounded is not is_in
