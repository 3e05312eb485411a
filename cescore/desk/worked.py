"""The evaluation as a worked solution: for each step a sentence, its equation, and the numbers put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cescore.definitions.spelling import with_nearest
from cescore.desk.explaining import BundleWorld
from cescore.disclosure.documents.opened import OpenBundle
from cescore.errors import CescoreError, DataError, Sentence
from cescore.evaluation.tracing.asking import trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Traced
from cescore.evaluation.tracing.tracer import Tracer
from cescore.publish.traces import TraceText
from cescore.publish.words import label

EQUATIONS = {
    "returns": r"\text{MRC} = \sum_m \text{consumption}_m",
    "indicators": r"x_i = f_i(\text{variables, accounts}) \times \text{factor}_i",
    "scores": r"s_i = \text{floor} + (\text{top} - \text{floor}) \cdot"
    r" \frac{x_i - \text{worst}_i}{\text{best}_i - \text{worst}_i}"
    r" \quad\text{or}\quad \text{floor} + (\text{top} - \text{floor}) \cdot"
    r" \frac{\ln (x_i / \text{worst}_i)}{\ln (\text{best}_i / \text{worst}_i)}",
    "index": r"I = \sum_i w_i s_i \quad\text{or}\quad I = \prod_i s_i^{w_i}, \quad \sum_i w_i = 1",
    "progress": r"r_i = 100 \cdot \frac{x_{i,t}}{x_{i,0}} \quad\text{or}\quad"
    r" 100 \cdot \frac{x_{i,0}}{x_{i,t}}",
    "plan": r"T = \frac{\sum_k w_k p_k}{\sum_k w_k} + B",
}
STEPS = (
    "start", "try", "returns", "indicators", "scores", "index", "progress", "front", "plan",
    "peers", "quality", "check",
)  # fmt: skip
MOST = 40  # lines of numbers put in


def worked(bundle: OpenBundle, step: str) -> WorkedStep:
    """One step of the solution, in the language of the bundle; see `STEPS`.

    Raises
    ------
    DataError
        There is no such step; the nearest is named.
    """
    if step not in STEPS:
        expected = with_nearest(Sentence("one of {listed}", listed=", ".join(STEPS)), step, STEPS)
        raise DataError(
            Sentence("no step {step!r}, expected {expected}", step=step, expected=expected)
        )
    return WorkedStep(bundle, step)


@dataclass(frozen=True, eq=False)
class WorkedStep:
    """A step of the solution, shown as text with its equation; ``lines`` are the numbers put in."""

    bundle: OpenBundle
    step: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Each number of the step as it comes about from the numbers it stands on."""
        return tuple(filter(None, (self._line(code) for code in self._codes())))[:MOST]

    def _repr_markdown_(self) -> str:
        number = STEPS.index(self.step) - 1
        lang = self.bundle.lang
        head = f"## {number} {self._title}" if number > 0 else f"## {self._title}"
        text = label(f"worked.{self.step}.text", lang)
        equation = EQUATIONS.get(self.step)
        about = self._about() if self.step == "start" else ""
        parts = [head, about, text, f"$${equation}$$" if equation else ""]
        if self.step == "start" and self._is_in_a_build:
            text = f"{text}\n\n{label('worked.start.built', lang)}"
        lines = () if self._is_in_a_build else self.lines
        parts += ["\n".join(f"- {_plain(line)}" for line in lines)]
        return "\n\n".join(filter(None, parts))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """What Jupyter keeps: without it, IPython would ask for ``repr`` beside the Markdown."""
        plain = self._title if self._is_in_a_build else repr(self)
        return {"text/markdown": self._repr_markdown_(), "text/plain": plain}

    @property
    def _is_in_a_build(self) -> bool:
        """Whether a file was handed, as a build does, which prints none of this: its reports need
        not wait for the numbers put in."""
        return self.bundle.again is None

    @property
    def _title(self) -> str:
        return label(f"worked.{self.step}.title", self.bundle.lang)

    def _about(self) -> str:
        """Whose record this is, and by which framework it is evaluated."""
        bundle, lang = self.bundle, self.bundle.lang
        card, framework = bundle.data.entity, bundle.framework
        mark = f" · **{label('status.variant', lang)}**" if bundle.is_variant else ""
        name = framework.name(lang) or framework.entity_type
        return f"**{card.entity_id} {card.name(lang)} {bundle.year}** · {name} {framework.version}{mark}"

    def __repr__(self) -> str:
        return "\n".join([self._title, *self.lines])

    def _codes(self) -> Iterator[str]:
        framework = self.bundle.framework
        headline = framework.headline
        shown = {headline.resource_output_rate, headline.resource_recycling_rate, *headline.beside}
        scored = [indicator.code for indicator in framework.scored()]
        if self.step == "returns":
            used = {n for c in (*scored, *shown) for n in self._uses(c)}
            yield from (f"account:{code}" for code in framework.accounts if code in used)
        elif self.step == "indicators":
            yield from (f"indicator:{c}" for c in framework.indicators if c in {*scored, *shown})
        elif self.step == "scores":
            yield from (f"score:{code}" for code in scored)
        elif self.step == "index":
            yield from (f"group:{group.code}" for group in framework.groups_bottom_up())
            yield f"index:{framework.index.code}"
        elif self.step == "progress" and framework.progress is not None:
            yield from (
                f"progress_group:{framework.progress.code}.{g.code}"
                for g in framework.progress.groups
            )
            yield f"progress_index:{framework.progress.code}"
        elif self.step == "plan":
            own = (line.id for line in self.bundle.data.targets if line.role == "own")
            yield from (f"target:{code}" for code in own)
            yield from ("assessment:total", "grade:grade")

    def _uses(self, code: str) -> tuple[str, ...]:
        indicator = self.bundle.framework.indicators.get(code)
        expression = indicator.expression if indicator is not None else None
        return () if expression is None else expression.names

    def _line(self, asked: str) -> str:
        """``R01 name 2025 = names = numbers put in = value``; "" for what the report does not know."""
        data = self.bundle.data
        try:
            trace = trace_asked(self._tracer, data.entity.entity_id, asked, self.bundle.year)
        except CescoreError:  # a part that this entity does not have
            return ""
        return _written(trace, TraceText(self.bundle.lang), self.bundle.lang)

    @cached_property
    def _tracer(self) -> Tracer:
        return tracer_of(BundleWorld(self.bundle))


def _written(trace: Traced, writer: TraceText, lang: str) -> str:
    names = trace.names.name(lang)
    code = trace.quantity.code
    head = f"**{code} {names}**" if names and names != code else f"**{code}**"
    details = dict(writer.details(trace))
    put_in = details.get(writer.say("substituted"), "").removesuffix(" ✓")
    formula = details.get(writer.say("named"), "")
    parts = [head, f"`{formula}`" if formula else "", f"`{put_in}`" if put_in else ""]
    return " = ".join(filter(None, [*parts, f"**{writer.value(trace)}**"]))


def _plain(line: str) -> str:
    """A line that Markdown takes as it is."""
    return line.replace("\n", " ")
