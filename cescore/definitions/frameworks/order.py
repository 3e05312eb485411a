"""Which formulas use which codes: the order of computing, cycles, and all that one formula needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.formulas.formula import Expression


def ordered(
    codes: Iterable[str], expressions: Mapping[str, Expression], places: Mapping[str, Reading]
) -> list[str]:
    """Codes each after those it uses; every cycle is named whole, once."""
    todo = list(codes)
    uses = {
        code: [name for name in expressions[code].names if name in places]
        for code in todo
        if code in expressions
    }
    done: dict[str, None] = {}
    for code in todo:
        for cycle in _visit(code, uses, done):
            places[cycle[0]].refuse(" -> ".join([*cycle, cycle[0]]), "no cycle", "formula")
    wanted = set(todo)
    return [code for code in done if code in wanted]


def closure(
    codes: Iterable[str], expressions: Mapping[str, Expression], *, own: bool = False
) -> dict[str, None]:
    """The codes and all that their formulas use, however far down, nearest first.

    ``own``: of the entity itself alone, without what is taken from other entities.
    """
    reached: dict[str, None] = {}
    todo = list(codes)
    while todo:
        code = todo.pop(0)
        if code not in reached:
            reached[code] = None
            if code in expressions:
                used = expressions[code]
                todo += used.own_names if own else used.names
    return reached


def _visit(
    start: str, uses: Mapping[str, list[str]], done: dict[str, None]
) -> Iterator[tuple[str, ...]]:
    """Add a code to ``done`` after all it uses, without recursion; yields the cycles on the way."""
    path: list[str] = []  # the codes being visited, each used by the one before
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        code, is_finished = stack.pop()
        if is_finished:
            path.pop()
            done[code] = None
        elif code in path:
            yield tuple(path[path.index(code) :])
        elif code not in done:
            path.append(code)
            stack.append((code, True))
            stack += [(name, False) for name in reversed(uses.get(code, []))]
