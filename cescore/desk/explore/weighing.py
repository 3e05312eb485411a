"""What weighs in the ranking: effective weights against nominal ones, and which scores go together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from cescore.definitions.model import Framework
from cescore.method.index.influence import Influence, correlations, influences
from cescore.method.index.rescoring import Rescored
from cescore.publish.fragment import Fragment, Term, paragraph
from cescore.publish.numbers import DASH, PrintedNumber, number, percentage, signed
from cescore.publish.table import Row, Table, TableColumn
from cescore.publish.words import label

MOST = 24  # indicators of a correlation table: of more, those that weigh most
STRONG, WEAK = 0.7, 0.3  # sizes of a correlation that are shaded


def influence_table(result: Rescored, lang: str) -> Fragment:
    """Each indicator's nominal and effective weight and its correlation with the index."""
    found = sorted(influence_of(result), key=lambda one: -one.nominal)
    columns = [
        TableColumn(label("explore.head.indicator", lang), 46, "text", "indicator"),
        TableColumn(label("explore.head.nominal", lang), 18, code="nominal"),
        TableColumn(label("explore.head.effective", lang), 18, code="effective"),
        TableColumn(label("explore.head.correlation", lang), 18, code="correlation"),
    ]
    rows = [
        Row(
            [
                _name(result.framework, one.code, lang),
                _with_bar(one.nominal),
                _with_bar(one.effective),
                _coefficient(one.correlation),
            ]
        )
        for one in found
    ]
    name = label("explore.influence", lang)
    note = label("explore.influence.note", lang)
    return Table(columns, rows, notes=(note,), name=name, kind="ranking").fragment()


def correlation_table(result: Rescored, lang: str) -> Fragment:
    """The correlations of the scores, two by two; strong ones are shaded."""
    weights = {one.code: one.nominal for one in influence_of(result)}
    codes = sorted(weights, key=lambda code: -weights[code])[:MOST]
    codes = [i.code for i in result.framework.scored() if i.code in codes]
    scores = {code: result.scored.scores.column(code).values[:, 0] for code in codes}
    matrix = correlations(scores, codes)
    each = 72 / max(len(codes), 1)
    columns = [TableColumn(label("explore.head.indicator", lang), 28, "text", "indicator")]
    columns += [TableColumn(code, each, "mid", code) for code in codes]
    rows = [
        Row([_name(result.framework, code, lang), *(_shaded(r) for r in matrix[i, : i + 1]), *[""] * (len(codes) - i - 1)])
        for i, code in enumerate(codes)
    ]  # fmt: skip
    name = label("explore.correlations", lang)
    table = Table(columns, rows, name=name, kind="ranking correlations").fragment()
    return Fragment.join([table, paragraph(label("explore.correlations.note", lang))])


def influence_of(result: Rescored) -> tuple[Influence, ...]:
    """The influence of each scored indicator under a setting."""
    codes = [i.code for i in result.framework.scored()]
    scores = {code: result.scored.scores.column(code).values[:, 0] for code in codes}
    weights = {code: np.nan_to_num(result.aggregation.weights[code][:, 0]) for code in codes}
    return influences(scores, weights, result.rated)


def parts_table(
    points: Mapping[str, tuple[float, float]], names: Mapping[str, str], lang: str
) -> Fragment:
    """What each indicator makes of a difference [points]: by its score, by its weight, together.

    The greatest first; the last line is the whole difference.
    """
    order = sorted(points, key=lambda code: -abs(sum(points[code])))
    most = max((abs(sum(points[code])) for code in order), default=1.0) or 1.0
    columns = [
        TableColumn(label("explore.head.indicator", lang), 40, "text", "indicator"),
        *(TableColumn(label(f"explore.head.{k}", lang), 15, code=k) for k in ("by_score", "by_weight", "together")),
        TableColumn("", 15, "text", "bar"),
    ]  # fmt: skip
    rows = [
        Row([names.get(code, code), *map(_two, (*points[code], sum(points[code]))), _diverging(sum(points[code]) / most)])
        for code in order
    ]  # fmt: skip
    sums = [sum(points[code][k] for code in order) for k in (0, 1)]
    rows.append(Row([label("explore.all", lang), *map(_two, (*sums, sum(sums))), ""], "total"))
    return Table(columns, rows, name=label("explore.parts", lang), kind="ranking").fragment()


def _name(framework: Framework, code: str, lang: str) -> Term:
    name = framework.indicators[code].name(lang) or code
    markup = Markup("{} <small>{}</small>").format(name, code)
    return Term.of(markup, code=code)


def _with_bar(share: float) -> PrintedNumber:
    if np.isnan(share):
        return PrintedNumber.of(DASH, None)
    width = min(max(share, 0.0), 1.0) * 100
    bar = Markup('<span class="sb"><i style="width:{}%"></i></span>').format(f"{width:.0f}")
    return percentage(share).after(bar)


def _coefficient(value: float) -> PrintedNumber:
    return PrintedNumber.of(DASH, None) if np.isnan(value) else number(float(value), 2)


def _shaded(value: float) -> object:
    """A coefficient; the stronger, the darker its cell."""
    if np.isnan(value):
        return DASH
    size = abs(value)
    kind = "strong" if size >= STRONG else "" if size >= WEAK else "faint"
    sign = "against" if value <= -WEAK else ""
    text = number(float(value), 2)
    return PrintedNumber.of(text, float(value)).after(
        Markup('<i class="shade {} {}"></i>').format(kind, sign)
    )


def _two(value: float) -> PrintedNumber:
    return signed(float(value), 2)


def _diverging(share: float) -> Markup:
    """A bar right of the middle for what adds, left of it for what takes away."""
    size = min(abs(share), 1.0) * 50
    left = 50.0 if share >= 0 else 50 - size
    kind = "adds" if share >= 0 else "takes"
    return Markup(
        '<span class="diverging"><i class="{}" style="left:{}%;width:{}%"></i></span>'
    ).format(kind, f"{left:.1f}", f"{size:.1f}")
