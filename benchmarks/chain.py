"""The naive chain against ours and the floor, on the same entities, notebook and template, in turn.

The naive chain is what an analyst types: papermill, jupyter nbconvert, weasyprint, one after the
other. It is handed the finished bundle, so it pays nothing for reading data; it prints the same
stylesheet and the same kind of PDF (PDF/A-3a); it neither checks nor records anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.forked import Forked
from benchmarks.measure import REPOSITORY, spent

STYLE = REPOSITORY / "report_templates" / "static" / "print.css"


@dataclass(frozen=True)
class Paired:
    """CPU seconds of one entity's report, the three ways; of the naive chain by command."""

    entity: str
    naive: tuple[float, float, float]
    ours: float
    floor: float


def naive_commands(bundle: Path, notebook: Path, year: int, lang: str) -> Iterator[list[str]]:
    """The three commands, as they are typed in the folder that takes the results."""
    entity = bundle.stem.split("-", 1)[1]
    texts = {"entity_id": entity, "lang": lang, "bundle_path": str(bundle)}
    parameters = ["-p", "year", str(year)]
    for name, value in texts.items():
        parameters += "-r", name, value  # as it is: a code of digits is no number
    yield ["papermill", str(notebook), "out.ipynb", "--no-progress-bar", *parameters]
    yield [
        "jupyter", "nbconvert", "--to", "html", "--no-input", "--template", "report_templates",
        f"--TemplateExporter.extra_template_basedirs={REPOSITORY}", "out.ipynb",
    ]  # fmt: skip
    yield ["weasyprint", "-s", str(STYLE), "--pdf-variant", "pdf/a-3a", "out.html", "out.pdf"]


def paired(bundles: Sequence[Path], year: int, folder: Path, lang: str = "zh") -> list[Paired]:
    """Each entity the three ways, one after the other; the first is made once more, before."""
    found = []
    with Forked() as forked:
        for bundle in (bundles[0], *bundles):
            notebook = notebook_of(bundle)
            work = folder / f"naive-{bundle.stem}"
            work.mkdir(parents=True, exist_ok=True)
            commands = naive_commands(bundle, notebook, year, lang)
            first, second, third = (spent(command, work).cpu for command in commands)
            ours = forked.cpu("ours", bundle, notebook, folder / f"ours-{bundle.stem}", lang)
            floor = forked.cpu("floor", bundle, notebook, folder / f"floor-{bundle.stem}", lang)
            found.append(Paired(bundle.stem, (first, second, third), ours, floor))
    return found[1:]


def floor_rounds(bundles: Sequence[Path], folder: Path, rounds: int) -> list[dict[str, float]]:
    """Ours and the floor both ways alone, more often: all are short. CPU seconds by way."""
    ways = ("ours", "floor", "shipped")
    found = []
    with Forked() as forked:
        for number, bundle in enumerate((bundles[0], *list(bundles) * rounds)):
            notebook = notebook_of(bundle)
            order = ways if number % 2 else ways[::-1]
            made = {
                way: forked.cpu(way, bundle, notebook, folder / f"{way}-{bundle.stem}")
                for way in order
            }
            found.append(made)
    return found[1:]


def book_rounds(book: Path, folder: Path, rounds: int) -> list[dict[str, float]]:
    """The method book by the library as shipped and with the changes, in turn; one more of each before.
    CPU seconds by way."""
    ways = ("ours", "plainly")
    found = []
    with Forked() as forked:
        for number in range(rounds + 1):
            order = ways if number % 2 else ways[::-1]
            made = {
                way: forked.cpu(way, book, notebook_of(book), folder / f"{way}-{book.stem}")
                for way in order
            }
            found.append(made)
    return found[1:]


def notebook_of(bundle: Path) -> Path:
    """The notebook of a bundle file's entity type, which its name begins with."""
    return REPOSITORY / "notebooks" / f"{bundle.stem.split('-', 1)[0]}.ipynb"
