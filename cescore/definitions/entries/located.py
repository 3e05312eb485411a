"""A YAML file as plain values that know the file and line they stand on.

A parser only parses: what its nodes may become is decided here. Nothing constructs objects, an alias
cannot multiply without end, a key cannot stand twice, and a number is a finite decimal.

libyaml reads a text first, because it takes a seventh of the time; whatever it does not take at once
is read by ruamel.yaml, which knows YAML 1.2 and says what is wrong. A test holds the two to the same
nodes on whatever libyaml takes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from cescore.definitions.entries.yaml_slips import likely_slip
from cescore.definitions.model.written import FLOAT, number_in
from cescore.definitions.strays import PLAIN, kind_of
from cescore.errors import Problem, Sentence

LARGEST_FILE = 2_000_000  # bytes
MOST_NODES = 200_000  # after aliases are written out
MOST_BRACKETS = 300  # open at once; the parser needs seconds to give up by itself
DEEPEST = 100  # mappings and lists inside each other
MERGE = "<<"
NOT_FINITE = re.compile(r"[-+]?\.?(inf|nan|infinity)", re.IGNORECASE)

# What the two parsers may take differently: tabs, marks, line ends of YAML 1.1, tags, odd anchors, a
# block of text that begins with a line of blanks.
DOUBTFUL = re.compile(
    r"[\t\x85\u2028\u2029\ufeff]|(?:^|[\s\[{,:-])(?:!(?!=)|[&*](?:[\w-]+[^\w\s\]},-]|[^\w\s*-]))"
    r"|[|>][-+0-9]* *(?:#[^\n]*)?\n+ +\n"
)
# What a plain scalar is in YAML 1.2's core schema, by the characters that it may begin with.
CORE_SCHEMA = (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", "~|null|Null|NULL|", ("~", "n", "N", "")),
    ("merge", "<<", "<"),
)

Scalar = str | int | float | bool | None


class YamlNode(Protocol):
    """A node of either parser: ``id`` is scalar, sequence or mapping."""

    id: str
    tag: Any
    value: Any
    style: Any
    start_mark: Any


@dataclass(frozen=True)
class Node:
    """A value with its place. ``raw`` is a scalar as it was written: 4.10 is not the number 4.1."""

    value: Scalar | dict[str, Node] | list[Node]
    where: str
    raw: str = ""
    is_broken: bool = False  # could not be read and said so: what is missing here is not news

    @property
    def kind(self) -> str:
        """What it is, in words for a message."""
        if isinstance(self.value, dict):
            return Sentence("a mapping")
        if isinstance(self.value, list):
            return Sentence("a list")
        return Sentence("nothing") if self.value is None else repr(self.raw)[:60]

    def get(self, key: str) -> Node | None:
        return self.value.get(key) if isinstance(self.value, dict) else None

    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def without(self, *keys: str) -> Node:
        return replace(self, value={k: n for k, n in self.entries().items() if k not in keys})

    def at(self, path: tuple[str, ...]) -> Node:
        """The deepest node that exists along a path."""
        found = self
        for key in path:
            below = found.get(key)
            if below is None and isinstance(found.value, list) and key.isdigit():
                below = found.value[int(key)] if int(key) < len(found.value) else None
            if below is None:
                break
            found = below
        return found


def read(path: Path, where: str, problems: list[Problem], *, may_be_list: bool = False) -> Node:
    """The content of a YAML file whose top is a mapping; an empty file is an empty mapping.

    Whatever is wrong with the file becomes a Problem and leaves that part of it out. A file of
    records may have a list at its top.
    """
    text = _text(path, where, problems)
    if text is None:
        return Node({}, f"{where}:1", is_broken=True)
    node, found = _parsed(text, where, may_be_list)
    problems.extend(found)
    return node


@lru_cache(maxsize=64)
def _parsed(text: str, where: str, may_be_list: bool) -> tuple[Node, tuple[Problem, ...]]:
    """A text's node and its faults; kept, because one process reads the same files again."""
    problems: list[Problem] = []
    empty = Node({}, f"{where}:1")
    tops = (dict, list) if may_be_list else (dict,)
    tree = _composed(text, where, problems)
    node = empty if tree is None else _Builder(where, problems).build(tree)
    if tree is not None and not isinstance(node.value, (*tops, type(None))) and not problems:
        keys, entries = "keys with values (key: value)", "a list of entries (- key: value)"
        problems.append(Problem(node.where, "file", node.kind, entries if may_be_list else keys))
    if not isinstance(node.value, tops) or tree is None:
        node = replace(empty, is_broken=bool(problems))
    return node, tuple(problems)


def merged(base: Node, over: Node) -> Node:
    """``over`` laid on ``base``: mappings entry by entry, all else as a whole; null removes."""
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    entries = dict(base.value)
    for key, node in over.value.items():
        if node.value is None:
            entries.pop(key, None)
        else:
            entries[key] = merged(entries[key], node) if key in entries else _stripped(node)
    return replace(over, value=entries, is_broken=base.is_broken or over.is_broken)


def _stripped(node: Node) -> Node:
    """Without the keys that are null, which in an overlay only say: remove."""
    if not isinstance(node.value, dict):
        return node
    return replace(
        node,
        value={k: _stripped(n) for k, n in node.value.items() if n.value is not None},
    )


def _text(path: Path, where: str, problems: list[Problem]) -> str | None:
    try:
        kind = kind_of(path)
        if kind != PLAIN:
            problems.append(Problem(where, "file", kind, "a plain file"))
            return None
        raw = path.read_bytes()
    except OSError as error:
        problems.append(
            Problem(
                where,
                "file",
                Sentence("cannot be read ({strerror})", strerror=error.strerror),
                "a YAML file",
            )
        )
        return None
    if len(raw) > LARGEST_FILE:
        found = Sentence("{n} bytes", n=len(raw))
        problems.append(
            Problem(
                where,
                "file",
                found,
                Sentence("at most {most} bytes", most=LARGEST_FILE),
            )
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = Sentence("byte 0x{byte:02x} is not UTF-8", byte=raw[error.start])
        problems.append(Problem(f"{where}:{line}", "file", found, "UTF-8 text"))
        return None


@lru_cache(maxsize=1)
def _quick_loader() -> Any:
    """libyaml's parser, taking words as YAML 1.2 does."""
    import yaml

    class CoreLoader(yaml.CSafeLoader):  # type: ignore[misc]  # it is made by a C extension
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - so it is named there

    for tag, pattern, first in CORE_SCHEMA:
        known = re.compile(f"^(?:{pattern})$")
        CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", known, list(first))
    return CoreLoader


def quickly_composed(text: str) -> YamlNode | None:
    """libyaml's nodes of the one document in a text; None for all that ruamel has to look at."""
    import yaml

    if DOUBTFUL.search(text):
        return None
    try:
        loader = _quick_loader()(text)
        try:
            node: YamlNode | None = loader.get_single_node()
        finally:
            loader.dispose()
    except (yaml.YAMLError, AttributeError, RecursionError, ValueError):
        return None  # without libyaml, or for a text that needs words: ruamel says what is wrong
    return node if node is not None and node.id != "scalar" else None


def _composed(text: str, where: str, problems: list[Problem]) -> YamlNode | None:
    """The nodes of the one document in a text, or None with a Problem."""
    directive = _directive(text)
    if directive is not None:
        line, found = directive
        expected = Sentence("no directive: true and false are the only truth values in every file")
        problems.append(Problem(f"{where}:{line}", "YAML", found, expected))
        return None
    if _open_brackets(text) > MOST_BRACKETS:
        problems.append(
            Problem(
                where,
                "YAML",
                "nested too deeply",
                Sentence("at most {most} levels", most=DEEPEST),
            )
        )
        return None
    quick = quickly_composed(text)
    documents = _slowly_composed(text, where, problems) if quick is None else [quick]
    if len(documents) > 1:
        line = documents[1].start_mark.line + 1
        problems.append(Problem(f"{where}:{line}", "YAML", "a second document", "one document"))
    try:
        size = _size(documents[0], {}) if documents else 0
    except RecursionError:
        problems.append(_too_deep(where))
        return None
    if size > MOST_NODES:
        found = "too large once its aliases are written out"
        problems.append(
            Problem(where, "YAML", found, Sentence("at most {most} values", most=MOST_NODES))
        )
        return None
    return documents[0] if documents else None


def _slowly_composed(text: str, where: str, problems: list[Problem]) -> list[YamlNode]:
    """ruamel's nodes of the documents in a text, or none with a Problem."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return list(documents_in(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(f"{error.problem or error.context or 'not YAML'}".split())[:200]
        slip = likely_slip(text, mark.line, words) if mark else None
        if slip is not None:
            problems.append(Problem(f"{where}:{slip.line + 1}", "YAML", slip.words, "valid YAML"))
        else:
            place = f"{where}:{mark.line + 1}" if mark else where
            problems.append(Problem(place, "YAML", words, "valid YAML"))
    except YAMLError as error:
        found = " ".join(str(error).split())[:200]
        problems.append(Problem(f"{where}:{_bad_line(text)}", "YAML", found, "valid YAML"))
    except (RecursionError, MemoryError):
        problems.append(_too_deep(where))
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        AssertionError,
    ) as error:
        # faults of the parser on text that is not YAML: the user's file is still the culprit
        problems.append(
            Problem(
                f"{where}:1",
                "YAML",
                Sentence("cannot be read ({error})", error=str(error)[:180]),
                "valid YAML",
            )
        )
    return []


def _too_deep(where: str) -> Problem:
    return Problem(
        f"{where}:1",
        "YAML",
        "nested too deeply",
        Sentence("at most {most} levels", most=DEEPEST),
    )


def _directive(text: str) -> tuple[int, str] | None:
    """Line and words of a directive (%YAML, %TAG) before the document, which would change its values."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%"):
            return number, Sentence("the directive {line!r}", line=line[:60])
        if line.strip() and not line.lstrip().startswith("#"):
            return None
    return None


def _size(node: YamlNode, sizes: dict[int, int]) -> int:
    """How many values a node is once aliases are written out; one inside itself counts as one."""
    known = sizes.get(id(node))
    if known is not None:
        return known
    sizes[id(node)] = 1
    parts = () if node.id == "scalar" else node.value
    inner = (part for entry in parts for part in (entry if isinstance(entry, tuple) else (entry,)))
    sizes[id(node)] = 1 + sum(_size(part, sizes) for part in inner)
    return sizes[id(node)]


def _open_brackets(text: str) -> int:
    """How many brackets are open at once at most, wherever they stand."""
    steps = (1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[{\]}]", text))
    return max(accumulate(steps), default=0)


def documents_in(text: str) -> Iterator[YamlNode]:
    """ruamel's nodes of the documents in a text."""
    from ruamel.yaml import YAML

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # ruamel warns of an anchor defined twice, which YAML allows
        found = YAML(typ="safe", pure=True).compose_all(text)
        yield from (node for node in found if node is not None)


def _bad_line(text: str) -> int:
    """The first line with a character that YAML does not allow."""
    bad = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return text[: bad.start()].count("\n") + 1 if bad else 1


@dataclass
class _Builder:
    """Turns nodes of the parser into our own, within limits."""

    where: str
    problems: list[Problem]
    count: int = 0
    open_nodes: set[int] = field(default_factory=set)

    def build(self, node: YamlNode, what: str = "", depth: int = 0) -> Node:
        place = f"{self.where}:{node.start_mark.line + 1}"
        self.count += 1
        if self.count > MOST_NODES or depth > DEEPEST or id(node) in self.open_nodes:
            if self.count <= MOST_NODES or self.count == MOST_NODES + 1:
                self._refuse(place, what, "too large, too deep or inside itself", "a plain file")
            self.count = max(self.count, MOST_NODES + 1 if self.count > MOST_NODES else self.count)
            return Node(None, place, is_broken=True)
        if node.id == "scalar":
            return self._scalar(node, place, what)
        self.open_nodes.add(id(node))
        if node.id == "mapping":
            built = self._mapping(node, place, what, depth)
        elif node.id == "sequence":
            items = [self.build(item, what, depth + 1) for item in node.value]
            built = Node(items, place)
        else:
            built = Node(None, place)
        self.open_nodes.discard(id(node))
        return self._checked_tag(node, built, what)

    def _mapping(self, node: YamlNode, place: str, what: str, depth: int) -> Node:
        entries: dict[str, Node] = {}
        inherited: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.id != "scalar":
                self._refuse(
                    f"{self.where}:{line}",
                    "key",
                    "a list or mapping as a key",
                    "a word",
                )
                continue
            key = str(key_node.value)
            named = f"{what}.{key}" if what else key
            value = self.build(value_node, named, depth + 1)
            if key == MERGE and not key_node.style:
                inherited |= self._inherited(value, line)
            elif key in lines:
                found = Sentence("duplicate key, first in line {line}", line=lines[key])
                self._refuse(f"{self.where}:{line}", named, found, "each key once")
            else:
                lines[key] = line
                place_of_key = f"{self.where}:{line}"  # a copy by `replace` takes thrice as long
                entries[key] = Node(value.value, place_of_key, value.raw, value.is_broken)
        return Node({**inherited, **entries}, place)

    def _inherited(self, value: Node, line: int) -> dict[str, Node]:
        """What a merge key (<<: *anchor) brings in; of several, the first counts."""
        sources = value.value if isinstance(value.value, list) else [value]
        found: dict[str, Node] = {}
        for source in reversed(sources):
            if not isinstance(source.value, dict):
                self._refuse(f"{self.where}:{line}", MERGE, source.kind, "a mapping (*anchor)")
            found |= source.entries()
        return found

    def _scalar(self, node: YamlNode, place: str, what: str) -> Node:
        raw = str(node.value)
        tag = str(node.tag).rpartition(":")[2]
        if node.style in ("'", '"', "|", ">"):
            return self._checked_tag(node, Node(raw, place, raw), what)
        if tag == "null":
            return Node(None, place, raw)
        if tag == "bool":
            return Node(raw.lower() == "true", place, raw)
        if NOT_FINITE.fullmatch(raw) and tag == "float":
            self._refuse(place, what, Sentence("{raw} is no number", raw=raw), "a finite number")
            return Node(None, place, raw, is_broken=True)
        number = number_in(raw)
        if number is not None:
            return Node(number, place, raw)
        if FLOAT.fullmatch(raw):
            self._refuse(place, what, Sentence("{raw} is too large", raw=raw), "a finite number")
            return Node(None, place, raw, is_broken=True)
        if tag in ("int", "float") and len(raw) > 18:
            self._refuse(
                place,
                what,
                Sentence("{raw}… has {n} digits", raw=raw[:30], n=len(raw)),
                "a number people write",
            )
            return Node(None, place, raw)
        return self._checked_tag(node, Node(raw, place, raw), what)

    def _checked_tag(self, node: YamlNode, built: Node, what: str) -> Node:
        """Refuse tags that ask for an object (!!python/object and its like)."""
        tag = str(node.tag)
        known = (
            "map",
            "seq",
            "str",
            "int",
            "float",
            "bool",
            "null",
            "timestamp",
            "merge",
            "value",
        )
        if tag.startswith("tag:yaml.org,2002:") and tag.rpartition(":")[2] in known:
            return built
        self._refuse(built.where, what, Sentence("the tag {tag}", tag=tag[:60]), "a plain value")
        return Node(None, built.where, is_broken=True)

    def _refuse(self, where: str, what: str, found: str, expected: str) -> None:
        self.problems.append(Problem(where, what or "file", found, expected))
