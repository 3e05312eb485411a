"""What a command says: findings, what is built and why, how a run ended."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from cescore.intake.findings import SEVERITIES, each_word_once
from cescore.intake.wording import NamedTerm, Naming, text
from cescore.publish.naming import on_terminal
from cescore.publish.words import has_label, label, label_or
from cescore.run.job import IN_PROCESS, Outcome
from cescore.run.processes.landlock import TCP_SINCE, version
from cescore.run.telling.progress import Form, write_end
from cescore.run.telling.summary import summary, warnings_of
from cescore.run.tree.store import INDEX_PAGE, MANIFEST_NAME

if TYPE_CHECKING:
    from cescore.definitions.definitions import Definitions
    from cescore.intake.findings import Finding
    from cescore.intake.sources.accounting import RowCount
    from cescore.intake.workspace import Workspace
    from cescore.run.order import Order

REASONS_SHOWN = 4
WARNINGS_SHOWN = 10
REASONS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        ("not built yet", "not_built"),
        ("asked for", "asked_for"),
        ("(?P<what>.*) changed", "changed"),
        ("(?P<what>.*) was altered", "altered"),
        ("(?P<what>.*) is not there", "gone"),
    )
)
NAMES_SHOWN = 20
FINDINGS_SHOWN = 2000  # lines; a console that scrolls for minutes tells nobody anything


def say(console: Console, line: str) -> None:
    """Print a line without markup: broken between words on a terminal, whole in a file or pipe."""
    console.print(line, markup=False, highlight=False, soft_wrap=not console.is_terminal)


def why(order: Order, lang: str) -> str:
    """What is to be built, and the first few inputs that changed."""
    told = [reason_told(reason, lang) for reason in order.reasons]
    return label(
        "terminal.build", lang, name=order.name, reasons=first_of(told, REASONS_SHOWN, lang)
    )


def reason_told(reason: str, lang: str) -> str:
    """A reason to build in the language of the terminal."""
    for pattern, key in REASONS:
        if match := pattern.fullmatch(reason):
            named = {what: part_told(text, lang) for what, text in match.groupdict().items()}
            return label(f"terminal.reason.{key}", lang, **named)
    return reason


def part_told(name: str, lang: str) -> str:
    """A part of what a report is made from (``bundle: record``) in words; a file by its name."""
    part = name.rpartition(": ")[2].replace(" ", "_")
    return label_or(f"terminal.part.{part}", lang, name)


def files_told(names: Sequence[str], lang: str) -> Iterator[str]:
    """The files of data/ and params/ that are others since the tree was built; nothing of none."""
    if names:
        yield label("terminal.plan_files", lang, names=first_of(names, NAMES_SHOWN, lang))


def first_of(names: Sequence[str], count: int, lang: str) -> str:
    """The first so many names, and how many more there are."""
    shown, more = label("terminal.comma", lang).join(names[:count]), len(names) - count
    return label("terminal.and_more", lang, names=shown, n=more) if more > 0 else shown


def foreign_told(foreign: Mapping[str, str], engine: str, lang: str) -> Iterator[str]:
    """The workspace's own notebooks and templates by name and hash, and what does not hold them."""
    if engine != IN_PROCESS:
        yield label("terminal.fence_kernel", lang)
    if not foreign:
        return
    yield label("terminal.foreign", lang, n=len(foreign))
    for name, digest in sorted(foreign.items()):
        yield f"  {name}  sha256:{digest}"
    if engine != IN_PROCESS:
        return
    if not version():
        yield label("terminal.fence_python", lang)
    elif version() < TCP_SINCE:
        yield label("terminal.fence_files", lang)


def reasons_counted(all_reasons: Iterable[Sequence[str]], lang: str) -> Iterator[str]:
    """How many reports each changed input concerns, the most frequent first."""
    counts = Counter(reason for reasons in all_reasons for reason in reasons)
    return (
        label("terminal.reason", lang, n=count, reason=reason_told(reason, lang))
        for reason, count in counts.most_common()
    )


def tell_findings(workspace: Workspace, console: Console, lang: str) -> None:
    """Errors whole; of the rest how many, since findings.csv holds them."""
    open_errors = [finding for finding in workspace.findings if finding.is_open_error]
    errors = list(each_word_once(open_errors).values())
    for finding in errors[:FINDINGS_SHOWN]:
        say(console, stated(finding, lang))
    if len(errors) > FINDINGS_SHOWN:
        say(console, label("terminal.more_errors", lang, n=len(errors) - FINDINGS_SHOWN))
    say(console, counted(workspace, lang))


def stated(finding: Finding, lang: str, naming: Naming = on_terminal) -> str:
    """A finding as one line: how grave, what and where, and whether it is settled."""
    severity = text(f"severity_{finding.severity}", lang)
    status = "" if finding.status == "open" else f" [{text(f'status_{finding.status}', lang)}]"
    return f"{severity:7} {finding.line(lang, naming)}{status}"


def beside_codes(definitions: Definitions) -> Naming:
    """Codes of variables, accounts and entity types with their names before them, all else as on
    every terminal."""
    named = {
        **definitions.page.entity_types, **definitions.accounts, **definitions.variables,
    }  # fmt: skip

    def naming(term: NamedTerm, lang: str) -> str:
        written = on_terminal(term, lang)
        known = named.get(term.text) if term.kind == "code" else None
        name = label_or(f"type.{term.text}", lang, "") if known is None else known.name(lang)
        return f"{name} {written}" if name and name != written else written

    return naming


def type_told(entity_type: str, definitions: Definitions, lang: str) -> str:
    """An entity type as the workspace names it, else as the project does, else its code."""
    own = definitions.page.entity_types.get(entity_type)
    return own.name(lang) if own else label_or(f"type.{entity_type}", lang, entity_type)


def why_blocked(findings: Iterable[Finding], lang: str) -> str:
    """Why an entity gets no report: its open errors."""
    each = each_word_once(tuple(findings)).values()
    told = label("terminal.clause", lang).join(f.line(lang, on_terminal) for f in each)
    return label("terminal.blocked", lang, reasons=told)


def counted(workspace: Workspace, lang: str) -> str:
    """How many entities and findings there are."""
    counts = Counter(f.severity for f in workspace.findings if f.status == "open")
    types = Counter(entity.entity_type for entity in workspace.unframed)
    definitions = workspace.definitions
    skipped = "".join(
        label("terminal.unframed", lang, n=n, type=type_told(entity_type, definitions, lang))
        for entity_type, n in types.items()
    )
    return label(
        "terminal.counted",
        lang,
        year=workspace.year,
        n=len(workspace.entities()),
        skipped=skipped,
        settled=sum(f.status != "open" for f in workspace.findings),
        **{severity: counts[severity] for severity in SEVERITIES},
    )


def rows_told(count: RowCount, lang: str) -> str:
    """What became of a source's rows."""
    return label("terminal.rows", lang, **asdict(count))


@dataclass(frozen=True)
class Ending:
    """How a run ended."""

    outcomes: Sequence[Outcome]
    seconds: float
    output: Path | None
    changed: Sequence[str] = ()  # inputs that changed while it went on
    note: str = ""  # on how the reports were made
    evidence: Sequence[str] = ()  # what was found altered or out of place, where it is kept
    out_of_step: Sequence[str] = ()  # reports that were not asked for and are of another evaluation


def tell_end(ending: Ending, console: Console, form: str, lang: str) -> None:
    """What failed, what to look at, what changed meanwhile; then the summary."""
    for line in _ending_told(ending, lang):
        say(console, line)
    if form == Form.json:
        write_end(
            ending.outcomes,
            ending.seconds,
            sys.stdout,
            evidence=ending.evidence,
            out_of_step=ending.out_of_step,
        )


def _ending_told(ending: Ending, lang: str) -> Iterator[str]:
    outcomes, comma = ending.outcomes, label("terminal.comma", lang)
    failed = [outcome.name for outcome in outcomes if outcome.status == "failed"]
    if failed:
        yield label("terminal.failed_all", lang, names=comma.join(failed))
    warnings = list(warnings_of(outcomes))
    for warning in warnings[:WARNINGS_SHOWN]:
        yield label("terminal.warning", lang, text=warning)
    more = len(warnings) - WARNINGS_SHOWN
    if more > 0:
        yield label("terminal.more_warnings", lang, n=more, file=MANIFEST_NAME)
    if ending.changed:
        yield label("terminal.changed", lang, names=comma.join(ending.changed))
    for path in ending.evidence:
        yield label("terminal.kept", lang, path=path)
    if ending.out_of_step:
        names = first_of(ending.out_of_step, NAMES_SHOWN, lang)
        yield label("terminal.out_of_step", lang, n=len(ending.out_of_step), names=names)
    if ending.note:
        yield label(ending.note, lang) if has_label(ending.note) else ending.note
    yield from reasons_counted((o.reasons for o in outcomes if o.status == "built"), lang)
    yield from summary(outcomes, ending.seconds, lang)
    if ending.output is not None:
        yield label("terminal.reports_at", lang, file=ending.output / INDEX_PAGE)
