"""A framework and its variants: each change gives a new framework, and refuses nonsense in one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, get_args

from pydantic import ValidationError

from cescore.definitions.model.framework import (
    AMONG_ALL,
    LEARNT,
    ON_GOALPOSTS,
    STATED,
    AmongAll,
    Goalposts,
    Indicator,
    Mean,
    MissingRules,
    Normalisation,
    OnGoalposts,
    OnObserved,
    ResolvedFramework,
    Rule,
    Weighting,
)
from cescore.definitions.model.inserting import Terms, inserted
from cescore.definitions.model.refusals import expected_by
from cescore.definitions.spelling import best_first, with_nearest
from cescore.errors import Sentence, VariantError, sentences

MEANS: tuple[str, ...] = (*get_args(Mean), "generalised_mean", *AMONG_ALL)
NORMALISATIONS: tuple[str, ...] = (*get_args(OnGoalposts), *get_args(OnObserved))
RULES: tuple[str, ...] = get_args(Rule)
BY_RULE = (
    "not_reported",
    "nowhere_reported",
    "not_applicable",
    "not_computable",
    "not_collected",
)
SOURCE = "试算 working variant"
FEW = 6  # words that are all listed where an unknown one is refused
FIRST_YEAR = 1900  # of goalposts where a framework has none

__all__ = ["MEANS", "NORMALISATIONS", "RULES", "AmongAll", "Framework", "Normalisation", "Terms"]


class Framework(ResolvedFramework):
    """A resolved framework with the changes that make variants of it.

    Each ``with_…`` gives a new framework with another hash and leaves this one as it is; they can be
    chained. What makes no sense is refused as `VariantError`, with the nearest spelling.
    """

    def with_weights(self, **weights: float) -> Self:
        """Other weights of groups or scored indicators, relative to the others of their group.

        0 leaves a member out of the index. In a group whose weights a method gives (equal, entropy,
        …), those written hold from then on.

        Examples
        --------
        ``framework.with_weights(R01=2, OUT=0.4)``
        """
        self._refuse_unknown(
            weights, [*self.groups, *self._scored], "a group or a scored indicator"
        )
        for code, weight in weights.items():
            if not _is_number(weight) or weight < 0:
                raise VariantError(
                    Sentence(
                        "weight of {code}: {weight!r}, expected a number of 0 or more",
                        code=code,
                        weight=weight,
                    )
                )
        variant = self.reweighted({code: float(weight) for code, weight in weights.items()})
        return variant._given(self._parent(code) for code in weights)._refused_if_empty()

    def with_goalposts(
        self, *, since: int | None = None, industry: str = "", **ends: Sequence[float]
    ) -> Self:
        """Other ends of the scale, (worst, best), of scored indicators.

        Parameters
        ----------
        since
            The year from which they hold; None: in every year.
        industry
            Of entities of this industry only; "": of those without ends of their own, too.

        Examples
        --------
        ``framework.with_goalposts(R01=(2000, 9000))``
        """
        self._refuse_unknown(ends, self._scored, "a scored indicator")
        changed = {}
        for code, pair in ends.items():
            indicator = self.indicators[code]
            worst, best = _ends(code, pair, indicator.direction)
            changed[code] = indicator.model_copy(
                update={"goalposts": _posts(indicator, (worst, best), since, industry)}
            )
        return self.changed({"indicators": {**self.indicators, **changed}})

    def with_posts(self, code: str, posts: Mapping[int, Goalposts]) -> Self:
        """Another series of goalposts of one scored indicator, each with its own source."""
        self._refuse_unknown([code], self._scored, "a scored indicator")
        indicator = self.indicators[code]
        for ends in posts.values():
            for pair in ((ends.worst, ends.best), *ends.by_industry.values()):
                _ends(code, pair, indicator.direction)
        changed = indicator.model_copy(update={"goalposts": dict(posts)})
        return self.changed({"indicators": {**self.indicators, code: changed}})

    def with_normalisation(self, method: str = "", /, **by_indicator: str) -> Self:
        """Another way from indicators to scores: one for all, or by indicator.

        Examples
        --------
        ``framework.with_normalisation("min_max")``, ``framework.with_normalisation(R01="rank")``
        """
        self._refuse_unknown(by_indicator, self._scored, "a scored indicator")
        named = {code: method for code in self._scored if method} | by_indicator
        for code, word in named.items():
            _refuse_word(word, NORMALISATIONS, "a normalisation")
            self._refuse_normalisation(self.indicators[code], word)
        own: Mapping[str, str | None] = {
            **dict.fromkeys(self._scored if method else ()),
            **by_indicator,
        }
        indicators = {
            code: i.model_copy(update={"normalisation": own[code]}) if code in own else i
            for code, i in self.indicators.items()
        }
        whole = {"normalisation": method} if method else {}
        return self.changed({**whole, "indicators": indicators})

    def with_aggregation(self, method: str = "", /, *, power: float = 1.0, **by_group: str) -> Self:
        """Another mean: one for the index and all groups, or by code of group or index.

        Parameters
        ----------
        power
            Of ``generalised_mean``, wherever it is named here.

        Examples
        --------
        ``framework.with_aggregation("geometric_mean")``,
        ``framework.with_aggregation(OUT="generalised_mean", power=0.5)``
        """
        index = self.index.code
        self._refuse_unknown(by_group, [index, *self.groups], "a group or the index")
        named = {code: method for code in (index, *self.groups) if method} | by_group
        for word in named.values():
            _refuse_word(word, MEANS, "an aggregation")
        if not _is_number(power):
            raise VariantError(Sentence("power: {power!r}, expected a number", power=power))
        if power != 1 and "generalised_mean" not in named.values():
            raise VariantError(
                Sentence(
                    "power {power:g} is of generalised_mean alone, expected that method",
                    power=power,
                )
            )
        how = {c: {"aggregation": m, "power": _power(m, power)} for c, m in named.items()}
        groups = {
            code: group.model_copy(update=how[code]) if code in how else group
            for code, group in self.groups.items()
        }
        return self.changed({**how.get(index, {}), "groups": groups})

    def with_missing(self, **rules: str | float | bool) -> Self:
        """Other missing-data rules, by the names they have in params.

        Examples
        --------
        ``framework.with_missing(not_reported="exclude", min_weight_covered=0.7)``
        """
        self._refuse_unknown(rules, MissingRules.model_fields, "a missing-data rule")
        for name in BY_RULE:
            if name in rules:
                _refuse_word(str(rules[name]), RULES, Sentence("what {name} does", name=name))
        try:
            own = {name: getattr(self.missing, name) for name in MissingRules.model_fields}
            missing = MissingRules.model_validate({**own, **rules})
        except ValidationError as error:
            raise VariantError(_in_a_sentence("missing-data rule", error)) from None
        return self.changed({"missing": missing})

    def without(self, *codes: str) -> Self:
        """Without some indicators or groups in the index.

        An indicator is still computed and shown, for targets and headline may use it; it has no
        score. A group goes with all that stands in it, and a group left empty goes as well.
        """
        known = [*self.groups, *self._scored]
        self._refuse_unknown(codes, known, "a group or a scored indicator")
        gone, before = set(codes), -1
        while len(gone) != before:
            before = len(gone)
            gone |= {c for c, g in self.groups.items() if g.parent in gone}
            gone |= {i.code for i in self.scored() if i.group in gone}
            gone |= {g for g in self.groups if all(c in gone for c, _ in self.members(g))}
        indicators = {
            code: i.model_copy(update={"group": "", "weight": 0.0, "role": "reported"})
            if code in gone
            else i
            for code, i in self.indicators.items()
        }
        groups = {code: g for code, g in self.groups.items() if code not in gone}
        if not groups:
            raise VariantError(
                Sentence("without {listed} nothing is left in the index", listed=", ".join(codes))
            )
        return self.changed({"indicators": indicators, "groups": groups})._refused_if_empty()

    def with_indicator(self, code: str, /, *, terms: Terms = Terms(), **definition: Any) -> Self:
        """A further indicator, defined as in params; dimensions are checked and factors applied.

        Parameters
        ----------
        terms
            Variables, accounts and factors that the formula may use beside the framework's own.
        definition
            ``formula``, ``unit`` and ``direction`` at least; scored: ``group``, ``weight`` (default
            1) and ``goalposts``, a pair (worst, best) or by year as in params.

        Examples
        --------
        ``framework.with_indicator("N01", formula="water_reused / water_total", unit="%",
        direction=1, group="REC", goalposts=(0, 50))``
        """
        if code in self.indicators:
            raise VariantError(
                Sentence("{code} is an indicator already, expected another code", code=code)
            )
        group = definition.get("group", "")
        if group:
            _refuse_word(group, self.groups, "a group")
        entry = {"source": SOURCE, "tag": "P", **definition, "code": code}
        entry["role"] = "scored" if group else "reported"
        if group:
            entry.setdefault("weight", 1.0)
        posts = entry.get("goalposts")
        if isinstance(posts, Sequence) and not isinstance(posts, str):
            pair = _ends(code, posts, entry.get("direction", 1))
            entry["goalposts"] = {self._first_year: _ends_of(pair)}
        try:
            indicator = Indicator.model_validate(entry)
        except ValidationError as error:
            raise VariantError(
                _in_a_sentence(Sentence("indicator {code}", code=code), error)
            ) from None
        for ends in indicator.goalposts.values():
            _ends(code, (ends.worst, ends.best), indicator.direction)
        if group:
            self._refuse_normalisation(indicator, indicator.normalisation or self.normalisation)
        return self.changed(inserted(self, indicator, terms))

    def with_formula(self, code: str, formula: str, *, terms: Terms = Terms()) -> Self:
        """Another formula of an indicator, in its unit."""
        self._refuse_unknown([code], self.indicators, "an indicator")
        update = {"formula": formula, "collected": True, "examples": ()}
        indicator = self.indicators[code].model_copy(update=update)
        return self.changed(inserted(self, indicator, terms))

    @property
    def _scored(self) -> list[str]:
        return [indicator.code for indicator in self.scored()]

    @property
    def _first_year(self) -> int:
        years = [year for indicator in self.scored() for year in indicator.goalposts]
        return min(years, default=FIRST_YEAR)

    def _parent(self, code: str) -> str:
        return self.groups[code].parent if code in self.groups else self.indicators[code].group

    def _given(self, wholes: Iterable[str]) -> Self:
        """The weights of these groups' members as written, where a method gave them."""
        by_method = (*STATED, *LEARNT)
        own = {c for c in wholes if self.weighting_of(c).method in by_method}
        if not own:
            return self
        general = self.weighting
        groups = dict(self.groups)
        for code, group in groups.items():
            if code in own:
                groups[code] = group.model_copy(update={"weighting": Weighting()})
            elif "" in own and group.weighting is None:  # it keeps what was the general rule
                groups[code] = group.model_copy(update={"weighting": general})
        return self.changed({"groups": groups, "weighting": Weighting() if "" in own else general})

    def _refused_if_empty(self) -> Self:
        """The framework itself, unless nothing would count in its index."""
        counts = {code: i.weight > 0 for code, i in self.indicators.items() if i.group}
        for group in (*(g.code for g in self.groups_bottom_up()), ""):
            counts[group] = any(w > 0 and counts[c] for c, w in self.members(group))
        if not counts[""]:
            raise VariantError("every weight in the index would be 0, expected one above 0")
        return self

    def _refuse_normalisation(self, indicator: Indicator, method: str) -> None:
        if method in ON_GOALPOSTS and indicator.collected and not indicator.goalposts:
            raise VariantError(
                Sentence(
                    "{method} of {code}: it has no goalposts, expected some",
                    method=method,
                    code=indicator.code,
                )
            )
        if method == "distance_to_reference" and not (indicator.reference or self.reference):
            raise VariantError(
                Sentence(
                    "{method} of {code}: params name no reference entity",
                    method=method,
                    code=indicator.code,
                )
            )
        treatment = self.treatment_of(indicator)
        if treatment.method != "none" and treatment.then != "none" and method in ON_GOALPOSTS:
            raise VariantError(
                Sentence(
                    "{method} of {code}: its outliers are transformed ({then}), while goalposts stand on untransformed values",
                    method=method,
                    code=indicator.code,
                    then=treatment.then,
                )
            )

    def _refuse_unknown(self, words: Iterable[str], known: Iterable[str], what: str) -> None:
        """Raise for the first word that is not known, naming the code or name nearest to it."""
        codes = list(known)
        names = {
            name: code
            for code in codes
            for item in (self.indicators.get(code) or self.groups.get(code),)
            if item is not None
            for name in (item.zh, item.en)
        }
        for word in words:
            if word in names:
                raise VariantError(
                    Sentence(
                        "{word!r} is the name of {code}, expected the code",
                        word=word,
                        code=names[word],
                    )
                )
            _refuse_word(
                word,
                codes,
                Sentence("{what} of {entity_type}", what=what, entity_type=self.entity_type),
            )


def _refuse_word(word: str, known: Iterable[str], what: str) -> None:
    """Raise for a word that is not among those known: the nearest, or all where they are few."""
    words = list(known)
    if word not in words:
        listed = (
            Sentence("; known are {listed}", listed=", ".join(words)) if len(words) <= FEW else ""
        )
        raise VariantError(
            Sentence(
                "{word!r} is not {what}{listed}",
                word=word,
                what=with_nearest(what, word, words) if not listed else what,
                listed=listed,
            )
        )


def _is_number(value: object) -> bool:
    is_real = isinstance(value, int | float) and not isinstance(value, bool)
    return is_real and math.isfinite(value)  # type: ignore[arg-type]


def _ends(code: str, pair: Sequence[float], direction: int) -> tuple[float, float]:
    """Worst and best of a pair, in the order that the direction says."""
    if not isinstance(pair, Sequence) or len(pair) != 2 or not all(map(_is_number, pair)):
        raise VariantError(
            Sentence(
                "goalposts of {code}: {pair!r}, expected two numbers (worst, best)",
                code=code,
                pair=pair,
            )
        )
    worst, best = float(pair[0]), float(pair[1])
    if (best - worst) * direction <= 0:
        order = best_first(direction)
        raise VariantError(
            Sentence(
                "goalposts of {code}: worst {worst:g}, best {best:g}, expected {order} (direction {direction})",
                code=code,
                worst=worst,
                best=best,
                order=order,
                direction=direction,
            )
        )
    return worst, best


def _ends_of(pair: tuple[float, float]) -> Goalposts:
    return Goalposts(worst=pair[0], best=pair[1], source=SOURCE, tag="P")


def _posts(
    indicator: Indicator, pair: tuple[float, float], since: int | None, industry: str
) -> dict[int, Goalposts]:
    """An indicator's goalposts by year with other ends, in general or of one industry."""
    posts = dict(indicator.goalposts)
    if since is not None:
        held = indicator.goalposts_in(since)
        posts = {year: ends for year, ends in posts.items() if year < since}
        posts[since] = held or _ends_of(pair)
    elif not posts:
        posts = {FIRST_YEAR: _ends_of(pair)}
    changed = {year for year in posts if since is None or year >= since}
    for year in changed:
        own = posts[year]
        if (own.by_industry.get(industry) if industry else (own.worst, own.best)) == pair:
            continue
        named = {"source": SOURCE, "tag": "P"}
        update = {"by_industry": {**own.by_industry, industry: pair}} if industry else {
            "worst": pair[0], "best": pair[1],
        }  # fmt: skip
        posts[year] = own.model_copy(update={**named, **update})
    return posts


def _power(method: str, power: float) -> float:
    return float(power) if method == "generalised_mean" else 1.0


def _in_a_sentence(what: str, error: ValidationError) -> str:
    """What pydantic refuses, as one sentence."""
    faults = []
    for fault in error.errors(include_url=False):
        key = ".".join(map(str, fault["loc"]))
        if fault["type"] == "extra_forbidden":
            faults.append(Sentence("unknown key {key}", key=key))
        elif fault["type"] == "missing":
            faults.append(Sentence("{key} is missing", key=key))
        else:
            faults.append(
                Sentence(
                    "{key} {given!r}, expected {expected}",
                    key=key,
                    given=fault["input"],
                    expected=expected_by(fault),
                )
            )
    return Sentence("{what}: {faults}", what=what, faults=sentences(faults))
