"""What the notebooks of documents import: the method book and the supervision sheets, opened.

Beside `cescore.desk`, which opens one entity's bundle; here nothing of an entity's returns is read.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cescore.definitions.model import Framework
from cescore.desk import steps
from cescore.desk.conclusion import conclude
from cescore.desk.opening import open_book, open_sheet
from cescore.disclosure.documents.opened import OpenBundle, OpenDocument
from cescore.disclosure.documents.other_documents import MethodBook
from cescore.method.grading.doubts import LEAST_INSPECTED
from cescore.method.grading.schedules import NEARLY
from cescore.method.grading.yardsticks import LEAST_PARTIAL, PARTIAL_SHARE
from cescore.method.index import weight as _weight
from cescore.publish.pages import unit_sheet
from cescore.publish.pages.method_book import page as method_book
from cescore.publish.pages.method_book.page import WorkedExample

__all__ = [
    "CONVENTIONS",
    "OpenDocument",
    "conclude",
    "effective_weights",
    "method_book",
    "open_book",
    "open_sheet",
    "unit_sheet",
    "worked_example",
]

# Shares that the method itself fixes, all of them conventions of this report.
CONVENTIONS: Mapping[str, float] = {
    "nearly": NEARLY,
    "partial_share": PARTIAL_SHARE,
    "least_partial": LEAST_PARTIAL,
    "least_inspected": LEAST_INSPECTED,
}


def worked_example(book: OpenDocument[MethodBook]) -> WorkedExample | None:
    """The book's public body with every step of its evaluation; None where the book has none."""
    data = book.data.illustration.example
    if data is None:
        return None
    bundle = OpenBundle(data=data, hash=data.hash, lang=book.lang, framework=data.framework)
    indicators = steps.compute_indicators(bundle)
    scored = steps.apply_missing_rules(bundle, steps.normalise(bundle, indicators), indicators)
    result = steps.aggregate(bundle, scored)
    return WorkedExample(
        bundle=bundle,
        accounts=steps.compute_accounts(bundle),
        indicators=indicators,
        scored=scored,
        result=result,
        parts=steps.decompose(bundle, scored, result),
        progress=steps.progress_index(bundle, indicators),
    )


def effective_weights(book: OpenDocument[MethodBook]) -> dict[str, dict[str, float]]:
    """Each scored indicator's weight in its index where all others have a value too, by type.

    An indicator that nobody collects takes no part where the framework leaves such out.
    """
    return {framework.entity_type: _weights(framework) for framework in book.data.frameworks}


def _weights(framework: Framework) -> dict[str, float]:
    left_out = framework.missing.not_collected == "exclude"
    active = {
        i.code: np.array([[i.collected or not left_out]], dtype=bool) for i in framework.scored()
    }
    if not active:
        return {}
    found = _weight.effective_weights(framework, active)
    return {code: float(weights[0, 0]) for code, weights in found.items()}
