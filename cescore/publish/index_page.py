"""index.html of a run: every entity with its index, grade and report; one file, searchable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined

from cescore.publish.numbers import number

WORDS = {
    "zh": {
        "title": "循环经济年度评价报告", "search": "按名称、代码查找", "entity": "单位", "id": "代码",
        "index": "指数", "progress": "进展指数", "grade": "等级", "report": "报告", "failed": "未生成",
        "sample": "示例数据", "page": "网页", "notebook": "计算过程", "cause": "原因",
        "tables": "全部结果", "of": "共", "none": "—", "skipped": "本次未生成",
    },
    "en": {
        "title": "Circular-economy evaluation reports", "search": "Find by name or code",
        "entity": "Entity", "id": "Code", "index": "Index", "progress": "Progress", "grade": "Grade",
        "report": "Report", "failed": "not built", "sample": "Sample data", "page": "page",
        "notebook": "notebook", "cause": "cause", "tables": "All results", "of": "of", "none": "–",
        "skipped": "not asked for",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One entity on the index page."""

    entity_id: str
    name: str
    other_name: str
    folder: str  # relative to the page
    is_built: bool
    cause: str = ""
    index: float | None = None
    index_status: str = ""
    progress: float | None = None
    grade: str = ""


@dataclass(frozen=True)
class Section:
    """One entity type and its lines."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Page:
    """What the index page shows."""

    year: int
    place: str
    lang: str
    is_sample: bool
    sections: Sequence[Section]
    tables: Iterable[str] = ()


def index_page(page: Page) -> str:
    """The page as HTML: no other file, no network, the same bytes for the same content."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["figure"] = lambda v: (
        WORDS[page.lang]["none"] if v is None else number(v, 1)
    )
    return environment.from_string(TEMPLATE).render(page=page, words=WORDS[page.lang])


TEMPLATE = """<!DOCTYPE html>
<html lang="{{ 'zh-CN' if page.lang == 'zh' else 'en' }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ page.place }} {{ page.year }} {{ words.title }}</title>
<style>
body { font: 15px/1.5 "Noto Sans SC", "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 64rem;
  padding: 0 1rem; color: #1d2b2a; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.mark { display: inline-block; border: 1px solid #b3541e; color: #b3541e; padding: 0 .5rem; margin: .25rem 0; }
input { font: inherit; width: 100%; padding: .5rem; margin: 1rem 0 0; border: 1px solid #8aa39f; box-sizing: border-box; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d5dfdd; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
small { color: #5d706d; display: block; } .cause { color: #9b1c1c; white-space: pre-wrap; }
a { color: #17605a; }
</style>
</head>
<body>
<h1>{{ page.place }} {{ page.year }} {{ words.title }}</h1>
{% if page.is_sample %}
<div class="mark">{{ words.sample }}</div>
{% endif %}
<p>{{ words.tables }}: {% for name in page.tables %}<a href="{{ name }}">{{ name }}</a>{{ "" if loop.last else " · " }}{% endfor %}</p>
<input type="search" placeholder="{{ words.search }}" aria-label="{{ words.search }}">
{% for section in page.sections %}
<section>
<h2>{{ section.title }} ({{ section.lines | length }})</h2>
<table>
<thead><tr><th>{{ words.entity }}</th><th>{{ words.id }}</th><th class="n">{{ words.index }}</th>
<th class="n">{{ words.progress }}</th><th>{{ words.grade }}</th><th>{{ words.report }}</th></tr></thead>
<tbody>
{% for line in section.lines %}
<tr><td>{{ line.name }}{% if line.other_name and line.other_name != line.name %}<small>{{ line.other_name }}</small>{% endif %}</td>
<td>{{ line.entity_id }}</td>
<td class="n">{{ line.index | figure }}{% if line.index_status %}<small>{{ line.index_status }}</small>{% endif %}</td>
<td class="n">{{ line.progress | figure }}</td><td>{{ line.grade or words.none }}</td>
<td>
{% if line.is_built %}
<a href="{{ line.folder }}/scorecard.pdf">PDF</a> · <a href="{{ line.folder }}/scorecard.html">{{ words.page }}</a> · <a href="{{ line.folder }}/scorecard.ipynb">{{ words.notebook }}</a>
{% elif line.cause %}
<span class="cause">{{ words.failed }}: {{ line.cause }}</span>
{% else %}
{{ words.skipped }}
{% endif %}
</td></tr>
{% endfor %}
</tbody>
</table>
</section>
{% endfor %}
<script>
const box = document.querySelector("input");
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const section of document.querySelectorAll("section")) {
    let shown = 0;
    for (const row of section.querySelectorAll("tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    section.hidden = shown === 0;
  }
});
</script>
</body>
</html>
"""
