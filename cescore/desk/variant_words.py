"""What a variant changes, in words: a sentence for each change, with what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.frameworks.variant_file import ALL, Patch
from cescore.definitions.model import Framework
from cescore.publish.words import label, label_or


def in_words(patch: Patch, official: Framework, lang: str) -> tuple[str, ...]:
    """Each change of a variant as a sentence; none where it changes nothing.

    Parameters
    ----------
    official
        The framework that it is a variant of.
    """
    said = _Sentences(patch, official, lang)
    parts = (
        said.further(), said.formulas(), said.left_out(), said.weights(), said.goalposts(),
        said.normalisations(), said.means(), said.missing(),
    )  # fmt: skip
    return tuple(chain.from_iterable(parts))


class _Sentences:
    """The sentences of one variant, kind by kind."""

    def __init__(self, patch: Patch, official: Framework, lang: str) -> None:
        self.patch, self.official, self.lang = patch, official, lang

    def further(self) -> Iterator[str]:
        for code, definition in self.patch.indicators.items():
            name = definition.get(self.lang) or definition.get("zh") or definition.get("en") or code
            unit = unit_text(str(definition.get("unit", "")), self.lang)
            yield self._t(
                "indicator", name=name, code=code, formula=definition.get("formula", ""), unit=unit
            )

    def formulas(self) -> Iterator[str]:
        for code, formula in self.patch.formulas.items():
            yield self._t(
                "formula",
                name=self._name(code),
                before=self.official.indicators[code].formula,
                after=formula,
            )

    def left_out(self) -> Iterator[str]:
        for code in self.patch.without:
            yield self._t("without", name=self._name(code))

    def weights(self) -> Iterator[str]:
        for code, weight in self.patch.weights.items():
            known = self.official.groups.get(code) or self.official.indicators.get(code)
            before = "–" if known is None else f"{known.weight:g}"
            yield self._t("weight", name=self._name(code), before=before, after=f"{weight:g}")

    def goalposts(self) -> Iterator[str]:
        for code, by_year in self.patch.goalposts.items():
            for year, ends in by_year.items():
                known = self.official.indicators.get(code)
                held = known.goalposts_in(year) if known else None
                before = "–" if held is None else f"{held.worst:g} – {held.best:g}"
                after = f"{ends.worst:g} – {ends.best:g}"
                if before != after:
                    yield self._t(
                        "goalposts", name=self._name(code), year=year, before=before, after=after
                    )
                for industry, (worst, best) in ends.by_industry.items():
                    own = held.by_industry.get(industry) if held else None
                    if own != (worst, best):
                        yield self._t("goalposts.industry", name=self._name(code), year=year, industry=industry,
                            before="–" if own is None else f"{own[0]:g} – {own[1]:g}", after=f"{worst:g} – {best:g}")  # fmt: skip

    def normalisations(self) -> Iterator[str]:
        for code, method in self.patch.normalisation.items():
            if code == ALL:
                before = self._method(self.official.normalisation)
                yield self._t("normalisation", before=before, after=self._method(method))
                continue
            known = self.official.indicators.get(code)
            was = (known.normalisation if known else None) or self.official.normalisation
            yield self._t(
                "normalisation.own",
                name=self._name(code),
                before=self._method(was),
                after=self._method(method),
            )

    def means(self) -> Iterator[str]:
        for code, mean in self.patch.aggregation.items():
            whole = "" if code == self.official.index.code else code
            known = not whole or whole in self.official.groups
            before = self._mean(*self.official.mean_of(whole)) if known else "–"
            after = self._mean(mean.aggregation, mean.power)
            yield self._t("mean", name=self._name(code), before=before, after=after)

    def missing(self) -> Iterator[str]:
        for rule, after in self.patch.missing.items():
            before = getattr(self.official.missing, rule)
            before = str(before).lower() if isinstance(before, bool) else str(before)
            name = label_or(
                f"book.case.{rule}", self.lang, label_or(f"variant.rule.{rule}", self.lang, rule)
            )
            yield self._t("missing", name=name, before=self._rule(before), after=self._rule(after))

    def _t(self, key: str, **values: object) -> str:
        return label(f"variant.words.{key}", self.lang, **values)

    def _name(self, code: str) -> str:
        """The name of an indicator, a group or the index, with its code."""
        official = self.official
        known = official.groups.get(code) or official.indicators.get(code)
        if known is None and code == official.index.code:
            known = official.index  # type: ignore[assignment]
        name = known.name(self.lang) if known is not None else ""
        return f"{name} {code}" if name and name != code else code

    def _method(self, word: str) -> str:
        return label_or(f"explain.method.{word}", self.lang, word)

    def _mean(self, method: str, power: float) -> str:
        words = self._method(method)
        return f"{words} {power:g}" if method == "generalised_mean" else words

    def _rule(self, word: str) -> str:
        return label_or(f"book.rule.{word}", self.lang, word)
