"""A report under another framework: a working variant, 试算稿, in which nothing of the official one is left.

Whatever follows from the framework is computed anew from what the bundle holds; ranks among public
bodies where the workspace is at hand; bands, quartiles and whatever else stands on others' results
is left out. A trial has a number of its own, and no build and no release takes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from cescore.definitions.model import AMONG_ALL, Framework, Indicator
from cescore.disclosure.documents.bundle import (
    Bundle,
    PeerTable,
    report_number,
)
from cescore.disclosure.documents.own_record import as_released, to_fitted
from cescore.disclosure.documents.own_results import evaluated
from cescore.errors import Sentence, VariantError
from cescore.method.grading.assessment import reassess
from cescore.method.grading.targets import TargetLine
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.method.index.fitting import method_of
from cescore.method.index.normalisations import ON_ENDS

TRIAL = "试-"  # begins the number of every trial


def is_trial(bundle: Bundle) -> bool:
    """Whether a bundle is of another framework than the official one."""
    return bundle.framework.hash != bundle.framework_hash


def trial_of(bundle: Bundle, framework: Framework) -> Bundle:
    """The bundle under another framework, from what it holds itself; unchanged under its own.

    Ranks, quartiles, bands and what others' results say are left out; targets and standards that
    stand on a changed formula too, and then the total.

    Raises
    ------
    VariantError
        A score needs what only the figures of others tell: the workspace has to be at hand.
    """
    if framework.hash == bundle.framework.hash:
        return bundle
    _refuse_unknowable(bundle, framework)
    evaluation = evaluate(
        as_released(bundle),
        framework,
        base_year=bundle.base_year,
        run_year=bundle.run.year,
        fitted=to_fitted(bundle.fitted, bundle.released),
    )
    return made_anew(bundle, evaluation, 0)


def made_anew(official: Bundle, evaluation: TypeEvaluation, row: int) -> Bundle:
    """The bundle with one entity's evaluation under a variant in it, and nothing of the official one."""
    framework = evaluation.framework
    changed = changed_formulas(official.framework, framework)
    year = evaluation.panel.year_position(evaluation.run_year)
    index = float(evaluation.aggregation.index.values[row, year])
    targets = tuple(_blanked(line, changed) for line in official.targets)
    return numbered(
        official.model_copy(
            update={
                "framework": framework,
                "evaluated": evaluated(evaluation, row, filed=official.filed),
                "uncertainty": None,
                "bands_left_out": False,
                "robustness": (),
                "peers": _without_results(official.peers, framework, changed),
                "siblings": tuple(
                    r.model_copy(update={"index": None, "rank": None, "n": None})
                    for r in official.siblings
                ),
                "targets": targets,
                "standards": () if changed else official.standards,
                "assessment": reassess(
                    official.assessment,
                    index=None if np.isnan(index) else index,
                    scale=framework.scale,
                    is_covered=bool(evaluation.is_sufficient[row, year]),
                    targets=targets,
                    measures=official.measures,
                ),
                "breaks": (),
            }
        )
    )


def numbered(bundle: Bundle) -> Bundle:
    """A trial with a number of its own."""
    return bundle.model_copy(update={"report_number": f"{TRIAL}{report_number(bundle)}"})


def changed_formulas(official: Framework, framework: Framework) -> frozenset[str]:
    """Indicators with another formula, and those that use them, however far down."""
    new = {
        code
        for code, i in framework.indicators.items()
        if code not in official.indicators or i.formula != official.indicators[code].formula
    }
    for code in framework.order:  # each after what it uses
        indicator = framework.indicators.get(code)
        uses = indicator.expression if indicator is not None else None
        if uses is not None and new & set(uses.names):
            new.add(code)
    return frozenset(new)


def _blanked(line: TargetLine, changed: Iterable[str]) -> TargetLine:
    """A target without its figures, where what measures it has another formula."""
    if not set(line.indicators) & set(changed):
        return line
    return replace(
        line,
        actual=None,
        level=None,
        base=None,
        completion=None,
        schedule_carbon=None,
        schedule_log=None,
        still_needed=None,
        points=None,
        implied_base=None,
        pace=None,
        light="",
        course="",
        note="not_computable",
    )


def _without_results(
    peers: PeerTable | None, framework: Framework, changed: Iterable[str]
) -> PeerTable | None:
    """What is released of others' indicators; not of scores, groups and index, which are official."""
    if peers is None:
        return None
    kept = set(framework.indicators) - set(changed)
    figures = tuple(figure for figure in peers.figures if figure.code in kept)
    return peers.model_copy(update={"figures": figures, "ranks": ()})


def _refuse_unknowable(bundle: Bundle, framework: Framework) -> None:
    """Raise for what cannot be computed from one entity's own figures and the released constants."""
    what = "the workspace has to be at hand (no bundle_path)"
    before = bundle.framework
    for code in bundle.released.groups:
        if (
            not code
            or code not in framework.groups
            or _content(before, code) != _content(framework, code)
        ):
            raise VariantError(
                Sentence(
                    "{code} stands on figures that are withheld in this report: {what}",
                    code=code or before.index.code,
                    what=what,
                )
            )
    for code in ("", *framework.groups):
        if framework.mean_of(code)[0] in AMONG_ALL:
            raise VariantError(
                Sentence(
                    "{mean_of} of {code} compares with all others, whom this report does not know: {what}",
                    mean_of=framework.mean_of(code)[0],
                    code=code or framework.index.code,
                    what=what,
                )
            )
    for indicator in framework.scored():
        method = method_of(indicator, framework)
        if method in ON_ENDS or indicator.weight == 0:
            continue
        own = before.indicators.get(indicator.code)
        if own is None or _scoring(own, before) != _scoring(indicator, framework):
            raise VariantError(
                Sentence(
                    "{method} of {code} looks at all others, whom this report does not know: {what}",
                    method=method,
                    code=indicator.code,
                    what=what,
                )
            )


def _content(framework: Framework, group: str) -> tuple[object, ...]:
    """All that the value of a group depends on, beside values of indicators."""
    members = []
    for code, weight in framework.members(group):
        indicator = framework.indicators.get(code)
        inside = (
            _content(framework, code)
            if indicator is None
            else (*_scoring(indicator, framework), indicator.goalposts)
        )
        members.append((code, weight, inside))
    return (framework.mean_of(group), framework.missing, *members)


def _scoring(indicator: Indicator, framework: Framework) -> tuple[object, ...]:
    """What the score of an indicator depends on, beside its values."""
    return (
        method_of(indicator, framework),
        indicator.formula,
        framework.imputation_of(indicator),
        framework.treatment_of(indicator),
        bool(indicator.group),
    )
