"""Methods by which the score of a respondent would give away others' values: refused for respondents.

A score that is a known function of observed bounds, means or an order is an equation in others'
values: whoever knows its own value and its score solves for them, alone or with a few others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.model import (
    AMONG_ALL,
    LEARNT,
    ON_GOALPOSTS,
    Disclosure,
    Framework,
)
from cescore.errors import Sentence

STATED_ENDS = Sentence("{listed}: ends that params state", listed=", ".join(ON_GOALPOSTS))
MEANS = "a mean of the entity's own scores (arithmetic_mean, geometric_mean …)"
FEWEST = 20  # entities that learnt weights are learnt from, where they are allowed


def check_respondent_methods(
    drafts: Mapping[str, Draft],
    frameworks: Mapping[str, Framework | None],
    disclosure: Disclosure,
    at: Reading,
) -> None:
    """Every method of a respondents' framework that learns from others is refused.

    Of types in ``public_types``, and of those that ``learning_over_respondents`` names with a
    reason, nothing is. Without ``public_types`` nothing has been decided, and nothing is refused.

    Parameters
    ----------
    at
        Where disclosure.yml stands, for what is wrong there.
    """
    allowed = at.at("learning_over_respondents")
    for kind in disclosure.learning_over_respondents:
        if kind in disclosure.public_types:
            allowed.refuse(
                Sentence("{kind!r} is public", kind=kind),
                "an entity type not in public_types",
                kind,
            )
        else:
            allowed.known(kind, [k for k in drafts if k not in disclosure.public_types])
    if not disclosure.is_decided:
        return
    for kind, framework in frameworks.items():
        if framework is None or kind in disclosure.public_types:
            continue
        if kind in disclosure.learning_over_respondents:
            _check_fewest(drafts[kind], framework)
            continue
        otherwise = Sentence(
            "or a reason under learning_over_respondents.{kind} in disclosure.yml", kind=kind
        )
        for place, key, method, instead in _learning(drafts[kind], framework):
            found = Sentence("{method} lets a respondent solve for others' values", method=method)
            place.refuse(found, f"{instead}; {otherwise}", key)


def _learning(draft: Draft, framework: Framework) -> Iterator[tuple[Reading, str, str, str]]:
    """The place, key and name of each method that learns from others, and what to use instead.

    A framework's own setting is named once, where any indicator or group goes by it.
    """
    for indicator in framework.scored():
        at = draft.indicator_places[indicator.code]
        method = indicator.normalisation or framework.normalisation
        if method not in ON_GOALPOSTS:
            yield _at(at, draft, "normalisation"), "normalisation", method, STATED_ENDS
        imputation = framework.imputation_of(indicator).method
        if imputation != "none":
            what = Sentence("imputation {imputation}", imputation=imputation)
            yield _at(at, draft, "imputation"), "imputation", what, "none: missing rules of params"
        treatment = framework.treatment_of(indicator).method
        if treatment != "none":
            what = Sentence("treatment {treatment}", treatment=treatment)
            yield _at(at, draft, "treatment"), "treatment", what, "none: stated ends cut outliers"
    for group in ("", *framework.groups):
        at = draft.group_places[group] if group else draft.at
        aggregation = framework.mean_of(group)[0]
        if aggregation in AMONG_ALL:
            yield at, "aggregation", aggregation, MEANS
        weighting = framework.weighting_of(group).method
        if weighting in LEARNT and len(framework.members(group)) > 1:
            what = Sentence("weighting {weighting}", weighting=weighting)
            yield _at(at, draft, "weighting"), "weighting", what, "given, equal, budget or ahp"


def _at(own: Reading, draft: Draft, key: str) -> Reading:
    """Where a setting is written: at the indicator or group itself, or for the whole framework."""
    return own if own.node.get(key) is not None else draft.at


def _check_fewest(draft: Draft, framework: Framework) -> None:
    """Also where they are allowed, weights learnt from few respondents are not shown."""
    for group in ("", *framework.groups):
        weighting = framework.weighting_of(group)
        if weighting.method in LEARNT and weighting.fewest < FEWEST:
            at = _at(draft.group_places[group] if group else draft.at, draft, "weighting")
            at.at("weighting").refuse(
                f"{weighting.fewest}", Sentence("{fewest} or more", fewest=FEWEST), "fewest"
            )
