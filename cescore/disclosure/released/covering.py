"""What a report says of a withheld figure elsewhere than in its tables: findings, peers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from cescore.disclosure.documents.bundle import PeerTable
from cescore.disclosure.ledger.ledger import Years

CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LOOKS_BACK = frozenset({"lag", "base"})  # of formulas: how far is for their numbers to say
MOST_YEARS_BACK = 50


def codes_in(variable: str, texts: Iterable[str]) -> set[str]:
    """The codes, and functions of formulas, that a finding about a variable names."""
    return {variable, *(code for text in texts for code in CODE.findall(text))}


def years_in(codes: Collection[str], year: int) -> range:
    """The years of which a finding about a year may tell: the year before too, and any before that
    where its formula looks further back."""
    back = 1 if LOOKS_BACK.isdisjoint(codes) else MOST_YEARS_BACK
    return range(year - back, year + 1)


@dataclass(frozen=True)
class Cover:
    """Takes withheld figures out of what is said of them; ``hidden``: code -> years."""

    hidden: Years
    year: int

    def hides_what_is_said(self, variable: str, texts: Iterable[str], year: int | None) -> bool:
        """Whether a finding about a variable, with these texts, tells of a withheld figure."""
        codes = codes_in(variable, texts)
        return self.hides(codes, years_in(codes, self.year if year is None else year))

    def peers(self, table: PeerTable | None) -> PeerTable | None:
        """The comparison without the place of a withheld figure among others."""
        if table is None:
            return None
        figures = tuple(
            replace(f, quartile_band=None, rank=None, standing="")
            if self.hides((f.code,), (self.year,))
            else f
            for f in table.figures
        )
        return table.model_copy(update={"figures": figures})

    def hides(self, codes: Iterable[str], years: Iterable[int]) -> bool:
        """Whether a figure of one of the codes is withheld in one of the years."""
        asked = set(years)
        return any(self.hidden.get(code, frozenset()) & asked for code in codes)
