"""JupyterLab and Voilà as a test starts them: on a copy, on this machine only, gone at the end of the block."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECONDS = 90  # a server has to start, on a machine that is busy with other tests
LAB = (
    "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.token=", "--ServerApp.password=",
    "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=", "--ServerApp.ip=127.0.0.1",
)  # fmt: skip
VOILA = (
    "voila",
    "notebooks/explore.ipynb",
    f"--Voila.config_file_paths={ROOT}/.ci",
)  # as make app has it
TOKEN = re.compile(r"\?token=\w+")


def copied(folder: Path, parameters: dict[str, str]) -> Path:
    """A workspace of published figures with the desk's notebook, its parameters set."""
    for name in ("params", "data"):
        shutil.copytree(ROOT / "examples" / "eu" / name, folder / name)
    text = (ROOT / "notebooks" / "explore.ipynb").read_text("utf-8")
    for old, new in parameters.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "explore.ipynb").write_text(text, "utf-8")
    return folder


@contextmanager
def server(words: tuple[str, ...], folder: Path) -> Iterator[str]:
    """The address of a server that serves the folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        f"JUPYTER_{name}_DIR": str(folder / ".jupyter" / name)
        for name in ("CONFIG", "RUNTIME", "DATA")
    }
    env = {**os.environ, **own, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / ".jupyter")}
    command = [sys.executable, "-m", *words, f"--port={port}"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield _ready(f"http://127.0.0.1:{port}", process, folder / "server.log")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _ready(address: str, process: subprocess.Popen[bytes], log: Path) -> str:
    """The address, with its token if it asks for one, once the server says that it runs."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        said = log.read_text("utf-8", "replace")
        if address.removeprefix("http://127.0.0.1") in said and "running at" in said:
            token = TOKEN.search(said)
            return f"{address}/{token.group() if token else ''}"
        time.sleep(0.3)
    raise AssertionError(log.read_text("utf-8", "replace")[-3000:])
