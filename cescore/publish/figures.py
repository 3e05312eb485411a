"""The charts of a report, as notebooks call them: each has one axes, real text, and an alternative
text that holds its numbers. Each module holds those that show one thing."""

from cescore.publish.chart_plan import measures_bars, plan_bars, target_bars
from cescore.publish.chart_scores import contributions, group_scores, peer_strip
from cescore.publish.chart_trends import headline_trend, index_trend, trends
from cescore.publish.flows import flows

__all__ = [
    "contributions",
    "flows",
    "group_scores",
    "headline_trend",
    "index_trend",
    "measures_bars",
    "peer_strip",
    "plan_bars",
    "target_bars",
    "trends",
]
