"""Which rules match an element, asked once of all elements of one kind in one place.

Nearly all rules ask what an element and those that hold it are called, and which attributes they have:
the same for every cell of a table. Rules that ask for more (the first of its siblings, what is before
it, whether it is empty) are asked of each element that they may concern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from types import CodeType
from typing import Any

# What a compiled selector may look at without looking beyond an element, its attributes and those
# that hold it; cssselect2 makes a function of each selector, whose names tell.
STEADY = frozenset(
    [
        "ancestors",
        "any",
        "attrib",
        "classes",
        "etree_element",
        "get",
        "id",
        "in_html_document",
        "local_name",
        "lower",
        "namespace_url",
        "next",
        "parent",
        "startswith",
        "tag",
    ]
)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
Match = tuple[Any, int, Any, Any]  # specificity, order, pseudo-element, declarations
Entry = tuple[Any, Any, int, Any, Any]  # a test before the same


@dataclass
class TreePlace:
    """Elements of one tag and the same attributes within elements of one place."""

    matched: Sequence[list[Match]] = ()  # by sheet
    open: Sequence[list[Entry]] = ()  # by sheet: rules to be asked of each element
    is_open: bool = False
    styles: dict[Any, Any] = field(default_factory=dict)  # by what else they follow from
    below: dict[Any, TreePlace] = field(default_factory=dict)

    def matches(self, element: Any) -> Sequence[list[Match]]:
        """All that match an element of this place, by sheet, in order."""
        if not self.is_open:
            return self.matched
        found = []
        for steady, entries in zip(self.matched, self.open, strict=True):
            more = _asked(element, entries) if entries else None
            found.append(sorted((*steady, *more), key=_order) if more else steady)
        return found


@dataclass(frozen=True)
class Matching:
    """The rules of some sheets, apart by whether an element's place tells if they match."""

    matchers: Sequence[Any]
    steady: frozenset[tuple[int, int]]  # sheet, order
    top: TreePlace = field(default_factory=TreePlace)

    @classmethod
    def of(cls, matchers: Sequence[Any]) -> Matching:
        """Of the matchers of sheets."""
        steady = (
            (number, entry[2])
            for number, matcher in enumerate(matchers)
            for entry in _entries(matcher)
            if _names(entry[0].__code__) <= STEADY
        )
        return cls(tuple(matchers), frozenset(steady))

    def place(self, above: TreePlace, node: Any, wrapped: Callable[[Any], Any]) -> TreePlace:
        """Where an element stands, which is worked out for the first of its kind.

        ``wrapped``: gives an element as rules are asked of it.
        """
        kind = node.tag, tuple(node.attrib.items())
        known = above.below.get(kind)
        if known is None:
            known = above.below[kind] = self._new_place(wrapped(node))
        return known

    def _new_place(self, element: Any) -> TreePlace:
        asked = [list(_concerning(matcher, element)) for matcher in self.matchers]
        place = TreePlace(
            [
                sorted(
                    _asked(element, (e for e in entries if (n, e[2]) in self.steady)), key=_order
                )
                for n, entries in enumerate(asked)
            ],
            [
                [e for e in entries if (n, e[2]) not in self.steady]
                for n, entries in enumerate(asked)
            ],
        )
        place.is_open = any(place.open)
        return place


def _order(match: Match) -> Any:
    return match[:2]


def _asked(element: Any, entries: Iterable[Entry]) -> list[Match]:
    return [tuple(entry[1:]) for entry in entries if entry[0](element)]


def _entries(matcher: Any) -> Iterator[Entry]:
    """All rules of a matcher."""
    for kept in (
        matcher.id_selectors,
        matcher.class_selectors,
        matcher.lower_local_name_selectors,
        matcher.namespace_selectors,
    ):
        for entries in kept.values():
            yield from entries
    yield from matcher.lang_attr_selectors
    yield from matcher.other_selectors


def _concerning(matcher: Any, element: Any) -> Iterator[Entry]:
    """The rules that `cssselect2.Matcher.match` asks of an element, in its order."""
    if element.id is not None:
        yield from matcher.id_selectors.get(element.id, ())
    for name in element.classes:
        yield from matcher.class_selectors.get(name, ())
    yield from matcher.lower_local_name_selectors.get(element.local_name.translate(_LOWER), ())
    yield from matcher.namespace_selectors.get(element.namespace_url, ())
    if "lang" in element.etree_element.attrib:
        yield from matcher.lang_attr_selectors
    yield from matcher.other_selectors


def _names(code: CodeType) -> set[str]:
    """What a compiled selector looks at, within its parts too."""
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*map(_names, inner))
