"""What a run is made from, by hash: data, params, notebooks, templates, code, libraries."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from cescore.definitions.shipped import NOTEBOOKS, PACKAGE, REPOSITORY, TEMPLATES
from cescore.errors import RunError, Sentence
from cescore.intake.sources.plain_files import is_plain_file, is_there
from cescore.run.files import combined, file_hash, tree_hashes
from cescore.run.inputs.native import native_libraries

GENERIC_NOTEBOOK = "generic.ipynb"
DESK_NOTEBOOK = NOTEBOOKS / "explore.ipynb"  # prints nothing: no type's, whatever a type is called
# Whatever of these changes may change a page's bytes.
PAGE_LIBRARIES = (
    "babel", "cssselect2", "fonttools", "ipython", "jinja2", "matplotlib", "mistune", "nbclient",
    "nbconvert", "nbformat", "numpy", "pandas", "papermill", "pillow", "pydantic", "pydyf",
    "pygments", "pypdfium2", "pyphen", "seaborn", "tinycss2", "tinyhtml5", "weasyprint",
)  # fmt: skip
VERSION_LINE = re.compile(r"^Version: *(\S+)$", re.MULTILINE)  # the first stands among the headers
# Files whose every effect on a report `disclosure.origins` finds at the entity concerned: values with
# their places, findings, inspections, prose, and through the ledger what is released to it of bodies.
FOLLOWED = re.compile(
    r"data/(\d{4}/(observations[^/]*\.(csv|parquet)|returns/.*|measures\.csv|vetoes\.csv|prose/.*)"
    r"|corrections\.yml|confirmations\.yml|withheld\.json)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Inputs:
    """A workspace's inputs as they lie on disk."""

    root: Path
    loaded: str = ""  # hash of the code that this process goes on with, where it asked before

    def files(self) -> dict[str, str]:
        """Hash of every file in the workspace's data/ and params/, by path below the root."""
        found: dict[str, str] = {}
        for name in ("data", "params"):
            below = tree_hashes(self.root / name, "*") if (self.root / name).is_dir() else {}
            found.update({f"{name}/{path}": digest for path, digest in below.items()})
        return found

    def tree(self, folder: Path) -> Mapping[str, str]:
        """The hash of every file below a folder, as it was when it was first asked for."""
        if folder not in self._trees:
            self._trees[folder] = tree_hashes(folder, "*")
        return self._trees[folder]

    @cached_property
    def _trees(self) -> dict[Path, Mapping[str, str]]:
        return {}

    @cached_property
    def not_followed(self) -> str:
        """One hash over data and params but for what is followed to each entity: `FOLLOWED`."""
        return combined({n: d for n, d in self.files().items() if not FOLLOWED.fullmatch(n)})

    def notebook(self, entity_type: str) -> Path:
        """The notebook of an entity type: the workspace's, the repository's, the generic one; as it was
        found when it was first asked for.

        Raises
        ------
        RunError
            There is none of them, or the workspace's own is no plain file, which is not opened.
        """
        if entity_type not in self._places:
            self._places[entity_type] = self._place(entity_type)
        return self._places[entity_type]

    @cached_property
    def _places(self) -> dict[str, Path]:
        return {}

    def _place(self, entity_type: str) -> Path:
        names = (f"{entity_type}.ipynb", GENERIC_NOTEBOOK)
        places = [root / "notebooks" / name for name in names for root in (self.root, REPOSITORY)]
        for place in places:
            if place.parent.parent == self.root and is_there(place) and not is_plain_file(place):
                raise RunError(
                    Sentence(
                        "{place}: found a link, a folder or a device, expected a notebook",
                        place=place,
                    )
                )
            if place.is_file() and place != DESK_NOTEBOOK:
                return place
        raise RunError(
            Sentence(
                "no notebook for entity type {entity_type!r}, and no {generic_notebook}",
                entity_type=entity_type,
                generic_notebook=GENERIC_NOTEBOOK,
            )
        )

    def notebook_hash(self, notebook: Path) -> str:
        """The hash of a notebook, as it was when it was first asked for."""
        if notebook not in self._notebooks:
            self._notebooks[notebook] = file_hash(notebook)
        return self._notebooks[notebook]

    @cached_property
    def _notebooks(self) -> dict[Path, str]:
        return {}

    @cached_property
    def templates(self) -> str:
        """The workspace's own template folder, "" where it uses the repository's or holds a copy of it,
        file by file: what the repository's says is ready in the process that reports are forked from."""
        own = self.root / "report_templates"
        if not own.is_dir() or own.resolve() == TEMPLATES.resolve() or self._is_copy(own):
            return ""
        return str(own.resolve())

    def _is_copy(self, folder: Path) -> bool:
        """Whether a folder holds the repository's templates and no more; a link is a copy of nothing."""
        found = self.tree(folder)
        return "" not in found.values() and found == self.tree(TEMPLATES)

    @cached_property
    def shared(self) -> Mapping[str, str]:
        """The inputs that all reports of a run have in common."""
        folders = dict.fromkeys([TEMPLATES, Path(self.templates or ".")])
        trees = [self.tree(f) for f in folders if f != Path(".") and f.is_dir()]
        return {
            "templates": combined(
                {f"{i}/{k}": v for i, t in enumerate(trees) for k, v in t.items()}
            ),
            "code": self.code,
            "libraries": self.libraries,
        }

    @cached_property
    def code(self) -> str:
        """One hash over this package."""
        return self.loaded or combined(tree_hashes(PACKAGE, "*.py", "*.txt", "*.json"))

    @cached_property
    def libraries(self) -> str:
        """One hash over `libraries`."""
        return combined(libraries())

    def made_with(self) -> dict[str, str]:
        """What reports are made with beside data and params: by name, each notebook by its own."""
        found = {"report_templates/": self.shared["templates"], "cescore/": self.shared["code"]}
        for place in dict.fromkeys([REPOSITORY, self.root]):
            below = tree_hashes(place / "notebooks", "*.ipynb")
            own = "" if place == self.root else "the repository's "
            found.update({f"{own}notebooks/{name}": digest for name, digest in below.items()})
        return found

    def foreign(self) -> dict[str, str]:
        """The workspace's own notebooks and template files, which run and print as it says: each by
        name with its hash. Those that are the repository's, byte for byte, are none."""
        found: dict[str, str] = {}
        for folder, pattern, shipped in (
            ("notebooks", "*.ipynb", NOTEBOOKS),
            ("report_templates", "*", TEMPLATES),
        ):
            own = self.root / folder
            if not own.is_dir() or own.resolve() == shipped.resolve():
                continue
            known = tree_hashes(shipped, pattern)
            found.update(
                {
                    f"{folder}/{name}": digest
                    for name, digest in tree_hashes(own, pattern).items()
                    if known.get(name) != digest
                }
            )
        return found

    def key(self, made_of: Mapping[str, str], notebook: Path, lang: str) -> dict[str, str]:
        """What makes a report: the parts of its bundle or document by hash (`part_hashes`), and all
        else, so that a change is named."""
        manner = {"notebook": self.notebook_hash(notebook), "language": lang}
        return {**made_of, **self.shared, **manner}


def part_hashes(source: str, parts: Mapping[str, str]) -> dict[str, str]:
    """A bundle or document, part by part (each as JSON) by hash."""
    return {
        f"{source}: {name.replace('_', ' ')}": _digest(text)
        for name, text in parts.items()
        if name != "report_number"
    }


def libraries() -> dict[str, str]:
    """Versions of what sets a page, Python's and the native libraries' included."""
    found = {"python": platform.python_version(), **native_libraries()}
    return found | {name: installed(name) for name in PAGE_LIBRARIES}


@cache  # a process goes on with what it has loaded, whatever is installed meanwhile
def installed(name: str) -> str:
    """The version of a package; "" where it is not installed.

    Read off its own line: parsing all that a package says of itself as mail takes a millisecond each.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return ""
    line = VERSION_LINE.search(found.read_text("METADATA") or "")
    return line[1] if line else found.version


@lru_cache(maxsize=256)  # of the parts that all reports of a type have in common
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
