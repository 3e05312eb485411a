"""The what-if page in a browser: its every number is the evaluation's, and it keeps to itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from publish import builders
from publish.trials import AS_DATA, Changes, changed, differences, drawn
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.making.bundles import Bundler
from cescore.evaluation.what_if import ReplacedValue, WhatIf, standings
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.method.column import State
from cescore.publish.pages.what_if.needed import needed_codes
from cescore.publish.pages.what_if.page import page_model, what_if_page
from cescore.publish.pages.what_if.script import as_script
from cescore.publish.publication import Scorecard

ROOT = Path(__file__).resolve().parents[2]
NONE: Changes = {"values": {}, "weights": {}}
EVALUATE = f"""{AS_DATA}
const trial = whatIf.open(arguments[0]);
return JSON.stringify(JSON.parse(arguments[1]).map(c => data(trial.evaluate(whatIf.changes(JSON.stringify(c))))));"""
LARGEST = 400_000  # bytes of a page
FIRMS = 30  # of 124; all of them in the soak
TYPES = ("city", "district", "park", "enterprise")


def opened(bundle: Bundle, lang: str = "zh") -> OpenBundle:
    return OpenBundle(bundle, bundle.hash, lang, bundle.framework)


def show(browser: Chrome, folder: Path, bundle: Bundle, lang: str = "zh") -> str:
    """The page of a bundle, open in the browser."""
    html = what_if_page(opened(bundle, lang))
    path = folder / "what-if.html"
    path.write_text(html, encoding="utf-8")
    browser.get(path.as_uri())
    return html


def tried(browser: Chrome, bundle: Bundle, trials: Sequence[Changes]) -> list[Any]:
    """What the open page finds for an entity of its framework, trial by trial."""
    model = as_script(page_model(opened(bundle)))
    return json.loads(browser.execute_script(EVALUATE, model, json.dumps(trials)))


def odd(
    bundle: Bundle, trials: Sequence[Changes], results: Sequence[Any], whole: Bundle | None = None
) -> list[str]:
    """Where the page and the evaluation, of the ``whole`` bundle with nothing withheld, do not agree."""
    wrong: list[str] = []
    for changes, result in zip(trials, results, strict=True):
        compared = differences(result, changed(whole or bundle, changes))
        assert compared.compared > 30
        wrong += [f"{bundle.entity.entity_id} {changes}: {line}" for line in compared.found[:3]]
    return wrong


def movable(bundle: Bundle) -> list[str]:
    return list(needed_codes(opened(bundle)).movable)


# --- every number, for the whole sample


def made_of(yearly: YearlyEvaluation, firms: int) -> dict[str, list[Bundle]]:
    """The bundles of every body of the sample and of its first firms, by type."""
    found: dict[str, list[Bundle]] = {kind: [] for kind in TYPES}
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # how firm an index is takes time, and is not on the page
        patch.setattr(YearlyEvaluation, "bands", lambda *_: {})
        bundler = Bundler(yearly)
        for entity in yearly.entities:
            if entity.entity_type != "enterprise" or len(found["enterprise"]) < firms:
                found[entity.entity_type].append(bundler.bundle(entity.entity_id))
    return found


@pytest.fixture(scope="module")
def sample(yearly: YearlyEvaluation) -> dict[str, list[Bundle]]:
    return made_of(yearly, FIRMS)


@pytest.fixture(scope="module")
def every(yearly: YearlyEvaluation) -> dict[str, list[Bundle]]:
    return made_of(yearly, 124)


def with_nothing_withheld(
    yearly: YearlyEvaluation, bundles: Mapping[str, list[Bundle]]
) -> dict[str, Bundle]:
    """The bundles as only the bureau sees them."""
    found = {b.entity.entity_id: b for made in bundles.values() for b in made}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(YearlyEvaluation, "bands", lambda *_: {})
        bureau = Bundler(yearly, audience="bureau")
        for id_ in (b.entity.entity_id for kind in TYPES[:3] for b in bundles[kind]):
            found[id_] = bureau.bundle(id_)
    return found


@pytest.fixture(scope="module")
def whole(yearly: YearlyEvaluation, sample: dict[str, list[Bundle]]) -> dict[str, Bundle]:
    return with_nothing_withheld(yearly, sample)


@pytest.fixture(scope="module")
def whole_of_every(yearly: YearlyEvaluation, every: dict[str, list[Bundle]]) -> dict[str, Bundle]:
    return with_nothing_withheld(yearly, every)


def compare_all(
    browser: Chrome,
    folder: Path,
    bundles: Sequence[Bundle],
    whole: Mapping[str, Bundle],
    seeds: range,
) -> list[str]:
    show(browser, folder, bundles[0])
    wrong: list[str] = []
    for bundle in bundles:
        trials = [NONE, *(drawn(bundle, movable(bundle), seed) for seed in seeds)]
        found = tried(browser, bundle, trials)
        wrong += odd(bundle, trials, found, whole[bundle.entity.entity_id])
    return wrong


@pytest.mark.parametrize("kind", TYPES)
def test_every_number_of_every_entity_is_the_evaluation_s(
    browser, tmp_path, sample, whole, kind
) -> None:
    """Of a body with withheld figures: every number that the page dares to say. Of the firms each
    fifth of the first here, all of them in the soak."""
    assert len(sample[kind]) == {"city": 1, "district": 5, "park": 9, "enterprise": FIRMS}[kind]
    chosen = sample[kind][:: 5 if kind == "enterprise" else 1]
    assert compare_all(browser, tmp_path, chosen, whole, range(1)) == []


@pytest.mark.parametrize("kind", ["district", "park"])
def test_of_a_body_it_says_the_total_that_is_released_and_no_other(
    browser, tmp_path, sample, kind
) -> None:
    """Points of checks that are covered are not made up from those that are left."""
    show(browser, tmp_path, sample[kind][0])
    for bundle in sample[kind]:
        trials = [NONE, drawn(bundle, movable(bundle), 5)]
        as_it_is, changed_ = (r["assessment"] for r in tried(browser, bundle, trials))
        if bundle.assessment.total is None:
            assert as_it_is["total"] is changed_["total"] is None
            assert as_it_is["reason"] == changed_["reason"] == "withheld"
        else:
            assert as_it_is["total"] == pytest.approx(bundle.assessment.total, rel=1e-9)
    assert {bundle.assessment.total is None for bundle in sample[kind]} == {True, False}


def with_withheld_base(bundle: Bundle, code: str, points: float | None) -> Bundle:
    """The bundle with a value of the base year withheld, and the points of the targets as given."""
    record, at = bundle.record, bundle.record.years.index(bundle.base_year)
    values, states = list(record.values[code]), list(record.state[code])
    values[at], states[at] = None, State.SUPPRESSED
    parts = {**bundle.assessment.parts, "targets": points}
    changes = {
        "values": {**record.values, code: tuple(values)},
        "state": {**record.state, code: tuple(states)},
    }
    return bundle.model_copy(
        update={
            "record": record.model_copy(update=changes),
            "assessment": replace(bundle.assessment, parts=parts),
        }
    )


def test_points_above_a_covered_target_are_those_released_until_a_target_moves(
    browser, tmp_path, sample
) -> None:
    city = sample["city"][0]
    show(browser, tmp_path, city)
    moved = {"values": {"water_total": {"2025": 1.0}}, "weights": {}}
    other = {"values": {}, "weights": {city.framework.scored()[0].code: 2.0}}
    shown = with_withheld_base(city, "irrigation_net", 91.5)
    as_it_is, reweighted, told = (
        r["assessment"] for r in tried(browser, shown, [NONE, other, moved])
    )
    assert as_it_is["parts"]["targets"] == reweighted["parts"]["targets"] == 91.5
    points = {**city.assessment.parts, "targets": 91.5}
    total = sum(weight * points[part] for part, weight in city.assessment.weights.items())
    assert as_it_is["total"] == pytest.approx(total, rel=1e-9)
    hidden = with_withheld_base(city, "irrigation_net", None)
    (covered,) = tried(browser, hidden, [NONE])
    for found in (told, covered["assessment"]):
        assert (found["total"], found["grade"], found["reason"]) == (None, None, "withheld")


@pytest.mark.soak
@pytest.mark.parametrize("kind", TYPES)
def test_so_it_is_for_many_trials(browser, tmp_path, every, whole_of_every, kind) -> None:
    assert compare_all(browser, tmp_path, every[kind], whole_of_every, range(10, 40)) == []


def test_unchanged_it_says_what_the_report_says(browser, tmp_path, sample) -> None:
    for bundle in sample["enterprise"][:20]:
        if bundle is sample["enterprise"][0]:
            show(browser, tmp_path, bundle)
        (found,) = tried(browser, bundle, [NONE])
        assert found["index"]["v"][-1] == pytest.approx(bundle.evaluated.index.values[-1], rel=1e-9)
        assert found["assessment"]["total"] == pytest.approx(bundle.assessment.total, rel=1e-9)


def test_changed_it_says_what_the_year_evaluated_anew_says(
    browser, tmp_path, yearly, sample
) -> None:
    """Held against the whole workspace evaluated with the changes, not the bundle alone."""
    firms = sample["enterprise"][:30]
    trials = [{**drawn(firm, movable(firm), 77), "weights": {}} for firm in firms]
    questions = [
        WhatIf(
            firm.entity.entity_id,
            tuple(
                ReplacedValue(int(year), code, value)
                for code, by_year in trial["values"].items()
                for year, value in by_year.items()
            ),
        )
        for firm, trial in zip(firms, trials, strict=True)
    ]
    show(browser, tmp_path, firms[0])
    for firm, trial, answer in zip(firms, trials, standings(yearly, questions), strict=True):
        (found,) = tried(browser, firm, [trial])
        assert found["index"]["v"][-1] == pytest.approx(answer.index, rel=1e-9)
        assessment = found["assessment"]
        assert assessment["total"] == pytest.approx(answer.total, rel=1e-9)
        assert ((assessment["grade"] or {"zh": ""})["zh"]) == answer.grade[0]
        lights = {t["id"]: t["light"] for t in found["targets"] if t["role"] == "own"}
        assert lights == answer.lights


# --- what it is: small, alone, quick


def test_a_page_is_small_and_asks_for_nothing(browser, tmp_path, sample) -> None:
    for bundles in sample.values():
        browser.get_log("performance")
        html = show(browser, tmp_path, bundles[0])
        assert len(html.encode()) < LARGEST
        events = [
            json.loads(entry["message"])["message"] for entry in browser.get_log("performance")
        ]
        asked = [
            e["params"]["request"]["url"]
            for e in events
            if e["method"] == "Network.requestWillBeSent"
        ]
        assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
        assert len([url for url in asked if url.startswith("file")]) == 1
        assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []


@pytest.mark.soak  # of a machine that does nothing else
def test_it_is_painted_within_a_second(browser, tmp_path, sample) -> None:
    show(browser, tmp_path, sample["city"][0])
    paint = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
    assert browser.execute_script(paint) < 1000


def test_the_same_bundle_gives_the_same_bytes(sample) -> None:
    bundle = sample["park"][0]
    again = Bundle.model_validate_json(bundle.to_bytes())
    assert what_if_page(opened(bundle)) == what_if_page(opened(again))


def test_nothing_of_others_is_in_it(sample) -> None:
    names = {
        text: bundle.entity.entity_id
        for bundles in sample.values()
        for bundle in bundles
        for text in (bundle.entity.name_zh, bundle.entity.name_en)
    }
    for bundles in (sample["enterprise"][:3], sample["park"][:2], sample["city"]):
        for bundle in bundles:
            html = what_if_page(opened(bundle))
            own = {bundle.entity.name_zh, bundle.entity.name_en}
            inside = "".join(own)
            assert [n for n in names if n in html and n not in inside] == []


def test_no_released_figure_finding_or_source_of_the_report_comes_along() -> None:
    """What a bundle holds beside record, method and assessment is not on the page."""
    canary = 77123.456
    other = builders.OTHER.model_copy(update={"name_zh": "金丝雀", "name_en": "Canary"})
    siblings = [
        row.model_copy(update={"index": canary, "place": other})
        for row in builders.bundle().siblings
    ]
    figures = list(builders.bundle().peers.figures)
    record = builders.record()
    sources = dict.fromkeys(record.values, ("金丝雀.xlsx",) * 6)
    bundle = builders.bundle(
        siblings=tuple(siblings),
        peers=builders.bundle().peers.model_copy(update={"figures": tuple(figures)}),
        record=record.model_copy(update={"source": sources}),
    )
    assert str(canary) in bundle.to_bytes().decode() and "金丝雀" in bundle.to_bytes().decode()
    html = what_if_page(opened(bundle))
    assert str(canary) not in html and "金丝雀" not in html and "Canary" not in html


def test_withheld_figures_are_not_there_and_cannot_be_moved(sample) -> None:
    for bundle in sample["park"]:
        model = page_model(opened(bundle))
        for column in model["record"].values():
            hidden = [
                v for v, s in zip(column["v"], column["s"], strict=True) if s == State.SUPPRESSED
            ]
            assert set(hidden) <= {None}


@pytest.mark.parametrize(
    "name",
    ["</script><script>alert(1)</script>", "a\" onmouseover='x'", "{{ 7*7 }} ${7*7}", "<b>x</b>"],
)
def test_markup_in_a_name_stays_text(browser, tmp_path, name) -> None:
    bundle = builders.bundle()
    entity = bundle.entity.model_copy(update={"name_zh": name, "name_en": name})
    framework = builders.framework(index={"code": "UCDI", "zh": name, "en": name})
    html = show(browser, tmp_path, builders.bundle(entity=entity, framework=framework))
    assert html.count("<script") == 2 and "onmouseover='x'" not in re.sub(
        r"<script.*?</script>", "", html, flags=re.DOTALL
    )
    assert browser.find_element(By.ID, "name").text == name
    assert name in browser.find_element(By.ID, "summary").text
    assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []


# --- what a reader does


@pytest.fixture
def shown(browser: Chrome, tmp_path: Path, sample) -> Chrome:
    """The page of a firm that has a grade to go for, with everything it works out."""
    show(browser, tmp_path, sample["enterprise"][0])
    ready = "return whatIf.view.effects !== null && whatIf.view.way !== null"
    WebDriverWait(browser, 60).until(lambda b: b.execute_script(ready))
    return browser


def text(browser: Chrome, css: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, css).text


def put(browser: Chrome, code: str, value: str) -> None:
    """Type a value into the field of a variable and leave it."""
    browser.execute_script(
        "const f = document.querySelector(`[data-code=\"${arguments[0]}\"] input[type=text]`);"
        "f.value = arguments[1]; f.dispatchEvent(new Event('change'))", code, value,
    )  # fmt: skip


def first_code(browser: Chrome) -> str:
    return browser.execute_script("return document.querySelector('[data-code]').dataset.code")


def test_a_value_typed_moves_the_summary_is_listed_and_taken_back(shown: Chrome) -> None:
    before, code = text(shown, "#summary"), first_code(shown)
    put(shown, code, "1")
    assert text(shown, "#summary") != before and "正式" in text(shown, "#summary")
    assert "共 1 处改动" in text(shown, "#changes")
    shown.find_element(By.ID, "reset").click()
    assert text(shown, "#summary") == before and "尚无改动" in text(shown, "#changes")


def test_what_is_no_number_is_refused_beside_its_field(shown: Chrome) -> None:
    put(shown, first_code(shown), "abc")
    assert "请填一个数" in text(shown, "#values")
    assert "尚无改动" in text(shown, "#changes")


def test_an_empty_field_is_a_value_not_returned(shown: Chrome) -> None:
    put(shown, first_code(shown), "")
    assert "未报送" in text(shown, "#changes")


def test_both_languages_are_in_the_page(shown: Chrome) -> None:
    shown.find_element(By.ID, "language").click()
    page = shown.find_element(By.TAG_NAME, "body").text
    assert not re.search(r"[\u4e00-\u9fff]", page.replace("中文", "").replace("试算", ""))
    assert shown.execute_script("return document.documentElement.lang") == "en"


def test_the_mark_and_the_number_of_the_report_stand_on_it(shown: Chrome, sample) -> None:
    page = text(shown, "header")
    assert "试算 · what-if" in page and sample["enterprise"][0].report_number in page
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    visible = shown.execute_script(
        "return getComputedStyle(document.querySelector('.watermark')).display"
    )
    shown.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert visible == "block"


def test_the_way_is_the_value_at_which_the_grade_turns(shown: Chrome) -> None:
    ways = shown.execute_script("return whatIf.view.way.filter(w => w[1] !== null)")
    assert ways
    at = """const [code, value] = arguments; const year = whatIf.trial.model.years.at(-1);
      const c = whatIf.changes(JSON.stringify({values: {[code]: {[year]: value}}, weights: {}}));
      return whatIf.trial.evaluate(c).assessment.grade.zh"""
    now = shown.execute_script("return whatIf.trial.official.assessment.grade.zh")
    for code, value in ways:
        old = shown.execute_script(
            "return whatIf.trial.model.columns.get(arguments[0]).v.at(-1)", code
        )
        assert shown.execute_script(at, code, value) != now
        assert shown.execute_script(at, code, value + (old - value) * 1e-6) == now


def test_a_tried_way_earns_the_grade(shown: Chrome) -> None:
    was = text(shown, "#summary")
    shown.find_element(By.CSS_SELECTOR, "#way button").click()
    assert text(shown, "#summary") != was
    now, then = (
        shown.execute_script(f"return whatIf.{which}.assessment.grade.zh")
        for which in ("view.result", "trial.official")
    )
    assert now != then


def test_changes_go_out_as_text_and_come_back(shown: Chrome) -> None:
    code = first_code(shown)
    put(shown, code, "12.5")
    kept = shown.execute_script("return document.querySelector('#text').value")
    assert json.loads(kept)["values"] == {code: {"2025": 12.5}}
    shown.find_element(By.ID, "reset").click()
    shown.execute_script("whatIf.take(arguments[0])", kept)
    assert "已载入 1 处改动" in text(shown, "#message") and "12.50" in text(shown, "#changes")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nonsense", "不是改动文件"),
        ("[]", "不是改动文件"),
        ('{"format": "cescore what-if 1", "entity": "X", "year": 2025}', "这是 X 2025 的改动"),
    ],
)
def test_what_is_no_file_of_changes_of_this_page_is_refused(
    shown: Chrome, given: str, said: str
) -> None:
    shown.execute_script("whatIf.take(arguments[0])", given)
    assert said in text(shown, "#message")


def test_changes_that_do_not_fit_are_named_and_left_out(shown: Chrome, sample) -> None:
    own = {
        "format": "cescore what-if 1",
        "entity": sample["enterprise"][0].entity.entity_id,
        "year": 2025,
    }
    values = {"constructor": {"2025": 1}, first_code(shown): {"1999": 1, "2025": "x"}}
    given = {**own, "values": values, "weights": {"no_such": 1, "__proto__": 2}}
    shown.execute_script("whatIf.take(arguments[0])", json.dumps(given))
    message = text(shown, "#message")
    assert "已载入 0 处改动" in message
    assert all(word in message for word in ("constructor 2025", "1999", "no_such", "__proto__"))


def test_on_a_telephone_nothing_is_wider_than_the_screen(shown: Chrome) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        shown.execute_script(
            "whatIf.view.isAll = true; document.querySelector('#language').click()"
        )
        assert shown.execute_script("return document.documentElement.scrollWidth") <= 390
        hidden = "return [...document.querySelectorAll('.card')].filter(e => !e.getClientRects().length).length"
        assert shown.execute_script(hidden) == 0  # of index, total, grade, progress, targets
        small = """return Math.min(...[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length
          && [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())).map(e => parseFloat(getComputedStyle(e).fontSize)))"""
        assert shown.execute_script(small) >= 11.5
    finally:
        shown.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


# --- beside the report


def scorecard(bundle: Bundle, **run: Any) -> Scorecard:
    asked = bundle.model_copy(update={"run": bundle.run.model_copy(update=run)})
    return Scorecard(asked, asked.hash, "zh")


def test_it_stands_beside_a_scorecard_where_the_run_asks_for_it() -> None:
    bundle = builders.bundle()
    assert scorecard(bundle).further_pages() == {}
    (page,) = scorecard(bundle, what_if=True).further_pages().items()
    assert page[0] == "what-if.html" and bundle.report_number in page[1]


def test_no_page_stands_beside_a_variant() -> None:
    assert (
        replace(scorecard(builders.bundle(), what_if=True), is_variant=True).further_pages() == {}
    )


def test_a_framework_without_one_makes_its_reports_all_the_same_and_says_so() -> None:
    groups = {
        code: {**group.model_dump(), "aggregation": "topsis"} if code == "NRG" else group
        for code, group in builders.framework().groups.items()
    }
    card = scorecard(builders.bundle(framework=builders.framework(groups=groups)), what_if=True)
    assert card.further_pages() == {}
    assert any("no what-if page: NRG is aggregated by topsis" in line for line in card.warnings(20))
