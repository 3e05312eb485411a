"""A number's way back in words: a tree of lines for a terminal, a row a step for a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len, chop_cells

from cescore.definitions.formulas.unit_names import unit_text
from cescore.evaluation.tracing.trace import Traced, TraceNote, TraceOrigin, places
from cescore.intake.findings import Finding
from cescore.intake.wording import text
from cescore.method.column import Flag, State
from cescore.publish.naming import on_terminal
from cescore.publish.numbers import FLAG_MARKS, MARKS
from cescore.publish.words import label, label_or

WIDTH = 80  # columns
DIGITS = ".10g"
BRANCH, LAST, PASSING, BLANK = "├─", "└─", "│ ", "  "
ALL = 99
SCALE = re.compile(r"[\d.]+[-=][\d.]+")  # 0-100, 2020=100


@dataclass
class TraceText:
    """Writes traces in a language; each step is written in full once, and named after that."""

    lang: str
    width: int = WIDTH
    depth: int = ALL
    _written: set[int] = field(default_factory=set)

    def say(self, key: str, /, **values: object) -> str:
        return label(f"explain.{key}", self.lang, **values)

    # --- the tree ----------------------------------------------------------------------------

    def lines(self, trace: Traced) -> Iterator[str]:
        """The whole way back, what stands behind a number below it."""
        yield from self._node(trace, "", "", "", 0)

    def _node(
        self, trace: Traced, symbol: str, first: str, others: str, level: int
    ) -> Iterator[str]:
        """A step and what is below it; ``first`` is drawn before its head, ``others`` before the rest."""
        head = self.head(trace, symbol)
        if id(trace) in self._written and trace.below:
            yield from self._wrapped(f"{head}  ({self.say('above')})", first, others + BLANK)
            return
        self._written.add(id(trace))
        below = self._below(trace)
        yield from self._wrapped(head, first, others + (PASSING if below else BLANK))
        rail = others + (PASSING if below and level < self.depth else BLANK)
        for name, said in self.details(trace):
            start = f"{name}  " if name else ""
            hang = " " * cell_len(start)
            yield from self._wrapped(start + said, rail, rail + hang)
        if below and level >= self.depth:
            yield f"{rail}… {self.say('deeper', n=len(list(trace.walk())) - 1)}"
            return
        for place, (name, operand) in enumerate(below):
            is_last = place == len(below) - 1
            mark, rest = (LAST, BLANK) if is_last else (BRANCH, PASSING)
            yield from self._node(operand, name, others + mark, others + rest, level + 1)

    def _below(self, trace: Traced) -> list[tuple[str, Traced]]:
        """Operands by their symbols, then what stands beside; constants are told in the numbers."""
        shown = [(s, t) for s, t in trace.operands.items() if not _is_told(t)]
        known = {id(t) for _, t in shown}
        return [*shown, *(("", t) for t in trace.beside if id(t) not in known)]

    def head(self, trace: Traced, symbol: str = "") -> str:
        """What it is and its value: ``R01 主要资源产出率 = 4,123.5 元/吨``."""
        quantity = trace.quantity
        code = quantity.code.partition(":")[2] if quantity.kind == "change" else quantity.code
        name = trace.names.name(self.lang)
        kind = self.say(f"kind.{quantity.kind}")
        called = symbol if symbol and symbol not in ("x", code) else ""
        parts = [f"{called}:" if called else "", f"[{kind}]", code if code != name else "", name]
        return " ".join(filter(None, [*parts, f"{quantity.year}", "=", self.value(trace)]))

    def value(self, trace: Traced) -> str:
        """Number and unit, or the word for why there is none; signs of what must be known of it."""
        if trace.value is None:
            return self.text(trace) or label(f"{MARKS[trace.state]}.meaning", self.lang)
        signs = [
            label(f"{key}.meaning", self.lang)
            for flag, key in FLAG_MARKS.items()
            if trace.flags & flag and flag != Flag.CARRIED
        ]
        said = f" ({label('join', self.lang).join(signs)})" if signs else ""
        worded = f" {self.text(trace)}" if trace.text else ""
        return f"{self.quantity(trace.value, trace.unit)}{said}{worded}"

    def quantity(self, value: float, unit: str) -> str:
        """A number in full, with its unit; of a score or an index the scale it stands on."""
        if unit == "points":
            return f"{_number(value)} {self.say('points')}"
        if SCALE.fullmatch(unit):
            return self.say("on_scale", value=_number(value), scale=unit.replace("-", "–", 1))
        word = unit_text(unit, self.lang)
        between = "" if word.startswith("%") else " "
        return f"{_number(value)}{between if word else ''}{word}"

    def text(self, trace: Traced) -> str:
        """The value of what is no number: a code, a status, a grade."""
        for prefix in _WORDS_OF.get(trace.quantity.kind, ()):
            worded = label_or(f"{prefix}.{trace.text}", self.lang, "") if trace.text else ""
            if worded:
                return worded
        return trace.text

    # --- what stands below a head --------------------------------------------------------------

    def details(self, trace: Traced) -> Iterator[tuple[str, str]]:
        """Formula, numbers, source and notes, each with its name."""
        if trace.formula:
            yield self.say("formula"), trace.formula
        if trace.arithmetic and trace.operands:
            if not trace.formula or _differs(trace):
                yield self.say("computed"), trace.written({})
            if self._has_names(trace):
                yield self.say("named"), trace.written(self._names(trace))
            mark = " ✓" if trace.agrees else ""
            yield self.say("substituted"), trace.written(self._numbers(trace)) + mark
        if not trace.agrees:
            computed = "—" if trace.computed is None else _number(trace.computed)
            yield "✗", self.say("differs", value=computed)
        for origin in trace.origins:
            yield self.say(_ORIGINS[origin.kind]), origin.place
        for note in trace.notes:
            yield "·", self.note(note)

    def _has_names(self, trace: Traced) -> bool:
        return any(
            t.quantity.kind not in (*_BY_SYMBOL, "expression") and t.names.name(self.lang)
            for t in trace.operands.values()
        )

    def _names(self, trace: Traced) -> Mapping[str, str]:
        names = {}
        for symbol, operand in trace.operands.items():
            own = operand.names.name(self.lang) or operand.quantity.code
            year = operand.quantity.year
            names[symbol] = f"{own}[{year}]" if year != trace.quantity.year else own
            if operand.quantity.entity_id != trace.quantity.entity_id:
                names[symbol] = f"{own}[{operand.quantity.entity_id}]"
            if operand.quantity.kind in _BY_SYMBOL:
                names[symbol] = label_or(f"explain.symbol.{symbol}", self.lang, symbol)
        return names

    def _numbers(self, trace: Traced) -> Mapping[str, str]:
        scale = _scale_of(trace)
        return {symbol: self._put_in(t, scale) for symbol, t in trace.operands.items()}

    def _put_in(self, operand: Traced, scale: str) -> str:
        """An operand's value as it stands in the arithmetic, without the unit that all share."""
        if operand.value is None:
            return label(f"{MARKS[operand.state]}.meaning", self.lang)
        if _is_year(operand):
            return f"{operand.value:.0f}"
        return self.quantity(operand.value, operand.unit if operand.unit != scale else "")

    def note(self, note: TraceNote) -> str:
        """The sentence of a note."""
        values = dict(note.values)
        finding = values.get("finding")
        if isinstance(finding, Finding):
            said = finding.line(self.lang, on_terminal)
            status = text(f"status_{finding.status}", self.lang)
            return f"{said} [{status}] {finding.note}".rstrip()
        key = "fitted_elsewhere" if note.key == "fitted" and not values["n"] else note.key
        return self.say(f"note.{key}", **{k: self._worded(k, v) for k, v in values.items()}).strip()

    def _worded(self, key: str, value: object) -> object:
        """A value of a note as people read it."""
        words: Mapping[str, Callable[[str], str]] = {
            "method": lambda v: label_or(f"explain.method.{v}", self.lang, v),
            "direction": lambda v: self.say(f"direction.{v}"),
            "rule": lambda v: label_or(f"rule.{v}", self.lang, v),
            "light": lambda v: label_or(f"light.{v}", self.lang, v),
            "role": lambda v: label_or(f"target.{v}", self.lang, v),
            "industry": lambda v: f" ({v})" if v else "",
            "unit": lambda v: unit_text(v, self.lang),
            "note": lambda v: label_or(f"target_note.{v}", self.lang, v),
            "shown": lambda v: label_or(f"veto.sign.{v}", self.lang, v),
            "check_note": lambda v: label_or(f"check_note.{v}", self.lang, v),
            "why": lambda v: label_or(f"unscored.{v}", self.lang, v),
            "elsewhere": lambda v: f" ({v})" if v else "",
            "by": lambda v: label_or(f"yardstick.{v}", self.lang, v),
            "evidence": lambda v: label_or(f"evidence.{v}", self.lang, v),
            "reason": self._reason,
        }
        return words[key](str(value)) if key in words else value

    def _reason(self, reason: str) -> str:
        state = _STATE_OF_CASE.get(reason)
        if state is not None:
            return label(f"{MARKS[state]}.meaning", self.lang)
        return label_or(f"reason.{reason}", self.lang, reason)

    def summary(self, trace: Traced) -> str:
        """How many steps, places of data and recomputations there are."""
        steps = list(trace.walk())
        done = [step for step in steps if step.arithmetic]
        wrong = sum(not step.agrees for step in done)
        data = len(list(places(trace)))
        return self.say("summary", n=len(steps), places=data, checked=len(done), wrong=wrong)

    def _wrapped(self, text: str, first: str, others: str) -> Iterator[str]:
        """A text in lines of the width, Chinese letters two columns wide, broken at blanks if there are."""
        start = first
        for line in folded_lines(text, self.width - max(cell_len(first), cell_len(others))):
            yield (start + line).rstrip()
            start = others


# called as in the formula: names are those of the whole target
_BY_SYMBOL = ("given", "target_part")
_YEARS = (".year", ".base_year")  # symbols, after the number that they are constants of
_WORDS_OF: Mapping[str, tuple[str, ...]] = {
    "check": ("check",),
    "veto": ("veto",),
    "standard": ("verdict",),
    "requirement": ("standard.status", "standard"),
    "target": ("light",),
}
_ORIGINS: Mapping[str, str] = {"data": "source", "params": "decided", "made": "source"}
_STATE_OF_CASE: Mapping[str, int] = {
    "not_reported": State.MISSING,
    "nowhere_reported": State.MISSING,
    "not_applicable": State.NOT_APPLICABLE,
    "not_computable": State.NOT_COMPUTABLE,
    "not_collected": State.NOT_COLLECTED,
}


def folded_lines(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns, broken at blanks where there are any."""
    lines, line = [], ""
    for word in text.replace("\n", " ").split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = chop_cells(word, max(width, 2)) or [""]
        lines += whole
    return [*lines, line]


def _number(value: float) -> str:
    """Ten significant digits, thousands apart."""
    return f"{value:,{DIGITS}}" if abs(value) < 1e15 else f"{value:{DIGITS}}"


def _is_year(trace: Traced) -> bool:
    """Whether a constant is a year, whose thousands stand together."""
    return trace.quantity.kind == "given" and trace.quantity.code.endswith(_YEARS)


def _is_told(trace: Traced) -> bool:
    """Whether a constant stands in the numbers already and has nothing else to say."""
    return trace.quantity.kind == "given" and not trace.below and not trace.notes


def _differs(trace: Traced) -> bool:
    """Whether the arithmetic says more than the formula of params: a conversion, or another year."""
    return trace.written({}).replace(" ", "") != trace.formula.replace(" ", "")


def _scale_of(trace: Traced) -> str:
    """The unit that a score and its members share, which is not said at each of them."""
    return trace.unit if SCALE.fullmatch(trace.unit) else ""


def origin_text(origins: tuple[TraceOrigin, ...]) -> str:
    """Where something stands, as one text."""
    return "; ".join(origin.place for origin in origins)
