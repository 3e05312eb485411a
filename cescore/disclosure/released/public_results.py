"""The rows of results.csv of a body as everybody may read them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cescore.evaluation.yearly import entity_targets

if TYPE_CHECKING:
    import pandas as pd

    from cescore.disclosure.released.gate import Gate
    from cescore.intake.register.entities import Entity


def public_results(gate: Gate, entity: Entity) -> pd.DataFrame | None:
    """What the ledger releases of a body, as rows of results.csv; None where it withholds nothing.

    The same rows in the same order as in the bureau's table, each worked out from released figures:
    a withheld one has no value and the status ``suppressed``, and so has what stands on it.
    """
    entity_id, yearly = entity.entity_id, gate.yearly
    view = gate.view(entity_id)
    if view is None:
        return None
    plan = yearly.workspace.definitions.plan
    targets = yearly.targets.get(entity_id)
    assessment = yearly.assessments.get(entity_id)
    own = replace(
        yearly,
        evaluations={entity.entity_type: view.evaluation},
        targets={} if plan is None or targets is None
        else {entity_id: entity_targets(plan, view.evaluation, entity_id)},
        measures={entity_id: gate.measures(entity_id)},
        assessments={} if assessment is None
        else {entity_id: gate.assessment(entity_id, assessment, yearly.year)},
    )  # fmt: skip
    rows = own.results()
    return rows[rows["entity_id"] == entity_id].reset_index(drop=True)
