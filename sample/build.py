"""From a seed to tables: block by block of city frames, so that half a million firms fit in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sample import cases, parks, places, sums
from sample.catalogue import Catalogue, PlannedCheck, PlannedVeto, read_catalogue, read_plan
from sample.confirmed import confirmations_text
from sample.districts import city_values, district_values, territory_values
from sample.firms import firm_values
from sample.frame import (
    CITY_ID,
    DISTRICTS,
    FIRMS_PER_FRAME,
    PARKS,
    SAME_AS,
    TERRITORIES,
    YEARS,
    Frame,
    build_frame,
    firm_label,
)
from sample.inspection import (
    FIRST_INSPECTED,
    MEASURE_COLUMNS,
    VETO_COLUMNS,
    Inspected,
    measure_rows,
    veto_rows,
)
from sample.lines import LINES, RESOURCES
from sample.mixes import mixes
from sample.statements import write_statements
from sample.table import ESTIMATED, Floats, Table
from sample.write import (
    OBSERVATIONS,
    REGISTER,
    ParquetYears,
    corrections_text,
    observation_rows,
    write_csv,
)

FRAMES_PER_BLOCK = 60
AUDITED = {
    "steel",
    "cement",
    "casting",
    "pharma",
    "dyeing",
    "chemical",
    "battery",
    "aluminium",
    "power",
}


@dataclass(frozen=True)
class Block:
    """Some city frames: register rows and one table per entity type."""

    register: tuple[tuple[str, ...], ...]
    tables: tuple[Table, ...]  # city, district, park, enterprise
    quality: dict[str, float]  # how well each entity does, for inspections


def prefix(frame: int) -> str:
    """What ids of a frame begin with: nothing in the first, the real one."""
    return "" if frame == 0 else f"F{frame:04d}-"


def firm_ids(frame: Frame) -> list[str]:
    return [
        f"{prefix(f)}E{s + 1:03d}"
        for f, s in zip(frame.frame.tolist(), frame.slot.tolist(), strict=True)
    ]


def make_blocks(seed: int, entities: int, catalogue: Catalogue) -> Iterator[Block]:
    """The first frame alone, then blocks of frames; each block draws from its own stream."""
    done = 0
    while done < entities:
        first = done // FIRMS_PER_FRAME
        size = FIRMS_PER_FRAME if first == 0 else FIRMS_PER_FRAME * FRAMES_PER_BLOCK
        count = min(size, entities - done)
        yield make_block(seed, first, count, catalogue)
        done += count


def make_block(seed: int, first_frame: int, firms: int, catalogue: Catalogue) -> Block:
    """All tables of some frames."""
    rng = np.random.default_rng([seed, first_frame])
    frame = build_frame(first_frame, firms)
    ids, units = firm_ids(frame), catalogue.units
    quality = np.clip(rng.normal(0.0, 0.85, size=len(frame)), -2.0, 2.0)
    trend = rng.normal(-0.016, 0.012, size=len(frame))
    member_of = sums.membership(frame)
    if first_frame == 0:
        cases.shape_firms(ids, quality, trend)
        cases.shape_membership(ids, member_of)
    firms_v = firm_values(frame, quality, trend, rng)
    if first_frame == 0:
        cases.change_firms(ids, firms_v)
    parks_v = parks.park_values(firms_v, frame, member_of, frame.is_valid, units, rng)
    territory = territory_values(firms_v, parks_v, frame, units, rng)
    district_v = district_values(territory, frame.frames)
    numbers = range(first_frame, first_frame + frame.frames)
    district_ids = [f"{prefix(f)}{d[0]}" for f in numbers for d in DISTRICTS]
    if first_frame == 0:
        cases.change_districts(district_v, district_ids)
    city_v = city_values(district_v, frame.frames, rng)
    tables = (
        _table(
            [f"{prefix(f)}{CITY_ID}" for f in numbers], "city", city_v, catalogue, "administrative"
        ),
        _table(district_ids, "district", district_v, catalogue, "administrative"),
        _table(
            [f"{prefix(f)}{p[0]}" for f in numbers for p in PARKS],
            "park",
            parks_v,
            catalogue,
            "administrative",
        ),
        _table(ids, "enterprise", firms_v, catalogue, "consented", frame.is_valid),
    )
    _add_codes(tables, frame, quality)
    _mark_estimates(tables, rng)
    if first_frame == 0:
        cases.shape_codes(ids, tables[3].codes["energy_basis"])
        cases.mark_firms(tables[3])
        cases.mark_districts(tables[1])
    holders = [cases.HOLDINGS.get(entity_id, entity_id) for entity_id in ids]
    made, whole = firms_v["output_constant"], parks_v["output_constant"]
    industries = mixes(made, whole, frame, member_of, holders)
    rows = _register(frame, numbers, ids, industries)
    register = tuple((*row, _same_as(row[0])) for row in rows)
    return Block(register, tables, _qualities(tables, frame, quality))


def _table(
    ids: Sequence[str],
    entity_type: str,
    values: dict[str, Floats],
    catalogue: Catalogue,
    basis: str,
    valid: NDArray[np.bool_] | None = None,
) -> Table:
    """A table of the dictionary's variables; one the generator does not make is not applicable, except to the city."""
    shape = (len(ids), len(YEARS))
    kept = {}
    for code in catalogue.codes[entity_type]:
        if catalogue.kinds[code] == "code" or (entity_type == "city" and code not in values):
            continue
        x = values.get(code)
        kept[code] = np.full(shape, np.nan) if x is None else x + 0.0
    return Table(
        ids,
        entity_type,
        np.ones(shape, bool) if valid is None else valid,
        kept,
        default_basis=basis,
    )


def _add_codes(tables: Sequence[Table], frame: Frame, quality: Floats) -> None:
    """Variables that are a word: bases, products, states of audits and retrofits."""
    for table in tables:
        basis = "calorific" if table.entity_type in ("park", "enterprise") else "equivalent"
        table.codes["energy_basis"] = np.full(table.shape, basis, dtype=object)
    frames = frame.frames
    park, firm = tables[2], tables[3]
    park.codes["park_retrofit_status"] = np.tile(
        np.array(parks.PARK_RETROFIT, dtype=object), (frames, 1)
    )
    line = np.array([LINES[i].code for i in frame.line], dtype=object)
    firm.codes["product_code"] = np.repeat(line[:, None], len(YEARS), axis=1)
    audited = np.array([LINES[i].code in AUDITED for i in frame.line])
    step = np.clip(
        np.floor(1.2 * quality + 0.7)[:, None] + np.arange(len(YEARS)) * 0.6, 0, 2
    ).astype(int)
    words = np.array(["due", "in_progress", "passed"], dtype=object)[step]
    firm.codes["cp_audit_status"] = np.where(audited[:, None], words, "na")


def _mark_estimates(tables: Sequence[Table], rng: np.random.Generator) -> None:
    """测算: what nobody can weigh, and a few values of firms without meters."""
    district, firm = tables[1], tables[3]
    for code in (
        "rr_generated_est",
        "manure_generated",
        *(f"rr_{kind}_generated_est" for kind in RESOURCES),
    ):
        district.mark(code, slice(None), slice(None), ESTIMATED)
    for code, share in (
        ("em_voc", 0.10),
        ("waste_heat_available", 0.25),
        ("water_industry_reused", 0.04),
    ):
        chosen = rng.random(firm.shape) < share
        firm.status[code] = np.where(chosen, ESTIMATED, 0).astype(np.uint8)


def _qualities(tables: Sequence[Table], frame: Frame, quality: Floats) -> dict[str, float]:
    frames = frame.frames
    district_q = np.array([0.8 * places.QUALITY[0] + 0.2 * places.QUALITY[4], *places.QUALITY[1:]])
    known = dict.fromkeys(tables[0].ids, 0.5)
    known |= dict(zip(tables[1].ids, np.tile(district_q, frames).tolist(), strict=True))
    known |= dict(zip(tables[2].ids, np.tile(parks.PARK_QUALITY, frames).tolist(), strict=True))
    known |= dict(zip(tables[3].ids, quality.tolist(), strict=True))
    return known | {i: q for i, q in cases.INSPECTED_AS.items() if i in known}


def _register(
    frame: Frame, numbers: Sequence[int], ids: Sequence[str], industries: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    """Rows of entities.csv: the bodies of each frame, then all firms."""
    of_park = iter(industries)
    for f in numbers:
        p, tail = prefix(f), "" if f == 0 else f"（示例{f:04d}）"
        en_tail = "" if f == 0 else f" (sample {f:04d})"
        yield (
            f"{p}{CITY_ID}",
            "city",
            f"辽源市{tail}",
            f"Liaoyuan{en_tail}",
            "",
            "",
            "",
            "",
            "",
            "",
            "true",
        )
        for code, zh, en in DISTRICTS:
            inside = f"{p}220402" if code == "2204GX" else ""
            parent = inside or f"{p}{CITY_ID}"
            yield (
                f"{p}{code}",
                "district",
                zh + tail,
                en + en_tail,
                parent,
                inside,
                "",
                "",
                "",
                "",
                "true",
            )
        for code, zh, en, parent, _ in PARKS:
            yield (
                f"{p}{code}",
                "park",
                zh + tail,
                en + en_tail,
                f"{p}{parent}",
                "",
                "",
                next(of_park),
                "",
                "",
                "true",
            )
    for i, entity_id in enumerate(ids):
        yield _firm_row(frame, i, entity_id)


def _same_as(entity_id: str) -> str:
    """The other body that is the same place, within the entity's own frame."""
    start, _, own = entity_id.rpartition("-")
    other = SAME_AS.get(own, "")
    return f"{start}-{other}" if start and other else other


def _firm_row(frame: Frame, i: int, entity_id: str) -> tuple[str, ...]:
    p, industry = prefix(int(frame.frame[i])), LINES[frame.line[i]].industry
    number = entity_id.removeprefix("E")
    zh = f"示例企业{number}（{firm_label(industry, 'zh')}）"
    en = f"Sample firm {number} ({firm_label(industry, 'en')})"
    zh, en = cases.RENAMED.get(entity_id, (zh, en))
    park = int(frame.park[i])
    parent = PARKS[park][0] if park >= 0 else TERRITORIES[frame.territory[i]]
    first = "" if frame.first[i] == YEARS[0] else str(frame.first[i])
    last = "" if frame.last[i] > YEARS[-1] else str(frame.last[i])
    holding = cases.HOLDINGS.get(entity_id, "")
    return (
        entity_id,
        "enterprise",
        zh,
        en,
        f"{p}{parent}",
        "",
        holding,
        industry,
        first,
        last,
        "true",
    )


def write_sample(
    out: Path,
    *,
    seed: int = 2021,
    entities: int = FIRMS_PER_FRAME,
    file_format: str = "csv",
    params: Path = Path("params"),
    years: Sequence[int] = YEARS,
) -> int:
    """Write the whole sample below ``out`` and return how many entities the last year has.

    ``entities`` is the number of firms of the last year; bodies come with them, fifteen per 124
    firms. Equal seeds give equal bytes.
    """
    catalogue = read_catalogue(params)
    checks, vetoes = read_plan(params)
    out.mkdir(parents=True, exist_ok=True)
    register: list[tuple[str, ...]] = []
    rows: dict[int, list[tuple[str, ...]]] = {year: [] for year in years}
    measures: dict[int, list[tuple[str, ...]]] = {y: [] for y in years if y >= FIRST_INSPECTED}
    parquet = ParquetYears(out, years) if file_format == "parquet" else None
    count = 0
    confirmed = ""
    for block in make_blocks(seed, entities, catalogue):
        register += block.register
        confirmed = confirmed or confirmations_text(block.tables, block.register, years)
        count += sum(int(table.is_valid[:, -1].sum()) for table in block.tables)
        for table in block.tables:
            if parquet:
                parquet.add(table, catalogue)
            else:
                for year in years:
                    rows[year] += observation_rows(table, catalogue, YEARS.index(year))
        _inspect(block, checks, measures, seed)
    if parquet:
        parquet.close()
    for year in years if not parquet else ():
        write_csv(out / str(year) / "observations.csv", OBSERVATIONS, rows[year])
    (out / "confirmations.yml").write_bytes(confirmed.encode("utf-8"))
    _write_rest(out, register, measures, vetoes, years)
    return count


def _inspect(
    block: Block,
    checks: Sequence[PlannedCheck],
    measures: dict[int, list[tuple[str, ...]]],
    seed: int,
) -> None:
    """Inspections of the first frame only: benchmarks of the method need no more."""
    if block.tables[0].ids[0] != CITY_ID:
        return
    industries = {row[0]: row[REGISTER.index("industry")] for row in block.register}
    for year, rows in measures.items():
        for table in block.tables:
            about = Inspected(table, block.quality, industries)
            rows += measure_rows(about, year, checks, seed)


def _write_rest(
    out: Path,
    register: Sequence[tuple[str, ...]],
    measures: dict[int, list[tuple[str, ...]]],
    vetoes: Sequence[PlannedVeto],
    years: Sequence[int],
) -> None:
    write_statements(out)
    write_csv(out / "entities.csv", REGISTER, register)
    held = {row[0] for row in register}
    (out / "corrections.yml").write_bytes(corrections_text(held).encode("utf-8"))
    for year, rows in measures.items():
        if rows:
            write_csv(out / str(year) / "measures.csv", MEASURE_COLUMNS, rows)
    found = [row for row in veto_rows(vetoes) if row[1] in held]
    if found and YEARS[-1] in years:
        write_csv(out / str(YEARS[-1]) / "vetoes.csv", VETO_COLUMNS, found)
