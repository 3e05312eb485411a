"""Words of the register that are nearly words of params, or nearly each other: the same word written
otherwise is taken for it and told, a near miss is told."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from cescore.definitions.definitions import Definitions
from cescore.definitions.industry_mix import is_mix, is_whole, names_of, products_of
from cescore.intake.address import Address
from cescore.intake.findings import Context, FindingLog
from cescore.intake.notation import folded, nearest
from cescore.intake.register.entities import Entity, Register

COLUMNS = ("entity_type", "industry", "holding_id")
LEAST_LETTERS = 3  # of a word that can be nearly another
CLOSE = 0.9  # share of letters in common from which a long word is nearly another


def near_word(word: str, known: Collection[str]) -> str:
    """The known word that another is nearly, but for one letter; "" where it is known, or like none."""
    if not word or word in known:
        return ""
    return next((other for other in known if is_near(word, other)), "")


def is_near(one: str, other: str) -> bool:
    """Whether two words differ by one letter: put in, left out, replaced, or two of them swapped.

    A digit makes another word (H1 and H2), and so does a letter of a very short one; of two Chinese
    letters, which are a whole word, the other one must be the same (水尼 and 水泥).
    """
    a, b = folded(one), folded(other)
    if len(a) == len(b) == 2 and a != b and _is_han(a + b):
        return a[0] == b[0] or a[1] == b[1] or a == b[::-1]
    if a == b or min(len(a), len(b)) < LEAST_LETTERS or abs(len(a) - len(b)) > 1:
        return a == b and one != other
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    changes = [a[i:j] + b[k:m] for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
    letters = "".join(changes)
    if any(c.isdigit() for c in letters):
        return False
    is_one = len(changes) == 1 and len(letters) <= 2
    is_swap = len(a) == len(b) and sorted(a) == sorted(b) and len(letters) <= 2
    return is_one or is_swap or (len(a) >= 10 and matcher.ratio() >= CLOSE)


def holds_word(one: str, other: str) -> bool:
    """Whether one word of Chinese is a part of the other: 钢铁 of 钢铁业, and of 钢铁、水泥."""
    short, long = sorted((folded(one), folded(other)), key=len)
    return _is_han(short) and 2 <= len(short) < len(long) and short in long


def _is_han(text: str) -> bool:
    return all("\u3400" <= letter <= "\u9fff" for letter in text)


def in_known_words(
    register: Register, definitions: Definitions, log: FindingLog, file: str
) -> Register:
    """The register with words as params write them where only the form differs (width, blanks,
    case, compatibility characters), each such word told, and near misses told."""
    context = Context(log, Address(file))
    known = {"entity_type": set(definitions.frameworks), "industry": set(industries(definitions))}
    entities, stages = dict(register.entities), dict(register.stages)
    for column in COLUMNS:
        words = Counter(getattr(e, column) for e in entities.values() if getattr(e, column))
        same = _same_words(words, known.get(column, set()))
        near = _near_words(words, same, known.get(column, set()))
        for entity in list(entities.values()):
            word = getattr(entity, column)
            here = context.of(entity_id=entity.entity_id, variable=column)
            if column == "industry" and is_mix(word):
                _tell_parts(word, known[column], here)
                _tell_products(word, definitions, here)
                continue
            if same.get(word, word) != word:
                here.info("word_written_otherwise", text=word, word=same[word])
                entities[entity.entity_id] = _with(entity, column, same[word])
            elif word in near:
                here.warning("near_word", text=word, near=near[word])
        stages = {
            entity_id: tuple(_with(s, column, same.get(w := getattr(s, column), w)) for s in states)
            for entity_id, states in stages.items()
        }
    return Register(entities, stages)


def _tell_parts(mix: str, known: Collection[str], here: Context) -> None:
    """Several industries with shares: that these make up the whole, and each is one of params."""
    if not is_whole(mix):
        here.error("shares_not_whole", text=mix)
    for word in names_of(mix):
        near = near_word(word, tuple(known)) if word not in known else ""
        if near:
            here.warning("near_word", text=word, near=near)


def _tell_products(mix: str, definitions: Definitions, here: Context) -> None:
    """Products that a mix names and no variable of kind code has among its words."""
    known = {word for variable in definitions.variables.values() for word in variable.words}
    for product in products_of(mix):
        if product not in known:
            near = nearest(product, known) or ", ".join(sorted(known)[:3])
            here.error("unknown_product", text=product, near=near)


def industries(definitions: Definitions) -> Iterator[str]:
    """Every industry for which params say something of its own."""
    for framework in (*definitions.frameworks.values(), *definitions.beside):
        for indicator in framework.indicators.values():
            for posts in indicator.goalposts.values():
                yield from posts.by_industry
    for one in definitions.ranges:
        yield from one.by_industry


def _same_words(words: Mapping[str, int], known: Collection[str]) -> dict[str, str]:
    """Each word of the register as it is written in params, else as most entities write it."""
    written = {folded(word): word for word in sorted(known)}
    for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        written.setdefault(folded(word), word)
    return {word: word if word in known else written[folded(word)] for word in words}


def _near_words(
    words: Mapping[str, int], same: Mapping[str, str], known: Collection[str]
) -> dict[str, str]:
    """Words that nearly are one of params or, where no other entity has them, one of several others'."""
    counts: Counter[str] = Counter()
    for word, n in words.items():
        counts[same[word]] += n
    common = [word for word, n in counts.items() if n > 1]
    found: dict[str, str] = {}
    for word, n in counts.items():
        candidates: Iterable[str] = known if word not in known else ()
        near = near_word(word, tuple(candidates))
        near = near or next((other for other in sorted(candidates) if holds_word(word, other)), "")
        if not near and n == 1 and word not in known and not word.isascii():
            near = near_word(word, common)
        if near:
            found[word] = near
    return found


def _with(entity: Entity, column: str, word: str) -> Entity:
    changes: dict[str, str] = {column: word}
    return replace(entity, **changes)  # type: ignore[arg-type]
