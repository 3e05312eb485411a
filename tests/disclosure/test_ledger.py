"""Attacks on bodies' own figures, taken together: each succeeds without the ledger, fails with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cases import YEARS, Firm, evaluate_again, evaluated, firms, open_ledger

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger.apart import audits_of
from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.remaining import Range, observers_of, ranges
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import DataError
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.column import State

CLOSE = 0.05  # a guess this near, relative, is a disclosure
PARKS = ("PK1", "PK6", "PK7", "PK8")
Attack = Callable[[dict[str, Bundle], list[Firm]], float | None]


def giant_and_equals() -> list[Firm]:
    """Park PK1, which one firm dominates, and three parks of equals; the giant stands first."""
    small = firms(5, seed=5)
    giant = replace(small[0], output=2_500_000.5, material=900_000.25)
    return [giant, *small[1:], *(f for s in (6, 7, 8) for f in firms(6, seed=s, park=f"PK{s}"))]


def one_in_a_park() -> list[Firm]:
    """Park PK1 of a single firm, and three parks of six."""
    equals = [f for s in (6, 7, 8) for f in firms(6, seed=s, park=f"PK{s}")]
    return [*firms(1, seed=5), *equals]


def public(yearly: YearlyEvaluation) -> dict[str, Bundle]:
    bundler = Bundler(yearly)
    return {body: bundler.bundle(body) for body in ("C1", *PARKS)}


def own_output(made: dict[str, Bundle], body: str) -> float | None:
    return made[body].record.values["output"][-1]


def read_the_park(made: dict[str, Bundle], frame: list[Firm]) -> float | None:
    return own_output(made, "PK1")


def take_other_parks_off_the_city(made: dict[str, Bundle], frame: list[Firm]) -> float | None:
    found = [own_output(made, body) for body in ("C1", "PK6", "PK7", "PK8")]
    if None in found:
        return None
    city, *others = (value for value in found if value is not None)
    return city - sum(others)


def multiply_the_rate_by_its_denominator(
    made: dict[str, Bundle], frame: list[Firm]
) -> float | None:
    indicators = {s.code: s.values[-1] for s in made["PK1"].evaluated.indicators}
    material = made["PK1"].record.values["material"][-1]
    rate = indicators["productivity"]
    return None if rate is None or material is None else rate * material


def read_the_rate(made: dict[str, Bundle], frame: list[Firm]) -> float | None:
    """The park's rate is the firm's; times the firm's material, which a rival guesses well."""
    rate = {s.code: s.values[-1] for s in made["PK1"].evaluated.indicators}["productivity"]
    return None if rate is None else rate * frame[0].material


def turn_the_score_back(made: dict[str, Bundle], frame: list[Firm]) -> float | None:
    score = {s.code: s.values[-1] for s in made["PK1"].evaluated.scores}["productivity"]
    return None if score is None else score / 10 * frame[0].material


ATTACKS: dict[str, tuple[Attack, Callable[[], list[Firm]]]] = {
    "a park's own figure that is one firm's": (read_the_park, one_in_a_park),
    "a park's own figure that one firm dominates": (read_the_park, giant_and_equals),
    "the city less the other parks": (take_other_parks_off_the_city, giant_and_equals),
    "a share times its denominator": (multiply_the_rate_by_its_denominator, one_in_a_park),
    "a share that is one firm's": (read_the_rate, one_in_a_park),
    "a score turned back": (turn_the_score_back, one_in_a_park),
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
def test_the_ledger_is_what_stops_the_attack(
    name: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    attack, make = ATTACKS[name]
    if not is_in:
        open_ledger(monkeypatch)
    frame = make()
    guess = attack(public(evaluated(tmp_path, frame, PARKS)), frame)
    succeeded = guess is not None and abs(guess - frame[0].output) <= CLOSE * frame[0].output
    assert succeeded is not is_in


def test_nothing_that_is_released_breaks_a_rule_and_something_is_released(tmp_path: Path) -> None:
    ledger = Ledger(evaluated(tmp_path, giant_and_equals(), PARKS))
    assert ledger.breaches() and not ledger.breaches(ledger.withheld)
    assert ledger.is_released("C1", "waste", 2025)
    assert not ledger.is_released("PK1", "output", 2025)


def test_what_nothing_connects_is_audited_apart(tmp_path: Path) -> None:
    """Each printed sum is in one system, and what others withhold changes nothing in it."""
    ledger = Ledger(evaluated(tmp_path, giant_and_equals(), PARKS))
    assert len(ledger.audits) > 1
    assert sum(len(audit.printed) for audit in ledger.audits) == len(ledger.printed)
    for audit in audits_of(ledger.sums):
        others = frozenset(f for f in ledger.withheld if f not in audit.figures)
        assert audit.breaches(others) == audit.breaches()


def test_a_withheld_figure_is_suppressed_and_never_missing_or_zero(tmp_path: Path) -> None:
    bundle = Bundler(evaluated(tmp_path, one_in_a_park(), PARKS)).bundle("PK1")
    assert set(bundle.record.state["output"]) == {State.SUPPRESSED}
    assert bundle.record.values["output"] == (None, None)
    rate = next(s for s in bundle.evaluated.indicators if s.code == "productivity")
    assert set(rate.status) == {"suppressed"}


def test_the_bureau_s_own_reports_withhold_nothing(tmp_path: Path) -> None:
    frame = one_in_a_park()
    bundle = Bundler(evaluated(tmp_path, frame, PARKS), "bureau").bundle("PK1")
    assert bundle.record.values["output"][-1] == frame[0].output


def test_a_respondent_s_own_report_shows_its_own_values(tmp_path: Path) -> None:
    frame = one_in_a_park()
    bundle = Bundler(evaluated(tmp_path, frame, PARKS)).bundle(frame[0].id)
    assert bundle.record.values["output"][-1] == frame[0].output


def test_without_a_decision_of_the_bureau_nothing_of_others_is_released(tmp_path: Path) -> None:
    frame = [*firms(12, seed=6, park="PK6"), *firms(12, seed=7, park="PK7")]
    evaluated(tmp_path, frame, ("PK6", "PK7"))
    (tmp_path / "params/disclosure.yml").unlink()
    for year in YEARS:  # the city and its parks return nothing: their figures are sums
        path = tmp_path / f"data/{year}/observations.csv"
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(x for x in lines if not x.startswith(("C1", "PK"))) + "\n")
    made = Bundler(evaluate_again(tmp_path))
    for reader in ("PK6", frame[0].id):
        assert made.bundle(reader).peers is None
    values = made.bundle("PK6").record.values.values()
    assert not [value for row in values for value in row if value is not None]


def test_what_was_withheld_stays_withheld_while_that_is_safe(tmp_path: Path) -> None:
    yearly = evaluated(tmp_path, giant_and_equals(), PARKS)
    first = Ledger(yearly)
    (tmp_path / FILE).write_text(first.pattern().text(), encoding="utf-8")
    again = Ledger(evaluate_again(tmp_path))
    assert again.is_kept and again.withheld == first.withheld and again.above == first.above
    path = tmp_path / "data/2025/observations.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("firm-7-000,2025,waste,", "firm-7-000,2025,waste,1"), "utf-8")
    corrected = Ledger(evaluate_again(tmp_path))
    assert not corrected.is_kept and corrected.withheld >= first.withheld


def test_what_is_still_safe_is_not_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Ledger(evaluated(tmp_path, giant_and_equals(), PARKS))
    pattern = first.pattern()
    (tmp_path / FILE).write_text(pattern.text(), encoding="utf-8")
    path = tmp_path / "data/2025/observations.csv"
    text = path.read_text("utf-8")
    corrected = text.replace("firm-7-000,2025,waste,2", "firm-7-000,2025,waste,1")
    assert corrected != text
    path.write_text(corrected, "utf-8")
    asked: list[bool] = []

    def looked_for(
        costs: Mapping[Figure, float],
        audit: Callable[[frozenset[Figure]], Collection[object]],
        before: Collection[Figure],
    ) -> set[Figure]:
        asked.append(bool(audit(frozenset(before))))
        return set(before)

    monkeypatch.setattr("cescore.disclosure.ledger.ledger.least_withheld", looked_for)
    again = Ledger(evaluate_again(tmp_path))
    assert not again.is_kept and again.withheld == pattern.withheld
    assert asked and not any(
        asked
    )  # with what was withheld, each system is safe at the first audit


def test_a_respondent_s_report_asks_for_no_figure_that_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = giant_and_equals()
    bundler = Bundler(evaluated(tmp_path, frame, PARKS))
    monkeypatch.setattr(Ledger, "withheld", property(lambda _: pytest.fail("asked for")))
    assert bundler.bundle(frame[1].id).entity.entity_id == frame[1].id


def late_in_the_park(root: Path) -> tuple[float, float, float | None]:
    """A first edition without one firm's return, and a final one with it: what the late firm
    returned, and the park's output in both."""
    frame = [*firms(9, seed=6, park="PK6"), *firms(9, seed=7, park="PK7")]
    late = frame[0]
    evaluated(root, [f for f in frame if f is not late], ("PK6", "PK7"))
    before = Ledger(evaluate_again(root))
    first = Bundler(before.yearly).bundle("PK6").record.values["output"][-1]
    assert first is not None  # a sum over eight, and safe
    pattern = before.pattern().text()
    evaluated(root, frame, ("PK6", "PK7"))
    (root / FILE).write_text(pattern, encoding="utf-8")
    final = Bundler(evaluate_again(root)).bundle("PK6").record.values["output"][-1]
    return late.output, first, final


@pytest.mark.parametrize("is_in", [True, False], ids=["ledger in", "ledger out"])
def test_a_preliminary_edition_taken_off_the_final_one_leaves_no_late_return(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        open_ledger(monkeypatch)
    secret, first, final = late_in_the_park(tmp_path)
    succeeded = final is not None and abs(final - first - secret) < CLOSE * secret
    assert succeeded is not is_in


def test_a_range_that_remains_holds_the_value_and_reaches_beyond_it(tmp_path: Path) -> None:
    frame = giant_and_equals()
    ledger = Ledger(evaluated(tmp_path, frame, PARKS))
    for who in ("public", frame[0].id, frame[7].id):
        found = list(ranges(ledger, observers_of(ledger, who), 2025))
        assert found and all(one.is_safe for one in found)
        assert all(one.low <= one.value * 1.0001 for one in found)
        assert who not in {one.entity_id for one in found}


def test_who_puts_together_what_they_know_knows_no_less_than_each_of_them(tmp_path: Path) -> None:
    """All but one of a park have the one's value, which none of them has alone."""
    frame = giant_and_equals()
    ledger = Ledger(evaluated(tmp_path, frame, PARKS))
    inside = [firm.id for firm in frame if firm.park == frame[-1].park]
    last, *others = inside
    assert len(others) > 2

    def left(who: str) -> Range:
        observers = observers_of(ledger, who)
        (one,) = (
            x for x in ranges(ledger, observers, 2025) if (x.entity_id, x.code) == (last, "output")
        )
        return one

    alone = [left(other) for other in others]
    two, all_ = left(", ".join(others[:2])), left(",".join(others))
    assert all(one.is_safe for one in alone)
    assert two.high is None or all(one.high is None or two.high <= one.high for one in alone[:2])
    assert not all_.is_safe
    assert all_.high == pytest.approx(all_.value, rel=1e-5)


def test_who_may_be_asked_about_is_named_where_nobody_is_called_so(tmp_path: Path) -> None:
    frame = giant_and_equals()
    ledger = Ledger(evaluated(tmp_path, frame, PARKS))
    with pytest.raises(DataError, match=rf"expected public, a respondent \(.*{frame[-1].id}\)"):
        observers_of(ledger, PARKS[0])
    with pytest.raises(DataError, match=f"nearest: {frame[0].id}"):
        observers_of(ledger, frame[0].id.upper())


@pytest.mark.parametrize(
    ("key", "value"), [("min_contributors", 2), ("p_percent", 4), ("significant_digits", 6)]
)
def test_a_rule_below_the_hard_floor_is_refused(key: str, value: int, tmp_path: Path) -> None:
    from cescore.errors import ParamsError

    evaluated(tmp_path, firms(3))
    path = tmp_path / "params/disclosure.yml"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}), "utf-8")
    with pytest.raises(ParamsError, match=key):
        evaluate_again(tmp_path)
