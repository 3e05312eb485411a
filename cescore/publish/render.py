"""One report or document: a file and a notebook become notebook, page and PDF, or a named failure.

The seam between the run and the page: `render` knows one file and nothing else of the data.
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

from cescore.definitions.shipped import NOTEBOOKS, TEMPLATES
from cescore.disclosure.documents.kinds import RESULT_NAME
from cescore.disclosure.documents.reading import is_altered, number_of
from cescore.errors import PublishError
from cescore.publish.check import CONCLUSION_MIME, own_texts, pdf_text, problems_of
from cescore.publish.fragment import clean
from cescore.publish.notebook import (
    IN_PROCESS,
    complaints,
    displayed,
    execute,
    finish,
    left_where_it_fails,
    write_notebook,
)
from cescore.publish.page import Page, PageFacts, make_page, printed_tables
from cescore.publish.printing.own_fonts import own_fonts
from cescore.publish.printing.pdf import Attachment, Printed, print_pdf
from cescore.publish.printing.table_files import table_files
from cescore.publish.publication import Publication, Scorecard, open_publication
from cescore.publish.rehearsal import preload
from cescore.publish.stages import Stages, collector_paused
from cescore.publish.stylesheets import STYLESHEET, find_template
from cescore.publish.words import LANGUAGE_TAGS, LANGUAGES, label

__all__ = ["RenderRecord", "preload", "render"]  # a press looks for preload beside its render
SHORT_HASH = 12  # characters of the file's hash that a page prints


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


def render(
    bundle_path: Path,
    out_dir: Path,
    lang: str,
    *,
    notebook: Path,
    templates: Path | None = None,
    engine: str = IN_PROCESS,
    allow_variant: bool = False,
    has_spare_core: bool = False,
    page_left: Path | None = None,
) -> RenderRecord:
    """Make all files of a report or document (see `cescore.disclosure.documents.kinds`) in `out_dir`.

    Equal bundles, notebooks and templates give equal bytes. A notebook whose framework is not the
    official one makes a working variant: refused unless `allow_variant`, and then marked so.
    ``has_spare_core``: see `print_pdf`. ``page_left``: where the page is left as the printer took it,
    once it is sound.

    Raises
    ------
    PublishError
        A cell failed (the executed notebook shows where), the notebook's numbers are not the
        evaluation's, or the PDF is not what it must be; no PDF is left then.
    """
    if lang not in LANGUAGES:
        raise PublishError(f"no language {lang!r}, expected one of {', '.join(LANGUAGES)}")
    asked = _Asked(
        bundle_path, out_dir, lang, notebook, templates, engine, allow_variant, has_spare_core,
        page_left,
    )  # fmt: skip
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
    page_left: Path | None


def _made(asked: _Asked) -> RenderRecord:
    stage, folder, written = Stages(), asked.out_dir, dict[str, bytes]()
    folder.mkdir(parents=True, exist_ok=True)
    with stage("read"):
        opened = open_publication(asked.bundle_path, asked.lang)
    kind = opened.kind
    (folder / kind.pdf).unlink(missing_ok=True)
    with stage("execute"):
        executed = _executed(asked, opened)
    with left_where_it_fails([executed], folder / kind.executed):
        _refuse_altered(opened)
        opened = _agreed(opened, executed, asked)
    with stage("page"):
        kept = finish(executed, shown_parameters=opened.parameters)
        written[kind.executed] = write_notebook(kept, folder / kind.executed)
        page = _page(kept, opened, asked)
        written[kind.html] = page.html.encode()
        result = opened.result()
        if result is not None:
            written[RESULT_NAME] = _json_bytes(result)
        further = opened.further_pages()
    with stage("print"):
        attachments = tuple(_attachments(executed, opened, written))
        printed = _print(page.for_print, opened, attachments, asked)
    with stage("check"):
        (folder / kind.html).write_bytes(written[kind.html])
        _refuse_unsound(opened, printed)
        written[kind.pdf] = printed.raw
        written |= {name: html.encode() for name, html in further.items()}
    for name, raw in written.items():
        (folder / name).write_bytes(raw)
    if asked.page_left is not None:
        asked.page_left.write_text(page.for_print, encoding="utf-8")
    return RenderRecord(
        pages=printed.pages,
        outputs={name: hashlib.sha256(raw).hexdigest() for name, raw in sorted(written.items())},
        index=opened.index,
        warnings=[*_warnings(executed, page, printed), *opened.warnings(printed.pages)],
        seconds=stage.seconds,
    )


def _executed(asked: _Asked, opened: Publication[Any]) -> NotebookNode:
    handed, output = opened.handed(asked.bundle_path), asked.out_dir / opened.kind.executed
    return execute(asked.notebook, output, handed, engine=asked.engine)


def _agreed(opened: Publication[Any], executed: NotebookNode, asked: _Asked) -> Publication[Any]:
    """What is printed, with word whether the notebook made a variant.

    Raises
    ------
    PublishError
        The notebook opened something else, or found other numbers than the evaluation.
    """
    name = asked.notebook.name
    found: list[Mapping[str, Any]] = displayed(executed, CONCLUSION_MIME)
    if len(found) != 1:
        raise PublishError(f"{name}: conclude(...) must be shown once, found {len(found)} times")
    conclusion = found[0]
    if conclusion.get("bundle_hash") != opened.hash:
        source = opened.kind.source
        raise PublishError(f"{name}: the notebook did not open the {source} it was handed")
    try:
        used, official = opened.framework_hashes(conclusion)
        if used != official:
            if not asked.allow_variant:
                raise PublishError(
                    f"{name}: the framework is not the official one; a working variant is not built"
                )
            opened = opened.varied(conclusion)
        odd = opened.differences(conclusion)
    except (KeyError, ValueError) as error:
        raise PublishError(f"{name}: the conclusion is not complete: {error}") from error
    if odd:
        raise PublishError(f"{name}: not what was evaluated: " + "; ".join(odd))
    return opened


def _refuse_altered(opened: Publication[Any]) -> None:
    """The number of a report is a mark of its file's content: values that no index stands on are
    held to it as well."""
    if is_altered(opened.data):
        found, source = number_of(opened.data), opened.kind.source
        raise PublishError(
            f"the {source} was altered after its release: its content has the number {found},"
            f" expected {opened.number}"
        )


def _page(executed: NotebookNode, opened: Publication[Any], asked: _Asked) -> Page:
    """The page, with the own style of its kind behind the one that all share."""
    return make_page(
        executed, page_facts(opened, _own_notebook(asked)), asked.templates, opened.own_style
    )


def page_facts(opened: Publication[Any], notebook: str = "") -> PageFacts:
    """What the frame of a report's page says of it; ``notebook``: that another than the repository's
    made it."""
    name, title = clean(opened.owner), opened.title
    return PageFacts(
        title=f"{name} · {title}",
        language=LANGUAGE_TAGS[opened.lang],
        report_number=opened.number,
        name=name,
        heading=title,
        short_hash=opened.hash[:SHORT_HASH],
        notebook=notebook,
        marks=opened.marks,
        author=opened.data.run.issuer.name(opened.lang),
        issued=opened.issued.isoformat() if opened.issued else "",
        classes=opened.classes,
    )


def _own_notebook(asked: _Asked) -> str:
    """Which notebook of the bureau's made the page, and whether behind no fence; "" of a shipped one."""
    raw, shipped = asked.notebook.read_bytes(), NOTEBOOKS / asked.notebook.name
    if shipped.is_file() and shipped.read_bytes() == raw:
        return ""
    digest = hashlib.sha256(raw).hexdigest()[:SHORT_HASH]
    key = "own_notebook" if asked.engine == IN_PROCESS else "own_notebook_unfenced"
    return label(f"page.{key}", asked.lang, hash=digest)


def _print(
    html: str, opened: Publication[Any], attachments: tuple[Attachment, ...], asked: _Asked
) -> Printed:
    return print_pdf(
        html,
        stylesheet=find_template(STYLESHEET, asked.templates),
        identifier=hashlib.sha256(opened.identity.encode()).digest()[:16],
        # without a stated date of issue the attachments bear the last day of the year evaluated
        dated=opened.issued or date(opened.data.run.year, 12, 31),
        attachments=attachments,
        own=own_fonts(asked.templates or TEMPLATES),
        is_close=True,
        has_spare_core=asked.has_spare_core,
    )


def _attachments(
    executed: NotebookNode, opened: Publication[Any], written: Mapping[str, bytes]
) -> Iterator[Attachment]:
    """What a scorecard carries inside: its result, and each of its printed tables."""
    if not isinstance(opened, Scorecard):
        return
    yield Attachment(RESULT_NAME, written[RESULT_NAME], opened.number)
    for file in table_files(printed_tables(executed), opened.lang, opened.variant_mark):
        yield Attachment(file.name, file.raw, f"{file.caption} · {opened.number}")


def _refuse_unsound(opened: Publication[Any], printed: Printed) -> None:
    """Raise PublishError naming all that the finished PDF lacks or must not hold."""
    wanted = opened.wanted(lambda text: printed.as_printed(clean(text)))
    problems = problems_of(pdf_text(printed.raw), wanted, own=lambda: own_texts(opened.data))
    problems += [f"WeasyPrint: {line}" for line in printed.log]
    if problems:
        raise PublishError(f"{opened.kind.pdf}: " + "; ".join(problems))


def _warnings(executed: NotebookNode, page: Page, printed: Printed) -> Iterator[str]:
    yield from (f"notebook: {line}" for line in (*complaints(executed), *page.remarks))
    yield from printed.warnings()


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()
