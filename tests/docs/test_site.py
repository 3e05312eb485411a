"""The site of documentation: what it says of commands, code and messages holds, before it is built."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from params.shipped import liaoyuan
from ruamel.yaml import YAML

import cescore.cli.main
from cescore.cli.described import meaning
from cescore.publish.pages.method_book.frameworks import chapters
from cescore.publish.terminal_words import spoken
from tests.docs.tutorial import Walk, blocks_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.append(str(DOCS))
from making import commands, method, search, words  # noqa: E402 - what the site is made with

CATALOGUES = DOCS / "locale" / "zh_CN" / "LC_MESSAGES"
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "generated" not in page.parts]
BUILT = ("_build", "generated")
PLACEHOLDERS = {"COMMAND", "--help"}


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).with_suffix("").as_posix()


def written(page: Path) -> str:
    """The page without its comments."""
    return page.read_text(encoding="utf-8")


def command_lines(text: str) -> list[list[str]]:
    """What pages tell to type: ``B …`` and ``python build.py …``, in blocks and in the text."""
    told = re.findall(r"(?m)(?:^|`)(?:B|(?:python )?build\.py)( [^\n`#]*)?(?=$|`|#)", text)
    return [re.sub(r"'[^']*'|\"[^\"]*\"", "TEXT", line).split() for line in told]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_of_a_page_exist_with_their_options(page: Path) -> None:
    known = cescore.cli.main.group().commands
    for line in command_lines(written(page)):
        full = [word for word in cescore.cli.main.with_command(line) if word not in PLACEHOLDERS]
        if not full:
            continue
        assert full[0] in known, line
        options = {name for o in known[full[0]].params for name in (*o.opts, *o.secondary_opts)}
        given = {word.partition("=")[0] for word in full if word.startswith("--")}
        assert given <= options, line


def test_an_unknown_option_on_a_page_is_found() -> None:
    assert command_lines("`B check --al`\nB --only 'x y' --lang en  # both") == [
        ["check", "--al"],
        ["--only", "TEXT", "--lang", "en"],
    ]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_reference_has_every_command_and_option(lang: str) -> None:
    text = commands.page(lang)
    for name, command in cescore.cli.main.group().commands.items():
        section = text.partition(f"## `{name}`\n")[2].partition("\n## ")[0]
        assert spoken(meaning(command, "en")[0], lang) in section
        shown = {o for p in command.params if p.param_type_name == "option" for o in p.opts}
        assert {option for option in shown if f"`{option}`" not in section} == set()


def test_the_method_has_a_page_for_every_chapter_and_one_that_leads_to_them() -> None:
    definitions = liaoyuan()
    written = method.written(definitions, 2020, "zh")
    of_types = [t for t in definitions.frameworks if f"method-{t}" in written]
    assert len(of_types) == len(chapters(list(definitions.frameworks.values())))
    tree = set(written["method"].partition(":maxdepth: 1")[2].partition("```")[0].split())
    assert tree == set(written) - {"method"}
    assert all(text.startswith("# ") for text in written.values())


@pytest.mark.parametrize("page", ["analyst"])
def test_the_code_of_a_page_runs(page: str) -> None:
    walk = Walk(ROOT)
    for block in blocks_of(DOCS / f"{page}.md"):
        assert block.language in {"python", "text"}
        walk.do(block)


def messages(catalogue: Path) -> list[tuple[str, str, bool]]:
    with catalogue.open("rb") as opened:
        return [(str(m.id), str(m.string), m.fuzzy) for m in read_po(opened) if m.id]


def in_chinese() -> list[Path]:
    return [p for p in sorted(CATALOGUES.rglob("*.po")) if page_of(p) not in words.NOT_YET]


def page_of(catalogue: Path) -> str:
    return catalogue.relative_to(CATALOGUES).with_suffix("").as_posix()


@pytest.mark.parametrize("catalogue", in_chinese(), ids=page_of)
def test_every_message_of_a_bilingual_page_is_translated(catalogue: Path) -> None:
    found = messages(catalogue)
    assert found
    assert [message for message, chinese, is_fuzzy in found if not chinese or is_fuzzy] == []


@pytest.mark.parametrize("catalogue", in_chinese(), ids=page_of)
def test_a_translation_keeps_code_and_links(catalogue: Path) -> None:
    for message, chinese, _ in messages(catalogue):
        for pattern in (r"\]\(([^)]*)\)", r"`([^`]*)`"):
            assert sorted(re.findall(pattern, message)) == sorted(re.findall(pattern, chinese)), (
                message
            )


@pytest.mark.parametrize("catalogue", in_chinese(), ids=page_of)
def test_no_message_begins_like_a_list(catalogue: Path) -> None:
    """A translation is parsed by itself: of *1. Begin* it would make a list, and the page stays English."""
    begins = re.compile(r"(?:\d+[.)]|[-+*>#])\s")
    assert [m for pair in messages(catalogue) for m in pair[:2] if begins.match(m)] == []


def test_every_page_of_the_site_is_bilingual_or_said_to_be_english() -> None:
    bilingual = {page_of(path) for path in CATALOGUES.rglob("*.po")}
    pages = {name_of(page) for page in PAGES}
    assert pages - bilingual == set(words.ENGLISH_ONLY) & pages
    assert set(words.ENGLISH_ONLY) - pages <= set(words.AWAITED)
    assert bilingual <= pages
    assert set(words.NOT_YET) <= bilingual


def is_in_chinese(page: str) -> bool:
    return words.is_translated(page) and page not in words.NOT_YET


def prose(text: str) -> list[str]:
    """The paragraphs of a page outside of its blocks, as one line each."""
    text = re.sub(r"(?ms)^(`{3,}|:{3,}).*?^\1$", "", text)
    parts = re.split(r"\n\s*\n|\n(?=[-*] )", text)
    return [" ".join(part.split()) for part in parts if re.match(r"[A-Z]", part.strip())]


@pytest.mark.parametrize("page", [p for p in PAGES if is_in_chinese(name_of(p))], ids=name_of)
def test_the_catalogue_of_a_page_holds_what_it_says_now(page: Path) -> None:
    """A changed sentence has lost its translation: python docs/build_site.py --messages."""
    known = {" ".join(m.split()) for m, *_ in messages(CATALOGUES / f"{name_of(page)}.po")}
    paragraphs = [part for part in prose(written(page)) if "|" not in part and "\n" not in part]
    assert [part for part in paragraphs if part not in known] == []


def test_chinese_is_found_by_every_character_and_every_pair() -> None:
    assert search.pieces("资源产出率 R01") == [
        *"资源产出率", "资源", "源产", "产出", "出率", "R01",
    ]  # fmt: skip


def test_the_citation_has_what_the_format_asks_and_is_of_this_project() -> None:
    cited = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"authors", "cff-version", "message", "title"} <= set(cited)
    assert cited["cff-version"] == "1.2.0"
    assert all(set(author) & {"name", "family-names", "given-names"} for author in cited["authors"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (cited["title"], cited["version"]) == (project["name"], project["version"])
    assert cited["license"] == project["license"]
