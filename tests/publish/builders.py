"""A small, complete bundle whose every number can be checked in the head.

One district, six years, two levels of groups, five scored indicators on a scale of 60-100.
`bundle()` makes a valid one; a test names the one thing it varies. The evaluated figures are
computed here in plain arithmetic, without the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from cescore.definitions.model import Framework, Named, Run
from cescore.disclosure.documents.bundle import (
    Bundle,
    EntityCard,
    Evaluated,
    FindingLine,
    FittedConstants,
    PeerTable,
    Place,
    PlanCard,
    PublicRow,
    Record,
    Series,
)
from cescore.disclosure.documents.other_documents import (
    BodyCheck,
    SheetCheck,
    SheetMeasure,
    UnitSheet,
)
from cescore.method.column import State
from cescore.method.disclosure.rules import PeerFigure
from cescore.method.grading.assessment import Assessment
from cescore.method.grading.measures import InspectedCheck, MeasureLine
from cescore.method.grading.targets import TargetLine
from cescore.method.grading.vetoes import VetoLine

YEARS = (2020, 2021, 2022, 2023, 2024, 2025)
SOURCE = "a made-up source for tests"

VALUES: dict[str, tuple[float | None, ...]] = {
    "gdp": (1000, 1100, 1200, 1300, 1400, 1500),
    "material_domestic": (300, 300, 300, 300, 300, 300),
    "material_imported": (200, 200, 200, 200, 200, 200),
    "energy": (250, 250, 250, 250, 280, 300),
    "water_use": (50, 55, 54, 52, 56, 60),
    "waste_generated": (100, 100, 100, 100, 100, 100),
    "waste_recycled": (40, 45, 50, 55, 60, 65),
    "water_reused": (50, 45, 46, 48, 44, 60),
    "film_used": (None,) * 6,
    "film_recovered": (None,) * 6,
}
VARIABLES = {
    "gdp": ("地区生产总值", "Gross domestic product", "10k CNY"),
    "material_domestic": ("本地开采物质", "Domestic material extraction", "t"),
    "material_imported": ("调入物质", "Imported materials", "t"),
    "energy": ("能源消费总量", "Energy consumption", "tce"),
    "water_use": ("用水总量", "Water use", "10k m3"),
    "waste_generated": ("固体废物产生量", "Solid waste generated", "t"),
    "waste_recycled": ("固体废物利用量", "Solid waste recycled", "t"),
    "water_reused": ("再生水利用量", "Water reused", "10k m3"),
    "film_used": ("农膜使用量", "Farm film used", "t"),
    "film_recovered": ("农膜回收量", "Farm film recovered", "t"),
}
# code: zh, en, unit, formula, factor, direction, group, weight, worst, best
INDICATORS = {
    "resource_output": (
        "主要资源产出率", "Resource output rate", "CNY/t",
        "gdp / materials", "10000", 1, "MAT", 1, 10000, 50000,
    ),
    "energy_output": (
        "能源产出率", "Energy output rate", "10k CNY/tce",
        "gdp / energy", "1", 1, "NRG", 1, 0, 10,
    ),
    "water_intensity": (
        "单位产值用水量", "Water per output", "m3/10k CNY",
        "water_use / gdp", "10000", -1, "NRG", 1, 1000, 0,
    ),
    "waste_rate": (
        "固体废物利用率", "Waste recycling rate", "%",
        "waste_recycled / waste_generated", "100", 1, "WST", 1, 0, 100,
    ),
    "water_reuse": (
        "再生水利用率", "Water reuse rate", "%",
        "water_reused / (water_use + water_reused)", "100", 1, "WTR", 1, 0, 100,
    ),
    "film_rate": (
        "农膜回收率", "Farm film recovery rate", "%",
        "film_recovered / film_used", "100", 1, "WTR", 1, 0, 100,
    ),
}  # fmt: skip
GROUPS = {
    "EFF": ("产出效率", "Output efficiency", 0.6, ""),
    "REC": ("循环利用", "Recycling", 0.4, ""),
    "MAT": ("物质", "Materials", 0.5, "EFF"),
    "NRG": ("能源与水", "Energy and water", 0.5, "EFF"),
    "WST": ("废物", "Waste", 0.5, "REC"),
    "WTR": ("再生水与农膜", "Water and film", 0.5, "REC"),
}
PROGRESS = {
    "output": {"resource_output": 1.0, "energy_output": 1.0},
    "recycling": {"waste_rate": 1.0},
}


def framework(**changes: Any) -> Framework:
    """The district framework of the tests; keywords replace whole fields."""
    fields: dict[str, Any] = {
        "entity_type": "district",
        "zh": "测试指标体系",
        "en": "Test framework",
        "version": "test-1",
        "source": SOURCE,
        "index": {"code": "UCDI", "zh": "城市循环发展指数", "en": "Urban circular index"},
        "scale": {"floor": 60.0, "top": 100.0},
        "headline": {
            "resource_output_rate": "resource_output",
            "resource_recycling_rate": "waste_rate",
            "beside": ["energy_output"],
        },
        "groups": {
            code: {"code": code, "zh": zh, "en": en, "weight": weight, "parent": parent}
            for code, (zh, en, weight, parent) in GROUPS.items()
        },
        "indicators": {code: _indicator(code) for code in INDICATORS},
        "accounts": {"materials": _materials()},
        "variables": {
            code: {"zh": zh, "en": en, "unit": unit} for code, (zh, en, unit) in VARIABLES.items()
        },
        "progress": _progress(),
        "order": ["materials", *INDICATORS],
    }
    return Framework.model_validate({**fields, **changes})


def _indicator(code: str) -> dict[str, Any]:
    zh, en, unit, formula, factor, direction, group, weight, worst, best = INDICATORS[code]
    return {
        "code": code, "zh": zh, "en": en, "unit": unit, "formula": formula, "executable": formula,
        "factor": factor, "direction": direction, "group": group, "weight": weight,
        "role": "scored", "source": SOURCE, "tag": "P", "decimals": 1,
        "goalposts": {2020: {"worst": worst, "best": best, "source": SOURCE, "tag": "P"}},
    }  # fmt: skip


def _materials() -> dict[str, Any]:
    text = "material_domestic + material_imported"
    return {
        "code": "materials", "zh": "主要物质资源消费量", "en": "Main materials used", "unit": "t",
        "formula": text, "executable": text, "source": SOURCE, "tag": "P",
    }  # fmt: skip


def _progress() -> dict[str, Any]:
    return {
        "zh": "循环经济发展指数",
        "en": "Circular economy progress index",
        "groups": [
            {"code": "output", "zh": "资源产出", "en": "Resource output", "weight": 1.0},
            {"code": "recycling", "zh": "资源循环", "en": "Resource recycling", "weight": 1.0},
        ],
        "members": PROGRESS,
    }


def _mean(*lists: list[float]) -> list[float]:
    return [sum(values) / len(values) for values in zip(*lists, strict=True)]


def indicator_values() -> dict[str, list[float]]:
    """The indicators over the six years, in their own units."""
    v = {code: [x or 0.0 for x in row] for code, row in VALUES.items()}
    return {
        "resource_output": [10000 * g / 500 for g in v["gdp"]],
        "energy_output": [g / e for g, e in zip(v["gdp"], v["energy"], strict=True)],
        "water_intensity": [10000 * w / g for w, g in zip(v["water_use"], v["gdp"], strict=True)],
        "waste_rate": v["waste_recycled"],
        "water_reuse": [
            100 * r / (w + r) for r, w in zip(v["water_reused"], v["water_use"], strict=True)
        ],
    }


def _series(code: str, values: list[float] | None, status: str = "reported") -> Series:
    numbers = (None,) * 6 if values is None else tuple(values)
    return Series(code=code, values=numbers, status=(status,) * 6)


def evaluated() -> Evaluated:
    """What the evaluation must find, in plain arithmetic."""
    values = indicator_values()
    scores = {}
    for code, row in values.items():
        worst, best = INDICATORS[code][8:]
        scores[code] = [60 + 40 * (x - worst) / (best - worst) for x in row]
    groups = {
        "MAT": scores["resource_output"],
        "NRG": _mean(scores["energy_output"], scores["water_intensity"]),
        "WST": scores["waste_rate"],
        "WTR": scores["water_reuse"],
    }
    groups["EFF"] = _mean(groups["MAT"], groups["NRG"])
    groups["REC"] = _mean(groups["WST"], groups["WTR"])
    index = [0.6 * a + 0.4 * b for a, b in zip(groups["EFF"], groups["REC"], strict=True)]
    ratios = {c: [100 * x / values[c][0] for x in values[c]] for m in PROGRESS.values() for c in m}
    parts = {"output": _mean(*(ratios[c] for c in PROGRESS["output"]))}
    parts["recycling"] = ratios["waste_rate"]
    film = _series("film_rate", None, "not_applicable")
    return Evaluated(
        index=_series("UCDI", index),
        coverage=(1.0,) * 6,
        groups=tuple(_series(code, groups[code]) for code in GROUPS),
        scores=(*(_series(c, s) for c, s in scores.items()), film),
        indicators=(*(_series(c, v) for c, v in values.items()), film),
        accounts=(_series("materials", [500.0] * 6),),
        weights={
            "resource_output": 0.3, "energy_output": 0.15, "water_intensity": 0.15,
            "waste_rate": 0.2, "water_reuse": 0.2, "film_rate": 0.0,
        },
        missing_rule={"film_rate": "exclude"},
        progress_index=_series("CEDI", _mean(*parts.values())),
        progress_groups=tuple(_series(code, row) for code, row in parts.items()),
        progress_members=tuple(_series(code, row) for code, row in ratios.items()),
    )  # fmt: skip


def record() -> Record:
    """The returned values with a state, a flag and a cell for each."""
    absent = {"film_used", "film_recovered"}
    return Record(
        years=YEARS,
        values=VALUES,
        state={c: ((State.NOT_APPLICABLE if c in absent else 0),) * 6 for c in VALUES},
        flags={c: (0,) * 5 + ((1,) if c == "energy" else (0,)) for c in VALUES},
        source={
            c: tuple(f"data/{year}/observations.csv:{row}" for year in YEARS)
            for row, c in enumerate(VALUES, start=2)
        },
    )


CITY = Place(entity_id="C1", entity_type="city", name_zh="样例市", name_en="Sample City")
OTHER = Place(entity_id="D2", entity_type="district", name_zh="河西区", name_en="Westbank")
PARK = Place(entity_id="K1", entity_type="park", name_zh="样例园区", name_en="Sample Park")


def bundle(**changes: Any) -> Bundle:
    """A valid bundle of district D1; keywords replace whole fields."""
    rules = changes.get("framework", framework())
    fields: dict[str, Any] = {
        "entity": EntityCard(
            entity_id="D1", entity_type="district", name_zh="山前区", name_en="Hillside",
            parents=(CITY,), is_synthetic=True,
        ),
        "run": Run(
            year=2025, plan="test", base_year=2020, status="sample",
            issuer={"zh": "样例市统计局", "en": "Sample City Statistics Bureau"},
            place={"zh": "样例市", "en": "Sample City"},
        ),
        "plan": PlanCard(
            id="test", zh="样例规划", en="Sample plan", base_year=2020, first_year=2021,
            last_year=2025,
        ),
        "base_year": 2020,
        "report_number": "TEST-2025-D1",
        "framework": rules,
        "framework_hash": rules.hash,
        "record": record(),
        "fitted": FittedConstants(),
        "evaluated": evaluated(),
        "peers": PeerTable(
            entity_type="district", audience="public",
            figures=(PeerFigure(code="UCDI", n=12, median=75.0, rank=3),),
        ),
        "siblings": (PublicRow(place=OTHER, index=75.25, rank=1, n=2),),
        "children": (PublicRow(place=PARK, index=66.0, rank=1, n=1),),
        "targets": (target(),),
        "measures": (measure(),),
        "assessment": Assessment(
            total=83.25, grade_zh="良好", grade_en="good", scale="test",
            parts={"targets": 90.0, "index": 79.75, "measures": 80.0},
            weights={"targets": 0.5, "index": 0.3, "measures": 0.2},
            vetoes=(VetoLine(id="V1", zh="重大事故", en="Major accident", status="unchecked"),),
            provisional=True, graded=True,
        ),
        "findings": (
            FindingLine(
                severity="warning", code="usual_range", where="data/2025/observations.csv:5",
                variable="energy", values={"value": 300.0, "low": 125.0, "high": 500.0, "unit": {"unit": "t"}},
            ),
        ),
    }  # fmt: skip
    return Bundle(**{**fields, **changes})


def bundle_of(kind: str) -> Bundle:
    """The test bundle as that of another entity type."""
    if kind in {"district", "generic"}:
        return bundle()
    entity = bundle().entity.model_copy(update={"entity_type": kind})
    return bundle(entity=entity, framework=framework(entity_type=kind))


def target() -> TargetLine:
    """Water per output is to fall by 16 %: from 500 to 400 it fell by 20 %."""
    return TargetLine(
        id="T3", zh="单位产值用水量下降", en="Fall of water per output", type="cumulative_reduction",
        unit="%", op=">=", value=16.0, tag="S", role="own", actual=20.0, level=400.0, base=500.0,
        level_unit="m3/10k CNY", completion=1.25, elapsed=1.0, light="met", points=1.0, scored=True,
    )  # fmt: skip


def measure() -> MeasureLine:
    return MeasureLine(
        id="M01", zh="推进园区循环化改造", en="Make parks circular", system="parks",
        units=("发改委",),
        counts={"done": 2, "partial": 1, "not_done": 0, "not_applicable": 0, "not_inspected": 1},
        checks=(check("M01a", "方案已批复", "Plan approved", status="done"),),
        due=4, inspected=3, scored=3, credit=2.5,
    )  # fmt: skip


def check(id_: str, zh: str, en: str, **found: Any) -> InspectedCheck:
    """A check as inspected; what is not said was not recorded."""
    texts = ("value", "evidence_ref", "finding", "inspector_unit", "inspection_date", "due_date")
    nothing: dict[str, Any] = dict.fromkeys((*texts, "unscored", "elsewhere", "quantity"), "")
    nothing |= {"goal": None, "last": None, "credit": None, "notes": (), "evidence": "none"}
    nothing |= {"yardstick": "done", "better": "more", "status": "not_inspected"}
    made: Any = {"id": id_, "zh": zh, "en": en, **nothing, **found}
    return cast(InspectedCheck, made)


def unit_sheet() -> UnitSheet:
    """The supervision sheet of a unit: one measure, a check at two districts and one at firms."""
    found = {"finding": "材料不全", "due_date": "2026-06-30", "evidence_ref": "D1-7"}
    bodies = (
        BodyCheck(entity_id="D1", status="done", **found),
        BodyCheck(entity_id="D2", status="partial", **found),
    )
    names = {"zh": "建成废钢加工基地", "en": "A scrap yard is built"}
    counts = {"done": 12, "partial": 5}
    checks = (
        SheetCheck(id="4.1.a", type="done", bodies=bodies, **names),
        SheetCheck(
            id="4.1.b", type="done", respondents=counts, respondents_concerned=True, **names
        ),
    )
    places = tuple(
        Place(entity_id=i, entity_type="district", name_zh=f"区{i}", name_en=f"District {i}")
        for i in ("D1", "D2")
    )
    return UnitSheet(
        document_id="U1", run=bundle().run, report_number="TEST-2025-U1", unit="山前区工信局",
        plan=Named(zh="规划", en="Plan"), systems={"4.1": Named(zh="工业", en="Industry")}, bodies=places,
        measures=(SheetMeasure(id="4.1.1", system="4.1", checks=checks, **names),),
    )  # fmt: skip


def write_bundle(folder: Path, made: Bundle | None = None, name: str = "bundle.json") -> Path:
    """The bundle as the file that a report is made from."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes((made or bundle()).to_bytes())
    return path
