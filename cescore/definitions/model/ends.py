"""Where the ends of scales come from: rules said once, and the ends of each quantity by a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field

from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.reference import ReferenceKind
from cescore.definitions.model.written import (
    Code,
    Direction,
    Number,
    Pair,
    Positive,
    Tag,
    Text,
    Truth,
    Year,
)

EndsRuleKind = Literal["ratio", "share", "levels"]
ENDS_RULE_KINDS: tuple[EndsRuleKind, ...] = get_args(EndsRuleKind)
ON_LOG = "log_goalposts"  # the scale of a ratio: equal ratios earn equal points
MIDDLE = "middle"  # of a rule of kind ratio: what the value itself earns
HALF = 50.0  # where a rule does not say: as far to the worst end as to the best one


class EndsRule(Named):
    """One way to find the ends of a scale, with the one number that it takes.

    ratio: around a value, on a logarithmic scale; the best end is ``ratio`` times away, the worst so
    far that the value itself earns the points of ``middle``. share: the best end as stated, the worst
    ``part`` of it. levels: each level of a published norm has its points [0-100].
    """

    code: Code
    kind: EndsRuleKind
    ratio: Number | None = Field(default=None, gt=1)
    part: Number | None = Field(default=None, ge=0, lt=1)
    # of levels: level -> points, the best level first; of a ratio: what its middle earns
    points: Mapping[Code, Number] = {}
    reason: Text
    tag: Tag = "P"

    @property
    def middle(self) -> float:
        """What the value that a ratio goes by earns [points of 100]."""
        return self.points.get(MIDDLE, HALF)

    @property
    def worse(self) -> float:
        """How many times worse than its value the worst end of a ratio lies.

        ratio ^ (middle / (100 - middle)): a factor costs the same points on either side.

        Examples
        --------
        >>> EndsRule(code="a", kind="ratio", ratio=4, points={"middle": 60}, reason="ours").worse
        8.0
        """
        return float((self.ratio or 1.0) ** (self.middle / (100 - self.middle)))


class AroundReference(Definition):
    """A value of references.yml that the ends of a quantity go by."""

    indicator: Code
    area: Code
    year: Year
    kind: ReferenceKind = "actual"


class QuantityEnds(Named):
    """A quantity and the ends of its scale, the same in every framework that measures it.

    Ends are worked out by ``rule`` (around or down from ``value``, or from ``reference``; or by the
    ``levels`` of a norm), or stated as ``worst`` and ``best`` with the ``reason`` why no rule fits.
    """

    code: Code
    unit: Text
    direction: Direction
    rule: str = ""
    value: Positive | None = None
    reference: AroundReference | None = None
    by_industry: Mapping[str, Positive] = {}  # industry -> value of its own, of a rule
    levels: Mapping[Code, Code] = {}  # level of the norm -> table of norms.yml
    worst: Number | None = None
    best: Number | None = None
    ends_by_industry: Mapping[str, Pair] = {}  # industry -> (worst, best), stated
    # of a ratio to anything but output: the table of norms.yml with its denominator per output, by
    # which the ends of a body of several industries are mixed; empty: by its shares of output
    mixed_by: str = ""
    reason: str = ""  # why ends are stated, or why a part of them is
    source: Text
    tag: Tag
    from_sample: Truth = Field(default=False, exclude=True)  # go by what the synthetic sample holds


class EndsTable(Definition):
    """The file goalposts.yml."""

    rules: Mapping[Code, EndsRule] = {}
    quantities: Mapping[Code, QuantityEnds] = {}
