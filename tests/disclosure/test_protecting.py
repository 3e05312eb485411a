"""The bureau's commands: the pattern that is kept, and what can be inferred from what is released."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from cases import Firm, evaluate_again, evaluated, firms, open_ledger
from rich.console import Console

from cescore.disclosure.ledger.kept_pattern import FILE, read_pattern
from cescore.disclosure.making.bundles import Bundler
from cescore.errors import DataError
from cescore.run.commands.protecting import infer, protect

PARKS = ("PK6", "PK7", "PK8")


def frame() -> list[Firm]:
    return [
        *firms(1, seed=5, park="PK6"),
        *firms(8, seed=7, park="PK7"),
        *firms(8, seed=8, park="PK8"),
    ]


def words() -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=400, soft_wrap=True, highlight=False), text


def test_protect_keeps_a_pattern_that_the_next_build_takes_as_it_is(tmp_path: Path) -> None:
    evaluated(tmp_path, frame(), PARKS)
    console, text = words()
    assert protect(tmp_path, None, "en", console) == 0
    assert FILE in text.getvalue()
    ledger = Bundler(evaluate_again(tmp_path)).gate.ledger
    assert ledger.is_kept and ledger.withheld == read_pattern(tmp_path).withheld != frozenset()


def test_what_the_public_can_infer_is_safe_and_told_in_three_forms(tmp_path: Path) -> None:
    evaluated(tmp_path, frame(), PARKS)
    console, text = words()
    assert infer(tmp_path, None, "public", "csv", "zh", console) == 0
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert rows and {row["is_safe"] for row in rows} == {"True"}
    console, text = words()
    infer(tmp_path, None, "firm-7-000", "json", "zh", console)
    assert "firm-7-000" not in {one["entity_id"] for one in json.loads(text.getvalue())}
    console, text = words()
    infer(tmp_path, None, "public", "text", "en", console)
    said = text.getvalue()
    assert said.startswith("What the public can work out from what is released")
    named = re.compile(r"^firm-\S+ .+ · .+ \d{4}: returned [\d,.]+ \S.*; known to ", re.MULTILINE)
    assert named.search(said) and f"the public: {len(rows)} returned values" in said


def test_without_the_ledger_the_same_question_finds_too_narrow_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(monkeypatch)
    evaluated(tmp_path, frame(), PARKS)
    console, text = words()
    assert infer(tmp_path, None, "public", "text", "en", console) == 1
    assert "too narrow" in text.getvalue()


def test_whose_knowledge_is_asked_for_must_be_somebody_s(tmp_path: Path) -> None:
    evaluated(tmp_path, frame(), PARKS)
    with pytest.raises(
        DataError, match="'nobody'.*expected public, a respondent \\(17: .*or a holding"
    ):
        infer(tmp_path, None, "nobody", "text", "zh", words()[0])


@pytest.mark.parametrize("text", ["", "[]", '{"audited": 1}', "{"])
def test_a_pattern_that_cannot_be_read_is_named_with_what_writes_it(
    text: str, tmp_path: Path
) -> None:
    evaluated(tmp_path, frame(), PARKS)
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"data/withheld\.json: .*build\.py protect"):
        Bundler(evaluate_again(tmp_path)).bundle("PK7")


def test_protect_says_so_where_nothing_has_to_be_withheld(tmp_path: Path) -> None:
    evaluated(tmp_path, firms(12))
    console, text = words()
    assert protect(tmp_path, None, "en", console) == 0
    assert "nothing has to be withheld" in text.getvalue()
    assert read_pattern(tmp_path).withheld == frozenset()
