"""The index page: what it says, and that it works in a browser that has no network."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from cescore.definitions.model import Named, Scale
from cescore.publish.naming import industries_in
from cescore.publish.pages.index.charts import bars, binned, shade
from cescore.publish.pages.index.listing import (
    Body,
    DocumentLine,
    IndexPage,
    Line,
    Note,
    Section,
    beneath_wholes,
)
from cescore.publish.pages.index.page import IndexView, index_page
from cescore.publish.pages.index.pinyin import Readings, syllables
from cescore.publish.printing.webfont import font_faces


def firm(number: int, index: float | None, grade: str = "", **more: object) -> Line:
    entity_id = f"E{number}"
    fields = {"progress": 100.0 + number, "total": index, "bodies": (entity_id, "D1")}
    line = Line(entity_id, f"样例企业{number}", f"Firm {number}", f"enterprise/{entity_id}", True)
    return replace(line, index=index, grade=grade, **{**fields, **more})  # type: ignore[arg-type]


def district(entity_id: str, name: str, index: float, **more: object) -> Line:
    line = Line(entity_id, name, f"{entity_id} District", f"district/{entity_id}", True)
    return replace(line, index=index, bodies=(entity_id,), place="样例市", **more)  # type: ignore[arg-type]


DISTRICTS = Section(
    "district",
    [district("D1", "东丰县", 86.7, grade="良好"), district("D2", "龙山区", 91.6, grade="合格")],
    "城市循环发展指数",
    60.0,
    100.0,
)
FIRMS = Section(
    "enterprise",
    [
        firm(1, 9.5, "合格", index_status="estimated+partial"),
        firm(2, 71.25, "优秀", bodies=("E2", "D2"), is_provisional=True),
        firm(3, None, is_filed=False, index_status="not_filed", reason="not_filed"),
        firm(4, None, is_built=False, cause="cell 3: division by zero", files=("FAILED.txt",)),
        firm(5, 100.0, "合格", is_built=False, cause=""),
    ],
)
NOTES = [
    Note("warning", "usual_range", "超出通常范围", "E1", "样例企业1", 2025, "产值", "54", "通常为 8 至 40 个",
         "data/2025/observations.csv，第 12 行"),
    Note("error", "a_rule", "增加值不得大于产值", "E4", "样例企业4", 2025, "增加值", "7", "0"),
]  # fmt: skip
PAGE = IndexPage(
    2025,
    "样例市",
    "zh",
    True,
    [DISTRICTS, FIRMS],
    ("results.csv", "manifest.json"),
    [DocumentLine("市发改委", "units", "units/fgw", "sheet", True)],
    grades=["优秀", "良好", "合格"],
    bodies=[Body("D1", "东丰县", "district"), Body("D2", "龙山区", "district")],
    notes=NOTES,
    settled=3,
)


def words_of(html: str) -> str:
    """What stands on the page as text."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))


# --- what it says


def test_a_type_is_called_as_params_name_it():
    page = IndexPage(
        2025, "样例市", "zh", False, [DISTRICTS], type_names={"district": "区县（市）"}
    )
    assert IndexView(page).type_name("district") == "区县（市）"
    assert IndexView(replace(page, type_names={})).type_name("district") != "区县（市）"


def test_a_part_of_another_body_of_its_type_stands_beneath_it_and_is_named_so() -> None:
    lines = [
        district("D1", "甲区", 70.0), district("D2", "乙区", 90.0),
        district("D3", "开发区", 95.0, part_of="D1"), district("D4", "丙区", 80.0),
    ]  # fmt: skip
    assert [line.entity_id for line in beneath_wholes(lines)] == ["D2", "D4", "D1", "D3"]
    view = IndexView(replace(PAGE, sections=[replace(DISTRICTS, lines=lines)]))
    assert view.shown_name(lines[2]) == "其中：开发区"


def test_a_part_of_another_body_is_in_no_count_of_grades() -> None:
    lines = [
        district("D1", "甲区", 70.0, grade="中"),
        district("D3", "开发区", 95.0, grade="优秀", part_of="D1"),
    ]
    view = IndexView(replace(PAGE, sections=[replace(DISTRICTS, lines=lines)]))
    ((_, _, drawing),) = [chart for chart in view.charts() if chart[0] == view.t("chart.grades")]
    assert "县区 1" in drawing and "优秀" not in drawing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("铝加工", "Aluminium"),
        ("没有名的", "没有名的"),
        ("铝加工（aluminium）60%；铝加工（foil）40%", "Aluminium"),
        (
            "铝加工（aluminium）62.5%；食品（corn）20%；食品（egg）17.5%",
            "Aluminium 62.5%, 食品 37.5%",
        ),
        (
            "铝加工 40%；甲 30%；乙 20%；丙 10%",
            "Aluminium 40%, 甲 30%, 乙 20% and others, 4 in all",
        ),
    ],
)
def test_an_industry_is_named_without_the_codes_of_its_products(text: str, said: str) -> None:
    assert industries_in(text, {"铝加工": Named(zh="铝加工", en="Aluminium")}, "en") == said


def test_same_content_same_bytes() -> None:
    assert index_page(PAGE) == index_page(replace(PAGE))


def test_a_chinese_page_has_no_code_of_a_type_or_a_status() -> None:
    text = words_of(index_page(PAGE))
    assert "县区 · 城市循环发展指数" in text and "含测算、仅含适用项" in text
    for code in ("enterprise", "district", "estimated", "partial", "usual_range", "warning", "built",
                 "not_filed", "usually"):  # fmt: skip
        assert code not in text


def test_an_english_page_has_no_chinese_of_ours() -> None:
    page = replace(PAGE, lang="en", place="", sections=[], bodies=(), documents=(), notes=())
    text = words_of(index_page(page))
    assert not re.search(r"[\u4e00-\u9fff]", text)
    assert text.strip().startswith("Circular-economy assessment")  # no colon after no place


def test_a_type_and_a_status_never_seen_stand_as_they_are() -> None:
    line = Line("H1", "Hospital", "", "hospital/H1", True, index=1.0, index_status="odd_state")
    text = words_of(index_page(replace(PAGE, sections=[Section("hospital", [line])])))
    assert "hospital" in text and "odd_state" in text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\" onmouseover='x'", "{{ 7*7 }}"])
def test_markup_in_a_name_stays_text(name: str) -> None:
    line = Line("E1", name, name, "enterprise/E1", True, index=1.0, place=name, industry=name)
    html = index_page(
        replace(
            PAGE,
            place=name,
            sections=[Section("enterprise", [line, replace(line, entity_id="E2")])],
            bodies=[Body("D1", name, name)],
            notes=[Note("warning", "x", name, "E1", name, 2025, name, name, name, name)],
        )
    )
    assert "<script>alert" not in html and "onmouseover='x'" not in html
    assert html.count("<script>") == 1


def test_marks_that_turn_the_direction_of_writing_are_left_out() -> None:
    line = Line("E1", "abc\u202edef", "", "enterprise/E1", True)
    assert "\u202e" not in index_page(replace(PAGE, sections=[Section("enterprise", [line])]))


def test_a_folder_named_like_a_scheme_is_no_link_to_run() -> None:
    line = Line("E1", "x", "", "javascript:alert(1)/E1", True)
    assert 'href="javascript:' not in index_page(replace(PAGE, sections=[Section("t", [line])]))


def characters_of(css: str) -> Iterator[dict[int, str]]:
    """The characters of each face that is written into styles."""
    for data in re.findall(r"data:font/woff2;base64,([^\"]+)", css):
        yield TTFont(BytesIO(b64decode(data))).getBestCmap()


def test_the_fonts_hold_every_character_shown_and_few_others() -> None:
    html = index_page(PAGE)
    regular, bold = characters_of(html)
    han = {ord(c) for c in words_of(html) if "\u4e00" <= c <= "\u9fff"}
    assert han <= set(regular) and len(regular) < 700
    assert {ord(c) for c in "样例市年度循环经济评价报告单位县区▽▲▼"} <= set(bold)
    assert set(bold) < set(regular)


def test_a_face_has_what_its_elements_show_however_it_is_written() -> None:
    html = (
        '<p title="题">&#x9F99; a</p><table><tr><th scope="row"><button>东</button> <i>西</i></th></tr>'
        '</table>\n<summary class="x"><b>南</b>&amp;北</summary><style>p::after { content: "▽"; }</style>'
    )
    regular, bold = (set(found) for found in characters_of(font_faces(html)))
    assert {ord(c) for c in "题龙a东西南北&▽"} <= regular
    assert {ord(c) for c in "东西南北&▽"} <= bold and not {ord("题"), ord("龙")} & bold


def test_a_search_finds_full_pinyin_and_initials() -> None:
    found = Readings().search_text("220421", "东丰县", "Dongfeng County").split()
    assert {"220421", "东丰县", "dongfengxian", "dfx"} <= set(found)


def test_a_reading_depends_on_the_word() -> None:
    found = Readings().search_text("重庆")
    assert "zhongqing" not in found and "chongqing" in found


def test_names_are_read_once_for_pages_that_show_the_same() -> None:
    kept: dict[str, str] = {}
    made: list[str] = []

    def keep(made_from: str, make: Callable[[], str]) -> str:
        if made_from not in kept:
            made.append(made_from)
            kept[made_from] = make()
        return kept[made_from]

    names = ["东丰县", "重庆", "Abc 1", "a东b"]
    first, again = Readings.of(names, keep), Readings.of(names, keep)
    assert len(made) == 1
    assert [again.syllables(x) for x in names] == [first.syllables(x) for x in names]
    assert [again.syllables(x) for x in names] == [syllables(x) for x in names]


def test_a_page_of_the_same_names_and_documents_asks_no_dictionary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: dict[str, str] = {}

    def keep(made_from: str, make: Callable[[], str]) -> str:
        return kept.setdefault(made_from, kept.get(made_from) or make())

    first = index_page(PAGE, keep)
    assert PAGE.documents
    monkeypatch.setattr("cescore.publish.pages.index.pinyin.syllables", _of_ascii)
    assert index_page(PAGE, keep) == first


def _of_ascii(text: str) -> tuple[str, ...]:
    assert text.isascii()
    return syllables(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_what_is_not_chinese_is_read_as_the_dictionary_would(text: str) -> None:
    from pypinyin import lazy_pinyin

    read = lazy_pinyin(text.lower(), errors=list)  # type: ignore[arg-type]
    assert syllables(text) == tuple(part for part in read if part.isalnum())


def test_full_width_letters_are_found_as_plain_ones() -> None:
    assert "abc钢厂" in Readings().search_text("ＡＢＣ钢厂").split()


def test_names_sort_by_pinyin() -> None:
    assert sorted(["西安区", "东丰县", "龙山区"], key=Readings().sort_key) == [
        "东丰县",
        "龙山区",
        "西安区",
    ]


def test_a_failure_of_data_is_said_in_the_language_and_another_is_quoted() -> None:
    view = IndexView(PAGE)
    failed = FIRMS.lines[3]
    assert view.cause(failed) == "cell 3: division by zero"
    assert "错误" in view.cause(replace(failed, is_blocked=True))


def test_an_empty_run_has_a_page() -> None:
    assert "没有" in words_of(index_page(IndexPage(2025, "样例市", "zh", False, [])))


# --- charts


def test_a_bar_is_as_long_as_its_place_on_the_scale() -> None:
    svg = bars([("甲", 100.0), ("乙", 80.0), ("丙", 50.0)], Scale(floor=60, top=100), "指数", "zh")
    widths = [float(w) for w in re.findall(r'class="bar".*?width="([\d.]+)"', svg)]
    assert widths[1] == pytest.approx(widths[0] / 2, abs=0.1) and widths[2] == 0


def test_a_chart_says_its_numbers_to_who_cannot_see_it() -> None:
    svg = bars([("乙", 80.0), ("甲", 61.25)], Scale(floor=60, top=100), "指数", "zh")
    assert "<title>指数：乙 80.0、甲 61.3。</title>" in svg


def test_every_value_falls_into_one_bin() -> None:
    assert binned([0, 10, 99.9, 100, 120, -5], Scale(floor=0, top=100)) == [
        (0, 10, 2), (10, 20, 1), *((x, x + 10, 0) for x in range(20, 90, 10)), (90, 100, 3),
    ]  # fmt: skip
    assert [low for low, _, _ in binned([], Scale(floor=60, top=100))] == [
        60,
        65,
        70,
        75,
        80,
        85,
        90,
        95,
    ]


def test_the_best_grade_is_darkest_and_no_grade_has_no_colour() -> None:
    assert [shade(g, ["A", "B", "C", "none"]) for g in ("A", "B", "C", "none")] == ["0", "2", "4", "none"]  # fmt: skip


# --- in a browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run as it lies on disk: the page and the report that a link of it leads to."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "index.html").write_text(index_page(PAGE), encoding="utf-8")
    (folder / "district" / "D1").mkdir(parents=True)
    (folder / "district" / "D1" / "scorecard.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    return folder


@pytest.fixture
def opened(browser: Chrome, folder: Path) -> Chrome:
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get((folder / "index.html").as_uri())
    return browser


def shown(browser: Chrome) -> list[str]:
    rows = browser.find_elements(By.CSS_SELECTOR, "section.entities tbody tr")
    codes = [row.find_element(By.CSS_SELECTOR, ".code") for row in rows if row.is_displayed()]
    return [code.text for code in codes]


def type_in(browser: Chrome, text: str) -> list[str]:
    box = browser.find_element(By.ID, "search")
    box.clear()
    box.send_keys(text)
    return shown(browser)


def choose(browser: Chrome, name: str, value: str) -> list[str]:
    Select(browser.find_element(By.CSS_SELECTOR, f"[data-filter={name}]")).select_by_value(value)
    return shown(browser)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("东丰", ["D1"]),
        ("dfx", ["D1"]),
        ("DongFeng", ["D1"]),
        ("long shan", ["D2"]),
        ("E2", ["E2"]),
        ("企业 3", ["E3"]),
        ("ＬＳＱ", ["D2"]),
        ("zzzz", []),
    ],
)
def test_the_search_finds_by_name_code_and_pinyin(
    opened: Chrome, text: str, found: list[str]
) -> None:
    assert type_in(opened, text) == found
    assert opened.find_element(By.ID, "nothing").is_displayed() is not bool(found)
    assert f"显示 {len(found)} / 7" in opened.find_element(By.ID, "shown").text


def test_a_unit_is_found_among_the_documents(opened: Chrome) -> None:
    assert type_in(opened, "fgw") == []
    assert opened.find_element(By.ID, "documents").is_displayed()
    assert not opened.find_element(By.ID, "nothing").is_displayed()


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("type", "district", ["D1", "D2"]),
        ("grade", "合格", ["D2", "E1", "E5"]),
        ("grade", "未评级", ["E3", "E4"]),
        ("bodies", "D2", ["D2", "E2"]),
        ("states", "built", ["D1", "D2", "E1", "E2", "E3"]),
        ("states", "failed", ["E4"]),
        ("states", "skipped", ["E5"]),
        ("states", "not_filed", ["E3"]),
        ("states", "not_rated", ["E3", "E4"]),
    ],
)
def test_a_filter_keeps_what_it_names(
    opened: Chrome, name: str, value: str, found: list[str]
) -> None:
    assert choose(opened, name, value) == found


def test_filters_and_search_narrow_together_and_are_cleared_at_once(opened: Chrome) -> None:
    choose(opened, "type", "enterprise")
    choose(opened, "grade", "合格")
    assert type_in(opened, "企业1") == ["E1"]
    heading = opened.find_element(By.CSS_SELECTOR, "section.entities[data-type=enterprise] .count")
    assert heading.text == "(1 / 5)"
    opened.find_element(By.ID, "clear").click()
    assert len(shown(opened)) == 7


def test_a_count_at_the_top_is_a_filter(opened: Chrome) -> None:
    card = opened.find_element(By.CSS_SELECTOR, "button[data-state=failed]")
    card.click()
    assert shown(opened) == ["E4"] and card.get_attribute("aria-pressed") == "true"
    card.click()
    assert len(shown(opened)) == 7


def test_a_column_sorts_by_value_and_what_has_none_stays_last(opened: Chrome) -> None:
    table = opened.find_element(By.CSS_SELECTOR, "section.entities[data-type=enterprise] table")
    head = next(
        th for th in table.find_elements(By.CSS_SELECTOR, "thead th") if th.text.startswith("指数")
    )
    button = head.find_element(By.TAG_NAME, "button")

    def order() -> list[str]:
        return [code.text for code in table.find_elements(By.CSS_SELECTOR, ".code")]

    button.click()
    assert order() == ["E5", "E2", "E1", "E3", "E4"]  # 100, 71.25, 9.5: not as text
    assert head.get_attribute("aria-sort") == "descending"
    button.click()
    assert order() == ["E1", "E2", "E5", "E3", "E4"]
    assert head.get_attribute("aria-sort") == "ascending"


def test_the_link_to_a_report_opens_a_pdf(opened: Chrome) -> None:
    link = opened.find_element(By.CSS_SELECTOR, "section.entities a")
    target = Path(unquote(urlsplit(link.get_attribute("href") or "").path))
    assert target.read_bytes().startswith(b"%PDF")
    opened.get(target.as_uri())
    assert opened.execute_script("return document.contentType") == "application/pdf"


def test_nothing_is_asked_of_a_network_and_nothing_complains(opened: Chrome) -> None:
    type_in(opened, "dfx")
    assert opened.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert asked and {urlsplit(url).scheme for url in asked} <= {"file", "data"}


def test_the_fonts_of_the_page_are_loaded(opened: Chrome) -> None:
    loaded = opened.execute_async_script(
        "const done = arguments[0];"
        "document.fonts.ready.then(f => done([...f].map(x => x.weight + x.status)))"
    )
    assert sorted(loaded) == ["400loaded", "700loaded"]


@pytest.mark.parametrize("width", [320, 390, 800, 1000, 1300])
def test_the_page_is_no_wider_than_its_window(opened: Chrome, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for detail in opened.find_elements(By.CSS_SELECTOR, "details"):
            opened.execute_script("arguments[0].open = true", detail)
        wide = opened.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width
        assert type_in(opened, "dfx") == ["D1"]
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_printed_page_has_its_heads_and_no_controls(opened: Chrome) -> None:
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not opened.find_element(By.CSS_SELECTOR, ".controls").is_displayed()
        assert opened.find_element(By.CSS_SELECTOR, "thead .on-paper").is_displayed()
        assert opened.find_element(By.CSS_SELECTOR, ".watermark").text == "示例数据"
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
