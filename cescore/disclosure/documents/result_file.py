"""result.json: a report's figures for machines, from its bundle alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pydantic_core import to_jsonable_python

from cescore.definitions.model import Computed
from cescore.disclosure.documents.bundle import Bundle, FindingLine, Series

PARTS = ("contribution", "contribution_to_change", "contribution_to_change_by_weight")


def result_json(bundle: Bundle, bundle_hash: str) -> dict[str, Any]:
    """What result.json holds, full precision, of the year evaluated."""
    card, found = bundle.entity, bundle.evaluated
    return {
        "entity_id": card.entity_id,
        "entity_type": card.entity_type,
        "year": bundle.run.year,
        "names": {"zh": card.name_zh, "en": card.name_en},
        **_variant(bundle),
        "framework": {
            "id": bundle.framework.id,
            "version": bundle.framework.version,
            "hash": bundle.framework.hash,
        },
        "index": {
            **_of_year(bundle, found.index),
            "change": _change(bundle, found.index) if bundle.has_change else None,
            "groups": {series.code: _of_year(bundle, series)["value"] for series in found.groups},
        },
        "progress_index": _progress(bundle),
        "headline": _headline(bundle),
        "indicators": _indicators(bundle),
        "targets": [to_jsonable_python(target) for target in bundle.targets],
        "measures": [to_jsonable_python(measure) for measure in bundle.measures],
        "assessment": _assessment(bundle),
        "standards": [standard.model_dump(mode="json") for standard in bundle.standards],
        "beside": [card.model_dump(mode="json") for card in bundle.beside],
        "uncertainty": _uncertainty(bundle),
        "robustness": [one.model_dump(mode="json") for one in bundle.robustness],
        "data_quality": _data_quality(bundle),
        "provenance": {
            "bundle_hash": bundle_hash,
            "report_number": bundle.report_number,
            "run_status": bundle.release_stage,
            **_standing(bundle),
            "vintage": bundle.run.vintage,
            "kind": bundle.run.kind,
            "is_synthetic": card.is_synthetic,
        },
    }


VARIANT = "试算稿 Working variant"


def _variant(bundle: Bundle) -> dict[str, Any]:
    """Of a trial: the mark, and the framework that it departs from."""
    if bundle.framework.hash == bundle.framework_hash:
        return {}
    return {"variant": {"mark": VARIANT, "official_framework_hash": bundle.framework_hash}}


def _standing(bundle: Bundle) -> dict[str, Any]:
    """Of a released report: its edition and what its sign-off said."""
    standing = bundle.standing
    if standing is None:
        return {}
    return {"standing": standing.model_dump(mode="json", exclude={"quality"})}


def _year(bundle: Bundle) -> int:
    return bundle.record.years.index(bundle.run.year)


def _of_year(bundle: Bundle, series: Series) -> dict[str, Any]:
    year = _year(bundle)
    return {"code": series.code, "value": series.values[year], "status": series.status[year]}


def _change(bundle: Bundle, series: Series) -> float | None:
    """Points since the year before; None where either year has no value."""
    year = _year(bundle)
    now, last = series.values[year], series.values[year - 1] if year else None
    return None if now is None or last is None else now - last


def _progress(bundle: Bundle) -> dict[str, Any] | None:
    found = bundle.evaluated
    if found.progress_index is None:
        return None
    return {
        **_of_year(bundle, found.progress_index),
        "change": _change(bundle, found.progress_index),
        "contributions": [to_jsonable_python(part) for part in found.progress_contributions],
    }


def _by_code(series: Iterable[Series]) -> dict[str, Series]:
    return {one.code: one for one in series}


def _headline(bundle: Bundle) -> dict[str, Any]:
    headline, indicators = bundle.framework.headline, _by_code(bundle.evaluated.indicators)
    found: dict[str, Any] = {}
    for name in ("resource_output_rate", "resource_recycling_rate"):
        code = getattr(headline, name)
        if code not in indicators:
            found[name] = None
            continue
        found[name] = _rate(bundle, code, headline.instead.get(code, ""), indicators)
    return found


def _rate(
    bundle: Bundle, official: str, other: str, indicators: Mapping[str, Series]
) -> dict[str, Any]:
    """A headline rate of the year and the form it is in: the official one wherever it has a value."""
    forms = {"official": official, "alternative": other}
    figures = {
        form: {**_of_year(bundle, indicators[code]), "unit": bundle.framework.indicators[code].unit}
        for form, code in forms.items()
        if code in indicators
    }
    stands_in = "alternative" in figures and figures["official"]["value"] is None
    form = (
        "alternative" if stands_in and figures["alternative"]["value"] is not None else "official"
    )
    every = figures if len(figures) > 1 else {}
    return {**figures[form], "form": form, **every}


def _indicators(bundle: Bundle) -> list[dict[str, Any]]:
    scores = _by_code(bundle.evaluated.scores)
    parts = {one.code: one for one in bundle.evaluated.contributions}
    return [
        {
            **_of_year(bundle, series),
            "unit": bundle.framework.indicators[series.code].unit,
            "score": _of_year(bundle, scores[series.code])["value"]
            if series.code in scores
            else None,
            "weight": bundle.evaluated.weights.get(series.code),
            **{name: getattr(parts.get(series.code), name, None) for name in PARTS},
            "formula": _formula(bundle.framework.indicators[series.code]),
            "references": [
                one.model_dump(mode="json", exclude={"indicator", "zh", "en"})
                for one in bundle.references
                if one.indicator == series.code
            ],
        }
        for series in bundle.evaluated.indicators
    ]


def _formula(computed: Computed) -> str:
    """The formula executed; in words where nobody collects what it needs."""
    return computed.formula or computed.definition


def _uncertainty(bundle: Bundle) -> dict[str, Any]:
    """The band; where the type is too large for bands, the most entities that bands are made for."""
    if bundle.uncertainty is not None:
        return dict(to_jsonable_python(bundle.uncertainty))
    return {"left_out_above": bundle.run.large_above} if bundle.bands_left_out else {}


def _assessment(bundle: Bundle) -> dict[str, Any]:
    made = bundle.assessment
    return {
        "total": made.total,
        "comparable": made.comparable,
        "grade": {"zh": made.grade_zh, "en": made.grade_en}
        if made.grade_zh or made.grade_en
        else None,
        "scale": made.scale,
        "bonus": None
        if made.bonus is None
        else {
            "points": made.bonus,
            "most": made.bonus_most,
            "items": [to_jsonable_python(line) for line in made.bonus_lines],
        },
        "distinctions": []
        if made.bonus is not None
        else [to_jsonable_python(line) for line in made.bonus_lines],
        "vetoes": [to_jsonable_python(veto) for veto in made.vetoes],
        "provisional": made.provisional,
        "doubts": [to_jsonable_python(doubt) for doubt in made.doubts],
        "graded": made.graded,
        "reason": made.reason,
        "margin": None if bundle.margin is None else to_jsonable_python(bundle.margin),
    }


def _data_quality(bundle: Bundle) -> dict[str, Any]:
    found = bundle.evaluated
    return {
        "filed": bundle.filed,
        "legal_basis": bundle.legal_basis,
        "coverage": found.coverage[_year(bundle)],
        "missing_rule": dict(found.missing_rule),
        "findings": dict(sorted(Counter(f.severity for f in bundle.findings).items())),
        "open_findings": sum(f.status == "open" for f in bundle.findings),
        "settled_findings": [_settled(f) for f in bundle.findings if f.status != "open"],
    }


def _settled(line: FindingLine) -> dict[str, Any]:
    """A finding that is confirmed or corrected, and on whose word."""
    return {
        "code": line.code,
        "variable": line.variable,
        "year": line.year,
        "status": line.status,
        "reason": line.note,
        **asdict(line.settled),
    }
