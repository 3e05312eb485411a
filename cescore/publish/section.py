"""The templates of report_templates/sections: filled, escaped, with no undefined name passed over."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from unicodedata import east_asian_width

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cescore.definitions.shipped import SECTIONS
from cescore.publish.fragment import Fragment, clean, tables_of

# Letters that a line of facts holds at least, an ideograph or a capital being two: 174 mm hold 116
# half-widths of its larger type.
SHORT = 80


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja with escaping always on, no undefined name passed over, and the test ``is short``."""
    templates = Environment(
        loader=FileSystemLoader(SECTIONS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.tests["short"] = is_short
    return templates


def is_short(words: Iterable[object]) -> bool:
    """Whether words surely fit one line of a page."""
    text = "".join(map(str, words))
    wide = sum(letter.isupper() or east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide <= SHORT


def section(name: str, /, **values: object) -> Fragment:
    """A template of report_templates/sections, filled; text is escaped, Fragments are not."""
    template = environment().get_template(f"{name}.html.j2")
    return Fragment(clean(template.render(**values)).strip(), tables_of(list(values.values())))
