"""Codes that variables, accounts and indicators had before: data and results under them are read as theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cescore.definitions.entries.reading import Reading
from cescore.definitions.frameworks.layout import Draft
from cescore.definitions.frameworks.names import Names
from cescore.definitions.model import Account, Variable
from cescore.errors import Sentence

FREE = Sentence("a code that nothing has any more")


def check_former_codes(names: Names, drafts: Mapping[str, Draft]) -> None:
    """A former code is in use nowhere and belongs to one successor, or nobody could tell whose it is."""
    quantities: dict[str, Variable | Account] = {**names.variables, **names.accounts}
    claims = [(code, q.formerly, names.places[code]) for code, q in quantities.items()]
    _check(claims, {code: at.node.where for code, at in names.places.items()})
    for draft in drafts.values():
        places = {**names.places, **draft.group_places, **draft.indicator_places}
        own = [(c, i.formerly, draft.indicator_places[c]) for c, i in draft.indicators.items()]
        _check(own, {code: at.node.where for code, at in places.items()})


def _check(
    claims: Iterable[tuple[str, tuple[str, ...], Reading]], taken: Mapping[str, str]
) -> None:
    owner = dict(taken)
    for code, formerly, at in claims:
        for old in formerly:
            if old in owner:
                at.refuse(
                    Sentence("{old!r} is taken at {owner}", old=old, owner=owner[old]),
                    FREE,
                    "formerly",
                )
            owner.setdefault(old, Sentence("formerly of {code}", code=code))
