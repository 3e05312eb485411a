"""Each printed cell as markup: of what it shows the richest form that paper knows, as Jupyter chooses.

What paper cannot show makes the report fail, what it can only show in part is remarked; either
names the cell.
"""

# mypy: allow-untyped-calls, no-warn-return-any
# (nbconvert and nbformat are not typed)
from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict

from cescore.errors import PublishError
from cescore.publish.cells.mathematics import NotTypeset, formula_html, latex_html
from cescore.publish.cells.terminal import terminal_html
from cescore.publish.cells.wide_tables import folded
from cescore.publish.words import label

# tags of cells that stay in the notebook; the template leaves them out as well, for nbconvert alone
NOT_PRINTED = frozenset(["working", "parameters", "injected-parameters"])
INJECTED = "injected-parameters"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SVG = "image/svg+xml"
OWN_TYPES = "application/vnd.cescore."  # for the builder, beside the text that is shown
OWN_TABLE = '<table class="data'
NAMED_TYPES = {
    "application/vnd.jupyter.widget-view+json": "a widget",
    "application/javascript": "a script",
    "application/pdf": "a PDF",
}
SVG_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
LONGEST_QUOTED = 60  # characters of a cell's line or of a formula in a message


def printed_cells(executed: NotebookNode) -> list[NotebookNode]:
    """The cells that a page shows, in its order: those tagged ``front`` first."""
    return [cell for _, cell in _numbered(executed)]


@dataclass(frozen=True)
class ShownCells:
    """The printed cells, and what a person should look at of them, each remark with its cell."""

    cells: list[NotebookNode]
    remarks: tuple[str, ...]


def shown_cells(executed: NotebookNode, lang: str) -> ShownCells:
    """The printed cells with what they show as markup, one HTML output each.

    Raises
    ------
    PublishError
        Cells show something that no paper can, each named.
    """
    settings = [_CellSetting(number, cell, lang) for number, cell in _numbered(executed)]
    cells = [setting.shown() for setting in settings]
    wrong = [problem for setting in settings for problem in setting.wrong]
    if wrong:
        raise PublishError("; ".join(wrong))
    return ShownCells(cells, tuple(told for setting in settings for told in setting.remarks))


def cell_numbers(executed: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Every cell with its number as an author counts: from 1, without the injected one."""
    own = [cell for cell in executed.cells if INJECTED not in _tags(cell)]
    return enumerate(own, start=1)


def _numbered(executed: NotebookNode) -> list[tuple[int, NotebookNode]]:
    kept = [(n, cell) for n, cell in cell_numbers(executed) if not NOT_PRINTED & set(_tags(cell))]
    return sorted(kept, key=lambda pair: "front" not in _tags(pair[1]))


def _tags(cell: NotebookNode) -> Sequence[str]:
    return cell.metadata.get("tags", [])


@dataclass
class _CellSetting:
    """One cell being set, and what there is to say of it."""

    number: int
    cell: NotebookNode
    lang: str
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def shown(self) -> NotebookNode:
        """The cell with its markup as its only outputs."""
        shown = [{"text/html": str(part)} for part in self._parts() if part]
        # built and not asked of nbformat's schema one by one: nbconvert asks it of the whole page
        return from_dict(
            {
                "cell_type": "code",
                "id": self.cell.id,
                "metadata": self.cell.metadata,
                "execution_count": None,
                "source": "",
                "outputs": [
                    {"output_type": "display_data", "data": data, "metadata": {}} for data in shown
                ],
            }
        )

    def _parts(self) -> Iterator[str]:
        if self.cell.cell_type == "markdown":
            yield self.markdown(self.cell.source, self.cell.get("attachments", {}))
        elif self.cell.cell_type == "raw":
            yield self._raw()
        else:
            yield from map(self._output, self.cell.get("outputs", []))

    def _raw(self) -> str:
        is_html = self.cell.metadata.get("raw_mimetype", "").lower() == "text/html"
        return self.cell.source if is_html else Markup("<pre>{}</pre>").format(self.cell.source)

    def _output(self, output: NotebookNode) -> str:
        if output.output_type == "stream":
            is_shown = output.name == "stdout"  # what is said on stderr becomes a warning
            return Markup("<pre>{}</pre>").format(terminal_html(output.text)) if is_shown else ""
        data = output.get("data", {})
        setters: Mapping[str, Callable[[NotebookNode], str]] = {
            "text/html": lambda o: self._html(o.data["text/html"]),
            "text/markdown": lambda o: self.markdown(o.data["text/markdown"], {}),
            SVG: self._svg,
            "text/latex": lambda o: self._latex(o.data["text/latex"]),
            **dict.fromkeys(PICTURES, self._picture),
            "application/json": _json,
            "text/plain": self._text,
        }
        kind = next((kind for kind in setters if kind in data), None)
        return setters[kind](output) if kind else self._refuse(data)

    def _text(self, output: NotebookNode) -> str:
        """The text of an output that has nothing richer: of one that paper cannot show, no text is
        right."""
        richer = [kind for kind in output.data if kind != "text/plain"]
        if any(not kind.startswith(OWN_TYPES) for kind in richer):
            return self._refuse(output.data)
        return Markup("<pre>{}</pre>").format(terminal_html(output.data["text/plain"]))

    def _refuse(self, data: Mapping[str, Any]) -> str:
        kinds = [kind for kind in data if kind != "text/plain" and not kind.startswith(OWN_TYPES)]
        if kinds:
            named = ", ".join(f"{NAMED_TYPES[k]} ({k})" if k in NAMED_TYPES else k for k in kinds)
            self.wrong.append(
                f"{self._place} shows {named}, which paper cannot: show a table, a text or a picture,"
                " or tag the cell 'working'"
            )
        return ""

    @property
    def _place(self) -> str:
        line = next((line.strip() for line in self.cell.source.splitlines() if line.strip()), "")
        return f"cell {self.number} (`{line[:LONGEST_QUOTED]}`)"

    def remark(self, words: str) -> None:
        """Note something that a person should look at, once."""
        told = f"cell {self.number}: {words}"
        if told not in self.remarks:
            self.remarks.append(told)

    def _html(self, html: str) -> str:
        if OWN_TABLE in html:
            return html
        narrow, too_wide = folded(html)
        for columns in too_wide:
            self.remark(f"a table of {columns} columns is wider than the page: show fewer at once")
        return narrow

    def _latex(self, text: str) -> str:
        try:
            return latex_html(text)
        except NotTypeset as error:
            return self.as_written(str(error), text)

    def as_written(self, tex: str, text: str) -> Markup:
        """A formula that cannot be set, as its author wrote it."""
        self.remark(
            f"a formula is printed as written, this part of TeX cannot be set: {tex[:LONGEST_QUOTED]}"
        )
        return Markup("<code>{}</code>").format(text)

    def markdown(self, source: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
        """Markdown as HTML, with formulas and attached pictures, without an anchor at each heading."""
        return MarkdownWithMath(renderer=_Renderer(self, attachments)).render(source)

    def _svg(self, output: NotebookNode) -> str:
        drawing = output.data[SVG]
        title = SVG_TITLE.search(drawing)
        raw = base64.b64encode(drawing.encode()).decode("ascii")
        return self._image(
            SVG, raw, self._alt(output, SVG) or (title.group(1) if title else ""), {}
        )

    def _picture(self, output: NotebookNode) -> str:
        kind = next(kind for kind in PICTURES if kind in output.data)
        raw = "".join(output.data[kind].split())
        self._refuse_broken(kind, raw)
        return self._image(kind, raw, self._alt(output, kind), output.metadata.get(kind, {}))

    def _alt(self, output: NotebookNode, kind: str) -> str:
        places = (output.metadata.get(kind, {}), output.metadata, self.cell.metadata)
        return next((str(place["alt"]) for place in places if place.get("alt")), "")

    def _image(self, kind: str, raw: str, alt: str, sizes: Mapping[str, Any]) -> str:
        given = {name: sizes[name] for name in ("width", "height") if sizes.get(name)}
        size = Markup("").join(Markup(' {}="{}"').format(*pair) for pair in given.items())
        words = self.alternative(alt)
        return Markup('<img alt="{}" src="data:{};base64,{}"{}>').format(words, kind, raw, size)

    def alternative(self, alt: str) -> str:
        """The words for a picture, or the remark that it has none."""
        if not alt.strip():
            self.remark("a picture has no words for those who cannot see it: give it an alt text")
        return alt.strip() or label("picture.no_alt", self.lang)

    def _refuse_broken(self, kind: str, raw: str) -> None:
        """Note a picture that cannot be read."""
        from PIL import Image

        try:
            with Image.open(io.BytesIO(base64.b64decode(raw))) as picture:
                picture.verify()
        except Exception as error:  # Pillow raises whatever the bytes provoke
            self.wrong.append(
                f"{self._place} shows a picture ({kind}) that cannot be read: {error}"
            )

    def attached(self, url: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
        """The address of a picture: an attached one as its data."""
        name = url.removeprefix("attachment:")
        if name == url:
            return url
        found = attachments.get(name) or attachments.get(_unquoted(name)) or {}
        kinds = (SVG, *PICTURES)
        kind = next((kind for kind in kinds if kind in found), None)
        if kind is None:
            had = ", ".join(attachments) or "none"
            self.wrong.append(f"{self._place} shows the attachment {name!r}; the cell's are: {had}")
            return ""
        raw = "".join(found[kind].split())
        if kind != SVG:
            self._refuse_broken(kind, raw)
        return f"data:{kind};base64,{raw}"


def _unquoted(name: str) -> str:
    from urllib.parse import unquote

    return unquote(name)


def _json(output: NotebookNode) -> str:
    text = json.dumps(output.data["application/json"], ensure_ascii=False, indent=2)
    return Markup("<pre>{}</pre>").format(text)


class _Renderer(IPythonRenderer):
    """nbconvert's own renderer of Markdown, whose formulas and pictures are set for paper."""

    def __init__(self, setting: _CellSetting, attachments: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._setting = setting
        self._attached = attachments

    def block_math(self, body: str) -> str:
        return self._formula(body, f"$${body}$$", is_block=True)

    def inline_math(self, body: str) -> str:
        return self._formula(body, f"${body}$", is_block=False)

    def latex_environment(self, name: str, body: str) -> str:
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._formula(whole, whole, is_block=True)

    def _formula(self, tex: str, source: str, *, is_block: bool) -> str:
        try:
            return formula_html(tex, is_block=is_block)
        except NotTypeset as error:
            return self._setting.as_written(str(error), source)

    def block_mermaidjs(self, code: str) -> str:
        self._setting.remark("a mermaid diagram is printed as its text")
        return Markup("<pre>{}</pre>").format(code.strip())

    def image(self, text: str, url: str, title: str | None = None) -> str:
        words = self._setting.alternative(text or title or "")
        source = self._setting.attached(url, self._attached)
        return Markup('<img src="{}" alt="{}">').format(source, words) if source else ""
