"""``check``: params and data read, checked and weighed, and nothing built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cescore.definitions.formulas.held_back import refused
from cescore.publish.words import label
from cescore.run.inputs.production import trials_in_production
from cescore.run.kept.kept_answers import Answer, KeptAnswers
from cescore.run.telling.runs import FINDINGS_SHOWN, say

TAKEN_BACK_SHOWN = 5

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from cescore.intake.workspace import Workspace
    from cescore.returns.review import FindingsReview
    from cescore.run.asked import Asked
    from cescore.run.inputs.hashed import Inputs


def check(asked: Asked, console: Console, *, is_all: bool = False) -> int:
    """Read and check params and data, and say by rule what was found; 1 if an open error was found.

    Open errors and the weightiest of the others are printed, or all findings; of very many the first,
    and then all stand in findings.csv. Where nothing has changed since, what was found then is said.
    """
    trials = trials_in_production(asked.root)
    for trial in trials:
        say(console, str(trial))
    kept = KeptAnswers(asked, {"command": "check", "all": f"{is_all}"})
    answer = kept.known()
    if answer is None:
        with refused("pandas"):  # pyarrow looks for it; here are arrays alone, and no tables
            answer, is_whole = _answered(asked, kept.inputs, console, is_all=is_all)
        if is_whole:
            kept.keep(answer)
    for line in answer.lines:
        say(console, line)
    say(console, label("terminal.workspace", asked.spoken, root=asked.root))  # no part of an answer
    return 1 if trials else answer.status


def _answered(
    asked: Asked, inputs: Inputs, console: Console, *, is_all: bool
) -> tuple[Answer, bool]:
    """What is found, and whether the lines are all of it: no file was written beside them."""
    from cescore.run.kept.kept_reading import KeptForYear  # loads what reads and computes
    from cescore.run.telling.phases import phases
    from cescore.run.telling.reviewed import Selected, told
    from cescore.run.telling.runs import counted, rows_told

    tell_phase = phases(console, asked.spoken, asked.progress)
    kept = KeptForYear(asked, inputs)
    workspace = kept.workspace(tell_phase)
    kept.tidy()
    tell_phase("evaluating")
    review, lines = _reviewed(workspace, asked.spoken)
    selected = Selected.of(review, FINDINGS_SHOWN, is_all=is_all)
    lines += told(review, selected, asked.spoken)
    is_cut_off = len(selected.lines) >= FINDINGS_SHOWN and bool(selected.hidden)
    if is_cut_off:
        lines.append(_written_whole(review, selected.hidden, asked))
    elif selected.hidden:
        lines.append(label("terminal.more_hidden", asked.spoken, n=selected.hidden))
    lines += [*_taken_back(workspace, asked.spoken)]
    lines += [rows_told(count, asked.spoken) for count in workspace.rows]
    lines.append(counted(workspace, asked.spoken))
    return Answer(lines, 1 if workspace.has_errors else 0), not is_cut_off


def _taken_back(workspace: Workspace, lang: str) -> Iterator[str]:
    """What earlier editions printed and the kept pattern withholds since, in one line."""
    from cescore.disclosure.ledger.kept_pattern import pattern_of
    from cescore.run.telling.runs import first_of

    known = pattern_of(workspace).taken_back
    if known:
        named = [f"{' '.join(map(str, figure))} ({edition})" for figure, edition in known.items()]
        figures = first_of(named, TAKEN_BACK_SHOWN, lang)
        yield label("terminal.taken_back", lang, n=len(known), figures=figures)


def _reviewed(workspace: Workspace, lang: str) -> tuple[FindingsReview, list[str]]:
    """The findings weighed; where the year cannot be evaluated, without what they could move, and
    a line that says why."""
    from cescore.errors import MethodError
    from cescore.evaluation.yearly import evaluate_workspace
    from cescore.publish.terminal_words import error_told
    from cescore.returns.review import FindingsReview

    try:
        return FindingsReview.of(workspace, evaluate_workspace(workspace)), []
    except MethodError as error:
        reason = label("terminal.not_weighed", lang, reason=error_told(error, lang))
        return FindingsReview.of(workspace), [reason]


def _written_whole(review: FindingsReview, hidden: int, asked: Asked) -> str:
    """Write findings.csv; the line that says how many stand there alone."""
    from cescore.run.files import make_private
    from cescore.run.results.tables import FINDINGS, write_findings_whole

    output = asked.output(f"{review.workspace.year}")
    make_private(output)
    write_findings_whole(output, review, asked.lang)
    more = {"n": hidden, "file": output / FINDINGS}
    return label("terminal.more_findings", asked.spoken, **more)
