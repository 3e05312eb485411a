"""Statements of entities in the sample: one current in both languages, one left from last year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

STATEMENTS: Mapping[str, str] = {
    "2025/prose/PK01.md": """\
---
owner: 示例园区管委会
date: 2026-03-10
year: 2025
---
本说明为示例文字，仅演示单位说明的格式。

- 本年度再生原料投入比重上升，主要因一处再生材料项目投产。
- 土地产出率偏低：新扩区尚未投产，已计入建成面积。
""",
    "2025/prose/PK01.en.md": """\
---
owner: Sample park office
date: 2026-03-10
year: 2025
---
This statement is sample text and only shows what such a statement looks like.

- The share of recycled input rose because a plant for recycled materials came on stream.
- Land productivity is low: the extension is counted as built and is not yet in use.
""",
    "2024/prose/220421.md": """\
---
owner: 示例县级主管部门
date: 2025-03-12
year: 2024
---
本说明为示例文字，写于上一年度，用于演示过期提示。
""",
}


def write_statements(out: Path) -> None:
    """data/<year>/prose/<entity_id>.md; line feeds on every system."""
    for name, text in STATEMENTS.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
