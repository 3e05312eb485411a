"""Every edition of a workspace proved, or one: files, kept inputs, statement, register, anchors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cescore.errors import RunError, Sentence
from cescore.release.editions import RELEASE, SIGNED, EditionFolder
from cescore.release.pdf_signatures import certificates
from cescore.release.register import MAKES, RegisterEntry, ReleaseRegister
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.signatures_kept import signed_problems
from cescore.release.verification import Verification
from cescore.release.verifying import edition_problems, published_problems, register_problems


def verify_editions(
    root: Path, name: str = "", anchors: str | None = None, trusted: tuple[Path, ...] = ()
) -> Verification:
    """All editions in ``release/`` of a workspace, or the one of a name such as 2025/3-final.

    Raises
    ------
    RunError
        There is no such edition, or none at all.
    PublishError
        A file of ``trusted`` is no certificate.
    """
    certificates(trusted)  # read here, so that a wrong file is an error where nothing is signed too
    register = ReleaseRegister.read(root / RELEASE)
    wanted = _wanted(register, name)
    facts, problems = list[ReleaseRemark](), list(register_problems(register, anchors))
    problems += published_problems(register)
    for entry in wanted:
        folder = EditionFolder(register.folder / entry.edition)
        found = list(edition_problems(folder, entry))
        problems += [_in(entry.edition, one) for one in found]
        if not found:
            n = len(folder.manifest["files"])
            facts.append(remark("sound", edition=entry.edition, n=n, manifest=entry.manifest))
            facts.append(_state(register, entry))
        signed = register.has(entry.edition, "signed")
        against = list(signed_problems(folder, signed, trusted))
        problems += [_in(f"{entry.edition}{SIGNED}", one) for one in against]
        if signed is not None and not against:
            who = signed.signed.who
            facts.append(remark("signatures_sound", edition=entry.edition, who=who))
    return Verification(tuple(facts), tuple(problems))


def _wanted(register: ReleaseRegister, name: str) -> tuple[RegisterEntry, ...]:
    made = tuple(e for e in register.entries if e.step in MAKES)
    chosen = tuple(e for e in made if e.edition == name.strip("/")) if name else made
    if not made and not name and not register.problems:
        raise RunError(
            Sentence(
                "{folder}: there is no edition yet; build.py release makes one",
                folder=register.folder,
            )
        )
    if not chosen and not (register.problems and not name):
        known = ", ".join(e.edition for e in made) or "none"
        raise RunError(
            Sentence(
                "{folder}: no edition {name!r}; there are: {known}",
                folder=register.folder,
                name=name,
                known=known,
            )
        )
    return chosen


def _state(register: ReleaseRegister, entry: RegisterEntry) -> ReleaseRemark:
    state = register.state(entry)
    return remark(
        f"is_{state}", edition=entry.edition, who=entry.signed.who, date=entry.signed.date
    )


def _in(edition: str, one: ReleaseRemark) -> ReleaseRemark:
    """A remark on a file, with the edition that the file is in."""
    values = dict(one.values)
    if "file" in values:
        values["file"] = f"{edition}/{values['file']}"
    return replace(one, values=tuple(values.items()))
