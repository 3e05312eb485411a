"""An edition made again from its own kept inputs, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cescore.disclosure.documents.standing import Issue, Moved, QualityLog, ReportStanding
from cescore.errors import RunError, Sentence
from cescore.intake.sources.databases import as_kept
from cescore.release.editions import BUREAU, RELEASE, EditionFolder
from cescore.release.kept import lay_out
from cescore.release.provenance import changes, code_changes, code_state, packages
from cescore.release.register import ReleaseRegister
from cescore.release.releasing import lay_out as lay_out_trees
from cescore.release.remarks import ReleaseRemark, remark
from cescore.release.verification import Verification
from cescore.release.verifying import edition_problems
from cescore.run.asked import Asked
from cescore.run.building.annual import AnnualEdition
from cescore.run.building.build import build_edition
from cescore.run.inputs.hashed import Inputs
from cescore.run.tree.manifest import Before

if TYPE_CHECKING:
    from rich.console import Console

    from cescore.run.processes.executor import Executor

TREES = ("bureau/", "public/", "respondent/")  # what is made from inputs


def remake_edition(
    root: Path, name: str, out: Path, opening: Callable[[], Executor], console: Console
) -> Verification:
    """Make an edition again in ``out`` and compare it with the one that was released.

    Raises
    ------
    RunError
        There is no such edition, it is damaged, or ``out`` is not empty.
    """
    register = ReleaseRegister.read(root / RELEASE)
    entry, name = register.find(name.strip("/")), name.strip("/")
    if entry is None:
        raise RunError(Sentence("{folder}: no edition {name!r}", folder=register.folder, name=name))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(
            Sentence("{out} is not empty: an edition is made again in a folder of its own", out=out)
        )
    folder = EditionFolder(register.folder / name)
    damaged = list(edition_problems(folder, entry))
    if any(one.code in ("no_manifest", "manifest_altered", "kept_lost") for one in damaged):
        return Verification((), tuple(damaged))
    differs = [remark("other_code", what=what) for what in _environment(folder.manifest)]
    with TemporaryDirectory() as temporary:
        workspace = Path(temporary) / "workspace"
        lay_out(folder.path, folder.manifest["inputs"], workspace)
        with as_kept():
            status = _build(workspace, folder.manifest, out, opening, console)
    if status:
        return Verification(tuple(differs), (remark("not_built", what=str(out)),))
    problems = list(_compared(folder, out))
    same = sum(file.startswith(TREES) for file in folder.manifest["files"]) - len(problems)
    facts = (*differs, remark("remade", edition=name, n=same, folder=str(out)))
    return Verification(facts, tuple(problems))


def _build(
    root: Path,
    manifest: Mapping[str, Any],
    out: Path,
    opening: Callable[[], Executor],
    console: Console,
) -> int:
    about = manifest["edition"]
    issue = _issue(manifest["issue"])
    asked = Asked(
        root,
        about["year"],
        lang=about["language"],
        folder=out / BUREAU,
        issue=issue,
        progress="quiet",
    )
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(opening()) as executor:
        before = Before.of(Inputs(root))
        edition = AnnualEdition.open(asked)
        status = build_edition(edition, before, executor, console)
    if not status:
        lay_out_trees(edition, out)
    return status


def _issue(kept: Mapping[str, Any] | None) -> Issue | None:
    """The standing that the pages had, as the manifest keeps it."""
    if kept is None:
        return None
    moved = {
        name: tuple(Moved.model_validate(one) for one in lines)
        for name, lines in kept["moved"].items()
    }
    quality = None if kept["quality"] is None else QualityLog.model_validate(kept["quality"])
    return Issue(ReportStanding.model_validate(kept["standing"]), moved, quality)


def _environment(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What of code and packages is not as it was: equal bytes cannot be expected then."""
    yield from code_changes(manifest["code"], code_state())
    yield from changes(manifest["packages"], packages())


def _compared(folder: EditionFolder, out: Path) -> Iterator[ReleaseRemark]:
    """Where a file that was made again differs from the one that was released."""
    listed = {f for f in folder.manifest["files"] if f.startswith(TREES)}
    made = {name for name, _ in EditionFolder(out).files()}
    yield from (remark("not_remade", file=file) for file in sorted(listed - made))
    yield from (remark("only_remade", file=file) for file in sorted(made - listed))
    for file in sorted(listed & made):
        place = first_difference((folder.path / file).read_bytes(), (out / file).read_bytes())
        if place is not None:
            yield remark("differs", file=file, place=place)


def first_difference(one: bytes, other: bytes) -> int | None:
    """Where two files first differ, counted from 0; None where they are the same.

    Examples
    --------
    >>> (
    ...     first_difference(b"abc", b"abd"),
    ...     first_difference(b"ab", b"abc"),
    ...     first_difference(b"", b""),
    ... )
    (2, 2, None)
    """
    if one == other:
        return None
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
