"""A small sound params folder; a test changes one thing in it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from cescore.definitions.definitions import Definitions
from cescore.definitions.load import load_definitions
from cescore.errors import ParamsError, Problem

YEAR = 2025
FILES: dict[str, str] = {
    "variables.yml": """
        gdp: {en: GDP, unit: 10k CNY}
        coal: {en: Coal, unit: t}
        ore: {en: Ore, unit: kt}
        waste: {en: Waste, unit: t, entity_types: [town]}
        reused: {en: Reused, unit: t}
        site: {en: Site code, unit: code}
    """,
    "accounts.yml": """
        factors:
          per_tonne: {value: 2, unit: t CO2/t, source: a table, tag: M}
        accounts:
          material: {en: Material, unit: t, formula: "total(coal, ore)", source: made, tag: P}
          gas: {en: Gas, unit: t CO2, formula: coal * per_tonne, source: made, tag: P}
          unused: {en: Nobody asks, unit: t, formula: coal, source: made, tag: P}
    """,
    "frameworks/town.yml": """
        version: "1"
        source: made for tests
        index: {code: TOWN, en: Town index}
        headline: {resource_output_rate: productivity, resource_recycling_rate: reuse}
        groups:
          resources:
            weight: 1
            groups:
              output: {weight: 2}
              rates: {weight: 1}
          air: {weight: 1}
        indicators:
          productivity:
            en: Productivity
            group: output
            formula: gdp / material
            unit: CNY/t
            direction: 1
            weight: 1
            source: made
            tag: P
            goalposts:
              2021: {worst: 0, best: 100, source: made, tag: P}
          reuse:
            group: rates
            formula: reused / waste
            unit: "%"
            direction: 1
            weight: 1
            source: made
            tag: P
            goalposts:
              2021: {worst: 0, best: 100, source: made, tag: P}
          carbon:
            group: air
            formula: gas / gdp
            unit: t CO2/10k CNY
            direction: -1
            weight: 1
            source: made
            tag: P
            goalposts:
              2021: {worst: 9, best: 1, source: made, tag: P}
        progress:
          groups:
            all: {weight: 1, members: {productivity: 1, reuse: 1}}
    """,
    "runs/2025.yml": "status: sample",
}


def write(folder: Path, **changed: str | bytes | None) -> Path:
    """The folder params/ with some files replaced ("variables_yml"), added, or left out (None)."""
    files: dict[str, str | bytes | None] = {**FILES, **changed}
    root = folder / "params"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(dedent(content), "utf-8")
    return root


def load(
    folder: Path, changed: dict[str, str | bytes | None] | None = None, year: int = YEAR
) -> Definitions:
    return load_definitions(write(folder, **(changed or {})), year)


def replaced(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """One file of the sound folder with one text in it replaced."""
    assert old in FILES[name], f"{old!r} is not in {name}"
    return {name: FILES[name].replace(old, new)}


def problems(folder: Path, changed: dict[str, str | bytes | None]) -> tuple[Problem, ...]:
    """Everything that is wrong with the folder once changed."""
    with pytest.raises(ParamsError) as caught:
        load(folder, changed)
    return caught.value.problems


def line_of(name: str, text: str, changed: dict[str, str | bytes | None]) -> str:
    """The place of a text in a changed file, as a Problem names it."""
    content = changed.get(name, FILES[name])
    assert isinstance(content, str)
    lines = dedent(content).splitlines()
    number = next(i for i, line in enumerate(lines, start=1) if text in line)
    return f"params/{name}:{number}"
