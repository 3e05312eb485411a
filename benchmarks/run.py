#!/usr/bin/env python3
"""All benchmarks, one command: ``python benchmarks/run.py [--quick] [--only chain,stages,...]``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks import builds, chain, scaling  # noqa: E402
from benchmarks.measure import ratios, said  # noqa: E402
from benchmarks.report import Report  # noqa: E402
from benchmarks.stages import stages  # noqa: E402
from benchmarks.workspaces import make_workspace  # noqa: E402

if TYPE_CHECKING:
    from cescore.disclosure.making.bundles import Bundler

YEAR = 2025
SHIPPED = ", library as shipped"  # behind the name of an entity type


@dataclass(frozen=True)
class Size:
    """How much of each is done."""

    entities: int  # the three ways
    rounds: int  # ours against the floor, and stages
    reports: int  # of the long build
    cluster: int  # reports by dask and by the local pool
    scale: tuple[int, ...]  # entities evaluated


WHOLE = Size(4, 3, 1000, 40, (500, 5_000, 50_000))
QUICK = Size(2, 1, 24, 6, (500, 5_000))


@dataclass(frozen=True)
class Bench:
    """A folder for what is made, how much, and the report."""

    work: Path
    size: Size
    report: Report

    def bundles(self, entity_type: str, count: int) -> list[Path]:
        """Bundle files of the first entities of a type in the sample, no others made."""
        folder = self.work / "bundles"
        made = sorted(folder.glob(f"{entity_type}-*.json"))
        if len(made) < count:
            folder.mkdir(exist_ok=True)
            yearly = self.bundler.yearly
            every = [e for e in yearly.entities if e.entity_type == entity_type]
            filed = [e for e in every if yearly.workspace.filed(e.entity_id)]
            for entity in filed[:count]:
                raw = self.bundler.bundle(entity.entity_id).to_bytes()
                (folder / f"{entity_type}-{entity.entity_id}.json").write_bytes(raw)
            made = sorted(folder.glob(f"{entity_type}-*.json"))
        return made[:count]

    def book(self) -> Path:
        """The file of the sample's method book."""
        from cescore.disclosure.documents.kinds import METHOD_BOOK
        from cescore.disclosure.making.illustrating import illustrate
        from cescore.disclosure.making.method_books import make_method_book

        path = self.work / f"{METHOD_BOOK.notebook}-{YEAR}.json"
        if not path.exists():
            workspace = self.bundler.yearly.workspace
            shown = illustrate(self.bundler)
            book = make_method_book(workspace.definitions, workspace.base_year, shown)
            path.write_bytes(book.to_bytes())
        return path

    @cached_property
    def bundler(self) -> Bundler:
        """Of the sample evaluated: what is withheld in it is known and need not be searched for."""
        from cescore.disclosure.making.bundles import Bundler
        from cescore.evaluation.yearly import evaluate_workspace
        from cescore.intake.workspace import Workspace

        return Bundler(evaluate_workspace(Workspace.load(REPOSITORY, YEAR)))


def run_chain(bench: Bench) -> None:
    """The naive chain, ours and the floor, in turn."""
    bundles, report = bench.bundles("enterprise", bench.size.entities), bench.report
    pairs = chain.paired(bundles, YEAR, bench.work)
    short = chain.floor_rounds(bundles, bench.work, bench.size.rounds)
    public = {
        kind: chain.floor_rounds(bench.bundles(kind, 2), bench.work, bench.size.rounds)
        for kind in ("district", "park")
    }
    times = ratios([sum(p.naive) for p in pairs], [p.ours for p in pairs])
    above = _over(short, "floor")
    report.heading("An enterprise report: the naive chain, ours, the floor")
    report.table(
        ("CPU seconds a report, median (lowest–highest)", "seconds"),
        [
            ("papermill", said([p.naive[0] for p in pairs])),
            ("jupyter nbconvert", said([p.naive[1] for p in pairs])),
            ("weasyprint", said([p.naive[2] for p in pairs])),
            ("**naive chain**", said([sum(p.naive) for p in pairs])),
            ("**ours**", said([p.ours for p in pairs])),
            ("**floor**: the page printed without any notebook", said(_of(short, "floor"))),
            ("**floor** by the library as shipped", said(_of(short, "shipped"))),
        ],
    )
    report.say(f"Naive / ours, pair by pair: **{said(times)}** times, {len(times)} entities.")
    report.table(
        ("Pair by pair", "ours / floor", "ours / floor as shipped", "pairs"),
        [
            (kind, said(_over(made, "floor")), f"**{said(_over(made, 'shipped'))}**", len(made))
            for kind, made in (("enterprise", short), *public.items())
        ],
    )
    report.keep(
        "chain",
        {
            "pairs": [asdict(p) for p in pairs], "naive_ours": times, "ours_floor": above,
            "floors": {"enterprise": short, **public},
        },
    )  # fmt: skip
    report.plot("chain", "CPU seconds of the naive chain, ours and the floor", _bars(pairs))


def run_book(bench: Bench) -> None:
    """The method book by the library as shipped and with the changes, in turn."""
    made = chain.book_rounds(bench.book(), bench.work, bench.size.rounds)
    shipped, ours = _of(made, "plainly"), _of(made, "ours")
    report = bench.report
    report.heading("The method book")
    report.table(
        ("CPU seconds, median (lowest–highest)", "seconds"),
        [
            ("library as shipped", said(shipped)),
            ("with the changes", said(ours)),
            ("shipped / with the changes, pair by pair", f"**{said(ratios(shipped, ours))}**"),
        ],
    )
    report.keep("book", {"pairs": made})


def _of(made: Sequence[Mapping[str, float]], way: str) -> list[float]:
    return [one[way] for one in made]


def _over(made: Sequence[Mapping[str, float]], way: str) -> list[float]:
    """Ours over another way, pair by pair."""
    return ratios(_of(made, "ours"), _of(made, way))


def _bars(pairs: list[chain.Paired]) -> Callable[..., None]:
    def draw(axes: object) -> None:
        names = ["naive chain", "ours", "floor"]
        parts = [median(p.naive[i] for p in pairs) for i in range(3)]
        colours = ("#9fb4bf", "#c9d1d6", "#d55e00")
        start = 0.0
        for part, colour, name in zip(
            parts, colours, ("papermill", "nbconvert", "weasyprint"), strict=True
        ):
            axes.barh([0], [part], left=start, color=colour, label=name)  # type: ignore[attr-defined]
            start += part
        own = [median(p.ours for p in pairs), median(p.floor for p in pairs)]
        axes.barh([1, 2], own, color="#005b82")  # type: ignore[attr-defined]
        axes.set_yticks(range(3), names)  # type: ignore[attr-defined]
        axes.invert_yaxis()  # type: ignore[attr-defined]
        axes.set_xlabel("CPU seconds a report")  # type: ignore[attr-defined]
        axes.legend(frameon=False)  # type: ignore[attr-defined]

    return draw


def run_stages(bench: Bench) -> None:
    """Where each millisecond of a report is."""
    report = bench.report
    kinds = [f"{kind}{how}" for kind in ("enterprise", "district") for how in (SHIPPED, "")]
    found = {}
    for name in kinds:
        (bundle,) = bench.bundles(name.removesuffix(SHIPPED), 1)
        found[name] = stages(
            bundle,
            chain.notebook_of(bundle),
            2 * bench.size.rounds + 1,
            is_shipped=name.endswith(SHIPPED),
        )
    report.heading("One report, piece by piece")
    rows = [
        (name.replace("  ", "– "), *(f"{found[kind][name]:.0f}" for kind in kinds))
        for name in found["enterprise"]
    ]
    report.table(("CPU milliseconds, median", *kinds), rows)
    report.keep("stages", found)


def run_build(bench: Bench) -> None:
    """A thousand reports with memory over time, then nothing changed, then one entity changed."""
    report, root = bench.report, bench.work / "thousand"
    make_workspace(root, bench.size.reports, only_firms=True)
    whole = builds.watched(root, bench.work / "temporary")
    again = builds.built(root)
    changed = builds.change_one(root)
    one = builds.built(root)
    build, cores = whole.build, len(os.sched_getaffinity(0))
    most = max((w for s in whole.samples for w in s.workers), default=0.0)
    typical = median([w for s in whole.samples for w in s.workers] or [0.0])
    drivers = [s.driver for s in whole.samples if s.driver]
    report.heading(f"{build.built} reports, one build on {cores} cores")
    report.table(
        ("", "found"),
        [
            ("reports a minute", f"**{build.rate:.0f}**"),
            ("CPU seconds a report, all processes", f"{build.cpu / max(build.built, 1):.2f}"),
            ("failed", build.failed),
            ("driver memory, highest (PSS)", f"{max(drivers, default=0):.0f} MB"),
            ("driver memory, growth per report", f"**{whole.growth:.4f} MB**"),
            ("a worker's memory (PSS), median", f"{typical:.0f} MB"),
            ("a worker's memory (PSS), highest", f"**{most:.0f} MB**"),
            ("open files of the driver, first and last look", _ends(whole)),
            ("processes left over", whole.processes_left),
            ("temporary files left over", whole.files_left),
        ],
    )
    report.plot("memory", "Memory of driver and workers over the build", _memory(whole))
    report.heading("The same build again")
    report.table(
        ("", "built", "up to date", "CPU s", "wall s"),
        [
            (name, b.built, b.up_to_date, f"{b.cpu:.1f}", f"{b.wall:.1f}")
            for name, b in (
                ("nothing changed", again),
                (f"one value of {changed} changed", one),
            )
        ],
    )
    report.keep(
        "build",
        {
            "whole": asdict(build), "growth": whole.growth, "again": asdict(again),
            "one_changed": asdict(one), "worker_pss": [typical, most],
            "samples": [[d, asdict(s)] for d, s in zip(whole.done, whole.samples, strict=True)],
        },
    )  # fmt: skip


def _ends(whole: builds.Watched) -> str:
    counts = [s.open_files for s in whole.samples if s.open_files]
    return f"{counts[len(counts) // 5]}, {counts[-1]}" if counts else "–"


def _memory(whole: builds.Watched) -> Callable[..., None]:
    def draw(axes: object) -> None:
        kept = [s for s in whole.samples if s.driver]
        times = [s.seconds for s in kept]
        axes.plot(times, [s.driver for s in kept], color="#005b82", label="driver")  # type: ignore[attr-defined]
        highest = [max(s.workers, default=float("nan")) for s in kept]
        axes.plot(times, highest, ".", ms=2, color="#d55e00", label="largest worker")  # type: ignore[attr-defined]
        axes.set_ylim(bottom=0)  # type: ignore[attr-defined]
        axes.set_xlabel("seconds")  # type: ignore[attr-defined]
        axes.set_ylabel("MB (PSS)")  # type: ignore[attr-defined]
        axes.legend(frameon=False)  # type: ignore[attr-defined]

    return draw


def run_cluster(bench: Bench) -> None:
    """The same reports by the local pool and by dask's workers."""
    report, root, cores = bench.report, bench.work / "cluster", len(os.sched_getaffinity(0))
    make_workspace(root, bench.size.cluster, only_firms=True)
    local = builds.built(root)
    shutil.rmtree(root / "output")
    dask = builds.on_cluster(root, cores, bench.work)
    report.heading(f"{local.built} reports: the local pool and a dask cluster of {cores} workers")
    report.table(
        ("", "reports a minute", "CPU s a report", "wall s"),
        [
            (name, f"{b.rate:.0f}", f"{b.cpu / max(b.built, 1):.2f}", f"{b.wall:.1f}")
            for name, b in (("local pool", local), ("dask", dask))
        ],
    )
    report.say("Start, evaluation and result tables are in both, the workers' own start in dask's.")
    report.keep("cluster", {"local": asdict(local), "dask": asdict(dask)})


def run_scale(bench: Bench) -> None:
    """The evaluation at growing numbers of entities."""
    scaling.measure(bench.size.scale, bench.work, bench.report)


PARTS: dict[str, Callable[[Bench], None]] = {
    "chain": run_chain,
    "book": run_book,
    "stages": run_stages,
    "cluster": run_cluster,
    "build": run_build,
    "scale": run_scale,
}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few of each, in some minutes")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--folder", type=Path, help="for what is made; else a temporary one")
    parser.add_argument("--results", type=Path, default=REPOSITORY / "benchmarks" / "results")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md as well")
    parser.add_argument("--scale", help="entities to evaluate, such as 500,50000,500000")
    chosen = parser.parse_args()
    work = chosen.folder or Path(tempfile.mkdtemp(prefix="benchmarks-"))
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    report = Report(chosen.results)
    size = QUICK if chosen.quick else WHOLE
    if chosen.scale:
        size = replace(size, scale=tuple(map(int, chosen.scale.split(","))))
    bench = Bench(work, size, report)
    document = REPOSITORY / "docs" / "performance.md" if chosen.write else None
    try:
        for name in chosen.only.split(","):
            started = time.time()
            report.begin(name.strip())
            PARTS[name.strip()](bench)
            report.say(f"Taken in {(time.time() - started) / 60:.0f} minutes.")
            report.write(document)  # after each: an interrupted run keeps what it found
    finally:
        if chosen.folder is None:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
