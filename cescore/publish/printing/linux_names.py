"""WeasyPrint's native libraries by the names that they have on Linux.

The library tries the names of other systems first, and for each of these three programs are asked where
it might be (``ldconfig``, ``gcc``, ``ld``): a quarter of a second of each start, for names that no Linux gives.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import sys
from collections.abc import Sequence

BINDINGS = "weasyprint.text.ffi"
NAMES = (
    "libgobject-2.0.so.0", "libpango-1.0.so.0", "libharfbuzz.so.0", "libharfbuzz-subset.so.0",
    "libfontconfig.so.1", "libpangoft2-1.0.so.0",
)  # fmt: skip


def load_bindings(names: Sequence[str] = NAMES) -> None:
    """Import what calls the native libraries; where one has another name, it is looked for as ever."""
    if BINDINGS in sys.modules:
        return
    if not sys.platform.startswith("linux") or not all(map(_is_there, names)):
        importlib.import_module(BINDINGS)
        return
    asked = ctypes.util.find_library
    ctypes.util.find_library = _nowhere
    try:
        importlib.import_module(BINDINGS)
    finally:
        ctypes.util.find_library = asked


def _is_there(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _nowhere(name: str) -> None:
    """What is known of a name beside the libraries that have it."""
