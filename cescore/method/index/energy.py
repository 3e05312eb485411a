"""On which basis energy is counted: a series rests on one, or its change is no change of energy use.

Electricity on the calorific basis (当量, 0.1229 kgce/kWh) and on the basis of the coal burnt for it
(等价, about 0.30) differ two- to threefold. The coefficients themselves are factors of
params/accounts.yml.
"""

from __future__ import annotations

from collections.abc import Mapping

from cescore.method.column import Panel

BASES: Mapping[str, str] = {
    "calorific": "calorific 当量",
    "equivalent": "equivalent 等价",
    "当量": "calorific 当量",
    "等价": "equivalent 等价",
}


ENERGY_BASIS = "energy_basis"  # the variable that says how electricity is counted in standard coal


def mixed_bases(panel: Panel, code: str = ENERGY_BASIS) -> dict[str, dict[int, str]]:
    """Entities whose series changes its basis, with the basis of each year that states one.

    当量 and calorific are one word, so are 等价 and equivalent; any other word is a basis of its own. A
    year that states none is passed over; a panel without the code variable has nothing mixed.

    Parameters
    ----------
    code
        The code variable that states the basis, text of (entities, years).

    References
    ----------
    Coefficients after GB/T 2589; the two bases of electricity are never mixed inside one series
    (methodology 12).

    Examples
    --------
    >>> import numpy as np
    >>> texts = np.array([["当量", "calorific"], ["当量", "等价"]], object)
    >>> mixed_bases(Panel(("A", "B"), (2023, 2024), codes={"energy_basis": texts}))
    {'B': {2023: 'calorific 当量', 2024: 'equivalent 等价'}}
    """
    changing: dict[str, dict[int, str]] = {}
    texts = panel.codes.get(code)
    if texts is None:
        return changing
    for row, entity in enumerate(panel.entities):
        stated = {year: _basis(texts[row, i]) for i, year in enumerate(panel.years)}
        known = {year: basis for year, basis in stated.items() if basis}
        if len(set(known.values())) > 1:
            changing[entity] = known
    return changing


def _basis(text: object) -> str:
    word = str(text or "").strip()
    return BASES.get(word, word)
