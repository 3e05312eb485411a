"""Where the page comes from: the method in brief with its sources, hashes, number and standing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cescore.definitions.model import Indicator
from cescore.method.index.energy import ENERGY_BASIS
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number
from cescore.publish.pages.formulas import imputed, treated
from cescore.publish.pages.scales import normalised
from cescore.publish.pages.scorecard.returned import with_formula
from cescore.publish.pages.scorecard.sections import NONE
from cescore.publish.pages.standing import standing_words
from cescore.publish.section import section
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.view import View
from cescore.publish.words import has_label, label_or

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenBundle


def method_notes(bundle: OpenBundle) -> Fragment:
    """The method in brief, then each scored indicator with formula, sources and evidence tags."""
    view, framework = View(bundle), bundle.framework
    points = [
        view.t(
            "method.framework", name=framework.name(view.lang) or framework.entity_type,
            version=framework.version, source=view.fitting(framework.source),
        ),
        normalised(view, framework),
        view.sentences(_prepared(view)),
        view.t(
            "method.missing", rules=_missing(view),
            least=number(100 * framework.missing.min_weight_covered, 0),
        ),
        view.sentences([view.t("method.rounding"), view.t("below_unit")]),
        _energy_basis(view),
        view.fitting(framework.index.note),
        view.t("method.index_and_progress") if framework.progress is not None else "",
        view.t("method.released") if bundle.data.fitted.released_scores else "",
    ]  # fmt: skip
    kept = section("points", points=[point for point in points if point])
    return Fragment.join([kept, definitions_table(bundle)])


def _prepared(view: View) -> list[str]:
    """What is done to values before they are scored: gaps filled, entities screened, outliers treated."""
    framework = view.bundle.framework
    least = number(100 * framework.missing.screen_below, 0)
    return [
        imputed(view, framework.imputation),
        view.t("method.screened", least=least) if framework.missing.screen_below else "",
        treated(view, framework.treatment),
    ]


def _energy_basis(view: View) -> str:
    """How electricity is counted in the year's figures in standard coal; "" where nobody said."""
    words = view.data.record.codes.get(ENERGY_BASIS, ())
    word = words[view.now] if view.now is not None and view.now < len(words) else ""
    if not has_label(f"basis.{word}"):
        return ""
    return view.t("method.energy_basis", basis=view.t(f"basis.{word}"))


def _missing(view: View) -> str:
    """The framework's rules for what is missing, cases of one rule together."""
    rules = view.bundle.framework.missing
    cases: dict[str, list[str]] = {}
    for case in ("not_reported", "not_applicable", "not_computable"):
        cases.setdefault(getattr(rules, case), []).append(view.t(f"method.case.{case}"))
    clauses = [
        view.t(f"method.rule.{rule}", what=view.t("join.or").join(named))
        for rule, named in cases.items()
    ]
    return view.t("join.clause").join(clauses)


def definitions_table(bundle: OpenBundle) -> Fragment:
    """Each scored indicator with the formula executed, its source by number and the tags.

    What the ends of its scale rest on is told once, in the method book.
    """
    view = View(bundle)
    if not view.scored:
        return NONE
    numbered = {text: n for n, text in enumerate(dict.fromkeys(map(_source, view.scored)), start=1)}
    rows = []
    for indicator in view.scored:
        posts = indicator.goalposts_in(bundle.year)
        tags = f"{indicator.tag} / {posts.tag}" if posts is not None else indicator.tag
        number_of = f"[{numbered[_source(indicator)]}]"
        rows.append(Row([with_formula(view, indicator), number_of, tags]))
    columns = [
        TableColumn(view.t("head.formula"), 72, "text"),
        TableColumn(view.t("head.source"), 12, "mid"),
        TableColumn(view.t("head.tags"), 16, "mid"),
    ]
    sources = [f"[{n}] {view.fitting(text)}" for text, n in numbered.items()]
    notes = [view.t("note.tags"), view.t("note.ends"), view.t("join.clause").join(sources)]
    title = view.t("caption.definitions")
    return Table(columns, rows, title, notes, kind="small", halves=True).fragment()


def _source(indicator: Indicator) -> str:
    return indicator.source


def provenance(bundle: OpenBundle) -> Fragment:
    """What this page was made from: the bundle's hash, framework, report number, legal basis."""
    view, data = View(bundle), bundle.data
    basis = label_or(f"basis.{data.legal_basis}", view.lang, data.legal_basis)
    facts = [
        ("provenance.report_number", data.report_number),
        ("provenance.status", standing_words(data, view.lang)),
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
    if data.is_for_statistics_alone:
        yield view.t("provenance.statistical")
    yield view.t("provenance.rest")
