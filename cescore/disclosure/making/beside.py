"""What a return is worth under a further framework: shown beside the official one, never graded."""

from __future__ import annotations

from cescore.disclosure.documents.bundle import BesideCard, BesideGroup
from cescore.method.column import State
from cescore.method.index.evaluation import TypeEvaluation

WEAKEST_LAST = "SVCMP"


def beside_card(evaluation: TypeEvaluation, entity_id: str, year: int) -> BesideCard:
    """The index and its topmost groups in the year evaluated."""
    framework = evaluation.framework
    row, j = evaluation.panel.row(entity_id), evaluation.panel.year_position(year)
    whole = sum(weight for _, weight in framework.members(""))
    stands = bool(evaluation.stands[row, j])
    index = evaluation.aggregation.index
    return BesideCard(
        id=framework.id,
        zh=framework.zh,
        en=framework.en,
        source=framework.source,
        version=framework.version,
        hash=framework.hash,
        index_code=framework.index.code,
        floor=framework.scale.floor,
        top=framework.scale.top,
        value=float(index.values[row, j]) if stands else None,
        status=str(evaluation.index_status[row, j]),
        coverage=float(evaluation.aggregation.coverage[row, j]),
        tag=_weakest(evaluation, year),
        groups=tuple(
            BesideGroup(
                code=code,
                zh=framework.groups[code].zh,
                en=framework.groups[code].en,
                weight=weight / whole,
                value=_number(evaluation, code, row, j),
            )
            for code, weight in framework.members("")
        ),
    )


def _number(evaluation: TypeEvaluation, code: str, row: int, j: int) -> float | None:
    column = evaluation.aggregation.groups.column(code)
    return float(column.values[row, j]) if column.state[row, j] == State.PRESENT else None


def _weakest(evaluation: TypeEvaluation, year: int) -> str:
    """The tag that an index deserves which stands on all of these."""
    tags = [indicator.tag for indicator in evaluation.framework.scored()]
    posts = [indicator.goalposts_in(year) for indicator in evaluation.framework.scored()]
    return max([*tags, *(p.tag for p in posts if p is not None)], key=WEAKEST_LAST.index)
