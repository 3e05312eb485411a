"""The small report of a benchmark run: tables in Markdown, plots as SVG, figures as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START, END = "<!-- figures: benchmarks/run.py writes below this line -->", "<!-- end of figures -->"


@dataclass
class Report:
    """Lines for the reader, and every figure for a machine."""

    folder: Path
    lines: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

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
        text = "\n".join(self.lines) + "\n"
        (self.folder / "results.md").write_text(
            text.replace("../benchmarks/results/", ""), encoding="utf-8"
        )
        figures = json.dumps(self.figures, indent=1, ensure_ascii=False) + "\n"
        (self.folder / "results.json").write_text(figures, encoding="utf-8")
        if document is not None:
            before, _, rest = document.read_text(encoding="utf-8").partition(START)
            after = rest.partition(END)[2]
            document.write_text(f"{before}{START}\n{text}{END}{after}", encoding="utf-8")

    def _say(self, line: str) -> None:
        print(line, flush=True)
        self.lines.append(line)
