"""Versions of the libraries under the printer that pip does not know of."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from functools import cache

# By the names that WeasyPrint tries, in its order (weasyprint/text/ffi.py).
PANGO = ("libpango-1.0-0", "pango-1.0-0", "pango-1.0", "libpango-1.0.so.0", "libpango-1.0.dylib")
HARFBUZZ = ("libharfbuzz-0", "harfbuzz", "harfbuzz-0.0", "libharfbuzz.so.0", "libharfbuzz.0.dylib")
FONTCONFIG = (
    "libfontconfig-1", "fontconfig-1", "fontconfig", "libfontconfig.so.1", "libfontconfig.1.dylib",
)  # fmt: skip


@cache
def native_libraries() -> Mapping[str, str]:
    """Pango, HarfBuzz and fontconfig by name; "" where one is not installed."""
    return {
        "pango": _text_of(_loaded(PANGO), "pango_version_string"),
        "harfbuzz": _text_of(_loaded(HARFBUZZ), "hb_version_string"),
        "fontconfig": _fontconfig(_loaded(FONTCONFIG)),
    }


def _loaded(names: tuple[str, ...]) -> ctypes.CDLL | None:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _text_of(library: ctypes.CDLL | None, function: str) -> str:
    if library is None:
        return ""
    call = getattr(library, function)
    call.restype = ctypes.c_char_p
    return (call() or b"").decode()


def _fontconfig(library: ctypes.CDLL | None) -> str:
    """As its own tools print it, 2.14.1."""
    if library is None:
        return ""
    number = int(library.FcGetVersion())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"
