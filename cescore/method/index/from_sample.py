"""Which scores stand on reference values of the synthetic sample, so that no real body is failed by them.

References
----------
None: that such a score leaves the grade of a real body provisional is a convention of ours [P].
"""

from __future__ import annotations

from cescore.definitions.frameworks.order import closure
from cescore.definitions.industry_mix import is_mix
from cescore.definitions.model import Framework, Goalposts, Indicator
from cescore.method.column import Panel, State
from cescore.method.index.evaluation import TypeEvaluation


def scores_from_sample(evaluation: TypeEvaluation, entity_id: str, year: int) -> int:
    """How many scores of a body stand on reference values of the sample in a year; 0 of a made-up body.

    A score does where the ends of its scale are marked ``from_sample`` for the year, or where its
    formula, through whatever accounts, uses a table whose line for the body's product is. Indicators
    without a value, or without weight, make no score and are not counted.

    Parameters
    ----------
    evaluation
        Of the body's type, with its panel (attributes ``is_synthetic`` and ``industry``, codes).
    """
    panel, framework = evaluation.panel, evaluation.framework
    row, at = panel.row(entity_id), panel.year_position(year)
    if panel.attribute("is_synthetic", row) == "true":
        return 0
    return sum(
        1
        for indicator in framework.scored()
        if indicator.weight
        and evaluation.indicators.column(indicator.code).state[row, at] == State.PRESENT
        and _is_from_sample(indicator, framework, panel, row, year)
    )


def _is_from_sample(
    indicator: Indicator, framework: Framework, panel: Panel, row: int, year: int
) -> bool:
    posts = indicator.goalposts_in(year)
    industry = panel.attribute("industry", row)
    if posts is not None and (posts.from_sample or _is_mixed_by_sample(posts, industry)):
        return True
    used = closure([indicator.code], framework.expressions, own=True)
    tables = [account for code, account in framework.accounts.items() if code in used]
    return any(
        table.is_from_sample(_word(table.by, panel, row, panel.year_position(year)), industry)
        for table in tables
        if table.by
    )


def _is_mixed_by_sample(posts: Goalposts, industry: str) -> bool:
    """Whether the ends of a body of several industries are mixed by amounts of the sample."""
    amounts = posts.mixed_by
    return amounts is not None and amounts.from_sample and is_mix(industry)


def _word(by: str, panel: Panel, row: int, at: int) -> str:
    """What an entity says for a table in a year, "" where it says nothing."""
    if by in panel.attributes:
        return panel.attributes[by][row]
    text = panel.codes[by][row, at] if by in panel.codes else None
    return str(text) if text else ""
