"""Every file below a folder of inputs that nobody would read, with the name it probably should have.

Nothing is opened and no link is followed, so a FIFO or a device among the inputs cannot hang a run.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from cescore.errors import Problem, Sentence

DEEPEST = 8  # folders inside each other; what lies deeper is named by its folder
MOST_NAMED = 50  # strays of one folder that are named one by one
# What file managers and editors leave behind, and a word to the reader: never inputs.
NO_INPUT = (".*", "~$*", "Thumbs.db", "desktop.ini", "README", "README.*")
KINDS = (
    (stat.S_ISLNK, Sentence("a link")),
    (stat.S_ISDIR, Sentence("a folder")),
    (stat.S_ISFIFO, Sentence("a FIFO")),
    (stat.S_ISSOCK, Sentence("a socket")),
    (stat.S_ISBLK, Sentence("a device")),
    (stat.S_ISCHR, Sentence("a device")),
)
PLAIN = Sentence("a file")


@dataclass(frozen=True)
class Stray:
    """Something below a folder of inputs that is not read.

    ``kind`` is "a file", "a folder", "a link", "a FIFO", "a device" or "a socket"; ``probably`` the
    names it may have been meant for, best first, or empty where nothing is near.
    """

    path: PurePosixPath  # below the folder that was looked through
    kind: str
    probably: tuple[str, ...] = ()

    def as_problem(self, where: str) -> Problem:
        """The stray as something wrong with the folder that ``where`` names."""
        place = f"{where}/{shown(self.path)}"
        if self.kind not in (PLAIN, "a folder"):
            return Problem(place, "file", self.kind, "a plain file")
        elsewhere = Sentence("nothing here that is not read: move it out of {where}/", where=where)
        expected = (
            Sentence("the name {listed}", listed=" or ".join(self.probably))
            if self.probably
            else elsewhere
        )
        return Problem(
            place, "file", Sentence("{kind} that nothing reads", kind=self.kind), expected
        )


def kind_of(path: Path) -> str:
    """What stands at a path, without following a link: "a file" or one of the kinds of `Stray`.

    Raises
    ------
    OSError
        Nothing stands there, or it may not be looked at.
    """
    mode = path.lstat().st_mode
    return next((word for is_kind, word in KINDS if is_kind(mode)), PLAIN)


def strays(root: Path, expected: Sequence[str]) -> list[Stray]:
    """What lies below ``root`` and fits none of the expected names, in the order of names.

    Parameters
    ----------
    expected
        Names below ``root`` as glob patterns, a segment at a time: ``runs/[0-9]*.yml``. A last
        segment ``**`` takes a folder with all that is in it. A folder is expected if a pattern
        leads into it. Upper and lower case differ, as they do for whoever reads the files.
    """
    patterns = [tuple(pattern.split("/")) for pattern in expected]
    return list(_below(root, (), patterns)) if root.is_dir() else []


def shown(path: PurePosixPath) -> str:
    """A path in characters that every terminal and file can hold."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _below(
    root: Path, parts: tuple[str, ...], patterns: Sequence[tuple[str, ...]]
) -> Iterator[Stray]:
    named = 0
    names = sorted(os.listdir(root.joinpath(*parts)))
    for name in names:
        path = (*parts, name)
        if any(fnmatchcase(name, pattern) for pattern in NO_INPUT):
            continue
        kind = kind_of(root.joinpath(*path))
        if kind == "a folder" and _leads_on(path, patterns):
            yield from _below(root, path, patterns)
        elif kind != PLAIN or not _is_expected(path, patterns):
            named += 1
            if named <= MOST_NAMED:
                yield from _named(root, path, kind, patterns)
    if named > MOST_NAMED:
        more = f"{'/'.join(parts)}/… ({named - MOST_NAMED} more)".lstrip("/")
        yield Stray(PurePosixPath(more), PLAIN)


def _named(
    root: Path, path: tuple[str, ...], kind: str, patterns: Sequence[tuple[str, ...]]
) -> Iterator[Stray]:
    """A stray, or the files inside of one that is a folder: each may have a name of its own."""
    if kind == "a folder" and len(path) < DEEPEST:
        inside = [one for one in _below(root, path, patterns) if one.kind != "a folder"]
        near = [one for one in inside if one.probably or one.kind != PLAIN]
        if near:
            yield from inside
            return
    yield Stray(PurePosixPath(*path), kind, _probably(path, kind, patterns))


def _is_expected(path: tuple[str, ...], patterns: Sequence[tuple[str, ...]]) -> bool:
    """Whether a pattern names a path, or takes all that is in a folder above it."""
    return any(
        len(path) >= len(pattern) and _fits(path, pattern[:-1])
        if pattern[-1] == "**"
        else len(path) == len(pattern) and _fits(path, pattern)
        for pattern in patterns
    )


def _leads_on(path: tuple[str, ...], patterns: Sequence[tuple[str, ...]]) -> bool:
    """Whether a pattern names something inside a folder."""
    return any(
        (pattern[-1] == "**" or len(pattern) > len(path)) and _fits(path, pattern)
        for pattern in patterns
    )


def _fits(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether path and pattern agree as far as both go."""
    return all(
        part == "**" or fnmatchcase(name, part) for name, part in zip(path, pattern, strict=False)
    )


def _probably(
    path: tuple[str, ...], kind: str, patterns: Sequence[tuple[str, ...]]
) -> tuple[str, ...]:
    """The expected names nearest to a path, at most three; several only if equally near."""
    if kind not in (PLAIN, "a folder"):
        return ()
    if kind == PLAIN and _leads_on(path, patterns):
        return (f"{path[-1]}/ (a folder)",)
    if kind == PLAIN:
        meant = [_filled(path, pattern) for pattern in patterns if pattern[-1] != "**"]
    else:
        meant = [_filled(path, pattern[:-1]) for pattern in patterns if len(pattern) > 1]
    near = {name: _nearness(path, name) for name in meant if name is not None}
    best = max(near.values(), default=0.0)
    return tuple(n for n, score in near.items() if best >= 0.75 and score >= best - 0.01)[:3]


def _filled(path: tuple[str, ...], pattern: tuple[str, ...]) -> str | None:
    """A pattern with the path's own words where it leaves them open; None where they cannot stand."""
    own = PurePosixPath(path[-1])
    words: list[str] = []
    for position, segment in enumerate(pattern):
        is_last = position == len(pattern) - 1
        if not re.search(r"[*?\[]", segment):
            words.append(segment)
            continue
        ending = segment.rpartition(".")[2] if is_last and "." in segment else ""
        given = own.stem if is_last else (path[position] if position < len(path) - 1 else "")
        filled = f"{_clean(given)}.{ending}" if ending else _clean(given)
        if not given or not fnmatchcase(filled, segment):
            return None
        if is_last and own.suffix and not _same_kind(_folded(own.suffix[1:]), ending):
            return None
        words.append(filled)
    return "/".join(words)


def _clean(word: str) -> str:
    """A word without what people add to a name: brackets of copies, 年, blanks, another width."""
    plain = unicodedata.normalize("NFKC", word).strip()
    plain = re.sub(r"\s*(\(\d+\)|- ?(副本|copy)( \d+)?)$", "", plain, flags=re.IGNORECASE)
    return re.sub(r"^(\d{4})年?度?$", r"\1", plain)


def _same_kind(ending: str, expected: str) -> bool:
    """Whether two endings are of one kind of file, so that the one may be a slip for the other."""
    kinds = ({"yml", "yaml"}, {"csv", "tsv", "txt", "xlsx", "xls", "et"}, {"parquet", "pq"})
    return ending == expected or any({ending, expected} <= kind for kind in kinds)


def _nearness(path: tuple[str, ...], name: str) -> float:
    """How near an expected name is: the last segment counts, then the folders before it."""
    *folders, last = name.split("/")
    own, wanted = _stem(_clean_name(path[-1])), _stem(_folded(last))
    here = difflib.SequenceMatcher(None, own, wanted).ratio()
    above = "/".join(_folded(_clean(part)) for part in path[:-1])
    before = difflib.SequenceMatcher(None, above, _folded("/".join(folders))).ratio()
    return here if here < 0.75 else here + 0.2 * before if folders or above else here + 0.2


def _clean_name(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return _folded(f"{_clean(stem)}{dot}{ending}") if dot else _folded(_clean(name))


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
