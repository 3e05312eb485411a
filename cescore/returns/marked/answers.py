"""What respondents answered to findings, read from the sheet that came back with their return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cescore.intake.address import Address
from cescore.intake.dates import read_date
from cescore.intake.findings import Context
from cescore.intake.notation import clean
from cescore.intake.observations.recorded import says_something
from cescore.intake.wording import Phrase, phrase, shortened
from cescore.returns.forms.findings_sheet import CONFIRMED, REPLIES, remarks_header
from cescore.returns.forms.shape import key_of
from cescore.returns.marked.remarks import FindingKey
from cescore.returns.workbooks.sheet import Sheet, Workbook

_NEEDED = {"reason": "answer_reason", "name": "answer_name", "role": "answer_role"}
ANSWERED = ("reply", "reason", "name", "role", "date")


@dataclass(frozen=True)
class FindingAnswer:
    """A reply to one finding; ``date`` as 2026-03-05, "" where none is stated."""

    key: FindingKey
    reply: str
    reason: str
    name: str
    role: str
    date: str
    at: Address


def read_answers(book: Workbook, owner: str, context: Context) -> list[FindingAnswer]:
    """The answers in a workbook; those that cannot be used are told, with cell and reason.

    Parameters
    ----------
    owner
        The entity whose workbook it is, which answers for itself alone; "" where it may hold several.
    """
    answers: list[FindingAnswer] = []
    for sheet in book.sheets:
        header = remarks_header(sheet)
        if header is None:
            continue
        at, places = header
        for row, _ in sheet.rows():
            if row > at:
                answers += _answer(book, sheet, row, places, owner, context)
    return answers


def is_list_alone(book: Workbook) -> bool:
    """Whether a workbook is a list of findings and holds no return."""
    return all(remarks_header(sheet) is not None for sheet in book.sheets)


def _answer(
    book: Workbook,
    sheet: Sheet,
    row: int,
    places: Mapping[str, int],
    owner: str,
    context: Context,
) -> Iterator[FindingAnswer]:
    texts = {
        key: clean(sheet.text(row, places[key])).text if key in places else ""
        for key in (*ANSWERED, "key")
    }
    if not any(texts[key] for key in ANSWERED):
        return
    at = book.address(sheet.name, row, places["reply"])
    here = Context(context.log, at, owner, context.year)
    key = FindingKey.from_text(sheet.text(row, places["key"]))
    reply = key_of(texts["reply"], REPLIES)
    day = read_date(texts["date"]).day
    if key is None:
        here.error("answer_of_nothing")
    elif owner and key.entity_id != owner:
        here.error("answer_for_another", text=shortened(key.entity_id))
    elif reply is None:
        known = tuple(word.zh for word in REPLIES)
        here.error("answer_unknown", text=shortened(texts["reply"]), known=known)
    elif reply == CONFIRMED and (lacking := _lacking(texts, key)):
        here.error("answer_incomplete", parts=lacking)
    elif texts["date"] and day is None:
        here.error("bad_answer_date", text=shortened(texts["date"]))
    else:
        date = "" if day is None else day.isoformat()
        yield FindingAnswer(key, reply, texts["reason"], texts["name"], texts["role"], date, at)


def _lacking(texts: Mapping[str, str], key: FindingKey) -> tuple[Phrase, ...]:
    """What a confirmation needs and an answer has not."""
    lacking = [phrase(word) for part, word in _NEEDED.items() if not says_something(texts[part])]
    return tuple(lacking + ([] if key.values is not None else [phrase("answer_values")]))
