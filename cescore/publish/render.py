"""One report: a bundle and a notebook become notebook, page, PDF and result, or a named failure.

The seam between the run and the page: `render` knows one bundle file and nothing else of the data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.bundle import Bundle, is_altered, read_bundle, report_number
from cescore.disclosure.result_file import result_json
from cescore.errors import PublishError
from cescore.method.thresholds import meets
from cescore.publish.check import differences, own_texts, pdf_text, problems_of
from cescore.publish.fragment import clean
from cescore.publish.notebook import (
    INDEX_MIME,
    complaints,
    displayed,
    execute,
    finish,
    write_notebook,
)
from cescore.publish.numbers import MARKS, number
from cescore.publish.page import (
    STYLESHEET,
    PageFacts,
    find_template,
    make_page,
    printed_tables,
)
from cescore.publish.printing.own_fonts import own_fonts
from cescore.publish.printing.pdf import Attachment, Printed, print_pdf
from cescore.publish.printing.table_files import table_files
from cescore.publish.stages import Stages, collector_paused
from cescore.publish.words import LANGUAGES, label, subject

LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
SHORT_HASH = 12  # characters of the bundle's hash that a page prints


@dataclass(frozen=True)
class RenderRecord:
    """What one report came to.

    ``outputs``: file name -> SHA-256. ``index``: as evaluated, the year of the run. ``warnings``:
    what a person should look at. ``seconds``: wall time by stage.
    """

    pages: int
    outputs: Mapping[str, str]
    index: float | None
    warnings: list[str]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Opened:
    """The bundle as read, and what is asked for."""

    data: Bundle
    hash: str
    lang: str
    is_variant: bool = False

    @property
    def entity_name(self) -> str:
        entity = self.data.entity
        names = (entity.name_zh, entity.name_en)
        first, second = names if self.lang == "zh" else reversed(names)
        return first or second or entity.entity_id

    @property
    def index(self) -> float | None:
        return self.data.evaluated.index.values[self._now]

    @property
    def is_rated(self) -> bool:
        """Whether a return was filed and enough of the weight is covered."""
        covered = self.data.evaluated.coverage[self._now]
        least = self.data.framework.missing.min_weight_covered
        return self.data.filed and covered is not None and meets(covered, ">=", least)

    @property
    def _now(self) -> int:
        return self.data.record.years.index(self.data.run.year)


def render(
    bundle_path: Path,
    out_dir: Path,
    lang: str,
    *,
    notebook: Path,
    templates: Path | None = None,
    engine: str = "inprocess",
    allow_variant: bool = False,
    has_spare_core: bool = False,
) -> RenderRecord:
    """Make scorecard.ipynb, scorecard.html, scorecard.pdf and result.json in `out_dir`.

    Equal bundles, notebooks and templates give equal bytes. A notebook whose framework is not the
    official one makes a working variant: refused unless `allow_variant`, and then marked so.
    ``has_spare_core``: see `print_pdf`.

    Raises
    ------
    PublishError
        A cell failed (scorecard.ipynb shows where), the notebook's numbers are not the
        evaluation's, or the PDF is not what it must be; no scorecard.pdf is left then.
    """
    if lang not in LANGUAGES:
        raise PublishError(f"no language {lang!r}, expected one of {', '.join(LANGUAGES)}")
    asked = _Asked(
        bundle_path, out_dir, lang, notebook, templates, engine, allow_variant, has_spare_core
    )
    with collector_paused():
        return _made(asked)


@dataclass(frozen=True)
class _Asked:
    bundle_path: Path
    out_dir: Path
    lang: str
    notebook: Path
    templates: Path | None
    engine: str
    allow_variant: bool
    has_spare_core: bool


def _made(asked: _Asked) -> RenderRecord:
    stage, folder, written = Stages(), asked.out_dir, dict[str, bytes]()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scorecard.pdf").unlink(missing_ok=True)
    with stage("read"):
        opened = Opened(*read_bundle(asked.bundle_path), asked.lang)
    with stage("execute"):
        executed = _executed(asked, opened)
    opened = _agreed(opened, executed, asked)
    _refuse_altered(opened)
    with stage("page"):
        kept = finish(executed, shown_parameters=_shown_parameters(opened))
        written["scorecard.ipynb"] = write_notebook(kept, folder / "scorecard.ipynb")
        page = make_page(kept, _facts(opened), asked.templates)
        written["scorecard.html"] = page.html.encode()
        written["result.json"] = _json_bytes(result_json(opened.data, opened.hash))
    with stage("print"):
        carried = tuple(_attachments(executed, opened, written["result.json"]))
        printed = _print(page.for_print, opened, carried, asked)
    with stage("check"):
        (folder / "scorecard.html").write_bytes(written["scorecard.html"])
        _refuse_unsound(opened, printed)
        written["scorecard.pdf"] = printed.raw
    for name, raw in written.items():
        (folder / name).write_bytes(raw)
    return RenderRecord(
        pages=printed.pages,
        outputs={name: hashlib.sha256(raw).hexdigest() for name, raw in sorted(written.items())},
        index=opened.index,
        warnings=[*_warnings(executed, printed), *size_warnings(opened.data, printed.pages)],
        seconds=stage.seconds,
    )


def _refuse_altered(opened: Opened) -> None:
    """The number of a report is a mark of its bundle's content: values that no index stands on are
    held to it as well."""
    if is_altered(opened.data):
        found = report_number(opened.data)
        raise PublishError(
            f"the bundle was altered after its release: its content has the number {found},"
            f" expected {opened.data.report_number}"
        )


def _executed(asked: _Asked, opened: Opened) -> NotebookNode:
    handed = {**_shown_parameters(opened), "bundle_path": str(asked.bundle_path.resolve())}
    return execute(asked.notebook, asked.out_dir / "scorecard.ipynb", handed, engine=asked.engine)


def _warnings(executed: NotebookNode, printed: Printed) -> Iterator[str]:
    yield from (f"notebook: {line}" for line in complaints(executed))
    yield from printed.warnings()


def size_warnings(data: Bundle, pages: int) -> Iterator[str]:
    """A number of pages outside what params/page.yml says of the entity type; an entity that did
    not file has little to read of."""
    least, most = data.pages.least, data.pages.most
    if data.filed and pages < least:
        yield f"{pages} pages, expected {least} at least"
    if most is not None and pages > most:
        yield f"{pages} pages, expected {most} at most"


def _shown_parameters(opened: Opened) -> dict[str, str | int]:
    """The parameters as the kept notebook shows them: run again, it evaluates the workspace."""
    entity_id, year = opened.data.entity.entity_id, opened.data.run.year
    return {"entity_id": entity_id, "year": year, "lang": opened.lang, "bundle_path": ""}


def _agreed(opened: Opened, executed: NotebookNode, asked: _Asked) -> Opened:
    """The bundle with word whether the notebook made a variant; PublishError if it disagrees."""
    name = asked.notebook.name
    found = displayed(executed, INDEX_MIME)
    if len(found) != 1:
        raise PublishError(f"{name}: conclude(...) must be shown once, found {len(found)} times")
    conclusion: Mapping[str, Any] = found[0]
    if conclusion.get("bundle_hash") != opened.hash:
        raise PublishError(f"{name}: the notebook did not open the bundle it was handed")
    if conclusion.get("framework_hash") != opened.data.framework_hash:
        if not asked.allow_variant:
            raise PublishError(
                f"{name}: the framework is not the official one; a working variant is not built"
            )
        return Opened(opened.data, opened.hash, opened.lang, is_variant=True)
    try:
        odd = differences(conclusion, opened.data)
    except (KeyError, ValueError) as error:
        raise PublishError(f"{name}: the conclusion is not complete: {error}") from error
    if odd:
        raise PublishError(f"{name}: not what was evaluated: " + "; ".join(odd))
    return opened


def _facts(opened: Opened) -> PageFacts:
    data, lang = opened.data, opened.lang
    stated = _stated_date(data)
    title = label("title", lang, year=data.run.year, subject=subject(data.run, lang))
    marks = [label("status.sample", lang)] if data.run.status == "sample" else []
    marks += [label("status.variant", lang)] if opened.is_variant else []
    return PageFacts(
        title=f"{clean(opened.entity_name)} · {title}",
        language=LANGUAGE_TAGS[lang],
        report_number=data.report_number,
        name=clean(opened.entity_name),
        heading=title,
        short_hash=opened.hash[:SHORT_HASH],
        marks=tuple(marks),
        author=data.run.issuer.name(lang),
        issued=stated.isoformat() if stated else "",
        classes=(data.entity.entity_type, lang, data.run.status),
    )


def _stated_date(data: Bundle) -> date | None:
    """The date of issue, where the bureau states one."""
    try:
        return date.fromisoformat(data.run.issued)
    except ValueError:
        return None


def _print(
    html: str, opened: Opened, attachments: tuple[Attachment, ...], asked: _Asked
) -> Printed:
    identity = f"{opened.hash} {opened.lang} {opened.is_variant}".encode()
    return print_pdf(
        html,
        stylesheet=find_template(STYLESHEET, asked.templates),
        identifier=hashlib.sha256(identity).digest()[:16],
        # without a stated date of issue the attachment bears the last day of the year evaluated
        dated=_stated_date(opened.data) or date(opened.data.run.year, 12, 31),
        attachments=attachments,
        own=own_fonts(asked.templates or TEMPLATES),
        has_spare_core=asked.has_spare_core,
    )


def _attachments(executed: NotebookNode, opened: Opened, result: bytes) -> Iterator[Attachment]:
    """What a report carries inside: its result, and each of its printed tables."""
    number = opened.data.report_number
    yield Attachment("result.json", result, number)
    for file in table_files(printed_tables(executed), opened.lang):
        yield Attachment(file.name, file.raw, f"{file.caption} · {number}")


def _refuse_unsound(opened: Opened, printed: Printed) -> None:
    """Raise PublishError naming all that the finished PDF lacks or must not hold."""
    data = opened.data
    wanted = {
        "name": [printed.as_printed(clean(opened.entity_name))],
        "code": [printed.as_printed(data.entity.entity_id)],
        "year": [str(data.run.year)],
        "index": _index_texts(opened),
        "report number": [data.report_number],
    }
    problems = problems_of(pdf_text(printed.raw), wanted, own=lambda: own_texts(data))
    problems += [f"WeasyPrint: {line}" for line in printed.log]
    if problems:
        raise PublishError("scorecard.pdf: " + "; ".join(problems))


def _index_texts(opened: Opened) -> list[str]:
    """What must stand for the index: its number, or one of the wordings for having none."""
    lang = opened.lang
    if opened.is_variant:
        return [""]  # its index is the variant's own: nothing to hold it against
    if opened.is_rated and opened.index is not None:
        return [number(opened.index, 1)]
    without = [label("index.none", lang, mark=label(mark, lang)) for mark in MARKS.values()]
    return [label("index.not_filed", lang), label("index.insufficient", lang), *without]


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode()
