"""What a form is: whose, of which year, made from which params; written where it survives editing.

The same fields stand in a hidden sheet, in defined names, in the document's own properties and, for
people, above the table of the return. A reader hands over what it can see of them; a form that lost
some of these is still known by the others, and one in which they contradict each other says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields

from cescore.intake.notation import clean
from cescore.returns.forms.shape import IDENTITY_SHEET, RETURN, FormWord, key_of

PREFIX = "cescore_"  # of defined names and properties
TITLE_ROWS = 12  # of the return, among which people read whose it is
SOURCES = ("sheet", "names", "properties", "title")  # where it may stand, the most trusted first

# The fields that people read, above the table of the return, with the word before each.
SHOWN = (
    FormWord("entity_id", "单位代码", "Entity code"),
    FormWord("year", "填报年份", "Year"),
)


@dataclass(frozen=True)
class FormIdentity:
    """What a form carries of itself; all texts, as they stand in the workbook."""

    entity_id: str
    year: str
    entity_type: str
    lang: str
    params_version: str  # the framework's version, for people
    params_hash: str  # of all that the form was made from; see `contents.FormContents.hash`
    format_version: str

    def items(self) -> Mapping[str, str]:
        """Field -> text."""
        return asdict(self)


FIELDS = tuple(field.name for field in fields(FormIdentity))


@dataclass(frozen=True)
class Contradiction:
    """A field that says different things in different places of one workbook."""

    field: str
    texts: tuple[tuple[str, str], ...]  # where (one of `SOURCES`), what stands there


@dataclass(frozen=True)
class IdentityReading:
    """What a workbook says that it is.

    ``identity`` is None where it is no form of ours, or where entity or year stand nowhere any more;
    a field other than these that is lost is "". Where places contradict each other the most trusted
    one is taken.
    """

    identity: FormIdentity | None
    contradictions: tuple[Contradiction, ...] = ()
    places: tuple[str, ...] = ()  # where something of it was found
    # field -> sheet, row and column (from 1) where people read it, above the table
    title_cells: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)


def name_of_field(field: str) -> str:
    """What a field is called among defined names and properties."""
    return f"{PREFIX}{field}"


def read_identity(
    sheets: Mapping[str, Iterable[Sequence[object]]],
    names: Mapping[str, str] = {},
    properties: Mapping[str, object] = {},
) -> IdentityReading:
    """What a workbook says that it is, from all that a reader can see of it.

    Parameters
    ----------
    sheets
        Name of a sheet -> its rows from the top, each the values of its cells; hidden ones too.
    names
        Defined name -> what it refers to, ``"E001"`` or ``="E001"``; readers that do not see
        names leave them out.
    properties
        The document's own properties -> value, likewise.

    Examples
    --------
    >>> rows = [("entity_id", "E001"), ("year", "2025")]
    >>> reading = read_identity({"_form": rows}, {"cescore_year": '"2024"'})
    >>> reading.identity.entity_id, reading.identity.year
    ('E001', '2025')
    >>> reading.contradictions
    (Contradiction(field='year', texts=(('sheet', '2025'), ('names', '2024'))),)
    """
    title = {field: (text, place) for field, text, place in _in_title(sheets)}
    found = {
        "sheet": dict(_in_rows(sheets.get(IDENTITY_SHEET, ()))),
        "names": _by_name({name: _constant(text) for name, text in names.items()}),
        "properties": _by_name(properties),
        "title": {field: text for field, (text, _) in title.items()},
    }
    texts = {
        field: [(place, found[place][field]) for place in SOURCES if found[place].get(field)]
        for field in FIELDS
    }
    contradictions = tuple(
        Contradiction(field, tuple(said))
        for field, said in texts.items()
        if len({text for _, text in said}) > 1
    )
    known = {field: said[0][1] if said else "" for field, said in texts.items()}
    is_ours = any(found[place] for place in SOURCES[:-1]) or all(found["title"].values())
    is_form = is_ours and bool(known["entity_id"] and known["year"])
    places = tuple(place for place in SOURCES if found[place])
    cells = {field: place for field, (_, place) in title.items()}
    return IdentityReading(
        FormIdentity(**known) if is_form else None, contradictions, places, cells
    )


def _in_rows(rows: Iterable[Sequence[object]]) -> Iterator[tuple[str, str]]:
    """The fields of the hidden sheet: their name, and beside it what they say."""
    for row in rows:
        if len(row) > 1 and str(row[0]) in FIELDS and _text(row[1]):
            yield str(row[0]), _text(row[1])


def _by_name(values: Mapping[str, object]) -> dict[str, str]:
    """The fields among names or properties, whatever the case they came back in."""
    plain = {name.casefold(): _text(value) for name, value in values.items()}
    named = {field: plain.get(name_of_field(field), "") for field in FIELDS}
    return {field: text for field, text in named.items() if text}


def _in_title(
    sheets: Mapping[str, Iterable[Sequence[object]]],
) -> Iterator[tuple[str, str, tuple[str, int, int]]]:
    """What people read above the table: a word of `SHOWN`, the next cell to its right, and where that is."""
    for name, rows in sheets.items():
        if key_of(name, [RETURN]) is None:
            continue
        for line, row in zip(range(1, TITLE_ROWS + 1), rows, strict=False):
            cells = [_text(value) for value in row]
            for place, text in enumerate(cells):
                key = key_of(text, SHOWN) if text else None
                others = enumerate(cells[place + 1 :], place + 2)
                column, beside = next(((at, other) for at, other in others if other), (0, ""))
                is_word = (
                    key_of(beside, SHOWN) is not None
                )  # the next heading: nothing stands between
                if key is not None and beside and not is_word:
                    yield key, beside, (name, line, column)


def _constant(refers_to: str) -> str:
    """The text that a defined name stands for: ``="E001"`` is E001."""
    text = refers_to.strip().removeprefix("=")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _text(value: object) -> str:
    """A cell as text: 2025.0, as some readers give a whole number, is 2025."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)).text
