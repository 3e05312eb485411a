"""Entries for confirmations.yml, proposed and never applied by themselves: a person copies them there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cescore.intake.checks.confirmations import as_written
from cescore.intake.findings import Finding
from cescore.intake.observations.recorded import is_finite_number
from cescore.returns.forms.findings_sheet import CONFIRMED
from cescore.returns.forms.texts import form_text
from cescore.returns.marked.answers import FindingAnswer
from cescore.returns.marked.remarks import FindingKey


@dataclass(frozen=True)
class ConfirmationProposal:
    """An entry somebody may copy into confirmations.yml; what nobody stated is empty."""

    key: FindingKey
    reason: str = ""
    name: str = ""
    role: str = ""
    channel: str = ""
    date: str = ""
    remark: str = ""  # where it comes from, and what speaks against it

    def yaml(self) -> str:
        """The entry in one line, its texts quoted, below its remark."""
        key = self.key
        parts = {"finding": quoted(key.finding), "entity_id": quoted(key.entity_id)}
        parts |= {} if key.year is None else {"year": str(key.year)}
        parts |= {"variable": quoted(key.variable)} if key.variable else {}
        parts["values"] = _mapping({quoted(k): _scalar(v) for k, v in (key.values or {}).items()})
        parts["reason"] = quoted(self.reason)
        parts["by"] = _mapping({"name": quoted(self.name), "role": quoted(self.role)})
        parts |= {"channel": quoted(self.channel)} if self.channel else {}
        parts["date"] = quoted(self.date)
        remark = f"# {in_one_line(self.remark)}\n" if self.remark else ""
        return f"{remark}- {_mapping(parts)}\n"


def proposed(
    answers: Iterable[FindingAnswer], findings: Iterable[Finding], lang: str
) -> Iterator[ConfirmationProposal]:
    """An entry for each finding that a respondent confirmed, with what became of it since."""
    every = list(findings)
    present = {_about(FindingKey.of(f)): f for f in every if f.severity == "warning"}
    errors = {_about(FindingKey.of(f)) for f in every if f.is_open_error}
    channel = form_text("answers.channel", lang)
    for answer in answers:
        if answer.reply != CONFIRMED:
            continue
        now = present.get(_about(answer.key))
        if now is None:
            state = "error" if _about(answer.key) in errors else "gone"
        elif FindingKey.of(now).values != answer.key.values:
            state = "changed"
        else:
            state = "confirmed" if now.status != "open" else "stands"
        remark = form_text(f"answers.{state}", lang, at=str(answer.at))
        yield ConfirmationProposal(
            answer.key, answer.reason, answer.name, answer.role, channel, answer.date, remark
        )


def blanks(
    findings: Iterable[Finding], reasons: Mapping[tuple[str, str, str], str], lang: str
) -> Iterator[ConfirmationProposal]:
    """An entry to be filled in for each finding that waits for a confirmation.

    ``reasons``: by finding, entity and variable, what an entry of the old form gave as its reason.
    """
    for finding in findings:
        if finding.severity == "warning" and finding.status == "open" and finding.entity_id:
            about = (finding.code, finding.entity_id, finding.variable)
            yield ConfirmationProposal(
                FindingKey.of(finding), reason=reasons.get(about, ""), remark=finding.line(lang)
            )


def entries_text(proposals: Iterable[ConfirmationProposal], lang: str) -> str:
    """A file of proposals, which is read by nobody but the person who copies from it."""
    head = "".join(f"# {line}\n" for line in form_text("answers.head", lang).split("\n"))
    return head + "".join(proposal.yaml() for proposal in proposals)


def _about(key: FindingKey) -> tuple[str, str, int | None, str]:
    return key.finding, key.entity_id, key.year, key.variable


def quoted(text: str) -> str:
    """A text in YAML's double quotes, whatever stands in it.

    Examples
    --------
    >>> quoted('a: "b" #')
    '"a: \\\\"b\\\\" #"'
    """
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escaped(c) for c in plain)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def in_one_line(text: str) -> str:
    """A text for a comment: nothing in it ends the line."""
    return "".join(c if c.isprintable() else " " for c in text)


def _scalar(value: str) -> str:
    return (
        value
        if is_finite_number(value) and value.strip() == as_written(float(value))
        else quoted(value)
    )


def _mapping(parts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"
