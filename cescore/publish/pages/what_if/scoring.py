"""The part of the what-if page's data that indicators, scores, groups and index are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.model import ALONG_ROW, Account, Framework, Indicator
from cescore.disclosure.documents.opened import OpenBundle
from cescore.method.column import Column, State
from cescore.method.index.fitting import method_of
from cescore.method.index.missing import CASES
from cescore.method.index.normalisations import ON_ENDS
from cescore.method.index.normalise import ends_in
from cescore.method.index.preparing import ROW_HIGH, ROW_LOW, learnt_fills
from cescore.method.index.tables import looked_up
from cescore.publish.pages.what_if.needed import NeededCodes

Json = dict[str, Any]
Constants = Mapping[int, Mapping[str, float]]  # year -> name -> value


def scoring_model(opened: OpenBundle, needed: NeededCodes) -> Json:
    """Everything from the record to the index and the progress index, as plain data by year's place.

    Parameters
    ----------
    opened
        The entity's bundle.
    needed
        The codes that the page holds.
    """
    framework, years = opened.framework, opened.record.years
    base = years.index(opened.base_year) if opened.base_year in years else -1
    return {
        "years": years,
        "year": years.index(opened.year),
        "baseYear": base,
        "scale": framework.scale.model_dump(),
        "record": {code: column_of(opened.record.column(code)) for code in needed.variables},
        "knownOtherwise": _known_otherwise(opened, needed.variables),
        "order": needed.order,
        "computed": dict(_computed(opened, needed.order)),
        "indicators": {i.code: _indicator(i, opened) for i in framework.scored()},
        "groups": _groups(framework),
        "members": {
            whole: [code for code, _ in framework.members(whole)]
            for whole in ("", *framework.groups)
        },
        "weights": {
            **{group.code: group.weight for group in framework.groups.values()},
            **{indicator.code: indicator.weight for indicator in framework.scored()},
        },
        "index": dict(zip(("mean", "power"), framework.mean_of(""), strict=True)),
        "missing": _missing(framework),
        "nowhere": _by_place(opened.fitted.nowhere, years),
        "withheld": _withheld(opened),
        "progress": _progress(framework),
        "isForStatisticsAlone": opened.data.is_for_statistics_alone,
    }


def column_of(column: Column) -> Json:
    """One entity's column as lists by year; None wherever there is no number."""
    values = [
        None if state != State.PRESENT else value
        for value, state in zip(column.values[0].tolist(), column.state[0].tolist(), strict=True)
    ]
    return {"v": values, "s": column.state[0].tolist(), "f": column.flags[0].tolist()}


def _known_otherwise(opened: OpenBundle, on_page: Sequence[str]) -> bool:
    """Whether something that the page does not hold is known of the entity in the year."""
    record, at = opened.record, opened.record.year_position(opened.year)
    others = (record.column(code) for code in record.columns if code not in on_page)
    texts = (text[0, at] for text in record.codes.values())
    return any(column.state[0, at] != State.MISSING for column in others) or any(texts)


def _computed(opened: OpenBundle, order: Sequence[str]) -> Iterator[tuple[str, Json]]:
    framework = opened.framework
    for code in order:
        computed = framework.accounts.get(code) or framework.indicators[code]
        expression = computed.expression if computed.collected else None
        names = expression.names if expression else ()
        yield (
            code,
            {
                "uses": [name for name in names if name not in framework.factors],
                "summed": getattr(computed, "summed", False),
                "latest": getattr(computed, "latest_within", 0),
                "table": _table(computed, opened),
            },
        )


def _table(computed: Account | Indicator, opened: OpenBundle) -> Json | None:
    """The column of an account whose value stands in a table; None of any other."""
    if not isinstance(computed, Account) or not computed.by:
        return None
    return column_of(looked_up(computed, opened.record))


def _indicator(indicator: Indicator, opened: OpenBundle) -> Json:
    """How one indicator's values become scores."""
    framework, panel = opened.framework, opened.record
    method = method_of(indicator, framework)
    constants: Constants = opened.fitted.constants.get(indicator.code, {})
    imputation, treatment = framework.imputation_of(indicator), framework.treatment_of(indicator)
    by_year = [dict(constants.get(year, {})) for year in panel.years]
    row = imputation.method in ALONG_ROW
    has_fills = imputation.method != "none" and not row
    return {
        "group": indicator.group,
        "direction": indicator.direction,
        "method": method,
        "ends": [_ends(indicator, opened, year) for year in panel.years]
        if method in ON_ENDS
        else by_year,
        "fills": numbers(learnt_fills(panel, imputation, constants)[0]) if has_fills else None,
        "row": {
            "isMedian": imputation.method.endswith("median"),
            "withinGroup": imputation.by == "group",
        }
        if row
        else None,
        "rowEnds": [_row_ends(indicator, of_year) for of_year in by_year],
        "treatment": {"then": treatment.then, "power": treatment.power, "constants": by_year}
        if treatment.method != "none" and constants
        else None,
    }


def _ends(indicator: Indicator, opened: OpenBundle, year: int) -> Json | None:
    """The entity's own goalposts in a year; None before the first."""
    ends = ends_in(indicator, opened.record, year)
    return None if ends is None else {"worst": float(ends[0][0]), "best": float(ends[1][0])}


def _row_ends(indicator: Indicator, constants: Mapping[str, float]) -> list[float] | None:
    """Worst and best value returned in a year, between which places along a row are counted."""
    if ROW_LOW not in constants:
        return None
    ends = [constants[ROW_LOW], constants[ROW_HIGH]]
    return ends if indicator.direction == 1 else ends[::-1]


def _groups(framework: Framework) -> list[Json]:
    """The groups, each after those below it."""
    general = framework.missing.min_available
    return [
        {
            "code": group.code,
            "parent": group.parent,
            "mean": group.aggregation,
            "power": group.power,
            "least": general if group.min_available is None else group.min_available,
        }
        for group in framework.groups_bottom_up()
    ]


def _missing(framework: Framework) -> Json:
    rules = framework.missing
    return {
        "rules": {case: getattr(rules, case) for case in CASES},
        "minCovered": rules.min_weight_covered,
        "minAvailable": rules.min_available,
        "screenBelow": rules.screen_below,
        "screenNonzeroBelow": rules.screen_nonzero_below,
        "screenBefore": rules.screen_before_imputation,
    }


def _withheld(opened: OpenBundle) -> Json:
    """What is released although it stands on withheld figures, and under which case these fall."""
    released, years = opened.data.released, opened.record.years
    progress = released.progress
    return {
        "computed": {series.code: column_of(series.column()) for series in released.computed},
        "scores": {code: _by_place(cases, years) for code, cases in released.scores.items()},
        "groups": {code: _by_place(values, years) for code, values in released.groups.items()},
        "progress": None
        if progress is None
        else {code: _by_place(values, years) for code, values in progress.items()},
    }


def _progress(framework: Framework) -> Json | None:
    progress = framework.progress
    if progress is None:
        return None
    codes = dict.fromkeys(code for members in progress.members.values() for code in members)
    return {
        "mean": progress.aggregation,
        "groups": [
            {
                "code": group.code,
                "weight": group.weight,
                "mean": group.aggregation,
                "power": group.power,
                "members": list(progress.members.get(group.code, {}).items()),
            }
            for group in progress.groups
        ],
        "members": {
            code: {
                "direction": framework.indicators[code].direction,
                "floor": progress.base_floor.get(code, 0.0),
                "isFromFloor": progress.below_base_floor == "measure_from_floor",
            }
            for code in codes
        },
    }


def _by_place(by_year: Mapping[int, Any], years: Sequence[int]) -> Json:
    """What is known of a year, by the year's place among those of the record."""
    return {f"{years.index(year)}": value for year, value in by_year.items() if year in years}


def numbers(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers for JSON; None for what is none."""
    return [None if np.isnan(value) else value for value in values.tolist()]
