"""A setting being tried: what the controls say, what comes of it, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from cescore.definitions.frameworks.variant_file import Patch, applied, read_variant
from cescore.definitions.model import Framework
from cescore.desk.explore.choices import Choices
from cescore.desk.explore.moves import Moves
from cescore.desk.whole_type import TypeDesk, TypeSetting
from cescore.method.index.rescoring import Rescored, rescored
from cescore.publish.words import label

KEPT = 50  # steps that can be taken back


@dataclass(frozen=True)
class Step:
    """A setting: further indicators and formulas stand in its base, all else in its choices."""

    base: Framework
    choices: Choices


class Trial:
    """A type under a setting that changes; the workspace is only read, the official one stays as it is."""

    def __init__(self, desk: TypeDesk) -> None:
        self.desk = desk
        self.evaluation = desk.official.evaluation
        self.official = rescored(self.evaluation, desk.framework)
        self.result: Rescored = self.official
        self.step = Step(desk.framework, Choices.of(desk.framework, desk.year))
        self._past: list[Step] = []
        self._moved: tuple[Rescored, Moves] | None = None  # of which result
        self._settings: dict[str, TypeSetting] = {}

    @property
    def choices(self) -> Choices:
        return self.step.choices

    @property
    def framework(self) -> Framework:
        """The framework of the setting, as a notebook can go on with."""
        return self.result.framework

    @property
    def is_variant(self) -> bool:
        """Whether it is another than the official one."""
        return self.framework.hash != self.desk.framework.hash

    @property
    def patch(self) -> Patch:
        """What it changes of the official framework."""
        return self.desk.patch(self.framework)

    @property
    def setting(self) -> TypeSetting:
        """The type under the setting with all its years, evaluated when it is asked for."""
        key = self.framework.hash
        if key not in self._settings:
            self._settings = {key: self.desk.evaluate(self.framework)}
        return self._settings[key]

    @property
    def moves(self) -> Moves:
        """Ranks under the official setting and under this one."""
        if self._moved is None or self._moved[0] is not self.result:
            is_ranked = self.desk.is_ranked(self.desk.year)
            moves = Moves.between(self.official, self.result, self.names, is_ranked)
            self._moved = self.result, moves
        return self._moved[1]

    def bands(self) -> dict[str, tuple[int, int]]:
        """Best and worst rank of each entity over the choices that could be made otherwise.

        See `cescore.method.uncertainty.bands`; takes seconds.
        """
        from cescore.method.uncertainty.bands import has_firm_index, rank_bands

        evaluation = self.setting.evaluation
        firm = has_firm_index(evaluation) & self.desk.is_ranked(evaluation.run_year)
        among = [e for e, is_firm in zip(evaluation.panel.entities, firm, strict=True) if is_firm]
        return rank_bands(evaluation, among, evaluation.run_year)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """As rankings show them: a part of another entity of the type is named so."""
        register, lang = self.desk.workspace.register, self.desk.lang
        plain = [register[e].name(lang) for e in self.evaluation.panel.entities]
        is_ranked = self.desk.is_ranked(self.desk.year)
        return tuple(
            name if stands else label("part_of.name", lang, name=name)
            for name, stands in zip(plain, is_ranked, strict=True)
        )

    def choose(self, choices: Choices) -> None:
        """Take another setting; one that makes no sense is refused and leaves all as it was.

        Raises
        ------
        CescoreError
            The setting is refused, or cannot be learnt from these entities.
        """
        if choices != self.choices:
            self._take(replace(self.step, choices=choices))

    def reset(self) -> None:
        """Back to the official setting."""
        official = self.desk.framework
        self._take(Step(official, Choices.of(official, self.desk.year)))

    def undo(self) -> bool:
        """Back to the setting before; False where there is none."""
        if not self._past:
            return False
        *earlier, last = self._past
        self._take(last)
        self._past = earlier
        return True

    def load(self, path: Path) -> None:
        """Take the setting of a variant file.

        Raises
        ------
        CescoreError
            The file is no variant, or one of another framework than the official one here.
        """
        patch = read_variant(path)
        kept = patch.model_copy(update={"without": ()})
        base = applied(self.desk.framework, kept, self.desk.terms)
        gone = set(self._scored(base)) - set(self._scored(self.desk.load(path)))
        choices = Choices.of(base, self.desk.year)
        self._take(Step(base, replace(choices, left_out=frozenset(gone))))

    def _take(self, step: Step) -> None:
        framework = step.choices.framework(step.base, self.desk.year)
        self.result = rescored(self.evaluation, framework, self.result)
        self._past = [*self._past[-KEPT:], self.step]
        self.step = step

    @staticmethod
    def _scored(framework: Framework) -> list[str]:
        return [indicator.code for indicator in framework.scored()]
