"""Where the CPU of one report goes: the pieces of `render`, timed in a forked child.

``python -m benchmarks.stages BUNDLE NOTEBOOK [ROUNDS]`` prints one JSON list a round.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.forked import rehearse
from benchmarks.measure import REPOSITORY, spent
from cescore.publish.printing.faster import SWITCH

# what a reader calls it -> module and name of the function; inner pieces are indented
PIECES = {
    "bundle read": ("cescore.publish.render", "open_publication"),
    "notebook executed": ("cescore.publish.render", "execute"),
    "  shell opened": ("cescore.publish.engine", "ReportShell.__init__"),
    "  bundle opened": ("cescore.desk.opening", "read_printable"),
    "  charts drawn": ("cescore.publish.charts.style", "house_style"),
    "notebook cleaned": ("cescore.publish.render", "finish"),
    "notebook written": ("cescore.publish.render", "write_notebook"),
    "page made": ("cescore.publish.render", "make_page"),
    "  page looked through": ("cescore.publish.page", "refuse_active_content"),
    "page printed": ("cescore.publish.render", "print_pdf"),
    "  fonts listed": ("weasyprint.text.fonts", "FontConfiguration.__init__"),
    "  own fonts added": ("weasyprint.text.fonts", "FontConfiguration.add_font_face"),
    "  HTML read": ("cescore.publish.printing.pdf", "html_of"),
    "  styles computed": ("weasyprint.document", "get_all_computed_styles"),
    "  boxes built": ("weasyprint.document", "build_formatting_structure"),
    "  pages laid out": ("weasyprint", "HTML.render"),  # less the two above
    "  pages drawn, tagged": ("weasyprint.document", "generate_pdf"),
    "  file written": ("pydyf", "PDF.write"),
    "text of the PDF read": ("cescore.publish.render", "pdf_text"),
}


def stages(bundle: Path, notebook: Path, rounds: int, *, is_shipped: bool) -> dict[str, float]:
    """Median milliseconds of CPU by piece; ``whole`` is all of `render`. ``is_shipped``: by the
    library as it is."""
    command = [sys.executable, "-m", "benchmarks.stages", str(bundle), str(notebook), str(rounds)]
    settings = {SWITCH: "1"} if is_shipped else {}
    lines = spent(command, REPOSITORY, (0,), **settings).output.splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    every = {n: 1000 * median(one.get(n, 0.0) for one in found) for n in ["whole", *PIECES]}
    every["  pages laid out"] -= every["  styles computed"] + every["  boxes built"]
    return every


def _timed(function: Callable[..., Any], spends: dict[str, float], name: str) -> Any:
    def timing(*given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return function(*given, **named)
        finally:
            spends[name] += time.process_time() - began

    return timing


class _TimedBlock:
    """A context manager whose whole block is timed."""

    def __init__(self, make: Callable[..., Any], spends: dict[str, float], name: str) -> None:
        self.make, self.spends, self.name = make, spends, name

    def __call__(self, *given: Any, **named: Any) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def block() -> Any:
            began = time.process_time()
            try:
                with self.make(*given, **named) as value:
                    yield value
            finally:
                self.spends[self.name] += time.process_time() - began

        return block()


def _hook(spends: dict[str, float]) -> None:
    """Put a clock round every piece, wherever it was imported to."""
    for name, (module_name, path) in PIECES.items():
        holder: Any = importlib.import_module(module_name)
        *owners, last = path.split(".")
        for owner in owners:
            holder = getattr(holder, owner)
        plain = getattr(holder, last)
        timing = (
            _TimedBlock(plain, spends, name)
            if last == "house_style"
            else _timed(plain, spends, name)
        )
        setattr(holder, last, timing)
        for module in [m for n, m in sys.modules.items() if n.startswith("cescore.publish.chart")]:
            if last == "house_style" and getattr(module, last, None) is plain:
                setattr(module, last, timing)


def main(arguments: Sequence[str]) -> None:
    """Fork a child per round; each says what it spent."""
    from cescore.run.job import RENDER
    from cescore.run.processes.press import loaded
    from cescore.run.processes.rehearsing import Rehearsals

    bundle, notebook, rounds = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    render = loaded(RENDER)
    if not os.environ.get(SWITCH):
        rehearse(Rehearsals.of(render), bundle, notebook, "zh")
    spends: dict[str, float] = defaultdict(float)
    _hook(spends)
    gc.collect()
    gc.freeze()
    folder = bundle.parent / "stages"
    for _ in range(rounds):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            began = time.process_time()
            render(bundle, folder, "zh", notebook=notebook)
            spends["whole"] = time.process_time() - began
            print(json.dumps(spends), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
