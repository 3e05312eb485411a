"""The ledger: every figure on bodies' pages as a statement about respondents, audited as one system.

A figure is released or withheld everywhere at once. What is withheld is the least, by cost, after
which no respondent's value can be inferred too closely from all that is released together.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cescore.disclosure.behind import Behind, Quantity
from cescore.disclosure.costs import costs, weights_of
from cescore.disclosure.equated import WITHIN, Equated, is_within, summed
from cescore.disclosure.equations import Balance, Equations, Follows
from cescore.disclosure.held_by_each import HeldByEach, OfEach
from cescore.disclosure.industries import (
    OF_INDUSTRY,
    IndustryTable,
    IndustryTotal,
    is_of_industry,
)
from cescore.disclosure.kept_pattern import KeptPattern, basis_of, read_pattern
from cescore.disclosure.statements import Figure, Returned, Statements
from cescore.method.disclosure import half_unit
from cescore.method.inference import NOISE, Key, Statement, System, connected
from cescore.method.knowledge import RespondentCell
from cescore.method.linear_forms import LinearForm
from cescore.method.protection import Breach, Protection
from cescore.method.withholding import Proofs, least_withheld

if TYPE_CHECKING:
    from cescore.definitions.model import Disclosure
    from cescore.evaluation.yearly import YearlyEvaluation
    from cescore.method.linear_forms import Meaning

Unprinted = Follows | Balance | OfEach  # what is in no print, and known all the same
Years = Mapping[str, frozenset[int]]  # code -> years
LATE = "\0late"  # no id is called so
EARLIER = "earlier edition: "
EXACT = 1e-6  # relative: a remainder below it is rounding


class Rest(NamedTuple):
    """What is in a body's own figure and comes from none of the register's respondents."""

    body: str
    quantity: Quantity


@dataclass(frozen=True)
class PrintedSum:
    """One sum that a figure gives away; ``atoms``: the returned quantities it is made of."""

    figure: Figure
    statement: Statement
    atoms: frozenset[Returned]


class SystemPart(NamedTuple):
    """Connected statements: printed sums by their places, figures that follow from others, and what
    rules say of several withheld ones."""

    numbers: frozenset[int]
    following: frozenset[Follows] = frozenset()
    balances: frozenset[Balance | OfEach] = frozenset()


@dataclass(frozen=True, eq=False)
class Ledger:
    """All figures of all bodies and years, and which of them are released to the public."""

    yearly: YearlyEvaluation
    _breaches: dict[SystemPart, list[Breach]] = field(default_factory=dict, init=False)

    @property
    def rules(self) -> Disclosure:
        return self.yearly.workspace.definitions.disclosure

    # --- what is released ---------------------------------------------------------------------

    @cached_property
    def withheld(self) -> frozenset[Figure]:
        """The figures that the public does not see."""
        if self.is_kept:
            return self.kept.withheld
        if not self.rules.is_decided:
            return frozenset(figure for figure in self.meanings if self._is_summed(figure))
        chosen = frozenset(least_withheld(self.costs, self.audit) if self.printed else ())
        return chosen - self._needless(chosen)

    @cached_property
    def above(self) -> frozenset[Figure]:
        """Accounts and indicators that are released although something they stand on is withheld.

        Others go with what they stand on: what is no sum or ratio of sums, and what nothing scored
        or in a headline rate stands on.
        """
        if self.is_kept:
            return self.kept.above
        hidden = {Returned(f.entity_id, Quantity(f.code, f.year)) for f in self.withheld}
        return frozenset(
            printed.figure
            for printed in self.printed
            if printed.figure not in self.withheld
            and printed.atoms
            and not self._is_returned(printed.figure)
            and printed.atoms & hidden
        )

    @property
    def is_kept(self) -> bool:
        """Whether the pattern kept in data/ was audited on exactly what is released now."""
        return self.kept.audited == self.basis

    def is_released(self, entity_id: str, code: str, year: int) -> bool:
        """Whether a body's variable, account or indicator of a year may be printed for everybody."""
        return Figure(entity_id, code, year) not in self.withheld

    def shows_total(self, total: IndustryTotal) -> bool:
        """Whether a total of the industry table may be printed."""
        return total.n > 0 and total.is_safe and total.figure not in self.withheld

    def of_body(self, entity_id: str) -> tuple[Years, Years]:
        """A body's own figures that are withheld, and those released above these: code -> years."""
        return _by_code(self.withheld, entity_id), _by_code(self.above, entity_id)

    @cached_property
    def kept(self) -> KeptPattern:
        """What an earlier edition withheld, which is preferred."""
        return read_pattern(self.yearly.workspace.root)

    @cached_property
    def basis(self) -> str:
        """A hash of all that the choice rests on."""
        return basis_of(self.yearly.workspace)

    def pattern(self) -> KeptPattern:
        """What data/withheld.json is to keep of this edition."""
        filed = {
            year: frozenset(e for e in self.behind.respondents if self.behind.has_returned(e, year))
            for year in self.behind.years
        }
        return KeptPattern(self.basis, filed, self.withheld, self.above)

    def _needless(self, withheld: frozenset[Figure]) -> set[Figure]:
        """Figures that follow from released ones of their own body: to withhold them hides nothing."""
        sums: dict[Figure, list[PrintedSum]] = defaultdict(list)
        for printed in self.printed:
            sums[printed.figure].append(printed)
        released = sums.keys() - withheld
        return {
            f for f in withheld if f in sums and all(self._is_implied(p, released) for p in sums[f])
        }

    def _is_summed(self, figure: Figure) -> bool:
        """Whether a returned figure was made by adding up others' figures."""
        quantity = Quantity(figure.code, figure.year)
        return self._is_returned(figure) and self.behind.is_summed(figure.entity_id, quantity)

    def _is_weighed(self, figure: Figure) -> bool:
        """Whether a figure is released or withheld for itself: returned quantities and what counts.

        Other accounts and indicators go with what they stand on, which they say again.
        """
        return self._is_returned(figure) or figure.code in self._counting[figure.entity_id]

    def _is_returned(self, figure: Figure) -> bool:
        evaluation = self.yearly.evaluation_of(figure.entity_id)
        return figure.code in evaluation.panel.columns and (
            figure.code not in evaluation.framework.accounts
        )

    @cached_property
    def _counting(self) -> Mapping[str, Collection[str]]:
        """Body -> codes of what is scored, in a headline rate, or what these stand on."""
        by_type = {t: weights_of(e.framework) for t, e in self.yearly.evaluations.items()}
        return {b.entity_id: by_type[b.entity_type] for b in self.behind.bodies}

    # --- the audit ------------------------------------------------------------------------------

    def audit(self, withheld: frozenset[Figure] = frozenset()) -> Proofs[Any]:
        """Sets of released figures that give a respondent's value away, each by itself."""
        proofs = (breach.proof for breach in self.breaches(withheld))
        return list({frozenset(p for p in proof if not _is_earlier(p)): None for proof in proofs})

    def breaches(self, withheld: frozenset[Figure] = frozenset()) -> list[Breach]:
        """Whose value could be inferred too closely, by whom and from what, were all else released."""
        found: list[Breach] = []
        for part in self._parts(withheld):
            if part not in self._breaches:
                self._breaches[part] = self._audited(part, withheld)
            found += self._breaches[part]
        return found

    def _audited(self, part: SystemPart, withheld: frozenset[Figure]) -> list[Breach]:
        """What one system gives away. To withhold more tells less: a cell that was safe when less was
        withheld is not asked for again."""
        protection = self.protection(part)
        known = self._safe_under
        safe = {cell for cell in protection.cells if cell in known and known[cell] <= withheld}
        protection = replace(protection, safe=safe)
        found = protection.breaches()
        if not protection.alone:
            unsafe = {breach.cell for breach in found}
            known |= dict.fromkeys(protection.cells.keys() - safe - unsafe, withheld)
        return found

    @cached_property
    def _safe_under(self) -> dict[RespondentCell, frozenset[Figure]]:
        """Cell -> figures of which it was enough to withhold these for it to be safe."""
        return {}

    def _parts(self, withheld: frozenset[Figure]) -> Iterator[SystemPart]:
        """The released sums that are connected; what follows from a body's released quantities one
        by one adds nothing, and is left out."""
        released = {p.figure for p in self.printed} - withheld
        kept = [
            i
            for i, p in enumerate(self.printed)
            if p.figure in released and not self._is_implied(p, released)
        ]
        follows = self._following(withheld, released)
        names: tuple[Unprinted, ...] = (*follows, *self._balances_of(withheld, follows))
        others = {
            name: statement for name in names if (statement := self._unprinted(name)) is not None
        }
        others |= self._held_by_each
        printed = [self.printed[i].statement for i in kept]
        place: dict[Key, int] = {}
        groups = connected([*printed, *others.values()])
        for number, keys in enumerate(groups):
            place |= dict.fromkeys(keys, number)
        parts: list[tuple[list[int], list[Follows], list[Balance | OfEach]]] = [
            ([], [], []) for _ in groups
        ]
        for i in kept:
            parts[place[next(iter(self.printed[i].statement.terms))]][0].append(i)
        for name, statement in others.items():
            part = parts[place[next(iter(statement.terms))]]
            if isinstance(name, Follows):
                part[1].append(name)
            else:
                part[2].append(name)
        for numbers, some, balances in parts:
            if numbers or some:
                yield SystemPart(frozenset(numbers), frozenset(some), frozenset(balances))

    def _balances_of(
        self, withheld: frozenset[Figure], follows: Iterable[Follows]
    ) -> Iterator[Balance]:
        """What rules say of several withheld figures together."""
        hidden = self._hidden(withheld)
        known = {one.figure for one in follows}
        yield from (one.name for one in self._equations.open(hidden, known))

    def _unprinted(self, name: Unprinted) -> Statement | None:
        """The statement of what is not printed and is known all the same; None: of nobody."""
        if isinstance(name, OfEach):
            return self._held_by_each[name]
        return self._follows(name) if isinstance(name, Follows) else self._balance(name)

    @cached_property
    def _held_by_each(self) -> Mapping[Unprinted, Statement]:
        """What rules say of the respondents in the same sums."""

        def cell_of(entity_id: str, quantity: Quantity) -> RespondentCell | None:
            cell = RespondentCell(self._group(entity_id, quantity), quantity)
            return cell if cell in self._cells else None

        self._expansions  # noqa: B018 - which makes the cells
        return {s.name: s for s in HeldByEach(self.behind, cell_of, self._truth)}  # type: ignore[misc]

    @lru_cache(maxsize=65536)  # noqa: B019 - lives as long as its run
    def _balance(self, name: Balance) -> Statement | None:
        """A rule over figures that are not all known, as a statement about respondents."""
        terms: dict[Key, float] = defaultdict(float)
        for figure, coefficient in name.coefficients:
            for key in self._keys_of(figure):
                terms[key] += coefficient
        terms = {key: c for key, c in terms.items() if c}
        if not terms:
            return None
        off = math.fsum(c * self._truth[key] for key, c in terms.items())
        noise = NOISE * math.fsum(abs(c * self._truth[key]) for key, c in terms.items())
        width = abs(off) + noise
        return Statement(name, terms, off - width, off + width, sources=frozenset())

    def _keys_of(self, figure: Figure) -> Sequence[Key]:
        """The cells and rests that a returned figure, a total of the industry table, or a sum over
        respondents adds up."""
        if is_of_industry(figure):
            total = self.industries.totals[figure]
            return self._totalled.get((total.body, total.industry, total.quantity), ())
        if is_within(figure):
            quantity = Quantity(figure.code.removesuffix(WITHIN), figure.year)
            return [c for c in self._cells_of.get(quantity, ()) if figure.entity_id in _marks(c)]
        return self._expanded(Returned(figure.entity_id, Quantity(figure.code, figure.year)))

    def _following(
        self, withheld: frozenset[Figure], released: Collection[Figure]
    ) -> tuple[Follows, ...]:
        """Returned figures and totals that are withheld and follow from released ones."""
        hidden = self._hidden(withheld)
        beside = {figure for figure in self.meanings if self._is_returned(figure)} - hidden
        return self._equations.following(hidden, {*released, *beside})

    def _hidden(self, withheld: frozenset[Figure]) -> set[Figure]:
        """What equations may be solved for: returned figures and totals that no page prints."""
        never = {figure for figure in self._equations.figures if is_within(figure)}
        printed = {f for f in withheld if is_of_industry(f) or self._is_returned(f)}
        return printed | self.industries.hidden | never

    @cached_property
    def _equations(self) -> Equations:
        sums = (
            summed(figure, form)
            for figure, meaning in self.meanings.items()
            if not self._is_returned(figure) and self._is_weighed(figure) and meaning.is_linear
            for form in meaning.sums
            if all(a.body == figure.entity_id for a in form.terms)  # type: ignore[attr-defined]
        )
        return Equations([*Equated(Statements(self.behind)), *sums, *self.industries.equations()])

    def _follows(self, follows: Follows) -> Statement | None:
        """The statement that a figure makes which is not printed and follows all the same."""
        terms: dict[Key, float] = dict.fromkeys(self._keys_of(follows.figure), 1.0)
        if not terms:
            return None
        value = math.fsum(self._truth[key] for key in terms)
        off = max(follows.off, NOISE * value)
        return Statement(follows, terms, value - off, value + off, follows.sources)

    def _is_implied(self, printed: PrintedSum, released: Collection[Figure]) -> bool:
        if not printed.atoms or any(a.body != printed.figure.entity_id for a in printed.atoms):
            return False
        own = [Figure(a.body, a.quantity.code, a.quantity.year) for a in printed.atoms]
        return printed.figure not in own and all(figure in released for figure in own)

    def protection(self, part: SystemPart) -> Protection:
        """The system of some connected statements, with the respondents behind them."""
        statements = [self.printed[i].statement for i in sorted(part.numbers)]
        others: list[Unprinted] = sorted((*part.following, *part.balances), key=str)
        statements += [s for s in map(self._unprinted, others) if s is not None]
        keys = dict.fromkeys(key for s in statements for key in s.terms)
        truth = {key: self._truth[key] for key in keys}
        cells = {k: self._cells[k] for k in keys if isinstance(k, RespondentCell)}
        system = System(dict.fromkeys(keys, 0.0), statements, truth)
        return Protection(system, cells, self.rules, _wholes(cells), costs=self.costs)

    def protections(self) -> Iterator[Protection]:
        """The systems of everything that is released."""
        yield from map(self.protection, self._parts(self.withheld))

    def members(self, cell: RespondentCell) -> Mapping[str, float]:
        """The respondents of a cell and what each returned."""
        quantity: Quantity = cell.quantity  # type: ignore[assignment]
        values = self.behind.values(quantity)
        return {e: value for e, value in values.items() if self._group(e, quantity) == cell.group}

    # --- the statements -------------------------------------------------------------------------

    @cached_property
    def behind(self) -> Behind:
        return Behind(self.yearly)

    @cached_property
    def meanings(self) -> Mapping[Figure, Meaning]:
        """Every figure that stands on a quantity that respondents return."""
        return dict(Statements(self.behind))

    @cached_property
    def printed(self) -> tuple[PrintedSum, ...]:
        """The sums that the figures give away."""
        now = tuple(
            PrintedSum(figure, statement, frozenset(form.terms))  # type: ignore[arg-type]
            for figure, meaning in self.meanings.items()
            if self._is_weighed(figure)
            for form in meaning.sums
            if (statement := self._statement(figure, form)) is not None
        )
        return (*now, *self._printed_totals(), *self._printed_earlier())

    @cached_property
    def industries(self) -> IndustryTable:
        return IndustryTable(self.behind)

    def _printed_totals(self) -> Iterator[PrintedSum]:
        """The industry table, this year's and those of editions before it."""
        for figure, total in self.industries.totals.items():
            if total.n and total.is_safe:
                made = self._total_statement(figure, total, total.shown, total.half_width)
                if made is not None:
                    yield PrintedSum(figure, made, frozenset())

    def _total_statement(
        self, name: Key, total: IndustryTotal, value: float, off: float
    ) -> Statement | None:
        """What a total known to lie so far ``off`` a value says of protected respondents.

        What unprotected ones and the signs of negative values add is known, and taken off.
        """
        keys = self._totalled.get((total.body, total.industry, total.quantity), ())
        if not keys:
            return None
        known = total.value - math.fsum(self._truth[key] for key in keys)
        return Statement.of(name, dict.fromkeys(keys, 1.0), value - known, off)

    @cached_property
    def _totalled(self) -> Mapping[tuple[str, str, Quantity], tuple[RespondentCell, ...]]:
        """Body, industry and quantity -> the cells whose respondents are totalled there."""
        found: dict[tuple[str, str, Quantity], list[RespondentCell]] = defaultdict(list)
        for quantity in self._expansions:
            for cell in self._cells_of[quantity]:
                industry = _industry_of(cell)
                if industry is not None:
                    for body in _marks(cell):
                        found[body, industry, quantity].append(cell)
        return {where: tuple(cells) for where, cells in found.items()}

    @cached_property
    def _cells_of(self) -> Mapping[Quantity, Sequence[RespondentCell]]:
        found: dict[Quantity, list[RespondentCell]] = {q: [] for q in self._expansions}
        for cell in self._cells:
            found[cell.quantity].append(cell)  # type: ignore[index]
        return found

    def _printed_earlier(self) -> Iterator[PrintedSum]:
        """Sums that an earlier edition printed over fewer respondents: they cannot be taken back.

        Whoever has both editions can subtract one from the other; what the late ones returned must
        not be left over. A value revised since counts as it is now.
        """
        yield from self._totalled_earlier()
        for quantity, bodies in self._expansions.items():
            if not self._late(quantity):
                continue
            for body, keys in bodies.items():
                figure = Figure(body, quantity.code, quantity.year)
                earlier = {key: 1.0 for key in keys if not _is_late(key)}
                if figure not in self.kept.withheld and any(
                    isinstance(k, RespondentCell) for k in earlier
                ):
                    value = math.fsum(self._truth[key] for key in earlier)
                    name = figure._replace(code=f"{EARLIER}{figure.code}")
                    statement = Statement.of(name, earlier, value)
                    yield PrintedSum(name, statement, frozenset())

    def _totalled_earlier(self) -> Iterator[PrintedSum]:
        for figure, total in self.industries.totals.items():
            cells = self._totalled.get((total.body, total.industry, total.quantity), ())
            early = [cell for cell in cells if not _is_late(cell)]
            if not early or len(early) == len(cells) or figure in self.kept.withheld:
                continue
            name = figure._replace(code=f"{EARLIER}{figure.code}")
            value = math.fsum(self._truth[cell] for cell in early)
            off = half_unit(value, self.rules.significant_digits)
            made = Statement.of(name, dict.fromkeys(early, 1.0), value, off)
            yield PrintedSum(name, made, frozenset())

    def _late(self, quantity: Quantity) -> frozenset[str]:
        """Respondents with a value now whose figures the kept edition did not hold."""
        filed = self.kept.filed.get(quantity.year)
        if filed is None:
            return frozenset()
        return frozenset(self.behind.values(quantity)) - filed

    def _group(self, entity_id: str, quantity: Quantity) -> tuple[str, ...]:
        """What tells a respondent from others in printed sums: its bodies, the industry that it is
        totalled in, and whether it was late."""
        chain = self.behind.chain(entity_id)
        if not chain:
            return ()
        industry = self.industries.industry(entity_id, quantity)
        marks = () if industry is None else (f"{OF_INDUSTRY}{industry}",)
        return (*chain, *marks, *((LATE,) if entity_id in self._late(quantity) else ()))

    def _statement(self, figure: Figure, form: LinearForm) -> Statement | None:
        """A linear form over bodies' quantities as one over cells and rests; None: of nobody."""
        terms: dict[Key, float] = defaultdict(float)
        for atom, coefficient in form.terms.items():
            for key in self._expanded(atom):  # type: ignore[arg-type]
                terms[key] += coefficient
        terms = {key: c for key, c in terms.items() if c}
        if not terms:
            return None
        parts = [c * self._truth[key] for key, c in terms.items()]
        noise = NOISE * math.fsum(map(abs, parts))
        return Statement.of(figure, terms, math.fsum(parts), noise)

    def _expanded(self, atom: Returned) -> tuple[Key, ...]:
        return self._expansions[atom.quantity].get(atom.body, ())

    @cached_property
    def _expansions(self) -> Mapping[Quantity, Mapping[str, tuple[Key, ...]]]:
        """Quantity -> body -> the cells and rests that its figure adds up."""
        quantities = {a.quantity: None for m in self.meanings.values() for a in m.inputs}  # type: ignore[attr-defined]
        quantities |= {total.quantity: None for total in self.industries.totals.values()}
        return {quantity: self._of_quantity(quantity) for quantity in quantities}

    def _of_quantity(self, quantity: Quantity) -> Mapping[str, tuple[Key, ...]]:
        groups: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for entity_id, value in self.behind.values(quantity).items():
            group = self._group(entity_id, quantity)
            if group:
                groups[group][self.behind.holder(entity_id)] += value
        for group, parts in groups.items():
            cell = RespondentCell(group, quantity)
            self._cells[cell] = dict(parts)
            self._truth[cell] = math.fsum(parts.values())
        groups_of: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for group in groups:
            for mark in group:
                groups_of[mark].append(group)
        found: dict[str, tuple[Key, ...]] = {}
        bodies = [b.entity_id for b in self.behind.bodies]
        for body in sorted(bodies, key=lambda b: len(self.behind.inside(b))):
            figure = self.behind.figure(body, quantity)
            if figure is None:
                continue
            keys: list[Key] = [RespondentCell(g, quantity) for g in groups_of.get(body, ())]
            keys += [Rest(b, quantity) for b in self.behind.inside(body) if b in found]
            keys = [key for key in keys if key in self._truth]
            rest = abs(figure) - math.fsum(self._truth[key] for key in keys)
            if not self._is_whole(body, quantity, rest, abs(figure)):
                self._truth[Rest(body, quantity)] = max(rest, 0.0)
                keys.append(Rest(body, quantity))
            found[body] = tuple(keys)
        return found

    def _is_whole(self, body: str, quantity: Quantity, rest: float, figure: float) -> bool:
        """Whether everybody knows that a body's figure holds nothing beside what lies in it."""
        if self.behind.is_summed(body, quantity):
            return True
        entity_type = self.yearly.workspace.register[body].entity_type
        return entity_type in self._tiled and rest <= EXACT * figure

    @cached_property
    def _tiled(self) -> frozenset[str]:
        """Types whose bodies' figures are those of the bodies in them."""
        return frozenset(self.yearly.workspace.tiled_by)

    @cached_property
    def _truth(self) -> dict[Key, float]:
        return {}

    @cached_property
    def _cells(self) -> dict[RespondentCell, Mapping[str, float]]:
        return {}

    # --- what it costs ----------------------------------------------------------------------------

    @cached_property
    def costs(self) -> Mapping[Figure, float]:
        """What it costs to withhold each figure; see `costs.costs`.

        One of nobody's values says nothing by itself, and others follow from it by a rule all the same.
        """
        sums = [
            (p.figure, abs(p.statement.high)) for p in self.printed if not _is_earlier(p.figure)
        ]
        known = {figure for figure, _ in sums}
        for figure in self.meanings:
            if figure not in known and self._is_returned(figure):
                quantity = Quantity(figure.code, figure.year)
                sums.append((figure, abs(self.behind.figure(figure.entity_id, quantity) or 0.0)))
        return costs(sums, self.behind, self.kept.withheld)


def _by_code(figures: Iterable[Figure], entity_id: str) -> Years:
    years: dict[str, set[int]] = defaultdict(set)
    for figure in figures:
        if figure.entity_id == entity_id and not is_of_industry(figure):
            years[figure.code].add(figure.year)
    return {code: frozenset(years[code]) for code in sorted(years)}


def _is_earlier(name: Key) -> bool:
    return isinstance(name, Figure) and name.code.startswith(EARLIER)


def _is_late(key: Key) -> bool:
    return isinstance(key, RespondentCell) and LATE in _marks(key)


def _industry_of(cell: RespondentCell) -> str | None:
    """The industry that tells a cell's respondents from others of the same bodies."""
    found = (m.removeprefix(OF_INDUSTRY) for m in _marks(cell) if m.startswith(OF_INDUSTRY))
    return next(found, None)


def _wholes(cells: Iterable[RespondentCell]) -> list[tuple[RespondentCell, ...]]:
    """Cells of the same bodies that the industry table alone tells apart."""
    found: dict[tuple[Key, ...], list[RespondentCell]] = defaultdict(list)
    for cell in cells:
        bodies = (mark for mark in _marks(cell) if not mark.startswith(OF_INDUSTRY))
        found[cell.quantity, *bodies].append(cell)
    return [tuple(parts) for parts in found.values() if len(parts) > 1]


def _marks(cell: RespondentCell) -> tuple[str, ...]:
    """What a cell's respondents have in common: bodies, and marks beside them."""
    return tuple(cell.group)  # type: ignore[arg-type]
