"""The method of earlier years as kept in params/history, and where the series break against it.

``new-year`` writes one record a year: what the indices of that year were computed by, as texts that
are only compared. Nothing is computed from a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Files
from cescore.definitions.model import (
    Account,
    Definition,
    Factor,
    Framework,
    Indicator,
    Named,
    PerOutput,
    Progress,
    Year,
    canonical_json,
)
from cescore.definitions.model.written import YEAR

SECTIONS = ("groups", "indicators", "accounts", "factors")
SETTINGS = (
    "scale", "normalisation", "observed_over", "reference", "aggregation", "power", "weighting",
    "imputation", "treatment", "missing",
)  # fmt: skip

CODE = re.compile(r"[A-Za-z]\w*")

BreakKind = Literal["setting", "added", "removed", "recoded", "changed"]


class RecordedFacts(Named):
    """What decided the values of one code: fact -> text."""

    facts: Mapping[str, str] = {}


class FrameworkRecord(Named):
    """The method of one entity type's index."""

    version: str
    hash: str
    settings: Mapping[str, str] = {}
    groups: Mapping[str, RecordedFacts] = {}
    indicators: Mapping[str, RecordedFacts] = {}
    accounts: Mapping[str, RecordedFacts] = {}
    factors: Mapping[str, RecordedFacts] = {}


class MethodRecord(Definition):
    """The method by which one year was evaluated."""

    year: Year
    plan: str = ""
    base_year: str = ""
    frameworks: Mapping[str, FrameworkRecord] = {}


@dataclass(frozen=True)
class SeriesBreak(Bilingual):
    """Something by which a year was computed otherwise than the one recorded before it.

    ``section`` is one of `SECTIONS`, or empty for a setting of the whole framework; ``fact`` what
    changed (formula, unit, weight, goalposts, …); ``before`` and ``after`` its texts.
    """

    year: int
    kind: BreakKind
    section: str
    code: str
    zh: str
    en: str
    fact: str = ""
    before: str = ""
    after: str = ""


def load_history(files: Files) -> dict[int, MethodRecord]:
    """The records of earlier years, by year."""
    found: dict[int, MethodRecord] = {}
    for stem, at in files:
        record = _record(stem, at)
        if record is not None:
            found[record.year] = record
    return found


def _record(stem: str, at: Reading) -> MethodRecord | None:
    if at.node.is_broken:
        return None
    if not YEAR.fullmatch(stem):
        at.of(at.node, "file").refuse(f"{stem}.yml", "a year as its name")
        return None
    return at.of(at.node, f"history.{stem}").build(MethodRecord, year=int(stem))


def recorded(
    frameworks: Mapping[str, Framework], year: int, plan: str, base_year: int
) -> MethodRecord:
    """The method of a year as a record."""
    records = {kind: _framework(framework, year) for kind, framework in frameworks.items()}
    return MethodRecord(year=year, plan=plan, base_year=str(base_year), frameworks=records)


def _framework(framework: Framework, year: int) -> FrameworkRecord:
    settings = {name: _text(getattr(framework, name)) for name in SETTINGS}
    if framework.progress is not None:
        settings["progress"] = canonical_json(_progress(framework.progress))
    return FrameworkRecord(
        zh=framework.index.zh,
        en=framework.index.en,
        version=framework.version,
        hash=framework.hash,
        settings=settings,
        groups={c: _named(g, _place(framework, c, g.parent)) for c, g in framework.groups.items()},
        indicators={
            c: _named(i, _indicator(i, framework, year)) for c, i in framework.indicators.items()
        },
        accounts={c: _named(a, _account(a)) for c, a in framework.accounts.items()},
        factors={c: _named(f, _factor(f)) for c, f in framework.factors.items()},
    )


def _progress(progress: Progress) -> dict[str, object]:
    """What decides a progress index; what is as ever is left out, so that older records compare."""
    facts = progress.model_dump(mode="json", include={"aggregation", "members", "base_floor"})
    if progress.below_base_floor != "exclude":
        facts["below_base_floor"] = progress.below_base_floor
    means = {g.code: g.aggregation for g in progress.groups if g.aggregation != "arithmetic_mean"}
    return facts | ({"means": means} if means else {})


def _named(thing: Named, facts: Mapping[str, str]) -> RecordedFacts:
    return RecordedFacts(zh=thing.zh, en=thing.en, facts={k: v for k, v in facts.items() if v})


def _place(framework: Framework, code: str, parent: str) -> dict[str, str]:
    """The group something counts in, and its share of it in per cent."""
    members = dict(framework.members(parent))
    whole = sum(members.values())
    share = f"{100 * members.get(code, 0.0) / whole:.6g}%" if whole else ""
    return {"group": parent, "weight": share}


def _indicator(indicator: Indicator, framework: Framework, year: int) -> dict[str, str]:
    facts = {
        "formula": indicator.formula,
        "unit": indicator.unit,
        "direction": str(indicator.direction),
        "normalisation": indicator.normalisation or "",
        "goalposts": _goalposts(indicator, year),
    }
    return facts | (_place(framework, indicator.code, indicator.group) if indicator.group else {})


def _goalposts(indicator: Indicator, year: int) -> str:
    ends = indicator.goalposts_in(year)
    if ends is None:
        return ""
    pairs = {"": (ends.worst, ends.best), **ends.by_industry}
    said = [f"{key} {worst:g} – {best:g}".strip() for key, (worst, best) in pairs.items()]
    return "; ".join([*said, *_amounts(ends.mixed_by)])


def _amounts(mixed_by: PerOutput | None) -> Iterator[str]:
    """By what ends of several industries are mixed, where it is not by output."""
    if mixed_by is not None:
        others = {f"* {name}": value for name, value in mixed_by.otherwise_in.items()}
        amounts = {**mixed_by.values, **others, "*": mixed_by.otherwise}
        yield f"{mixed_by.table}: {', '.join(f'{word} {v:g}' for word, v in amounts.items())}"


def _account(account: Account) -> dict[str, str]:
    others = ((f"* {industry}", line) for industry, line in account.otherwise_in.items())
    lines = [*account.values.items(), *others, ("*", account.otherwise)]
    table = "; ".join(f"{word} {line.value:g}" for word, line in lines if line is not None)
    return {"formula": account.formula, "unit": account.unit, "value": table}


def _factor(factor: Factor) -> dict[str, str]:
    return {"value": f"{factor.value:g} {factor.unit}".strip()}


def _text(setting: object) -> str:
    """A setting as a text that is the same where the setting is."""
    if isinstance(setting, Definition):
        return canonical_json(setting.model_dump(mode="json", exclude_defaults=True))
    return f"{setting:g}" if isinstance(setting, float) else str(setting)


# --- breaks --------------------------------------------------------------------------------------


def breaks_of(
    entity_type: str,
    framework: Framework,
    history: Mapping[int, MethodRecord],
    year: int,
    base_year: int,
) -> tuple[SeriesBreak, ...]:
    """Where the series of an entity type break, up to a year: each record against the next.

    Parameters
    ----------
    framework, base_year
        By which the year is evaluated; it is compared with the newest record before it.
    """
    now = recorded({entity_type: framework}, year, "", base_year)
    records = [*(history[y] for y in sorted(history) if y < year), now]
    former = _former(framework)
    found: list[SeriesBreak] = []
    for before, after in pairwise(records):
        one, other = before.frameworks.get(entity_type), after.frameworks.get(entity_type)
        if one is not None and other is not None:
            found += _base_year(before, after, other)
            found += _between(one, other, after.year, former)
    return tuple(found)


def breaks_between(
    record: MethodRecord, framework: Framework, year: int
) -> tuple[SeriesBreak, ...]:
    """What a framework, read for a year, computes otherwise than the record of that year says."""
    before = record.frameworks.get(framework.entity_type)
    if before is None:
        return ()
    return tuple(_between(before, _framework(framework, year), year, _former(framework)))


def _former(framework: Framework) -> dict[str, str]:
    """Codes that indicators and accounts had before -> those they have now."""
    computed = (*framework.indicators.values(), *framework.accounts.values())
    return {old: one.code for one in computed for old in one.formerly}


def _base_year(
    before: MethodRecord, after: MethodRecord, framework: FrameworkRecord
) -> Iterator[SeriesBreak]:
    if before.base_year != after.base_year:
        names = {"zh": framework.zh, "en": framework.en}
        given = {"fact": "base_year", "before": before.base_year, "after": after.base_year}
        yield SeriesBreak(after.year, "setting", "", "", **names, **given)


def _between(
    one: FrameworkRecord, other: FrameworkRecord, year: int, former: Mapping[str, str]
) -> Iterator[SeriesBreak]:
    names = {"zh": other.zh, "en": other.en}
    for fact in sorted({*one.settings, *other.settings}):
        before, after = one.settings.get(fact, ""), other.settings.get(fact, "")
        if before != after:
            yield SeriesBreak(
                year, "setting", "", "", **names, fact=fact, before=before, after=after
            )
    for section in SECTIONS:
        yield from _changes(section, getattr(one, section), getattr(other, section), year, former)


def _changes(
    section: str,
    one: Mapping[str, RecordedFacts],
    other: Mapping[str, RecordedFacts],
    year: int,
    former: Mapping[str, str],
) -> Iterator[SeriesBreak]:
    """What was added, removed, given another code or defined otherwise, in one section."""
    recoded = {old: new for old, new in former.items() if old in one and new in other}
    for code, facts in other.items():
        if code not in one and code not in recoded.values():
            yield SeriesBreak(year, "added", section, code, facts.zh, facts.en)
    for code, facts in one.items():
        now = recoded.get(code, code)
        if now not in other:
            yield SeriesBreak(year, "removed", section, code, facts.zh, facts.en)
            continue
        names = {"zh": other[now].zh, "en": other[now].en}
        if now != code:
            yield SeriesBreak(year, "recoded", section, now, **names, before=code, after=now)
        for fact in sorted({*facts.facts, *other[now].facts}):
            before, after = facts.facts.get(fact, ""), other[now].facts.get(fact, "")
            if _without_codes(before, recoded) != _without_codes(after, recoded):
                given = {"fact": fact, "before": before, "after": after}
                yield SeriesBreak(year, "changed", section, now, **names, **given)


def _without_codes(text: str, recoded: Mapping[str, str]) -> str:
    """A text with codes that changed written as the new ones: a new code alone is no new formula."""
    return CODE.sub(lambda m: recoded.get(m[0], m[0]), " ".join(text.split()))
