"""A report, from bundle file to finished PDF: agreement, reproducibility, named failures."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from publish import builders
from publish.conftest import Made

from cescore.definitions.pictures import PageBounds
from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.documents.bundle import Bundle, Evaluated
from cescore.disclosure.documents.result_file import result_json
from cescore.errors import PublishError
from cescore.publish import previewed
from cescore.publish.check import pdf_text, problems_of
from cescore.publish.publication import open_publication, size_warnings
from cescore.publish.render import RenderRecord, render
from cescore.publish.stylesheets import STYLESHEET
from cescore.publish.words import label

FILES = ("result.json", "scorecard.html", "scorecard.ipynb", "scorecard.pdf")
PARAMETERS = 'entity_id: str = ""\nyear: int = 0\nlang: str = "zh"\nbundle_path: str = ""'
OPEN = (
    "from cescore.desk import *\n"
    "bundle = open_bundle(entity_id, year, bundle_path, lang)\n"
    "{change}\n"
    "indicators = compute_indicators(bundle)\n"
    "scored = apply_missing_rules(bundle, normalise(bundle, indicators), indicators)\n"
    "result = aggregate(bundle, scored)\n"
    "progress = progress_index(bundle, indicators)"
)
FRONT = "tables.page_one(bundle, result, progress, indicators)"
CONCLUDE = "conclude(bundle, result, indicators=indicators, progress=progress)"
HALVED = "bundle = bundle.with_framework(bundle.framework.with_weights(EFF=0.3))"


def small_notebook(folder: Path, *, change: str = "", cells: tuple[str, ...] = ()) -> Path:
    """Page one alone, concluded; `change` is what an analyst did to the bundle."""
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    made = new_notebook(metadata={"kernelspec": kernel})
    tagged = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    sources = [OPEN.format(change=change), *(cells or (FRONT, CONCLUDE))]
    tags = [{"tags": ["working"]} if CONCLUDE in s else {} for s in sources]
    cells_made = [new_code_cell(s, metadata=m) for s, m in zip(sources, tags, strict=True)]
    made.cells = [tagged, *cells_made]
    for number, cell in enumerate(made.cells):  # else drawn by lot, and the page names the hash
        cell["id"] = f"cell-{number}"
    path = folder / "small.ipynb"
    nbformat.write(made, path)
    return path


def report(folder: Path, made: Bundle | None = None, lang: str = "zh") -> RenderRecord:
    path = builders.write_bundle(folder, made)
    return render(path, folder / "out", lang, notebook=small_notebook(folder))


def text_of(folder: Path) -> str:
    pages = pdf_text((folder / "out" / "scorecard.pdf").read_bytes())
    return "".join("".join(pages).split())


def test_a_report_says_who_when_and_how_good(district: Made) -> None:
    assert district.record.index == pytest.approx(81.8)
    assert district.record.warnings == []
    assert all(w in district.text for w in ("山前区", "D1", "2025", "81.8", "TEST-2025-D1"))


def test_a_report_in_english_says_the_same(tmp_path: Path) -> None:
    assert report(tmp_path, lang="en").warnings == []
    assert all(w in text_of(tmp_path) for w in ("Hillside", "D1", "2025", "81.8", "TEST-2025-D1"))


def test_every_page_bears_the_report_number_the_short_hash_and_its_place(district: Made) -> None:
    pages = ["".join(page.split()) for page in district.pages]
    assert len(pages) == district.record.pages <= 5  # few returned values: a short report
    for place, page in enumerate(pages, start=1):
        assert f"TEST-2025-D1·{builders.bundle().hash[:12]}" in page
        assert f"第{place}页/共{len(pages)}页" in page


def test_the_last_page_is_more_than_a_few_lines(district: Made) -> None:
    assert len("".join(district.pages[-1].split())) > 400


def test_the_record_names_every_file_with_its_hash(district: Made) -> None:
    assert tuple(district.record.outputs) == FILES
    for name, expected in district.record.outputs.items():
        assert hashlib.sha256((district.folder / name).read_bytes()).hexdigest() == expected


def test_the_result_is_the_evaluations_and_travels_in_the_pdf(district: Made) -> None:
    made = builders.bundle()
    written = json.loads((district.folder / "result.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(result_json(made, made.hash)))
    assert written["index"]["value"] == pytest.approx(81.8)


def test_equal_inputs_give_equal_bytes_in_any_folder_and_nothing_of_the_machine(
    tmp_path: Path,
) -> None:
    one, two = report(tmp_path / "one"), report(tmp_path / "two")
    assert one.outputs == two.outputs
    for name in FILES:
        raw = (tmp_path / "one" / "out" / name).read_bytes()
        assert str(tmp_path).encode() not in raw
        assert b"site-packages" not in raw


def test_a_kernel_makes_the_same_report_as_this_process(tmp_path: Path) -> None:
    """But for the words in its foot that no fence stood round it."""
    path, pages = builders.write_bundle(tmp_path), []
    for engine, words in (
        ("inprocess", "page.own_notebook"),
        ("kernel", "page.own_notebook_unfenced"),
    ):
        notebook = small_notebook(tmp_path)
        made = render(path, tmp_path / engine, "zh", notebook=notebook, engine=engine)
        digest = hashlib.sha256(notebook.read_bytes()).hexdigest()[:12]
        mark = label(words, "zh", hash=digest)
        html = (tmp_path / engine / "scorecard.html").read_text("utf-8")
        assert mark in html
        pages.append((made.outputs["result.json"], html.replace(mark, "")))
    assert pages[0] == pages[1]


def test_the_kept_notebook_opens_the_workspace_when_it_is_run_again(district: Made) -> None:
    kept = nbformat.read(district.folder / "scorecard.ipynb", as_version=4)
    injected = next(c for c in kept.cells if "injected-parameters" in c.metadata.get("tags", []))
    assert "entity_id = 'D1'" in injected.source
    assert "bundle_path = ''" in injected.source


def evaluated(**changes: object) -> Evaluated:
    return builders.evaluated().model_copy(update=changes)


def test_an_index_that_is_not_the_evaluations_fails_the_report(tmp_path: Path) -> None:
    index = builders.evaluated().index
    wrong = index.model_copy(update={"values": (*index.values[:-1], 81.8000001)})
    with pytest.raises(PublishError, match=r"not what was evaluated: UCDI 2025: .* 81.8000001"):
        report(tmp_path, builders.bundle(evaluated=evaluated(index=wrong)))
    assert not (tmp_path / "out" / "scorecard.pdf").exists()


def test_one_altered_value_fails_the_report(tmp_path: Path) -> None:
    made = builders.bundle()
    values = {**made.record.values, "waste_recycled": (40, 45, 50, 55, 60, 66)}
    altered = made.record.model_copy(update={"values": values})
    with pytest.raises(PublishError, match="waste_rate 2025: the notebook finds 66"):
        report(tmp_path, builders.bundle(record=altered))


def test_a_working_variant_is_refused_unless_asked_for_and_then_marked(tmp_path: Path) -> None:
    path = builders.write_bundle(tmp_path)
    notebook = small_notebook(tmp_path, change=HALVED)
    with pytest.raises(PublishError, match="working variant is not built"):
        render(path, tmp_path / "out", "zh", notebook=notebook)
    render(path, tmp_path / "out", "zh", notebook=notebook, allow_variant=True)
    assert "试算稿" in text_of(tmp_path)


@pytest.mark.parametrize("times", [0, 2])
def test_a_notebook_concludes_exactly_once(tmp_path: Path, times: int) -> None:
    notebook = small_notebook(tmp_path, cells=(FRONT, *[CONCLUDE] * times))
    with pytest.raises(PublishError, match=f"must be shown once, found {times} times"):
        render(builders.write_bundle(tmp_path), tmp_path / "out", "zh", notebook=notebook)


def test_a_failing_cell_is_named_and_no_old_pdf_is_left_beside_it(tmp_path: Path) -> None:
    report(tmp_path)
    broken = small_notebook(tmp_path, cells=("result.no_such_thing", CONCLUDE))
    with pytest.raises(PublishError, match=r"small.ipynb: cell 3 failed at `result.no_such_thing`"):
        render(tmp_path / "bundle.json", tmp_path / "out", "zh", notebook=broken)
    kept = (tmp_path / "out" / "scorecard.ipynb").read_text("utf-8")
    assert "AttributeError" in kept
    assert not (tmp_path / "out" / "scorecard.pdf").exists()


@pytest.mark.parametrize("end", ["exit()", "raise SystemExit", "raise SystemExit(0)"])
def test_a_cell_that_ends_the_notebook_is_named(tmp_path: Path, end: str) -> None:
    broken = small_notebook(tmp_path, cells=(FRONT, end, CONCLUDE))
    with pytest.raises(PublishError, match=r"small.ipynb: cell 4 .*SystemExit"):
        render(builders.write_bundle(tmp_path), tmp_path / "out", "zh", notebook=broken)


def test_a_page_without_the_index_is_refused(tmp_path: Path) -> None:
    notebook = small_notebook(tmp_path, cells=("tables.provenance(bundle)", CONCLUDE))
    with pytest.raises(PublishError, match=r"index is not printed \(81.8\)"):
        render(builders.write_bundle(tmp_path), tmp_path / "out", "zh", notebook=notebook)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_withheld_index_is_looked_for_as_page_one_words_it(tmp_path: Path, lang: str) -> None:
    index = builders.evaluated().index
    hidden = index.model_copy(update={"values": (None,) * 6, "status": ("suppressed",) * 6})
    made = builders.bundle(evaluated=evaluated(index=hidden))
    wanted = open_publication(builders.write_bundle(tmp_path, made), lang).wanted(str)
    said = label("index.withheld", lang, mark=label("mark.suppressed", lang))
    assert not problems_of([said], {"index": wanted["index"]})
    assert problems_of([""], {"index": wanted["index"]})


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="no language 'fr'"):
        report(tmp_path, lang="fr")


def test_a_page_that_did_not_come_out_clean_is_refused(tmp_path: Path) -> None:
    leaking = "print('Out' + '[3]')"
    notebook = small_notebook(tmp_path, cells=(FRONT, leaking, CONCLUDE))
    with pytest.raises(PublishError, match=r"'Out\[' is printed"):
        render(builders.write_bundle(tmp_path), tmp_path / "out", "zh", notebook=notebook)


def test_an_entity_that_did_not_file_gets_a_report_that_says_so(tmp_path: Path) -> None:
    record = report(tmp_path, not_filed())
    assert record.index is None
    assert "81.8" not in text_of(tmp_path)


def not_filed() -> Bundle:
    """A bundle of an entity that returned nothing at all."""
    nothing = builders.bundle().record
    missing = dict.fromkeys(nothing.values, (2,) * 6)
    record = nothing.model_copy(
        update={"values": dict.fromkeys(nothing.values, (None,) * 6), "state": missing}
    )

    def empty(series: object) -> object:
        update = {"values": (None,) * 6, "status": ("missing",) * 6}
        return series.model_copy(update=update)  # type: ignore[attr-defined]

    before = builders.evaluated()
    floor = {"values": (60.0,) * 6, "status": ("missing",) * 6}
    found = evaluated(
        index=empty(before.index),
        coverage=(0.0,) * 6,
        groups=tuple(s.model_copy(update=floor) for s in before.groups),
        indicators=tuple(empty(s) for s in before.indicators),
        progress_index=empty(before.progress_index),
    )
    return builders.bundle(record=record, evaluated=found, filed=False)


@pytest.mark.parametrize(
    ("pages", "is_filed", "told"),
    [
        (4, True, []),
        (6, True, []),
        (3, True, ["3 pages, expected 4 at least"]),
        (3, False, []),
        (7, False, ["7 pages, expected 6 at most"]),
    ],
)
def test_a_report_of_an_unexpected_size_is_told(
    pages: int, is_filed: bool, told: list[str]
) -> None:
    bounds = PageBounds(least=4, most=6)
    data = builders.bundle().model_copy(update={"pages": bounds, "filed": is_filed})
    assert list(size_warnings(data, pages)) == told


def test_a_preview_has_the_bytes_of_the_run_and_reads_a_stylesheet_anew(tmp_path: Path) -> None:
    path, notebook = builders.write_bundle(tmp_path), small_notebook(tmp_path)
    templates = tmp_path / "report_templates"
    shutil.copytree(TEMPLATES / "static", templates / "static")

    def made(with_render: Callable[..., RenderRecord]) -> str:
        handed = {"notebook": notebook, "templates": templates}
        return with_render(path, tmp_path / "out", "zh", **handed).outputs["scorecard.pdf"]

    first = made(render)
    assert made(previewed.render) == made(previewed.render_anew) == first
    style = templates / STYLESHEET
    style.write_text(style.read_text("utf-8") + "\nh1 { color: #aa0000; }\n", "utf-8")
    assert made(previewed.render_anew) != first
