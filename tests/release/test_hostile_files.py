"""Files that come back from folders where anybody may have written: through every door that reads them,
a clear word or an inert text, no trace of the program's inside, and nothing done outside the workspace."""

from __future__ import annotations

import io
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from cescore.cli import main as cli
from cescore.run.processes import executor
from tests.release.world import Printer, World

OUT, DEEP = "../../../../canary", 100_000
EDITION = "release/2024-en/3-final"
HUGE = 10**400
ESCAPES = "\x1b[2J\u202e<script>x()</script>\r"
Spoil = Callable[[bytes], bytes]


# --- what is written in place of a document -----------------------------------------------------


def every(change: Callable[[Any], Any]) -> Spoil:
    """Changes each value of a JSON document, or of each line of one."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(below) for key, below in value.items()}
        return [walk(below) for below in value] if isinstance(value, list) else change(value)

    return _of_lines(walk)


def keys(change: Callable[[str], str]) -> Spoil:
    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {change(key): walk(below) for key, below in value.items()}
        return [walk(below) for below in value] if isinstance(value, list) else value

    return _of_lines(walk)


def _of_lines(walk: Callable[[Any], Any]) -> Spoil:
    def spoil(raw: bytes) -> bytes:
        try:
            documents = [json.loads(raw)]
        except ValueError:
            documents = [json.loads(line) for line in raw.splitlines()]
        return "".join(json.dumps(walk(one)) + "\n" for one in documents).encode()

    return spoil


def strings(text: str) -> Spoil:
    return every(lambda value: text if isinstance(value, str) else value)


def numbers(number: float) -> Spoil:
    return every(lambda value: number if type(value) in (int, float) else value)


SPOILS: Mapping[str, Spoil] = {
    "nothing": lambda raw: b"",
    "nul": lambda raw: b"\0" * 99,
    "no text": lambda raw: b"\xff\xfe\x80",
    "a pickle": lambda raw: b"cos\nsystem\n(S'touch canary'\ntR.",
    "lists in lists": lambda raw: b"[" * DEEP,
    "objects in objects": lambda raw: b'{"a":' * DEEP,
    "a number of many digits": lambda raw: b"9" * DEEP,
    "a line without end": lambda raw: b"x" * 3_000_000,
    "null": lambda raw: b"null\n",
    "a list": lambda raw: b"[1, 2]\n",
    "an empty object": lambda raw: b"{}\n",
    "a text": lambda raw: b'"x"\n',
    "half of it": lambda raw: raw[: len(raw) // 2],
    "texts that lead out": strings(OUT),
    "texts from the root": strings("/etc/passwd"),
    "texts with half a character": strings("\ud800"),
    "texts that steer a terminal": strings(ESCAPES),
    "texts with NUL": strings("a\0b"),
    "numbers for texts": every(lambda value: 7 if isinstance(value, str) else value),
    "numbers beyond a float": numbers(HUGE),
    "numbers that are none": numbers(float("nan")),
    "nulls": every(lambda value: None),
    "lists": every(lambda value: []),
    "objects": every(lambda value: {"a": 1}),
    "keys that lead out": keys(lambda key: f"../../../{key}" if {".", "/"} & set(key) else key),
    "keys with NUL": keys(lambda key: f"{key}\0" if {".", "/"} & set(key) else key),
}  # fmt: skip
RUN = ("run", "--lang", "en", "--progress", "quiet")
# what is spoilt -> the commands that read it
DOORS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "release/register.jsonl": (("verify",),),
    f"{EDITION}/manifest.json": (("verify", "2024-en/3-final"),),
    f"{EDITION}/statement.json": (("verify", "2024-en/3-final"),),
    "output/2024-en/town/T1/result.json": (("explain", "T1", "TOWN", "--lang", "en"),),
}
DEARER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "release/register.jsonl": (("release", "--stage", "draft", "--lang", "en"),),
    f"{EDITION}/manifest.json": (("remake", "2024-en/3-final", "--out", "again"),),
    f"{EDITION}/bureau/manifest.json": (("verify",), ("release", "--stage", "corrected"),),
    "output/2024-en/.journal.jsonl": (("plan", "--lang", "en"), RUN),
    "output/2024-en/.receipt.json": (("plan", "--lang", "en"), RUN),
    "output/2024-en/manifest.json": (RUN,),
    "output/2024-en/town/T1/result.json": (RUN,),
    "data/withheld.json": (("check",), ("what-if", "T1"), ("infer", "public")),
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with three editions and a year built, in a folder with something to be harmed."""
    around = tmp_path_factory.mktemp("around")
    root = Path(shutil.copytree(made, around / "workspace"))
    for folder in (around / "canary", around / "secret"):
        folder.mkdir()
        (folder / "scorecard.pdf").write_bytes(b"of somebody else")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executor, "open_executor", lambda n, **_: Printer())
        said, status = command(root, *RUN)
        assert status == 0, said
        said, status = command(root, "protect")
        assert status == 0, said
        yield root


def command(root: Path, *arguments: str) -> tuple[str, int]:
    """What a command says and its exit status; whatever it raises beside that is not caught."""
    out, complaint, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        patch.setattr("sys.stderr", complaint)
        patch.chdir(root)
        try:
            cli.main([*arguments, "--root", str(root)])
        except SystemExit as end:
            status = int(end.code or 0)
    return out.getvalue() + complaint.getvalue(), status


def around(root: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() if path.is_file() else b""
        for path in root.parent.rglob("*")
        if root not in (path, *path.parents)
    }


@contextmanager
def spoilt(root: Path, file: str, spoil: Spoil) -> Iterator[None]:
    """One file of the workspace written anew; all is as it was before afterwards, but for outputs."""
    path = root / file
    raw, mode = path.read_bytes(), path.stat().st_mode
    try:
        path.chmod(0o600)
        path.write_bytes(spoil(raw))
        yield
    finally:
        path.chmod(0o600)
        path.write_bytes(raw)
        path.chmod(mode)


def is_inert(said: str) -> bool:
    """Whether a terminal shows it as it is: no control character, nothing that turns a line round."""
    steering = [
        c
        for c in said
        if (ord(c) < 32 and c != "\n") or c in "\u202e\x7f" or "\ud800" <= c < "\ue000"
    ]
    return not steering and "Traceback" not in said


def try_door(root: Path, file: str, spoil: str, door: tuple[str, ...]) -> None:
    before, raw = around(root), (root / file).read_bytes()
    with spoilt(root, file, SPOILS[spoil]):
        said, status = command(root, *door)
    assert status in (0, 1, 2) and is_inert(said), said
    assert around(root) == before
    if file.startswith("release/") and SPOILS[spoil](raw) != raw:  # evidence is never passed over
        assert status != 0, said


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("file", DOORS)
def test_a_file_that_anybody_wrote_does_nothing(workspace: Path, file: str, spoil: str) -> None:
    for door in DOORS[file]:
        try_door(workspace, file, spoil, door)


@pytest.mark.soak
@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("file", DEARER)
def test_a_file_that_anybody_wrote_does_nothing_to_a_build(
    workspace: Path, file: str, spoil: str, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(workspace.parent, tmp_path / "around") / "workspace")
    for door in DEARER[file]:
        before = around(root)
        with spoilt(root, file, SPOILS[spoil]):
            said, status = command(root, *door)
        assert status in (0, 1, 2) and is_inert(said), said
        assert around(root) == before


# --- PDFs -------------------------------------------------------------------------------------


def pdf(**attached: bytes) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    for name, raw in attached.items():
        document.new_attachment(name.replace("_", ".")).set_data(raw)  # type: ignore[arg-type]
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def of_objects(*objects: bytes) -> bytes:
    """A PDF of these objects, the first its catalogue."""
    out, places = b"%PDF-1.7\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    lines = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, lines)
    return (
        out + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )


def with_script() -> bytes:
    catalogue = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"
    return of_objects(
        catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


def bomb(size: int) -> bytes:
    """An attachment of a thousandth of what it unpacks to."""
    data = zlib.compress(b" " * size, 9)
    return of_objects(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(r) 4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        b"<</Type/Filespec/F(result.json)/UF(result.json)/EF<</F 5 0 R>>>>",
        b"<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
        % (len(data), data),
    )


def result_of(made: Path) -> bytes:
    return (made / f"{EDITION}/bureau/town/T1/result.json").read_bytes()


PDFS: Mapping[str, Callable[[bytes], bytes]] = {
    "nothing": lambda result: b"",
    "nul": lambda result: b"\0" * 999,
    "a head and no body": lambda result: b"%PDF-1.7\n%%EOF",
    "arrays in arrays": lambda result: of_objects(b"[" * DEEP),
    "a script": lambda result: with_script(),
    "a page that is its own parent": lambda result: of_objects(b"<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>"),
    "a name that leads out": lambda result: pdf(**{"../../../x_csv": b"a,b\n", "result_json": result}),
    "a cell of much text": lambda result: pdf(result_json=result, t_csv=b"x" * 200_000),
    "a table with NUL": lambda result: pdf(result_json=result, t_csv=b'a\0,b\n"open'),
    "a table of formulas": lambda result: pdf(result_json=result, t_csv=b"=cmd|' /C calc'!A0\n"),
    "a table that steers a terminal": lambda result: pdf(result_json=result, t_csv=ESCAPES.encode()),
    **{
        f"a result of {name}": lambda result, spoil=spoil: pdf(result_json=spoil(result))  # type: ignore[misc]
        for name, spoil in SPOILS.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_of_anybody_is_never_verified(workspace: Path, name: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(PDFS[name](result_of(workspace)))
    said, status = command(workspace, "verify", str(path), "--lang", "en")
    assert status in (1, 2) and is_inert(said), said
    assert [p.name for p in tmp_path.iterdir()] == ["report.pdf"]


@pytest.mark.soak
def test_a_pdf_that_unpacks_to_more_than_any_report_is_refused(
    workspace: Path, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(bomb(201_000_000))
    said, status = command(workspace, "verify", str(path), "--lang", "en")
    assert status == 2 and "found more than 200000000 bytes" in said


# --- YAML of a release ------------------------------------------------------------------------

BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
YAMLS = {
    "nothing": "",
    "a list": "[]",
    "lists in lists": "[" * 5000,
    "a bomb": BOMB,
    "an object of Python": "manifest: !!python/object/apply:os.system ['touch canary']\n",
    "a module of Python": "who: !!python/module:os\n",
    "bytes": "manifest: !!binary aGVsbG8=\n",
    "nul": "a\0b",
    "an anchor of nothing": "<<: *x\n",
    "other kinds": "manifest: 7\nwho: [1]\nrole: {a: 1}\ndate: x\nanswers: 9\n",
    "a path": f"manifest: {OUT}\nwho: {OUT}\nrole: {OUT}\ndate: 2024-09-30\nanswers: []\n",
    "escapes": 'manifest: "\\e[2J"\nwho: "\\e[2J\\u202e"\nrole: <script>\ndate: 2024-09-30\nanswers: []\n',
    "no date": "manifest: x\nwho: a\nrole: b\ndate: 99999-99-99\nanswers: []\n",
}


@pytest.mark.parametrize("name", YAMLS)
def test_a_sign_off_or_settings_of_anybody_are_refused_by_name(workspace: Path, name: str) -> None:
    before = around(workspace)
    form, settings = workspace / "form.yml", workspace / "params/signing.yml"
    with suppress(FileNotFoundError):
        for path, door in (
            (form, ("release", "--stage", "reviewed", "--sign-off", "form.yml", "--lang", "en")),
            (settings, ("sign", "2024-en/3-final", "--lang", "en")),
            (form, ("preview", "T1", "--variant", "form.yml", "--no-open", "--lang", "en")),
        ):
            path.write_text(YAMLS[name], "utf-8")
            said, status = command(workspace, *door)
            path.unlink()
            assert status == 2 and path.name in said and is_inert(said), said
    assert around(workspace) == before
    assert not (workspace / "canary").exists()


@pytest.mark.parametrize(
    "lines",
    [b"\0\n", b"x" * 1_000_000, b"\xff\xfe", f"cescore {OUT} manifest {'0' * 64} line {'9' * 40} {'0' * 64}".encode()],
    ids=["nul", "long", "no text", "a line that leads out"],
)  # fmt: skip
def test_anchors_of_anybody_are_told_and_open_nothing(workspace: Path, lines: bytes) -> None:
    (workspace / "anchors.txt").write_bytes(lines)
    said, status = command(workspace, "verify", "--anchors", "anchors.txt", "--lang", "en")
    (workspace / "anchors.txt").unlink()
    assert status in (1, 2) and is_inert(said), said


@pytest.mark.parametrize(
    "place",
    ["register.jsonl", "2024-en/3-final/manifest.json", "2024-en/3-final/public/index.html"],
)
@pytest.mark.parametrize("what", ["a link out", "a link to no end", "a pipe"])
def test_what_is_no_file_in_its_place_is_told_and_never_read(
    released: World, place: str, what: str, tmp_path: Path
) -> None:
    path = released.root / "release" / place
    for folder in path.parents:
        if folder == released.root:
            break
        folder.chmod(0o700)
    path.unlink()
    if what == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if what == "a link to no end" else "/etc/passwd")
    said, status = command(released.root, "verify", "--lang", "en")
    assert status in (1, 2) and is_inert(said) and "root:" not in said, said
