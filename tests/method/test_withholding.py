"""Which numbers are withheld: a cheap set after which nothing follows, and no number without need."""

import random
from itertools import combinations

import pytest

from cescore.errors import MethodError
from cescore.method.disclosure import withholding
from cescore.method.disclosure.withholding import cheapest_hitting, hides_its_parts, least_withheld

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


def test_a_release_that_gained_nothing_teaches_what_the_next_may_release(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """a is released for d, which hits the first proof too; ab, which comes out then, needs a, and d goes."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", 0)
    monkeypatch.setattr(withholding, "FEW_PROOFS", 0)
    proofs = [frozenset(names) for names in ("abd", "ab", "cd", "c")]

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        return [proof for proof in proofs if not proof & withheld][:1]

    costs = {"a": 1.0, "b": 4.0, "c": 4.0, "d": 1.0}
    assert least_withheld(costs, audit) == {"a", "c"}
    monkeypatch.setattr(withholding, "MOST_PRUNED", 1)
    assert least_withheld(costs, audit) == {"a", "c", "d"}


def test_a_number_released_again_is_audited_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a a third proof comes out, which makes the set no cheaper: what was safe stays."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", 0)
    monkeypatch.setattr(withholding, "FEW_PROOFS", 0)

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        return audit_one_by_one(withheld) or [
            proof for proof in (frozenset("ad"),) if not proof & withheld
        ]

    assert least_withheld({**COSTS, "d": 5.0}, audit) == {"a", "b"}


def test_of_two_that_are_needless_one_by_one_and_not_both_one_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """p, q and r are chosen one after the other. With q released, only p hits the first proof."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", 0)
    monkeypatch.setattr(withholding, "FEW_PROOFS", 0)
    proofs = [frozenset("pq"), frozenset("qr"), frozenset("rs")]

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        number = len(withheld)  # the next proof comes out with the next number withheld
        return (
            proofs[number : number + 1]
            if not proofs[min(number, 2)] & (withheld - {"p", "q"})
            else []
        )

    costs = {"p": 1.0, "q": 1.5, "r": 2.0, "s": 9.0}
    assert least_withheld(costs, audit) == {"p", "r"}


def test_proofs_that_share_no_number_are_hit_apart() -> None:
    costs = {"a": 1.0, "b": 2.0, "c": 5.0, "d": 4.0}
    assert least_withheld(
        costs, lambda w: [p for p in (frozenset("ab"), frozenset("cd")) if not p & w]
    ) == {"a", "d"}


@pytest.mark.parametrize(("rounds", "few"), [(4, 0), (0, 300)], ids=["few rounds", "few proofs"])
def test_the_choice_is_made_anew_for_some_rounds_and_for_few_proofs(
    rounds: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By growing alone it would be a, for the first proof, and b, for the second."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", rounds)
    monkeypatch.setattr(withholding, "FEW_PROOFS", few)
    monkeypatch.setattr(withholding, "MOST_PRUNED", 0)
    assert least_withheld(COSTS, audit_one_by_one) == {"b"}


@pytest.mark.parametrize(("most", "chosen"), [(6, {"a", "c"}), (4, {"a", "b"})])
def test_of_few_proofs_it_is_made_anew_for_half_of_the_rounds(
    most: int, chosen: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third proof, in the third round, asks for a: with it c is cheaper than b."""
    monkeypatch.setattr(withholding, "EXACT_ROUNDS", 0)
    monkeypatch.setattr(withholding, "MOST_PRUNED", 0)
    monkeypatch.setattr(withholding, "MOST_ROUNDS", most)
    proofs = [frozenset("ab"), frozenset("bc"), frozenset("ae")]

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        return [proof for proof in proofs if not proof & withheld][:1]

    assert least_withheld({"a": 1.0, "b": 2.0, "c": 1.5, "e": 9.0}, audit) == chosen


def test_a_search_that_never_ends_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withholding, "MOST_ROUNDS", 1)
    with pytest.raises(MethodError, match="no safe pattern of withheld numbers after 1 rounds"):
        least_withheld(COSTS, audit_one_by_one)


@pytest.mark.parametrize("second", ["", "ab"], ids=["of nothing printed", "of what is withheld"])
def test_what_cannot_be_mended_by_withholding_is_an_error(second: str) -> None:
    with pytest.raises(MethodError, match="cannot be withheld"):
        least_withheld(COSTS, lambda withheld: [frozenset(second if withheld else "a")])


def test_of_equal_sets_the_one_that_comes_first_is_withheld() -> None:
    assert cheapest_hitting({"b": 1.0, "a": 1.0}, [frozenset("ab")]) == {"b"}
    assert cheapest_hitting({"a": 1.0, "b": 1.0}, [frozenset("ab")]) == {"a"}


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_what_is_cheapest_is_the_same_in_any_unit_of_cost(unit: float) -> None:
    """Only of equal sets does the order decide."""
    costs = {"a": 2 * unit, "b": unit, "c": unit}
    assert cheapest_hitting(costs, [frozenset("ab"), frozenset("ac")]) == {"a"}
    assert cheapest_hitting(costs, [frozenset("ab")]) == {"b"}


@pytest.mark.parametrize("seed", [0, 8, 10])
def test_no_set_that_hits_every_proof_is_cheaper(seed: int) -> None:
    draw = random.Random(seed)
    costs = {name: round(draw.uniform(1, 3), 2) for name in "abcdefghij"}
    sets = [frozenset(draw.sample("abcdefghij", 2)) for _ in range(12)]
    found = cheapest_hitting(costs, sets)
    hitting = [
        sum(costs[n] for n in some)
        for size in range(11)
        for some in combinations(costs, size)
        if all(one.intersection(some) for one in sets)
    ]
    assert all(one & found for one in sets)
    assert sum(costs[name] for name in found) == pytest.approx(min(hitting), rel=1e-12)


@pytest.mark.parametrize(
    ("shares", "is_shown"),
    [
        ([], True),
        ([0.0, 0.0], True),
        ([0.5], False),
        ([0.5, 0.0], False),  # a member of no weight hides nothing
        ([0.4, 0.1], True),  # 0.8 of what is withheld
        ([0.41, 0.1], False),
        ([0.1, 0.1, 0.1], True),
    ],
)
def test_a_mean_is_shown_above_several_of_which_none_is_nearly_all(
    shares: list[float], is_shown: bool
) -> None:
    assert hides_its_parts(shares) is is_shown


def test_what_was_withheld_before_stays_withheld_and_is_added_to() -> None:
    proofs = [frozenset("ab"), frozenset("cd")]

    def audit(withheld: frozenset[str]) -> list[frozenset[str]]:
        return [proof for proof in proofs if not proof & withheld]

    costs = {"a": 9.0, "b": 1.0, "c": 9.0, "d": 1.0, "e": 1.0}
    assert least_withheld(costs, audit, {"a", "e"}) == {"a", "e", "d"}
    assert least_withheld(costs, audit, {"a", "c"}) == {"a", "c"}
    assert least_withheld(costs, audit) == {"b", "d"}
