"""Figures that do not add up, such as rates and prices: of few respondents they are these respondents' own.

No sum says what such a figure tells of who lies in the body; of a park of one firm it is the firm's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cescore.disclosure.ledger.behind import Behind, Quantity
from cescore.disclosure.ledger.statements import Figure

if TYPE_CHECKING:
    from cescore.definitions.model import Variable


def of_too_few(behind: Behind, least: int) -> Iterator[Figure]:
    """Figures of bodies in which fewer holdings than ``least``, and at least one, returned the same
    quantity other than 0."""
    variables = behind.yearly.workspace.definitions.variables
    for body in behind.bodies:
        panel = behind.yearly.evaluation_of(body.entity_id).panel
        row = panel.row(body.entity_id)
        for code, column in panel.columns.items():
            if not _may_be_another_s(variables.get(code)):
                continue
            for place in np.flatnonzero(column.is_present[row]).tolist():
                quantity = Quantity(code, panel.years[place])
                if quantity.year not in behind.read_years:
                    continue
                if 0 < len(_holders(behind, body.entity_id, quantity)) < least:
                    yield Figure(body.entity_id, *quantity)


def _may_be_another_s(variable: Variable | None) -> bool:
    return variable is not None and variable.kind == "quantity" and not variable.additive


def _holders(behind: Behind, body: str, quantity: Quantity) -> set[str]:
    """Who returned a quantity inside a body, or inside one that is the same place."""
    places = {body, *behind.twins(body)}
    return {
        behind.holder(respondent)
        for respondent in behind.values(quantity)
        if not places.isdisjoint(behind.chain(respondent, quantity.year))
    }
