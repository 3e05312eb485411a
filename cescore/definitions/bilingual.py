"""Names in two languages: each stands in for the other, so that none is lost on a page."""

from __future__ import annotations

from typing import Protocol


def name_in(lang: str, zh: str, en: str) -> str:
    """The name in a language, or where there is none in the other; "" without either.

    Examples
    --------
    >>> name_in("en", "东丰县", "Dongfeng"), name_in("en", "东丰县", "")
    ('Dongfeng', '东丰县')
    """
    return (zh or en) if lang == "zh" else (en or zh)


class InTwoLanguages(Protocol):
    """What has a Chinese and an English name, one of them perhaps empty."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


class Bilingual:
    """Gives a class with the fields ``zh`` and ``en`` its name in a language.

    It has no fields of its own: those of a line keep the order in which a file holds them.
    """

    __slots__ = ()

    def name(self: InTwoLanguages, lang: str) -> str:
        """See `name_in`."""
        return name_in(lang, self.zh, self.en)
