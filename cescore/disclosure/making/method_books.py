"""Makes the method book of a workspace: its params, and what illustrates them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cescore.definitions.frameworks.history import breaks_of
from cescore.disclosure.documents.illustration import Illustration
from cescore.disclosure.documents.other_documents import MethodBook

if TYPE_CHECKING:
    from cescore.definitions.definitions import Definitions
    from cescore.definitions.model import Framework


def make_method_book(
    definitions: Definitions, base_year: int, illustration: Illustration | None = None
) -> MethodBook:
    """The book of all frameworks of a workspace; without an illustration, of definitions alone."""
    run, history = definitions.run, definitions.history
    breaks = {
        entity_type: breaks_of(entity_type, framework, history, run.year, base_year)
        for entity_type, framework in definitions.frameworks.items()
    }
    book = MethodBook(
        run=definitions.run,
        base_year=base_year,
        frameworks=tuple(_lean(framework) for framework in definitions.frameworks.values()),
        hashes={t: framework.hash for t, framework in definitions.frameworks.items()},
        variables=tuple(definitions.variables.values()),
        checks=definitions.checks,
        ranges=definitions.ranges,
        built_in=definitions.built_in,
        plan=definitions.plan,
        standards=tuple(definitions.standards.values()),
        public_types=definitions.disclosure.public_types,
        breaks={t: found for t, found in breaks.items() if found},
        references=definitions.references,
        ends=definitions.ends,
        illustration=illustration or Illustration(),
    )
    return book.numbered()


def _lean(framework: Framework) -> Framework:
    """The framework without the worked examples, which tests run and no page prints."""
    changed: dict[str, Any] = {
        name: {
            code: one.model_copy(update={"examples": ()})
            for code, one in getattr(framework, name).items()
        }
        for name in ("indicators", "accounts")
    }
    return framework.model_copy(update=changed)
