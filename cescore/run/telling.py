"""What a command says: findings, what is built and why, how a run ended."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from cescore.intake.findings import SEVERITIES
from cescore.intake.wording import text
from cescore.publish.naming import on_terminal
from cescore.publish.words import label
from cescore.run.job import Outcome
from cescore.run.progress import Form, write_end
from cescore.run.store import INDEX_PAGE, MANIFEST_NAME
from cescore.run.summary import summary, warnings_of

if TYPE_CHECKING:
    from cescore.intake.accounting import RowCount
    from cescore.intake.findings import Finding
    from cescore.intake.workspace import Workspace
    from cescore.run.engine import Order

REASONS_SHOWN = 4
WARNINGS_SHOWN = 10
FINDINGS_SHOWN = 2000  # lines; a console that scrolls for minutes tells nobody anything


def say(console: Console, line: str) -> None:
    """Print a line as it is: no markup, no wrapping."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def why(order: Order) -> str:
    """What is to be built, and the first few inputs that changed."""
    shown = ", ".join(order.reasons[:REASONS_SHOWN])
    more = len(order.reasons) - REASONS_SHOWN
    return f"build {order.name}: {shown}{f' and {more} more' if more > 0 else ''}"


def reasons_counted(all_reasons: Iterable[Sequence[str]]) -> Iterator[str]:
    """How many reports each changed input concerns, the most frequent first."""
    counts = Counter(reason for reasons in all_reasons for reason in reasons)
    return (f"{count:6} reports: {reason}" for reason, count in counts.most_common())


def tell_findings(workspace: Workspace, console: Console, lang: str) -> None:
    """Errors whole; of the rest how many, since findings.csv holds them."""
    errors = [finding for finding in workspace.findings if finding.is_open_error]
    for finding in errors[:FINDINGS_SHOWN]:
        say(console, stated(finding, lang))
    if len(errors) > FINDINGS_SHOWN:
        say(console, label("terminal.more_errors", lang, n=len(errors) - FINDINGS_SHOWN))
    say(console, counted(workspace, lang))


def stated(finding: Finding, lang: str) -> str:
    """A finding as one line: how grave, what and where, and whether it is settled."""
    severity = text(f"severity_{finding.severity}", lang)
    status = "" if finding.status == "open" else f" [{text(f'status_{finding.status}', lang)}]"
    return f"{severity:7} {finding.line(lang, on_terminal)}{status}"


def why_blocked(findings: Iterable[Finding], lang: str) -> str:
    """Why an entity gets no report: its open errors."""
    told = label("terminal.clause", lang).join(f.line(lang, on_terminal) for f in findings)
    return label("terminal.blocked", lang, reasons=told)


def counted(workspace: Workspace, lang: str) -> str:
    """How many entities and findings there are."""
    counts = Counter(f.severity for f in workspace.findings if f.status == "open")
    types = Counter(entity.entity_type for entity in workspace.unframed)
    skipped = "".join(
        label("terminal.unframed", lang, n=n, type=entity_type) for entity_type, n in types.items()
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


def tell_end(
    outcomes: Sequence[Outcome],
    changed: Sequence[str],
    output: Path,
    seconds: float,
    console: Console,
    *,
    form: str,
    note: str = "",
) -> None:
    """What failed, what to look at, what changed meanwhile; then the summary."""
    failed = [outcome.name for outcome in outcomes if outcome.status == "failed"]
    if failed:
        say(console, f"failed, causes above: {', '.join(failed)}")
    warnings = list(warnings_of(outcomes))
    for warning in warnings[:WARNINGS_SHOWN]:
        say(console, f"warning {warning}")
    if len(warnings) > WARNINGS_SHOWN:
        say(console, f"warning … and {len(warnings) - WARNINGS_SHOWN} more in {MANIFEST_NAME}")
    if changed:
        say(console, f"these changed while the run went on, run it again: {', '.join(changed)}")
    if note:
        say(console, note)
    for line in reasons_counted(o.reasons for o in outcomes if o.status == "built"):
        say(console, line)
    for line in summary(outcomes, seconds):
        say(console, line)
    say(console, f"reports: {output / INDEX_PAGE}")
    if form == Form.json:
        write_end(outcomes, seconds, sys.stdout)
