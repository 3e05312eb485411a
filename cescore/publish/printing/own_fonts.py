"""A bureau's own fonts: files dropped into report_templates/fonts, and what each is for.

``fonts.json`` there names the roles, role -> file: ``text``, ``text-bold`` and ``title``. Every
other font file of the folder stands in for characters that the shipped fonts lack, such as rare
characters in names; of those only the ones that a page needs are opened.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cescore.definitions.entries.json_text import json_document
from cescore.errors import JsonError, PublishError, Sentence, sentences
from cescore.publish.printing.fonts import SANS, SERIF

PLACE = "fonts"  # below a workspace's report_templates
LIST = "fonts.json"
ROLES = ("text", "text-bold", "title")
FORMATS = (".ttf", ".otf")
COLLECTIONS = (".ttc", ".otc")
OWN_TEXT, OWN_TITLE, RARE = "CE Own Text", "CE Own Title", "CE Rare"
FACE = '@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{url}"); }}\n'
NAMED = re.compile(r"(@font-face\s*\{[^}]*\})|\"(CE Sans|CE Serif)\"")


@dataclass(frozen=True)
class OwnFonts:
    """The fonts of a folder: role -> file, and the files for rare characters, in order of name."""

    roles: Mapping[str, Path] = field(default_factory=dict)
    rare: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that a page may use."""
        return (*self.roles.values(), *self.rare)

    def needed_for(self, lacking: frozenset[str]) -> OwnFonts:
        """The same roles with only the files that draw one of the characters."""
        kept, left = [], {ord(c) for c in lacking}
        for path in self.rare if left else ():
            drawn = left & characters_of(path)
            if drawn:
                kept.append(path)
                left -= drawn
        return OwnFonts(self.roles, tuple(kept))

    def drawn(self) -> frozenset[int]:
        """Code points that the files for rare characters draw."""
        return frozenset[int]().union(*(characters_of(path) for path in self.rare))

    def style(self, css: str) -> str:
        """A stylesheet with these fonts before the shipped ones; rare characters after both."""
        lists = {SANS: self._family_list(SANS), SERIF: self._family_list(SERIF)}
        set_in = NAMED.sub(lambda m: m.group(1) or lists[m.group(2)], css)
        return "".join(self._faces()) + set_in

    def charts(self, html: str) -> str:
        """A page whose charts draw rare characters too; their figures stay in our own font."""
        if not self.rare:
            return html
        families = ", ".join(f"'{RARE} {n}'" for n in range(len(self.rare)))
        return html.replace(f"'{SANS}', ", f"'{SANS}', {families}, ")

    def _family_list(self, shipped: str) -> str:
        own = {SANS: ("text", OWN_TEXT), SERIF: ("title", OWN_TITLE)}[shipped]
        names = [own[1]] if own[0] in self.roles else []
        names += dict.fromkeys([shipped, SANS])
        return ", ".join(f'"{n}"' for n in [*names, *self._rare_families()])

    def _rare_families(self) -> list[str]:
        return [f"{RARE} {number}" for number in range(len(self.rare))]

    def _faces(self) -> Iterator[str]:
        for role, weight in (("text", 400), ("text-bold", 700)):
            if role in self.roles:
                url = self.roles[role].as_uri()
                yield FACE.format(family=OWN_TEXT, weight=weight, url=url)
        if "title" in self.roles:
            url = self.roles["title"].as_uri()
            yield FACE.format(family=OWN_TITLE, weight=700, url=url)
        for family, path in zip(self._rare_families(), self.rare, strict=True):
            yield FACE.format(family=family, weight=400, url=path.as_uri())


NONE = OwnFonts()


def own_fonts(templates: Path) -> OwnFonts:
    """The fonts dropped into a folder of templates; none where there is no such folder.

    Raises
    ------
    PublishError
        fonts.json is no JSON object, names an unknown role or a file that is not there, or a file
        is of a format that cannot be set; all of it at once.
    """
    folder = (templates / PLACE).resolve()
    if not folder.is_dir():
        return NONE
    inside = sorted(folder.iterdir())
    wrong: list[str] = [
        Sentence("{name} is a collection; take the face out of it, as .ttf or .otf", name=path.name)
        for path in inside
        if path.suffix.lower() in COLLECTIONS
    ]
    named = _named(folder, wrong)
    for role, path in named.items():
        if role not in ROLES:
            wrong.append(
                Sentence(
                    "{file}: no role {role!r}, expected one of {roles}",
                    file=LIST,
                    role=role,
                    roles=", ".join(ROLES),
                )
            )
        elif not path.is_file() or path.suffix.lower() not in FORMATS:
            wrong.append(
                Sentence(
                    "{file}: {role}: {name} is no .ttf or .otf file of this folder",
                    file=LIST,
                    role=role,
                    name=path.name,
                )
            )
    if ("text" in named) != ("text-bold" in named):
        wrong.append(Sentence("{file}: text and text-bold go together", file=LIST))
    files = [p for p in inside if p.suffix.lower() in FORMATS]
    rare = tuple(p for p in files if p not in named.values())
    wrong += [problem for path in files for problem in _unreadable(path)]
    if wrong:
        raise PublishError(
            Sentence(
                "{folder}: {wrong}", folder=f"{templates.name}/{PLACE}", wrong=sentences(wrong)
            )
        )
    return OwnFonts(named, rare)


def _named(folder: Path, wrong: list[str]) -> dict[str, Path]:
    path = folder / LIST
    if not path.is_file():
        return {}
    try:
        found = json_document(path.read_bytes(), LIST)
    except JsonError as error:
        wrong.append(error.message)
        return {}
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        wrong.append(Sentence("{file}: expected an object, role -> name of a file", file=LIST))
        return {}
    return {role: folder / Path(name).name for role, name in found.items()}


def _unreadable(path: Path) -> list[str]:
    try:
        characters_of(path)
    except Exception as error:  # fontTools raises whatever the bytes provoke
        return [
            Sentence("{name} cannot be read as a font: {error}", name=path.name, error=str(error))
        ]
    return []


@lru_cache(maxsize=64)
def characters_of(path: Path) -> frozenset[int]:
    """Code points that a font file draws."""
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(path.read_bytes()), lazy=True) as font:
        return frozenset(font.getBestCmap() or {})
