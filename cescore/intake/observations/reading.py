"""The one way in for observations: batches of any source become typed, checked and keyed rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cescore.intake.address import Address, of_source
from cescore.intake.findings import Context, FindingLog
from cescore.intake.observations.arrays import Grid, Rows
from cescore.intake.observations.careful import COLUMNS, FolderYear, ReadRecord, RowReader
from cescore.intake.observations.dictionary import Dictionary
from cescore.intake.observations.loose_rows import LooseRows
from cescore.intake.observations.observations import Observations, without_duplicates
from cescore.intake.observations.places import Places
from cescore.intake.observations.plain import typed
from cescore.intake.observations.statuses import ESTIMATED
from cescore.intake.sources.accounting import RowCount
from cescore.intake.sources.batches import Batch, Bools, Ints, Source, years_of
from cescore.intake.sources.csv_source import CsvSource
from cescore.intake.sources.inventory import SourceFile
from cescore.intake.sources.parquet_source import ParquetSource
from cescore.intake.wording import phrase
from cescore.method.shelf import put_down

MOST_SPLIT = 100  # entities of two sources named one by one


class Opener(Protocol):
    """How a kind of file becomes a source."""

    def __call__(self, found: SourceFile, context: Context) -> Source: ...


OPENERS: Mapping[str, Opener] = {".csv": CsvSource.open, ".parquet": ParquetSource.open}


@dataclass(frozen=True)
class ReadTables:
    """What was read: usable rows, the account of each source."""

    observations: Observations
    counts: tuple[RowCount, ...]


def read_observations(
    files: Sequence[SourceFile],
    dictionary: Dictionary,
    log: FindingLog,
    years: Sequence[int] = (),
    others: Sequence[Source] = (),
) -> ReadTables:
    """All observations of a workspace; every row is used, or told why not.

    ``others`` are sources that are no files of observations, and open.

    Plain rows of the ``years`` of the panel go straight into its arrays; all others are looked at.
    """
    context = Context(log)
    sources = [OPENERS[file.path.suffix.lower()](file, context.file(file.file)) for file in files]
    return read_sources([*sources, *others], dictionary, log, years)


def read_sources(
    sources: Sequence[Source], dictionary: Dictionary, log: FindingLog, years: Sequence[int] = ()
) -> ReadTables:
    """The same for sources that are open."""
    intake = _Intake(dictionary, log, Grid(dictionary.register, dictionary.variables, years))
    for position, source in enumerate(sources):
        intake.read(source, position)
    files = tuple(source.file for source in sources)
    intake.spread.tell(files)
    unique = without_duplicates(intake.joined(files), log)
    used = np.bincount(unique.frame["file"], minlength=len(files))
    in_grid = [intake.placed.get(i, 0) for i in range(len(files))]
    counts = tuple(
        source.count(int(n) + m) for source, n, m in zip(sources, used, in_grid, strict=True)
    )
    return ReadTables(unique, counts)


@dataclass
class _Intake:
    """Enters sources one after the other, and remembers how many rows of each went into the grid."""

    dictionary: Dictionary
    log: FindingLog
    grid: Grid
    frames: list[LooseRows] = field(default_factory=list)
    placed: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.dictionary
        self.places = Places(known.keys, known.entity_at, known.variable_at)
        self.spread = _Spread(known, self.log)

    def read(self, source: Source, position: int) -> None:
        """Enter a source: plain rows into the grid, the others one by one into a frame."""
        if self._is_too_long(source):
            return
        self.places.add(position, source)
        folder = FolderYear(source.year, _lacks_its_year(source))
        told = YearTeller(self.dictionary, self.log, source)
        for batch in source.batches(source.parts):
            rows = typed(batch, self.dictionary, folder)
            accepted = np.zeros(len(batch), bool)
            plain = np.flatnonzero(rows.is_plain)
            accepted[plain] = self.grid.accepts(rows.rows.taken(plain))
            entered = rows.rows.taken(np.flatnonzero(accepted))
            self.grid.put(entered)
            self.placed[position] = self.placed.get(position, 0) + len(entered.year)
            self._note(position, source, batch, rows.rows, accepted)
            told.add(entered.entity, entered.year, batch.lines[accepted])
            self.spread.add(position, entered.entity, entered.year)
            rest = np.flatnonzero(~accepted)
            if rest.size:
                self._look(batch, rest, rows.rows, rows.is_plain, (source, position, folder), told)
            put_down()
        told.say()

    def _is_too_long(self, source: Source) -> bool:
        """Whether a source has more rows than cells could ever be returned."""
        most, n = self.dictionary.most_rows, source.count(0).read
        if n > most:
            reason = phrase("too_many_rows", n=n, most=most)
            Context(self.log, Address(source.file)).error("file_refused", reason=reason)
        return n > most

    def _note(
        self, position: int, source: Source, batch: Batch, rows: Rows, accepted: Bools
    ) -> None:
        """Where the rows stand, for whoever asks later."""
        known = (rows.entity >= 0) & (rows.variable >= 0) & (rows.year >= 0)
        noted = known if source.is_read_again else accepted
        keys = self.dictionary.keys.of(rows.entity, rows.variable, rows.year)
        self.places.note(position, batch, np.where(noted, keys, -1))

    def _look(
        self,
        batch: Batch,
        rest: Ints,
        rows: Rows,
        is_plain: Bools,
        origin: tuple[Source, int, FolderYear],
        told: YearTeller,
    ) -> None:
        """The rows that are not in the grid, as a frame: plain ones at once, the others one by one."""
        source, position, folder = origin
        code = self.dictionary.is_code[np.maximum(rows.variable[rest], 0)]
        at_once = is_plain[rest] & ~code
        reader = RowReader(self.dictionary, folder, self.log)
        doubtful = rest[~at_once]
        columns = [batch.texts(name, doubtful).to_pylist() for name in (*COLUMNS, "source")]
        careful = []
        for at, *cells, named in zip(doubtful.tolist(), *columns, strict=True):
            raw = dict(zip(COLUMNS, cells, strict=True))
            place = of_source(named) if "!" in named else None
            record = reader.read(at, raw, place or source.address(int(batch.lines[at])))
            if record is not None:
                careful.append(record)
        frame = _frame(rest[at_once], rows, careful, batch, position)
        told.add(frame["entity"], frame["year"], frame["line"])
        self.spread.add(position, frame["entity"], frame["year"])
        self.frames.append(frame)

    def joined(self, files: tuple[str, ...]) -> Observations:
        """Grid and frame as one; cells with rows in both stand in the frame alone."""
        frame = LooseRows.joined(self.frames)
        known = self.dictionary
        whole = Observations(known.ids, known.codes, files, frame, self.grid, self.places)
        cells = zip(*(frame[name].tolist() for name in ("entity", "variable", "year")), strict=True)
        moved = whole.with_rows_of([cell for cell in cells if self.grid.has(*cell)])
        of_each = [np.bincount(rows["file"], minlength=len(files)) for rows in (moved.frame, frame)]
        more = of_each[0] - of_each[1]
        for file in np.flatnonzero(more > 0).tolist():
            self.placed[file] -= int(more[file])
        return moved


def _lacks_its_year(source: Source) -> bool:
    """Whether no row is of the year of the source's folder, read as far as the first that is."""
    if source.year is None:
        return False
    batches = source.batches(source.parts, ("year",))
    return not any(bool((years_of(b.columns["year"]).year == source.year).any()) for b in batches)


def _frame(
    plain: Ints, rows: Rows, careful: Sequence[ReadRecord], batch: Batch, position: int
) -> LooseRows:
    """Plain rows and carefully read ones as one frame, in the order of the source."""
    at = np.concatenate([plain, np.array([record.at for record in careful], np.int64)])

    def column(name: str) -> Ints:
        read = np.array([getattr(record, name) for record in careful], np.int64)
        return np.concatenate([getattr(rows, name)[plain], read])

    texts = np.full(len(at), "", object)
    texts[len(plain) :] = [record.text for record in careful]
    values = np.concatenate([rows.value[plain], np.array([r.value for r in careful], float)])
    status = column("status")
    frame = LooseRows.of(
        {
            "entity": column("entity"),
            "variable": column("variable"),
            "year": column("year"),
            "value": np.where(status <= ESTIMATED, values, np.nan),
            "status": status,
            "flags": np.zeros(len(at), np.uint8),
            "basis": column("basis"),
            "file": np.full(len(at), position, np.int32),
            "line": batch.lines[at],
            "text": texts,
            "source": batch.texts("source", at).to_numpy(zero_copy_only=False),
        }
    )
    return frame.sorted_by("line") if careful else frame


class YearTeller:
    """Tells of late filings, and of rows of years in which the register does not know the entity."""

    def __init__(self, dictionary: Dictionary, log: FindingLog, source: Source) -> None:
        self.dictionary, self.log, self.source = dictionary, log, source
        self._odd: list[tuple[Ints, Ints, Ints]] = []  # entity, year, line

    def add(self, entity: Ints, year: Ints, line: Ints) -> None:
        """Some rows that are used."""
        first, last = self.dictionary.first_year[entity], self.dictionary.last_year[entity]
        is_odd = (year < (self.source.year or 0)) | (year < first) | (year > last)
        for at, (begun, ended) in self.dictionary.absences:
            is_odd |= (entity == at) & (year >= begun) & (year <= ended)
        odd = np.flatnonzero(is_odd)
        if odd.size:
            self._odd.append((entity[odd], year[odd], line[odd]))

    def say(self) -> None:
        """One finding per entity, year and kind."""
        if not self._odd:
            return
        entities, years, lines = (np.concatenate(parts) for parts in zip(*self._odd, strict=True))
        keys, at, sizes = np.unique(
            self.dictionary.keys.of(entities, 0, years), return_inverse=True, return_counts=True
        )
        least = np.full(len(keys), lines.max())
        np.minimum.at(least, at, lines)
        folder = self.source.year
        for key, n, line in zip(keys.tolist(), sizes.tolist(), least.tolist(), strict=True):
            position, _, year = self.dictionary.keys.cell(key)
            entity = self.dictionary.register[self.dictionary.ids[position]]
            here = Context(self.log, self.source.address(line), entity.entity_id, year)
            if folder is not None and year < folder:
                here.warning("late_rows", n=n, year=year, folder=folder)
            if not entity.is_valid_in(year):
                first, last = str(entity.valid_from or ""), str(entity.valid_to or "")
                here.warning("outside_validity", n=n, year=year, first=first, last=last)


@dataclass
class _Spread:
    """Notices entities whose rows of one year come from two sources: a return filed in halves."""

    dictionary: Dictionary
    log: FindingLog

    def __post_init__(self) -> None:
        self._first: dict[int, NDArray[np.int16]] = {}  # year -> source of each entity's first row
        self._split: dict[tuple[int, int, int], list[int]] = {}  # year, sources -> entities

    def add(self, position: int, entity: Ints, year: Ints) -> None:
        """Some rows that are used."""
        for each in np.flatnonzero(np.bincount(year)).tolist():
            is_here = np.zeros(len(self.dictionary.ids), bool)
            is_here[entity[year == each]] = True
            mine = np.flatnonzero(is_here)
            first = self._first.setdefault(each, np.full(len(is_here), -1, np.int16))
            others = mine[(first[mine] >= 0) & (first[mine] != position)]
            for other in np.flatnonzero(np.bincount(first[others])).tolist():
                met = self._split.setdefault((each, other, position), [])
                met.extend(others[first[others] == other].tolist())
            first[mine[first[mine] < 0]] = position

    def tell(self, files: Sequence[str]) -> None:
        """A warning for each entity; of very many in the same two sources one for all."""
        for (year, one, other), entities in self._split.items():
            mine = list(dict.fromkeys(entities))
            here = Context(self.log, Address(files[other]), year=year)
            if len(mine) > MOST_SPLIT:
                here.info("split_returns", n=len(mine), one=files[one], other=files[other])
                continue
            for at in mine:
                about = here.of(entity_id=self.dictionary.ids[at])
                about.warning("split_return", one=files[one], other=files[other])
