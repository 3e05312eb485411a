"""Weights that experts' judgements give: worked out when params are read, and frozen as weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.judgement import ahp_weights, budget_allocation, equal_weights
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.model import STATED, Framework, Weighting
from cescore.definitions.spelling import with_nearest
from cescore.errors import MethodError, Sentence


def with_stated_weights(draft: Draft, framework: Framework) -> Framework:
    """The framework with the weights of every group whose weighting is equal, budget or ahp.

    Points and judgements of the framework serve each group that has no weighting of its own; where
    they name none of its members, its weights stay as written.
    """
    weights: dict[str, float] = {}
    for group in ("", *framework.groups):
        weighting = framework.weighting_of(group)
        whole = draft.group_places[group] if group else draft.at
        is_own = whole.node.get("weighting") is not None
        at = (whole if is_own else draft.at).at("weighting")
        if is_own:
            _check_names(framework, weighting, at)
        members = [code for code, _ in framework.members(group)]
        if weighting.method in STATED and members:
            weights |= _stated(weighting, members, at)
    return framework.reweighted(weights) if weights else framework


def _check_names(framework: Framework, weighting: Weighting, at: Reading) -> None:
    """Points and judgements name members, and are there where the method needs them."""
    known = [*framework.groups, *(i.code for i in framework.scored())]
    named = [code for points in weighting.points.values() for code in points]
    for code, others in weighting.judgements.items():
        named += [code, *others]
    for code in dict.fromkeys(named):
        if code not in known:
            expected = with_nearest("a group or a scored indicator", code, known)
            at.refuse(Sentence("unknown code {code!r}", code=code), expected)
    for method, key in (("budget", "points"), ("ahp", "judgements")):
        if weighting.method == method and not getattr(weighting, key):
            at.of(at.node, f"{at.what}.{key}").refuse(
                "there is none", Sentence("{key} for method {method}", key=key, method=method)
            )


def _stated(weighting: Weighting, members: Sequence[str], at: Reading) -> dict[str, float]:
    """The weights of one group's members, none where points and judgements name none of them."""
    if weighting.method == "equal":
        return equal_weights(members)
    try:
        if weighting.method == "budget":
            rows = {e: {m: p.get(m, 0.0) for m in members} for e, p in weighting.points.items()}
            given = {expert: row for expert, row in rows.items() if sum(row.values()) > 0}
            return budget_allocation(given) if given else {}
        matrix = _matrix(weighting.judgements, members)
        if matrix is None:
            return {}
        result = ahp_weights(members, matrix)
    except (MethodError, KeyError) as error:
        at.refuse(
            str(error),
            Sentence(
                "usable {method} of {listed}", method=weighting.method, listed=", ".join(members)
            ),
        )
        return {}
    if not result.is_consistent:
        found = Sentence(
            "consistency ratio {consistency_ratio:.3f} of {listed}",
            consistency_ratio=result.consistency_ratio,
            listed=", ".join(members),
        )
        at.of(at.node, f"{at.what}.judgements").refuse(found, "below 0.1")
    return dict(result.weights)


def _matrix(
    judgements: Mapping[str, Mapping[str, float]], members: Sequence[str]
) -> list[list[float]] | None:
    """Judgements of all pairs, the other way round as reciprocals; None where no pair is judged."""
    given = {
        (a, b): times
        for a, row in judgements.items()
        for b, times in row.items()
        if a in members and b in members and a != b
    }
    if not given:
        return None

    def times(a: str, b: str) -> float:
        if a == b:
            return 1.0
        if (a, b) in given:
            return given[a, b]
        if not given.get((b, a)):
            raise KeyError(Sentence("no judgement of {a} against {b}", a=a, b=b))
        return 1 / given[b, a]

    return [[times(a, b) for b in members] for a in members]
