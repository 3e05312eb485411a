"""A part that an audit proved safe is not asked again, unless anything that the verdict rests on has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import Firm, evaluate_again, evaluated, firms

from cescore.definitions.model import Disclosure
from cescore.disclosure.ledger import proven
from cescore.disclosure.ledger.kept_pattern import FILE, KeptPattern
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.proven import verdict_of
from cescore.disclosure.ledger.statements import Figure
from cescore.method.disclosure.inference import Statement, System
from cescore.method.disclosure.knowledge import RespondentCell
from cescore.method.disclosure.protection import Breach, Protection

# --- what the hash is made of ----------------------------------------------------------------------

A, B = RespondentCell(("P",), "coal"), RespondentCell(("Q",), "coal")
PARTS = {A: {"x": 3.0, "y": 2.0}, B: {"z": 4.0}}
TOTAL = Statement.of("total", {A: 1.0, B: 1.0}, 9.0)
FOLLOWS = Statement("follows", {A: 1.0}, 4.0, 6.0, frozenset(["one", "two"]))
SYSTEM = System({A: 0.0, B: 0.0}, (TOTAL, FOLLOWS), {A: 5.0, B: 4.0})
PART = Protection(SYSTEM, PARTS, Disclosure(), wholes=[(A, B)])

OF_STATEMENT: dict[str, Statement] = {
    "terms": replace(FOLLOWS, terms={A: 2.0}),
    "terms of others": replace(FOLLOWS, terms={B: 1.0}),
    "low": replace(FOLLOWS, low=np.nextafter(4.0, 5.0)),
    "high": replace(FOLLOWS, high=6.5),
    "sources": replace(FOLLOWS, sources=frozenset(["one"])),
    "sources: nobody's": replace(FOLLOWS, sources=frozenset()),
    "name": replace(FOLLOWS, sources=None),
}
OF_SYSTEM: dict[str, System] = {
    "least": replace(SYSTEM, least={A: 1.0, B: 0.0}),
    "least: one more": replace(SYSTEM, least={A: 0.0, B: 0.0, "rest": 0.0}),
    "truth": replace(SYSTEM, truth={A: 5.0, B: np.nextafter(4.0, 5.0)}),
    "statements": replace(SYSTEM, statements=(TOTAL,)),
    **{f"statements, {k}": replace(SYSTEM, statements=(TOTAL, s)) for k, s in OF_STATEMENT.items()},
}
OF_PART: dict[str, Protection] = {
    "cells": replace(PART, cells={**PARTS, B: {"z": 4.5}}),
    "cells: another's": replace(PART, cells={**PARTS, B: {"x": 4.0}}),
    "rules": replace(PART, rules=Disclosure(p_percent=11)),
    "rules of contributors": replace(PART, rules=Disclosure(min_contributors=7)),
    "wholes": replace(PART, wholes=[]),
    **{f"system, {k}": replace(PART, system=s) for k, s in OF_SYSTEM.items()},
}
WITHOUT_A_SAY = {
    "costs",
    "safe",
}  # of what is withheld where it is unsafe; in no part that is hashed


@pytest.mark.parametrize("changed", OF_PART)
def test_whatever_a_verdict_rests_on_changes_its_hash(changed: str) -> None:
    assert verdict_of(OF_PART[changed]) != verdict_of(PART)


@pytest.mark.parametrize(
    ("of", "tried", "left_out"),
    [
        (Statement, OF_STATEMENT, set()),
        (System, OF_SYSTEM, set()),
        (Protection, OF_PART, WITHOUT_A_SAY),
    ],
)
def test_every_field_of_a_part_was_tried(
    of: Any, tried: Mapping[str, object], left_out: set[str]
) -> None:
    assert {f.name for f in fields(of)} - left_out <= {
        k.split(",")[0].split()[0].rstrip(":") for k in tried
    }


def test_another_method_of_auditing_proves_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = verdict_of(PART)
    monkeypatch.setattr(proven, "METHOD", proven.METHOD + 1)
    assert verdict_of(PART) != before


def test_the_order_in_which_a_part_was_put_together_has_no_say() -> None:
    one, other = frozenset([0, 8]), frozenset([8, 0])  # as words of an edition, in two processes
    assert list(one) != list(other)
    follows = replace(FOLLOWS, sources=one)
    system = System(SYSTEM.least, (TOTAL, follows), SYSTEM.truth)
    part = replace(PART, system=system, wholes=[(A, B), (A,)])
    turned = System(
        {B: 0.0, A: 0.0},
        (replace(follows, sources=other), replace(TOTAL, terms={B: 1.0, A: 1.0})),
        {B: 4.0, A: 5.0},
    )
    parts = {B: {"z": 4.0}, A: {"y": 2.0, "x": 3.0}}
    wholes = [(A,), (B, A)]
    again = replace(part, system=turned, cells=parts, wholes=wholes, costs={"total": 1.0})
    assert verdict_of(again) == verdict_of(part)


def test_what_was_taken_as_safe_from_elsewhere_proves_nothing() -> None:
    with pytest.raises(AssertionError):
        verdict_of(replace(PART, safe=[A]))


# --- a workspace that changes ----------------------------------------------------------------------

PARKS = ("PK1", "PK5", "PK7")
BIG = Firm("E1", 98765.4321, material=98765.4321, waste=100.0, recycled=50.0)


def city(root: Path) -> Path:
    """A park that one firm dominates and two of firms like one another; its pattern is kept."""
    near = [Firm(f"E{i}", 10.0 + i, material=10.0 + i, waste=1000.0) for i in range(2, 5)]
    frame = [BIG, *near, *firms(7, seed=5, park="PK5"), *firms(7, seed=7, park="PK7")]
    first = Ledger(evaluated(root, frame, PARKS))
    (root / FILE).write_text(first.pattern().text(), "utf-8")
    return root


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert text.count(old) == 1
        (root / file).write_text(text.replace(old, new), "utf-8")

    return change


def rules(**changed: object) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / "params/disclosure.yml"
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changed}), "utf-8")

    return change


def formula(root: Path) -> None:
    for kind in ("city", "park", "firm"):
        edit(
            f"params/frameworks/{kind}.yml", '"output / material"', '"(output + waste) / material"'
        )(root)


def a_rule_for_all(root: Path) -> None:
    balance = {
        "en": "r", "rule": "abs(waste - total(recycled, material)) <= 0.005 * waste",
        "kind": "balance", "severity": "soft", "identity": True, "source": "the tests",
        "entity_types": ["city", "park", "firm"],
    }  # fmt: skip
    (root / "params/checks.yml").write_text(json.dumps({"rules": {"r": balance}}), "utf-8")


def everybody_in_one_park_is_one_holding(root: Path) -> None:
    path = root / "data/entities.csv"
    path.write_text(path.read_text("utf-8").replace(",PK5,,", ",PK5,H,"), "utf-8")


NOW = "data/2025/observations.csv"
CHANGES: dict[str, Callable[[Path], None]] = {
    "a value": edit(NOW, "firm-7-000,2025,waste,2", "firm-7-000,2025,waste,1"),
    "a value that grows above all others": edit(NOW, "E3,2025,waste,", "E3,2025,waste,99"),
    "a value of last year": edit(NOW.replace("2025", "2024"), "E2,2024,recycled,", "E2,2024,recycled,9"),
    "a body's own figure": edit(NOW, "PK5,2025,waste,", "PK5,2025,waste,1"),
    "who is one with whom": everybody_in_one_park_is_one_holding,
    "where it lies": edit("data/entities.csv", "Name of E4,PK1,", "Name of E4,PK7,"),
    "its industry": edit("data/entities.csv", "Name of firm-7-001,PK7,,metal", "Name of firm-7-001,PK7,,stone"),
    "how near is too near": rules(p_percent=60),
    "how few are too few": rules(min_contributors=10),
    "what is rounded": rules(significant_digits=3),
    "what is totalled by industry": rules(industry_totals=["output", "waste"]),
    "a formula": formula,
    "what checks equate": a_rule_for_all,
}  # fmt: skip

ASK_FOR_MORE = {
    "a value that grows above all others",
    "a value of last year",  # twentyfold: of the sums printed before it was next to nothing
    "who is one with whom",
    "where it lies",  # the sums printed before, over whom it lay with, stand beside those of now
    "how near is too near",
    "how few are too few",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    root = city(tmp_path_factory.mktemp("kept"))
    files = (
        p for p in root.rglob("*") if p.is_file() and "output" not in p.relative_to(root).parts
    )
    return {str(p.relative_to(root)): p.read_text("utf-8") for p in files}


def written(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def without_proofs(root: Path) -> None:
    pattern = json.loads((root / FILE).read_text("utf-8"))
    (root / FILE).write_text(json.dumps({**pattern, "proven": []}), "utf-8")


@pytest.mark.parametrize("changed", CHANGES)
def test_after_any_change_the_same_is_withheld_as_if_nothing_had_been_proven(
    changed: str, kept: Mapping[str, str], tmp_path: Path
) -> None:
    CHANGES[changed](written(tmp_path, kept))
    quick = Ledger(evaluate_again(tmp_path))
    assert quick.kept.proven and not quick.is_kept
    without_proofs(tmp_path)
    whole = Ledger(evaluate_again(tmp_path))
    assert not whole.kept.proven
    assert (quick.withheld, quick.above) == (whole.withheld, whole.above)
    assert bool(whole.withheld - whole.kept.withheld) is (changed in ASK_FOR_MORE)
    assert not whole.breaches(quick.withheld)


def test_after_a_correction_only_what_it_touches_is_asked_again(
    kept: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHANGES["a value"](written(tmp_path, kept))
    asked: list[set[object]] = []
    audit = Protection.breaches

    def counted(self: Protection, is_past_help: Callable[[Breach], bool]) -> Collection[object]:
        asked.append({cell.quantity for cell in self.cells})
        return audit(self, is_past_help)

    monkeypatch.setattr(Protection, "breaches", counted)
    ledger = Ledger(evaluate_again(tmp_path))
    assert ledger.withheld == ledger.kept.withheld
    assert asked and all(("waste", 2025) in quantities for quantities in asked)
    assert len(asked) < len(ledger.kept.proven)


def test_nobody_s_word_is_taken_where_a_pattern_is_kept_or_an_edition_released(
    kept: Mapping[str, str], tmp_path: Path
) -> None:
    """Whoever forges the file, so that all is released: `protect` and the audit of a release ask anew."""
    root = written(tmp_path, kept)
    honest = Ledger(evaluate_again(root))
    parts = [(audit, part) for audit in honest.audits for part in audit.parts(frozenset())]
    forged = KeptPattern(
        audited=honest.basis,
        filed=honest.kept.filed,
        proven=frozenset(verdict_of(audit.protection(part)) for audit, part in parts),
    )
    (root / FILE).write_text(forged.text(), "utf-8")
    ledger = Ledger(evaluate_again(root))
    assert ledger.withheld == frozenset()  # a page is as its file says, until it is to be released
    assert ledger.breaches(frozenset())
    assert (
        ledger.pattern().withheld
        and not forged.proven & ledger.pattern().proven - honest.kept.proven
    )
    assert Figure("PK1", "output", 2025) in ledger.pattern().withheld
