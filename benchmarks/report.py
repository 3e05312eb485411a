"""The small report of a benchmark run: tables in Markdown, plots as SVG, figures as JSON.

A run of some parts writes these anew and leaves the tables and figures of the others as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START, END = "<!-- figures: benchmarks/run.py writes below this line -->", "<!-- end of figures -->"


PART = "<!-- part: {} -->\n"
_PART = re.compile(r"<!-- part: (\w+) -->\n")


@dataclass
class Report:
    """Lines for the reader, part by part, and every figure for a machine."""

    folder: Path
    parts: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def begin(self, part: str) -> None:
        """What is said from here on belongs to a part of the benchmarks."""
        self.parts[part] = []

    def heading(self, text: str) -> None:
        self._say(f"\n### {text}\n")

    def say(self, text: str) -> None:
        self._say(text + "\n")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self._say("| " + " | ".join(head) + " |")
        self._say("|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|")
        for row in rows:
            self._say("| " + " | ".join(str(cell) for cell in row) + " |")
        self._say("")

    def plot(self, name: str, alt: str, draw: Any) -> None:
        """An SVG in the folder; ``draw`` is given the axes."""
        import matplotlib as mpl
        from matplotlib.figure import Figure

        with mpl.rc_context({"svg.hashsalt": "cescore", "svg.fonttype": "none", "font.size": 8}):
            figure = Figure(figsize=(6.4, 2.8), layout="constrained")
            axes = figure.add_subplot()
            draw(axes)
            axes.spines[["top", "right"]].set_visible(False)
            self.folder.mkdir(parents=True, exist_ok=True)
            figure.savefig(self.folder / f"{name}.svg", metadata={"Date": None})
        self._say(f"![{alt}](../benchmarks/results/{name}.svg)\n")

    def keep(self, name: str, values: Mapping[str, Any]) -> None:
        self.figures[name] = dict(values)

    def write(self, document: Path | None) -> None:
        """results.json and results.md in the folder; the same lines into a document between marks."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / "results.md"
        before = target.read_text(encoding="utf-8") if target.is_file() else ""
        target.write_text(
            self._with(before).replace("../benchmarks/results/", ""), encoding="utf-8"
        )
        target = self.folder / "results.json"
        known = json.loads(target.read_text(encoding="utf-8")) if target.is_file() else {}
        figures = json.dumps(known | self.figures, indent=1, ensure_ascii=False) + "\n"
        target.write_text(figures, encoding="utf-8")
        if document is not None:
            before, _, rest = document.read_text(encoding="utf-8").partition(START)
            known_text, _, after = rest.partition(END)
            text = f"{before}{START}\n{self._with(known_text)}{END}{after}"
            document.write_text(text, encoding="utf-8")

    def _with(self, text: str) -> str:
        """The parts of a text with those of this run in their place, or behind them."""
        _, *found = _PART.split(text)
        parts = dict(zip(found[::2], found[1::2], strict=True))
        parts |= {name: "\n".join(lines) + "\n" for name, lines in self.parts.items()}
        return "".join(PART.format(name) + lines for name, lines in parts.items())

    def _say(self, line: str) -> None:
        print(line, flush=True)
        next(reversed(self.parts.values())).append(line)
