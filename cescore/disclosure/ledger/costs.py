"""What it costs to withhold a figure: what readers look at first costs most, a large one more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from cescore.definitions.frameworks.order import closure
from cescore.disclosure.ledger.headline import headline_codes

if TYPE_CHECKING:
    from cescore.definitions.model import Framework
    from cescore.disclosure.ledger.behind import Behind
    from cescore.disclosure.ledger.statements import Figure

HEADLINE, SCORED, SHOWN, OTHER = 60.0, 20.0, 3.0, 1.0
LEVEL = 2.0  # of a body for each further level of bodies inside it
SIZE = 0.5  # most that the size of a figure adds, as a share
OUT = 10.0  # of a figure that an earlier edition printed: whoever kept that has it all the same
ALREADY = 0.01  # of a figure that an earlier edition withheld: nothing new is lost


def costs(
    sums: Iterable[tuple[Figure, float]],
    behind: Behind,
    before: Collection[Figure],
    is_out: Callable[[Figure], bool] = lambda figure: False,
) -> Mapping[Figure, float]:
    """The cost of each figure that gives a sum away [points], in the order of the sums.

    By what it is for (headline rate; scored or in the progress index; what these stand on; anything
    else), times 2 for each level of bodies inside its own, and up to a half more with its size among
    the bodies' figures of the same code and year. One withheld ``before`` costs a hundredth, one that
    ``is_out`` in an earlier edition ten times as much.

    Parameters
    ----------
    sums
        Figures, each with the size of a sum that it gives away [its unit].
    """
    weights = {t: weights_of(e.framework) for t, e in behind.yearly.evaluations.items()}
    register, depth = behind.yearly.workspace.register, _depths(behind)
    sizes: dict[Figure, float] = {}
    largest: dict[tuple[str, int], float] = {}
    for figure, size in sums:
        sizes[figure] = max(sizes.get(figure, 0.0), size)
        key = (figure.code, figure.year)
        largest[key] = max(largest.get(key, 0.0), size)
    found: dict[Figure, float] = {}
    for figure, size in sizes.items():
        of_type = weights.get(
            register[figure.entity_id].entity_type, {}
        )  # none is evaluated: all OTHER
        weight = of_type.get(figure.code, OTHER)
        whole = largest[figure.code, figure.year] or 1.0
        cost = weight * LEVEL ** depth.get(figure.entity_id, 0) * (1 + SIZE * size / whole)
        found[figure] = cost * (ALREADY if figure in before else OUT if is_out(figure) else 1.0)
    return found


def _depths(behind: Behind) -> dict[str, int]:
    """How many levels of bodies lie inside each body."""
    year = behind.yearly.year
    depth: dict[str, int] = {}
    for body in sorted(behind.bodies, key=lambda b: len(behind.inside(b.entity_id, year))):
        inside = [depth.get(b, 0) for b in behind.inside(body.entity_id, year)]
        depth[body.entity_id] = 1 + max(inside) if inside else 0
    return depth


def weights_of(framework: Framework) -> dict[str, float]:
    """What each code of a framework is for, as a cost; a code that is missing is `OTHER`."""
    scored = [indicator.code for indicator in framework.scored()]
    if framework.progress is not None:
        scored += [code for group in framework.progress.members.values() for code in group]
    headline = headline_codes(framework)
    return (
        dict.fromkeys(closure((*scored, *headline), framework.expressions, own=True), SHOWN)
        | dict.fromkeys(scored, SCORED)
        | dict.fromkeys(headline, HEADLINE)
    )
