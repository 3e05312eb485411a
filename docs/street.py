#!/usr/bin/env python3
"""Draw the package's rooms and their imports into docs/street.svg, from the code itself.

``python docs/street.py`` writes the picture; a test holds the committed one to what this draws.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "cescore"
PICTURE = REPOSITORY / "docs" / "street.svg"
# From the top down: a module imports its own room and rooms further down, nothing else.
STREET = (
    "cli", "release", "run", "desk", "publish", "disclosure", "returns", "evaluation", "intake",
    "method", "definitions", "errors",
)  # fmt: skip

WIDTH, LEFT, ROOM_WIDTH, ROOM_HEIGHT, GAP, LANE = 920, 10, 680, 40, 16, 22


def module_of(path: Path) -> str:
    """The dotted name of a module's file."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room that a module of the package stands in."""
    return module.split(".")[1] if "." in module else module


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path: Path, names: frozenset[str]) -> set[str]:
    """Modules that a file imports, wherever the import stands; of ``names`` by their own names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & names) | ({node.module} if inner - names else set())
    return found


def first_line(room: str) -> str:
    """The first line of a room's docstring: what stands in it."""
    path = PACKAGE / room / "__init__.py" if (PACKAGE / room).is_dir() else PACKAGE / f"{room}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].rstrip(".")


def room_imports() -> dict[str, set[str]]:
    """Each room and the rooms that its modules import."""
    paths = modules()
    names = frozenset(paths)
    found: dict[str, set[str]] = {room: set() for room in STREET}
    for module, path in paths.items():
        if module != "cescore":
            rooms = {room_of(name) for name in imported(path, names) & names} - {"cescore"}
            found[room_of(module)] |= rooms - {room_of(module)}
    return found


def picture() -> str:
    """The street as SVG: a box a room from the top down, an arrow to each room that it imports."""
    height = len(STREET) * (ROOM_HEIGHT + GAP) + GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            ' font-family="sans-serif" role="img">',
            "<title>The rooms of the package: each imports only rooms below it</title>",
            '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6"'
            ' markerHeight="6" orient="auto"><path d="M0 0 6 3 0 6z" fill="#5b6b7a"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *_boxes(),
            *_arrows(),
            "</svg>",
            "",
        ]
    )


def _boxes() -> Iterator[str]:
    for room in STREET:
        y = _top(room)
        yield (
            f'<rect x="{LEFT}" y="{y}" width="{ROOM_WIDTH}" height="{ROOM_HEIGHT}" rx="4"'
            ' fill="#eef3f6" stroke="#5b6b7a"/>'
        )
        yield (
            f'<text x="{LEFT + 10}" y="{y + 25}" font-size="14" font-weight="bold"'
            f' fill="#1b2a36">{room}</text>'
        )
        yield (
            f'<text x="{LEFT + 105}" y="{y + 25}" font-size="11.5" fill="#1b2a36">'
            f"{escape(first_line(room))}</text>"
        )


def _arrows() -> Iterator[str]:
    """One lane beside the boxes for each room that others import, with a tip at that room."""
    importing = room_imports()
    for lane, room in enumerate(STREET[1:]):
        users = [user for user in STREET if room in importing[user]]
        if not users:
            continue
        x, right = LEFT + ROOM_WIDTH + 20 + lane * LANE, LEFT + ROOM_WIDTH
        end = _top(room) + ROOM_HEIGHT // 2
        for user in users:
            start = _top(user) + 6 + lane * 3
            yield (
                f'<path d="M{right} {start}H{x}V{end}H{right + 2}" fill="none" stroke="#5b6b7a"'
                ' stroke-opacity="0.55" marker-end="url(#tip)"/>'
            )


def _top(room: str) -> int:
    return GAP + STREET.index(room) * (ROOM_HEIGHT + GAP)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
