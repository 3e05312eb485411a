"""Values looked up in a table by a word of the entity: norms by product, references by industry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cescore.definitions.industry_mix import is_mix
from cescore.definitions.model import Account
from cescore.method.column import Column, Panel, State

OF_REGISTER = "industry"  # the word that stands in the register, the same in all years


def looked_up(table: Account, panel: Panel) -> Column:
    """The value of each entity's word in each year [the table's declared unit].

    A blank word is MISSING: nobody said which line of the table holds. A word without a line has
    what the table says for the entity's industry (``otherwise_in``), else its ``otherwise``, and
    without either NOT_APPLICABLE: no such norm exists for it. A body that has no word, but several
    industries with their products and shares in the register, has Σ share · value of these.

    Parameters
    ----------
    table
        An account with ``by`` and ``values``.
    panel
        Codes as text (entities, years); the industry as an attribute of each entity.

    Returns
    -------
    Column
        Shape (entities, years); NaN where the state is not PRESENT.

    Examples
    --------
    >>> norm = Account.model_validate(
    ...     {
    ...         "code": "n",
    ...         "unit": "tce/t",
    ...         "by": "product",
    ...         "source": "made up",
    ...         "tag": "P",
    ...         "values": {"brick": {"value": 0.05, "source": "made up", "tag": "P"}},
    ...     }
    ... )
    >>> words = {"product": np.array([["brick", "glass", ""]], object)}
    >>> found = looked_up(norm, Panel(("K1",), (2023, 2024, 2025), codes=words))
    >>> found.values.tolist(), [State(s).name for s in found.state[0]]
    ([[0.05, nan, nan]], ['PRESENT', 'NOT_APPLICABLE', 'MISSING'])
    """
    words = _words(table.by, panel)
    values = np.full(panel.shape, np.nan if table.otherwise is None else table.otherwise.value)
    industries = _words(OF_REGISTER, panel)
    for industry, line in table.otherwise_in.items():
        values[industries == industry] = line.value
    for word, line in table.values.items():
        values[words == word] = line.value
    is_blank = words == ""
    values[is_blank] = np.nan
    for industry in dict.fromkeys(industries[is_blank]):
        if is_mix(industry):
            mixed = table.of_mix(industry)
            here = is_blank & (industries == industry)
            values[here] = np.nan if mixed is None else mixed
            is_blank &= ~here
    state = np.where(np.isnan(values), np.uint8(State.NOT_APPLICABLE), np.uint8(State.PRESENT))
    state = np.where(is_blank, np.uint8(State.MISSING), state)
    return Column(values, state, np.zeros(panel.shape, np.uint8))


def _words(by: str, panel: Panel) -> NDArray[np.object_]:
    """The word of each entity and year, "" where there is none."""
    if by == OF_REGISTER:
        of_register = panel.attributes.get(by, ("",) * len(panel.entities))
        return np.repeat(np.array(of_register, object)[:, None], len(panel.years), axis=1)
    texts = panel.codes.get(by)
    if texts is None:
        return np.full(panel.shape, "", object)
    return np.where(texts.astype(str) == "None", "", texts)
