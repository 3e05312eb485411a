"""Charts of a plan's evaluation: each target against its schedule, bodies from base year to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cescore.disclosure.documents.plan_documents import BodyRow, PlanDocument
from cescore.method.grading.target_paths import TargetPath
from cescore.publish.charts.drawing import PT
from cescore.publish.charts.frame import (
    BESIDE,
    MARK,
    WIDE,
    in_a_row,
    name_rows,
    titled,
    write,
)
from cescore.publish.charts.style import (
    FAINT,
    INK,
    LEAST,
    MAIN,
    POINTS,
    QUIET,
    SECOND,
    TITLE,
    canvas,
    chart,
    house_style,
)
from cescore.publish.fragment import Fragment
from cescore.publish.numbers import number, quantity
from cescore.publish.pages.document import Words
from cescore.publish.pages.review.page import target_name
from cescore.publish.printing.measure import height_of, lines_of, rows_of, width_of

if TYPE_CHECKING:
    from cescore.disclosure.documents.opened import OpenDocument

THIRD_OF_PAGE = 56.0  # mm
NAMES = 57.0  # mm for the names of bodies
IN_A_ROW = 3
NONE = Fragment("")


def target_charts(document: OpenDocument[Any]) -> Fragment:
    """Small charts, one per target: what was achieved, and the schedule or the goal it is held to."""
    words, data = Words(document), document.data
    shown = [
        path
        for path in data.targets
        if path.end.role != "check" and sum(line.actual is not None for line in path.lines) > 1
    ]
    charts = [_target_chart(words, path, data) for path in shown]
    rows = [charts[i : i + IN_A_ROW] for i in range(0, len(charts), IN_A_ROW)]
    return Fragment.join([in_a_row(row) for row in rows])


def _target_chart(words: Words, path: TargetPath, data: PlanDocument) -> Fragment:
    line = path.end
    start = 0.0 if line.type != "level" else line.base
    first = [] if start is None else [(data.plan.base_year, start)]
    actual = [(y, one.actual) for y, one in zip(data.years, path.lines, strict=True)]
    points = first + [(y, v) for y, v in actual if v is not None]
    held = [(y, v) for y, v in zip(data.years, path.due, strict=True) if v is not None]
    schedule = first + held if held else []
    places = 1 if line.unit == "%" else 3
    name = f"{line.id} {target_name(words, path)}"
    heading = lines_of(name, THIRD_OF_PAGE - 1, TITLE, bold=True)
    last = points[-1]
    achieved, goal = number(last[1], places), number(line.value, places).rstrip("0").rstrip(".")
    top = height_of(heading, TITLE) + 3.0
    with house_style():
        figure, axes = canvas(
            THIRD_OF_PAGE, top + 27, left=width_of(goal, LEAST) + 1.5,
            right=width_of(achieved, POINTS, bold=True) + 2.5, top=top, bottom=9,
        )  # fmt: skip
        if schedule:
            axes.plot(*zip(*schedule, strict=True), color=SECOND, ls=(0, (4, 2)), lw=1.1)
        axes.axhline(line.value, color=FAINT, lw=0.6)
        axes.plot(*zip(*points, strict=True), color=MAIN, marker="o", markeredgewidth=0)
        write(axes, [achieved], last, 4, fontweight="bold")
        axes.set_xlim(data.plan.base_year - 0.3, data.plan.last_year)
        axes.set_xticks([data.plan.base_year, data.plan.last_year])
        axes.set_yticks([line.value], [goal])
        axes.tick_params(axis="y", labelsize=LEAST, pad=1)
        values = [v for _, v in (*points, *schedule)] + [line.value]
        room = (max(values) - min(values)) * 0.15 or 1.0
        axes.set_ylim(min(values) - room, max(values) + room)
        titled(figure, heading)
        said = words.join(
            words.t("alt.pair", name=str(y), value=quantity(v, line.unit, words.lang, places))
            for y, v in points
        )
        alt = words.t("alt.trend", name=name, list=said)
        return chart(figure, alt, mark=_mark(words, data), mark_below=True)


def body_name(words: Words, row: BodyRow) -> str:
    """The name of a body; of one that is part of another of its type, as a part."""
    name = row.place.name(words.lang)
    return words.t("part_of.name", name=name) if row.part_of else name


def _place(row: BodyRow, ends: Mapping[str, float]) -> tuple[float, str, bool]:
    """The highest index first; a part, which is ranked nowhere, beneath its whole."""
    above = row.part_of if row.part_of in ends else row.place.entity_id
    return -ends[above], above, above != row.place.entity_id


def body_chart(document: OpenDocument[Any], rows: Sequence[BodyRow], title: str) -> Fragment:
    """Each body's index in the base year (ring) and at the end (dot), on one scale."""
    words, data = Words(document), document.data
    shown = [(row, row.index[0], row.index[-1]) for row in rows if row.index]
    pairs = [(row, a, b) for row, a, b in shown if a is not None and b is not None]
    if len(pairs) < 2:
        return NONE
    ends = {row.place.entity_id: end for row, _, end in pairs}
    pairs.sort(key=lambda one: _place(one[0], ends))
    names = [body_name(words, row) for row, _, _ in pairs]
    lines = rows_of(names, NAMES - BESIDE, POINTS, 5.0)
    heading = lines_of(title, WIDE - MARK, TITLE, bold=True)
    top = height_of(heading, TITLE) + 2.5
    side = max(width_of(number(end), POINTS, bold=True) for _, _, end in pairs) + 4
    with house_style():
        figure, axes = canvas(
            WIDE, top + lines.height + 6, left=NAMES + side, right=side, top=top, bottom=6
        )
        for y, (_, begin, end) in zip(lines.centres, pairs, strict=True):
            axes.plot([begin, end], [y, y], color=QUIET, lw=2.2, solid_capstyle="round")
            axes.plot([begin], [y], "o", mfc="white", mec=INK, mew=0.9)
            axes.plot([end], [y], "o", color=MAIN)
            write(axes, [number(end)], (end, y), 6 if end >= begin else -6, fontweight="bold")
        name_rows(axes, lines, away=5 + side * PT)
        titled(figure, heading)
        said = words.join(
            words.t("review.alt.body", name=name, first=number(a), last=number(b))
            for name, (_, a, b) in zip(names, pairs, strict=True)
        )
        caption = words.t("review.caption.bodies", base=data.plan.base_year, year=data.year)
        return chart(figure, f"{title}: {said}", mark=_mark(words, data), caption=caption)


def _mark(words: Words, data: PlanDocument) -> str:
    """示例数据 on every chart of a sample run."""
    return words.t("status.sample") if data.run.status == "sample" else ""
