"""Grades: the bands of a scale, and which of them a total reaches.

References
----------
Half-open bands, 90 优秀, [80, 90) 良好 and so on, of the re-evaluation of national eco-industrial parks
(2018, 2019; methodology 9.1, scale A), and of municipal target-responsibility schemes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cescore.definitions.bilingual import name_in
from cescore.definitions.model import GradeScale
from cescore.method.thresholds import meets


class GradeStep(NamedTuple):
    """A grade and the least total that earns it [points]."""

    zh: str
    en: str
    least: float

    def name(self, lang: str) -> str:
        """The grade's name in a language."""
        return name_in(lang, self.zh, self.en)


def grade_of_bands(total: float, bands: Sequence[GradeStep]) -> GradeStep:
    """The best of some bands, the best first, that an unrounded total reaches, else the lowest.

    89.96 is below 90, whatever is printed; what is 90 but for rounding noise is not (`thresholds`).

    Parameters
    ----------
    total
        Points [0-100]; below the least of every band it has the lowest grade.
    """
    reached = (band for band in bands if meets(total, ">=", band.least))
    return next(reached, bands[-1])


def from_the_best(scale: GradeScale) -> tuple[GradeStep, ...]:
    """The grades of a scale, the best first."""
    steps = (GradeStep(band.zh, band.en, band.least) for band in scale.bands)
    return tuple(sorted(steps, key=lambda step: -step.least))
