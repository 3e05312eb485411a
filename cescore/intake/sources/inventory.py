"""What lies in data/ and params/: every file and folder there is read, or named with its likely name."""

from __future__ import annotations

import difflib
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cescore.definitions.folder import FILES
from cescore.intake.findings import Context, FindingLog
from cescore.intake.notation import folded
from cescore.intake.sources.plain_files import is_plain_file, is_there
from cescore.intake.wording import phrase

_SYSTEM = re.compile(
    r"^(~\$.*|\..*|.*\.tmp|.*~|Thumbs\.db|desktop\.ini|__MACOSX|__pycache__)$", re.IGNORECASE
)
YEAR = re.compile(r"^[0-9]{4}$")
_YEAR_WITHIN = re.compile(r"(?<![0-9])(19|20)[0-9]{2}(?![0-9])")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".et", ".ods")  # workbooks that `collect` takes in
_WORKBOOK = re.compile(
    r"\.(xlsx?|xlsm|xlsb|et|ods|numbers|mdb|accdb|db|sqlite3?|zip|rar|7z|gz)$", re.IGNORECASE
)
_TABLE = re.compile(r"\.(csv|tsv|txt|parquet|pq|ya?ml|json)$", re.IGNORECASE)
CLOSE = 0.75  # share of letters in common from which a name passes for a slip of another
SNIFFED = 4096  # bytes of a table that are looked at for a header of ours
_HEADERS = ("entity_id", "check_id", "veto_id", "单位代码", "指标代码")
_CHINESE_NAMES: Mapping[str, str] = {  # words in the name of a file -> the file that was meant
    "否决": "vetoes.csv", "措施": "measures.csv", "督查": "measures.csv", "检查": "measures.csv",
    "订正": "corrections.yml", "更正": "corrections.yml", "确认": "confirmations.yml", "名录": "entities.csv",
    "登记": "entities.csv", "观测": "observations.csv", "报表": "observations.csv",
    "数据": "observations.csv", "指标体系": "frameworks", "变量": "variables.yml",
}  # fmt: skip


@dataclass(frozen=True)
class SourceFile:
    """A file of observations; ``year`` is its folder's, None where it may hold several years."""

    path: Path
    file: str
    year: int | None


@dataclass(frozen=True)
class Folder:
    """What a folder may hold: files and folders by the pattern of their whole name, each with the
    name that stands for it in a message."""

    files: Mapping[str, str]
    folders: Mapping[str, Folder] = field(default_factory=dict)

    def takes_file(self, name: str) -> bool:
        return any(re.fullmatch(pattern, name) for pattern in self.files)

    def folder(self, name: str) -> Folder | None:
        """What a folder of that name may hold; None where there is none of that name."""
        return next((f for p, f in self.folders.items() if re.fullmatch(p, name)), None)


OBSERVATIONS = r"(?i:observations.*\.(csv|parquet))"
_README = {r"(?i:readme.*\.(md|txt))": "README.md"}
_YAML = {r"[^.].*\.yml": "*.yml"}
YEAR_FOLDER = Folder(
    {
        OBSERVATIONS: "observations.csv",
        r"measures(_returns)?\.csv": "measures.csv",
        r"vetoes\.csv": "vetoes.csv",
        **_README,
    },
    {
        "prose": Folder({r".+\.md": "*.md"}),
        "database": Folder({r".+\.parquet": "*.parquet"}),  # what queries gave, as it is kept
        # what collecting keeps; a workbook that was only laid there is not read, and so named
        "returns": Folder(
            {r"submissions\.csv|(findings|not_taken)\.jsonl|written\.json": "submissions.csv"},
            {r"[0-9a-f]{16}": Folder({r".+": "returns"}), "edited": Folder({r".+": "returns"})},
        ),
    },
)
DATA = Folder(
    {
        r"entities\.csv": "entities.csv",
        r"corrections\.yml": "corrections.yml",
        r"confirmations\.yml": "confirmations.yml",
        r"withheld\.json": "withheld.json",
        OBSERVATIONS: "observations.csv",
        **_README,
    },
    {r"[0-9]{4}": YEAR_FOLDER, "layouts": Folder({r"[^.].*\.yml": "*.yml", **_README})},
)
_OF_PARAMS = tuple(name for name in FILES if "/" not in name)
PARAMS = Folder(
    {**{re.escape(name): name for name in _OF_PARAMS}, **_README},
    {
        folder: Folder({**_YAML, **_README})
        for folder in sorted({name.partition("/")[0] for name in FILES} - {*_OF_PARAMS})
    },
)
# files that lie in data/ itself, in no year folder
_HOME: Mapping[str, str] = {"entities.csv": "", "corrections.yml": "", "confirmations.yml": ""}


def find_sources(
    data: Path, last_year: int, log: FindingLog, prefix: str = "data"
) -> list[SourceFile]:
    """The files of observations up to a year: in data/ and in its year folders, in order.

    Whatever else lies there and nobody reads is told.
    """
    years = year_folders(data, last_year)
    _Walk(log, frozenset(range(last_year + 1, 10_000))).folder(data, prefix, DATA)
    places: list[tuple[Path, str, int | None]] = [(data, prefix, None)]
    places += [(data / str(year), f"{prefix}/{year}", year) for year in years]
    return [
        SourceFile(path, f"{prefix_}/{path.name}", year)
        for folder, prefix_, year in places
        for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if re.fullmatch(OBSERVATIONS, path.name) and is_plain_file(path) and _is_text(path.name)
    ]


def tell_strays(params: Path, log: FindingLog) -> None:
    """Whatever lies in params/ and nobody reads."""
    if params.is_dir():
        _Walk(log).folder(params, params.name, PARAMS)


def year_folders(data: Path, last_year: int = 9999) -> list[int]:
    """The years up to one that have a folder in data/."""
    names = [f.name for f in data.iterdir() if _is_folder(f)] if data.is_dir() else []
    years = [int(name) for name in names if YEAR.fullmatch(name)]
    return sorted(year for year in years if year <= last_year)


def is_system_file(name: str) -> bool:
    """Whether a file is one that systems and programs leave lying about: .DS_Store, ~$lock files."""
    return bool(_SYSTEM.match(name))


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _is_text(name: str) -> bool:
    """Whether a name can be written down: file systems allow any bytes."""
    return name.isprintable() and not any("\ud800" <= c <= "\udfff" for c in name)


def _shown(name: str) -> str:
    return name if _is_text(name) else name.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class _Walk:
    """Goes through a folder and tells of all that is not read."""

    log: FindingLog
    left_out: frozenset[int] = frozenset()  # years whose folders wait for their own run

    def folder(self, folder: Path, name: str, expected: Folder, *, top: str = "") -> None:
        top = top or name
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        for path in entries:
            file = f"{name}/{_shown(path.name)}"
            here = Context(self.log).file(file)
            kind = path.lstat().st_mode
            if _SYSTEM.match(path.name) and not _is_hidden_input(path):
                here.info("file_ignored")
            elif not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                here.error("file_refused", reason=phrase(_special(kind)))
            elif not _is_text(path.name):
                here.error("file_refused", reason=phrase("name_no_text"))
            elif stat.S_ISDIR(kind):
                self._inner(path, file, expected, top, here)
            elif not expected.takes_file(path.name):
                self._stray(path, expected, (name, top), here)

    def _inner(self, path: Path, file: str, expected: Folder, top: str, here: Context) -> None:
        """A folder within: gone through where it is expected, else named with what lies in it."""
        within = expected.folder(path.name)
        if within is not None:
            if not (YEAR.fullmatch(path.name) and int(path.name) in self.left_out):
                self.folder(path, file, within, top=top)
            return
        if expected.takes_file(path.name):
            here.error("file_refused", reason=phrase("is_folder"))
            return
        files = [p for p in _files_below(path) if not _SYSTEM.match(p.name)]
        near = _likely_folder(path.name, expected)
        meant = any(_is_like_input(p) for p in files) or bool(near)
        expected_names = tuple(_names_of(expected))
        here.tell(
            "error" if meant else "warning", "folder_not_read",
            n=len(files), expected=expected_names, near=f"{file.rpartition('/')[0]}/{near}" if near else "",
        )  # fmt: skip
        for inner in files:
            if _is_like_input(inner):
                inner_file = f"{file}/{_shown(inner.relative_to(path).as_posix())}"
                likely = _likely_file(inner.name, YEAR_FOLDER) or _likely_file(inner.name, DATA)
                above = re.match(rf"^{re.escape(top)}/([0-9]{{4}})/", inner_file)
                year = above[1] if above else near if YEAR.fullmatch(near) else "<year>"
                place = f"{top}/{_HOME.get(likely, f'{year}/')}{likely}" if likely else ""
                Context(self.log).file(inner_file).error(
                    "file_not_read", expected=expected_names, near=place
                )

    def _stray(self, path: Path, expected: Folder, place: tuple[str, str], here: Context) -> None:
        """A file that nobody reads: an error where it looks like one that was meant to be read."""
        folder, top = place
        likely, home = _likely_file(path.name, expected), folder
        above = re.match(rf"^{re.escape(top)}/[0-9]{{4}}(?=/)", folder)
        if not likely and above:  # in a folder within a year's
            likely, home = _likely_file(path.name, YEAR_FOLDER), above[0]
        if not likely and expected is not DATA and top == "data":
            likely, home = _likely_file(path.name, DATA), top
        elif not likely and expected is DATA:
            likely = _likely_file(path.name, YEAR_FOLDER)
            home = f"{folder}/<year>" if likely else folder
        is_return = top == "data" and _is_like_input(path)
        near = f"{home}/{likely}" if likely else ""
        if top == "data" and path.suffix.lower() in SPREADSHEETS:
            here.error("workbook_not_read", near=near)
            return
        here.tell(
            "error" if likely or is_return else "warning", "file_not_read",
            expected=tuple(_names_of(expected)), near=near,
        )  # fmt: skip


def _special(kind: int) -> str:
    """What stands in the place of a file, as a key of the catalogue."""
    if stat.S_ISLNK(kind):
        return "is_link"
    return "is_pipe" if stat.S_ISFIFO(kind) else "is_device"


def _names_of(folder: Folder) -> Iterator[str]:
    yield from dict.fromkeys(n for n in folder.files.values() if n != "README.md")
    yield from (f"{'<year>' if name.startswith('[') else name}/" for name in folder.folders)


def _files_below(folder: Path) -> list[Path]:
    """All files in a folder, however deep; links are not followed."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if _is_folder(path):
            found.extend(_files_below(path))
        else:
            found.append(path)
    return found


def _likely_file(name: str, folder: Folder) -> str:
    """The file of a folder that a name probably stands for; "" where it is like none."""
    stem, _, ending = folded(name).rpartition(".")
    stem = stem or ending
    for word, meant in _CHINESE_NAMES.items():
        if word in name and meant in folder.files.values():
            return meant
    for known in folder.files.values():
        if known.startswith("*"):
            same = ending in ("yaml", "yml", "md", "txt", "markdown", "docx", "json")
            if (same and f".{ending}" != known[1:]) or name.lower().endswith(known[1:]):
                return f"{name.rpartition('.')[0]}{known[1:]}"
    stems = {
        known.rpartition(".")[0]: known for known in folder.files.values() if known != "README.md"
    }
    inner = re.sub(r"[\W\d_]*(?:19|20)?[0-9]*[\W\d_]*$", "", re.sub(r"^[\W\d_]+", "", stem))
    for candidate in (stem, inner):
        if candidate in stems:
            return stems[candidate]
        if candidate.startswith("observations"):
            return stems.get("observations", "")
    close = difflib.get_close_matches(inner or stem, stems, 1, CLOSE)
    return stems[close[0]] if close else ""


def _likely_folder(name: str, folder: Folder) -> str:
    """The folder that a name probably stands for; "" where it is like none."""
    year = _YEAR_WITHIN.search(folded(name))
    if year and any(re.fullmatch(pattern, year.group()) for pattern in folder.folders):
        return year.group()
    plain = [known for known in folder.folders if not known.startswith("[")]
    return next(iter(difflib.get_close_matches(folded(name), plain, 1, CLOSE)), "")


def _is_like_input(path: Path) -> bool:
    """Whether a file that is not read looks like a return, a veto or a correction: a workbook, a
    file of a known name, a table whose header is one of ours."""
    if not is_plain_file(path):
        return True
    if _WORKBOOK.search(path.name):
        return True
    if any(_likely_file(path.name, f) for f in (DATA, Folder(_without_any(YEAR_FOLDER.files)))):
        return True
    if not _TABLE.search(path.name):
        return False
    with path.open("rb") as stream:
        head = stream.read(SNIFFED)
    if head.startswith(b"PAR1"):
        return True
    texts = [head.decode(encoding, "ignore") for encoding in ("utf-8", "gb18030", "utf-16")]
    return any(word in text for text in texts for word in _HEADERS)


def _is_hidden_input(path: Path) -> bool:
    """Whether a name that tools give to what is no input hides one: ``.vetoes.csv``, ``vetoes.csv~``
    without a ``vetoes.csv`` beside it, of which it might be the copy that an editor leaves."""
    bare = re.sub(r"^\.+(?=[^_~.])|~$|\.tmp$", "", path.name, flags=re.IGNORECASE)
    if bare == path.name or not is_plain_file(path) or is_there(path.with_name(bare)):
        return False
    known = (DATA, PARAMS, Folder(_without_any(YEAR_FOLDER.files)))
    return any(_likely_file(bare, folder) for folder in known)


def _without_any(files: Mapping[str, str]) -> dict[str, str]:
    return {pattern: name for pattern, name in files.items() if not name.startswith("*")}
