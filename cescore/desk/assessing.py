"""The last steps of the method: from the index to the total, and from the total to the grade."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.released.covered_measures import credits_withheld
from cescore.method.grading.assessment import Assessment, reassess
from cescore.method.grading.measures import measure_points
from cescore.method.grading.parts import target_part
from cescore.method.index.aggregate import Aggregation
from cescore.method.index.coverage import covers_enough


def assess(bundle: OpenBundle, result: Aggregation) -> Assessment:
    """Parts, total and grade of the year: T = Σ w_k p_k / Σ w_k, and the grade of the plan's bands.

    The parts are the index found here on 0-100, the mean points of the targets and the mean credit of
    the checks [0-100], both from the lines of the bundle. Weights, bands, vetoes and extra points are
    those of the assessment. Where a part is withheld from the report's readers there is nothing to
    sum, and the assessment stays as it was evaluated.
    """
    data, found = bundle.data, bundle.data.assessment
    if any(found.parts.get(part) is None for part in found.weights):
        return found
    parts = dict(found.parts)
    if "targets" in found.weights:
        parts["targets"] = target_part(data.targets)
    points = measure_points(data.measures)
    if "measures" in found.weights and points is not None and not credits_withheld(data.measures):
        parts["measures"] = 100 * points
    place = data.record.years.index(bundle.year)
    index = float(result.index.values[0, place])
    again = reassess(
        replace(found, parts=parts),
        index=None if np.isnan(index) else index,
        scale=bundle.framework.scale,
        is_covered=covers_enough(float(result.coverage[0, place]), bundle.framework.missing),
        targets=data.targets,
        measures=data.measures,
    )
    return _with_its_veto(again, found)


def _with_its_veto(again: Assessment, found: Assessment) -> Assessment:
    """The grade that a standing veto led to, where the total is the one it was applied to."""
    totals = again.total, found.total
    if again.reason != "veto_standing" or None in totals:
        return again
    is_same = math.isclose(again.total or 0.0, found.total or 0.0, rel_tol=1e-9)
    return replace(found, parts=again.parts, total=again.total) if is_same else again
