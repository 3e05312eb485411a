"""How WeasyPrint and pydyf write a file, each step done once: the same bytes, sooner.

Part of the changes of `cescore.publish.printing.internals`: streams, colours, numbers, entries of
objects, tags and fonts.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs, no-warn-return-any
# (the functions replaced have no types)
from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from cescore.publish.printing.library_change import LibraryChange, everywhere

MOST_NAMES = 1000  # of a PDF's entries that are kept; glyphs and fonts have some of their own
MOST_NUMBERS = 20_000  # that are kept as bytes: places of columns and lines, widths, colours


class _Stacked:
    """A stream's state, kept and given back."""

    __slots__ = ("stream",)

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        self.stream.push_state()

    def __exit__(self, *_: object) -> None:
        self.stream.pop_state()


class _Marked:
    """Marked content of a stream, from its beginning to its end; nothing where no tags are asked for."""

    __slots__ = ("begin", "end", "given")

    def __init__(self, begin: Any, end: Any, *given: Any) -> None:
        self.begin, self.end, self.given = begin, end, given

    def __enter__(self) -> None:
        if self.begin is not None:
            self.begin(*self.given)

    def __exit__(self, *_: object) -> None:
        if self.end is not None:
            self.end()


def _blocks() -> list[LibraryChange]:
    """What is begun and ended in a stream, some five thousand times a report, is so without a
    generator for each."""
    import pydyf
    from weasyprint.pdf.stream import Stream

    begin, end = pydyf.Stream.begin_marked_content, pydyf.Stream.end_marked_content

    def marked(self, box, tag):
        tags = self._tags
        if tags is None:
            return _Marked(None, None)

        def beginning():
            number = len(tags)
            assert box not in tags
            tags[box] = {"tag": tag, "mcid": number}
            begin(self, tag, pydyf.Dictionary({"MCID": number}))

        return _Marked(beginning, lambda: end(self))

    def artifact(self):
        if self._tags is None:
            return _Marked(None, None)
        return _Marked(begin, lambda: end(self), self, "Artifact")

    return [
        LibraryChange(Stream, "stacked", lambda self: _Stacked(self)),
        LibraryChange(Stream, "marked", marked),
        LibraryChange(Stream, "artifact", artifact),
    ]


def _colours() -> list[LibraryChange]:
    """What a colour of the screen is in a file is worked out once, not for each line and text in it."""
    from weasyprint.pdf.stream import Stream

    plain = Stream.set_color
    known: dict[int, tuple[Any, Any, Any, Any]] = {}

    def facts(color):
        *channels, alpha = color
        found = (color, (color.space, *channels), alpha, color.to("srgb").coordinates)
        if len(known) < MOST_NAMES:
            known[id(color)] = found
        return found

    def set_color(self, color, stroke=False):
        if color.space not in ("srgb", "hsl", "hwb"):
            plain(self, color, stroke)
            return
        found = known.get(id(color))
        # the colour itself is kept beside it: its number is not another's
        _, channels, alpha, rgb = found if found is not None else facts(color)
        self.set_alpha(alpha, stroke)
        name = "_current_color_stroke" if stroke else "_current_color"
        if getattr(self, name) != channels:
            setattr(self, name, channels)
            self.set_color_rgb(*rgb, stroke)

    return [LibraryChange(Stream, "set_color", set_color)]


def _numbers() -> list[LibraryChange]:
    """Numbers and names become bytes without going through a string, and once: the cells of a column
    begin at one place, those of a row at one height. What is bytes already is not asked for them."""
    import pydyf

    plain = pydyf._to_bytes
    numbers: dict[float, bytes] = {}

    def written(item):
        text = b"%d" % item if item.is_integer() else (b"%f" % item).rstrip(b"0")
        if len(numbers) < MOST_NUMBERS:
            numbers[item] = text
        return text

    def to_bytes(item):
        kind = type(item)
        if kind is bytes:
            return item
        if kind is str:
            return item.encode("ascii")
        if kind is float:
            known = numbers.get(item)
            return known if known is not None else written(item)
        if kind is int:
            return b"%d" % item
        return item.data if isinstance(item, pydyf.Object) else plain(item)

    entry_names: dict[str, bytes] = {}

    def entries(self):
        parts = [b"<<"]
        for key, value in self.items():
            name = entry_names.get(key)
            if name is None:
                name = b"/%b " % to_bytes(key)
                if len(entry_names) < MOST_NAMES:
                    entry_names[key] = name
            kind = type(value)
            if kind is str:  # these two without a call each: most are names and references
                value = value.encode("ascii")
            elif kind is not bytes:
                value = to_bytes(value)
            parts += name, value
        parts.append(b">>")
        return b"".join(parts)

    def members(self):
        return b"[%b]" % b" ".join([to_bytes(child) for child in self])

    def content(self):
        stream = b"\n".join(
            [item if type(item) is bytes else to_bytes(item) for item in self.stream]
        )
        extra = pydyf.Dictionary(self.extra.copy())
        if self.compress:
            extra["Filter"] = "/FlateDecode"
            packing = pydyf.zlib.compressobj(level=9)
            stream = packing.compress(stream) + packing.flush()
        extra["Length"] = len(stream)
        return b"\n".join((extra.data, b"stream", stream, b"endstream"))

    return [
        LibraryChange(pydyf, "_to_bytes", to_bytes),
        LibraryChange(pydyf.Stream, "data", property(content)),
        LibraryChange(pydyf.Dictionary, "data", property(entries)),
        LibraryChange(pydyf.Array, "data", property(members)),
    ]


def _page_references() -> list[LibraryChange]:
    """The references of a document's pages are made once, not for every one of its tags."""
    import pydyf

    def page_references(self):
        kids = self.pages["Kids"]
        count, references = self.__dict__.get("_page_references", (0, ()))
        if count != len(kids):
            references = tuple(b"%d 0 R" % number for number in kids[::3])
            self._page_references = len(kids), references
        return references

    return [LibraryChange(pydyf.PDF, "page_references", property(page_references))]


def _tag_names() -> list[LibraryChange]:
    """What an element is called in a file follows from its name alone."""
    from weasyprint.pdf import tags

    return everywhere(tags, "_get_pdf_tag", lru_cache(maxsize=MOST_NAMES)(tags._get_pdf_tag))


def _objects() -> list[LibraryChange]:
    """An entry or a list, ten thousand a report, is begun by the interpreter's own call: what every
    object begins with stands in their class. The library itself hands on no None."""
    import pydyf

    begun_with = {"number": None, "offset": 0, "generation": 0, "free": "n"}
    return [
        LibraryChange(pydyf.Dictionary, "__init__", dict.__init__),
        LibraryChange(pydyf.Array, "__init__", list.__init__),
        *(LibraryChange(pydyf.Object, name, value) for name, value in begun_with.items()),
    ]


class _OpenArrays:
    """The interface to C, by which an array of a length of its own is of a type already known.

    A type that names its length (``hb_codepoint_t[731]``) is a new one for each length, and read by a
    grammar of C written in Python; one that leaves it open is read once a process.
    """

    _LENGTH = re.compile(r"\[\d+\]$")

    def __init__(self, plain: Any) -> None:
        self._plain = plain

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    def new(self, kind: str, given: Any = None) -> Any:
        if given is not None and hasattr(given, "__len__"):
            kind = self._LENGTH.sub("[]", kind)
        return self._plain.new(kind, given)


def _font_arrays() -> list[LibraryChange]:
    """The glyphs that a font keeps are handed on in an array whose type leaves its length open."""
    from weasyprint.pdf import fonts

    return [LibraryChange(fonts, "ffi", _OpenArrays(fonts.ffi))]


FILE_CHANGES = (
    _blocks, _colours, _numbers, _objects, _page_references, _tag_names, _font_arrays,
)  # fmt: skip
