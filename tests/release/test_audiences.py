"""What a narrower circle may read is in no wider one's tree: by name, by value, by link."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cescore.publish.render import SHORT_HASH
from tests.release.world import LOANS, REGISTER, World

NAMES = dict(line.split(",")[:3:2] for line in REGISTER.splitlines()[1:])
RESPONDENTS = ("L1", "L2", "L3", "L4", "L5", "S1")


@pytest.fixture
def trees(released: World) -> Path:
    return released.folder("2024-en/3-final")


def texts(tree: Path) -> Iterator[tuple[str, str]]:
    """Every file of a tree as text, workbooks part by part."""
    for path in sorted(p for p in tree.rglob("*") if p.is_file()):
        name = path.relative_to(tree).as_posix()
        yield name, name
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
                yield from ((f"{name}:{n}", book.read(n).decode()) for n in book.namelist())
        else:
            yield name, path.read_bytes().decode("utf-8", "replace")


def canaries(id_: str) -> list[str]:
    """How a respondent's id, name and figure could be written."""
    loans = LOANS[id_]
    return [rf"\b{id_}\b", re.escape(NAMES[id_]), rf"(?<![\d.]){loans}(?![\d])", f"{loans:,}",
            rf"(?<![\d.]){loans / 1e4:g}\b"]  # fmt: skip


def hits(tree: Path, ids: Iterator[str] | tuple[str, ...] | list[str]) -> list[tuple[str, str]]:
    found = [(id_, pattern) for id_ in ids for pattern in canaries(id_)]
    return [(name, p) for name, text in texts(tree) for _, p in found if re.search(p, text)]


def test_the_public_tree_holds_no_respondent_by_name_or_value(trees: Path) -> None:
    assert hits(trees / "public", RESPONDENTS) == []


@pytest.mark.parametrize("own", RESPONDENTS)
def test_a_respondents_folder_holds_no_other_respondent(trees: Path, own: str) -> None:
    others = [id_ for id_ in RESPONDENTS if id_ != own]
    if LOANS[own] in [LOANS[id_] for id_ in others]:
        raise AssertionError("the canary needs figures that differ")
    assert hits(trees / "respondent" / own, others) == []
    assert any(NAMES[own] in text for _, text in texts(trees / "respondent" / own))


def digests(texts: Iterable[bytes]) -> set[str]:
    """The first digits of the SHA-256 of each, as much as a page prints."""
    return {hashlib.sha256(text).hexdigest()[:SHORT_HASH] for text in texts}


def confidential(trees: Path, own: str) -> set[str]:
    """The digests of all that an edition holds and one of its trees does not: whole files, and the
    lines of what was returned."""
    files = [p for p in trees.rglob("*") if p.is_file()]
    raw = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files]
    lines = [line for text in raw for line in text.splitlines()]
    shown = [p.read_bytes() for p in (trees / own).rglob("*") if p.is_file()]
    return digests([*raw, *lines]) - digests(shown)


@pytest.mark.parametrize("tree", ["public", "respondent/L1"])
def test_nobody_has_a_guess_confirmed_by_a_hash_of_what_he_may_not_read(
    trees: Path, tree: str
) -> None:
    """Whoever knows all returns but one tries values until a hash that he was handed comes out."""
    hidden = confidential(trees, tree)
    hits = [
        (name, found)
        for name, text in texts(trees / tree)
        for found in re.findall(rf"(?=([0-9a-f]{{{SHORT_HASH}}}))", text.lower())
        if found in hidden
    ]
    assert hits == []
    assert digests([(trees / "public/results.csv").read_bytes()]) & confidential(trees, "bureau")


def test_the_canary_finds_what_is_there(trees: Path) -> None:
    assert {p for _, p in hits(trees / "bureau", RESPONDENTS)} >= {r"\bL1\b", "North\\ Library"}


def test_a_body_that_one_firm_dominates_is_not_in_the_public_tree(trees: Path) -> None:
    assert (trees / "public/town/T1/scorecard.pdf").is_file()
    assert not (trees / "public/town/T2").exists()
    assert "T2" not in (trees / "public/results.csv").read_text("utf-8-sig")


def test_each_audience_has_its_own_page_and_tables(trees: Path) -> None:
    own = {"index.html", "results.csv", "results.xlsx", "findings.csv", "manifest.json"}
    for tree in (trees / "public", *(trees / "respondent").iterdir()):
        assert own <= {path.name for path in tree.iterdir()}, tree
        assert (tree / "method-book/method-book.pdf").is_file()
    with (trees / "respondent/L1/results.csv").open(encoding="utf-8-sig") as stream:
        assert {row["entity_id"] for row in csv.DictReader(stream)} == {"L1"}


def test_the_page_of_a_tree_says_who_may_read_it(trees: Path) -> None:
    said = {"public": "For everybody", "respondent/L1": "For the respondent whose report it is",
            "bureau": "For the bureau&#39;s own use"}  # fmt: skip
    for tree, words in said.items():
        assert words in (trees / tree / "index.html").read_text("utf-8"), tree


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v for k, v in attrs if k in ("href", "src") and v]


def test_every_link_of_a_tree_leads_to_a_file_of_that_tree(trees: Path) -> None:
    for tree in (trees / "public", trees / "bureau", *(trees / "respondent").iterdir()):
        links = Links()
        links.feed((tree / "index.html").read_text("utf-8"))
        local = [link for link in links.found if not link.startswith(("#", "data:"))]
        assert local, tree
        for link in local:
            place = (tree / link).resolve()
            assert place.is_relative_to(tree.resolve()) and place.exists(), (tree.name, link)


def test_a_tree_names_its_edition_and_every_file_by_hash(trees: Path) -> None:
    manifest = json.loads((trees / "public/manifest.json").read_bytes())
    assert (manifest["audience"], manifest["edition"], manifest["stage"]) == ("public", 3, "final")
    lying = {p.relative_to(trees / "public").as_posix() for p in (trees / "public").rglob("*")
             if p.is_file()}  # fmt: skip
    assert set(manifest["files"]) == lying - {"manifest.json"}


def test_a_draft_has_the_bureaus_tree_alone(released: World) -> None:
    for edition in ("1-draft", "2-reviewed"):
        lying = {p.name for p in released.folder(f"2024-en/{edition}").iterdir() if p.is_dir()}
        assert lying == {"bureau", "kept"}


def test_without_disclosure_rules_everybody_is_a_respondent(world: World) -> None:
    (world.root / "params/disclosure.yml").unlink()
    folder = world.folder(world.final().edition)
    assert {p.name for p in (folder / "respondent").iterdir()} == set(LOANS)
    assert sorted(p.name for p in (folder / "public").iterdir() if p.is_dir()) == ["method-book"]


def test_bodies_whose_difference_is_one_respondent_are_not_released_together(world: World) -> None:
    """A county less one of its two towns is the only library of the other."""
    register = world.root / "data/entities.csv"
    text = register.read_text("utf-8").replace("Upper Town,", "Upper Town,C1")
    text = text.replace("Lower Town,", "Lower Town,C1")
    head, rest = text.split("\n", 1)
    register.write_text(f"{head}\nC1,county,Twin County,\n{rest}", encoding="utf-8")
    county = "extends: library\nindex: {code: COUNTY, en: County circularity index}\n"
    (world.root / "params/frameworks/county.yml").write_text(county, encoding="utf-8")
    (world.root / "params/disclosure.yml").write_text("public_types: [county, town]\n", "utf-8")
    returns = world.root / "data/2024/observations.csv"
    figures = {"loans": 52_313, "books_repaired": 180, "books_damaged": 240, "electricity": 300,
               "heat": 720}  # fmt: skip
    rows = "".join(f"C1,2024,{code},{value}\n" for code, value in figures.items())
    returns.write_text(returns.read_text("utf-8") + rows, encoding="utf-8")
    draft = world.take("draft")
    made = world.take("reviewed", world.sign(draft.entry, world.answers(draft)))
    assert made.against == ()
    made = world.take("final", world.sign(made.entry, world.answers(made)))
    table = world.folder(made.entry.edition) / "public/results.csv"
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    loans = [r for r in rows if (r["kind"], r["code"], r["year"]) == ("variable", "loans", "2024")]
    released = {row["entity_id"] for row in loans if row["status"] == "reported"}
    assert released in ({"C1"}, {"T1"})  # which of the two, the least loss decides
