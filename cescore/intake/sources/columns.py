"""The columns a table has: what each may be called, and whether a header names them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cescore.intake.findings import Context
from cescore.intake.notation import clean, nearest
from cescore.intake.wording import shortened

# what a table with a row a value has, and one with a row an entity has not
LONG = ("variable", "value")


@dataclass(frozen=True)
class ColumnLayout:
    """The columns a table has, and the other names each may go by."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    may_break: frozenset[str] = frozenset()  # columns in which a quoted line break may stand

    @property
    def names(self) -> tuple[str, ...]:
        return self.required + self.optional

    def canonical(self, name: str) -> str:
        """The column that a name of a file means; the name itself where it means none."""
        plain = clean(name).text
        known = plain.lower().replace(" ", "_")
        return known if known in self.names else self.synonyms.get(plain, plain)

    def among(self, raw_names: Sequence[str]) -> dict[str, str]:
        """The columns of this layout that a file has, each with the name it has there."""
        found = {self.canonical(name): name for name in raw_names}
        return {name: theirs for name, theirs in found.items() if name in self.names}


def is_header_sound(raw_names: Sequence[str], layout: ColumnLayout, context: Context) -> bool:
    """Whether all required columns are there, each once; what is wrong or odd is told."""
    names = [layout.canonical(name) for name in raw_names]
    missing = [name for name in layout.required if name not in names]
    unknown = [name for name in names if name not in layout.names]
    others = tuple(map(shortened, unknown or names))
    if set(LONG) <= set(missing) and missing == list(layout.required):
        context.error("wide_table", others=others, required=layout.required)
        return False
    for name in missing:
        near = nearest(name, unknown)
        context.of(variable=name).error("column_missing", column=name, others=others, near=near)
    twice = sorted({name for name in names if name in layout.names and names.count(name) > 1})
    for name in twice:
        context.of(variable=name).error("column_twice", column=name, n=names.count(name))
    if missing or twice:
        return False
    for raw, name in zip(raw_names, names, strict=True):
        if raw != name and name in layout.names:
            context.of(variable=name).info("header_name", raw=shortened(raw), column=name)
    for name in unknown:
        near = nearest(name, layout.names) if name else ""
        context.warning("column_unknown", column=shortened(name), known=layout.names, near=near)
    return True
