"""Answers that come back: read where they belong, refused where they cannot be used, only proposed."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from ruamel.yaml import YAML

from cescore.disclosure.released.told_findings import of_itself
from cescore.intake.checks.confirmations import confirm, read_confirmations
from cescore.intake.findings import Context, Finding, FindingLog
from cescore.intake.register.entities import Entity, Register
from cescore.intake.register.respondents import NamedRespondents
from cescore.intake.wording import as_written
from cescore.returns.forms.findings_sheet import REMARKS
from cescore.returns.marked.answers import FindingAnswer, is_list_alone, read_answers
from cescore.returns.marked.copying import listed
from cescore.returns.marked.proposals import (
    ConfirmationProposal,
    blanks,
    entries_text,
    proposed,
    quoted,
)
from cescore.returns.marked.remarks import FindingKey, RemarkWriter, ReturnRemark
from cescore.returns.workbooks.read import read_workbook

VALUES = (("before", 10.0), ("now", 30.0), ("ratio", 3.0), ("low", -0.5), ("high", 1.0))
JUMP = Finding(
    "warning", "year_on_year", entity_id="D1", year=2024, variable="waste", values=VALUES
)
GIVEN = {"reply": "确认无误", "reason": "a second kiln", "name": "Wang", "role": "statistician",
         "date": "2025/3/2"}  # fmt: skip


def answered(
    tmp_path: Path, given: dict[str, object], *, is_withheld: bool = False, owner: str = "D1"
) -> tuple[list[FindingAnswer], FindingLog]:
    """A list of one finding, sent out, filled in and read again."""
    key = FindingKey.of(JUMP, is_withheld=is_withheld)
    remark = ReturnRemark("warning", JUMP.code, "rule", "waste", 2024, "found", "expected", (), key)
    book = openpyxl.load_workbook(io.BytesIO(listed([remark], "title", "zh")))
    for name, text in given.items():
        book.worksheets[0].cell(6, REMARKS.column(name) + 1).value = text
    path = tmp_path / "back.xlsx"
    book.save(path)
    log, read = FindingLog(), read_workbook(path, "back.xlsx")
    assert is_list_alone(read)
    return read_answers(read, owner, Context(log)), log


def test_an_answer_is_read_with_the_finding_it_is_about(tmp_path: Path) -> None:
    [answer], log = answered(tmp_path, GIVEN)
    assert log.found == [] and answer.key == FindingKey.of(JUMP)
    assert (answer.reply, answer.reason) == ("confirmed", "a second kiln")
    assert (answer.name, answer.role, answer.date) == ("Wang", "statistician", "2025-03-02")
    assert str(answer.at) == "back.xlsx:核查意见!I6"


def test_a_finding_without_an_answer_has_none(tmp_path: Path) -> None:
    assert answered(tmp_path, {}) == ([], FindingLog([]))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reply": "好"}, "answer_unknown"),
        ({"reply": None}, "answer_unknown"),
        ({"reason": None}, "answer_incomplete"),
        ({"reason": "—"}, "answer_incomplete"),
        ({"name": ""}, "answer_incomplete"),
        ({"role": "无"}, "answer_incomplete"),
        ({"date": "soon"}, "bad_answer_date"),
        ({"key": "{}"}, "answer_of_nothing"),
        ({"key": "[" * 5000}, "answer_of_nothing"),
        ({"key": None}, "answer_of_nothing"),
        ({"key": FindingKey("x", "D2", 2024, "waste", {}).text()}, "answer_for_another"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_with_its_cell(
    tmp_path: Path, changed: dict[str, object], code: str
) -> None:
    answers, log = answered(tmp_path, GIVEN | changed)
    [told] = log.found
    assert answers == [] and told.code == code and told.at.cell == "核查意见!I6"


def test_what_was_withheld_cannot_be_confirmed_and_can_be_asked_about(tmp_path: Path) -> None:
    assert answered(tmp_path, GIVEN, is_withheld=True)[1].found[0].code == "answer_incomplete"
    [question], _ = answered(tmp_path, {"reply": "有疑问", "reason": "?"}, is_withheld=True)
    assert question.reply == "question" and question.key.values is None


def test_a_proposal_copied_into_the_file_confirms_the_finding_and_nothing_else(
    tmp_path: Path,
) -> None:
    answers, _ = answered(tmp_path, GIVEN)
    text = entries_text(proposed(answers, [JUMP], "zh"), "zh")
    path = tmp_path / "confirmations.yml"
    path.write_text(text, encoding="utf-8")
    register = Register({"D1": Entity("D1", "district")})
    log = FindingLog()
    entries = read_confirmations(path, register, Context(log).file("data/confirmations.yml"))
    found = confirm([JUMP], entries, date(2025, 12, 31))
    assert log.found == [] and [f.status for f in found] == ["confirmed"]
    assert found[0].settled.name == "Wang" and found[0].settled.channel == "退回表答复"


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([JUMP], "数值未变"),
        ([Finding(**{**vars(JUMP), "values": (("before", 10.0), ("now", 31.0))})], "数值已变"),
        ([], "已不存在"),
        ([Finding(**{**vars(JUMP), "severity": "error"})], "须更正数据"),
        ([Finding(**{**vars(JUMP), "status": "confirmed"})], "已确认"),
    ],
)
def test_a_proposal_says_what_became_of_its_finding(
    tmp_path: Path, findings: list[Finding], said: str
) -> None:
    answers, _ = answered(tmp_path, GIVEN)
    assert said in entries_text(proposed(answers, findings, "zh"), "zh")


@pytest.mark.parametrize(
    "text",
    ['a"b', "a: b # c", "x\n- {finding: y}", "\u2028", "\x85", "{{}}", "\\", "&a *b !!c", "𠮷"],
)
def test_what_respondents_write_stays_one_text_in_yaml(text: str) -> None:
    key = FindingKey("x", "D1", 2024, "v", {text: text})
    made = ConfirmationProposal(key, text, text, text, text, text, text).yaml()
    [entry] = YAML(typ="safe").load(made)
    assert (
        entry["reason"] == text and entry["by"]["name"] == text and entry["values"] == {text: text}
    )
    assert YAML(typ="safe").load(quoted(text)) == text


def test_blank_entries_state_the_values_and_leave_the_rest_to_a_person() -> None:
    made = list(blanks([JUMP], {("year_on_year", "D1", "waste"): "as of old"}, "zh"))
    assert [p.key.values for p in made] == [{"before": "10", "now": "30"}]
    assert (made[0].reason, made[0].name) == ("as of old", "")
    assert made[0].remark == JUMP.line("zh")
    assert list(blanks([Finding(**{**vars(JUMP), "severity": "error"})], {}, "zh")) == []


def test_a_remark_on_a_change_and_its_key_say_nothing_of_the_changes_of_others() -> None:
    others = (("median", 0.0432), ("low", -0.1234), ("high", 0.5678), ("n", 11), ("among", "metal"))
    values = (*VALUES[:3], *others)
    finding = Finding(
        "warning", "unusual_change", entity_id="D1", year=2024, variable="waste", values=values
    )
    writer = RemarkWriter(
        lang="en",
        naming=as_written,
        rule_names={},
        others=NamedRespondents(Register({"D1": Entity("D1", "district")}), lambda entity: False),
        is_withheld=lambda finding: False,
        of_itself=of_itself,
        sources=SimpleNamespace(addresses=lambda cells: []),  # type: ignore[arg-type]
    )
    (remark,) = writer.remarks([finding])
    said = f"{remark.found} {remark.expected} {remark.key.text()}"
    assert "10 \u2192 30 (\u00d73)" in said
    assert not any(told in said for told in ("4%", "0.0432", "12%", "0.1234", "57%", "0.5678"))
