"""What says a withheld figure once more: another body's finding, a band of the index, a quantile of bodies.

Which figures are withheld is given here, as the ledger would choose them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from cases import YEARS, Firm, evaluated, firms

from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.making.bundles import Bundler
from cescore.disclosure.released.gate import Gate
from cescore.disclosure.released.others import OtherRespondents
from cescore.disclosure.released.public_view import PublicView
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.address import Address
from cescore.intake.findings import Finding
from cescore.intake.workspace import Workspace

ALONE = Firm("alone", 5000.5, park="PK2")


def withhold(monkeypatch: pytest.MonkeyPatch, body: str, *codes: str) -> None:
    hidden = frozenset(Figure(body, code, year) for code in codes for year in YEARS)
    monkeypatch.setattr(Ledger, "withheld", hidden)
    monkeypatch.setattr(Ledger, "above", frozenset())


def public(yearly: YearlyEvaluation, body: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(Bundler(yearly).bundle(body).to_bytes())
    return made


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize(
    "rule",
    ["output <= 0.5 * sum_known(park, output)", "output <= 0.5 * in_body(park, output)"],
    ids=["a sum over bodies inside", "the body around"],
)
def test_a_finding_does_not_tell_what_another_body_withholds(
    rule: str, is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    withhold(monkeypatch, "PK2", "output")
    if not is_in:
        monkeypatch.setattr(OtherRespondents, "withheld_are_told_in", lambda *a: False)
    about, kind = ("C1", "city") if "sum_known" in rule else ("alone", "firm")
    wide = {"en": "covers", "rule": rule, "severity": "soft", "entity_types": [kind]}
    (tmp_path / "params").mkdir()
    (tmp_path / "params/checks.yml").write_text(json.dumps({"rules": {"covers": wide}}), "utf-8")
    findings = public(evaluated(tmp_path, [*firms(4), ALONE], ("PK1", "PK2")), about)["findings"]
    told = [f["values"] for f in findings if f["code"] == "covers" and f["year"] == 2025]
    assert len(told) == (0 if is_in else 1)
    assert ("5000.5" in json.dumps(told)) is not is_in


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_a_share_that_differs_from_the_returns_does_not_tell_the_output_of_the_only_firm_of_a_product(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of the park's output, which it prints, the share of eggs is one firm's."""
    withhold(monkeypatch, "PK2", "output")
    if not is_in:
        monkeypatch.setattr(OtherRespondents, "withheld_are_told_in", lambda *a: False)
    frame = firms(6)
    evaluated(tmp_path, frame)
    product = {"en": "Product", "unit": "code", "kind": "code", "entity_types": ["firm"]}
    add(
        tmp_path / "params/variables.yml",
        product={**product, "words": {"corn": {"en": "c"}, "egg": {"en": "e"}}},
    )
    add(tmp_path / "params/disclosure.yml", shares_of="output")
    register = tmp_path / "data/entities.csv"
    mixed = register.read_text("utf-8").replace(
        "Park PK1,C1,,", "Park PK1,C1,,food（corn）50%；food（egg）50%"
    )
    register.write_text(mixed, encoding="utf-8")
    with (tmp_path / "data/2025/observations.csv").open("a", encoding="utf-8") as file:
        file.writelines(
            f"{f.id},2025,product,{'corn' if i else 'egg'}\n" for i, f in enumerate(frame)
        )
    made = public(evaluate_workspace(Workspace.load(tmp_path, 2025)), "PK1")
    told = [f for f in made["findings"] if f["code"] == "mix_differs"]
    shares = [float(f["values"]["returned"]) for f in told if f["values"]]
    of_egg = 100 * frame[0].output / made["record"]["values"]["output"][-1]
    assert any(abs(share - of_egg) < 0.1 for share in shares) is not is_in
    assert bool(told) is not is_in


def add(path: Path, **more: object) -> None:
    """More keys in a file of params."""
    content = {**json.loads(path.read_text("utf-8")), **more}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize(
    ("variable", "text", "about", "year", "is_told"),
    [
        ("output", "sum_known", "C1", 2025, True),
        ("output", "sum_known", "C1", None, True),  # of the year evaluated
        ("output", "sum_known", "C1", 1990, False),
        ("waste", "sum_known", "C1", 2025, False),
        ("output", "output", "C1", 2025, False),  # looks at itself alone
        ("output", "in_body", "alone", 2025, True),
        ("output", "in_body", "firm-1-000", 2025, False),  # lies in PK1
        ("output", "PK2", "PK1", 2025, True),
        ("output", "PK2", "PK2", 2025, False),
        ("output", "PK1", "PK2", 2025, False),
    ],
)
def test_a_finding_tells_of_bodies_that_it_names_or_looks_at(
    variable: str, text: str, about: str, year: int | None, is_told: bool,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    withhold(monkeypatch, "PK2", "output")
    others = OtherRespondents(Gate(evaluated(tmp_path, [*firms(4), ALONE], ("PK1", "PK2"))))
    finding = Finding("warning", "", Address(""), about, year, variable, (("it", text),))
    assert others.withheld_are_told_in(finding) is is_told


def test_a_text_that_names_another_respondent_is_withheld_whole(tmp_path: Path) -> None:
    others = OtherRespondents(Gate(evaluated(tmp_path, firms(4))))
    for own, other in (("firm-1-000", "firm-1-001"), ("firm-1-001", "firm-1-000")):
        assert others.without_others(f"as {own} wrote", own) == f"as {own} wrote"
        assert others.without_others(f"as Name of {other} wrote", own) == "…"
        assert others.place(f"{own}.csv", own) == f"{own}.csv"
        assert others.place(f"{other}.csv", own) == "…"


def test_a_finding_that_looks_at_nothing_withheld_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    withhold(monkeypatch, "PK2", "waste")
    rule = {"en": "covers", "rule": "output <= 0.5 * sum_known(park, output)", "severity": "soft"}
    (tmp_path / "params").mkdir()
    (tmp_path / "params/checks.yml").write_text(
        json.dumps({"rules": {"covers": {**rule, "entity_types": ["city"]}}}), "utf-8"
    )
    findings = public(evaluated(tmp_path, [*firms(4), ALONE], ("PK1", "PK2")), "C1")["findings"]
    assert "5000.5" in json.dumps([f["values"] for f in findings if f["code"] == "covers"])


def test_a_finding_that_looks_back_to_the_base_year_does_not_tell_its_withheld_figure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """2026 is printed; the base year 2024, two years before it, is not."""
    monkeypatch.setattr(Ledger, "withheld", frozenset([Figure("PK1", "output", 2024)]))
    monkeypatch.setattr(Ledger, "above", frozenset())
    evaluated(tmp_path, firms(4))
    rule = {"en": "grown", "rule": "output <= 0.5 * base(output)", "severity": "soft"}
    (tmp_path / "params/checks.yml").write_text(
        json.dumps({"rules": {"grown": {**rule, "entity_types": ["park"]}}}), "utf-8"
    )
    now = tmp_path / "data/2026/observations.csv"
    now.parent.mkdir()
    received = (tmp_path / "data/2025/observations.csv").read_text("utf-8")
    now.write_text(received.replace(",2025,", ",2026,"), encoding="utf-8")
    run = {"year": 2026, "base_year": 2024, "status": "sample"}
    (tmp_path / "params/runs/2026.yml").write_text(json.dumps(run), encoding="utf-8")
    yearly = evaluate_workspace(Workspace.load(tmp_path, 2026))
    assert any(
        (f.code, f.entity_id, f.year) == ("grown", "PK1", 2026) for f in yearly.workspace.findings
    )
    assert not [f for f in public(yearly, "PK1")["findings"] if f["code"] == "grown"]


def _band(root: Path, output: float, recycled: float) -> tuple[float, float] | None:
    """The band of a park's index; its scores of output and recycling are these [points]."""
    frame = [replace(f, output=1.0, material=100.0, recycled=0.1) for f in firms(4, seed=4)]
    rest = [replace(f, waste=100.0) for f in frame[1:]]
    first = replace(frame[0], waste=100.0, output=40 * output - 3, recycled=4 * recycled - 0.3)
    made = public(evaluated(root, [first, *rest]), "PK1")
    assert made["evaluated"]["index"]["values"][-1] == pytest.approx((output + recycled) / 2)
    band = made["uncertainty"]
    return None if band is None else (band["score_low"], band["score_high"])


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_a_band_does_not_tell_apart_two_withheld_scores_with_the_same_index(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An output 7 % smaller, within the p % rule, moves the lower end of the band by a point."""
    withhold(monkeypatch, "PK1", "output", "recycled", "productivity", "recycling")
    if not is_in:
        monkeypatch.setattr(PublicView, "hides_a_score", lambda self, year: False)
    one, other = _band(tmp_path / "one", 60.0, 40.0), _band(tmp_path / "other", 56.0, 44.0)
    assert (one != other) is not is_in


@pytest.mark.parametrize("audience", ["public", "bureau"])
def test_a_standard_does_not_tell_on_which_side_of_its_threshold_a_withheld_rate_lies(
    audience: Literal["public", "bureau"], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The bureau reads the verdict, and with it that the rate is at most 1.5, 4 % above what it is."""
    withhold(monkeypatch, "PK2", "output", "productivity")
    held = {"indicator": "productivity", "op": "<=", "threshold": 1.5, "tag": "C"}
    words = {"zh": "标准", "en": "standard", "source": "the tests", "tag": "C"}
    path = tmp_path / "params/standards/s.yml"
    path.parent.mkdir(parents=True)
    alone = {"S1": {**held, "compulsory": True}}
    path.write_text(json.dumps({**words, "entity_type": "park", "requirements": alone}), "utf-8")
    frame = [*firms(4), replace(ALONE, output=144.0, material=100.0)]
    yearly = evaluated(tmp_path, frame, ("PK1", "PK2"))
    bundle = Bundler(yearly, audience).bundle("PK2")
    verdict = {"public": "undetermined", "bureau": "met"}[audience]
    assert [card.verdict for card in bundle.standards] == [verdict]
    assert [line.status for line in bundle.standards[0].lines] == [
        "suppressed" if audience == "public" else "met"
    ]


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
def test_a_quantile_of_bodies_is_of_what_they_print_so_it_is_not_solved_for_the_one_that_does_not(
    is_in: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The withheld rate of the sixth of 11 parks is their median; everybody sees the ten others."""
    parks = tuple(f"PK{i:02}" for i in range(11))
    frame = [
        replace(firm, park=park, output=firm.material * (1 + 0.8 * i))
        for i, (park, firm) in enumerate(zip(parks, firms(11), strict=True))
    ]
    withhold(monkeypatch, "PK05", "output", "productivity")
    if not is_in:
        monkeypatch.setattr(Gate, "_readable", lambda self, entity_type, c: c.values)
    yearly = evaluated(tmp_path, frame, parks)
    (figure,) = [
        f for f in public(yearly, "PK00")["peers"]["figures"] if f["code"] == "productivity"
    ]
    others = [frame[i].rate for i in (4, 6)]
    expected = sum(others) / 2 if is_in else frame[5].rate
    assert figure["median"] == pytest.approx(expected, rel=0.02)
