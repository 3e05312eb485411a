"""From a located YAML value to a frozen definition, every fault as a Problem with file and line.

Scalars are handed on as they were written and pydantic converts them; what it refuses is told here
in words, at the place where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cescore.definitions.entries.located import Node
from cescore.definitions.model.base import FROM_FILE, Refused, TopValues, UnknownKey
from cescore.definitions.model.refusals import expected_by, words_of
from cescore.definitions.spelling import with_nearest
from cescore.errors import Problem, Sentence

Model = TypeVar("Model", bound=BaseModel)
BROKEN = Refused()  # could not be read, and said so
KEYS = (".code", ".id")  # fields that an entry's key fills
LISTED = 200  # characters of a list of what would do


@dataclass(frozen=True)
class Reading:
    """A place in params/ that is being read, and everything that is wrong so far.

    ``what`` is the key path of the place, for messages ("indicators.R01"); all places of one
    reading share their ``problems``.
    """

    node: Node
    what: str
    problems: list[Problem]

    def at(self, *keys: str) -> Reading:
        """A place inside this one: the deepest that exists along the keys, named by all of them."""
        return Reading(self.node.at(keys), ".".join((self.what, *keys)).strip("."), self.problems)

    def of(self, node: Node, what: str) -> Reading:
        """Another place of the same reading."""
        return Reading(node, what, self.problems)

    def refuse(self, found: str, expected: str, key: str = "") -> None:
        """Something is wrong at this place, or at a key of it (at the place itself if it is absent)."""
        place = (self.node.get(key) if key else None) or self.node
        named = f"{self.what}.{key}".strip(".") if key else self.what
        self.problems.append(Problem(place.where, named, found, expected))

    def known(self, word: str, words: Iterable[str], expected: str = "") -> bool:
        """Whether a word is one of those known; an unknown one is refused with the nearest."""
        words = list(words)
        if not word or word in words:
            return True
        listed = Sentence("one of {listed}", listed=(", ".join(words) or "nothing")[:LISTED])
        self.refuse(repr(word), with_nearest(expected or listed, word, words))
        return False

    def build(
        self, model: type[Model], *, hidden: Sequence[str] = (), **given: Any
    ) -> Model | None:
        """The object that the place describes, or None with all that is wrong with it.

        Parameters
        ----------
        hidden
            Fields that no file may set here.
        given
            Fields known from elsewhere (the code is the entry's key); the file may repeat them.
        """
        if self.node.is_broken and self.node.value is None:
            return None
        unset = {*hidden, *getattr(model, "filled", ())}
        fields = [name for name in model.model_fields if name not in unset]
        if not isinstance(self.node.value, dict):
            self.refuse(self.node.kind, Sentence("keys: {listed}", listed=", ".join(fields)))
            return None
        before = len(self.problems)
        values = TopValues(given)
        for key, entry in self.node.value.items():
            if key not in fields:
                self._refuse_key(key, entry, fields)
            elif key not in given:
                values[key] = _plain(entry)
            elif entry.raw != str(given[key]):
                self.at(key).refuse(
                    entry.kind, Sentence("{given}, as its key or file says", given=given[key])
                )
        found = self._validated(model, values)
        return found if len(self.problems) == before else None

    def _refuse_key(self, key: str, entry: Node, fields: Sequence[str]) -> None:
        expected = with_nearest(Sentence("one of {listed}", listed=", ".join(fields)), key, fields)
        self.of(entry, f"{self.what}.{key}").refuse("unknown key", expected)

    def _validated(self, model: type[Model], values: TopValues) -> Model | None:
        try:
            return model.model_validate(values, context=FROM_FILE)
        except ValidationError as error:
            told: dict[tuple[str, str, str], list[str]] = {}
            for fault in error.errors(include_url=False):
                if fault["input"] != BROKEN:
                    problem = self._problem(fault)
                    key = problem.where, problem.what, problem.found
                    told.setdefault(key, []).append(problem.expected)
            self.problems.extend(
                Problem(*key, expected=reduce(_either, dict.fromkeys(expected)))
                for key, expected in told.items()
            )
        return None

    def _problem(self, fault: Any) -> Problem:
        """An error of pydantic as a Problem: its place is as deep as the file goes."""
        node, what = _placed(self.node, self.what, fault)
        given = fault["input"]
        if isinstance(given, UnknownKey):
            key = str(fault["loc"][-1])
            expected = with_nearest(
                Sentence("one of {listed}", listed=", ".join(given.known)), key, given.known
            )
            return Problem(node.where, what, "unknown key", expected)
        if isinstance(given, Refused):
            return Problem(node.where, what, given.found or node.kind, given.expected)
        if fault["type"] == "missing":
            return Problem(node.where, what, "is missing", "a value")
        is_key = what.endswith(KEYS) and isinstance(node.value, dict)  # said by the entry's key
        found = repr(given)[:80] if is_key else node.kind
        return Problem(node.where, what, found, _expected(fault, node))


def _plain(node: Node) -> Any:
    """A node as texts, lists and mappings; a number as it was written."""
    if node.is_broken:
        return BROKEN
    if isinstance(node.value, dict):
        return {key: _plain(entry) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return tuple(map(_plain, node.value))
    return None if node.value is None else node.raw.strip()


def _placed(node: Node, what: str, fault: Any) -> tuple[Node, str]:
    """The place of an error; steps that only pydantic knows (members of a union) are left out."""
    steps = [step for step in fault["loc"] if step != "[key]"]
    for i, step in enumerate(steps):
        inner = node.at((str(step),))
        if inner is not node:
            node, what = inner, f"{what}[{step}]" if isinstance(step, int) else f"{what}.{step}"
        elif i == len(steps) - 1 and (fault["type"] == "missing" or f".{step}" in KEYS):
            what = f"{what}.{step}"
    return node, what


def _expected(fault: Any, node: Node) -> str:
    """What an error says was expected; of a closed list with the nearest word."""
    if fault["type"] != "literal_error":
        return expected_by(fault)
    words = words_of(fault)
    return with_nearest(Sentence("one of {listed}", listed=", ".join(words)), node.raw, words)


def _either(first: str, second: str) -> str:
    return Sentence("{first} or {second}", first=first, second=second)
