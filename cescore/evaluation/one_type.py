"""One type of a year evaluated whole under any framework: index, totals and grades of all its entities."""

from __future__ import annotations

from dataclasses import replace

from cescore.definitions.model import Framework
from cescore.evaluation.yearly import YearlyEvaluation, evaluate_workspace
from cescore.intake.workspace import Workspace


def evaluate_type(workspace: Workspace, framework: Framework) -> YearlyEvaluation:
    """The year with nothing but the framework's type in it, evaluated under that framework.

    Constants and weights that the framework learns are learnt anew. Totals, targets and grades are
    worked out for an entity when somebody asks. Blocked entities are not in it.

    Raises
    ------
    MethodError
        The framework cannot be learnt from these entities; see `cescore.method.index.evaluation.evaluate`.
    """
    alone = {framework.entity_type: framework}
    definitions = replace(workspace.definitions, frameworks=alone)
    return evaluate_workspace(replace(workspace, definitions=definitions))
