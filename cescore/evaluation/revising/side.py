"""One of two evaluations that are compared: its results, what it was made from, what decided it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cescore.definitions.definitions import Definitions
from cescore.intake.observations.corrections import Correction
from cescore.intake.register.entities import Register

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Side:
    """Results and all that is known of how they came about.

    Attributes
    ----------
    name
        As the person who asked calls it.
    results
        The rows of results.csv (`method.evaluation.RESULT_COLUMNS`).
    inputs
        Hash of every file below data/ and params/, by path; empty where that is not known.
    made_with
        Versions and hashes of code and libraries that numbers come from; likewise.
    facts
        Year, standing and vintage of the run.
    definitions, register, corrections, place
        What decided it and where each value stood; None and empty of bare results.
    """

    name: str
    results: pd.DataFrame
    inputs: Mapping[str, str] = field(default_factory=dict)
    made_with: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    definitions: Definitions | None = None
    register: Register | None = None
    corrections: tuple[Correction, ...] = ()
    base_year: int | None = None
    place: Callable[[str, str, int], str] | None = None

    def place_of(self, entity_id: str, code: str, year: int) -> str:
        """Where a returned value stood; "" where that is not known."""
        return "" if self.place is None else self.place(entity_id, code, year)
