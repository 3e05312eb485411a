"""A variant as a file: what differs from which framework, so that anyone gets the same one again.

`difference` compares two frameworks, `applied` makes the variant again; a file holds nothing that
the changes of `cescore.definitions.model.variants` cannot make.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from cescore.definitions.entries.located import read
from cescore.definitions.entries.reading import Reading
from cescore.definitions.model import Framework, Indicator
from cescore.definitions.model.base import Definition
from cescore.definitions.model.framework import Goalposts, MissingRules
from cescore.definitions.model.variants import SOURCE, Terms
from cescore.definitions.model.written import Code, Number, Pair, Text, Weight, Words, YearKey
from cescore.errors import ParamsError, Problem, Sentence, VariantError

ALL = "all"  # under normalisation: of every indicator
UNSAVED = ("executable", "factor", "role", "collected", "examples", "code")
SHORT = 12  # characters of a hash in messages


class VariedEnds(Definition):
    """The ends of an indicator's scale from a year on."""

    worst: Number
    best: Number
    by_industry: Mapping[str, Pair] = {}


class VariedMean(Definition):
    """How the members of a group, or of the index, are aggregated."""

    aggregation: Text
    power: Number = 1.0


class VariedFrom(Definition):
    """The framework that a variant is one of."""

    version: str = ""
    hash: Text


class Patch(Definition):
    """What a variant changes; empty parts are as in the framework it is made from."""

    entity_type: Code
    framework: VariedFrom
    note: str = ""
    without: Words = ()
    indicators: Mapping[str, Mapping[str, Any]] = {}  # further ones, as params define them
    formulas: Mapping[str, Text] = {}
    weights: Mapping[str, Weight] = {}
    goalposts: Mapping[str, Mapping[YearKey, VariedEnds]] = {}
    normalisation: Mapping[str, Text] = {}  # indicator, or "all" -> method
    aggregation: Mapping[str, VariedMean] = {}  # group, or the index's code -> mean
    missing: Mapping[str, Text] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        kept = {"entity_type", "framework", "note"}
        return not any(getattr(self, name) for name in type(self).model_fields if name not in kept)


def difference(official: Framework, variant: Framework, note: str = "") -> Patch:
    """What a variant changes of a framework.

    Raises
    ------
    VariantError
        It is of another entity type, or differs in something that no change makes.
    """
    if official.entity_type != variant.entity_type:
        raise VariantError(
            Sentence(
                "a framework of {entity_type}, expected one of {entity_type_2}",
                entity_type=variant.entity_type,
                entity_type_2=official.entity_type,
            )
        )
    patch = Patch(
        entity_type=official.entity_type,
        framework=VariedFrom(version=official.version, hash=official.hash),
        note=note,
        without=_without(official, variant),
        indicators={
            code: _definition(indicator)
            for code, indicator in variant.indicators.items()
            if code not in official.indicators
        },
        formulas={
            code: indicator.formula
            for code, indicator in variant.indicators.items()
            if code in official.indicators
            and indicator.formula != official.indicators[code].formula
        },
        weights=_weights(official, variant),
        goalposts=_goalposts(official, variant),
        normalisation=_normalisation(official, variant),
        aggregation={
            code: VariedMean(aggregation=mean, power=power)
            for code, (mean, power) in _means(variant).items()
            if _means(official).get(code, (mean, power)) != (mean, power)
        },
        missing={
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name in MissingRules.model_fields
            if (value := getattr(variant.missing, name)) != getattr(official.missing, name)
        },
    )
    terms = Terms(variant.variables, variant.accounts, variant.factors)
    if applied(official, patch, terms).hash != variant.hash:
        raise VariantError(
            Sentence(
                "the framework differs in something that a variant file cannot hold, expected changes made by with_… and without alone"
            )
        )
    return patch


def applied(official: Framework, patch: Patch, terms: Terms = Terms()) -> Framework:
    """The variant that a patch describes.

    Raises
    ------
    VariantError
        The patch is of another framework (entity type or hash), or a change makes no sense.
    """
    if patch.entity_type != official.entity_type:
        raise VariantError(
            Sentence(
                "the variant is of {entity_type}, expected one of {entity_type_2}",
                entity_type=patch.entity_type,
                entity_type_2=official.entity_type,
            )
        )
    if patch.framework.hash != official.hash:
        raise VariantError(
            Sentence(
                "the variant is of framework {version} ({hash}), in use is {version_2} ({hash_2}): make it again from that one",
                version=patch.framework.version or "?",
                hash=patch.framework.hash[:SHORT],
                version_2=official.version,
                hash_2=official.hash[:SHORT],
            )
        )
    variant = official
    for code, definition in patch.indicators.items():
        variant = variant.with_indicator(code, terms=terms, **_keyword(definition))
    for code, formula in patch.formulas.items():
        variant = variant.with_formula(code, formula, terms=terms)
    if patch.without:
        variant = variant.without(*patch.without)
    if patch.weights:
        variant = variant.with_weights(**patch.weights)
    if patch.goalposts:
        variant = _with_ends(variant, patch.goalposts)
    if patch.normalisation:
        by_indicator = dict(patch.normalisation)
        general = by_indicator.pop(ALL, "")
        variant = variant.with_normalisation(general, **by_indicator)
    for code, mean in patch.aggregation.items():
        variant = variant.with_aggregation(power=mean.power, **{code: mean.aggregation})
    return variant.with_missing(**patch.missing) if patch.missing else variant


def write_variant(path: Path, patch: Patch) -> None:
    """Write a patch as YAML, ``variant.yml`` by habit."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 1000
    text = StringIO()
    plain = patch.model_dump(mode="json", exclude_defaults=True)
    yaml.dump(plain, text)
    path.write_text(f"# 试算稿 Working variant\n{text.getvalue()}", encoding="utf-8")


def read_variant(path: Path) -> Patch:
    """The patch of a file.

    Raises
    ------
    ParamsError
        There is no such file, or it is no variant: all that is wrong with it, with lines.
    """
    problems: list[Problem] = []
    if not path.is_file():
        raise ParamsError(Sentence("{name}: there is no such variant file", name=path.name))
    place = Reading(read(path, path.name, problems), "", problems)
    patch = place.build(Patch)
    if problems or patch is None:
        raise ParamsError(Sentence("{name} is no variant", name=path.name), problems)
    return patch


def _without(official: Framework, variant: Framework) -> tuple[str, ...]:
    """Groups that are gone, and indicators that are scored no more and whose group is still there."""
    groups = [code for code in official.groups if code not in variant.groups]
    scored = {i.code for i in variant.scored()}
    return (
        *(code for code in groups if official.groups[code].parent not in groups),
        *(i.code for i in official.scored() if i.code not in scored and i.group in variant.groups),
    )


def _definition(indicator: Indicator) -> dict[str, Any]:
    """An indicator as params define it, without what reading fills in."""
    dumped = indicator.model_dump(mode="json", exclude_defaults=True, exclude=set(UNSAVED))
    return {**dumped, "unit": indicator.unit, "direction": indicator.direction}


def _keyword(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as keywords; years are numbers again."""
    return {str(key): value for key, value in definition.items()}


def _weights(official: Framework, variant: Framework) -> dict[str, float]:
    """Weights that differ, and all of a group whose weights a method gives no more."""
    changed: dict[str, float] = {}
    for whole in ("", *variant.groups):
        known = whole == "" or whole in official.groups
        is_given = known and variant.weighting_of(whole) != official.weighting_of(whole)
        before = dict(official.members(whole)) if known else {}
        changed |= {
            code: weight
            for code, weight in variant.members(whole)
            if is_given or before.get(code, weight) != weight
        }
    return changed


def _goalposts(official: Framework, variant: Framework) -> dict[str, dict[int, VariedEnds]]:
    """All goalposts of each indicator of which one differs."""
    return {
        i.code: {year: _varied(ends) for year, ends in i.goalposts.items()}
        for i in variant.indicators.values()
        if i.code in official.indicators and i.goalposts != official.indicators[i.code].goalposts
    }


def _varied(ends: Goalposts) -> VariedEnds:
    return VariedEnds(worst=ends.worst, best=ends.best, by_industry=ends.by_industry)


def _with_ends(
    framework: Framework, goalposts: Mapping[str, Mapping[int, VariedEnds]]
) -> Framework:
    """The framework with other goalposts; those that are as before keep their source."""
    variant = framework
    for code, by_year in goalposts.items():
        before = framework.indicators[code].goalposts if code in framework.indicators else {}
        posts = {
            year: before[year]
            if year in before and _varied(before[year]) == ends
            else Goalposts(
                **ends.model_dump(),
                source=SOURCE,
                tag="P",
                mixed_by=before[year].mixed_by if year in before else None,
            )
            for year, ends in by_year.items()
        }
        variant = variant.with_posts(code, posts)
    return variant


def _normalisation(official: Framework, variant: Framework) -> dict[str, str]:
    before = {i.code: i.normalisation for i in official.scored()}
    after = {i.code: i.normalisation for i in variant.scored() if i.code in before}
    is_general = official.normalisation != variant.normalisation or any(
        after[code] is None and before[code] is not None for code in after
    )
    own: dict[str, str] = {
        code: method
        for code, method in after.items()
        if method is not None and (is_general or method != before[code])
    }
    return {ALL: variant.normalisation, **own} if is_general else own


def _means(framework: Framework) -> dict[str, tuple[str, float]]:
    wholes = {framework.index.code: "", **{code: code for code in framework.groups}}
    return {name: framework.mean_of(code) for name, code in wholes.items()}


__all__ = ["SOURCE", "Patch", "applied", "difference", "read_variant", "write_variant"]
