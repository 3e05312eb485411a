"""What a release or a check of one has to say: a code and values, worded where it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from cescore.publish.words import label, label_or

Value = str | int
STAGES = ("stage", "before")  # values that name a stage


@dataclass(frozen=True)
class ReleaseRemark:
    """One thing that stands against a release, or that a check found."""

    code: str
    values: tuple[tuple[str, Value], ...] = ()

    def said(self, lang: str) -> str:
        """The sentence in a language."""
        given = {name: _named(name, value, lang) for name, value in self.values}
        return label(f"release.{self.code}", lang, **given)


def _named(name: str, value: Value, lang: str) -> Value:
    """A value as a person reads it: a stage has words of its own."""
    return label_or(f"status.{value}", lang, str(value)) if name in STAGES else value


def remark(code: str, /, **values: Value) -> ReleaseRemark:
    """A remark of this code with these values."""
    return ReleaseRemark(code, tuple(values.items()))
