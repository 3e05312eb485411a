"""A review of findings in words: by rule, with what each could move, what would mend it, whom to ask."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cescore.evaluation.what_if import EntityStanding
from cescore.intake.findings import Finding, each_word_once
from cescore.publish.numbers import rounded
from cescore.publish.words import label, label_or
from cescore.returns.effects import Effect
from cescore.returns.fewest import DoubtfulCell, FewestCells
from cescore.returns.review import FindingsReview, Weighed
from cescore.run.telling.runs import beside_codes, stated

TOP = 25  # findings shown beside the open errors; --all shows the rest
OF_ONE_RULE = (
    5  # of these: while most have not filed yet, that alone must not hide every other rule
)
INDENT = "        "
# Columns that a review adds to findings.csv, after those of every finding.
COLUMNS = (
    "rule",
    "group",
    "effect_index",
    "effect_total",
    "grade_change",
    "target_changes",
    "suggested_action",
    "ask",
)


@dataclass(frozen=True)
class Selected:
    """Which findings of a review are shown: the weightiest, and how many are not."""

    lines: Mapping[int, Finding]  # by identity of a line: its finding as it is said
    hidden: int

    @classmethod
    def of(cls, review: FindingsReview, most: int, *, is_all: bool) -> Selected:
        """Open errors, a word that nobody knows once, and the first `TOP` others that are open, or all;
        at most ``most``."""
        ordered = [line for group in review.groups for line in group.lines]
        ordered.sort(key=review.order)
        chosen = ordered if is_all else list(_weightiest(ordered))
        findings = [line.finding for line in chosen]
        said = dict(enumerate(findings)) if is_all else each_word_once(findings)
        lines = {id(chosen[n]): finding for n, finding in list(said.items())[:most]}
        return cls(lines, len(ordered) - len(lines))


def _weightiest(ordered: Iterable[Weighed]) -> Iterator[Weighed]:
    """Open errors, and `TOP` others that are open, `OF_ONE_RULE` of a rule."""
    beside = Counter[str]()
    for line in ordered:
        finding = line.finding
        if finding.is_open_error:
            yield line
        elif (
            finding.status == "open" and beside[finding.code] < OF_ONE_RULE and beside.total() < TOP
        ):
            beside[finding.code] += 1
            yield line


def told(review: FindingsReview, selected: Selected, lang: str) -> Iterator[str]:
    """The lines of a terminal: each rule with its findings, the weightiest first."""
    year, seen = review.workspace.year, set[tuple[str, int]]()
    naming = beside_codes(review.workspace.definitions)
    for group in review.groups:
        now = sum(line.finding.year == year for line in group.lines)
        name = review.name_of_rule(group.code, lang)
        about = {"code": group.code, "name": "" if name == group.code else name}
        yield label("terminal.group", lang, n=len(group.lines), year=year, now=now, **about)
        for line in group.lines:
            if id(line) not in selected.lines:
                continue
            said = selected.lines[id(line)]
            yield stated(said, lang, naming)
            beside = _beside(review, replace(line, finding=said), lang)
            if beside:
                yield INDENT + beside
            suggestion = line.suggestion
            place = (line.finding.entity_id, line.finding.year or 0)
            if suggestion is not None and place not in seen:
                seen.add(place)
                yield INDENT + suggested(review, suggestion, lang)


def _beside(review: FindingsReview, line: Weighed, lang: str) -> str:
    """Names beside the codes, what a finding could move, and whom to ask."""
    finding = line.finding
    codes = (finding.entity_id, finding.variable)
    of_entity, of_variable = review.name_of_entity, review.name_of_variable
    names = (of_entity(codes[0], lang), of_variable(codes[1], lang))
    parts = [" · ".join(name for name in names if name and name not in codes)]
    is_known = finding.entity_id in review.workspace.register
    if is_known and finding.status == "open" and finding.severity != "info":
        parts += _moved(line, lang)
        parts.append(label("terminal.weighed_ask", lang, who=asked(review, line, lang)))
    return label("terminal.clause", lang).join(part for part in parts if part)


def _moved(line: Weighed, lang: str) -> list[str]:
    effect = line.effect
    blocked = [label("terminal.weighed_blocked", lang)] if line.finding.is_open_error else []
    if effect is None:
        return blocked
    return blocked + (effect_words(effect, lang) or [label("terminal.effect_none", lang)])


def effect_words(effect: Effect, lang: str) -> list[str]:
    """What would change, each with its value before and after; nothing where nothing does."""
    if effect.is_nothing:
        return []
    pairs = (("index", effect.index), ("total", effect.total))
    words = [
        label(f"terminal.effect_{name}", lang, **_ends(effect, name, lang))
        for name, change in pairs
        if abs(change) >= 0.05
    ]
    words += [word for word in (_grade_change(effect, lang), _target_changes(effect, lang)) if word]
    return words


def _ends(effect: Effect, name: str, lang: str) -> dict[str, str]:
    return {
        "before": _number(getattr(effect.before, name), lang),
        "after": _number(getattr(effect.after, name), lang),
    }


def _number(value: float | None, lang: str) -> str:
    return label("terminal.no_number", lang) if value is None else str(rounded(value, 1))


def _grade_change(effect: Effect, lang: str) -> str:
    if not effect.is_regraded:
        return ""
    ends = {"before": _grade(effect.before, lang), "after": _grade(effect.after, lang)}
    return label("terminal.effect_grade", lang, **ends)


def _grade(standing: EntityStanding, lang: str) -> str:
    return standing.grade[0 if lang == "zh" else 1] or label("terminal.no_grade", lang)


def _target_changes(effect: Effect, lang: str) -> str:
    def light(standing: EntityStanding, code: str) -> str:
        found = standing.lights.get(code, "")
        return label_or(f"light.{found}", lang, found) or label("terminal.no_number", lang)

    words = [
        label(
            "terminal.effect_target",
            lang,
            id=code,
            before=light(effect.before, code),
            after=light(effect.after, code),
        )
        for code in effect.targets
    ]
    return label("terminal.clause", lang).join(words)


def asked(review: FindingsReview, line: Weighed, lang: str) -> str:
    """Who can answer: the entity, and the department that sends the variable in."""
    entity_id = line.finding.entity_id
    name = review.name_of_entity(entity_id, lang)
    who = [entity_id if name in ("", entity_id) else f"{entity_id} {name}", line.department]
    return ", ".join(part for part in who if part)


def suggested(review: FindingsReview, found: FewestCells, lang: str) -> str:
    """The fewest cells whose change would satisfy all hard rules, in words."""
    if found.contradiction:
        rules = ", ".join(found.contradiction)
        return label("terminal.fewest_contradiction", lang, rules=rules)
    if not found.choices:
        return label(f"terminal.fewest_{'nowhere' if found.is_complete else 'too_many'}", lang)
    either = label("terminal.fewest_or", lang).join(
        label("terminal.fewest_and", lang).join(_cell(review, cell, lang) for cell in cells)
        for cells in found.choices
    )
    left_out = ", ".join(found.left_out)
    return (
        label("terminal.fewest", lang, n=len(found.failing), cells=either)
        + ("" if found.is_complete else label("terminal.fewest_more", lang))
        + (label("terminal.fewest_left_out", lang, rules=left_out) if left_out else "")
    )


def _cell(review: FindingsReview, cell: DoubtfulCell, lang: str) -> str:
    name = review.name_of_variable(cell.variable, lang)
    about = {"name": name, "code": cell.variable, "value": cell.value}
    if cell.slip is not None:
        slip = label(f"terminal.slip_{cell.slip.kind}", lang, power=cell.slip.power)
        return label("terminal.cell_slip", lang, **about, meant=cell.slip.value, slip=slip)
    is_low, is_high = math.isfinite(cell.low), math.isfinite(cell.high)
    if is_low and is_high:
        form = "exactly" if cell.low == cell.high else "between"
    else:
        form = "from" if is_low else "up_to" if is_high else "open"
    return label(f"terminal.cell_{form}", lang, **about, low=cell.low, high=cell.high)


def further_columns(review: FindingsReview, lang: str) -> Iterable[tuple[str, ...]]:
    """For findings.csv: what `COLUMNS` name, of each finding in the order of the workspace's."""
    for line in review.lines:
        effect = line.effect
        is_open = line.finding.status == "open" and line.finding.severity != "info"
        action = label(f"terminal.action.{line.kind}", lang) if is_open else ""
        if line.suggestion is not None:
            action = suggested(review, line.suggestion, lang)
        yield (
            review.name_of_rule(line.finding.code, lang),
            line.kind,
            "" if effect is None else f"{effect.index:.6g}",
            "" if effect is None else f"{effect.total:.6g}",
            "" if effect is None else _grade_change(effect, lang),
            "" if effect is None else _target_changes(effect, lang),
            action,
            asked(review, line, lang) if is_open else "",
        )
