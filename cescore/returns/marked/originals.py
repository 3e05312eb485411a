"""The received files of the submissions that count, for copies of them to be sent back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cescore.errors import Sentence
from cescore.intake.sources.plain_files import is_plain_file
from cescore.returns.collecting.kept import KeptReturns, digest, kept_name
from cescore.returns.collecting.reading import SHORT
from cescore.returns.collecting.submissions import Submission


@dataclass(frozen=True)
class Original:
    """A received file: what it was called, where it is kept, and what it held."""

    file: str
    path: Path
    sha256: str

    def fault(self) -> str:
        """Why it cannot be used; "" where it is there as it was received."""
        if not is_plain_file(self.path):
            return Sentence(
                "{path}: not there any more, collect {file} again", path=self.path, file=self.file
            )
        is_same = digest(self.path.read_bytes()) == self.sha256
        altered = Sentence("{path}: altered since it was received", path=self.path)
        return "" if is_same else altered


@dataclass(frozen=True)
class Originals:
    """The submissions that count in a year: each file by its name, and each entity's."""

    kept: KeptReturns

    @cached_property
    def _counting(self) -> tuple[Submission, ...]:
        return tuple(one for mine in self.kept.record().counting().values() for one in mine)

    @cached_property
    def file_of(self) -> Mapping[str, str]:
        """Entity -> the file that its return is."""
        return {one.entity_id: one.file for one in self._counting}

    @cached_property
    def entities_in(self) -> Mapping[str, frozenset[str]]:
        """File -> all whose return it is, or holds."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self._counting:
            found[one.file].add(one.entity_id)
        return {file: frozenset(entities) for file, entities in found.items()}

    @cached_property
    def by_file(self) -> Mapping[str, Original]:
        """The files, by the names that addresses give them."""
        folder = self.kept.folder
        return {
            one.file: Original(
                one.file, folder / one.sha256[:SHORT] / kept_name(one.file), one.sha256
            )
            for one in self._counting
        }
