"""A printed number followed back in a notebook, as far as the report's own bundle goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cescore.definitions.model import Plan, Target, VariableName
from cescore.disclosure.documents.opened import OpenBundle
from cescore.evaluation.tracing.asking import trace_asked, tracer_of
from cescore.evaluation.tracing.trace import Kind, Traced, TraceNote, as_graph
from cescore.evaluation.tracing.tracer import MadeFrom, PlanOutcome, World
from cescore.intake.observations.completing import ESTIMATED_BY, WITHHELD
from cescore.intake.observations.panel import SUM_OF
from cescore.method.column import Panel
from cescore.method.grading.targets import TargetLine
from cescore.method.index.evaluation import TypeEvaluation, evaluate
from cescore.publish.traces import ALL, TraceText, origin_text

if TYPE_CHECKING:
    import pandas as pd

MADE_BY = (SUM_OF, ESTIMATED_BY, WITHHELD)


@dataclass(frozen=True, eq=False)
class Explanation:
    """The way back of one number: shown as a tree, or as a table by `to_frame`."""

    trace: Traced
    lang: str
    depth: int = ALL

    @property
    def value(self) -> float | None:
        """The number itself; None where there is none."""
        return self.trace.value

    @property
    def agrees(self) -> bool:
        """Whether every step gives its number again from the numbers it stands on."""
        return all(step.agrees for step in self.trace.walk())

    def __repr__(self) -> str:
        writer = TraceText(self.lang, depth=self.depth)
        return "\n".join([*writer.lines(self.trace), writer.summary(self.trace)])

    def to_json(self) -> dict[str, Any]:
        """The steps as plain data; see docs/explain.md for the keys."""
        return as_graph(self.trace)

    def to_frame(self) -> pd.DataFrame:
        """One row a step, the number asked for first, then what it stands on."""
        import pandas as pd

        writer = TraceText(self.lang)
        rows = [
            {
                "kind": step.quantity.kind,
                "code": step.quantity.code,
                "year": step.quantity.year,
                "name": step.names.name(self.lang),
                "value": step.value,
                "unit": step.unit,
                "status": step.text or step.status,
                "formula": step.formula or step.arithmetic,
                "computed": step.computed,
                "source": origin_text(step.origins),
                "notes": "; ".join(map(writer.note, step.notes)),
            }
            for step in self.trace.walk()
            if step.quantity.kind != "given"
        ]
        return pd.DataFrame(rows)


def explain(
    bundle: OpenBundle, code: str, year: int | None = None, *, depth: int = ALL
) -> Explanation:
    """Follow a number of the report back: ``explain(bundle, "R01")``, ``"score:R01"``, ``"index"``.

    Only what the report may know is shown: sums over others and constants learnt of others stand as
    they are released. With another framework (`OpenBundle.with_framework`) it follows the variant.

    Parameters
    ----------
    code
        A code, a name, or a code with its kind; see docs/explain.md.
    year
        One of the record's years; None: the year evaluated.
    depth
        Levels of steps shown.

    Raises
    ------
    DataError
        There is no such number; the nearest codes are named.
    """
    asked = bundle.year if year is None else year
    tracer = tracer_of(BundleWorld(bundle))
    trace = trace_asked(tracer, bundle.data.entity.entity_id, code, asked)
    return Explanation(trace, bundle.lang, depth)


class BundleWorld(World):
    """The world of one report: its own record, the released constants, its own results."""

    def __init__(self, bundle: OpenBundle) -> None:
        self.bundle = bundle

    @property
    def base_year(self) -> int:
        return self.bundle.base_year

    def panel(self, entity_id: str) -> Panel | None:
        return self.bundle.record if entity_id == self.bundle.data.entity.entity_id else None

    def evaluation(self, entity_id: str) -> TypeEvaluation | None:
        return self._own if entity_id == self.bundle.data.entity.entity_id else None

    @cached_property
    def _own(self) -> TypeEvaluation:
        bundle = self.bundle
        return evaluate(
            bundle.record,
            bundle.framework,
            base_year=bundle.base_year,
            run_year=bundle.year,
            fitted=bundle.fitted,
        )

    def named(self, code: str) -> VariableName | None:
        return self.bundle.framework.variables.get(code) or self.bundle.data.terms.get(code)

    def kind_of(self, code: str) -> Kind:
        return "factor" if code in self.bundle.framework.factors else "variable"

    def params(self, entity_type: str, code: str) -> str:
        framework = self.bundle.framework
        table = framework.accounts.get(code)
        file = "accounts" if code in {*framework.accounts, *framework.factors} else ""
        file = "norms" if table is not None and table.by else file
        return f"params/{file or f'frameworks/{framework.id or entity_type}'}.yml: {code}"

    def place(self, entity_id: str, code: str, year: int) -> str:
        text = self._source(code, year)
        return "" if text.startswith(MADE_BY) else text

    def remarks(self, entity_id: str, code: str, year: int) -> tuple[TraceNote, ...]:
        text = self._source(code, year)
        return (TraceNote.of("made_as", text=text),) if text.startswith(MADE_BY) else ()

    def made(self, entity_id: str, code: str, year: int) -> MadeFrom | None:
        return None  # who is inside a sum is for others to know

    def _source(self, code: str, year: int) -> str:
        record = self.bundle.data.record
        sources = record.source.get(code, ())
        at = record.years.index(year) if year in record.years else len(sources)
        return sources[at] if at < len(sources) else ""

    def outcome(self, entity_id: str) -> PlanOutcome:
        data = self.bundle.data
        return PlanOutcome(
            plan=self._plan,
            targets=data.targets,
            measures=data.measures,
            assessment=data.assessment,
        )

    @cached_property
    def _plan(self) -> Plan | None:
        """The plan as far as the report knows it: its years, and what its targets ask."""
        card = self.bundle.data.plan
        if card.base_year is None or card.first_year is None or card.last_year is None:
            return None
        targets = {line.id: _target(line) for line in self.bundle.data.targets}
        return Plan(
            id=card.id,
            base_year=card.base_year,
            first_year=card.first_year,
            last_year=card.last_year,
            source=card.name("zh") or card.id,
            targets=targets,
        )


def _target(line: TargetLine) -> Target:
    """What a target asks, from its line."""
    return Target(
        id=line.id,
        zh=line.zh,
        en=line.en,
        indicator=line.indicators[0] if line.indicators else "",
        type=line.type,  # type: ignore[arg-type]
        value=line.value,
        unit=line.unit,
        op=line.op,  # type: ignore[arg-type]
        has_schedule=line.schedule_carbon is not None,
        source=line.zh or line.en or line.id,
        tag=line.tag,  # type: ignore[arg-type]
    )
