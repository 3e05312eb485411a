"""The page that a run ends with: index.html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cescore.publish.pages.index.page import index_page
from cescore.run.contents import Contents
from cescore.run.job import Outcome
from cescore.run.store import INDEX_PAGE, Store, write_atomically

if TYPE_CHECKING:
    from cescore.evaluation.yearly import YearlyEvaluation


def write_index_page(
    store: Store,
    yearly: YearlyEvaluation,
    results: pd.DataFrame,
    outcomes: Mapping[str, Outcome],
    lang: str,
    tables: Sequence[str],
) -> None:
    """Write index.html: every entity of the year, by type; every document; what is to be looked at."""
    page = Contents(store, yearly, results, outcomes, lang).page(tables)
    write_atomically(store.folder / INDEX_PAGE, index_page(page).encode())
