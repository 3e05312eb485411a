"""index.html of a run: the city at a glance, every entity with its report, all in one file."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cescore.definitions.model import Scale
from cescore.definitions.shipped import TEMPLATES
from cescore.method.column import State
from cescore.method.grading.target_paths import GOOD
from cescore.publish.fragment import clean
from cescore.publish.numbers import decimals_for, mark, number, quantity
from cescore.publish.pages.index.charts import bars, histogram, middle, shade, stacked
from cescore.publish.pages.index.listing import (
    Body,
    DocumentLine,
    IndexPage,
    Line,
    Note,
    Section,
    Verdict,
    beneath_wholes,
)
from cescore.publish.pages.index.pinyin import Readings
from cescore.publish.printing.webfont import Kept, font_faces, made_anew
from cescore.publish.words import label, label_or

MOST_BARS = 30  # more entities of a type are shown by how they are distributed
FONTS_HERE = "/* fonts */"  # in the style sheet: what the page shows is known only when it is made
SAID_BY_THE_RULE = frozenset(["not_filed", "required_absent"])  # its name says all


def index_page(page: IndexPage, kept: Kept = made_anew) -> str:
    """The page as HTML: no other file, no network, the same bytes for the same content.

    ``kept``: see `font_faces`; names are read once as well.
    """
    script = (TEMPLATES / "index_page.js").read_text("utf-8")
    view = IndexView(page)
    view = replace(view, readings=Readings.of(view.names(), kept))
    html = (
        _environment()
        .get_template("index_page.html.j2")
        .render(
            page=page,
            view=view,
            style=Markup((TEMPLATES / "index_page.css").read_text("utf-8")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        )
    )
    html = clean(html)
    return html.replace(FONTS_HERE, font_faces(html, kept), 1)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["url"] = quote  # also of "javascript:" at the head of a folder's name
    return environment


@dataclass(frozen=True)
class IndexView:
    """A page in its language, as the template asks for it."""

    page: IndexPage
    readings: Readings = field(default_factory=Readings)

    def names(self) -> set[str]:
        """The names on the page that it is sorted and searched by."""
        of_lines = ((x.name, x.other_name, x.place, x.industry) for x in self.lines)
        of_documents = ((self.document(x), x.name, x.stem) for x in self.page.documents)
        return {text for names in (*of_lines, *of_documents) for text in names}

    @property
    def t(self) -> Callable[..., str]:
        """The text of a label below page_index."""
        return lambda key, /, **values: label(f"page_index.{key}", self.page.lang, **values)

    def named(self, kind: str, code: str) -> str:
        """The label of a code, or the code where only a workspace knows it."""
        return label_or(f"page_index.{kind}.{code}", self.page.lang, code)

    def type_name(self, code: str) -> str:
        """An entity type as params name it, else as the project does, else its code."""
        own = self.page.type_names.get(code, "")
        return own or label_or(f"type.{code}", self.page.lang, code)

    @property
    def page_title(self) -> str:
        """What the page is headed."""
        key = f"title.{self.page.stage}" if self.page.stage else "title"
        if not self.page.place and not self.page.stage:
            key = "title.nowhere"
        what = self.page.subject or label("subject", self.page.lang)
        words = {"place": self.page.place, "year": self.page.year, "plan": self.page.plan}
        return self.t(key, **words, subject=what)

    @property
    def documents_title(self) -> str:
        """What the list of documents is headed."""
        return self.t("documents.plan" if self.page.stage else "documents")

    def verdict(self, line: Verdict) -> tuple[str, str, str, bool]:
        """Goal, what was achieved, the verdict in words, and whether it is a good one."""
        places = decimals_for(line.unit, [line.goal])
        goal = ("≥" if line.op == ">=" else "≤") + quantity(
            line.goal, line.unit, self.page.lang, places
        )
        actual = self.t("none")
        if line.actual is not None:
            more = max(places, 2)
            actual = quantity(line.actual, line.unit, self.page.lang, more)
        word = label(f"verdict.{line.verdict}", self.page.lang)
        return goal, actual, word, line.verdict in GOOD

    def title(self, section: Section) -> str:
        parts = (self.type_name(section.entity_type), section.index_name)
        return " · ".join(filter(None, parts))

    def figure(self, value: float | None) -> str:
        return self.t("none") if value is None else number(value, 1)

    def figure_of(self, line: Line, value: float | None) -> str:
        """A figure of an entity, or the mark of what is withheld."""
        return self.withheld if line.is_withheld and value is None else self.figure(value)

    def total_of(self, line: Line, value: float | None) -> str:
        """A total of an entity, which may be withheld alone."""
        return self.withheld if line.is_total_withheld else self.figure_of(line, value)

    @property
    def withheld(self) -> str:
        """The mark of a figure that reports to others withhold."""
        return mark(State.SUPPRESSED, self.page.lang)

    @property
    def withheld_note(self) -> str:
        """What the mark means; "" where the page does not use it."""
        is_used = any(line.is_withheld or line.is_total_withheld for line in self.lines)
        return self.t("withheld", mark=self.withheld) if is_used else ""

    def joined(self, words: Iterable[str]) -> str:
        return self.t("join").join(filter(None, words))

    @property
    def comparable_note(self) -> str:
        """What the comparable total is; "" where the page has none."""
        is_used = any(line.comparable is not None for line in self.lines)
        return self.t("comparable.note") if is_used else ""

    def remarks(self, line: Line) -> str:
        """What a reader must know of the index beside its value."""
        states = line.index_status.split("+")
        return self.joined(self.named("state", s) for s in states if s != "reported")

    def grade_remark(self, line: Line) -> str:
        """Why there is no grade, or that it is not the last word."""
        if line.grade:
            return label("grade.provisional", self.page.lang) if line.is_provisional else ""
        if line.is_blocked or not line.reason:
            return ""
        return label_or(f"reason.{line.reason}", self.page.lang, line.reason)

    def grade_of(self, line: Line) -> str:
        if line.is_withheld:
            return self.withheld
        return line.grade or label("grade.none", self.page.lang)

    def shade(self, line: Line) -> str:
        return "none" if line.is_withheld else shade(self.grade_of(line), self.grades)

    @cached_property
    def grades(self) -> list[str]:
        """The grades that the page shows, from the best, then what stands for none."""
        met = dict.fromkeys(line.grade for line in self.lines if line.grade)
        known = [grade for grade in self.page.grades if grade in met]
        others = [grade for grade in met if grade not in known]
        return [*known, *others, label("grade.none", self.page.lang)]

    @property
    def has_grades(self) -> bool:
        return len(self.grades) > 1

    @cached_property
    def lines(self) -> list[Line]:
        return [line for section in self.page.sections for line in section.lines]

    def states(self, line: Line) -> list[str]:
        """What the filter by status finds a line by."""
        made = "built" if line.is_built else "failed" if line.cause else "skipped"
        more = [] if line.is_filed else ["not_filed"]
        more += ["out_of_step"] if line.is_out_of_step else []
        is_rated = line.grade or line.is_withheld or not self.has_grades
        return [made, *more, *([] if is_rated else ["not_rated"])]

    @cached_property
    def state_counts(self) -> list[tuple[str, int]]:
        """Status and number of lines, those that occur, in a fixed order."""
        counts = Counter(state for line in self.lines for state in self.states(line))
        order = ("built", "out_of_step", "failed", "skipped", "not_filed", "not_rated")
        return [(state, counts[state]) for state in order if counts[state]]

    def cause(self, line: Line | DocumentLine) -> str:
        """Why something was not made. The cause that a program gives is quoted as it is."""
        if isinstance(line, Line) and line.is_blocked and self.page.lang != "en":
            return self.t("blocked")
        return line.cause

    def failures(self) -> list[Line]:
        return [line for line in self.lines if line.cause and not line.is_built]

    def warned(self) -> list[tuple[Line, str]]:
        """Each warning of a report."""
        return [(line, text) for line in self.lines for text in line.warnings]

    def search(self, line: Line) -> str:
        return self.readings.search_text(line.entity_id, line.name, line.other_name, line.industry)

    def search_document(self, line: DocumentLine) -> str:
        return self.readings.search_text(self.document(line), line.name, line.stem)

    def sort_key(self, text: str) -> str:
        return self.readings.sort_key(text)

    def bodies(self) -> list[tuple[str, list[Body]]]:
        """The bodies to filter by, by type."""
        types = dict.fromkeys(body.entity_type for body in self.page.bodies)
        return [
            (self.type_name(t), [b for b in self.page.bodies if b.entity_type == t]) for t in types
        ]

    def charts(self) -> list[tuple[str, str, Markup]]:
        """Title, remark and drawing of each chart of the overview."""
        found = [chart for section in self.page.sections for chart in self._of_index(section)]
        if self.has_grades:
            title = self.t("chart.grades")
            rows = [
                (self.type_name(s.entity_type), self._grade_counts(s))
                for s in self.page.sections
                if any(line.grade for line in s.lines)
            ]
            found.append((title, "", stacked(rows, self.grades, title, self.page.lang)))
        return found

    def shown_name(self, line: Line) -> str:
        """The name of an entity; of one that is part of another of its type, as a part."""
        return label("part_of.name", self.page.lang, name=line.name) if line.part_of else line.name

    def _grade_counts(self, section: Section) -> Counter[str]:
        """How many have which grade; a part of another body is counted with it."""
        counted = (line for line in section.lines if not line.is_withheld and not line.part_of)
        return Counter(map(self.grade_of, counted))

    def _of_index(self, section: Section) -> Iterator[tuple[str, str, Markup]]:
        """How the entities of a type stand: each by a bar, or many by how they are distributed."""
        items = [
            (self.shown_name(line), index)
            for line in beneath_wholes(section.lines)
            if (index := line.index) is not None
        ]
        scale, name = (
            Scale(floor=section.floor, top=section.top),
            self.type_name(section.entity_type),
        )
        if len(items) < 2 or scale.floor >= scale.top:
            return
        words = {"type": name, "index": section.index_name or self.t("index")}
        if len(items) <= MOST_BARS:
            title = self.t("chart.bars", **words)
            remark = self.t("chart.scale", floor=f"{scale.floor:g}", top=f"{scale.top:g}")
            yield title, remark, bars(items, scale, title, self.page.lang)
        else:
            title, values = self.t("chart.histogram", **words), [value for _, value in items]
            remark = self.t("chart.median", n=len(values), median=middle(values))
            yield title, remark, histogram(values, scale, title, self.page.lang)

    def findings(self) -> list[tuple[str, str, list[Note]]]:
        """The open findings by rule: severity, the rule's name, the findings; the gravest first."""
        groups: dict[tuple[str, str], list[Note]] = {}
        for note in self.page.notes:
            groups.setdefault((note.severity, note.rule), []).append(note)
        ordered = sorted(groups.items(), key=lambda g: (g[0][0] != "error", -len(g[1]), g[0][1]))
        return [(severity, rule, notes) for (severity, rule), notes in ordered]

    def severity(self, code: str) -> str:
        return label_or(f"severity.{code}", self.page.lang, code)

    def found(self, note: Note) -> str:
        """What the check found, where its name does not say all."""
        return "" if note.code in SAID_BY_THE_RULE else note.found

    def file_name(self, name: str) -> str:
        """What a file of the run is, in words."""
        return self.named("file", name)

    def document(self, line: DocumentLine) -> str:
        return self.named("document", line.kind)

    @property
    def for_whom(self) -> str:
        """Who may read the page."""
        return self.t(f"for.{self.page.audience}" if self.page.audience else "internal")

    def marks(self) -> list[str]:
        """What the run is: sample data, a draft, final."""
        if self.page.is_sample:
            return [label("sample.mark", self.page.lang)]
        return [label_or(f"status.{self.page.status}", self.page.lang, self.page.status)] * bool(
            self.page.status
        )

    def out_of_step_note(self) -> str:
        """That reports listed here speak of another evaluation; "" where none does."""
        lines: list[Line | DocumentLine] = [*self.lines, *self.page.documents]
        count = sum(line.is_out_of_step for line in lines)
        return self.t("out_of_step", n=count) if count else ""

    def sample_note(self) -> str:
        return self.t("sample_note") if self.page.is_sample else ""
