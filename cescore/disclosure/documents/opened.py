"""A bundle or document opened: what a notebook computes with and a page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, Self, TypeVar

from cescore.definitions.model import Framework
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.other_documents import Document
from cescore.disclosure.documents.own_record import as_released, own_panel, to_fitted
from cescore.disclosure.documents.trial import trial_of
from cescore.errors import Sentence, VariantError
from cescore.method.column import Panel
from cescore.method.index.indicators import carried_year, compute_accounts, compute_indicators
from cescore.method.index.normalise import Fitted

DocumentT = TypeVar("DocumentT", bound=Document)

_NONE = Panel(entities=(), years=())


@dataclass(frozen=True)
class OpenBundle:
    """One report's world, opened: what a notebook computes with and a page shows.

    ``hash`` is the SHA-256 of the bundle file; ``framework`` is the official one until
    `with_framework` puts a variant in its place. ``official`` is what the file holds, ``again``
    makes the bundle of a variant where the workspace is at hand.
    """

    data: Bundle
    hash: str
    lang: str
    framework: Framework
    official: Bundle | None = None
    again: Callable[[Framework], Bundle] | None = None

    @cached_property
    def record(self) -> Panel:
        """The entity's own returned values as a panel of one entity."""
        return own_panel(self.data)

    @cached_property
    def as_released(self) -> Panel:
        """See `cescore.disclosure.documents.own_record.as_released`."""
        return as_released(self.data)

    @cached_property
    def with_accounts(self) -> Panel:
        """The same with the framework's accounts, which more than one step of a report stands on."""
        return compute_accounts(self.as_released, self.framework, base_year=self.base_year)

    @property
    def year(self) -> int:
        """The year evaluated."""
        return self.data.run.year

    @property
    def base_year(self) -> int:
        return self.data.base_year

    @property
    def is_variant(self) -> bool:
        """Whether the framework is another than the official one."""
        return self.framework.hash != self.data.framework_hash

    @cached_property
    def fitted(self) -> Fitted:
        """What the methods learnt from all entities, as far as the gate releases it."""
        return to_fitted(self.data.fitted, self.data.released)

    @cached_property
    def carried(self) -> Mapping[str, tuple[int, ...]]:
        """Indicators with a value carried from an earlier year -> the year each value is from."""
        found = self.data.evaluated.indicators
        codes = [one.code for one in found if any("carried" in word for word in one.status)]
        indicators = (
            compute_indicators(self.with_accounts, self.framework, base_year=self.base_year)
            if codes
            else _NONE
        )
        years = {
            code: carried_year(indicators, self.framework, code)[0]
            for code in codes
            if code in indicators.columns
        }
        return {code: tuple(int(year) for year in row) for code, row in years.items()}

    def with_framework(self, framework: Framework) -> Self:
        """The same record under another framework: a working variant, marked so on every page.

        Everything that follows from the framework is computed anew, or left out; see
        `cescore.disclosure.documents.trial`.

        Raises
        ------
        VariantError
            It cannot be known without the figures of others, or is another type's framework.
        """
        official = self.official or self.data
        if framework.entity_type != official.framework.entity_type:
            raise VariantError(
                Sentence(
                    "a framework of {entity_type}, expected one of {entity_type_2}",
                    entity_type=framework.entity_type,
                    entity_type_2=official.framework.entity_type,
                )
            )
        make = self.again or (lambda variant: trial_of(official, variant))
        data = official if framework.hash == official.framework.hash else make(framework)
        return replace(self, data=data, framework=data.framework, official=official)

    def __repr__(self) -> str:
        entity = self.data.entity
        variant = ", working variant" if self.is_variant else ""
        return f"<bundle {entity.entity_id} {entity.name(self.lang)} {self.year}, {self.hash[:12]}{variant}>"


@dataclass(frozen=True)
class OpenDocument(Generic[DocumentT]):
    """A document as its notebook sees it; ``hash`` is the SHA-256 of its file."""

    data: DocumentT
    hash: str
    lang: str

    def __repr__(self) -> str:
        return f"<{self.data.kind} {self.data.document_id} {self.data.run.year}, {self.hash[:12]}>"
