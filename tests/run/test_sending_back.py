"""Returns collected, sent back, answered, collected again and confirmed: the whole way on a small workspace."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from cescore.disclosure.released.undecided import UndecidedOthers
from cescore.errors import DataError, RunError
from cescore.intake.workspace import Workspace
from cescore.returns.collecting.submissions import Circumstances
from cescore.run.asked import Asked
from cescore.run.commands.answering import PROPOSALS, read_folder, waiting
from cescore.run.commands.collect import CollectOptions, collect
from cescore.run.commands.sending_back import SentBack, send_back

VARIABLES = """gdp: {zh: 生产总值, en: GDP, unit: 10k CNY, range: {district: [10, 500], firm: [10, 500]}}
waste: {zh: 废物, en: Waste, unit: t}
"""
FRAMEWORK = """version: "1"
source: test
index: {code: X_%s, en: Index}
groups: {g: {en: Group, weight: 1}}
indicators:
  i_%s: {en: Waste per GDP, group: g, formula: waste / gdp, unit: t/10k CNY, direction: -1, weight: 1,
       goalposts: {2024: {worst: 10, best: 0, source: test, tag: P}}, source: test, tag: P}
"""
REGISTER = """entity_id,entity_type,name_zh,name_en
D1,district,一区,District One
D2,district,二区,District Two
F1,firm,甲厂,Firm One
"""
HEADER = ("entity_id", "year", "variable", "value")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "params/variables.yml": VARIABLES, "params/runs/2024.yml": "year: 2024\nissued: 2025-08-31\n",
        "params/frameworks/district.yml": FRAMEWORK % ("d", "d"),
        "params/frameworks/firm.yml": FRAMEWORK % ("f", "f"),
        "params/disclosure.yml": "public_types: [district]\n",
        "data/entities.csv": REGISTER,
        "data/2024/observations.csv": "entity_id,year,variable,value\nF1,2024,gdp,9\nF1,2024,waste,2\n",
    }.items():  # fmt: skip
        path = tmp_path / "w" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "w"


def console() -> Console:
    return Console(file=io.StringIO(), width=400)


def received(root: Path, gdp: object, name: str = "D1.xlsx") -> Path:
    """A folder with the return of the first district."""
    folder = root.parent / "in"
    folder.mkdir(exist_ok=True)
    book = openpyxl.Workbook()
    for row in (HEADER, ("D1", 2024, "gdp", gdp), ("D1", 2024, "waste", 5)):
        book.worksheets[0].append(row)
    book.save(folder / name)
    return folder


def taken(root: Path, gdp: object) -> SentBack:
    collect(
        Asked(root, 2024, progress="quiet"),
        CollectOptions(received(root, gdp), layout="table", jobs=1),
        console(),
    )
    return send_back(Asked(root, 2024, progress="quiet"), None, console())


def test_two_returns_of_one_entity_are_asked_about_once_with_what_is_wanted(root: Path) -> None:
    received(root, 121, "D1 again.xlsx")
    made = taken(root, 120)
    book = openpyxl.load_workbook(made.folder / "D1-核查意见.xlsx")
    texts = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert sum("D1 again.xlsx、D1.xlsx；均不采用" in text for text in texts) == 1
    assert any("请说明以哪一份为准" in text for text in texts)


def test_a_faulty_return_goes_back_marked_and_what_was_no_workbook_as_a_list(root: Path) -> None:
    made = taken(root, "约120")
    assert [(o.entity_id, o.status) for o in made.outcomes] == [
        ("D1.xlsx", "built"), ("未报送名单.xlsx", "built"), ("F1-核查意见.xlsx", "built"),
    ]  # fmt: skip
    book = openpyxl.load_workbook(made.folder / "D1.xlsx")
    sheet = book.worksheets[1]
    assert sheet["D2"].value == "约120" and "not_a_number" in sheet["D2"].comment.text
    assert book.worksheets[0]["D6"].hyperlink.location == f"'{sheet.title}'!D2"
    unfiled = openpyxl.load_workbook(made.folder / "未报送名单.xlsx").worksheets[0]
    assert [row[:2] for row in unfiled.iter_rows(4, values_only=True)] == [("D2", "二区")]
    text = "".join(made.lines())
    assert "退回3份 = 新写3 + 已有0 + 未成0" in text and made.exit_status == 0


def said_of(root: Path, gdp: object) -> str:
    """What a collection says of the first district's return."""
    said = console()
    options = CollectOptions(received(root, gdp), layout="table", jobs=1)
    collect(Asked(root, 2024, progress="quiet"), options, said)
    return said.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_resubmission_says_which_findings_of_all_checks_went_and_came(root: Path) -> None:
    first, second = said_of(root, 600), said_of(root, 120)
    assert "一区 · 生产总值" in first and "send-back --year 2024" in first
    [gone] = [line for line in second.splitlines() if "已解决" in line]
    assert "usual_range 生产总值 gdp" in gone
    [came] = [line for line in said_of(root, 700).splitlines() if "新出现" in line]
    assert "usual_range" in came


def test_a_copy_that_comes_back_corrected_brings_no_finding_about_its_own_list(root: Path) -> None:
    made = taken(root, "约120")
    book, folder = openpyxl.load_workbook(made.folder / "D1.xlsx"), root.parent / "back"
    book.worksheets[1]["D2"] = 120
    folder.mkdir()
    book.save(folder / "D1.xlsx")
    said, options = console(), CollectOptions(folder, layout="table", jobs=1)
    collect(Asked(root, 2024, progress="quiet"), options, said)
    told = said.file.getvalue()  # type: ignore[attr-defined]
    [gone] = [line for line in told.splitlines() if "已解决" in line]
    assert "not_a_number" in gone and "numbers_unread" not in told


def test_a_copy_that_may_hold_answers_is_replaced_only_by_force(root: Path) -> None:
    made = taken(root, "约120")
    again = send_back(Asked(root, 2024, progress="quiet"), None, console())
    assert {o.status for o in again.outcomes} == {"up_to_date"}
    (made.folder / "D1.xlsx").write_bytes(b"answers")
    third = send_back(Asked(root, 2024, progress="quiet"), None, console())
    assert third.exit_status == 1 and (made.folder / "D1.xlsx").read_bytes() == b"answers"
    assert "已有且内容不同" in third.outcomes[0].cause
    send_back(Asked(root, 2024, progress="quiet", force=True), None, console())
    assert openpyxl.load_workbook(made.folder / "D1.xlsx").worksheets[0].title == "核查意见"


def test_all_that_check_counts_goes_back_or_is_accounted_for(root: Path) -> None:
    (root / "data/2023").mkdir()
    (root / "data/2023/observations.csv").write_text(
        "entity_id,year,variable,value\nD1,2023,gdp,5\nD9,2023,gdp,5\n", encoding="utf-8"
    )
    received(root, 121, "D1 again.xlsx")
    made = taken(root, 120)
    findings = Workspace.load(root).findings
    open_ = [f for f in findings if f.status == "open" and f.severity != "info"]
    some = send_back(Asked(root, 2024, only="F1", progress="quiet"), None, console())
    for sent, others in ((made, 0), (some, 2)):
        assert sum(sent.counts.values()) + sum(sent.elsewhere.values()) == len(open_)
        assert sent.elsewhere["said_once"] == 1 and sent.elsewhere["of_others"] == others
    assert f"check 所列未决错误和提示 {len(open_)} 条" in "".join(made.lines())


def test_what_is_wrong_with_a_file_that_is_not_kept_is_listed(root: Path) -> None:
    folder = root.parent / "in"
    folder.mkdir()
    book = openpyxl.Workbook()
    for row in (HEADER, ("F11", 2024, "gdp", 5)):
        book.worksheets[0].append(row)
    book.save(folder / "甲厂.xlsx")
    collect(Asked(root, 2024, progress="quiet"), CollectOptions(folder, jobs=1), console())
    made = send_back(Asked(root, 2024, only="F1", progress="quiet"), None, console())
    assert made.exit_status == 0
    cells = openpyxl.load_workbook(made.folder / "F1-核查意见.xlsx").worksheets[0]
    texts = [str(cell.value) for row in cells.iter_rows() for cell in row]
    assert any("F11" in text for text in texts) and "Sheet!A2" in texts


def test_a_form_in_another_language_goes_back_beside_findings_of_nobody(root: Path) -> None:
    folder = root.parent / "in"
    folder.mkdir()
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7")
    book = openpyxl.Workbook()
    book.worksheets[0].title = "填报表"
    for row in (
        ("单位代码", "D1", "填报年份", 2024), ("变量代码", "本年数"), ("gdp", "约120"), ("waste", 5)
    ):  # fmt: skip
        book.worksheets[0].append(row)
    hidden = book.create_sheet("_form")
    for row in (("entity_id", "D1"), ("year", 2024), ("lang", "zh")):
        hidden.append(row)
    book.save(folder / "D1.xlsx")
    collect(Asked(root, 2024, progress="quiet"), CollectOptions(folder, jobs=1), console())
    made = send_back(Asked(root, 2024, lang="en", progress="quiet"), None, console())
    assert made.exit_status == 0 and made.elsewhere["of_nobody"]
    sheet = openpyxl.load_workbook(made.folder / "D1.xlsx").worksheets[0]
    assert sheet.title == "核查意见"


def test_asked_for_some_it_says_nothing_of_what_others_were_sent(root: Path) -> None:
    taken(root, "约120")
    some = send_back(Asked(root, 2024, only="F1", progress="quiet"), None, console())
    assert [o.entity_id for o in some.outcomes] == ["F1-核查意见.xlsx"] and some.needless == ()
    with pytest.raises(RunError, match="no entity of 2024 matches --only 'F2'"):
        send_back(Asked(root, 2024, only="F2", progress="quiet"), None, console())


def test_the_list_of_who_sent_nothing_is_of_the_whole_year_whoever_is_asked_for(root: Path) -> None:
    register = root / "data/entities.csv"
    register.write_text(REGISTER + "D3,district,三区,District Three\n", encoding="utf-8")
    made = taken(root, "约120")
    whole = (made.folder / "未报送名单.xlsx").read_bytes()
    for only in ("D2", "district/*"):
        asked = Asked(root, 2024, only=only, force=True, progress="quiet")
        assert send_back(asked, None, console()).exit_status == 0
        assert (made.folder / "未报送名单.xlsx").read_bytes() == whole


def test_a_workbook_of_several_goes_back_whole_whoever_is_asked_for(root: Path) -> None:
    folder = received(root, "约120")
    book = openpyxl.load_workbook(folder / "D1.xlsx")
    book.worksheets[0].append(("D2", 2024, "gdp", "约90"))
    book.save(folder / "D1.xlsx")
    options = CollectOptions(folder, layout="table", jobs=1)
    collect(Asked(root, 2024, progress="quiet"), options, console())
    made = send_back(Asked(root, 2024, progress="quiet"), None, console())
    whole = (made.folder / "D1.xlsx").read_bytes()
    send_back(Asked(root, 2024, only="D2", force=True, progress="quiet"), None, console())
    assert (made.folder / "D1.xlsx").read_bytes() == whole


@pytest.mark.parametrize("value", ["约90", "90"])
def test_a_workbook_of_several_is_headed_by_its_name_and_for_none_of_them_alone(
    root: Path, value: str
) -> None:
    folder = received(root, "约120")
    book = openpyxl.load_workbook(folder / "D1.xlsx")
    book.worksheets[0].append(("D2", 2024, "gdp", value))
    book.save(folder / "D1.xlsx")
    options = CollectOptions(folder, layout="table", jobs=1)
    collect(Asked(root, 2024, progress="quiet"), options, console())
    made = send_back(Asked(root, 2024, progress="quiet"), None, console())
    sheet = openpyxl.load_workbook(made.folder / "D1.xlsx").worksheets[0]
    assert sheet["A1"].value.startswith("D1.xlsx（含2个对象的数据")
    about = {row[4].value.partition(" · ")[0] for row in sheet.iter_rows(min_row=6)}
    named = {line.split(",")[2] + " " + line.split(",")[0] for line in REGISTER.splitlines()[1:]}
    assert about and about <= named  # each remark says whose figure it is about


def test_a_kept_file_that_was_altered_is_not_sent_back(root: Path) -> None:
    taken(root, "约120")
    [kept] = (root / "data/2024/returns").glob("*/D1.xlsx")
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes() + b"x")
    said = console()
    made = send_back(Asked(root, 2024, progress="quiet", force=True), None, said)
    told = said.file.getvalue() + "".join(made.lines())  # type: ignore[attr-defined]
    assert made.exit_status == 1 and told.count("收到后被改动") == 1


def test_what_a_respondent_confirms_is_proposed_and_confirms_once_a_person_copies_it(
    root: Path,
) -> None:
    made = taken(root, 600)
    back = root.parent / "back"
    back.mkdir()
    book = openpyxl.load_workbook(made.folder / "D1.xlsx")
    for column, text in zip(
        "IJKLM", ("确认无误", "并区", "王芳", "统计员", "2025-04-02"), strict=True
    ):
        book.worksheets[0][f"{column}6"].value = text
    book.save(back / "D1.xlsx")
    said = console()
    collect(
        Asked(root, 2024, progress="quiet"),
        CollectOptions(
            back, "table", circumstances=Circumstances("2025-04-05", "answered"), jobs=1
        ),
        said,
    )
    assert "确认无误1" in said.file.getvalue()  # type: ignore[attr-defined]
    proposals = made.folder / PROPOSALS
    status = {
        f.entity_id: f.status for f in Workspace.load(root).findings if f.code == "usual_range"
    }
    assert status == {"D1": "open", "F1": "open"}
    (root / "data/confirmations.yml").write_bytes(proposals.read_bytes())
    loaded = Workspace.load(root)
    [found] = [f for f in loaded.findings if f.code == "usual_range" and f.entity_id == "D1"]
    assert found.status == "confirmed" and found.settled.name == "王芳"
    again = send_back(Asked(root, 2024, progress="quiet"), None, console())
    assert "D1.xlsx" in again.needless and "D1.xlsx" in "".join(again.lines())


def test_entries_to_be_filled_in_confirm_nothing_until_they_are(root: Path) -> None:
    (root / "data/corrections.yml").write_text(
        "- {action: confirm, entity_id: F1, variable: gdp, finding: usual_range, reason: 停产}\n",
        encoding="utf-8",
    )
    text = waiting(Asked(root, 2024))
    assert 'finding: "usual_range", entity_id: "F1"' in text and 'reason: "停产"' in text
    (root / "data/confirmations.yml").write_text(text, encoding="utf-8")
    codes = {f.code for f in Workspace.load(root).findings if f.entity_id == "F1"}
    assert {"bad_confirmation", "usual_range", "confirmation_old_form"} <= codes


def test_a_folder_without_workbooks_is_an_error(root: Path) -> None:
    (root.parent / "empty").mkdir()
    with pytest.raises(DataError, match="no workbook with answers"):
        read_folder(Asked(root, 2024), root.parent / "empty")


ACROSS = {
    "the body around": ("F1", "firm", "waste <= 0.5 * in_body(district, waste)"),
    "the body around a year before": ("F1", "firm", "waste <= 0.5 * in_body(district, lag(waste))"),
    "a formula of the body around": ("F1", "firm", "waste <= 0.2 * in_body(district, 2 * waste)"),
    "bodies inside": ("C1", "city", "waste <= 0.5 * sum_known(district, waste)"),
}
SECRET = "7413.5"  # of the district in which the firm lies


@pytest.mark.parametrize("is_in", [True, False], ids=["gate in", "gate out"])
@pytest.mark.parametrize("name", ACROSS)
def test_a_copy_sent_back_tells_no_figure_of_another_that_respondents_add_to(
    name: str, is_in: bool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_in:
        monkeypatch.setattr(UndecidedOthers, "are_told_in", lambda *a: False)
    whose, kind, rule = ACROSS[name]
    made = sent_back_for(root, rule, kind)
    texts = _texts(made.folder / f"{whose}-核查意见.xlsx")
    assert ("依披露规则不予显示" in texts) is is_in
    assert (SECRET in texts or "14827" in texts) is not is_in


def test_a_copy_sent_back_tells_of_others_what_no_respondent_returns(root: Path) -> None:
    made = sent_back_for(root, "waste <= 0.001 * in_body(district, quota)", "firm")
    assert "9021" in _texts(made.folder / "F1-核查意见.xlsx")


def sent_back_for(root: Path, rule: str, kind: str) -> SentBack:
    """What goes back of a city, a district and its firm where a soft rule of a type is broken."""
    words = {"en": "covers", "zh": "占比", "rule": rule, "severity": "soft", "entity_types": [kind]}
    quota = "quota: {zh: 配额, en: Quota, unit: t, entity_types: [district]}\n"
    for name, text in {
        "params/variables.yml": VARIABLES + quota,
        "params/checks.yml": json.dumps({"rules": {"covers": words}}),
        "params/frameworks/city.yml": FRAMEWORK % ("c", "c"),
        "params/disclosure.yml": "public_types: [city, district]\n",
        "data/entities.csv": "entity_id,entity_type,name_zh,parent_id\nC1,city,市,\nD1,district,一区,C1\nF1,firm,甲厂,D1\n",
        **{f"data/{year}/observations.csv": "entity_id,year,variable,value\n" + "".join(
            f"{e},{year},{code},{value}\n"
            for e, code, value in (
                ("C1", "gdp", 400), ("C1", "waste", 9000), ("D1", "gdp", 300), ("D1", "waste", 7413.5),
                ("D1", "quota", 9021), ("F1", "gdp", 200), ("F1", "waste", 7400),
            )
        ) for year in (2023, 2024)},
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return send_back(Asked(root, 2024, progress="quiet"), None, console())


def _texts(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    )
