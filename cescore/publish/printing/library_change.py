"""A change of the printer's library from outside: one attribute, and what stands in its place."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple


class LibraryChange(NamedTuple):
    """One attribute of the library and what stands in its place."""

    owner: Any
    name: str
    value: Any


def everywhere(owner: Any, name: str, replacement: Any) -> list[LibraryChange]:
    """The change of a function in its own module and wherever the library imported it by name."""
    plain = getattr(owner, name)
    modules = [m for n, m in list(sys.modules.items()) if n.partition(".")[0] == "weasyprint"]
    return [LibraryChange(m, name, replacement) for m in modules if vars(m).get(name) is plain]
