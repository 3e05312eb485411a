"""Where the page comes from: the method in brief with its sources, hashes, number and standing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cescore.definitions.model import Indicator
from cescore.publish.cells import View
from cescore.publish.fragment import Fragment, paragraph, section
from cescore.publish.labels import label_or
from cescore.publish.numbers import number
from cescore.publish.sections import NONE, framework_words

if TYPE_CHECKING:
    from cescore.desk import OpenBundle


def method_notes(bundle: OpenBundle) -> Fragment:
    """The method in brief, and the source and evidence tag of each scored indicator and its scale."""
    view, framework = View(bundle), bundle.framework
    points = [
        view.t(
            "method.framework", name=framework.name(view.lang) or framework.entity_type,
            version=framework.version, source=_fitting(view, framework.source, view.t("method.source_in_params")),
        ),
        view.t(f"method.normalisation.{framework.normalisation}", **framework_words(view)),
        view.t("method.missing", least=number(100 * framework.missing.min_weight_covered, 0)),
        view.sentences([view.t("method.rounding"), view.t("below_unit")]),
        _fitting(view, framework.index.note, ""),
        view.t("method.index_and_progress") if framework.progress is not None else "",
        view.t("method.released") if bundle.data.fitted.released_scores else "",
        view.t("note.tags"),
    ]  # fmt: skip
    kept = section("points", points=[point for point in points if point])
    return Fragment.join([kept, _sources(view)])


def _fitting(view: View, text: str, other: str) -> str:
    """A text that params hold in one language only: left out of a page in another."""
    fits = view.lang == "zh" or not any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return text if fits else other


def _sources(view: View) -> Fragment:
    """Indicator by indicator in one paragraph: a table of long texts would take two pages."""
    if view.lang != "zh" and not all(i.source.isascii() for i in view.scored):
        return paragraph(view.t("method.sources_elsewhere"))
    found = [_source(view, indicator) for indicator in view.scored]
    if not found:
        return NONE
    title = view.t("caption.sources")
    return section("sources", title=title, sources=found)


def _source(view: View, indicator: Indicator) -> tuple[str, str]:
    posts = indicator.goalposts_in(view.bundle.year)
    said = [view.t("source_and_tag", source=indicator.source, tag=indicator.tag)]
    if posts is not None:
        scale = view.t("source_and_tag", source=posts.source, tag=posts.tag)
        said.append(view.t("method.scale", source=scale))
    return indicator.name(view.lang) or indicator.code, view.t("join.clause").join(said)


def provenance(bundle: OpenBundle) -> Fragment:
    """What this page was made from: the bundle's hash, framework, report number, legal basis."""
    view, data = View(bundle), bundle.data
    basis = label_or(f"basis.{data.legal_basis}", view.lang, data.legal_basis)
    facts = [
        ("provenance.report_number", data.report_number),
        ("provenance.status", view.t(f"status.{data.run.status}")),
        ("provenance.issuer", data.run.issuer.name(view.lang)),
        ("provenance.issued", data.run.issued),
        ("provenance.framework", f"{bundle.framework.name(view.lang)} {bundle.framework.version}"),
        ("provenance.legal_basis", basis),
        ("provenance.variant", view.t("status.variant") if bundle.is_variant else ""),
        ("provenance.framework_hash", bundle.framework.hash),
        ("provenance.bundle_hash", bundle.hash),
    ]
    return section(
        "provenance", facts=[(view.t(k), text) for k, text in facts if text.strip()],
        notes=list(_standing(view)),
    )  # fmt: skip


def _standing(view: View) -> Iterator[str]:
    data = view.data
    if data.run.status == "sample":
        yield view.t("provenance.sample")
    if data.legal_basis == "statistical":
        yield view.t("provenance.statistical")
    yield view.t("provenance.rest")
