"""The method as pages of the site, from params alone, by the code that prints the method book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cescore.desk.documents import CONVENTIONS, effective_weights, method_book
from cescore.disclosure.documents.opened import OpenDocument
from cescore.disclosure.making.method_books import make_method_book
from cescore.intake.workspace import Workspace
from cescore.publish.pages.method_book.frameworks import chapters

if TYPE_CHECKING:
    from cescore.definitions.definitions import Definitions
    from cescore.disclosure.documents.other_documents import MethodBook
    from cescore.publish.fragment import Fragment

TITLES = {"en": "The method", "zh": "方法"}
LEADS = {
    "en": "All that `params/` decides for {name}, year {year}: indicators with their formulas, ends and sources,"
    " rules, targets, grading, checks. It is printed by the code that prints the method book of every build.",
    "zh": "`params/` 为{name}{year}年所作的全部规定：指标及其公式、标尺、来源，规则、目标、评级、核查。"
    "本页与每次生成的方法手册出自同一程序。",
}
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.DOTALL)
_ID = re.compile(r"""\s(?:id|name)=["'][^"']*["']""")
_LINK = re.compile(r"""<a\b[^>]*?\shref=["']#[^"']*["'][^>]*>(.*?)</a>""", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def pages(root: Path, lang: str) -> dict[str, str]:
    """The pages by name, in MyST: headings are their own, what stands below is the book's markup."""
    workspace = Workspace.load(root, None)
    return written(workspace.definitions, workspace.base_year, lang)


def written(definitions: Definitions, base_year: int, lang: str) -> dict[str, str]:
    """The pages of definitions: a page for each chapter of frameworks, then one for each other part."""
    made = make_method_book(definitions, base_year)
    parts = dict(_parts(OpenDocument(made, made.hash, lang)))
    plan = definitions.plan
    name = (plan.zh if lang == "zh" else plan.en) if plan else ""
    lead = LEADS[lang].format(name=name, year=definitions.run.year)
    tree = ["```{toctree}", ":maxdepth: 1", "", *parts, "```"]
    first = "\n".join([f"# {TITLES[lang]}", "", lead, "", *tree, ""])
    return {"method": first, **parts}


def _parts(book: OpenDocument[MethodBook]) -> Iterator[tuple[str, str]]:
    """Name and text of each page that has something to say."""
    text = _as_myst(method_book.frameworks(book, effective_weights(book)))
    frameworks = [f"#{part}" for part in re.split(r"(?m)^#(?=# )", text)[1:]]
    for chapter, part in zip(chapters(book.data.frameworks), frameworks, strict=True):
        yield f"method-{chapter[0].entity_type}", _raised(part)
    others = {
        "scores": method_book.scores(book),
        "missing": method_book.missing(book),
        "accounts": method_book.accounts(book),
        "targets": method_book.targets(book, CONVENTIONS),
        "assessment": method_book.assessment(book, CONVENTIONS),
        "measures": method_book.measures(book),
        "standards": method_book.standards(book),
        "checks": method_book.checks(book),
        "conventions": method_book.conventions(book, CONVENTIONS),
        "unverified": method_book.unverified(book),
        "variables": method_book.variables(book),
    }
    for name, fragment in others.items():
        if fragment.html:
            yield f"method-{name}", _raised(_as_myst(fragment))


def _raised(text: str) -> str:
    """With its first heading as the title of a page."""
    return text.replace("## ", "# ", 1).strip() + "\n"


def _as_myst(fragment: Fragment) -> str:
    """The fragment with its headings as headings of the page."""
    html = _LINK.sub(r"\1", _ID.sub("", fragment.html))
    parts: list[str] = []
    end = 0
    for heading in _HEADING.finditer(html):
        parts += [*_raw(html[end : heading.start()]), _heading(int(heading[1]), heading[2])]
        end = heading.end()
    return "\n".join([*parts, *_raw(html[end:]), ""])


def _heading(level: int, markup: str) -> str:
    text = " ".join(_TAG.sub(" ", markup).split())
    return f"\n{'#' * max(2, level)} {text}\n"


def _raw(html: str) -> list[str]:
    """Markup as it is; of containers that a heading divides only what is inside."""
    inside = re.sub(r"</?(?:section|header|div|article)\b[^>]*>", "", html).strip()
    return ["````{raw} html", f'<div class="method">{inside}</div>', "````"] if inside else []
