"""What a document is called, and whose it is."""

from __future__ import annotations

from cescore.disclosure.documents.other_documents import Document, UnitSheet
from cescore.disclosure.documents.plan_documents import PlanDocument, Review
from cescore.publish.words import label, subject


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
        return document.bundle.entity.name(lang)
    run = document.run
    return run.place.name(lang) or run.issuer.name(lang) or document_title(document, lang)
