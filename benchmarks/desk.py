"""How long an analyst waits: JupyterLab's Run All and a control of the desk, in a browser without a window.

``python -m benchmarks.desk [NOTEBOOK ...]`` prints, for each notebook, the wall time from the command Run All to the last
cell, the kernel's own CPU time of it, both again without the kernel started anew, and how soon the desk over a type
answers a moved weight; ``--firms 500 explore`` the last over so many made-up enterprises. A machine that does other
work makes wall times several times longer, CPU times by a third.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from selenium.webdriver import Chrome, ChromeOptions, ChromeService, Keys

from benchmarks.workspaces import make_workspace

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ("enterprise", "district", "city", "explore")
PATIENCE = 180.0  # seconds
SWITCHES = ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run")
KERNEL = "return !!(window.jupyterapp && jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel)"
IDLE = "return jupyterapp.shell.currentWidget.sessionContext.session.kernel.status == 'idle'"
RUN_ALL = """const done = arguments[0];
jupyterapp.commands.execute('notebook:run-all-cells').then(() => done(
  jupyterapp.shell.currentWidget.content.model.sharedModel.cells.flatMap(
    c => (c.outputs || []).filter(o => o.output_type == 'error').map(o => o.evalue))))"""


def main() -> None:
    """Measure each notebook of a working copy of the sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", default=NOTEBOOKS)
    parser.add_argument("--firms", type=int, default=0, help="Made-up enterprises; 0: the sample.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = made_up(folder / "w", asked.firms) if asked.firms else copied(folder / "w")
        with lab(workspace) as address, browser(folder) as window:
            for notebook in asked.notebooks:
                found = measured(window, address, notebook)
                print(json.dumps({"notebook": notebook, **found}), flush=True)


def measured(window: Chrome, address: str, name: str) -> dict[str, float]:
    """Seconds to open a notebook, to run all its cells, and to run them again."""
    start = time.monotonic()
    window.get(f"{address}lab/tree/{name}.ipynb?reset")
    until(lambda: window.execute_script(KERNEL) and window.execute_script(IDLE))
    found: dict[str, float] = {"open": round(time.monotonic() - start, 1)}
    for again in ("", " again"):
        kernel = newest_kernel()
        cpu, start = spent(kernel), time.monotonic()
        errors = window.execute_async_script(RUN_ALL)
        assert not errors, errors
        found[f"run all{again}"] = round(time.monotonic() - start, 1)
        found[f"kernel CPU{again}"] = round(spent(kernel) - cpu, 1)
    if name == "explore":
        found |= moved(window)
    return found


def moved(window: Chrome) -> dict[str, float]:
    """Seconds from a key pressed on a weight's slider to another ranking on the page."""
    lead = "return [...document.querySelectorAll('.ce p.lead')].map(r => r.innerText).join()"
    until(lambda: window.execute_script(lead))
    before = window.execute_script(lead)
    slider = window.find_elements("css selector", ".noUi-handle")[1]
    window.execute_script("arguments[0].scrollIntoView(); arguments[0].focus()", slider)
    kernel = newest_kernel()
    cpu, start = spent(kernel), time.monotonic()
    slider.send_keys(Keys.END)
    until(lambda: window.execute_script(lead) != before, 0.01)
    return {
        "control": round(time.monotonic() - start, 2),
        "control CPU": round(spent(kernel) - cpu, 2),
    }


def until(condition: Callable[[], object], pause: float = 0.1) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(pause)


def newest_kernel() -> psutil.Process:
    found = [p for p in psutil.Process().children(recursive=True) if is_kernel(p)]
    return max(found, key=lambda process: process.create_time())


def is_kernel(process: psutil.Process) -> bool:
    return any("ipykernel_launcher" in word for word in process.cmdline())


def spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def copied(folder: Path) -> Path:
    """The sample as a workspace of its own."""
    folder.mkdir()
    for name in ("params", "data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def made_up(folder: Path, firms: int) -> Path:
    """So many enterprises, and nobody else."""
    make_workspace(folder, firms, only_firms=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@contextmanager
def lab(workspace: Path) -> Iterator[str]:
    """The address of JupyterLab on a working copy, as ``build.py lab`` opens it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        f"JUPYTER_{n}_DIR": str(workspace / ".jupyter" / n) for n in ("CONFIG", "RUNTIME", "DATA")
    }
    settings = workspace / ".jupyter" / "CONFIG"
    settings.mkdir(parents=True)
    (settings / "jupyter_server_config.json").write_text(
        json.dumps(
            {
                "IdentityProvider": {"token": ""},
                "ServerApp": {"allow_root": True},
                "LabApp": {"expose_app_in_browser": True, "news_url": ""},
            }
        )
    )
    command = [sys.executable, str(ROOT / "build.py"), "lab", "--root", str(workspace), "--no-open"]
    with (workspace / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [*command, f"--port={port}"],
            env={**os.environ, **own},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            running = re.compile(rf"running at.*{port}|127\.0\.0\.1:{port}", re.S)
            until(lambda: running.search((workspace / "lab.log").read_text("utf-8")))
            yield f"http://127.0.0.1:{port}/"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


@contextmanager
def browser(folder: Path) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for switch in (*SWITCHES, f"user-data-dir={folder / 'profile'}"):
        options.add_argument(f"--{switch}")
    window = Chrome(options=options, service=ChromeService(shutil.which("chromedriver") or ""))
    window.set_script_timeout(PATIENCE)
    window.set_window_size(1400, 1000)
    try:
        yield window
    finally:
        window.quit()


if __name__ == "__main__":
    main()
