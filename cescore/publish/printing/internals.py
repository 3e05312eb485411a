"""WeasyPrint's own steps, each done once where it does them again and again: the same bytes, sooner.

A page of a report is a few hundred texts, styles and lines, most of them many times over, and
WeasyPrint works each out anew. Here, for lines and blocks in `internals_of_layout`, for files in
`internals_of_files` and for values in `internals_of_values`, stand all changes to its
inner functions: each replaces one function by another of equal result, says why it is equal, and is
taken back when a page is done. They were read in the versions that `cescore.publish.printing.faster` names and are applied to those
alone; a test prints every kind of page both ways and compares the files.

What is kept between two pages of a process stands in a `Memory`, one for each stylesheet.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any
# (the functions replaced have no types)
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, floor, inf
from types import SimpleNamespace
from typing import Any

from cescore.publish.printing.internals_of_files import FILE_CHANGES
from cescore.publish.printing.internals_of_layout import LAYOUT_CHANGES
from cescore.publish.printing.internals_of_values import VALUE_CHANGES
from cescore.publish.printing.library_change import LibraryChange, everywhere
from cescore.publish.printing.matching import Matching, TreePlace
from cescore.publish.printing.signs import (
    SIGNS,
    DrawnText,
    Figures,
    Glyph,
    figures_of,
    is_figure,
)

# Characters after which WeasyPrint looks at a text otherwise: breaks, tabs, soft hyphens.
UNUSUAL = frozenset("\n\t\r\f\v\xad\x85\u2028\u2029")
# Where a style says more than itself, in small letters: sizes of the page, leaders, notes.
PAGE_SIZES = re.compile(r"\dp?v(?:w|h|i|b|min|max)\b")
LEADERS, NOTES = "leader(", ("footnote", "note(", "note-")
TO_UNITS = 1024  # of pango, to a pixel
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
USED = (
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom")),
    *(f"border_{side}_width" for side in ("left", "right", "top", "bottom")),
    "width", "min_width", "max_width", "height", "min_height", "max_height",
)  # fmt: skip


@dataclass
class Memory:
    """What pages of one stylesheet have in common, as far as it was met: no page's own figures but
    in the process that printed it."""

    measured: dict[Any, Any] = field(default_factory=dict)
    broken: dict[Any, list[Any]] = field(default_factory=dict)
    drawn: dict[Any, DrawnText] = field(default_factory=dict)
    figures: dict[Any, Figures | None] = field(default_factory=dict)
    styles: dict[Any, tuple[dict[Any, Any], Matching]] = field(default_factory=dict)
    page_styles: dict[Any, tuple[Any, dict[Any, Any]]] = field(default_factory=dict)

    def forget(self) -> None:
        """Start anew: after a page that the printer had something to say of, which it would say again."""
        for kept in (
            self.measured, self.broken, self.drawn, self.figures, self.styles, self.page_styles,
        ):  # fmt: skip
            kept.clear()


@dataclass(frozen=True)
class PageAtHand:
    """The page that is being printed: its fonts, what is remembered, and whether styles may be."""

    fonts: Any
    memory: Memory
    keeps_styles: bool


_pages: list[PageAtHand] = []  # the innermost is the one at hand
_learning: list[None] = []  # not empty while pages are printed that many others follow


@contextmanager
def learning() -> Iterator[None]:
    """Look into what costs more than it saves on one page while the block runs."""
    _learning.append(None)
    try:
        yield
    finally:
        _learning.pop()


@contextmanager
def page_at_hand(fonts: Any, memory: Memory, texts: tuple[str, ...]) -> Iterator[None]:
    """Print with the changes while the block runs; afterwards the library is as it was.

    Parameters
    ----------
    texts
        The page and its stylesheet: styles are kept only where nothing in them looks beyond itself.
    """
    keeps = not any(_looks_beyond(text) for text in texts)
    _pages.append(PageAtHand(fonts, memory, keeps))
    before = [] if len(_pages) > 1 else [_replaced(change) for change in changes()]
    try:
        yield
    finally:
        for change, was in reversed(before):
            _restored(change, was)
        _pages.pop()


@lru_cache(maxsize=4)
def _looks_beyond(text: str) -> bool:
    """Whether a page or its stylesheet may hold a style that says more than itself; each is asked when
    it is laid out and when it is written."""
    small = text.lower()
    return LEADERS in small or has_notes(small) or PAGE_SIZES.search(small) is not None


def has_notes(small: str) -> bool:
    """Whether a text in small letters may speak of notes: looked for as they stand, which takes a
    tenth of the time of one expression for all of them."""
    return any(sign in small for sign in NOTES)


_ABSENT = object()


def _replaced(change: LibraryChange) -> tuple[LibraryChange, Any]:
    was = vars(change.owner).get(change.name, _ABSENT)
    setattr(change.owner, change.name, change.value)
    return change, was


def _restored(change: LibraryChange, was: Any) -> None:
    if was is _ABSENT:
        delattr(change.owner, change.name)
    else:
        setattr(change.owner, change.name, was)


@lru_cache(maxsize=1)
def changes() -> tuple[LibraryChange, ...]:
    """All changes, worked out once: where a function was imported by name, each of its places."""
    import weasyprint.draw
    import weasyprint.layout.preferred
    import weasyprint.svg.text  # noqa: F401 - what it imports is replaced as well

    made = (
        _texts, _drawing, _line_heights, _character_ratios, _used_values, _radii, _places_in_the_flow,
        _descendants, _page_names, _margins, _lines_beside_nothing, _backgrounds, _borders, _outlines, _styles,
        _page_styles, _searches, *LAYOUT_CHANGES, *FILE_CHANGES, *VALUE_CHANGES,
    )  # fmt: skip
    return tuple(change for one in made for change in one())


# --- texts: measured and broken once -----------------------------------------------------------


def _text_key(style: Any) -> Any:
    """All of a style that the measure of a text depends on; None where it is out of the ordinary.

    Kept with the style: nothing changes a style once its text is measured.
    """
    try:
        return style._text_key
    except AttributeError:
        style._text_key = key = _new_text_key(style)
        return key


def _new_text_key(style: Any) -> Any:
    from weasyprint.text.line_break import _font_style_cache_key

    is_plain = (
        style["letter_spacing"] in ("normal", 0)
        and not style["word_spacing"]
        and style["text_decoration_line"] == "none"
        and style["font_size"] > 1e-6
        and style["direction"] == "ltr"
    )
    if not is_plain:
        return None
    names = (
        "font_kerning", "overflow_wrap", "word_break", "hyphens", "hyphenate_character",
        "hyphenate_limit_chars", "hyphenate_limit_zone",
    )  # fmt: skip
    how = (style[name] for name in names)
    return (style["white_space"], style["font_size"], _font_style_cache_key(style), *how)


def _texts() -> list[LibraryChange]:
    """A text in a style is measured once, and broken once for each width.

    The measure depends on the text, on what `_text_key` names and on the fonts alone. A text that
    fits is the same line at any width, and what is not the width's is taken from the first time. One that
    is broken is so in the same place in every line that is no wider and holds what fitted.
    What pango has set to measure it is kept until it is drawn, see `_drawing`.
    """
    from weasyprint.text import line_break

    plain, kind = line_break.split_first_line, line_break.Layout
    measuring, creating = line_break.first_line_metrics, line_break.create_layout
    is_one = False  # whether what is asked of pango is a text without paragraphs, tabs and the like

    def split_first_line(
        text, style, context, max_width, justification_spacing, is_line_start=True, minimum=False
    ):
        key = _text_key(style)
        asked = (text, style, context, max_width, justification_spacing, is_line_start, minimum)
        if (
            key is None
            or justification_spacing
            or not text
            or not (UNUSUAL.isdisjoint(text) or text.isspace())
        ):
            return plain(*asked)
        memory = _pages[-1].memory
        white_space, size = key[:2]
        is_unbound = max_width is None or max_width == inf or white_space in ("nowrap", "pre")
        figures = _figures(memory, key, text, style, context)
        # The least that so many characters take is below 0.4 em each: what may fit is measured whole.
        may_fit = figures or is_unbound or len(text) < 3 or len(text) * size * 0.4 <= max_width
        if may_fit and UNUSUAL.isdisjoint(text):
            whole = memory.measured.get((key, text))
            if whole is None and figures:
                length, direction = len(text.encode()), figures.direction
                whole = memory.measured[key, text] = (length, figures.extent(text), direction)
            elif whole is None:
                layout, length, _, *extent = set_to_draw(text, style, context, None, 0)
                if layout.text != text:
                    return plain(*asked)
                whole = memory.measured[key, text] = (
                    length, tuple(extent), layout.first_line_direction,
                )  # fmt: skip
            length, extent, direction = whole
            if is_unbound or extent[0] <= max_width:
                return (_as_laid_out(kind, text, max_width, direction), length, None, *extent)
        answers = memory.broken.setdefault((key, text, is_line_start, minimum), [])
        room = _units(text, max_width)
        for least, most, facts, rest in answers:
            if least <= room <= most:
                return (_as_laid_out(kind, *facts), *rest)
        layout, *rest = set_to_draw(*asked) if UNUSUAL.isdisjoint(text) else plain(*asked)
        facts = (layout.text, layout.max_width, layout.first_line_direction)
        answers.append((_least_room(style, room, rest), room, facts, rest))
        return (layout, *rest)

    def set_to_draw(*asked):
        nonlocal is_one
        is_one = True
        try:
            return plain(*asked)
        finally:
            is_one = False

    def create_layout(*given):
        layout = creating(*given)
        if is_one:  # as it is drawn: to ask for it then has pango set the text once more
            line_break.pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
        return layout

    def first_line_metrics(
        first_line, text, layout, resume_at, space_collapse, style, hyphenated=False, hyphen=None
    ):  # fmt: skip
        pieces = layout.layout, layout.language
        answer = measuring(
            first_line, text, layout, resume_at, space_collapse, style, hyphenated, hyphen
        )
        # what is cut off is set without a width, as it is drawn
        if is_one and not hyphenated and (resume_at or layout.max_width is None):
            _set_texts()[_text_key(style), layout.text] = pieces
        return answer

    return [
        *everywhere(line_break, "split_first_line", split_first_line),
        LibraryChange(line_break, "first_line_metrics", first_line_metrics),
        LibraryChange(line_break, "create_layout", create_layout),
    ]


def _units(text: str, max_width: float) -> float:
    """A width in pango's units, whole as all its measures are; of a line break alone, whether there is any."""
    if text == "\n":
        return 0 if max_width >= 0 else -1
    return floor(max_width * TO_UNITS) if abs(max_width) < inf else max_width


def _least_room(style: Any, room: float, rest: Any) -> float:
    """The least room in which a text is broken as it was in `room`: what fits and is all that does in a
    wider line is so in every line that it fits; where no blank hangs over the end and no word is hyphenated."""
    length, resume_index, width, *_ = rest
    is_greedy = resume_index == length and style["hyphens"] in ("none", "manual")
    return min(room, ceil(width * TO_UNITS)) if is_greedy else room


def _set_texts() -> dict[Any, Any]:
    """What pango has set of the page at hand and was not drawn yet, by style and text."""
    kept: dict[Any, Any] = _pages[-1].fonts.__dict__.setdefault("_set_texts", {})
    return kept


def _figures(memory: Memory, key: Any, text: str, style: Any, context: Any) -> Figures | None:
    """How a style sets figures, if the text is one and every sign of it is known to stand for itself."""
    if not is_figure(text):
        return None
    if _learning and key not in memory.figures:
        memory.figures[key] = figures_of(style, context)
    return memory.figures.get(key)


def _as_laid_out(kind: Any, text: str, max_width: Any, direction: int) -> Any:
    """A layout that has been measured and put away, as WeasyPrint keeps it with a box.

    ``kind``: the library's class of them, looked up once and not for thousands of lines.
    """
    layout = kind.__new__(kind)
    layout.text, layout.max_width, layout.first_line_direction = text, max_width, direction
    layout.justification_spacing = 0
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    return layout


def _line_heights() -> list[LibraryChange]:
    """The height of a line of a style is kept with it, not looked up by a key of twenty values."""
    from weasyprint.text import line_break

    plain = line_break.strut

    def strut(style):
        try:
            return style._strut
        except AttributeError:
            style._strut = height = plain(style)
            return height

    return everywhere(line_break, "strut", strut)


def _character_ratios() -> list[LibraryChange]:
    """Likewise how high an x and how wide a 0 of a style's font are."""
    from weasyprint.text import line_break

    plain = line_break.character_ratio

    def character_ratio(style, unit):
        kept = style.__dict__.setdefault("_ratios", {})
        ratio = kept.get(unit)
        if ratio is None:
            ratio = kept[unit] = plain(style, unit)
        return ratio

    return everywhere(line_break, "character_ratio", character_ratio)


# --- texts: drawn once ------------------------------------------------------------------------


class _NotedWidths:
    """A font's widths of glyphs while a text is drawn: which were used, which were new."""

    def __init__(self, widths: dict[int, float]) -> None:
        self.widths = widths
        self.used: dict[int, tuple[float, float | None]] = {}

    def __contains__(self, glyph: int) -> bool:
        return glyph in self.widths

    def __getitem__(self, glyph: int) -> float:
        width = self.widths[glyph]
        self.used.setdefault(glyph, (width, None))
        return width

    def __setitem__(self, glyph: int, width: float) -> None:
        self.widths[glyph] = width
        self.used.setdefault(glyph, (width, width))


class _Recording:
    """The calls that drawing a text makes on its stream, which go through, and its fonts' glyphs.

    In a trial nothing goes through: neither the page nor its fonts know that a text was drawn.
    """

    CALLS = ("set_font_size", "show_text", "set_text_rise")
    PLACE = "set_text_matrix"  # a text's own, and no part of what it looks like

    def __init__(self, stream: Any, *, is_trial: bool = False) -> None:
        self.stream, self.is_trial = stream, is_trial
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.fonts: dict[int, tuple[Any, dict[int, str], dict[int, float]]] = {}

    def __enter__(self) -> _Recording:
        for name in (self.PLACE, *self.CALLS):
            setattr(self.stream, name, self._noting(name))
        self.stream.add_font = self._noting_font(self.stream.add_font)
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self.PLACE, *self.CALLS, "add_font"):
            delattr(self.stream, name)
        for font, characters, widths in self.fonts.values():
            own, font.to_unicode = font.to_unicode, characters
            if not self.is_trial:
                for glyph, meant in own.items():
                    characters.setdefault(glyph, meant)
            font.noted, font.widths = (own, font.widths.used), widths

    def _noting(self, name: str) -> Callable[..., None]:
        plain = getattr(self.stream, name)

        def noting(*given: Any) -> None:
            if name != self.PLACE:
                self.calls.append((name, given))
            if not self.is_trial:
                plain(*given)

        return noting

    def _noting_font(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def noting(pango_font: Any) -> Any:
            font, size = plain(pango_font)
            if id(font) not in self.fonts:
                self.fonts[id(font)] = font, font.to_unicode, font.widths
                known = {} if self.is_trial else font.widths
                font.to_unicode, font.widths = {}, _NotedWidths(known)
            return font, size

        return noting

    def drawn(self) -> DrawnText | None:
        """What was drawn, if it is the same in every page: no bitmaps, emojis or missing glyphs."""
        keys = {id(font): key for key, font in self.stream._fonts.items()}
        glyphs = []
        for font, *_ in self.fonts.values():
            if font.bitmap or font.missing or font.svg or font.png or font.colr:
                return None
            characters, widths = font.noted
            for glyph, meant in characters.items():
                glyphs.append(Glyph(keys[id(font)], glyph, meant, *widths[glyph]))
        return DrawnText(tuple(self.calls), tuple(glyphs))


def _drawing() -> list[LibraryChange]:
    """A text in a style is turned into glyphs once: later what was written is written again.

    A glyph's characters and its width are those of the first text of a document that shows it, so
    that each text tells its fonts anew; where a font has the glyph with another width (it was first
    shown at another size, and rounded) the text is drawn as the library does. Layouts are made ready
    for pango only where it is asked.
    """
    from weasyprint.draw import text as draw_text
    from weasyprint.text.line_break import Layout, create_layout

    plain, setting_up, putting_away = (
        draw_text.draw_first_line,
        Layout.reactivate,
        Layout.deactivate,
    )

    def reactivate(self, style):
        self._waiting = style

    def deactivate(self):
        if self.__dict__.pop("_waiting", None) is None:
            putting_away(self)

    def ready(self, name):
        """Called for what a layout lacks: what `reactivate` would have made."""
        style = (
            self.__dict__.pop("_waiting", None) if name in ("layout", "language", "style") else None
        )
        if style is None:
            raise AttributeError(name)
        setting_up(self, style)
        return self.__dict__[name]

    def draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix):
        layout = textbox.pango_layout
        key = _text_key(textbox.style)
        is_plain = (
            key is not None
            and text_overflow != "ellipsis"
            and block_ellipsis == "none"
            and not layout.justification_spacing
            and "_waiting" in layout.__dict__
            and textbox.text.strip()
        )
        if not is_plain:
            return plain(stream, textbox, text_overflow, block_ellipsis, matrix)
        memory, text = _pages[-1].memory, layout.text
        drawn, shown = memory.drawn, (key, text, textbox.text)
        is_whole_figure = text == textbox.text and is_figure(text)
        figures = memory.figures.get(key) if is_whole_figure else None
        known = drawn.get(shown) or (figures.draw(text) if figures else None)
        if _learning and figures and not figures.is_complete:
            try_signs(stream, textbox, matrix, figures)
        if known is None or not _are_told(stream._fonts, known.glyphs):
            if (pieces := _set_texts().pop((key, text), None)) is not None:
                layout.style = layout.__dict__.pop("_waiting")
                layout.layout, layout.language = pieces
            with _Recording(stream) as recording:
                emojis = plain(stream, textbox, text_overflow, block_ellipsis, matrix)
            new = None if emojis else recording.drawn()
            if new is not None and known is None:
                drawn[shown] = new
            if new is not None and figures:
                figures.learn(text, new)
            return emojis
        stream.set_text_matrix(*matrix.values)
        for name, given in known.calls:
            getattr(stream, name)(*given)
        return []

    def try_signs(stream, textbox, matrix, figures):
        """Find out what each sign looks like, for the pages that follow."""
        style = textbox.style
        layout = create_layout(SIGNS, style, None, None, 0)
        trial = SimpleNamespace(text=SIGNS, style=style, pango_layout=layout, baseline=0)
        with _Recording(stream, is_trial=True) as recording:
            plain(stream, trial, "clip", "none", matrix)
        layout.deactivate()
        if (drawn := recording.drawn()) is not None:
            figures.learn(SIGNS, drawn)

    return [
        *everywhere(draw_text, "draw_first_line", draw_first_line),
        LibraryChange(Layout, "reactivate", reactivate),
        LibraryChange(Layout, "deactivate", deactivate),
        LibraryChange(Layout, "__getattr__", ready),
    ]


def _are_told(fonts: dict[Any, Any], glyphs: tuple[Any, ...]) -> bool:
    """Tell the document's fonts what glyphs a text shows, if drawing it anew would tell them the same."""
    for key, glyph, _, used, own in glyphs:
        font = fonts.get(key)
        if font is None or font.widths.get(glyph, own) != used:
            return False
    for key, glyph, meant, used, _ in glyphs:
        font = fonts[key]
        font.to_unicode.setdefault(glyph, meant)
        font.widths.setdefault(glyph, used)
    return True


# --- boxes: what follows from a style alone ---------------------------------------------------


def _used_values() -> list[LibraryChange]:
    """Margins, padding, borders and sizes follow from a box's style and its container's size: worked
    out once for each pair. Pages and collapsed borders, which depend on more, are left alone."""
    from weasyprint.formatting_structure.boxes import Box, PageBox
    from weasyprint.layout import percent
    from weasyprint.layout.absolute import AbsolutePlaceholder

    plain = percent.resolve_percentages

    def resolve_percentages(box, containing_block):
        if isinstance(containing_block, Box):
            size = containing_block.width, containing_block.height
        else:
            size = tuple(containing_block)
        if type(box) is AbsolutePlaceholder:  # what stands outside the flow is in it
            box = box._box
        try:
            values = box.style._used.get(size)
        except AttributeError:
            values = None  # of a page, of collapsed borders, or not asked yet
        if values is not None:
            box.__dict__.update(values)
            return
        plain(box, containing_block)
        style = box.style
        if not isinstance(box, PageBox) and style["border_collapse"] != "collapse":
            made = box.__dict__
            used = {name: made[name] for name in USED}
            style.__dict__.setdefault("_used", {})[size] = used

    return everywhere(percent, "resolve_percentages", resolve_percentages)


def _radii() -> list[LibraryChange]:
    """A style without rounded corners has none at any size."""
    from weasyprint.layout import percent

    plain = percent.resolve_radii_percentages
    names = tuple(f"border_{corner}_radius" for corner in CORNERS)
    none = dict.fromkeys(names, (0, 0))

    def resolve_radii_percentages(box):
        box = getattr(box, "_box", box)
        style = box.style
        try:
            is_square = style._is_square
        except AttributeError:
            is_square = style._is_square = all((0, "px") in style[name] for name in names)
        if is_square:
            box.__dict__.update(none)
        else:
            plain(box)

    return everywhere(percent, "resolve_radii_percentages", resolve_radii_percentages)


def _places_in_the_flow() -> list[LibraryChange]:
    """Whether a box floats, is placed or runs follows from two values of its style."""
    from weasyprint.formatting_structure.boxes import Box

    names = (
        "is_floated", "is_absolutely_positioned", "is_running", "is_footnote", "is_note",
    )  # fmt: skip
    plain = tuple(getattr(Box, name) for name in names)

    def facts(style, box):
        asked = style["float"], style["position"]
        answers = tuple(function(box) for function in plain)
        style._place = (*asked, *answers, not any(answers))
        return style._place

    def asking(number: int) -> Callable[[Any], bool]:
        def answer(box):
            style = box.style
            try:
                place = style._place
            except AttributeError:
                return facts(style, box)[number]
            if place[0] is style["float"] and place[1] is style["position"]:
                return place[number]
            return facts(style, box)[number]

        return answer

    return [
        LibraryChange(Box, name, asking(number))
        for number, name in enumerate((*names, "is_in_normal_flow"), start=2)
    ]


def _descendants() -> list[LibraryChange]:
    """A box and all below it from one list of what is to come, not by a generator for each level."""
    from weasyprint.formatting_structure.boxes import Box

    def descendants(self, placeholders=False):
        coming = [self]
        while coming:
            box = coming.pop()
            if isinstance(box, Box):
                yield box
                coming += box.children[::-1]
            elif placeholders:  # what stands in for a box that is placed elsewhere: that box
                coming.append(box._box)
            else:
                yield box

    return [LibraryChange(Box, "descendants", descendants)]


def _page_names() -> list[LibraryChange]:
    """Where the whole document has one page name, no two neighbours differ in it."""
    from weasyprint import document
    from weasyprint.formatting_structure.boxes import ParentBox
    from weasyprint.layout import block

    plain_values, plain_name = ParentBox.page_values, block.block_level_page_name
    plain_building = document.build_formatting_structure
    has_one_name = False

    def build_formatting_structure(*given, **named):
        nonlocal has_one_name
        root = plain_building(*given, **named)
        has_one_name = len({box.style["page"] for box in root.descendants()}) <= 1
        return root

    def page_values(self):
        if has_one_name:
            name = self.style["page"]
            return name, name
        return plain_values(self)

    def block_level_page_name(sibling_before, sibling_after):
        return None if has_one_name else plain_name(sibling_before, sibling_after)

    return [
        LibraryChange(document, "build_formatting_structure", build_formatting_structure),
        LibraryChange(ParentBox, "page_values", page_values),
        *everywhere(block, "block_level_page_name", block_level_page_name),
    ]


def _margins() -> list[LibraryChange]:
    """No margin collapses to nothing, one to itself."""
    from weasyprint.layout import block

    plain = block.collapse_margin

    def collapse_margin(adjoining_margins):
        if not adjoining_margins:
            return 0
        if len(adjoining_margins) == 1:
            return adjoining_margins[0] or 0
        return plain(adjoining_margins)

    return everywhere(block, "collapse_margin", collapse_margin)


def _lines_beside_nothing() -> list[LibraryChange]:
    """Where nothing floats, a line begins where its container does and may be as wide."""
    from weasyprint.formatting_structure.boxes import LineBox
    from weasyprint.layout import float as floats

    plain = floats.avoid_collisions

    def avoid_collisions(context, box, containing_block, outer=True):
        if (
            type(box) is not LineBox
            or context.excluded_shapes
            or box.margin_left
            or box.margin_right
            or box.margin_top
            or box.style["float"] != "none"
            or containing_block.style["direction"] != "ltr"
        ):
            return plain(context, box, containing_block, outer)
        left = containing_block.content_box_x()
        # the width is rounded by the library's two sums
        return left, box.position_y, left + containing_block.width - left

    return everywhere(floats, "avoid_collisions", avoid_collisions)


def _backgrounds() -> list[LibraryChange]:
    """Most styles have no background, shadow or border image at all: nothing to work out."""
    from weasyprint.draw.color import get_color
    from weasyprint.layout import background

    plain = background.layout_box_backgrounds

    def is_bare(style):
        return (
            style["border_image_source"][0] == "none"
            and style["mask_border_source"][0] == "none"
            and style["visibility"] != "hidden"
            and not style["box_shadow"]
            and get_color(style, "background_color").alpha == 0
            and all(kind == "none" for kind, _ in style["background_image"])
        )

    def layout_box_backgrounds(page, box, get_image, layout_children=True, style=None):
        if style is None and box is not page:
            own = box.style
            try:
                bare = own._is_bare
            except AttributeError:
                bare = own._is_bare = is_bare(own)
            if bare:
                background.resolve_radii_percentages(box)
                if layout_children:
                    for child in box.all_children():
                        layout_box_backgrounds(page, child, get_image)
                box.background = None
                return
        plain(page, box, get_image, layout_children, style)

    return everywhere(background, "layout_box_backgrounds", layout_box_backgrounds)


def _borders() -> list[LibraryChange]:
    """No border at all, or a plain line below: what most boxes and the cells of a table have.

    What is written is the same as in `draw_border`'s general way, which asks for corners, transitions
    and dashes that it has not.
    """
    import pydyf
    from weasyprint.draw import border

    plain = border.draw_border
    corners = tuple(f"border_{corner}_radius" for corner in CORNERS)

    def is_simple(style):
        """Whether there are no columns and no border image."""
        try:
            return style._has_plain_border
        except AttributeError:
            style._has_plain_border = answer = (
                style["column_width"] == "auto"
                and style["column_count"] == "auto"
                and style["border_image_source"][0] == "none"
            )
            return answer

    def draw_border(stream, box):
        style = box.style
        if not is_simple(style) or style["visibility"] != "visible":
            plain(stream, box)
            return
        below, left = box.border_bottom_width, box.border_left_width
        if box.border_top_width or box.border_right_width or left:
            plain(stream, box)
        elif below:
            draw_line_below(stream, box, below)

    def draw_line_below(stream, box, below):
        style = box.style
        color = border.get_color(style, "border_bottom_color")
        is_line = color.alpha and style["border_bottom_style"] == "solid"
        if not is_line or any(getattr(box, corner) != (0, 0) for corner in corners):
            plain(stream, box)
            return
        left, top = box.border_box_x(), box.border_box_y()
        width, height = box.border_width(), box.border_height()
        bottom = top + height
        x, right, y, low, inner, w, h, above = map(
            pydyf._to_bytes,
            (left, left + width, top, bottom, bottom - below, width, height, height - below),
        )
        with stream.artifact(), stream.stacked():
            # each number into bytes once; the library's calls ask for fourteen
            corners_of_line = (right, low, x, low, x, inner, right, inner)
            stream.stream.append(b"%b %b m\n%b %b l\n%b %b l\n%b %b l\nW*\nn" % corners_of_line)
            stream.set_color(color)
            stream.stream.append(
                b"%b %b %b %b re\n%b %b %b %b re\nf*" % (x, y, w, above, x, y, w, h)
            )

    return everywhere(border, "draw_border", draw_border)


def _outlines() -> list[LibraryChange]:
    """Most pages have no outline at all: boxes without one are passed over in one list, in order."""
    from weasyprint.draw import border
    from weasyprint.formatting_structure.boxes import Box

    plain = border.draw_outline

    def has_outline(style):
        try:
            return style._has_outline
        except AttributeError:
            style._has_outline = answer = bool(style["outline_width"])
            return answer

    def draw_outline(stream, box):
        coming = [box]
        while coming:
            one = coming.pop()
            if has_outline(one.style):
                plain(stream, one)  # with all below it
            else:
                coming += [child for child in reversed(one.children) if isinstance(child, Box)]

    return everywhere(border, "draw_outline", draw_outline)


# --- styles: those of one page serve the next -------------------------------------------------


class _OneElement:
    """A tree of one element, for what looks for style attributes in a tree."""

    def __init__(self, element: Any) -> None:
        self.element = element

    def iter(self) -> Iterator[Any]:
        return iter((self.element,))


def _in_order(root: Any) -> Iterator[tuple[Any, Any]]:
    """Each element of a tree with the one that holds it, in the order in which they are written."""
    coming = [(root, None)]
    while coming:
        node, above = coming.pop()
        yield node, above
        # what has no name is a comment or an instruction
        coming += [(child, node) for child in reversed(node) if isinstance(child.tag, str)]


def _wrapping(root: Any, holders: Mapping[Any, Any]) -> Callable[[Any], Any]:
    """What gives an element as rules are asked of it, made when they are.

    Four in five elements stand where one like them has stood, and no rule is asked of them.
    """
    known = {root.etree_element: root}

    def wrapped(node):
        if node not in known:
            beside = wrapped(holders[node]).iter_children()
            known.update((child.etree_element, child) for child in beside)
        return known[node]

    return wrapped


def _styles() -> list[LibraryChange]:
    """A style follows from its parent's, from the rules that match and from an element's own
    attributes: pages under one stylesheet share it, with all that was worked out of it.

    The fonts of a style are those of the page at hand. What a page's printing would change in a
    style (the overflow of the whole page) is not kept.
    """
    from weasyprint import css
    from weasyprint.css import AnonymousStyle, ComputedStyle, InitialStyle, StyleFor

    plain = StyleFor.__init__
    fonts = property(lambda style: _pages[-1].fonts, lambda style, value: None)
    sizes: dict[str, Any] = {"box": None, "area": None}

    def own_values(node: Any) -> Any:
        attributes = node.attrib
        if not attributes:
            return None
        is_drawing = node.tag == "{http://www.w3.org/2000/svg}svg"
        return (
            attributes.get("style"),
            attributes.get("lang"),
            attributes.get("id"),
            attributes.get("name") if node.tag == "a" else None,
            (attributes.get("width"), attributes.get("height")) if is_drawing else None,
        )

    def cascade(node: Any, own: Any, matched: Any, sheets: Any, base_url: Any) -> dict[Any, Any]:
        cascaded: dict[Any, dict[str, Any]] = {}

        def declare(pseudo, declarations, origin, layer, specificity):
            values_of = cascaded.setdefault(pseudo, {})
            for name, values, importance in declarations:
                weight = (css.declaration_precedence(origin, importance), layer, specificity)
                before = values_of.get(name, (None, None))[1]
                if before is None or before <= weight:
                    values_of[name] = values, weight

        if own:
            found = css.find_style_attributes(_OneElement(node), False, base_url)
            for specificity, _, declarations, url in found:
                read = css.preprocess_declarations(url, declarations)
                declare(None, read, "author", inf, specificity)
        for (sheet, origin, sheet_specificity), selectors in zip(sheets, matched, strict=True):
            for specificity, _, pseudo, (declarations, layer) in selectors:
                order = inf if layer is None else sheet.layers.index(layer)
                declare(pseudo, declarations, origin, order, sheet_specificity or specificity)
        return cascaded

    def init(self, html, sheets, presentational_hints, font_config, target_collector):
        page = _pages[-1]
        if presentational_hints or not page.keeps_styles:
            plain(self, html, sheets, presentational_hints, font_config, target_collector)
            return
        sizes.update(box=None, area=None)
        self._cascaded_styles, self._sheets, self.font_config = {}, sheets, font_config
        self._keeps_pages = True
        computed: dict[Any, Any] = {}
        self._computed_styles = computed
        self.initial_page_sizes = sizes
        base_url, root = html.base_url, html.etree_element
        # the sheets themselves are the key: they live as long as what is kept of them
        given_sheets = tuple(sheet for sheet, _, _ in sheets)
        kept, matching = page.memory.styles.setdefault(
            (base_url, *given_sheets), ({}, Matching.of([sheet.matcher for sheet in given_sheets]))
        )
        places: dict[Any, TreePlace] = {}
        holders: dict[Any, Any] = {}
        wrapped = _wrapping(html.wrapper_element, holders)

        def styles_of(node, parent, own, matched):
            cascaded = cascade(node, own, matched, sheets, base_url)
            above = computed[root, None] if parent is not None else InitialStyle(font_config)
            given = (above, base_url, font_config, sizes)
            style = ComputedStyle(parent, cascaded.pop(None, {}), None, *given)
            given = (above if parent is not None else style, base_url, font_config, sizes)
            others = {p: ComputedStyle(style, v, p, *given) for p, v in cascaded.items()}
            return style, others

        def is_kept(style, parent):
            is_page_wide = parent is None or parent.parent_style is None
            if is_page_wide and style["overflow"] != "visible":
                self._keeps_pages = False  # the page takes it over, see `_page_styles`
                return False
            return True

        for node, above in _in_order(root):
            holders[node] = above
            parent, around = None, matching.top
            if above is not None:
                parent, around = computed[above, None], places[above]
            place = places[node] = matching.place(around, node, wrapped)
            matched = place.matches(wrapped(node)) if place.is_open else place.matched
            asked = (
                id(parent),
                tuple(m[1] for found in matched for m in found) if place.is_open else (),
            )
            styles = place.styles.get(asked)
            if styles is None:
                own = own_values(node)
                orders = tuple((i, m[1]) for i, found in enumerate(matched) for m in found)
                key = (id(parent), own, orders)
                styles = kept.get(key) or styles_of(node, parent, own, matched)
                if is_kept(styles[0], parent):
                    kept[key] = place.styles[asked] = styles
            computed[node, None], others = styles
            for pseudo, style in ((None, styles[0]), *others.items()):
                computed[node, pseudo] = style
                if target_collector and style["anchor"]:
                    target_collector.collect_anchor(style["anchor"])

    return [
        LibraryChange(StyleFor, "__init__", init),
        *(LibraryChange(kind, "font_config", fonts) for kind in (ComputedStyle, InitialStyle, AnonymousStyle)),
    ]  # fmt: skip


def _searches() -> list[LibraryChange]:
    """Elements looked for by name alone, twice a page, are found in the tree itself: the library makes
    and tests a wrapper of every element for it, and asks of what it finds the element only."""
    from cssselect2 import ElementWrapper

    plain = ElementWrapper.query_all
    is_name = re.compile(r"[a-z]+").fullmatch

    def query_all(self, *selectors):
        if not selectors or not all(isinstance(s, str) and is_name(s) for s in selectors):
            return plain(self, *selectors)
        return (
            SimpleNamespace(etree_element=node)
            for node in self.etree_element.iter()
            if isinstance(node.tag, str) and node.tag.rpartition("}")[2] in selectors
        )

    return [LibraryChange(ElementWrapper, "query_all", query_all)]


def _page_styles() -> list[LibraryChange]:
    """The styles of a page and of its margins follow from the root's and from the rules that match:
    the pages of a document, and those of the next, share them.

    Of these styles the library changes counters, to the same values each time, and the overflow,
    which the page takes over from the root: only where that is the usual one are they kept.
    """
    from weasyprint.layout import page as pages

    plain = pages.set_page_type_computed_styles

    def set_page_type_computed_styles(page_type, html, style_for):
        if not getattr(style_for, "_keeps_pages", False):
            plain(page_type, html, style_for)
            return
        computed = style_for._computed_styles
        root = computed[html.etree_element, None]
        matched = [
            (selector_list, number)
            for sheet, _, _ in style_for._sheets
            for _, selector_list, _ in sheet.page_rules
            for number, (_, _, selected) in enumerate(selector_list)
            if style_for._page_type_match(selected, page_type)
        ]
        key = (id(root), *((id(selectors), number) for selectors, number in matched))
        kept = _pages[-1].memory.page_styles
        if key not in kept:
            plain(page_type, html, style_for)
            pseudos = {pseudo for kind, pseudo in style_for._cascaded_styles if kind == page_type}
            styles = {pseudo: computed[page_type, pseudo] for pseudo in {None, *pseudos}}
            # with what the key goes by, so that no number in it becomes another's
            kept[key] = (root, matched), styles
            return
        for pseudo, style in kept[key][1].items():
            computed[page_type, pseudo] = style

    return everywhere(pages, "set_page_type_computed_styles", set_page_type_computed_styles)
