"""How WeasyPrint works out values of styles and of drawings, the usual case without what only unusual ones
ask: the same bytes, sooner.

Part of the changes of `cescore.publish.printing.internals`: values that a style does not state, sizes
in drawings.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any
# (the functions replaced have no types)
from __future__ import annotations

from functools import lru_cache

from cescore.publish.printing.library_change import LibraryChange, everywhere

MOST_SIZES = (
    5000  # of a drawing's attributes that are kept; a report has some hundred different ones
)
# Which values follow from others, beside the decorations of a text.
ENTANGLED = frozenset(["display", "float", "page", "position"])


def _unstated_values() -> list[LibraryChange]:
    """A value that no rule states is the parent's or the one to begin with: three in four of those
    that are asked for. What rules may state under another name (``margin-inline-start``), what is
    computed, and a sum with percentages, which the library looks through once more, go the old way."""
    from weasyprint.css import ComputedStyle
    from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
    from weasyprint.css.functions import check_math
    from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

    plain = ComputedStyle.__missing__
    plain_kinds = frozenset([str, int, float])
    other_names = frozenset(
        function(block="ttb", inline=inline)
        for function in PHYSICAL_FUNCTIONS.values()
        for inline in ("ltr", "rtl")
    )
    begun_with = {
        key: value
        for key, value in INITIAL_VALUES.items()
        if key not in INHERITED
        and key not in INITIAL_NOT_COMPUTED
        and key not in ENTANGLED
        and not key.startswith("text_decoration_")
        and not check_math(value)
    }

    def has_other_names(style):
        """Whether a rule states a value by the direction that is written in; kept with the style."""
        try:
            return style._has_other_names
        except AttributeError:
            style._has_other_names = answer = not other_names.isdisjoint(style.cascaded)
            return answer

    def missing(self, key):
        if key in self.cascaded or (key in PHYSICAL_FUNCTIONS and has_other_names(self)):
            return plain(self, key)
        if key in begun_with:
            self[key] = value = begun_with[key]
            return value
        if self.parent_style is None or key not in INHERITED or key.startswith("text_decoration_"):
            return plain(self, key)
        value = self.parent_style[key]
        if type(value) not in plain_kinds and check_math(value):
            return plain(self, key)
        self[key] = value
        return value

    return [LibraryChange(ComputedStyle, "__missing__", missing)]


def _sizes_of_drawings() -> list[LibraryChange]:
    """A size or list of numbers in a drawing follows from its text and what it is relative to."""
    from weasyprint.svg import utils

    kept = lru_cache(maxsize=MOST_SIZES)
    return [
        *everywhere(utils, "size", kept(utils.size)),
        *everywhere(utils, "normalize", kept(utils.normalize)),
    ]


VALUE_CHANGES = (_unstated_values, _sizes_of_drawings)
