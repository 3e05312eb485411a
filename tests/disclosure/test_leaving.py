"""Every number that leaves is a statement of the ledger, or listed as safe with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cases import evaluated, firms

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.kinds import KINDS
from cescore.disclosure.documents.leaving import (
    LEAVING,
    REASONS,
    RESULT_KINDS,
    SOURCES,
    fields_of,
    leaving,
)
from cescore.disclosure.documents.other_documents import Document
from cescore.disclosure.documents.plan_documents import PlanDocument
from cescore.disclosure.making.bundles import Bundler

FIELDS = list(leaving())


def test_no_field_of_a_document_is_unsaid() -> None:
    """Who adds a field says where its numbers come from: in `cescore/disclosure/documents/leaving.py`."""
    assert [(f.document, f.path) for f in FIELDS if f.source is None] == []


def test_nothing_is_listed_that_no_document_has() -> None:
    for model, sources in LEAVING.items():
        paths = set(fields_of(model))
        parts = {path.partition(".")[0] for path in paths}
        assert set(sources) - paths - parts == set(), model.__name__


def test_every_kind_that_is_printed_is_listed_and_every_source_has_its_reason() -> None:
    documents = {cls for cls in Document.__subclasses__() if cls is not PlanDocument}
    documents |= set(PlanDocument.__subclasses__())
    assert set(LEAVING) == {Bundle, *documents} and len(LEAVING) == len(KINDS)
    assert set(REASONS) == set(SOURCES)
    assert {f.source for f in FIELDS} == set(SOURCES)


def test_what_is_said_of_a_part_s_whole_says_nothing_of_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a field could be added to a part without anybody saying where its numbers come from."""
    said = {path: source for path, source in LEAVING[Bundle].items() if path != "peers.ranks"}
    monkeypatch.setitem(LEAVING, Bundle, {**said, "peers": "public"})  # type: ignore[misc]
    assert [f.path for f in leaving() if f.source is None] == ["peers.ranks"]


@pytest.mark.parametrize("document", ["Review", "PlanOverview"])
def test_counts_of_completion_are_inspectors_findings_and_their_keys_are_names(
    document: str,
) -> None:
    sources = {f.path: f.source for f in FIELDS if f.document == document}
    parts = ("whole", "systems", "units")
    assert {sources[f"{part}.key"] for part in parts} == {"named"}
    assert {sources[f"{part}.counts"] for part in parts} == {"inspected"}


def test_results_have_no_kind_that_is_unsaid(tmp_path: Path) -> None:
    yearly = evaluated(tmp_path, firms(12))
    assert set(yearly.results()["kind"]) <= set(RESULT_KINDS)


SECRET_FREE = [
    f.path for f in FIELDS if f.document == "Bundle" and f.source in ("named", "decided")
]


@pytest.mark.parametrize("reader", ["C1", "PK1", "firm-1-000"])
def test_what_is_listed_without_a_quantity_is_the_same_whatever_others_return(
    reader: str, tmp_path: Path
) -> None:
    """Two worlds that differ in every other respondent's figures, and in nothing else."""
    own = firms(12, seed=1)
    one = evaluated(tmp_path / "a", [own[0], *firms(11, seed=2)])
    ids = [f.id for f in firms(11, seed=2)]
    others = [
        type(f)(**{**vars(f), "id": id_}) for f, id_ in zip(firms(11, seed=3), ids, strict=True)
    ]
    two = evaluated(tmp_path / "b", [own[0], *others])
    made = [json.loads(Bundler(y).bundle(reader).to_bytes()) for y in (one, two)]
    for path in SECRET_FREE:
        part, _, name = path.partition(".")
        if part in ("report_number", "siblings", "children"):
            continue
        left, right = (_at(b.get(part), name) for b in made)
        assert left == right, path


def _at(value: object, name: str) -> object:
    if not name or value is None:
        return value
    if isinstance(value, list):
        return [_at(one, name) for one in value]
    return value.get(name) if isinstance(value, dict) else value
