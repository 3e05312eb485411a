"""What released figures give away together: one system of statements, audited part by part."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cescore.disclosure.ledger.equations import Balance, Equations, Follows
from cescore.disclosure.ledger.held_by_each import OfEach
from cescore.disclosure.ledger.industries import OF_INDUSTRY, is_of_industry
from cescore.disclosure.ledger.printed_sums import PrintedSum, is_earlier, is_implied
from cescore.disclosure.ledger.proven import verdict_of
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.ledger.unknowns import Unknowns, marks_of
from cescore.method.disclosure.inference import NOISE, Key, Statement, System, connected
from cescore.method.disclosure.knowledge import RespondentCell
from cescore.method.disclosure.protection import Breach, Protection, Subject
from cescore.method.disclosure.withholding import Proofs

if TYPE_CHECKING:
    from cescore.definitions.model import Disclosure

Unprinted = Follows | Balance | OfEach  # what is in no print, and known all the same


class SystemPart(NamedTuple):
    """Connected statements: printed sums by their places, figures that follow from others, and what
    rules say of several withheld ones."""

    numbers: frozenset[int]
    following: frozenset[Follows] = frozenset()
    balances: frozenset[Balance | OfEach] = frozenset()


@dataclass(frozen=True, eq=False)
class SystemAudit:
    """Statements that nothing connects with any other, whatever is withheld of them.

    Attributes
    ----------
    printed
        The sums that figures give away.
    equations
        What ties figures together.
    held_by_each
        What rules say of the respondents in the same sums.
    returned
        Variables as returned that equations are about.
    unprinted
        What equations are about and no page prints.
    costs
        What it costs to withhold each figure.
    """

    printed: Sequence[PrintedSum]
    equations: Equations
    held_by_each: Mapping[Unprinted, Statement]
    returned: frozenset[Figure]
    unprinted: frozenset[Figure]
    unknowns: Unknowns
    rules: Disclosure
    costs: Mapping[Figure, float]
    _breaches: dict[SystemPart, list[Breach]] = field(default_factory=dict, init=False)

    @cached_property
    def figures(self) -> frozenset[Figure]:
        """The figures that may be withheld, or are looked at."""
        return self.returned.union(printed.figure for printed in self.printed)

    def proofs(
        self, withheld: frozenset[Figure] = frozenset(), proven: Collection[str] = ()
    ) -> Proofs[Any]:
        """Sets of released figures that give a respondent's value away, each by itself; ``proven`` as
        in `breaches`."""
        proofs = (breach.proof for breach in self.breaches(withheld, proven))
        return list({frozenset(p for p in proof if not is_earlier(p)): None for proof in proofs})

    def breaches(
        self, withheld: frozenset[Figure] = frozenset(), proven: Collection[str] = ()
    ) -> list[Breach]:
        """Whose value could be inferred too closely, by whom and from what, were all else released.

        ``proven``: parts that an audit proved safe (`proven.verdict_of`), which are not asked again.
        """
        found: list[Breach] = []
        for part in self.parts(withheld):
            if part not in self._breaches:
                protection = self.protection(part)
                if proven and verdict_of(protection) in proven:
                    continue
                self._breaches[part] = self._audited(protection, withheld)
            found += self._breaches[part]
        return found

    def known_since(
        self, withheld: frozenset[Figure], taken_back: Collection[Figure]
    ) -> list[Breach]:
        """What whoever kept an earlier edition infers too closely: of figures withheld now it has those
        that were taken back, and sums over other respondents."""
        known = self.figures.intersection(taken_back)
        if not known and not any(is_earlier(p.figure) for p in self.printed):
            return []
        parts = self.parts(withheld - known)
        return [breach for part in parts for breach in self.protection(part).every_breach()]

    def verdicts(self, withheld: frozenset[Figure]) -> Iterator[str]:
        """The parts that are safe once some figures are withheld, by `proven.verdict_of`."""
        self.breaches(withheld)
        for part in self.parts(withheld):
            if not self._breaches[part]:
                yield verdict_of(self.protection(part))

    def _audited(self, protection: Protection, withheld: frozenset[Figure]) -> list[Breach]:
        """What one system gives away. To withhold more tells less: what was safe when less was withheld
        is not asked for again. What an earlier edition's sum gives away by itself never goes, and so
        puts off nothing that follows from several."""
        known, subjects = self._safe_under, set(protection.subjects)
        safe = {one for one in subjects if one in known and known[one] <= withheld}
        protection = replace(protection, safe=safe)
        found = protection.breaches(_is_out)
        if all(map(_is_out, protection.alone)):
            unsafe = {breach.subject for breach in found}
            known |= dict.fromkeys(subjects - safe - unsafe, withheld)
        return found

    @cached_property
    def _safe_under(self) -> dict[Subject, frozenset[Figure]]:
        """What is asked for -> figures of which it was enough to withhold these for it to be safe."""
        return {}

    def parts(self, withheld: frozenset[Figure]) -> Iterator[SystemPart]:
        """The released sums that are connected; what follows from a body's released quantities one
        by one adds nothing, and is left out."""
        released = {p.figure for p in self.printed} - withheld
        kept = [
            i
            for i, p in enumerate(self.printed)
            if p.figure in released and not is_implied(p, released)
        ]
        follows = self._following(withheld, released)
        names: tuple[Unprinted, ...] = (*follows, *self._balances_of(withheld, follows))
        others = {
            name: statement for name in names if (statement := self._unprinted(name)) is not None
        }
        others |= self.held_by_each
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
        yield from (one.name for one in self.equations.open(hidden, known))

    def _unprinted(self, name: Unprinted) -> Statement | None:
        """The statement of what is not printed and is known all the same; None: of nobody."""
        if isinstance(name, OfEach):
            return self.held_by_each[name]
        return self._follows(name) if isinstance(name, Follows) else self._balance(name)

    @lru_cache(maxsize=65536)  # noqa: B019 - lives as long as its run
    def _balance(self, name: Balance) -> Statement | None:
        """A rule over figures that are not all known, as a statement about respondents."""
        terms: dict[Key, float] = defaultdict(float)
        for figure, coefficient in name.coefficients:
            for key in self.unknowns.keys_of(figure):
                terms[key] += coefficient
        terms = {key: c for key, c in terms.items() if c}
        if not terms:
            return None
        off = math.fsum(c * self.unknowns.truth[key] for key, c in terms.items())
        noise = NOISE * math.fsum(abs(c * self.unknowns.truth[key]) for key, c in terms.items())
        if name.ends is not None:
            return _between(name, terms, off, noise)
        width = abs(off) + noise
        return Statement(name, terms, off - width, off + width, sources=frozenset())

    def _following(
        self, withheld: frozenset[Figure], released: Collection[Figure]
    ) -> tuple[Follows, ...]:
        """Returned figures and totals that are withheld and follow from released ones."""
        hidden = self._hidden(withheld)
        return self.equations.following(hidden, {*released, *(self.returned - hidden)})

    def _hidden(self, withheld: frozenset[Figure]) -> set[Figure]:
        """What equations may be solved for: returned figures and totals that no page prints."""
        return {f for f in withheld if is_of_industry(f) or f in self.returned} | self.unprinted

    def _follows(self, follows: Follows) -> Statement | None:
        """The statement that a figure makes which is not printed and follows all the same."""
        terms: dict[Key, float] = dict.fromkeys(self.unknowns.keys_of(follows.figure), 1.0)
        if not terms:
            return None
        value = math.fsum(self.unknowns.truth[key] for key in terms)
        off = max(follows.off, NOISE * value)
        return Statement(follows, terms, value - off, value + off, follows.sources)

    def protection(self, part: SystemPart) -> Protection:
        """The system of some connected statements, with the respondents behind them."""
        statements = [self.printed[i].statement for i in sorted(part.numbers)]
        others: list[Unprinted] = sorted((*part.following, *part.balances), key=in_words)
        statements += [s for s in map(self._unprinted, others) if s is not None]
        keys = dict.fromkeys(key for s in statements for key in s.terms)
        truth = {key: self.unknowns.truth[key] for key in keys}
        cells = {k: self.unknowns.cells[k] for k in keys if isinstance(k, RespondentCell)}
        system = System(dict.fromkeys(keys, 0.0), statements, truth)
        return Protection(system, cells, self.rules, _wholes(cells), costs=self.costs)


def in_words(name: Unprinted) -> str:
    """What a statement is about, in the same words every time: a set's own text goes by its hashes."""
    if isinstance(name, Follows):
        return f"Follows {name.figure} {sorted(name.sources)} {name.off!r}"
    return str(name)


def _between(
    name: Balance, terms: Mapping[Key, float], value: float, noise: float
) -> Statement | None:
    """What limits of a sum say of what it adds up, none of which is less than 0; None where all of it is
    so anyway, or does not hold of magnitudes."""
    assert name.ends is not None
    low, high = name.ends
    is_told = min(terms.values()) < 0 or low > 0 or high < math.inf
    is_told &= max(terms.values()) > 0 or high < 0 or low > -math.inf
    if not (is_told and low - noise <= value <= high + noise):
        return None
    return Statement(name, terms, low - noise, high + noise, sources=frozenset())


def _is_out(breach: Breach) -> bool:
    """Whether earlier editions alone prove a breach, by a value that was revised since: nothing that is
    withheld now takes that back."""
    return bool(breach.proof) and all(map(is_earlier, breach.proof))


def _wholes(cells: Iterable[RespondentCell]) -> list[tuple[RespondentCell, ...]]:
    """Cells of the same bodies that the industry table alone tells apart."""
    found: dict[tuple[Key, ...], list[RespondentCell]] = defaultdict(list)
    for cell in cells:
        bodies = (mark for mark in marks_of(cell) if not mark.startswith(OF_INDUSTRY))
        found[cell.quantity, *bodies].append(cell)
    return [tuple(parts) for parts in found.values() if len(parts) > 1]
