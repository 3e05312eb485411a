"""The hint beside a row of a form: what is wrong or unusual about it, said while it is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cescore.definitions.model import BuiltInChecks, CheckRule, Variable
from cescore.intake.checks.changes import LEAST_COUNT_FOR_CHANGE
from cescore.intake.observations.dictionary import most_of
from cescore.method.thresholds import RELATIVE
from cescore.returns.forms.spreadsheet import LONGEST_FORMULA, MOST_ARGUMENTS, SheetWords
from cescore.returns.forms.texts import form_text

LONGEST_LITERAL = 255  # characters of a text in a formula


@dataclass(frozen=True)
class RowCells:
    """The cells that a row's hint looks at, absolute.

    ``slip_from`` holds the value of two years before where last year's was a power of ten away from
    it; ``has_digits`` 1 where last year's value is long enough for a repetition to be odd.
    """

    value: str
    status: str
    last_year: str
    slip_from: str
    has_digits: str


@dataclass(frozen=True)
class HintWriter:
    """Writes hints in one language for forms of one entity type."""

    entity_type: str
    built_in: BuiltInChecks
    words: SheetWords
    lang: str
    reported: str  # the word for a value that is reported
    estimated: str

    def of_value(
        self,
        variable: Variable,
        at: RowCells,
        codes: Sequence[str],
        broken: Iterable[tuple[CheckRule, str]],
    ) -> str:
        """The formula of a row's hint.

        Parameters
        ----------
        codes
            The cells with the words of a code, none where any will do.
        broken
            The rules that are told at this row, each with a condition that is TRUE where it is broken.
        """
        parts = [self._of_status(variable, at), self._of_number(variable, at, codes)]
        for rule, condition in broken:
            said = self._said("hard" if rule.severity == "hard" else "soft", rule.name(self.lang))
            parts.append(f'IF({condition},{said},"")')
        while len("&".join(parts)) >= LONGEST_FORMULA:
            parts.pop()  # the sheet of rules shows it all the same
        return f"={'&'.join(parts)}"

    def blank(self, variable: Variable) -> str:
        """What the hint says before anything was filled in."""
        return form_text("hint.required", self.lang) if variable.required else ""

    def of_check(self, status: str, value: str, evidence: str, others: str, *, done: str) -> str:
        """The hint of a yearly check: its status, whether it is proved, whether a number is one.

        ``others`` are the cells that are filled in only where the check was looked into; ``value`` is
        "" where it need be no number.
        """
        no_status = self._literal("hard", "hint.status")
        no_evidence = self._literal("soft", "hint.evidence")
        formula = (
            f'=IF(AND({status}="",COUNTA({others})>0),{no_status},"")'
            f'&IF(AND({status}="{done}",{evidence}=""),{no_evidence},"")'
        )
        if value:
            no_number = self._literal("soft", "hint.check_number")
            formula += f'&IF(OR({value}="",ISNUMBER({value})),"",{no_number})'
        return formula

    def _of_status(self, variable: Variable, at: RowCells) -> str:
        empty = "hard" if variable.required else "soft"
        required = self._quoted(self.blank(variable))
        has_value = f'OR({at.status}="{self.reported}",{at.status}="{self.estimated}")'
        stated = self._literal(empty, "hint.empty")
        return f'IF({at.value}<>"","",IF({has_value},{stated},IF({at.status}="",{required},"")))'

    def _of_number(self, variable: Variable, at: RowCells, codes: Sequence[str]) -> str:
        """What is wrong with a value by itself, and what is unusual about it."""
        v, words = at.value, self.words
        if variable.kind == "code":
            wrong = []
            if 0 < len(codes) <= MOST_ARGUMENTS:  # COUNTIF would take "=a" and "a*" for questions
                known = ",".join(f"{cell}={v}" for cell in codes)
                wrong.append(f'IF(OR({known}),"",{self._hard("hint.code")})')
            wrong += self._series(variable, at)
            inner = "&".join(wrong) or '""'
        elif variable.kind == "flag":
            said = self._hard("hint.flag", yes=words.yes, no=words.no)
            inner = f'IF(OR({v}="{words.yes}",{v}="{words.no}"),"",{said})'
        else:
            faults = "&".join([*self._faults(variable, v), *self._unusual(variable, at)])
            inner = f"IF(ISNUMBER({v}),{faults or chr(34) * 2},{self._hard('hint.number')})"
        is_none = f'OR({at.status}="{words.not_applicable}",{at.status}="{words.missing}")'
        return f'IF({v}="","",IF({is_none},{self._hard("hint.conflict")},{inner}))'

    def _faults(self, variable: Variable, v: str) -> Iterator[str]:
        if variable.sign != "any":
            yield f'IF({v}<0,{self._hard("hint.negative")},"")'
        if variable.kind == "count":
            yield f'IF({v}<>INT({v}),{self._hard("hint.whole")},"")'
        if np.isfinite(most_of(variable, self.entity_type)):
            yield f'IF({v}>100,{self._hard("hint.above")},"")'

    def _unusual(self, variable: Variable, at: RowCells) -> Iterator[str]:
        """Outside the usual range (W4); slips, jumps and repetitions against last year (W1, W2)."""
        outside, said = self.usual_range(variable, at.value)
        if outside:
            yield f'IF({outside},{self._quoted(self._wrapped("soft", said))},"")'
        if variable.sign != "any":
            yield (f'IF(AND(N({at.last_year})>0,{at.value}>0),{self._change(variable, at)},"")')

    def usual_range(self, variable: Variable, v: str = "") -> tuple[str, str]:
        """Where a value lies outside the usual range of the type, and what is usual; "" without one."""
        low = variable.low.get(self.entity_type, -np.inf)
        high = variable.high.get(self.entity_type, np.inf)
        if not self.built_in.range_checked or not np.isfinite([low, high]).any():
            return "", ""
        key = "hint.range" if np.isfinite([low, high]).all() else "hint.low"
        key = key if np.isfinite(low) else "hint.high"
        said = form_text(key, self.lang, low=f"{low:.15g}", high=f"{high:.15g}")
        ends = [f"{v}<{_below(low)}"] if np.isfinite(low) else []
        ends += [f"{v}>{_above(high)}"] if np.isfinite(high) else []
        return f"OR({','.join(ends)})", said

    def _change(self, variable: Variable, at: RowCells) -> str:
        rules, ratio = self.built_in, f"{at.value}/{at.last_year}"
        size = f"MAX({ratio},{at.last_year}/{at.value})"
        slips = [f"AND({size}>={_below(a)},{size}<={_above(b)})" for a, b in rules.unit_slip]
        back = f"IF(ISNUMBER({at.slip_from}),AND({at.value}/{at.slip_from}>0.5,"
        back += f"{at.value}/{at.slip_from}<2),FALSE)"
        slip = f"AND(OR({','.join(slips)}),NOT({back}))" if slips else "FALSE"
        low, high = rules.year_on_year_low, rules.year_on_year_high
        jump = f"OR({ratio}-1<{_below(low)},{ratio}-1>{_above(high)})"
        if variable.kind == "count":
            jump = f"AND({at.last_year}>={LEAST_COUNT_FOR_CHANGE},{jump})"
        change = self._soft("hint.change", low=f"{100 * low:g}", high=f"{100 * high:g}")
        told = f'IF({slip},{self._soft("hint.slip")},IF({jump},{change},""))'
        if variable.kind == "count" or not rules.same_as_last_year:
            return told
        same = f"AND({at.has_digits}=1,{at.value}={at.last_year})"
        return f'{told}&IF({same},{self._soft("hint.same")},"")'

    def _series(self, variable: Variable, at: RowCells) -> list[str]:
        """A code that must not change within a series and did."""
        if not variable.one_in_series:
            return []
        changed = f'AND({at.last_year}<>"",{at.value}<>{at.last_year})'
        return [f'IF({changed},{self._soft("hint.series")},"")']

    def _hard(self, key: str, **values: object) -> str:
        return self._literal("hard", key, **values)

    def _soft(self, key: str, **values: object) -> str:
        return self._literal("soft", key, **values)

    def _literal(self, severity: str, key: str, **values: object) -> str:
        return self._quoted(self._text(severity, key, **values))

    def _text(self, severity: str, key: str, **values: object) -> str:
        return self._wrapped(severity, form_text(key, self.lang, **values))

    def _wrapped(self, severity: str, text: str) -> str:
        return form_text(severity, self.lang, text=text)

    def _said(self, severity: str, text: str) -> str:
        return self._quoted(self._wrapped(severity, text))

    @staticmethod
    def _quoted(text: str) -> str:
        return quoted(text)


def quoted(text: str) -> str:
    """A text as a formula has it, no longer than a spreadsheet takes."""
    kept = text if len(text) <= LONGEST_LITERAL // 2 else f"{text[: LONGEST_LITERAL // 2 - 1]}…"
    return '"' + kept.replace('"', '""') + '"'


def _below(value: float) -> str:
    """A lower limit as comparisons take it: what is equal but for rounding noise keeps it."""
    return f"{value - abs(value) * RELATIVE:.15g}"


def _above(value: float) -> str:
    """An upper limit, likewise."""
    return f"{value + abs(value) * RELATIVE:.15g}"
