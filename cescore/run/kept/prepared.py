"""What one report is made from, kept so that a preview sets it anew without evaluating anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cescore.definitions.entries.json_text import json_document
from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.documents.kinds import KINDS
from cescore.run.asked import Asked
from cescore.run.files import combined, make_private
from cescore.run.inputs.hashed import Inputs, part_hashes
from cescore.run.kept.kept_answers import origin_of
from cescore.run.kept.kept_work import FOLDER, KeptWork
from cescore.run.order import Subject

if TYPE_CHECKING:
    from cescore.disclosure.documents.reading import Printable


@dataclass(frozen=True)
class Prepared:
    """A subject's bundle or document, with the hashes of its parts and the edition it is of."""

    subject: Subject
    edition: str  # the name of its folder below output/
    made_of: Mapping[str, str]
    bundle: bytes

    @classmethod
    def of(cls, subject: Subject, edition: str, printable: Printable) -> Self:
        made_of = part_hashes(subject.kind.source, printable.texts())
        return cls(subject, edition, made_of, printable.to_bytes())

    def to_text(self) -> str:
        subject = [self.subject.kind.name, self.subject.folder, self.subject.id]
        bundle = self.bundle.decode()
        fields = {"subject": subject, "edition": self.edition, "made_of": dict(self.made_of)}
        return json.dumps({**fields, "bundle": bundle})

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            The text is another, or would lead out of the folder that it is kept in.
        """
        fields = json_document(text, "")
        kind, *name = fields["subject"]
        for part in (fields["edition"], *name):
            if part in (".", "..") or Path(part).name != part:
                raise ValueError(part)
        bundle = fields["bundle"].encode()
        return cls(Subject(KINDS[kind], *name), fields["edition"], fields["made_of"], bundle)


@dataclass(frozen=True)
class KeptPrepared:
    """The kept bundle of one report below a folder, by the hash of all that bundles are made from: data
    and params, code, libraries and texts, but neither notebook nor looks.

    ``inputs``: as they are when this is opened.
    """

    folder: Path
    asked: Asked
    name: str
    inputs: Inputs
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", self._origin(self.inputs))

    def known(self) -> Prepared | None:
        """The bundle that would be made now; None where it has to be made."""
        text = self._work.known(self.origin) if self.origin else None
        try:
            return None if text is None else Prepared.from_text(text)
        except (ValueError, KeyError, TypeError):  # put there by somebody else
            return None

    def keep(self, prepared: Prepared) -> None:
        """Keep a bundle in the place of the last; not where something changed since this was opened."""
        if not self.origin or self.origin != self._origin(Inputs(self.asked.root)):
            return
        with suppress(OSError):  # the report itself says what cannot be written
            make_private(self.folder)
            make_private(self.folder / FOLDER)
            work = self._work
            work.keep(self.origin, prepared.to_text())
            work.forget_unused()

    @property
    def _work(self) -> KeptWork:
        asked = {"name": self.name, "language": self.asked.lang, "stage": self.asked.stage}
        of_report = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]
        return KeptWork(self.folder / FOLDER / of_report, "")

    def _origin(self, inputs: Inputs) -> str:
        asked = self.asked
        question = {"name": self.name, "year": f"{asked.year}", "language": asked.lang}
        places = [TEMPLATES, *([Path(inputs.templates)] if inputs.templates else [])]
        texts = {f"texts {n}": combined(_texts(inputs.tree(p))) for n, p in enumerate(places)}
        made_with = {name: inputs.shared[name] for name in ("code", "libraries")}
        return origin_of(
            asked,
            {
                **question,
                "stage": asked.stage,
                "plan": asked.plan,
                "files": combined(inputs.files()),
                **texts,
                **made_with,
            },
        )


def _texts(tree: Mapping[str, str]) -> Mapping[str, str]:
    """Those files of a folder that hold words."""
    return {name: digest for name, digest in tree.items() if name.endswith(".json")}
