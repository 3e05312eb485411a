"""The charts of a report, as notebooks call them: each has one plain axes or two, real text, and an alternative
text that holds its numbers. Each module holds those that show one thing."""

from cescore.publish.chart_band import band_chart
from cescore.publish.chart_plan import measures_bars, plan_bars, target_bars
from cescore.publish.chart_progress import progress_chart
from cescore.publish.chart_scores import contributions, group_scores, peer_strip
from cescore.publish.chart_trends import headline_trend, index_trend, trends
from cescore.publish.flows import flows

__all__ = [
    "band_chart",
    "contributions",
    "flows",
    "group_scores",
    "headline_trend",
    "index_trend",
    "measures_bars",
    "peer_strip",
    "plan_bars",
    "progress_chart",
    "target_bars",
    "trends",
]
