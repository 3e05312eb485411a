"""The charts of a report, as notebooks call them: each has one plain axes or two, real text, and an alternative
text that holds its numbers. Each module holds those that show one thing."""

from cescore.publish.charts.band import band_chart
from cescore.publish.charts.flows import flows
from cescore.publish.charts.plan_bars import measures_bars, plan_bars, target_bars
from cescore.publish.charts.progress import progress_chart
from cescore.publish.charts.scores import contributions, group_scores, peer_strip
from cescore.publish.charts.trends import headline_trend, index_trend, trends

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
