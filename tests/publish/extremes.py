"""The test bundle with names and figures as long as they may come."""

from __future__ import annotations

import builders

from cescore.definitions.pictures import FlowLink, FlowNode, FlowPicture
from cescore.method.grading.grade_margin import GradeMargin, GradeTurn
from cescore.method.uncertainty.firmness import Band

BAND = Band(score_low=80.1, score_high=82.9, draws=9, alternatives=())
TURNS = (
    GradeTurn("measures", "", "", "", 124.0, 57.0, "count"),
    GradeTurn("target", "T1", "目标", "Target", 1.0, 1234567890.0, "tce/10k CNY"),
    GradeTurn("indicator", "waste_rate", "指标", "Indicator", 65.0, 99.9, "%"),
)
MARGIN = GradeMargin("中", "middle", 4.4, 1.1, turns=TURNS, path=TURNS[1:])
ENGLISH = (
    "Recovered share of main material input of above-scale industry, cumulative since the base year"
)
CHINESE = "规模以上工业企业主要原材料投入中再生资源所占比重（自基期累计）及其年均变化情况说明"
NAMES = {"short": "水", "English": ENGLISH, "Chinese": CHINESE, "one word": "Ressourcen" * 6}


def renamed(value, name):
    """A bundle as data with every name in it replaced."""
    if isinstance(value, dict):
        return {
            k: name if k in {"zh", "en", "name_zh", "name_en"} and v else renamed(v, name)
            for k, v in value.items()
        }
    return [renamed(one, name) for one in value] if isinstance(value, list) else value


def bundle(name, factor=1.0):
    """The test bundle with every name replaced and every amount of its record made larger."""
    made = builders.bundle(uncertainty=BAND, flows={"w": picture()}, margin=MARGIN)
    fields = renamed(made.model_dump(mode="json"), name)
    large = {c: [v and v * factor for v in row] for c, row in fields["record"]["values"].items()}
    fields["record"]["values"] = large
    return type(made).model_validate(fields)


def picture():
    nodes = {
        "a": FlowNode(zh="甲", en="A", column=0), "b": FlowNode(zh="乙", en="B", column=1),
        "c": FlowNode(zh="丙", en="C", column=1), "d": FlowNode(zh="丁", en="D", column=2),
    }  # fmt: skip
    pairs = (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))
    links = tuple(FlowLink(start=s, end=e, codes=("waste_recycled",)) for s, e in pairs)
    return FlowPicture(zh="流", en="Flow", unit="t", nodes=nodes, links=links)
