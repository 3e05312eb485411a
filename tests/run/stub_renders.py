"""Stand-ins for the real render: quick, and poisoned in every way a report can be."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cescore.errors import PublishError

NAMES = ("scorecard.pdf", "scorecard.html", "scorecard.ipynb", "result.json")
SIZES = {"scorecard.pdf": 180_000, "scorecard.html": 90_000, "scorecard.ipynb": 110_000}  # bytes
DOCUMENTS = {  # notebook -> stem
    "method_book.ipynb": "method-book", "unit_sheet.ipynb": "sheet",
    "plan_review.ipynb": "review", "plan_overview.ipynb": "overview",
}  # fmt: skip


def render(bundle_path: Path, out_dir: Path, lang: str, *, notebook: Path) -> dict[str, object]:
    """Writes the bundle's text into every output; what the text says may poison it."""
    text = bundle_path.read_text(encoding="utf-8")
    stem = DOCUMENTS.get(notebook.name)
    names = [f"{stem}.{end}" for end in ("ipynb", "html", "pdf")] if stem else list(NAMES)
    names += ["result.json"] if stem == "review" else []
    executed = next(name for name in names if name.endswith(".ipynb"))
    (out_dir / executed).write_text("executed so far", encoding="utf-8")
    poison = POISONS.get(text.partition(":")[0])
    if poison is not None:
        poison(text)
    content = f"{text} in {lang} by {notebook.name}".encode()
    if text == "no_pdf":
        names = [name for name in names if not name.endswith(".pdf")]
    for name in names:
        (out_dir / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return {"pages": 1, "index": 70.0, "outputs": dict.fromkeys(names, digest), "warnings": []}


def large_render(
    bundle_path: Path, out_dir: Path, lang: str, *, notebook: Path
) -> dict[str, object]:
    """As `render`, with files of the size of a report's."""
    record = render(bundle_path, out_dir, lang, notebook=notebook)
    for path in out_dir.iterdir():
        content, size = path.read_bytes(), SIZES.get(path.name, 20_000)
        path.write_bytes((content * (size // len(content) + 1))[:size])
    return {**record, "outputs": {}}


def refusing(bundle_path: Path, out_dir: Path, lang: str, *, notebook: Path) -> dict[str, object]:
    """Fails as a notebook does."""
    raise PublishError("cell 3: division by zero")


def slow_render(
    bundle_path: Path, out_dir: Path, lang: str, *, notebook: Path
) -> dict[str, object]:
    """As `render`, at the pace of a page."""
    time.sleep(0.7)
    return render(bundle_path, out_dir, lang, notebook=notebook)


def _sleep_deaf(text: str) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(600)


def _leave_a_child(text: str) -> None:
    """A process left behind, whose number the test finds in the file that the text names."""
    left = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL)
    _tell(text, left.pid)
    left.returncode = 0  # so that no warning is given that it runs on


def _leave_a_daemon(text: str) -> None:
    """A process of a session of its own, whose parent has ended: no group signal reaches it."""
    start = "setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $!"
    done = subprocess.run(["sh", "-c", start], capture_output=True, check=True)
    _tell(text, int(done.stdout))


def _tell(text: str, number: int) -> None:
    """Write a number into the file that the text names, if it names one."""
    name = text.partition(":")[2]
    if name:
        part = Path(f"{name}.part")
        part.write_text(str(number), encoding="utf-8")
        part.rename(name)


def _full_disk(text: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "scorecard.pdf")


def _full_disk_in_a_cell(text: str) -> None:
    raise PublishError("cell 3: OSError: [Errno 28] No space left on device: 'a.svg'")


def _tell_and_hang(text: str) -> None:
    """Hangs once its number stands in the file that the text names."""
    _tell(text, os.getpid())
    time.sleep(600)


def _first_time_only(text: str) -> None:
    """Killed at the first attempt, fine at the second."""
    mark = Path(text.partition(":")[2])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _raise(text: str) -> None:
    raise PublishError("cell 3: division by zero")


def _bug(text: str) -> None:
    raise KeyError("no such thing")


def _print_on(text: str) -> None:
    while True:
        print("x" * 100_000)


POISONS = {
    "raises": _raise,
    "bug": _bug,
    "system_exit": lambda text: sys.exit("enough"),
    "exits": lambda text: os._exit(7),
    "killed": lambda text: os.kill(os.getpid(), signal.SIGKILL),
    "segfaults": lambda text: os.kill(os.getpid(), signal.SIGSEGV),
    "hangs": lambda text: time.sleep(600),
    "deaf": _sleep_deaf,
    "greedy": lambda text: print(len(bytearray(8 << 30))),
    "prints": _print_on,
    "leaves": _leave_a_child,
    "daemon": _leave_a_daemon,
    "tells": _tell_and_hang,
    "full": _full_disk,
    "full_in_a_cell": _full_disk_in_a_cell,
    "flaky": _first_time_only,
}
