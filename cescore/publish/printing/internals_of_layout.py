"""How WeasyPrint lays out lines and blocks, the usual case without what only unusual ones ask: the same
bytes, sooner.

Part of the changes of `cescore.publish.printing.internals`: lines, breaks between two texts, fonts of
a style, blocks that keep floats to themselves.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any
# (the functions replaced have no types)
from __future__ import annotations

from functools import lru_cache
from typing import Any

from cescore.publish.printing.library_change import LibraryChange, everywhere

MOST_BREAKS = 5000  # of two texts beside each other that are kept; most are two characters
ALIGNED = {"start": 0.0, "left": 0.0, "center": 0.5, "end": 1.0, "right": 1.0}


def _line_facts(style: Any) -> tuple[float] | None:
    """The share of what is left of a line that stands before its text, where lines of a style are
    plain and the text their last; None where they are anything else. Kept with the style."""
    try:
        return style._line_facts
    except AttributeError:
        style._line_facts = facts = _new_line_facts(style)
        return facts


def _new_line_facts(style: Any) -> tuple[float] | None:
    from weasyprint.css import AnonymousStyle

    align, last = style["text_align_all"], style["text_align_last"]
    share = ALIGNED.get(align if last == "auto" else last)
    if share is None:  # justified, or something new
        return None
    is_plain = (
        isinstance(style, AnonymousStyle)  # no margins, padding or borders of its own
        and style["direction"] == "ltr"
        and style["white_space"] in ("normal", "nowrap")
        and style["vertical_align"] == "baseline"
        and style["float"] == "none"
        and style["position"] == "static"
        and style["font_size"] > 0
    )
    return (share,) if is_plain else None


def _lines_of_one_text() -> list[LibraryChange]:
    """A line that is one text and fits is set by one sum for each side: two in three are.

    It breaks nowhere, nothing floats beside it or stands in it, both its boxes have the style that
    follows from their parent's alone, and no rule asks for its first letter or line. The sums are the
    library's, in its order; what does not fit, or begins or ends with a blank, is left to it.
    """
    from weasyprint.formatting_structure.boxes import TextBox
    from weasyprint.layout import inline

    plain = inline.get_next_linebox

    def get_next_linebox(
        context, linebox, position_y, bottom_space, skip_stack, containing_block,
        absolute_boxes, fixed_boxes, first_letter_style, first_line_style,
    ):  # fmt: skip
        line = (
            one_text(context, linebox, position_y, containing_block)
            if skip_stack is None and not first_letter_style and not first_line_style
            else None
        )
        if line is not None:
            return line, None
        return plain(
            context, linebox, position_y, bottom_space, skip_stack, containing_block,
            absolute_boxes, fixed_boxes, first_letter_style, first_line_style,
        )  # fmt: skip

    def one_text(context, linebox, position_y, containing_block):
        children = linebox.children
        if len(children) != 1 or type(children[0]) is not TextBox:
            return None
        (box,) = children
        style, text = linebox.style, box.text
        facts = _line_facts(style) if box.style is style else None
        if (
            facts is None
            or not text
            or text[0] == " "
            or text[-1] == " "
            or containing_block.style["direction"] != "ltr"
            or context.excluded_shapes
        ):
            return None
        left = containing_block.content_box_x()
        room = left + containing_block.width - left
        begin = left + linebox.text_indent
        limit = (left + room) * (1 + 1e-9)
        inline.resolve_percentages(box, containing_block)
        layout, length, resume_index, width, height, baseline = inline.split_first_line(
            text, style, context, limit - begin, box.justification_spacing, is_line_start=True
        )
        if resume_index is not None or not length or begin + width > limit:
            return None
        return placed(linebox, box, position_y, left, begin, room, layout, width, height, baseline)

    def placed(linebox, box, position_y, left, begin, room, layout, width, height, baseline):
        style = linebox.style
        line_height, line_baseline = inline.strut(style)
        half = (line_height - height) / 2
        baseline += half
        size = style["font_size"]
        half_of_line = (line_height - size) / 2
        # around the baseline: the text, then the line itself
        low, high = 0 - baseline, 0 - line_baseline
        bottom = low + (height + half + half)
        below = high + (size + half_of_line + half_of_line)
        top, bottom = min(low, high), max(bottom, below)
        line_width = begin + width - left
        (share,) = style._line_facts
        offset = 0 if line_width >= room or not share else (room - line_width) * share
        text_box = box.copy_with_text(layout.text)
        text_box.__dict__.update(
            position_x=begin + offset, position_y=low + (position_y - top),
            width=width, height=height, pango_layout=layout, baseline=baseline,
            margin_top=half, margin_bottom=half,
        )  # fmt: skip
        # what the library leaves behind in the boxes that are not laid out
        box.position_x, box.position_y = begin, position_y
        linebox.__dict__.update(
            position_x=left, position_y=position_y, width=line_width, height=size,
        )  # fmt: skip
        line = linebox.copy_with_children([text_box])
        line.__dict__.update(
            position_x=left + offset, height=bottom - top, baseline=-top,
            margin_top=0, margin_bottom=0,
        )  # fmt: skip
        return line

    return everywhere(inline, "get_next_linebox", get_next_linebox)


def _breaks_between() -> list[LibraryChange]:
    """Whether a line may break within a text depends on it and its language alone: asked of the
    same two characters again and again, where one element ends and the next begins."""
    from weasyprint.text import line_break

    plain = lru_cache(maxsize=MOST_BREAKS)(line_break.can_break_text)
    return everywhere(line_break, "can_break_text", plain)


def _font_descriptions() -> list[LibraryChange]:
    """The description of a style's font is kept with it; pango copies what it is handed."""
    from weasyprint.text import fonts

    plain = fonts.get_font_description

    def get_font_description(style):
        try:
            return style._font_description
        except AttributeError:
            style._font_description = description = plain(style)
            return description

    return everywhere(fonts, "get_font_description", get_font_description)


def _formatting_contexts() -> list[LibraryChange]:
    """The cells of tables and blocks in lines keep floats to themselves whatever their style says."""
    from weasyprint.formatting_structure.boxes import BlockBox, BlockContainerBox, Box

    plain = Box.establishes_formatting_context
    always: dict[type, bool] = {}

    def establishes_formatting_context(self):
        kind = type(self)
        known = always.get(kind)
        if known is None:
            known = issubclass(kind, BlockContainerBox) and not issubclass(kind, BlockBox)
            always[kind] = known
        return known or plain(self)

    return [LibraryChange(Box, "establishes_formatting_context", establishes_formatting_context)]


LAYOUT_CHANGES = (
    _lines_of_one_text, _breaks_between, _font_descriptions, _formatting_contexts,
)  # fmt: skip
