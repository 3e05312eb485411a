"""Opened bundles and every fragment of a report, for the tests of tables and figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from publish import builders

from cescore import desk
from cescore.definitions.model import Framework
from cescore.desk import figures, tables
from cescore.disclosure.documents.bundle import Bundle, Evaluated, Record, Series
from cescore.disclosure.documents.opened import OpenBundle
from cescore.method.column import State
from cescore.method.grading.assessment import Assessment
from cescore.publish.fragment import Fragment


def opened(data: Bundle | None = None, lang: str = "zh") -> OpenBundle:
    data = data or builders.bundle()
    return OpenBundle(data=data, hash="ab" * 32, lang=lang, framework=data.framework)


def named(name: str) -> Bundle:
    """The bundle with every name replaced."""
    made = builders.bundle()
    card = made.entity.model_copy(update={"name_zh": name, "name_en": name, "industry": name})
    target = replace(builders.target(), zh=name, en=name)
    measure = replace(builders.measure(), zh=name, en=name, system=name)
    return builders.bundle(entity=card, targets=(target,), measures=(measure,))


def not_filed() -> Bundle:
    """No return: every value missing."""
    return builders.bundle(
        filed=False, record=record(dict.fromkeys(builders.VALUES, (None,) * 6)),
        assessment=Assessment(reason="not_filed"), findings=(),
    )  # fmt: skip


def without(code: str) -> Bundle:
    """One variable not returned in the year evaluated."""
    return builders.bundle(record=record({code: (*builders.VALUES[code][:5], None)}))


def record(changed: dict[str, tuple[float | None, ...]]) -> Record:
    found = builders.record()
    state = {
        code: tuple(State.MISSING if v is None else State.PRESENT for v in values)
        for code, values in changed.items()
    }
    return found.model_copy(
        update={"values": {**found.values, **changed}, "state": {**found.state, **state}}
    )


def bare() -> Bundle:
    """A type never seen, with no part that may be empty filled."""
    indicator = {
        "code": "light", "unit": "ratio", "collected": False, "definition": "lit nights per night",
        "source": "none", "tag": "P", "direction": 1, "group": "G", "weight": 1, "role": "scored",
    }  # fmt: skip
    rules = Framework.model_validate(
        {
            "entity_type": "lighthouse", "version": "1", "source": "none", "index": {},
            "groups": {"G": {"code": "G", "weight": 1}}, "order": ["light"],
            "indicators": {"light": indicator},
        }
    )  # fmt: skip
    index = Series(code="INDEX", values=(None,), status=("missing",))
    card = builders.bundle().entity.model_copy(update={"entity_type": "lighthouse", "parents": ()})
    return builders.bundle(
        entity=card, framework=rules, framework_hash=rules.hash, plan={}, peers=None, siblings=(),
        children=(), targets=(), measures=(), findings=(), assessment=Assessment(),
        record=Record(years=(2025,), values={}, state={}, flags={}),
        evaluated=Evaluated(index=index, coverage=(None,)),
    )  # fmt: skip


def computed(bundle: OpenBundle) -> dict[str, Any]:
    """Each step of the method, by the name it has in a notebook."""
    accounts, indicators = desk.compute_accounts(bundle), desk.compute_indicators(bundle)
    scored = desk.apply_missing_rules(bundle, desk.normalise(bundle, indicators), indicators)
    return {
        "accounts": accounts, "indicators": indicators, "scored": scored,
        "result": (result := desk.aggregate(bundle, scored)),
        "parts": desk.decompose(bundle, scored, result),
        "progress": desk.progress_index(bundle, indicators),
        "assessed": desk.assess(bundle, result),
    }  # fmt: skip


TABLES = {
    "page_one": ("result", "progress", "indicators"), "values_table": (),
    "accounts_table": ("accounts",), "indicators_table": ("indicators",),
    "scores_table": ("indicators", "scored"), "total_table": ("assessed",), "weights_table": ("scored", "result", "parts"),
    "results_table": ("indicators", "scored", "result", "parts"), "reported_table": ("indicators",),
    "references_table": ("indicators",),
    "groups_table": ("result",), "progress_table": ("progress",), "peers_table": (),
    "siblings_table": (), "children_table": (), "industries_table": (), "targets_table": (),
    "measures_table": (), "assessment_box": (), "data_quality": ("scored",),
    "method_notes": (), "provenance": (), "standards_table": (), "robustness_table": (),
    "uncertainty_note": (), "statement": (),
}  # fmt: skip
FIGURES = {
    "group_scores": ("result",), "index_trend": ("result", "progress"),
    "headline_trend": ("indicators",), "contributions": ("scored", "result"),
    "target_bars": (), "measures_bars": (), "peer_strip": ("result",), "plan_bars": (),
    "trends": ("indicators", "result", "progress"), "flows": (),
    "progress_chart": ("progress", "parts"), "band_chart": (),
}  # fmt: skip


def all_tables(bundle: OpenBundle) -> dict[str, Fragment]:
    """Every table that the desk lists."""
    return _made(tables, TABLES, bundle)


def all_figures(bundle: OpenBundle) -> dict[str, Fragment]:
    """Every chart that the desk lists."""
    return _made(figures, FIGURES, bundle)


def _made(
    module: Any, wanted: dict[str, tuple[str, ...]], bundle: OpenBundle
) -> dict[str, Fragment]:
    steps = computed(bundle)
    return {
        name: getattr(module, name)(bundle, *(steps[step] for step in needs))
        for name, needs in wanted.items()
    }
