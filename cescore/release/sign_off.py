"""The sign-off: a file in which a named person takes an edition to its next stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic_core import PydanticCustomError

from cescore.definitions.entries.located import read
from cescore.definitions.entries.reading import Reading
from cescore.definitions.model.base import Definition
from cescore.definitions.model.written import Day, Text, Words, Written
from cescore.errors import ParamsError, Problem, Sentence
from cescore.intake import wording
from cescore.publish.naming import on_terminal
from cescore.publish.words import label

if TYPE_CHECKING:
    from cescore.intake.findings import Finding

SHORT = 10  # digits of a finding's id


def _moment(value: object) -> object:
    """A moment with its time zone, as ISO 8601 writes it."""
    if not isinstance(value, str) or not value:
        return value
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PydanticCustomError(
            "written", "a moment with its time zone such as 2026-10-15T09:00+08:00"
        )
    return moment.isoformat()


Moment = Annotated[str, Written(_moment)]


class Person(Definition):
    """Somebody who may see an edition before the public does."""

    who: Text
    role: Text


class AnswerGiven(Definition):
    """What was done about findings, each named by its id."""

    findings: Words
    answer: Text


class SignOffFile(Definition):
    """A sign-off as it is written; ``manifest`` is the hash of the edition that was looked at."""

    manifest: Text
    who: Text
    role: Text
    date: Day
    reason: str = ""
    embargo: Moment = ""
    access: tuple[Person, ...] = ()
    answers: tuple[AnswerGiven, ...] = ()


@dataclass(frozen=True)
class GivenSignOff:
    """A sign-off file that was read: what it says, and its bytes."""

    says: SignOffFile
    raw: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def answered(self) -> frozenset[str]:
        """The ids of all findings that it answers."""
        return frozenset(id_ for answer in self.says.answers for id_ in answer.findings)


def read_sign_off(path: Path) -> GivenSignOff:
    """A sign-off file.

    Raises
    ------
    ParamsError
        It is no sign-off: all that is wrong, with file, line and key.
    """
    problems: list[Problem] = []
    node = read(path, path.name, problems)
    found = Reading(node, "", problems).build(SignOffFile)
    if found is not None:
        problems += _odd(found, path.name)
    if problems or found is None:
        raise ParamsError(Sentence("{name} is no sign-off", name=path.name), problems)
    return GivenSignOff(found, path.read_bytes())


def _odd(found: SignOffFile, name: str) -> Iterable[Problem]:
    """What a file of the right form must still not say."""
    try:
        date.fromisoformat(found.date)
    except ValueError:
        yield Problem(name, "date", repr(found.date), "a day such as 2026-09-30")
    if len(found.manifest) != 64:
        yield Problem(name, "manifest", repr(found.manifest)[:80], "the 64 digits of its SHA-256")


def finding_id(finding: Finding) -> str:
    """What a finding is named by in a sign-off: another value, another id, so that an answer holds for
    what was found and for nothing that is found later."""
    values = {name: wording.to_json(value) for name, value in finding.values}
    at = wording.place_of(finding.at, "en", finding.more)
    what = [finding.code, finding.kind, finding.at.file, at, finding.what, values]
    text = json.dumps(what, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def to_answer(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The findings that a sign-off must answer, by id: what is open and no mere note."""
    is_asked = (f for f in findings if f.status == "open" and f.severity != "info")
    return {finding_id(finding): finding for finding in is_asked}


def template(
    manifest: str,
    open_: Mapping[str, Finding],
    lang: str,
    before: Sequence[AnswerGiven] = (),
) -> str:
    """A sign-off to fill in: the findings by rule, with the answers that were given before."""
    given = {id_: answer.answer for answer in before for id_ in answer.findings}
    lines = [
        f"manifest: {manifest}",
        "who: ",
        "role: ",
        "date: ",
        f"# reason:                              # {label('release.form.reason', lang)}",
        f"# embargo: 2026-10-15T09:00+08:00      # {label('release.form.embargo', lang)}",
        f"# access: [{{who: , role: }}]            # {label('release.form.access', lang)}",
        "answers:" if open_ else "answers: []",
    ]
    groups: dict[tuple[str, str], list[str]] = {}
    for id_, finding in open_.items():
        groups.setdefault((finding.code, given.get(id_, "")), []).append(id_)
    for (code, answer), ids in groups.items():
        lines.append(f"  # {code}: {wording.name_of(open_[ids[0]].kind or code, lang)}")
        for id_ in ids:
            said = " ".join(open_[id_].line(lang, on_terminal).split())
            lines.append(f"  #   {id_}  {said}")
        lines.append(f"  - {{findings: [{', '.join(ids)}], answer: {_quoted(answer)}}}")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else ""
