"""What a variant changes, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from cescore.definitions.model import Framework
from cescore.definitions.variant_file import ALL, Patch
from cescore.publish.words import label

DECIMALS = 6


def in_words(patch: Patch, official: Framework, lang: str) -> tuple[str, ...]:
    """A sentence for each change of a patch, with what stood there before; one that says so where
    nothing is changed."""
    return tuple(_Words(patch, official, lang).all()) or (label("variant.none", lang),)


class _Words:
    """The sentences of one patch."""

    def __init__(self, patch: Patch, official: Framework, lang: str) -> None:
        self.patch, self.official, self.lang = patch, official, lang

    def all(self) -> Iterator[str]:
        patch = self.patch
        for code in patch.without:
            yield self._t("without", name=self._name(code))
        for code, definition in patch.indicators.items():
            name = definition.get(self.lang) or definition.get("zh") or definition.get("en") or code
            formula = definition.get("formula", "")
            yield self._t("indicator", name=f"{code} {name}", formula=formula)
        for code, formula in patch.formulas.items():
            before = self.official.indicators[code].formula
            yield self._t("formula", name=self._name(code), old=before, new=formula)
        for code, weight in patch.weights.items():
            old, new = self._n(self._weight(code)), self._n(weight)
            yield self._t("weight", name=self._name(code), old=old, new=new)
        yield from self._goalposts()
        for code, method in patch.normalisation.items():
            before = self.official.normalisation
            if code == ALL:
                new = self._method(method)
                yield self._t("normalisation.all", old=self._method(before), new=new)
            else:
                yield self._t("normalisation", name=self._name(code), new=self._method(method))
        for code, mean in patch.aggregation.items():
            whole = "" if code == self.official.index.code else code
            if whole and whole not in self.official.groups:
                continue
            old = self._mean(*self.official.mean_of(whole))
            new = self._mean(mean.aggregation, mean.power)
            yield self._t("aggregation", name=self._name(code), old=old, new=new)
        for rule, value in patch.missing.items():
            old = self._rule(str(getattr(self.official.missing, rule)))
            yield self._t("missing", name=rule, old=old, new=self._rule(value))

    def _goalposts(self) -> Iterator[str]:
        for code, by_year in self.patch.goalposts.items():
            for year, ends in by_year.items():
                before = None
                if code in self.official.indicators:
                    before = self.official.indicators[code].goalposts_in(year)
                new = self._ends(ends.worst, ends.best)
                old = "–" if before is None else self._ends(before.worst, before.best)
                if old != new:
                    yield self._t(
                        "goalposts", name=self._name(code), year=str(year), old=old, new=new
                    )
                known = {} if before is None else before.by_industry
                for industry, pair in ends.by_industry.items():
                    if known.get(industry) != pair:
                        old = self._ends(*known[industry]) if industry in known else "–"
                        name = f"{self._name(code)} [{industry}]"
                        yield self._t(
                            "goalposts", name=name, year=str(year), old=old, new=self._ends(*pair)
                        )

    def _weight(self, code: str) -> float:
        official = self.official
        found = official.groups.get(code) or official.indicators.get(code)
        return 0.0 if found is None else found.weight

    def _name(self, code: str) -> str:
        official = self.official
        known = {**official.groups, **official.indicators, official.index.code: official.index}
        found = known.get(code)
        own = "" if found is None else found.name(self.lang)
        return f"{code} {own}".strip()

    def _ends(self, worst: float, best: float) -> str:
        return f"{self._n(worst)} → {self._n(best)}"

    def _n(self, value: float) -> str:
        return f"{value:.{DECIMALS}g}"

    def _method(self, word: str) -> str:
        return label(f"explain.method.{word}", self.lang)

    def _mean(self, word: str, power: float) -> str:
        tail = f" (p = {self._n(power)})" if word == "generalised_mean" else ""
        return self._method(word) + tail

    def _rule(self, word: str) -> str:
        rules = ("floor", "exclude", "propagate")
        return label(f"rule.{word}", self.lang) if word in rules else word

    def _t(self, key: str, **values: str) -> str:
        return label(f"variant.{key}", self.lang, **values)
