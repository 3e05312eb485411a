"""What is withheld, chosen year by year from what is known, is what is chosen of all years at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated, firms

from cescore.disclosure.ledger import by_year
from cescore.disclosure.ledger.ledger import Ledger

PARKS = ("PK1", "PK2")
NOW, LAST = "data/2025/observations.csv", "data/2024/observations.csv"


@dataclass
class InMemory:
    """Keeps texts in this process; ``new``: those that were kept since it was last emptied."""

    texts: dict[str, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    def known(self, made_from: str) -> str | None:
        return self.texts.get(made_from)

    def keep(self, made_from: str, text: str) -> None:
        self.texts[made_from] = text
        self.new.append(made_from.split()[1])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two parks, in one of which a giant has to be hidden."""
    giant = Firm("giant", 90_000.5, park="PK2", material=80_000.25, industry="glass")
    evaluated(tmp_path, [*firms(6), *firms(3, 2, park="PK2"), giant], PARKS)
    return tmp_path


def rewritten(file: str, pattern: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert re.search(pattern, text, re.M), (file, pattern)
        (root / file).write_text(re.sub(pattern, new, text, count=1, flags=re.M), "utf-8")

    return change


def with_a_rule(rule: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        types = ["city", "park", "firm"]
        one = {"en": "tied", "rule": rule, "severity": "hard", "entity_types": types}
        text = json.dumps({"rules": {"tied": one}})
        (root / "params/checks.yml").write_text(text, "utf-8")

    return change


CHANGES: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "nothing": (lambda root: None, []),
    "a value of this year": (rewritten(NOW, r"^giant,2025,output,[\d.]+", "giant,2025,output,900.5"), ["2025"]),
    "a body's value of this year": (rewritten(NOW, r"^PK2,2025,output,\d+", r"\g<0>1"), ["2025"]),
    "a value of the base year": (
        rewritten(LAST, r"^giant,2024,output,[\d.]+", "giant,2024,output,900.5"), ["2024", "2025"],
    ),
    "who returned": (rewritten(NOW, r"^giant,2025,waste,.*\n", ""), ["2024", "2025"]),
    "who lies where": (rewritten("data/entities.csv", r"^(giant,.*)PK2", r"\1PK1"), ["2024", "2025"]),
    "a rule of disclosure": (
        lambda root: (root / "params/disclosure.yml").write_text(
            json.dumps({**json.loads((root / "params/disclosure.yml").read_text("utf-8")), "p_percent": 40})
        ) and None, ["2024", "2025"],
    ),
    "an earlier edition": (
        lambda root: (root / "data/withheld.json").write_text(
            Ledger(evaluate_again(root)).pattern().text().replace('"audited": "', '"audited": "x')
        ) and None, ["2024", "2025"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_of_each_year_that_is_as_it_was_the_choice_is_known_and_the_same(
    what: str, root: Path
) -> None:
    change, anew = CHANGES[what]
    kept = InMemory()
    first = Ledger(evaluate_again(root), kept)
    assert first.withheld == Ledger(evaluate_again(root)).withheld != frozenset()
    kept.new.clear()
    change(root)
    again, fresh = Ledger(evaluate_again(root), kept), Ledger(evaluate_again(root))
    assert (again.withheld, again.above) == (fresh.withheld, fresh.above)
    assert kept.new == anew


def test_a_kept_year_is_what_decides(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above would see a year taken that has changed."""
    kept = InMemory()
    before = Ledger(evaluate_again(root), kept).withheld
    monkeypatch.setattr(by_year, "_take", lambda whole, behind, year: None)
    blind = InMemory()
    assert Ledger(evaluate_again(root), blind).withheld == before
    CHANGES["a value of this year"][0](root)
    now = Ledger(evaluate_again(root))
    assert now.withheld != before
    assert Ledger(evaluate_again(root), blind).withheld == before


@pytest.mark.parametrize("rule", ["output == lag(output)", "output == base(output)"])
def test_where_a_rule_ties_years_nothing_is_kept(rule: str, root: Path) -> None:
    for file, year in ((NOW, 2025), (LAST, 2024)):  # the same in both years, so that the rule holds
        text = (root / LAST).read_text("utf-8").replace(",2024,", f",{year},")
        (root / file).write_text(text, "utf-8")
    with_a_rule(rule)(root)
    kept = InMemory()
    found = Ledger(evaluate_again(root), kept)
    assert found.withheld == Ledger(evaluate_again(root)).withheld
    assert kept.new == []


@pytest.mark.parametrize(
    "text", ["", "[]", "[[], [], 1]", '[[["cescore.errors", "Problem"]], [], [4, 0]]']
)
def test_a_text_that_somebody_else_put_there_is_not_taken(text: str, root: Path) -> None:
    kept = InMemory()
    first = Ledger(evaluate_again(root), kept).withheld
    kept.texts = dict.fromkeys(kept.texts, text)
    assert Ledger(evaluate_again(root), kept).withheld == first
