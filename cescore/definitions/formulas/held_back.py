"""What libraries import where they find it, though nothing here needs it: kept from them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


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


@contextmanager
def refused(module: str) -> Iterator[None]:
    """As `held_back`, for compiled libraries, which would take Python's mark for the module itself."""
    refusing = _Refusing(module)
    sys.meta_path.insert(0, refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)


@dataclass(frozen=True, eq=False)
class _Refusing:
    """A finder that is asked before all others, of what is not loaded yet."""

    module: str

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> None:
        """Finds nothing itself.

        Raises
        ------
        ModuleNotFoundError
            The module is the one that is refused.
        """
        if name == self.module:
            raise ModuleNotFoundError(f"{name} is held back", name=name)
