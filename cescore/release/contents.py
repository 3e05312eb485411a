"""release/index.html: which editions were released, which of them is in force, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from cescore.publish.words import label
from cescore.release.editions import PUBLIC
from cescore.release.register import OFFICIAL, RegisterEntry, ReleaseRegister
from cescore.run.files import write_atomically
from cescore.run.tree.store import INDEX_PAGE

HEADS = ("run", "edition", "state", "signed", "reason")


@dataclass(frozen=True)
class _Line:
    entry: RegisterEntry
    register: ReleaseRegister

    def cells(self) -> list[str]:
        """The line as HTML, in both languages: the page is for everybody."""
        entry, register = self.entry, self.register
        withdrawn = register.has(entry.edition, "withdrawn")
        is_open = register.has(entry.edition, "published") and not withdrawn
        name = escape(Path(entry.edition).name)
        link = f'<a href="{escape(entry.edition)}/{PUBLIC}/{INDEX_PAGE}">{name}</a>'
        reason = withdrawn.reason if withdrawn else entry.reason
        return [
            escape(entry.run),
            link if is_open else name,
            _both(f"release.state.{register.state(entry)}"),
            escape(entry.signed.date),
            escape(reason),
        ]


def _both(key: str) -> str:
    return " ".join(escape(label(key, lang)) for lang in ("zh", "en"))


def write_index(folder: Path) -> None:
    """Write the page from the register: official editions alone, the newest first."""
    register = ReleaseRegister.read(folder)
    lines = [_Line(e, register) for e in reversed(register.entries) if e.step in OFFICIAL]
    heads = "".join(f"<th>{_both(f'release.head.{head}')}</th>" for head in HEADS)
    rows = "\n".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in line.cells())}</tr>" for line in lines
    )
    title = _both("release.title")
    page = (
        '<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>body{{font-family:sans-serif;margin:2em}}"
        "table{border-collapse:collapse}td,th{border:1px solid #c9d1d6;padding:.3em .8em;"
        "text-align:left}</style></head>\n"
        f"<body><h1>{title}</h1>\n<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody>"
        "</table></body></html>\n"
    )
    write_atomically(folder / INDEX_PAGE, page.encode())
    (folder / INDEX_PAGE).chmod(0o644)
