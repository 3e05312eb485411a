"""The ledger's audit of an edition: what its public tree gives away, taken all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.ledger.industries import industry_figure, is_of_industry
from cescore.disclosure.ledger.kept_pattern import FILE
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.printed_sums import is_earlier
from cescore.disclosure.ledger.statements import Figure
from cescore.release.remarks import ReleaseRemark, remark

if TYPE_CHECKING:
    from cescore.disclosure.ledger.kept_pattern import KeptPattern
    from cescore.disclosure.ledger.taken_back import StillKnown
    from cescore.method.disclosure.protection import Breach
    from cescore.run.building.annual import AnnualEdition

Shown = Mapping[str, frozenset[int]]  # code -> years in which a report shows a value


@dataclass(frozen=True)
class LedgerAudit:
    """The audit of what an edition prints.

    ``problems``: respondents whose values could be inferred too closely from the public reports.
    ``notes``: what earlier editions printed that gives somebody away, and nobody can take back.
    """

    problems: tuple[ReleaseRemark, ...] = ()
    notes: tuple[ReleaseRemark, ...] = ()


def ledger_audit(
    edition: AnnualEdition,
    public: Mapping[str, str],
    earlier: Mapping[str, KeptPattern] = MappingProxyType({}),
) -> LedgerAudit:
    """Audit the public reports of an edition, with what earlier editions printed.

    ``public``: the id of each entity whose report is public, with the report's name. A figure counts
    as released where the bundle of its report holds it, whatever withheld it elsewhere.
    ``earlier``: every official edition's name and pattern, whatever data/withheld.json says of it by now.
    """
    ledger = Ledger(edition.yearly)
    shown = {id_: _shown(edition, name) for id_, name in public.items()}
    figures = {p.figure for p in ledger.printed if not is_earlier(p.figure)}
    kept_back = frozenset(f for f in figures if not _is_shown(f, shown, ledger))
    problems = [_problem(breach) for breach in ledger.breaches(kept_back)]
    if ledger.rules.is_decided and ledger.printed and not ledger.is_kept:
        problems.append(remark("not_protected", file=FILE))
    for name, pattern in earlier.items():
        beside = Ledger(edition.yearly, since=pattern).breaches_beside_earlier(kept_back)
        problems += [_problem_since(name, breach) for breach in beside]
    return LedgerAudit(tuple(problems), tuple(map(_note, ledger.still_known(kept_back))))


def _problem(breach: Breach) -> ReleaseRemark:
    proof = ", ".join(sorted(_named(key) for key in breach.proof))
    return remark("ledger", target=breach.target, rule=breach.rule, proof=proof)


def _problem_since(edition: str, breach: Breach) -> ReleaseRemark:
    now = (key for key in breach.proof if not (isinstance(key, Figure) and is_earlier(key)))
    proof = ", ".join(sorted(map(_named, now)))
    return remark(
        "ledger_since", edition=edition, target=breach.target, rule=breach.rule, proof=proof
    )


def _note(known: StillKnown) -> ReleaseRemark:
    (figure, edition), targets = (_named(known.figure), known.edition), ", ".join(known.targets)
    return remark("still_known", figure=figure, edition=edition, targets=targets)


def _is_shown(figure: Figure, shown: Mapping[str, Shown], ledger: Ledger) -> bool:
    """Whether the public sees a figure; an industry table of an earlier year is as it was kept."""
    if is_of_industry(figure) and figure.year != ledger.yearly.year:
        return figure not in ledger.withheld
    years = shown.get(figure.entity_id, {}).get(figure.code, frozenset())
    return figure.year in years


def _shown(edition: AnnualEdition, name: str) -> Shown:
    """What a report's bundle holds of its own: returned values, accounts, indicators; and totals of
    its industry table."""
    bundle = edition.make(edition.subject(name))
    if not isinstance(bundle, Bundle):
        return {}
    years = bundle.record.years
    series = [(code, values) for code, values in bundle.record.values.items()]
    evaluated = bundle.evaluated
    series += [(one.code, one.values) for one in (*evaluated.accounts, *evaluated.indicators)]
    found: dict[str, frozenset[int]] = {}
    for code, values in series:
        held = {y for y, value in zip(years, values, strict=True) if value is not None}
        found[code] = found.get(code, frozenset()) | held
    for row in bundle.industries:
        if row["value"] is not None:
            figure = industry_figure(
                "", str(row["variable"]), str(row["industry"]), bundle.run.year
            )
            found[figure.code] = frozenset([figure.year])
    return found


def _named(key: object) -> str:
    """A printed figure in words: body, code, year."""
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
