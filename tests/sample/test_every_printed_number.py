"""Whatever number a report of the sample prints in a table, `explain` gives it, with its way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cescore.disclosure.making.bundles import make_bundle
from cescore.errors import DataError
from cescore.evaluation.tracing.asking import codes_of, trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Traced
from cescore.evaluation.tracing.tracer import Tracer
from cescore.evaluation.tracing.whole_workspace import WholeWorkspace
from cescore.evaluation.yearly import YearlyEvaluation
from cescore.publish.notebook import execute
from cescore.publish.numbers import rounded
from cescore.publish.page import printed_tables
from cescore.publish.table_data import TableData

pytestmark = pytest.mark.soak
ROOT = Path(__file__).parents[2]
YEAR = 2025
HAVE_CHANGES = (
    "indicator", "account", "variable", "score", "group", "index", "progress_index",
    "progress_group", "progress_member",
)  # fmt: skip
# Released figures of all entities of the type, rounded by the gate: they are no entity's own number,
# and no formula of one entity's numbers gives them.
OF_ALL = {
    "与同类对象的比较": ("中位数", "上四分位", "下四分位"),
    "指标值、得分、权重与贡献": ("同类中位数", "上端值", "可提升"),
    "逐一剔除指标后的变动": ("指数平均变动（分）", "平均位次变动"),
}
COUNTED = ("措施检查情况",)  # how many checks and measures there are; each is explained by itself


def explained(tracer: Tracer, entity_id: str, years: tuple[int, ...]) -> Iterator[Traced]:
    """Every number of an entity in every year, with its changes, and all that they stand on."""
    for year in years:
        for code in codes_of(tracer.world, entity_id):
            ways = ["", "change:", "relative_change:"] if code.startswith(HAVE_CHANGES) else [""]
            for way in ways:
                try:
                    yield from trace_asked(tracer, entity_id, f"{way}{code}", year).walk()
                except DataError:
                    assert year != YEAR or "target_part" in code  # has no value, prints none


def nine_digits(value: float) -> float:
    return float(f"{value:.9e}")


def of_others(tracer: Tracer, entities: tuple[str, ...]) -> set[float]:
    """Index and indicators of other bodies as a comparison prints them, to so many decimals."""
    found = set()
    for entity_id in entities:
        for code in codes_of(tracer.world, entity_id):
            if code.startswith(("index:", "indicator:")):
                value = trace_asked(tracer, entity_id, code, YEAR).value
                found |= {float(rounded(value or 0.0, decimals)) for decimals in range(-3, 5)}
    return found


def printed(table: TableData) -> Iterator[tuple[str, str, str, float]]:
    for line in table.lines:
        for head, cell in zip(table.columns, line.cells, strict=True):
            if cell.value is not None:
                yield head.text, line.cells[0].text, cell.text.replace(",", ""), float(cell.value)


@pytest.mark.parametrize(
    ("entity_id", "beside"),
    [
        ("220421", ("220402", "220403", "220422", "2204GX", "PK02", "PK06")),
        ("PK03", ("PK01", "PK02", "PK04", "PK05", "PK06", "PK07", "PK08", "PK09")),
        ("E001", ()),
    ],
)
def test_every_number_in_the_tables_of_a_report_is_explained(
    yearly: YearlyEvaluation, tmp_path: Path, entity_id: str, beside: tuple[str, ...]
) -> None:
    workspace, bundle = yearly.workspace, tmp_path / "bundle.json"
    bundle.write_bytes(make_bundle(yearly, entity_id).to_bytes())
    notebook = ROOT / "notebooks" / f"{workspace.register[entity_id].entity_type}.ipynb"
    handed = {"entity_id": entity_id, "year": YEAR, "bundle_path": str(bundle), "lang": "zh"}
    tables = printed_tables(execute(notebook, tmp_path / "out.ipynb", handed))

    tracer = tracer_of(WholeWorkspace(yearly))
    steps = list(explained(tracer, entity_id, (YEAR, YEAR - 1, workspace.base_year)))
    assert [step.quantity for step in steps if not step.agrees] == []
    known = {nine_digits(step.value) for step in steps if step.value is not None}
    others = of_others(tracer, (entity_id, *beside))
    numbers = [(table.name, *cell) for table in tables for cell in printed(table)]
    unexplained = [
        (name, head, line, text, value)
        for name, head, line, text, value in numbers
        if head not in OF_ALL.get(name, ())
        and name not in COUNTED
        and not known & {nine_digits(v) for v in (value, value / 100, value * 100, -value)}
        and not (name.endswith("评价结果") and value in others)
    ]
    assert len(numbers) > 250
    assert unexplained == []
