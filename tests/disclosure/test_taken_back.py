"""What an edition has printed and the next one withholds: whoever kept the first has it still.

A city of two parks, the second of a single firm. The edition of 2024 printed the first park's output and
not the city's. From 2025 a rule says that what the city recycles is its output of the year before: with
that the firm's output of 2024 is the difference.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cases import Firm, audit_of_release, evaluate_again, evaluated, firms
from rich.console import Console

from cescore.disclosure.ledger import costs
from cescore.disclosure.ledger.earlier import EarlierSums, size_of
from cescore.disclosure.ledger.kept_pattern import FILE, KeptPattern, read_pattern
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.remaining import ranges
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.ledger.taken_back import StillKnown, TakenBack
from cescore.run.asked import Asked
from cescore.run.commands.checking import check
from cescore.run.commands.protecting import infer, protect

SECRET = Firm("alone", 2500.5, park="PK2", material=0.0, waste=0.0, recycled=0.0)
NEW = Figure("C1", "recycled", 2025)  # has never been out
PRINTED = Figure("PK1", "output", 2024)
IDENTITY = {
    "en": "recycles what it made", "rule": "abs(recycled - lag(output)) <= 0.001 * recycled",
    "severity": "soft", "identity": True, "entity_types": ["city"],
}  # fmt: skip


def beside(frame: Sequence[Firm], *secret: Firm) -> list[Firm]:
    """The firms and the secret ones; together they recycle what all of them make."""
    share = sum(f.output for f in [*frame, *secret]) / sum(f.material for f in frame)
    return [*(replace(f, recycled=share * f.material) for f in frame), *secret]


def next_edition(root: Path, frame: Sequence[Firm]) -> Ledger:
    """The ledger of 2025, after an edition of 2024 that withheld the city's and the second park's output."""
    evaluated(root, frame, sorted({f.park for f in frame}))
    checks = root / "params/checks.yml"
    checks.write_text(json.dumps({"rules": {"same": IDENTITY}}), encoding="utf-8")
    chains = {f.id: (f.park, "C1") for f in sorted(frame, key=lambda f: f.id)}
    by_id = {f.id: f for f in frame}
    sizes = {
        code: "".join(size_of(getattr(by_id[i], code)) for i in chains)
        for code in ("output", "material", "waste", "recycled")
    }
    hidden = [("C1", "output"), ("C1", "productivity"), ("PK2", "output")]
    withheld = frozenset(Figure(body, code, 2024) for body, code in hidden)
    kept = KeptPattern("old", {2024: EarlierSums(chains, sizes)}, withheld)
    (root / FILE).write_text(kept.text(), encoding="utf-8")
    return Ledger(evaluate_again(root))


@pytest.mark.parametrize("is_in", [True, False], ids=["preference in", "preference out"])
def test_what_has_never_been_out_is_withheld_rather_than_what_has(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not is_in:
        monkeypatch.setattr(costs, "OUT", 1.0)
        monkeypatch.setattr(TakenBack, "beside", lambda *a: set())
    ledger = next_edition(tmp_path, beside(firms(8), SECRET))
    assert (NEW in ledger.withheld) is is_in
    assert (PRINTED in ledger.withheld) is not is_in
    told = {(one.figure, one.targets) for one in ledger.still_known()}
    assert ((PRINTED, ("alone",)) in told) is not is_in


def dominated() -> list[Firm]:
    """The first park is nearly one firm's, which the edition of 2024 did not mind, the second two
    firms'; a third is large. The first two together are nobody's."""
    first, *rest = firms(8)
    large = [replace(f, output=100 * f.output) for f in firms(8, seed=3, park="PK3")]
    two = (replace(SECRET, output=20_100.0), replace(SECRET, output=20_000.0, id="beside"))
    return beside([replace(first, output=200_000.0), *rest, *large], *two)


@pytest.mark.parametrize("is_in", [True, False], ids=["audit in", "audit out"])
def test_what_is_withheld_too_late_counts_as_known_so_that_nothing_new_tells_with_it(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first park's output gives its largest firm away and goes; with what was printed of it the city's
    new figure would give the second park's firm away."""
    if not is_in:
        monkeypatch.setattr(TakenBack, "beside", lambda *a: set())
    ledger = next_edition(tmp_path, dominated())
    assert PRINTED in ledger.withheld
    known = {name for one in ledger.still_known() if one.figure == PRINTED for name in one.targets}
    assert "firm-1-000" in known  # past help
    assert ("alone" in known) is not is_in


def test_what_no_choice_takes_back_is_named_each_time_protect_runs(tmp_path: Path) -> None:
    next_edition(tmp_path, dominated())
    for _ in range(2):  # the second time the pattern has it among what was taken back
        text = io.StringIO()
        protect(tmp_path, None, "en", Console(file=text, width=400))
        (line,) = [
            one for one in text.getvalue().splitlines() if one.startswith("PK1 output 2024: ")
        ]
        assert "the edition of 2024 printed it" in line and "firm-1-000" in line
    assert read_pattern(tmp_path).taken_back[PRINTED] == 2024
    known = [one for one in Ledger(evaluate_again(tmp_path)).still_known() if one.figure == PRINTED]
    assert known == [StillKnown(PRINTED, 2024, ("firm-1-000",))]


def test_whoever_kept_an_edition_is_asked_for_with_all_that_it_printed(tmp_path: Path) -> None:
    """What is released now says nothing of the firm; with the first park's output of then it does."""
    next_edition(tmp_path, dominated())
    protect(tmp_path, None, "en", Console(file=io.StringIO()))
    narrow = {
        (one.entity_id, one.code)
        for one in ranges(Ledger(evaluate_again(tmp_path)), (), 2024)
        if not one.is_safe
    }
    assert narrow == {("firm-1-000", "output")}
    text = io.StringIO()
    infer(tmp_path, None, "public", "text", "en", Console(file=text, width=400))
    assert "PK1 output 2024: the edition of 2024 printed it" in text.getvalue()


def test_a_form_that_programs_read_holds_nothing_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    next_edition(tmp_path, dominated())
    text = io.StringIO()
    infer(tmp_path, None, "public", "json", "en", Console(file=text, width=400))
    assert isinstance(json.loads(text.getvalue()), list)
    assert "PK1 output 2024" in capsys.readouterr().err


def test_checks_name_what_was_printed_and_is_withheld_since(tmp_path: Path) -> None:
    next_edition(tmp_path, dominated())
    asked, before, after = Asked(root=tmp_path, lang="en"), io.StringIO(), io.StringIO()
    check(asked, Console(file=before, width=400))
    protect(tmp_path, None, "en", Console(file=io.StringIO()))
    check(asked, Console(file=after, width=400))
    assert "withheld since" not in before.getvalue()
    (line,) = [one for one in after.getvalue().splitlines() if "withheld since" in one]
    assert "PK1 output 2024 (2024)" in line


def test_a_release_is_not_refused_for_it_and_says_so_by_name(tmp_path: Path) -> None:
    ledger = next_edition(tmp_path, dominated())
    audit = audit_of_release(ledger.yearly, ("PK1", "PK2", "PK3"))
    assert audit.problems == ()
    said = [note.said("en") for note in audit.notes]
    assert any(one.startswith("PK1 output 2024: ") and "firm-1-000" in one for one in said)


def test_where_nothing_was_out_nothing_is_said_of_it(tmp_path: Path) -> None:
    evaluated(tmp_path, dominated(), ("PK1", "PK2", "PK3"))
    ledger = Ledger(evaluate_again(tmp_path))
    assert PRINTED in ledger.withheld
    assert ledger.still_known() == () and ledger.pattern().taken_back == {}
