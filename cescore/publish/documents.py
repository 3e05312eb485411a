"""Documents beside the scorecards: one file and one notebook become notebook, page and PDF.

`render` here is what a report process calls: it looks whether it was handed a bundle or a document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.documents import (
    BOOK,
    UNITS,
    Document,
    UnitSheet,
    is_document,
    read_document,
)
from cescore.disclosure.review_result import review_json
from cescore.disclosure.reviews import OVERVIEW, REVIEW, PlanDocument, Review
from cescore.errors import PublishError
from cescore.publish import render as _scorecard
from cescore.publish.check import own_texts, pdf_text, problems_of
from cescore.publish.fragment import clean
from cescore.publish.notebook import complaints, displayed, execute, finish, write_notebook
from cescore.publish.page import STYLESHEET, Page, PageFacts, find_template, make_page
from cescore.publish.pages.review.check import review_differences
from cescore.publish.printing.own_fonts import own_fonts
from cescore.publish.printing.pdf import Printed, print_pdf
from cescore.publish.rehearsal import preload
from cescore.publish.render import LANGUAGE_TAGS, SHORT_HASH, RenderRecord
from cescore.publish.stages import Stages, collector_paused
from cescore.publish.words import LANGUAGES, label, subject

__all__ = ["preload", "render", "render_document"]  # what a press looks for, and the two renders
DOCUMENT_MIME = "application/vnd.cescore.document+json"
OWN_STYLE = "static/documents.css"  # beside print.css, which scorecards and documents share
STEMS: Mapping[str, str] = {  # of a document's files, by kind
    BOOK: "method-book", UNITS: "sheet", REVIEW: "review", OVERVIEW: "overview",
}  # fmt: skip
RESULT = "result.json"


def render(
    bundle_path: Path,
    out_dir: Path,
    lang: str,
    *,
    notebook: Path,
    templates: Path | None = None,
    engine: str = "inprocess",
) -> RenderRecord:
    """The files of a report or of a document, by what the handed file is.

    Raises
    ------
    PublishError
        As `cescore.publish.render.render` and `render_document` say.
    """
    make = render_document if is_document(bundle_path) else _scorecard.render
    return make(bundle_path, out_dir, lang, notebook=notebook, templates=templates, engine=engine)


def render_document(
    document_path: Path,
    out_dir: Path,
    lang: str,
    *,
    notebook: Path,
    templates: Path | None = None,
    engine: str = "inprocess",
) -> RenderRecord:
    """Make a document's .ipynb, .html and .pdf in `out_dir`; equal files give equal bytes.

    Raises
    ------
    PublishError
        A cell failed (the notebook shows where), the notebook opened another document, or the PDF
        is not what it must be; no PDF is left then.
    """
    if lang not in LANGUAGES:
        raise PublishError(f"no language {lang!r}, expected one of {', '.join(LANGUAGES)}")
    with collector_paused():
        return _Making(document_path, out_dir, lang, notebook, templates, engine).record()


def document_title(document: Document, lang: str) -> str:
    """What a document is called, its year or plan period included."""
    if isinstance(document, PlanDocument):
        plan = document.plan
        key = f"document.title.{document.kind}.{document.stage}"
        return label(key, lang, first=plan.first_year, last=plan.last_year, year=document.year)
    what = subject(document.run, lang)
    return label(f"document.title.{document.kind}", lang, year=document.run.year, subject=what)


def document_name(document: Document, lang: str) -> str:
    """Whose document it is: the unit's, the entity's, or of the place that the method is used in."""
    if isinstance(document, UnitSheet):
        return document.unit
    if isinstance(document, Review):
        place = document.bundle.entity
        names = (place.name_zh, place.name_en) if lang == "zh" else (place.name_en, place.name_zh)
        return next(filter(None, names), place.entity_id)
    run = document.run
    return run.place.name(lang) or run.issuer.name(lang) or document_title(document, lang)


@dataclass(frozen=True)
class _Making:
    document_path: Path
    out_dir: Path
    lang: str
    notebook: Path
    templates: Path | None
    engine: str

    def record(self) -> RenderRecord:
        stage, written = Stages(), dict[str, bytes]()
        self.out_dir.mkdir(parents=True, exist_ok=True)
        with stage("read"):
            document, file_hash = read_document(self.document_path)
        stem = STEMS[document.kind]
        (self.out_dir / f"{stem}.pdf").unlink(missing_ok=True)
        with stage("execute"):
            executed = self._executed(document, stem)
            _refuse_another(executed, document, file_hash, self.notebook.name)
        with stage("page"):
            kept = finish(executed, shown_parameters=_parameters(document, self.lang))
            name = f"{stem}.ipynb"
            written[name] = write_notebook(kept, self.out_dir / name)
            page = self._page(kept, document, file_hash)
            written[f"{stem}.html"] = page.html.encode()
            if isinstance(document, Review):
                written[RESULT] = _json(review_json(document, file_hash))
        with stage("print"):
            printed = self._printed(page, document, file_hash)
        with stage("check"):
            for name in (n for n in written if n.endswith((".html", ".json"))):
                (self.out_dir / name).write_bytes(written[name])
            _refuse_unsound(document, self.lang, printed)
            written[f"{stem}.pdf"] = printed.raw
        (self.out_dir / f"{stem}.pdf").write_bytes(printed.raw)
        return RenderRecord(
            pages=printed.pages,
            outputs={n: hashlib.sha256(raw).hexdigest() for n, raw in sorted(written.items())},
            index=None,
            warnings=[*_warnings(executed, printed)],
            seconds=stage.seconds,
        )

    def _executed(self, document: Document, stem: str) -> NotebookNode:
        path = str(self.document_path.resolve())
        handed = {**_parameters(document, self.lang), "document_path": path}
        return execute(self.notebook, self.out_dir / f"{stem}.ipynb", handed, engine=self.engine)

    def _page(self, executed: NotebookNode, document: Document, file_hash: str) -> Page:
        """The page with the documents' own style behind the one that scorecards use too."""
        page = make_page(executed, _facts(document, file_hash, self.lang), self.templates)
        own = find_template(OWN_STYLE, self.templates).read_text(encoding="utf-8")
        style = f"<style>\n{own}</style>\n</head>"
        return replace(
            page,
            html=page.html.replace("</head>", style, 1),
            for_print=page.for_print.replace("</head>", style, 1),
        )

    def _printed(self, page: Page, document: Document, file_hash: str) -> Printed:
        identity = f"{file_hash} {self.lang}".encode()
        return print_pdf(
            page.for_print,
            stylesheet=find_template(STYLESHEET, self.templates),
            identifier=hashlib.sha256(identity).digest()[:16],
            dated=_stated_date(document) or date(document.run.year, 12, 31),
            own=own_fonts(self.templates or TEMPLATES),
        )


def _parameters(document: Document, lang: str) -> dict[str, str | int]:
    """The parameters as the kept notebook shows them: run again, it reads the workspace."""
    own: dict[str, str | int] = {"year": document.run.year, "lang": lang, "document_path": ""}
    if isinstance(document, PlanDocument):
        own = {"stage": document.stage, "plan": document.plan.id, **own}
    if document.kind in (UNITS, REVIEW):
        own = {"document_id": document.document_id, **own}
    return own


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def _refuse_another(executed: NotebookNode, document: Document, file_hash: str, name: str) -> None:
    found: list[Mapping[str, Any]] = displayed(executed, DOCUMENT_MIME)
    if len(found) != 1:
        raise PublishError(f"{name}: conclude(...) must be shown once, found {len(found)} times")
    if found[0].get("hash") != file_hash:
        raise PublishError(f"{name}: the notebook did not open the document it was handed")
    if isinstance(document, Review):
        odd = review_differences(found[0], document)
        if odd:
            raise PublishError(f"{name}: " + "; ".join(odd))


def _facts(document: Document, file_hash: str, lang: str) -> PageFacts:
    title, name = document_title(document, lang), clean(document_name(document, lang))
    stated, run = _stated_date(document), document.run
    return PageFacts(
        title=f"{name} · {title}",
        language=LANGUAGE_TAGS[lang],
        report_number=document.report_number,
        name=name,
        heading=title,
        short_hash=file_hash[:SHORT_HASH],
        marks=_marks(document, lang),
        author=run.issuer.name(lang),
        issued=stated.isoformat() if stated else "",
        classes=("document", document.kind, lang, run.status),
    )


def _marks(document: Document, lang: str) -> tuple[str, ...]:
    """What every page of it says in its head: sample data; for the respondent only."""
    marks = [label("status.sample", lang)] if document.run.status == "sample" else []
    if isinstance(document, Review) and document.bundle.legal_basis == "statistical":
        marks.append(label("status.restricted", lang))
    return tuple(marks)


def _stated_date(document: Document) -> date | None:
    """The date of issue, where the bureau states one."""
    try:
        return date.fromisoformat(document.run.issued)
    except ValueError:
        return None


def _refuse_unsound(document: Document, lang: str, printed: Printed) -> None:
    wanted = {
        "title": [document_title(document, lang)],
        "name": [printed.as_printed(clean(document_name(document, lang)))],
        "report number": [document.report_number],
    }
    problems = problems_of(pdf_text(printed.raw), wanted, own=lambda: own_texts(document))
    problems += [f"WeasyPrint: {line}" for line in printed.log]
    if problems:
        raise PublishError(f"{STEMS[document.kind]}.pdf: " + "; ".join(problems))


def _warnings(executed: NotebookNode, printed: Printed) -> Iterator[str]:
    yield from (f"notebook: {line}" for line in complaints(executed))
    yield from printed.warnings()
