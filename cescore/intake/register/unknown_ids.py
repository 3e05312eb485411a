"""What is said of an id that the register does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cescore.intake.notation import nearest
from cescore.intake.wording import Value, shortened

CodeAndValues = tuple[str, dict[str, Value]]  # code of the finding and its values


def unknown_id(
    text: str, known: Iterable[str], meant: Callable[[str, Iterable[str]], str] = nearest
) -> CodeAndValues:
    """Code and values of the finding: zeros that a spreadsheet dropped, else with the nearest id.

    ``meant`` finds the nearest, where it is looked for otherwise.
    """
    ids = tuple(known)
    whole = with_its_zeros(text, ids)
    if whole:
        return "leading_zeros_lost", {"text": shortened(text), "whole": whole}
    return "unknown_entity", {"text": shortened(text), "near": meant(text, ids)}


def with_its_zeros(text: str, known: Iterable[str]) -> str:
    """The one known number that differs by zeros in front alone; "" where there is none, or several.

    Examples
    --------
    >>> with_its_zeros("7", ["007", "070"])
    '007'
    """
    if not _is_number(text):
        return ""
    bare = text.lstrip("0")
    alike = [word for word in known if _is_number(word) and word.lstrip("0") == bare]
    return alike[0] if len(alike) == 1 else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
