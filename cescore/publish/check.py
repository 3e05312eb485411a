"""Is it what it must be: the notebook's numbers against the evaluation, the PDF against its bundle.

Nothing is mended here; each function says what is wrong, and the report fails.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from cescore.disclosure.documents.bundle import Bundle, Series
from cescore.method.grading.assessment import Assessment
from cescore.method.index.contributions import Contribution
from cescore.publish.fragment import clean

# of what a notebook concludes, whatever it is that it prints; notebooks of other languages write it too
CONCLUSION_MIME = "application/vnd.cescore.index+json"
TOLERANCE = 1e-9  # relative
LONGEST_QUOTED = 80  # characters of a text in a message
RIGHT_TO_LEFT = {"R", "AL"}
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
        The conclusion is not one that `cescore.desk.conclusion.conclude` made.
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
    if "assessment" in found:
        odd += _assessment_compared(found["assessment"], bundle.assessment)
    return odd


def _assessment_compared(found: Mapping[str, Any], expected: Assessment) -> list[str]:
    """Total and grade."""
    odd = []
    if not _is_same(found["total"], expected.total):
        total = _shown(expected.total)
        odd.append(f"total: the notebook finds {_shown(found['total'])}, the evaluation {total}")
    if found["grade"] != expected.grade_zh:
        grade = expected.grade_zh
        odd.append(f"grade: the notebook finds {found['grade']!r}, the evaluation {grade!r}")
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


def problems_of(
    pages: Sequence[str],
    wanted: Mapping[str, Iterable[str]],
    own: Callable[[], Iterable[str]] = tuple,
    first: Collection[str] = ("name", "code"),
) -> list[str]:
    """What a finished PDF lacks or must not show.

    Parameters
    ----------
    pages
        Text by page.
    wanted
        What each expected text is called -> texts of which one must be there. Blanks do not
        count: lines break, and readers put spaces between Han and Latin.
    own
        Texts of the data themselves, asked for only where something seems to leak: an entity may
        be called NaN.
    first
        Which of them must stand on page one: whose report it is.
    """
    if not pages:
        return ["no page"]
    text = "\n".join(pages)
    packed, on_page_one = without_blanks(text), without_blanks(pages[0])
    lacking = [
        f"{what} is not printed{' on page one' if what in first else ''}"
        f" ({' / '.join(shortened(one) for one in texts)})"
        for what, texts in ((what, list(texts)) for what, texts in wanted.items())
        if not any(_stands_in(one, on_page_one if what in first else packed) for one in texts)
    ]
    return lacking + [f"{name!r} is printed" for name in leaks_in(text, own)]


def leaks_in(text: str, own: Callable[[], Iterable[str]] = tuple) -> list[str]:
    """What has leaked from a notebook into a text, the data's own texts apart."""
    found = [name for name, pattern in LEAKS.items() if pattern.search(text)]
    if not found:
        return []
    rest = text
    for one in sorted(set(own()), key=len, reverse=True):
        letters = r"\s*".join(map(re.escape, "".join(one.split())))
        rest = re.sub(letters, " ", rest)
    return [name for name in found if LEAKS[name].search(rest)]


def own_texts(data: BaseModel) -> list[str]:
    """The texts of a bundle or document that look like a leak and are none: names and notes."""
    return [
        clean(one)
        for one in _strings(data.model_dump(mode="json"))
        if any(pattern.search(one) for pattern in LEAKS.values())
    ]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _strings(key)
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


def shortened(text: str) -> str:
    """A text short enough to stand in a message."""
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"


def _stands_in(text: str, packed: str) -> bool:
    """Whether a text stands in the packed text of a page. What is written from right to left may
    be stored in either order, so its pieces are looked for one by one."""
    whole = without_blanks(text)
    if whole in packed:
        return True
    pieces = list(_one_way(whole))
    return len(pieces) > 1 and all(p in packed or p[::-1] in packed for p in pieces)


def _one_way(text: str) -> Iterator[str]:
    """The runs of a text that are written in one direction; none where all run left to right."""
    kinds = [unicodedata.bidirectional(c) in RIGHT_TO_LEFT for c in text]
    if any(kinds):
        for _, run in groupby(zip(kinds, text, strict=True), key=lambda pair: pair[0]):
            yield "".join(c for _, c in run)
        yield ""  # one run alone may be reversed as well


def without_blanks(text: str) -> str:
    """A text for comparison: without blanks and joiners, in compatible forms."""
    whole = "".join(unicodedata.normalize("NFKC", text).split())
    joiners = {ord(c): None for c in set(whole) if unicodedata.category(c) == "Cf"}
    return whole.translate(joiners) if joiners else whole
