"""The words and pictures that params have for what stands on one report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from cescore.definitions.industry_mix import names_of, products_of
from cescore.definitions.model import Named, VariableName
from cescore.definitions.pictures import FlowPicture
from cescore.disclosure.documents.bundle import FindingLine, PublicRow
from cescore.intake import wording

if TYPE_CHECKING:
    from cescore.definitions.definitions import Definitions
    from cescore.definitions.model import Framework
    from cescore.method.grading.measures import MeasureLine


CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, eq=False)
class Wording:
    """Chooses from a workspace's params what one report shows, so that its bundle stays small."""

    definitions: Definitions

    def named(
        self,
        framework: Framework,
        industry: str,
        industries: Iterable[Mapping[str, str | float | int | None]],
        measures: Iterable[MeasureLine],
        findings: Iterable[FindingLine] = (),
    ) -> dict[str, Named]:
        """The words that params/page.yml has for the texts of one page: its industries and
        responsible units, the sources and notes of its framework, the sources of those that its
        type is scored under beside it, and why and on whose word findings are settled."""
        texts = self.definitions.page.texts
        known = {one.zh: one for one in texts} | {one.en: one for one in texts}
        known |= self.definitions.page.words
        products = dict.fromkeys(products_of(industry))
        for variable in self.definitions.variables.values():
            known |= {word: name for word, name in variable.words.items() if word in products}
        said = {
            *self.definitions.page.entity_types,
            *self.definitions.page.units,
            *names_of(industry),
            *products,
            *(str(row.get("industry", "")) for row in industries),
        }
        said |= {unit for measure in measures for unit in measure.units}
        said |= {standard.source for standard in self.definitions.standards.values()}
        said |= {text for f in findings for text in (f.note, *astuple(f.settled))}
        said |= _cited(framework, self.definitions.run.year)
        beside = self.definitions.beside
        said |= {one.source for one in beside if one.entity_type == framework.entity_type}
        return {text: name for text, name in known.items() if text in said}

    def flows(self, entity_type: str) -> dict[str, FlowPicture]:
        """The pictures of flows that params/page.yml has for an entity type."""
        flows = self.definitions.page.flows.items()
        return {k: f for k, f in flows if not f.entity_types or entity_type in f.entity_types}

    def terms(
        self,
        framework: Framework,
        bodies: Iterable[PublicRow],
        findings: Iterable[FindingLine],
        measures: Iterable[MeasureLine] = (),
    ) -> dict[str, VariableName]:
        """Names and units of codes the page shows that the entity's own framework does not hold:
        headline rates of other types, variables and rules that findings name, and what amounts of
        checks are."""
        definitions = self.definitions
        own = {*framework.variables, *framework.accounts, *framework.indicators}
        found: dict[str, Named] = {}
        for row in bodies:
            theirs = definitions.frameworks[row.place.entity_type].indicators
            found |= {code: theirs[code] for code in row.headline}
        rules: dict[str, Named] = {rule.id: rule for rule in definitions.checks}
        rules |= {one.code: one for one in definitions.ranges}
        shown = {code for line in findings for code in _codes_in(line)}
        shown |= {check.get("unit", "") for line in measures for check in line.checks}
        for known in (rules, definitions.accounts, definitions.variables):
            found |= {code: known[code] for code in shown if code in known}
        return {code: _term(named) for code, named in sorted(found.items()) if code not in own}


def _codes_in(line: FindingLine) -> set[str]:
    """Every word of a finding that may be the code of something with a name."""
    values = map(wording.from_json, line.values.values())
    texts = [text for value in values for text in wording.texts_in(value)]
    return {line.variable, line.code}.union(*map(CODE.findall, texts))


def _cited(framework: Framework, year: int) -> set[str]:
    """The sources and notes that the page of a framework prints."""
    found = {framework.source, framework.index.note}
    found |= {framework.progress.note} if framework.progress is not None else set()
    for indicator in framework.indicators.values():
        posts = indicator.goalposts_in(year)
        if indicator.group:
            found |= {indicator.source, *([posts.source] if posts is not None else [])}
    return found - {""}


def _term(named: Named) -> VariableName:
    return VariableName(zh=named.zh, en=named.en, unit=getattr(named, "unit", ""))
