"""What is said of a collection: findings with names beside codes, and what each resubmission changed."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from cescore.intake.findings import OF_IDS, Finding
from cescore.intake.wording import Naming, joined, name_of
from cescore.publish.words import label
from cescore.returns.collecting.collection import Collection, Resubmission
from cescore.returns.collecting.compare import CellChange
from cescore.returns.collecting.counting import findings_of
from cescore.returns.collecting.reading import FileReading
from cescore.returns.forms.shape import (
    MEASURES,
    RETURN,
    basis_words,
    check_status_words,
    evidence_words,
    status_words,
)
from cescore.returns.layouts.asked import Expected
from cescore.run.telling.runs import beside_codes, stated

INDENT = " " * 8
What = tuple[str, str]  # the code of a finding, and the variable that it is about


@dataclass(frozen=True)
class CollectTelling:
    """Words for what was collected, in a language."""

    expected: Expected
    lang: str

    def finding(self, finding: Finding) -> Iterator[str]:
        """A finding as a line, and below it whose and which it is by name."""
        yield stated(finding, self.lang, self.naming)
        register, variable = self.expected.register, self._variable(finding.variable)
        entity_id = finding.entity_id
        names = (register[entity_id].name(self.lang) if entity_id in register else "", variable)
        known = [name for name in names if name and name not in (entity_id, finding.variable)]
        if known:
            yield INDENT + " · ".join(known)

    @cached_property
    def naming(self) -> Naming:
        """Names beside codes within a sentence."""
        return beside_codes(self.expected.definitions)

    def submissions(
        self,
        collection: Collection,
        before: Iterable[Finding] | None,
        after: Iterable[Finding] | None,
    ) -> Iterator[str]:
        """What is new, and of every resubmission what it changed: cells, findings that went and came.

        ``before`` and ``after`` are what all checks of the year say; None where they cannot be asked.
        """
        can_compare = before is not None and after is not None
        was_all, now_all = (tuple(some or ()) if can_compare else () for some in (before, after))
        for one in collection.resubmissions:
            yield from self._changes(one)
            entity_id = one.submission.entity_id
            was = self._of_entity(entity_id, one.before, was_all)
            now = self._of_entity(entity_id, one.after, now_all)
            for key, some in (("gone", was - now), ("came", now - was)):
                if some:
                    yield label(f"collect.{key}", self.lang, findings=self._listed(some))
        new = sum(1 for one in collection.added if not one.replaces)
        if collection.unheard:
            yield label("collect.unheard", self.lang, entities=", ".join(collection.unheard))
        yield label("collect.new", self.lang, new=new, replaced=len(collection.resubmissions))

    def unknown_ids(self, findings: Iterable[Finding]) -> Iterator[str]:
        """What to do about ids that the register does not have: their rows are not taken."""
        told = [f for f in findings if f.code in OF_IDS]
        ids = dict.fromkeys(str(dict(f.values).get("text", "")) for f in told)
        if told:
            files = dict.fromkeys(f.file for f in told)
            yield label(
                "collect.unknown_ids", self.lang,
                ids=joined(ids, self.lang), files=joined(files, self.lang),
            )  # fmt: skip

    def _changes(self, one: Resubmission) -> Iterator[str]:
        about = one.submission
        yield label(
            "collect.replaced", self.lang, entity=about.entity_id, number=about.number,
            before=about.replaces, n=len(one.changes),
        )  # fmt: skip
        for change in one.changes:
            name = self._variable(change.variable)
            known = f"{name} {change.variable}" if name and name != change.variable else ""
            before, after = (self._value(change, text) for text in (change.before, change.after))
            yield label(
                "collect.change", self.lang, variable=known or change.variable,
                column=self._column(change.column), before=before, after=after,
                place=change.source_after or change.source_before,
            )  # fmt: skip

    def _column(self, key: str) -> str:
        """What a form calls a column."""
        columns = (*RETURN.columns, *MEASURES.columns)
        return next((column.name(self.lang) for column in columns if column.key == key), key)

    def _value(self, change: CellChange, text: str) -> str:
        """A text of a cell; of a status, a basis or a kind of evidence the word that a form has for it."""
        words = {
            "status": (*status_words(), *check_status_words()),
            "basis": basis_words(),
            "evidence_kind": evidence_words(),
        }.get(change.column, ())
        named = (word.name(self.lang) for word in words if word.key == text)
        return next(named, text) or "—"

    def _of_entity(
        self, entity_id: str, reading: FileReading, checked: Iterable[Finding]
    ) -> set[What]:
        """What is open against an entity: in its own cells and rows, and by all checks of the year."""
        own = findings_of(reading, entity_id, self.expected).values()
        years = (None, self.expected.year)
        by_checks = (f for f in checked if f.entity_id == entity_id and f.year in years)
        open_ = (f for f in (*own, *by_checks) if f.status == "open" and f.severity != "info")
        return {(f.code, f.variable) for f in open_}

    def _listed(self, some: Some[What]) -> str:
        """Findings by the name of their rule, code and variable."""
        texts = []
        for code, variable in sorted(some):
            name = self._rule_names.get(code) or name_of(code, self.lang)
            parts = (name if name != code else "", code, self._variable(variable), variable)
            texts.append(" ".join(dict.fromkeys(part for part in parts if part)))
        return joined(texts, self.lang)

    def _variable(self, code: str) -> str:
        definitions = self.expected.definitions
        known = definitions.variables.get(code) or definitions.accounts.get(code)
        return known.name(self.lang) if known is not None else ""

    @cached_property
    def _rule_names(self) -> dict[str, str]:
        definitions = self.expected.definitions
        rules = {rule.id: rule.name(self.lang) for rule in definitions.checks}
        return {**{one.code: one.name(self.lang) for one in definitions.ranges}, **rules}
