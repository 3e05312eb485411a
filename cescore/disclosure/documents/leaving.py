"""Where every number that leaves for a reader comes from, and why it gives no respondent away.

All that is printed is made from one of the documents below, and from nothing else; so whoever knows
what stands in these knows what leaves. A field that is not listed here is refused by a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.other_documents import MethodBook, UnitSheet
from cescore.disclosure.documents.plan_documents import PlanOverview, Review

Source = Literal[
    "ledger", "above", "group", "counted", "public", "inspected", "own", "decided", "named"
]  # fmt: skip
SOURCES: tuple[Source, ...] = get_args(Source)
REASONS: Mapping[Source, str] = {
    "ledger": "a body's figure, or a function of such: a statement about respondents in the ledger, "
    "which withholds it wherever it stands; in a respondent's own report its own",
    "above": "a mean or total above scores: released where at least two withheld ones hide one "
    "another in it, none with more than 80 % of their weight, else withheld with its band",
    "group": "an order statistic or mean of a whole type: n of 10 or 20, five holdings beyond it on "
    "either side, two significant digits, the same in every report; it is the same whoever of the "
    "group has which value, so each may have any of the others'",
    "counted": "a number of respondents, or of their checks: the minimum of contributors, and no "
    "single one hidden beside the total",
    "public": "a rank or difference of public bodies whose figures of the year are all released",
    "inspected": "what an inspector recorded of a body: covered where its formula stands on a "
    "withheld figure",
    "own": "what the reader or the body itself handed in as text, with every other respondent's "
    "name and value taken out",
    "decided": "params: the same for everybody, and no return is in it",
    "named": "names, ids, years and states of things; no quantity",
}
WHOLE_PART: tuple[Source, ...] = ("decided", "named", "own")  # may stand for all fields of a part


def _parts(name: str, fields: Mapping[str, Source]) -> dict[str, Source]:
    """The sources of a part's fields by their whole names."""
    return {f"{name}.{one}": source for one, source in fields.items()}


_OTHERS: Mapping[str, Source] = {
    "headline": "ledger", "index": "above", "inside": "named", "n": "public", "part_of": "named",
    "place": "named", "rank": "public", "status": "named",
}  # fmt: skip
_ASSESSMENT: Mapping[str, Source] = {
    "bands": "decided", "bonus": "above", "bonus_lines": "above", "bonus_most": "decided",
    "comparable_weights": "decided",
    "doubts": "named", "from_sample": "named", "grade_en": "above", "grade_zh": "above", "graded": "named",
    "index_converted": "named", "parts": "above", "provisional": "named", "reason": "named",
    "scale": "decided", "scale_en": "decided", "scale_zh": "decided", "total": "above",
    "vetoes": "ledger", "weights": "decided",
}  # fmt: skip
_BUNDLE: Mapping[str, Source] = {
    "format": "named", "entity": "named", "run": "decided", "plan": "decided",
    "base_year": "decided", "report_number": "named", "framework": "decided",
    "framework_hash": "named", "legal_basis": "named", "is_public": "named", "filed": "named", "terms": "named",
    "prose": "own", "names": "named", "flows": "decided", "references": "decided",
    "breaks": "decided", "pages": "decided", "rules": "decided", "bands_left_out": "named",
    "record.codes": "named", "record.flags": "named", "record.source": "own",
    "record.state": "named", "record.values": "ledger", "record.years": "named",
    # respondents' frameworks may not learn; of those that may, by a stated reason, none are released
    "fitted.constants": "public", "fitted.nowhere": "named", "fitted.released_groups": "public",
    "fitted.released_scores": "public",
    "released.computed": "ledger", "released.groups": "above", "released.progress": "above",
    "released.scores": "named",
    "evaluated.accounts": "ledger", "evaluated.contributions": "above",
    "evaluated.coverage": "named", "evaluated.groups": "above", "evaluated.index": "above",
    "evaluated.indicators": "ledger", "evaluated.missing_rule": "named",
    "evaluated.progress_contributions": "above", "evaluated.progress_groups": "above",
    "evaluated.progress_index": "above", "evaluated.progress_members": "ledger",
    "evaluated.rungs": "named", "evaluated.scores": "ledger", "evaluated.weights": "decided",
    "uncertainty.alternatives": "decided", "uncertainty.draws": "decided",
    "uncertainty.rank_alternatives": "public", "uncertainty.rank_high": "public",
    "uncertainty.rank_low": "public", "uncertainty.ranked": "public",
    "uncertainty.score_high": "above", "uncertainty.score_low": "above",
    "uncertainty.percentiles": "above",
    **{f"grade_firmness.{name}": "above" for name in ("high_en", "high_zh", "low_en", "low_zh", "step")},
    "robustness.alternatives": "decided", "robustness.draws": "decided",
    "robustness.entities": "named", "robustness.entity_type": "named",
    "robustness.reason": "named", "robustness.removals": "group", "robustness.sources": "group",
    "peers.audience": "named", "peers.entity_type": "named", "peers.figures": "group",
    "peers.note": "named", "peers.ranks": "public",
    **_parts("siblings", _OTHERS),
    **_parts("children", _OTHERS),
    "industries": "ledger",
    **{f"targets.{name}": "ledger" for name in (
        "actual", "base", "completion", "counted", "course", "implied_base", "level", "light",
        "pace", "points", "still_needed")},
    **{f"targets.{name}": "decided" for name in (
        "binding", "counted_by", "elapsed", "en", "id", "indicators", "level_unit", "note", "op",
        "role", "schedule_carbon", "schedule_log", "scored", "tag", "type", "unit", "value", "zh")},
    "measures.checks": "inspected", "measures.counts": "inspected",
    "measures.credit": "inspected", "measures.due": "inspected", "measures.inspected": "inspected",
    "measures.scored": "inspected", "measures.en": "named", "measures.id": "named",
    "measures.system": "named", "measures.units": "named", "measures.zh": "named",
    **_parts("assessment", _ASSESSMENT),
    "margin.in_hand": "above", "margin.missing": "above", "margin.next_en": "decided",
    "margin.next_zh": "decided", "margin.path": "ledger", "margin.turns": "ledger",
    "margin.is_out_of_reach": "ledger",
    "standards.lines": "ledger", "standards.groups": "above", "standards.verdict": "above",
    **{f"standards.{name}": "decided" for name in ("en", "id", "reasons", "source", "tag", "zh")},
    "beside.coverage": "named", "beside.groups": "above", "beside.value": "above",
    **{f"beside.{name}": "decided" for name in (
        "en", "floor", "hash", "id", "index_code", "source", "status", "tag", "top", "version",
        "zh")},
    "findings": "own",
    "standing.edition": "named", "standing.moved": "above", "standing.quality": "counted",
    "standing.reason": "own", "standing.signed_on": "named", "standing.stage": "named",
}  # fmt: skip
_DOCUMENT: Mapping[str, Source] = {
    "kind": "named", "document_id": "named", "format": "named", "run": "decided",
    "report_number": "named",
    **{name: source for name, source in _BUNDLE.items() if name.startswith("standing.")},
}  # fmt: skip
_COMPLETION: Mapping[str, Source] = {
    f"{part}.{name}": "named" if name == "key" else "inspected"
    for part in ("whole", "systems", "units")
    for name in ("at_end", "by_year", "counts", "key", "over_years")
}
_PATHS: Mapping[str, Source] = {
    "due": "decided", "gap": "ledger", "lines": "ledger", "pace": "ledger", "projected": "ledger",
    "verdict": "ledger",
}  # fmt: skip
_PERIOD: Mapping[str, Source] = {
    **_DOCUMENT, **_COMPLETION, "stage": "named", "years": "named", "plan": "decided",
    **{f"targets.{name}": source for name, source in _PATHS.items()},
}  # fmt: skip
LEAVING: Mapping[type[BaseModel], Mapping[str, Source]] = {
    Bundle: _BUNDLE,
    MethodBook: {
        **_DOCUMENT,
        **dict.fromkeys(
            ("base_year", "frameworks", "hashes", "variables", "checks", "ranges", "built_in",
             "plan", "standards", "public_types", "breaks", "references", "ends"), "decided",
        ),
        "illustration.example": "ledger",  # a public body's bundle
        "illustration.counted": "named", "illustration.catalogue": "group",
        "illustration.grades": "counted",
    },
    UnitSheet: {
        **_DOCUMENT, "unit": "named", "plan": "decided", "plan_status": "decided",
        "systems": "named", "bodies": "named", "measures.checks": "inspected",
        **{f"measures.{name}": "named" for name in ("en", "id", "is_local", "others", "system", "zh")},
    },
    Review: {
        **_PERIOD,
        **{f"bundle.{name}": "ledger" for name in Bundle.model_fields},  # as listed for a bundle
        "measures.checks": "inspected",
        **{f"measures.{name}": "named" for name in ("en", "id", "system", "units", "zh")},
        **{name.replace("assessment", "yearly"): source for name, source in _BUNDLE.items()
           if name.startswith("assessment.")},
    },
    PlanOverview: {
        **_PERIOD, "owner": "named", "left": "named", "commitments": "decided",
        "respondents": "counted",
        "bodies.index": "above", "bodies.progress": "above", "bodies.total": "above",
        "bodies.measures": "inspected", "bodies.verdicts": "ledger", "bodies.grade_en": "above",
        "bodies.grade_zh": "above", "bodies.place": "named", "bodies.part_of": "named",
        "bodies.provisional": "named", "bodies.reason": "named", "bodies.status": "named",
    },
}  # fmt: skip
# Tables beside the reports hold the same figures once more, column by column.
RESULT_KINDS: Mapping[str, Source] = {
    "variable": "ledger", "account": "ledger", "indicator": "ledger", "score": "ledger",
    "group": "above", "index": "above", "progress_index": "above", "target": "ledger",
    "measure": "inspected", "measure_credit": "inspected", "assessment": "above", "weight": "decided",
    "contribution": "above", "contribution_to_change": "above",
    "contribution_to_change_by_weight": "above", "standard": "ledger", "beside": "above",
}  # fmt: skip


@dataclass(frozen=True)
class LeavingField:
    """A field of a document, two levels deep, with where it comes from; None: nobody has said."""

    document: str
    path: str
    source: Source | None


def leaving() -> Iterator[LeavingField]:
    """Every field of every document that is printed."""
    for model, sources in LEAVING.items():
        for path in fields_of(model):
            part = path.partition(".")[0]
            whole = sources.get(part)
            known = whole if whole in WHOLE_PART or part == path else None
            yield LeavingField(model.__name__, path, sources.get(path) or known)


def fields_of(model: type[BaseModel]) -> Iterator[str]:
    """The fields of a document, and of its parts: ``peers.ranks``; one without parts by its name."""
    schema = model.model_json_schema(mode="serialization")
    definitions = schema.get("$defs", {})
    for name, node in schema["properties"].items():
        inner = sorted(_properties(node, definitions))
        yield from (f"{name}.{one}" for one in inner) if inner else (name,)


def _properties(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> set[str]:
    """The names of an object's fields, through references, alternatives, lists and mappings."""
    match node:
        case {"$ref": str(reference)}:
            return _properties(definitions[reference.rpartition("/")[2]], definitions)
        case {"properties": dict(own)}:
            return set(own)
    inner = [node.get("items"), node.get("additionalProperties")]
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        inner += node.get(key) or ()
    parts = (_properties(one, definitions) for one in inner if isinstance(one, dict))
    return set().union(*parts)
