"""Which numbers are withheld: a cheap set after which nothing follows, and no number without need."""

import pytest

from cescore.method import withholding
from cescore.method.withholding import least_withheld

PROOFS = (frozenset("ab"), frozenset("bc"))
COSTS = {"a": 1.0, "b": 2.0, "c": 3.0}


def audit_one_by_one(withheld: frozenset[str]) -> list[frozenset[str]]:
    """The first proof that still stands: the others come out in later audits."""
    return [proof for proof in PROOFS if not proof & withheld][:1]


def test_what_a_later_choice_made_needless_is_released_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """a hits the first proof; b, chosen for the second, hits both."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", 0)
    monkeypatch.setattr(withholding, "FEW_PROOFS", 0)
    assert least_withheld(COSTS, audit_one_by_one) == {"b"}
    monkeypatch.setattr(withholding, "MOST_PRUNED", 0)
    assert least_withheld(COSTS, audit_one_by_one) == {"a", "b"}


def test_a_number_released_again_is_audited_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a a third proof comes out, which makes the set no cheaper: what was safe stays."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", 0)
    monkeypatch.setattr(withholding, "FEW_PROOFS", 0)

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        return audit_one_by_one(withheld) or [
            proof for proof in (frozenset("ad"),) if not proof & withheld
        ]

    assert least_withheld({**COSTS, "d": 5.0}, audit) == {"a", "b"}


def test_proofs_that_share_no_number_are_hit_apart() -> None:
    costs = {"a": 1.0, "b": 2.0, "c": 5.0, "d": 4.0}
    assert least_withheld(
        costs, lambda w: [p for p in (frozenset("ab"), frozenset("cd")) if not p & w]
    ) == {"a", "d"}


def test_what_was_withheld_before_stays_withheld_and_is_added_to() -> None:
    proofs = [frozenset("ab"), frozenset("cd")]

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        return [proof for proof in proofs if not proof & withheld]

    costs = {"a": 9.0, "b": 1.0, "c": 9.0, "d": 1.0, "e": 1.0}
    assert least_withheld(costs, audit, {"a", "e"}) == {"a", "e", "d"}
    assert least_withheld(costs, audit, {"a", "c"}) == {"a", "c"}
    assert least_withheld(costs, audit) == {"b", "d"}
