"""Made-up publications: nobody's value can be inferred from what is released, by a second way.

The second way is written from the definition: one unknown for each respondent, every observer tried,
SciPy's own programs; the method has one unknown for each cell, and fewer observers.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import linprog

from cescore.definitions.model import Disclosure
from cescore.method.disclosure.inference import Statement, System, connected
from cescore.method.disclosure.knowledge import RespondentCell
from cescore.method.disclosure.protection import Breach, Protection
from cescore.method.disclosure.withholding import least_withheld

RULES = Disclosure(min_contributors=4, p_percent=10)
CLOSE = 1e-4  # of a value: what linear programs cannot tell from nothing


@dataclass(frozen=True)
class Publication:
    """Respondents' values by variable, and sums of them: name -> weights of (respondent, variable)."""

    values: Mapping[tuple[str, str], float]
    sums: Mapping[str, Mapping[tuple[str, str], float]]
    holders: Mapping[str, str]

    @property
    def totals(self) -> dict[str, float]:
        return {n: sum(c * self.values[k] for k, c in w.items()) for n, w in self.sums.items()}


def made_up(seed: int) -> Publication:
    """Districts of parks of firms, two variables, their total, and sums across the hierarchy."""
    draw = random.Random(seed)
    firms = {f"f{i}": (draw.choice("AB"), draw.choice("xyz")) for i in range(draw.randint(5, 9))}
    holders = {f: f"h{draw.randint(0, 3)}" if draw.random() < 0.25 else f for f in firms}
    size = {f: draw.lognormvariate(3, 1.3) for f in firms}
    values = {
        (f, v): round(size[f] * draw.uniform(0.2, 1.5), 2) for f in firms for v in ("coal", "gas")
    }
    sums: dict[str, dict[tuple[str, str], float]] = {}
    for v in ("coal", "gas"):
        sums[f"city {v}"] = {(f, v): 1.0 for f in firms}
        for d in "AB":
            sums[f"{d} {v}"] = {(f, v): 1.0 for f in firms if firms[f][0] == d}
            for p in "xyz":
                sums[f"{d}{p} {v}"] = {(f, v): 1.0 for f in firms if firms[f] == (d, p)}
        for p in draw.sample("xyz", draw.randint(0, 2)):
            sums[f"industry {p} {v}"] = {(f, v): 1.0 for f in firms if firms[f][1] == p}
    for whose in ("city", "A", "B"):
        fuel = {**sums[f"{whose} coal"], **dict.fromkeys(sums[f"{whose} gas"], 2.0)}
        sums[f"{whose} fuel"] = fuel
    return Publication(values, {n: w for n, w in sums.items() if w}, holders)


def released_after(publication: Publication) -> set[str]:
    """The sums that the method releases."""
    signatures: dict[tuple[str, str], frozenset[str]] = {
        key: frozenset(n for n, w in publication.sums.items() if key in w)
        for key in publication.values
    }
    cells: dict[RespondentCell, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    cell_of = {key: RespondentCell(signature, key[1]) for key, signature in signatures.items()}
    for key, value in publication.values.items():
        cells[cell_of[key]][publication.holders[key[0]]] += value
    truth = {cell: sum(parts.values()) for cell, parts in cells.items()}
    statements = []
    for name, weights in publication.sums.items():
        terms = {cell_of[key]: c for key, c in weights.items()}
        statements.append(Statement.of(name, terms, publication.totals[name]))  # type: ignore[arg-type]

    def breaches(withheld: frozenset[str]) -> list[Breach]:
        left = [s for s in statements if s.name not in withheld]
        found: list[Breach] = []
        for keys in connected(left):
            own = [s for s in left if s.terms.keys() & keys]
            system = System(dict.fromkeys(sorted(keys, key=repr), 0.0), own, truth)  # type: ignore[arg-type]
            found += Protection(system, {k: cells[k] for k in keys}, RULES).breaches()  # type: ignore[index, misc]
        return found

    costs = {name: 1.0 + len(w) / 100 for name, w in publication.sums.items()}
    withheld = least_withheld(costs, lambda h: [b.proof for b in breaches(h)])  # type: ignore[arg-type, misc]
    return set(publication.sums) - withheld


def violations(publication: Publication, released: Iterable[str]) -> list[str]:
    """Whose value an observer can bound within p % from above, from the definition alone."""
    keys = list(publication.values)
    rows = np.array([[publication.sums[n].get(k, 0.0) for k in keys] for n in released])
    totals = np.array([publication.totals[n] for n in released])
    found = []
    for observer in ("", *dict.fromkeys(publication.holders.values())):
        known = [publication.holders[f] == observer for f, _ in keys]
        truth = np.array([publication.values[k] for k in keys])
        bounds = [(x, x) if own else (0, None) for x, own in zip(truth, known, strict=True)]
        for target in dict.fromkeys(publication.holders.values()):
            for variable in ("coal", "gas"):
                mine = np.array(
                    [publication.holders[f] == target and v == variable for f, v in keys], float
                )
                if target == observer or not mine.any() or not len(rows):
                    continue
                best = linprog(-mine, A_eq=rows, b_eq=totals, bounds=bounds, method="highs")
                if best.status == 0 and -best.fun < (1.1 - CLOSE) * float(mine @ truth):
                    found.append(f"{observer or 'public'} on {target} {variable}")
    return found


def is_unsafe(publication: Publication, name: str) -> bool:
    """The p % rule on one sum, as the handbook has it."""
    parts: dict[str, float] = defaultdict(float)
    for (firm, variable), c in publication.sums[name].items():
        parts[publication.holders[firm]] += c * publication.values[firm, variable]
    first, _, *others = sorted([*parts.values(), 0.0, 0.0], reverse=True)
    return sum(others) < 0.1 * first


def check(seed: int) -> tuple[int, int]:
    """Cells withheld by the method, and by a baseline that withholds whatever touches an unsafe sum."""
    publication = made_up(seed)
    released = released_after(publication)
    assert not violations(publication, sorted(released)), seed
    alone = {n for n in publication.sums if is_unsafe(publication, n)}
    touching = {
        n
        for n, w in publication.sums.items()
        if any(w.keys() & publication.sums[a].keys() for a in alone)
    }
    return len(publication.sums) - len(released), len(touching)


def test_a_publication_that_is_released_whole_gives_somebody_away() -> None:
    publication = made_up(3)
    assert violations(publication, sorted(publication.sums))


@pytest.mark.parametrize("seed", range(5))
def test_nothing_follows_from_what_is_released(seed: int) -> None:
    withheld, baseline = check(seed)
    assert withheld <= baseline


@pytest.mark.soak
def test_nothing_follows_from_a_thousand_publications() -> None:
    counts = [check(seed) for seed in range(1000)]
    assert sum(ours for ours, _ in counts) < sum(baseline for _, baseline in counts)


def test_what_can_be_inferred_is_worked_out_without_a_word() -> None:
    """The solver's banner would stand among the lines of a command, and of --progress json.

    It is printed once a process, so the question is asked in a new one.
    """
    ask = (
        "from cescore.method.disclosure.inference import Statement, System\n"
        "s = System({'a': 0.0}, (Statement.of('t', {'a': 1.0}, 9.0),))\n"
        "assert round(s.upper({'a': 1.0}).value) == 9\n"
        "print('then')"
    )
    run = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("then\n", "")
