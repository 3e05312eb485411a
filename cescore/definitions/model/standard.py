"""A standard: thresholds that somebody published, judged line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cescore.definitions.model.base import Definition, Named
from cescore.definitions.model.written import Code, Number, Tag, Text, Truth, Whole, Words


class Requirement(Definition):
    """One line of a standard: a value that an indicator must reach.

    It is compulsory, or one of a group of which some must be met, or neither: then it is only shown.
    """

    id: Code
    indicator: Text  # of the standard's entity type
    op: Literal[">=", "<="]
    threshold: Number | None = None  # in the indicator's unit; None: the document sets none
    compulsory: Truth = False
    choose: str = ""  # the group it belongs to
    sign_of: str = ""  # an indicator; where it is negative the comparison turns round
    tag: Tag  # of the threshold: only S, V and C can decide against an entity
    note: str = ""


class ChooseGroup(Named):
    """Requirements of which so many must be met."""

    least: Whole = Field(default=1, ge=1)


class Standard(Named):
    """Thresholds that somebody published for an entity type: judged line by line, never scored."""

    id: str
    entity_type: str
    source: Text
    tag: Tag
    note: str = ""
    applies_to_entities: Words = ()  # entity ids; empty: all of the type
    requirements: Mapping[str, Requirement]
    choose: Mapping[str, ChooseGroup] = {}
