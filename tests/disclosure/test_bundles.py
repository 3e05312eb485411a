"""A bundle is one entity's whole world: its own record, and of others only what the gate releases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cases import evaluated, firms

from cescore.disclosure.documents.bundle import Bundle, FindingLine, is_altered
from cescore.disclosure.documents.result_file import result_json
from cescore.disclosure.documents.wording import Wording
from cescore.disclosure.making.bundles import Bundler, make_bundle, make_bundles
from cescore.disclosure.released.gate import Gate
from cescore.disclosure.released.others import OtherRespondents
from cescore.disclosure.released.told_findings import ToldFindings
from cescore.errors import DataError
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.intake.address import Address
from cescore.intake.findings import Finding, Settlement
from cescore.intake.wording import phrase


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> YearlyEvaluation:
    frame = [*firms(14, seed=1), *firms(12, seed=2, park="PK2", industry="glass")]
    return evaluated(tmp_path_factory.mktemp("city"), frame, ["PK1", "PK2"])


@pytest.fixture(scope="module")
def made(yearly: YearlyEvaluation) -> dict[str, Bundle]:
    return {bundle.entity.entity_id: bundle for bundle in make_bundles(yearly)}


@pytest.mark.parametrize(("seed", "normalisation"), [(1, "goalposts"), (2, "min_max"), (3, "rank")])
def test_no_bundle_holds_another_respondents_id_name_or_value(
    tmp_path: Path, seed: int, normalisation: str
) -> None:
    frame = firms(24, seed=seed)
    year = evaluated(tmp_path, frame, normalisation=normalisation)
    for bundle in make_bundles(year):
        text = bundle.to_bytes().decode()
        for firm in frame:
            if firm.id != bundle.entity.entity_id:
                secrets = (firm.output, firm.material, firm.waste, firm.recycled, firm.rate)
                assert firm.id not in text
                assert not [secret for secret in secrets if json.dumps(secret) in text]


def test_every_entity_of_the_year_gets_one(
    yearly: YearlyEvaluation, made: dict[str, Bundle]
) -> None:
    assert set(made) == {e.entity_id for e in yearly.workspace.entities()}


def test_all_reports_of_a_group_print_the_same_figures(made: dict[str, Bundle]) -> None:
    tables = [b.peers for b in made.values() if b.entity.entity_type == "firm"]
    printed = {
        tuple((f.code, f.n, f.median, f.lower_quartile, f.upper_quartile) for f in table.figures)
        for table in tables
        if table is not None
    }
    assert len(printed) == 1


def test_respondents_get_neither_ranks_nor_names(made: dict[str, Bundle]) -> None:
    for bundle in made.values():
        if bundle.entity.entity_type == "firm":
            assert bundle.siblings == ()
            assert bundle.children == ()
            assert bundle.industries == ()
            assert bundle.peers is not None
            assert all(figure.rank is None for figure in bundle.peers.figures)


def test_public_bodies_are_ranked_with_n(made: dict[str, Bundle]) -> None:
    rows = {row.place.entity_id: row for row in made["C1"].children}
    assert {row.n for row in rows.values()} == {2}
    assert {row.rank for row in rows.values()} == {1, 2}
    assert made["C1"].siblings == ()  # a city alone of its type is ranked among nobody
    own = next(r for r in made["PK1"].siblings if r.place.entity_id == "PK1")
    assert own == rows["PK1"]


def test_a_public_body_knows_its_rank_in_every_year_and_a_respondent_in_none(
    made: dict[str, Bundle],
) -> None:
    """Both years of the small city hold the same figures, so the ranks are the same."""
    for bundle in made.values():
        assert bundle.peers is None or bundle.peers.audience == "public" or not bundle.peers.ranks
    peers = made["PK1"].peers
    assert peers is not None
    now = next(figure for figure in peers.figures if figure.code == "INDEX")
    assert [(of.year, of.rank, of.n) for of in peers.ranks] == [
        (y, now.rank, 2) for y in (2024, 2025)
    ]


def test_a_dominated_body_is_unranked_and_withheld_in_its_own_report_too(tmp_path: Path) -> None:
    small = firms(6, seed=4)
    giant = replace(small[0], output=small[0].output * 1000)
    parks = ["PK1", "PK5", "PK6", "PK7"]
    frame = [giant, *small[1:], *(f for s in (5, 6, 7) for f in firms(6, seed=s, park=f"PK{s}"))]
    bundler = Bundler(evaluated(tmp_path, frame, parks))
    made = {park: bundler.bundle(park) for park in parks}
    ranked = [park for park in parks if park in bundler.gate.cleared]
    assert ranked == parks[1:]  # the city's total is withheld with it, so that none tells
    seen = {row.place.entity_id: row for row in made[ranked[0]].siblings}
    assert (seen["PK1"].status, seen["PK1"].index, seen["PK1"].headline) == ("suppressed", None, {})
    own = {row.place.entity_id: row for row in made["PK1"].siblings}["PK1"]
    assert (own.headline["productivity"], own.rank) == (None, None)
    for park in parks:
        peers = made[park].peers
        assert peers is not None
        assert {(of.rank is not None, of.n) for of in peers.ranks} == {(park in ranked, 3)}


def test_the_report_number_is_the_contents_and_nothing_elses(yearly: YearlyEvaluation) -> None:
    one, two = make_bundle(yearly, "firm-1-000"), make_bundle(yearly, "firm-1-000")
    assert one.report_number == two.report_number
    assert one.report_number.startswith("CE-2025-firm-1-000-")
    assert len(one.report_number) == len("CE-2025-firm-1-000-") + 6
    assert make_bundle(yearly, "firm-1-001").report_number[-6:] != one.report_number[-6:]


def test_why_and_on_whose_word_a_finding_is_settled_names_no_other_respondent(
    yearly: YearlyEvaluation,
) -> None:
    def told(note: str, name: str = "") -> tuple[str, str]:
        settled = Settlement(name, "statistician", "", "2025-03-02")
        finding = Finding("warning", "usual_range", status="confirmed", note=note, settled=settled)
        (one,) = told_findings(yearly, replace(finding, entity_id="firm-1-000"))
        assert one.settled.role == "statistician" and one.settled.date == "2025-03-02"
        return one.note, one.settled.name

    assert told("a second kiln", "Wang") == ("a second kiln", "Wang")
    assert told("moved from Name of firm-2-003", "firm-1-001") == ("…", "…")


def test_a_finding_that_names_another_respondent_is_not_told(yearly: YearlyEvaluation) -> None:
    def told(text: str) -> list[str]:
        values = (("text", phrase("as_row", place=text)),)
        finding = Finding("warning", "footnote", entity_id="firm-1-000", values=values)
        return [one.said("en").found for one in told_findings(yearly, finding)]

    assert told("firm-1-000 has 3") == ["'repeats firm-1-000 has 3'"]
    assert told("the same as firm-1-001.") == []
    assert told("copied from Name of firm-2-003, it seems") == []
    assert told("differs from PK1") == ["'repeats differs from PK1'"]


def test_where_a_finding_stands_is_not_told_where_it_names_another_respondent(
    yearly: YearlyEvaluation,
) -> None:
    finding = Finding("warning", "usual_range", entity_id="firm-1-000")
    for file, place in (("firm-1-000.csv", "firm-1-000.csv"), ("firm-1-001.csv", "")):
        (one,) = told_findings(yearly, replace(finding, at=Address(file)))
        assert one.file == place


def test_a_change_unlike_that_of_other_respondents_says_nothing_of_these(
    yearly: YearlyEvaluation,
) -> None:
    values = {
        "before": 2.0,
        "now": 9.0,
        "ratio": 4.5,
        "median": 0.1,
        "low": -0.2,
        "high": 0.3,
        "n": 11,
    }
    finding = Finding("warning", "unusual_change", entity_id="firm-1-000", year=2025, variable="waste",
                      values=(*values.items(), ("among", "metal")))  # fmt: skip
    (of_a_firm,) = told_findings(yearly, finding)
    assert dict(of_a_firm.values) == {"before": 2.0, "now": 9.0, "ratio": 4.5}
    assert of_a_firm.said("en").found == "2 \u2192 9 (\u00d74.5)"
    (of_the_city,) = told_findings(yearly, replace(finding, entity_id="C1"))
    assert of_the_city.values == finding.values


def told_findings(yearly: YearlyEvaluation, finding: Finding) -> list[Finding]:
    told = ToldFindings(OtherRespondents(Gate(yearly)))
    return list(told.of([finding], {}))


def test_a_bundle_keeps_the_order_of_params_and_equal_bundles_give_equal_bytes(
    made: dict[str, Bundle],
) -> None:
    bundle = made["firm-1-000"]
    read = Bundle.model_validate_json(bundle.to_bytes())
    assert list(read.framework.indicators) == list(bundle.framework.indicators)
    rules = bundle.framework
    turned = rules.model_copy(update={"indicators": dict(reversed(rules.indicators.items()))})
    other = bundle.model_copy(update={"framework": turned})
    assert list(Bundle.model_validate_json(other.to_bytes()).framework.indicators) != list(
        rules.indicators
    )
    assert turned.hash == rules.hash  # the order of a mapping is no other framework
    assert read.to_bytes() == bundle.to_bytes()


def test_codes_that_only_other_types_know_come_with_name_and_unit(
    yearly: YearlyEvaluation, made: dict[str, Bundle]
) -> None:
    parks = yearly.workspace.definitions.frameworks["park"].indicators
    own = made["C1"].framework
    shown = {code for row in made["C1"].children for code in row.headline}
    other = {code for code in shown if code not in own.indicators}
    assert set(made["C1"].terms) >= other
    assert all(made["C1"].terms[code].unit == parks[code].unit for code in other)
    assert not set(made["C1"].terms) & {*own.indicators, *own.accounts, *own.variables}


def test_variables_that_findings_name_come_with_name_and_unit(yearly: YearlyEvaluation) -> None:
    lines = [FindingLine(severity="warning", code="W1", variable="waste", year=2025)]
    bare = yearly.workspace.definitions.frameworks["firm"].model_copy(update={"variables": {}})
    waste = yearly.workspace.definitions.variables["waste"]
    terms = Wording(yearly.workspace.definitions).terms(bare, (), lines)
    assert (terms["waste"].zh, terms["waste"].unit) == (waste.zh, waste.unit)


def test_an_unknown_entity_is_refused_by_name(yearly: YearlyEvaluation) -> None:
    with pytest.raises(DataError, match="'F99' is no entity of 2025"):
        make_bundle(yearly, "F99")


def test_bundle_and_evaluation_agree(yearly: YearlyEvaluation, made: dict[str, Bundle]) -> None:
    for entity_id, bundle in made.items():
        evaluation = yearly.evaluation_of(entity_id)
        row = evaluation.panel.row(entity_id)
        assert bundle.evaluated.index.values == tuple(evaluation.aggregation.index.values[row])
        assert Bundle.model_validate_json(bundle.to_bytes()) == bundle


def test_result_json_has_the_years_figures(made: dict[str, Bundle]) -> None:
    bundle = made["firm-1-000"]
    result = result_json(bundle, bundle.hash)
    assert result["index"]["value"] == bundle.evaluated.index.values[-1]
    assert result["headline"]["resource_output_rate"]["code"] == "productivity"
    assert result["indicators"][0]["formula"] == "output / material"
    assert result["provenance"]["bundle_hash"] == bundle.hash
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_a_bundle_altered_in_any_value_is_known_by_its_number(yearly: YearlyEvaluation) -> None:
    made = make_bundle(yearly, "firm-1-000")
    assert not is_altered(made)
    assert not is_altered(Bundle.model_validate_json(made.to_bytes()))
    for code, values in made.record.values.items():
        other = {**made.record.values, code: (*values[:-1], (values[-1] or 0) + 1)}
        record = made.record.model_copy(update={"values": other})
        assert is_altered(made.model_copy(update={"record": record})), code


def test_contributions_in_every_bundle_add_up_to_index_and_change(made: dict[str, Bundle]) -> None:
    split = 0
    for bundle in made.values():
        found, year = bundle.evaluated, bundle.record.years.index(bundle.run.year)
        pairs = [(found.index, found.contributions)]
        if found.progress_index is not None:
            pairs.append((found.progress_index, found.progress_contributions))
        for index, parts in pairs:
            now, last = index.values[year], index.values[year - 1]
            if now is None:
                assert all(one.contribution is None for one in parts)
                continue
            assert sum(one.weight or 0 for one in parts) == pytest.approx(1, abs=1e-12)
            assert sum(one.contribution or 0 for one in parts) == pytest.approx(now, abs=1e-9)
            if last is not None:
                moved = [one.contribution_to_change for one in parts]
                assert sum(v or 0 for v in moved) == pytest.approx(now - last, abs=1e-9)
                split += 1
    assert split >= len(made)
