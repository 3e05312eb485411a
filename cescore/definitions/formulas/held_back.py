"""What libraries import where they find it, though nothing here needs it: kept from them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back(module: str) -> Iterator[None]:
    """As if a module that others import where they find it were not installed."""
    is_new = module not in sys.modules
    if is_new:
        sys.modules[module] = None  # type: ignore[assignment]  # Python's own mark for it
    try:
        yield
    finally:
        if is_new:
            del sys.modules[module]
