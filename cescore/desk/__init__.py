"""What a notebook imports: the bundle opened, each step of the method as one call, and the page.

`tables` and `figures` show; documents and reviews have their steps in modules of their own.
"""

from cescore.desk import figures, tables
from cescore.desk.assessing import assess
from cescore.desk.conclusion import conclude
from cescore.desk.explaining import explain
from cescore.desk.opening import open_bundle
from cescore.desk.sitting import pick, tell_errors_shortly
from cescore.desk.steps import (
    aggregate,
    apply_missing_rules,
    compute_accounts,
    compute_indicators,
    decompose,
    decompose_progress,
    effective_weights,
    normalise,
    progress_index,
)
from cescore.desk.worked import worked
from cescore.disclosure.documents.opened import OpenBundle

__all__ = [
    "OpenBundle",
    "aggregate",
    "apply_missing_rules",
    "assess",
    "compute_accounts",
    "compute_indicators",
    "conclude",
    "decompose",
    "decompose_progress",
    "effective_weights",
    "explain",
    "figures",
    "normalise",
    "open_bundle",
    "pick",
    "progress_index",
    "tables",
    "worked",
]

tell_errors_shortly()
