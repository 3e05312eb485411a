"""One yearly run, and what may be shown of others in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import Day, Real, Text, Truth, Whole, Words, Year


class Run(Definition):
    """One yearly build: the year, the plan, what the pages say of their standing."""

    year: Year
    # flash: a mid-year flash report 半年快报, marked on every page, without targets and grades
    kind: Literal["annual", "flash"] = "annual"
    plan: str = ""  # id in params/plans; empty: none
    # entity type -> the framework that evaluates it; without an entry the file of the type's name
    frameworks: Mapping[str, str] = {}
    beside: Mapping[str, Words] = {}  # entity type -> frameworks shown beside it, never graded
    base_year: Year | None = None  # None: the plan's, else the first year of data
    first_year: Year | None = None  # of the panel; None: the base year
    status: Literal["sample", "draft"] = "draft"  # what is more comes from a sign-off
    vintage: Literal["preliminary", "final"] = "preliminary"
    # entity type -> the type whose bodies add up to it; None: read from the register
    tiled_by: Mapping[str, str] | None = None
    # entities of a type; a larger one gets no bands, and its results are Parquet beside results.csv
    large_above: Whole = Field(default=50_000, ge=0)
    # what is evaluated, as the reports' title says it (循环经济评价, circular-economy assessment);
    # None: that; a title without a name: none is printed
    title: Named | None = None
    what_if: Truth = False  # a what-if page beside each scorecard
    issued: Day = ""  # a date the bureau states; a page never reads the clock
    issuer: Named = Named()
    place: Named = Named()


class Disclosure(Definition):
    """The gate's parameters: the bureau's decision, recorded, never printed in a report."""

    public_types: Words = ()  # bodies that may be named and ranked
    min_contributors: Whole = Field(default=4, ge=3)
    p_percent: Real = Field(default=10.0, ge=5, le=100)
    median_least_n: Whole = Field(default=10, ge=10)
    quartile_least_n: Whole = Field(default=20, ge=20)
    least_beyond_quantile: Whole = Field(default=5, ge=3)
    significant_digits: Whole = Field(default=2, ge=1, le=4)
    n_shown_from: Whole = Field(default=10, ge=3)
    industry_totals: Words = ()  # variables totalled by industry; empty: headline inputs
    # the variable that shares of industries in the register are shares of; empty: they are not audited
    shares_of: str = ""
    # legal bases whose values need no protection: their consent covers publication
    unprotected_bases: tuple[Literal["administrative", "consented"], ...] = ()
    # entity type of respondents -> why methods that learn from others may score it all the same
    learning_over_respondents: Mapping[str, Text] = {}
    licence: str = ""  # of the public tables, a URL or an SPDX name; empty: none is stated
    decided_by: str = ""
    decided_on: Day = ""

    @property
    def is_decided(self) -> bool:
        """Whether the bureau has said who may be named; until then nothing of others is released."""
        return bool(self.public_types)

    def is_for_statistics_alone(self, entity_type: str, legal_basis: str) -> bool:
        """Whether figures on a legal basis may be used for statistics only: a survey's of a single
        respondent (统计法), which a public body is not."""
        return legal_basis == "statistical" and entity_type not in self.public_types
