"""Which frameworks have a what-if page: those whose methods can be told of one entity alone."""

from __future__ import annotations

from collections.abc import Iterator

from cescore.definitions.model import AMONG_ALL, Framework
from cescore.disclosure.documents.bundle import Bundle
from cescore.errors import MethodError, Sentence, sentences
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import BY_ORDER


def refusals(bundle: Bundle) -> list[str]:
    """Why an entity has no what-if page, in words; empty where it has one.

    What an entity would get with other values cannot be told of a method that compares it with
    everybody, nor where what a method learnt of others may not be shown.
    """
    framework = bundle.framework
    return [*_compared(framework), *_scored_among_all(bundle)]


def require_what_if(bundle: Bundle) -> None:
    """Pass where an entity can have a what-if page.

    Raises
    ------
    MethodError
        Its framework has none; every method that stands in the way is named.
    """
    reasons = refusals(bundle)
    if reasons:
        whose = bundle.framework.entity_type
        raise MethodError(
            Sentence(
                "the framework of {whose} has no what-if: {reasons}",
                whose=whose,
                reasons=sentences(reasons),
            )
        )


def _compared(framework: Framework) -> Iterator[str]:
    """The index and groups that are places among all."""
    wholes = [
        (code or framework.index.code, framework.mean_of(code)[0])
        for code in ("", *framework.groups)
    ]
    groups = framework.progress.groups if framework.progress else ()
    for code, mean in (*wholes, *((group.code, group.aggregation) for group in groups)):
        if mean in AMONG_ALL:
            yield Sentence(
                "{code} is aggregated by {mean}, which compares every entity with every other",
                code=code,
                mean=mean,
            )


def _scored_among_all(bundle: Bundle) -> Iterator[str]:
    """The indicators whose score stands on everybody's values, or on what may not be shown of them."""
    for indicator in bundle.framework.scored():
        method = method_of(indicator, bundle.framework)
        if method in BY_ORDER:
            yield Sentence(
                "{code} is scored by {method}, which needs every entity's value",
                code=indicator.code,
                method=method,
            )
        elif indicator.code in bundle.fitted.released_scores:
            yield Sentence(
                "what {method} learnt of others for {code} is withheld",
                code=indicator.code,
                method=method,
            )
