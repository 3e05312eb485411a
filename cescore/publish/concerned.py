"""Which sections of a page concern a workspace and its kind of entity at all."""

from __future__ import annotations

from cescore.publish.view import View


def concerns(view: View, key: str) -> bool:
    """Whether a workspace and its kind of entity know a section at all; where not, neither heading
    nor sentence stands on the page."""
    data, grade = view.data, view.data.assessment
    known = {
        "standards": bool(data.standards or data.beside),
        "flows": bool(data.flows) and data.filed,
        "progress": view.bundle.framework.progress is not None,
        "peers": bool(data.peers or data.siblings or data.children or data.industries),
        "plan": bool(data.plan.id or data.targets or data.measures),
        "assessment": bool(data.plan.id or grade.parts or grade.vetoes or grade.graded),
    }
    return known.get(key, True)
