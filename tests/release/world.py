"""Two towns and the libraries in them: the first town is public, the second a single library's.

Reports are made by a stand-in that writes the figures of the bundle and a small real PDF.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console

from cescore.definitions.shipped import REPOSITORY
from cescore.disclosure.documents.kinds import RESULT_NAME
from cescore.disclosure.documents.reading import kind_of, read_printable
from cescore.disclosure.documents.result_file import result_json
from cescore.publish.printing.seal import sealed
from cescore.release.refusals import ReleaseProposal
from cescore.release.register import RegisterEntry, ReleaseRegister
from cescore.release.releasing import Releasing, StepTaken, run_name
from cescore.release.sign_off import read_sign_off
from cescore.run.asked import Asked
from cescore.run.commands.protecting import protect
from cescore.run.job import BUNDLE_NAME, PAGES_NAME, Job, Outcome

FORMATS = REPOSITORY / "docs" / "formats.md"
PUBLIC_TYPES = "public_types: [town]\n"
NOON = "2024-09-30T12:00+08:00"
REGISTER = """entity_id,entity_type,name_en,parent_id
T1,town,Upper Town,
T2,town,Lower Town,
L1,library,North Library,T1
L2,library,South Library,T1
L3,library,East Library,T1
L4,library,West Library,T1
L5,library,Hill Library,T1
S1,library,Sole Library,T2
"""
LOANS = {"T1": 45_000, "T2": 7_310, "L1": 9_000, "L2": 8_811, "L3": 9_127, "L4": 8_953,
         "L5": 9_109, "S1": 7_313}  # fmt: skip


def write_workspace(root: Path) -> None:
    """The libraries of docs/formats.md with two towns around them."""
    for path, text in _of_formats():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    town = "extends: library\nindex: {code: TOWN, en: Town circularity index}\n"
    (root / "params/frameworks/town.yml").write_text(town, encoding="utf-8")
    (root / "params/disclosure.yml").write_text(PUBLIC_TYPES, encoding="utf-8")
    (root / "params/runs").mkdir()
    (root / "params/runs/2024.yml").write_text("issuer: {en: Bureau}\n", encoding="utf-8")
    (root / "data/entities.csv").write_text(REGISTER, encoding="utf-8")
    write_returns(root)


def write_returns(root: Path, **changed: int) -> None:
    """What was returned; keywords replace the loans of an entity."""
    lines = ["entity_id,year,variable,value"]
    for id_, loans in {**LOANS, **changed}.items():
        figures = {"loans": loans, "books_repaired": 30, "books_damaged": 40, "electricity": 50,
                   "heat": 120}  # fmt: skip
        lines += [f"{id_},2024,{code},{value}" for code, value in figures.items()]
    (root / "data/2024/observations.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _of_formats() -> Iterator[tuple[str, str]]:
    text = FORMATS.read_text(encoding="utf-8")
    blocks = re.findall(r'```\w+ title="((?:params|data)/[^"]+)"\n(.*?)```', text, re.DOTALL)
    yield from blocks


class Printer:
    """Makes each report where it is asked to: real figures, a page in one line."""

    note = ""

    def run(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        for job in jobs:
            record = make_report(Path(job.work), job.lang)
            yield Outcome(job.entity_id, job.entity_type, "built", record=record)

    def close(self) -> None:
        """Nothing is at work."""


def make_report(work: Path, lang: str) -> dict[str, object]:
    """All files of a report's kind, made of its bundle alone."""
    data, digest = read_printable(work / BUNDLE_NAME)
    kind, pages = kind_of(data), work / PAGES_NAME
    said = f"{data.report_number} {data.release_stage} {lang} {data.standing}"
    trailer = f"{said} /ID [(0123456789abcdef) ({'0' * 32})]\n%%EOF\n"
    files = {
        kind.pdf: sealed(b"%PDF-1.7\n" + trailer.encode()),
        kind.html: f"<p>{said}</p>".encode(),
        kind.executed: said.encode(),
    }
    if kind.has_result:
        files[RESULT_NAME] = json.dumps(result_json(data, digest)).encode()  # type: ignore[arg-type]
    for name, raw in files.items():
        (pages / name).write_bytes(raw)
    hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    return {"pages": 1, "index": None, "outputs": hashes, "warnings": []}


@dataclass
class World:
    """A workspace and the way through its releases."""

    root: Path
    lang: str = "en"
    said: Console = field(default_factory=lambda: Console(file=io.StringIO(), width=300))

    @property
    def register(self) -> ReleaseRegister:
        return ReleaseRegister.read(self.root / "release")

    def folder(self, edition: str) -> Path:
        return self.root / "release" / edition

    def take(self, step: str, sign_off: Path | None = None, now: str = NOON) -> StepTaken:
        """Take a step, as the command does; `protect` before a draft, as a bureau does."""
        if step == "draft":
            protect(self.root, None, self.lang, self.said)
        proposal = self.proposal(step, sign_off, now)
        return Releasing(self._asked, proposal, Printer, self.said).take()

    def proposal(self, step: str, sign_off: Path | None = None, now: str = NOON) -> ReleaseProposal:
        """What somebody wants to do, before anything is done."""
        return ReleaseProposal(
            step=step,  # type: ignore[arg-type]
            run=run_name(self._asked),
            register=self.register,
            now=datetime.fromisoformat(now),
            signed=None if sign_off is None else read_sign_off(sign_off),
            lang=self.lang,
        )

    @property
    def _asked(self) -> Asked:
        return Asked(self.root, lang=self.lang, progress="quiet")

    def sign(self, entry: RegisterEntry | None, more: str = "answers: []", **changes: str) -> Path:
        """A filled-in sign-off of an edition."""
        assert entry is not None
        fields = {"manifest": entry.manifest, "who": "Li Ming", "role": "deputy director",
                  "date": "2024-09-30", **changes}  # fmt: skip
        text = "".join(f"{key}: {value}\n" for key, value in fields.items()) + more + "\n"
        number = len(list(self.root.glob("sign-off-*.yml")))
        path = self.root / f"sign-off-{number}.yml"
        path.write_text(text, encoding="utf-8")
        return path

    def answers(self, made: StepTaken) -> str:
        """An answer to every finding that the form of an edition lists."""
        form = made.sign_off.read_text("utf-8") if made.sign_off is not None else ""
        ids = re.findall(r"^  #   ([0-9a-f]{10})  ", form, re.MULTILINE)
        return f"answers: [{{findings: [{', '.join(ids)}], answer: looked into}}]"

    def final(self) -> RegisterEntry:
        """An edition that is final."""
        draft = self.take("draft")
        reviewed = self.take("reviewed", self.sign(draft.entry, self.answers(draft)))
        made = self.take("final", self.sign(reviewed.entry, self.answers(reviewed)))
        assert made.entry is not None, [one.said("en") for one in made.against]
        return made.entry
