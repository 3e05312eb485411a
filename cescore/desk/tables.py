"""The tables of a report: each function takes the opened bundle and gives a piece of the page.

None fails on an empty part of a bundle: it says in a sentence that there is nothing to show, or
gives nothing at all where a section does not concern the entity. Here they stand together, as
notebooks call them; each module holds those that show one thing.
"""

from cescore.publish.pages.scorecard.colophon import method_notes, provenance
from cescore.publish.pages.scorecard.firmness import (
    robustness_table,
    standards_table,
    uncertainty_note,
)
from cescore.publish.pages.scorecard.measures import measures_table
from cescore.publish.pages.scorecard.page_one import page_one
from cescore.publish.pages.scorecard.peers import (
    children_table,
    industries_table,
    peers_table,
    siblings_table,
)
from cescore.publish.pages.scorecard.plan import assessment_box, targets_table
from cescore.publish.pages.scorecard.prose import statement
from cescore.publish.pages.scorecard.quality import data_quality
from cescore.publish.pages.scorecard.references import references_table
from cescore.publish.pages.scorecard.results import progress_table, reported_table, results_table
from cescore.publish.pages.scorecard.returned import accounts_table, values_table
from cescore.publish.pages.scorecard.sections import SECTIONS, contents, heading
from cescore.publish.pages.scorecard.steps import (
    groups_table,
    indicators_table,
    scores_table,
    total_table,
    weights_table,
)

__all__ = [
    "SECTIONS",
    "accounts_table",
    "assessment_box",
    "children_table",
    "contents",
    "data_quality",
    "groups_table",
    "heading",
    "indicators_table",
    "industries_table",
    "measures_table",
    "method_notes",
    "page_one",
    "peers_table",
    "progress_table",
    "provenance",
    "references_table",
    "reported_table",
    "results_table",
    "robustness_table",
    "scores_table",
    "siblings_table",
    "standards_table",
    "statement",
    "targets_table",
    "total_table",
    "uncertainty_note",
    "values_table",
    "weights_table",
]
