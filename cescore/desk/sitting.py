"""A person at the notebook: whom they want to look at, and what went wrong in a line or two."""

from __future__ import annotations

from typing import Any

from cescore.errors import CescoreError

_PICKED: dict[str, tuple[str, int]] = {}  # what was chosen in this kernel, until it is started anew


def pick(entity_id: str, year: int, bundle_path: str, lang: str) -> tuple[str, int]:
    """Entity and year: those given, or where a person sits at the notebook those that they chose.

    Shows the picker there, and nothing in a build, which hands a file.
    """
    if bundle_path or not is_interactive():
        return entity_id, year
    from cescore.desk.picker import show

    chosen = _PICKED.get(entity_id, (entity_id, year))
    show(chosen, lang, lambda one: _PICKED.update({entity_id: one}))
    return chosen


def is_interactive() -> bool:
    """Whether the cells run in a kernel, which somebody's notebook talks to."""
    return getattr(_shell(), "kernel", None) is not None


def tell_errors_shortly() -> None:
    """From here on an error that a person can mend is told in its own words, without the way through
    the program; in a kernel alone."""
    shell = _shell()
    if shell is not None and is_interactive():
        shell.set_custom_exc((CescoreError,), _tell)


def _tell(shell: Any, kind: type[BaseException], error: BaseException, _: Any, **__: Any) -> None:
    shell._showtraceback(kind, error, [f"{kind.__name__}: {error}"])


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()
