"""Opens what a notebook prints: the file the build hands over, or the same made here from the workspace.

Without a file the workspace at ``root``, or the nearest one at or above the working directory, is
evaluated and passes the same gate; this takes as long as reading the data does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cescore.desk.around import workspace_root
from cescore.desk.showing import dress_notebook
from cescore.disclosure.documents.bundle import Bundle
from cescore.disclosure.documents.opened import OpenBundle, OpenDocument
from cescore.disclosure.documents.other_documents import MethodBook, UnitSheet
from cescore.disclosure.documents.plan_documents import PlanDocument, PlanOverview, Review
from cescore.disclosure.documents.reading import Printable, read_printable
from cescore.errors import DataError, Sentence

# What makes a bundle or document anew (YAML, units, the evaluation) is imported where it is needed:
# a report made from a file needs nothing of it.

PrintableT = TypeVar("PrintableT", bound=Printable)


def open_bundle(
    entity_id: str, year: int, bundle_path: str = "", lang: str = "zh", *, root: str = ""
) -> OpenBundle:
    """The bundle of an entity and year.

    Raises
    ------
    DataError
        The file is another entity's or year's; or no workspace is found.
    """

    if not bundle_path:
        return _from_workspace(entity_id, year, lang, root)
    data, file_hash = _read_file(Bundle, bundle_path)
    _refuse_another((data.entity.entity_id, data.run.year), (entity_id, year))
    return OpenBundle(data=data, hash=file_hash, lang=lang, framework=data.framework)


def _from_workspace(entity_id: str, year: int, lang: str, root: str) -> OpenBundle:
    """The bundle made here, with a way to make it under another framework."""
    from cescore.desk.reading import read_workspace, saying

    dress_notebook(lang)
    read = read_workspace(workspace_root(root), year, lang)
    with saying(lang) as say:
        say.phase("evaluating")
        trials = read.trials
        if phase := trials.bundler.gate.ledger.phase:
            say.phase(phase)
        data = trials.bundler.bundle(entity_id)
    return OpenBundle(
        data=data,
        hash=data.hash,
        lang=lang,
        framework=data.framework,
        again=lambda variant: trials.bundle(entity_id, variant),
    )


def open_book(
    year: int, document_path: str = "", lang: str = "zh", *, root: str = ""
) -> OpenDocument[MethodBook]:
    """The method book of a year.

    Raises
    ------
    DataError
        The file is no method book, or another year's; or no workspace is found.
    """

    def make() -> MethodBook:
        from cescore.disclosure.making.bundles import Bundler
        from cescore.disclosure.making.illustrating import illustrate
        from cescore.disclosure.making.method_books import make_method_book
        from cescore.evaluation.yearly import evaluate_workspace
        from cescore.intake.workspace import Workspace

        workspace = Workspace.load(workspace_root(root), year)
        shown = illustrate(Bundler(evaluate_workspace(workspace)))
        return make_method_book(workspace.definitions, workspace.base_year, shown)

    data, file_hash = _read_or_made(MethodBook, document_path, lang, make)
    _refuse_another((data.run.year,), (year,))
    return OpenDocument(data, file_hash, lang)


def open_sheet(
    document_id: str, year: int, document_path: str = "", lang: str = "zh", *, root: str = ""
) -> OpenDocument[UnitSheet]:
    """The supervision sheet of a responsible unit, by its slug: U01 the first the plan names.

    Raises
    ------
    DataError
        The file is another unit's or year's; there is no such unit; or no workspace is found.
    """

    def make() -> UnitSheet:
        from cescore.disclosure.making.sheets import Sheets
        from cescore.intake.workspace import Workspace

        return Sheets(Workspace.load(workspace_root(root), year)).sheet(document_id)

    data, file_hash = _read_or_made(UnitSheet, document_path, lang, make)
    _refuse_another((data.document_id, data.run.year), (document_id, year))
    return OpenDocument(data, file_hash, lang)


def open_review(
    document_id: str, stage: str, year: int, document_path: str = "", lang: str = "zh",
    *, plan: str = "", root: str = "",
) -> OpenDocument[Review]:  # fmt: skip
    """An entity's review, of the midterm or final evaluation of a plan.

    Raises
    ------
    DataError
        The file is another's, stage's or year's; the entity has none; or no workspace is found.
    """

    def make() -> Review:
        from cescore.disclosure.making.reviews import Reviews
        from cescore.evaluation.periods import evaluate_plan

        return Reviews(evaluate_plan(workspace_root(root), stage, plan, year)).review(document_id)

    data, file_hash = _read_or_made(Review, document_path, lang, make)
    _refuse_another((data.document_id, *_period(data)), (document_id, stage, year))
    return OpenDocument(data, file_hash, lang)


def open_overview(
    stage: str, year: int, document_path: str = "", lang: str = "zh",
    *, plan: str = "", root: str = "",
) -> OpenDocument[PlanOverview]:  # fmt: skip
    """The overview of a plan; raises as `open_review` does."""

    def make() -> PlanOverview:
        from cescore.disclosure.making.reviews import Reviews
        from cescore.evaluation.periods import evaluate_plan

        return Reviews(evaluate_plan(workspace_root(root), stage, plan, year)).overview()

    data, file_hash = _read_or_made(PlanOverview, document_path, lang, make)
    _refuse_another(_period(data), (stage, year))
    return OpenDocument(data, file_hash, lang)


def _read_or_made(
    kind: type[PrintableT], path: str, lang: str, make: Callable[[], PrintableT]
) -> tuple[PrintableT, str]:
    """What is handed or made, and the SHA-256 of its file."""
    if not path:
        dress_notebook(lang)
        made = make()
        return made, made.hash
    return _read_file(kind, path)


def _read_file(kind: type[PrintableT], path: str) -> tuple[PrintableT, str]:
    """What a file holds, and its SHA-256."""
    data, file_hash = read_printable(Path(path))
    if not isinstance(data, kind):
        found = getattr(data, "kind", "an entity's bundle")
        raise DataError(
            Sentence("the file holds {found}, expected {name}", found=found, name=kind.__name__)
        )
    return data, file_hash


def _refuse_another(found: tuple[object, ...], expected: tuple[object, ...]) -> None:
    if found != expected:
        raise DataError(
            Sentence(
                "the file is that of {found}, expected {expected}",
                found=" ".join(map(str, found)),
                expected=" ".join(map(str, expected)),
            )
        )


def _period(data: PlanDocument) -> tuple[str, int]:
    return data.stage, data.run.year
