"""Variables, factors and accounts: what is returned, and what is derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from cescore.definitions.formulas.formula import Expression, parse
from cescore.definitions.industry_mix import is_mix, parts_of
from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import (
    Code,
    Number,
    NumberOrText,
    Tag,
    Text,
    Texts,
    Truth,
    Whole,
    Words,
)


class Estimate(Definition):
    """How a variable is estimated where it was not returned; such a value is flagged 测算."""

    filled: ClassVar[tuple[str, ...]] = ("executable", "factor")

    formula: Text  # may look at other entities, as rules do
    # which of the others a sum takes: attribute of the register or code variable -> its texts
    only: Mapping[str, Texts] = {}
    executable: str = ""
    factor: str = "1"
    source: Text
    tag: Tag

    @property
    def expression(self) -> Expression:
        """The formula as read, with its operands."""
        return parse(self.executable or self.formula, across=True)


class Variable(Named):
    """A reported quantity: what a department or an entity returns."""

    code: Code
    unit: str  # as written, for example "10k CNY"; see definitions.units
    kind: Literal["quantity", "count", "flag", "code"] = "quantity"
    entity_types: Words = ()  # empty: any
    department: str = ""  # who returns it
    rules: str = ""  # the dictionary's words
    sign: Literal["non_negative", "any"] = "non_negative"  # hard rule H1
    additive: Truth = True  # may a body's figure be the sum over the bodies in it
    allowed: Words = ()  # of a code
    words: Mapping[str, Named] = {}  # names of what a code may say
    one_in_series: Truth = False  # a code that an entity must not change over the years: a basis
    low: Mapping[str, Number] = {}  # usual range by entity type (soft), in `unit`
    high: Mapping[str, Number] = {}
    required: Truth = False  # an entity of its types that leaves it out gets a finding
    source: str = ""
    tag: Tag = "P"
    estimate: Estimate | None = None
    formerly: Words = ()  # codes it had before: returns under them are read as its own


class VariableName(Named):
    """What a page needs to know of a variable: names and unit."""

    unit: str
    department: str = ""
    words: Mapping[str, Named] = {}  # of a code


class Factor(Named):
    """A constant with a unit and a source that formulas may use: a conversion factor, a price index."""

    code: Code
    value: Number
    unit: str
    source: Text
    tag: Tag
    vintage: Whole | None = None  # year of the table or statistics it is taken from
    series: str = ""  # of a factor that is published anew each year: one vintage in all formulas
    # of a conversion that others exist of (calorific 当量, equivalent 等价): one in a formula
    basis: str = ""


class Example(Definition):
    """A worked case, checked by hand by someone who knows the field; tests run it."""

    # code -> number, or a state in lower case; a list holds consecutive years, the evaluated one last
    given: Mapping[str, NumberOrText | tuple[NumberOrText, ...]]
    expect: (
        NumberOrText  # in the declared unit, or a state: not_computable, missing, not_applicable
    )


class Computed(Named):
    """A quantity made by a formula: an account or an indicator.

    ``formula`` is what the analyst wrote; ``executable`` is the same with each unit conversion
    written in; ``factor`` is the last of them, from the formula's own unit to ``unit``, as an
    exact fraction ("10000", "1/100"). Loading fills both.
    """

    filled: ClassVar[tuple[str, ...]] = ("executable", "factor")

    code: Code
    unit: str
    formula: str = ""
    executable: str = ""
    factor: str = "1"
    collected: Truth = True  # false: a variable it needs is collected by nobody; printed 未采集
    definition: str = ""  # the formula in words where it cannot be executed
    source: Text
    tag: Tag
    note: str = ""
    decimals: Whole | None = Field(default=None, ge=0, le=8)  # in print
    examples: tuple[Example, ...] = ()
    # codes it had before, under which earlier results stand; no part of the method or its hash
    formerly: Words = Field(default=(), exclude=True)

    @property
    def expression(self) -> Expression | None:
        """The formula that is executed, with its operands; None where nobody collects them."""
        text = self.executable or self.formula
        return parse(text) if text else None


class Rung(Named):
    """One way to a quantity; the next is taken where it has no value, and that one is 测算."""

    rung: Code
    formula: Text


class TableValue(Definition):
    """One line of a table: the value for one word of a code."""

    value: Number
    source: str = ""  # empty: the table's
    tag: Tag | None = None  # None: the table's
    note: str = ""
    from_sample: Truth | None = Field(default=None, exclude=True)  # None: as the table


class Account(Computed):
    """A derived variable: a balance, a total, a conversion, or a value from a table.

    With a ``ladder`` the formula is first_available() over its rungs, which loading writes. A table
    (a norm, see `method.tables`) has ``by`` and ``values`` in place of a formula.
    """

    group: str = ""  # heading in the account tables
    entity_types: Words = ()
    shown: Words = ()  # entity types whose page prints it, in a table of its group
    # where a body's own returns do not give it: the sum over the bodies that add up to it
    summed: Truth = False
    ladder: tuple[Rung, ...] = ()
    across_bases: Truth = False  # sets conversions on two bases beside each other, on purpose
    # whose word chooses the value: a variable of kind code, or industry of the register
    by: str = ""
    values: Mapping[str, TableValue] = {}
    otherwise: TableValue | None = None  # of a word that has none; without it: not applicable
    # industry -> what stands in place of ``otherwise`` for its entities
    otherwise_in: Mapping[str, TableValue] = {}
    level: str = ""  # of a published norm: which of its levels the table holds (limit, advanced, …)
    # its values are typical of the synthetic sample; decides how firm a grade is, never the index
    from_sample: Truth = Field(default=False, exclude=True)

    def line(self, word: str, industry: str = "") -> TableValue | None:
        """The table's line for a word, with the table's source and tag where it has no own.

        Of a word that has none it is the industry's, and without such a one ``otherwise``.
        """
        found = self.values.get(word, self.otherwise_in.get(industry, self.otherwise))
        if found is None:
            return None
        is_of_sample = self.from_sample if found.from_sample is None else found.from_sample
        own = {"source": found.source or self.source, "tag": found.tag or self.tag}
        return found.model_copy(update={**own, "from_sample": is_of_sample})

    def is_from_sample(self, word: str, industry: str) -> bool:
        """Whether the value for a word, or for a part of a mix where there is none, is the sample's."""
        pairs = [(word, industry)]
        if not word and is_mix(industry):
            pairs = [(part.product, part.industry) for part in parts_of(industry)]
        lines = [self.line(*pair) for pair in pairs]
        return any(line is not None and bool(line.from_sample) for line in lines)

    def of_mix(self, industry: str) -> float | None:
        """The value for a body of several industries: Σ share · value of each part's product.

        Shares are of output, so it holds for what is stated per output. A part without a product, or
        with one that has no line, has its industry's ``otherwise_in``, else ``otherwise``; None where
        a part has neither, and for what is no mix.
        """
        if not is_mix(industry):
            return None
        lines = [
            (part.share, self.line(part.product, part.industry)) for part in parts_of(industry)
        ]
        known = [(share, Fraction(str(line.value))) for share, line in lines if line is not None]
        if len(known) < len(lines):
            return None
        return float(sum(share * value for share, value in known))
