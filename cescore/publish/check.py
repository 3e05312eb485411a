"""Is it what it must be: the notebook's numbers against the evaluation, the PDF against its bundle.

Nothing is mended here; each function says what is wrong, and the report fails.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cescore.release.bundle import Bundle, Contribution, Series

TOLERANCE = 1e-9  # relative
POINTS = 1e-9  # of contributions: an effect may be a small difference of great ones
# What leaks from notebooks: a prompt, an anchor, a failure, a number that is none.
LEAKS = {
    "Out[": re.compile(r"Out\["),
    "¶": re.compile("¶"),
    "Traceback": re.compile("Traceback"),
    "nan": re.compile(r"(?<![A-Za-z])(?:nan|NaN)(?![A-Za-z])"),
}


def differences(found: Mapping[str, Any], bundle: Bundle) -> list[str]:
    """Where a notebook's conclusion differs from what the evaluation found, in words.

    Raises
    ------
    KeyError
        The conclusion is not one that `cescore.desk.conclude` made.
    """
    evaluated = bundle.evaluated
    years = bundle.record.years
    odd = _compared(evaluated.index.code, found["index"], evaluated.index, years)
    for kind, series in (("groups", evaluated.groups), ("indicators", evaluated.indicators)):
        known = {one.code: one for one in series}
        for code in found.get(kind, {}):
            if code in known:
                odd += _compared(code, found[kind][code], known[code], years)
    if "progress_index" in found and evaluated.progress_index is not None:
        progress = evaluated.progress_index
        odd += _compared(progress.code, found["progress_index"], progress, years)
    for kind in ("contributions", "progress_contributions"):
        if kind in found:
            odd += _parts_compared(found[kind], getattr(evaluated, kind))
    return odd


def _parts_compared(
    found: Mapping[str, Mapping[str, float | None]], expected: Iterable[Contribution]
) -> list[str]:
    """Weights, contributions and contributions to change, number by number."""
    return [
        f"{one.code} {kind}: the notebook finds {_shown(value)},"
        f" the evaluation {_shown(getattr(one, kind))}"
        for one in expected
        for kind, value in found.get(one.code, {}).items()
        if not _is_same(value, getattr(one, kind), points=POINTS)
    ]


def _compared(
    code: str, found: Sequence[float | None], expected: Series, years: Sequence[int]
) -> list[str]:
    pairs = zip(years, found, expected.values, strict=True)
    return [
        f"{code} {year}: the notebook finds {_shown(a)}, the evaluation {_shown(b)}"
        for year, a, b in pairs
        if not _is_same(a, b)
    ]


def _is_same(a: float | None, b: float | None, *, points: float = 1e-12) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=points)


def _shown(value: float | None) -> str:
    return "no value" if value is None else repr(value)


def pdf_text(raw: bytes) -> list[str]:
    """The text of each page of a PDF, as a reader's search would find it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(raw)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def problems_of(pages: Sequence[str], wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """What a finished PDF lacks or must not show.

    Parameters
    ----------
    pages
        Text by page.
    wanted
        What each expected text is called -> texts of which one must be there. Blanks do not
        count: lines break, and readers put spaces between Han and Latin.
    """
    if not pages:
        return ["no page"]
    text = "\n".join(pages)
    packed = _packed(text)
    lacking = [
        f"{what} is not printed ({' / '.join(texts)})"
        for what, texts in ((what, list(texts)) for what, texts in wanted.items())
        if not any(_packed(one) in packed for one in texts)
    ]
    leaking = [f"{name!r} is printed" for name, pattern in LEAKS.items() if pattern.search(text)]
    return lacking + leaking


def _packed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
