"""what-if.html: an entity's evaluation as a page to try values and weights on, all in one file.

The page is made from the entity's bundle alone and holds of it what its formulas take: no peer, no
finding, no source. It asks for nothing: data, formulas, style and fonts are in it.
"""

from __future__ import annotations

import base64
import hashlib
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cescore.definitions.bilingual import Bilingual
from cescore.definitions.formulas.unit_names import unit_text
from cescore.definitions.shipped import TEMPLATES
from cescore.disclosure.documents.opened import OpenBundle
from cescore.disclosure.documents.standing import MARKED
from cescore.method.column import State
from cescore.method.grading.assessment import Assessment
from cescore.publish.fragment import clean
from cescore.publish.numbers import MARKS, decimals_for
from cescore.publish.pages.what_if.assessing import assessment_model, names
from cescore.publish.pages.what_if.needed import needed_codes
from cescore.publish.pages.what_if.scoring import scoring_model
from cescore.publish.pages.what_if.script import FOLDER, as_script, script
from cescore.publish.pages.what_if.support import require_what_if
from cescore.publish.printing.webfont import font_faces
from cescore.publish.words import LANGUAGES, label, load_labels, subject

FONTS_HERE = "/* fonts */"
LABELS = "what_if."
OTHER_LABELS = ("light.", "reason.", "grade.none", "grade.provisional")
Json = dict[str, Any]


def what_if_page(opened: OpenBundle) -> str:
    """The page as HTML, first in the bundle's language: the same bytes for the same bundle.

    Raises
    ------
    MethodError
        The framework has no what-if; the message says which of its methods stand in the way.
    """
    require_what_if(opened.data)
    bundle, lang = opened.data, opened.lang
    order = needed_codes(opened).order
    code = script(opened.framework, bundle.rules, bundle.entity.entity_type, order)
    html = (
        _environment()
        .get_template("what_if/page.html.j2")
        .render(
            t=lambda key, **values: label(f"{LABELS}{key}", lang, **values),
            lang=lang,
            mark=" · ".join(label(f"{LABELS}mark", each) for each in LANGUAGES),
            other_language=label(f"{LABELS}language", "en" if lang == "zh" else "zh"),
            name=clean(bundle.entity.name(lang)),
            entity_id=clean(bundle.entity.entity_id),
            number=bundle.report_number,
            year=bundle.run.year,
            subject=clean(subject(bundle.run, lang)),
            style=Markup((FOLDER / "page.css").read_text("utf-8")),
            model=Markup(as_script(page_model(opened))),
            script=Markup(code),
            script_hash=base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii"),
        )
    )
    return html.replace(FONTS_HERE, font_faces(f"{html}<b>{escape(string.printable)}</b>"), 1)


def page_model(opened: OpenBundle) -> Json:
    """All that the page knows of the entity, as plain data."""
    needed = needed_codes(opened)
    model = scoring_model(opened, needed)
    return {
        **model,
        "plan": assessment_model(opened),
        "page": {
            **_identity(opened),
            "names": _names(opened, needed.variables),
            "texts": _texts(),
            "movable": needed.movable,
            "marks": {
                f"{state}": _both(key) for state, key in MARKS.items() if state in list(State)
            },
        },
    }


def _identity(opened: OpenBundle) -> Json:
    """Whose page it is, and what its report says of itself."""
    bundle = opened.data
    entity, stage = bundle.entity, bundle.release_stage
    marks = [_both(f"status.{stage}")] if stage in MARKED else []
    marks += [_both("status.flash")] if bundle.run.kind == "flash" else []
    marks += [_both("status.restricted")] if bundle.is_for_statistics_alone else []
    return {
        "entity": entity.entity_id,
        "name": _cleaned({lang: entity.name(lang) for lang in LANGUAGES}),
        "number": bundle.report_number,
        "subject": {lang: clean(subject(bundle.run, lang)) for lang in LANGUAGES},
        "marked": marks,
        "hasConstants": bool(bundle.fitted.constants),
        "official": _official(bundle.assessment),
    }


def _official(assessed: Assessment) -> Json:
    """Total and grade as the report has them."""
    grade = {"zh": assessed.grade("zh"), "en": assessed.grade("en")}
    return {
        "total": assessed.total,
        "grade": grade if assessed.graded else None,
        "provisional": assessed.provisional,
    }


def _names(opened: OpenBundle, variables: Iterable[str]) -> Json:
    """Name, unit and decimals of everything that the page names, by code."""
    framework, record, bundle = opened.framework, opened.data.record, opened.data
    found: Json = {}
    for code in variables:
        known = framework.variables.get(code) or bundle.terms.get(code)
        unit = known.unit if known else ""
        values = [value for value in record.values[code] if value is not None]
        found[code] = _named(known, code, unit, decimals_for(unit, values))
    for series in bundle.evaluated.indicators:
        indicator = framework.indicators[series.code]
        places = indicator.decimals
        if places is None:
            places = decimals_for(indicator.unit, series.values)
        found[indicator.code] = _named(indicator, indicator.code, indicator.unit, places)
    groups = framework.progress.groups if framework.progress else ()
    for group in (*framework.groups.values(), *groups):
        found[f"group:{group.code}"] = _named(group, group.code)
    found["index"] = _named(framework.index, framework.index.code)
    if framework.progress is not None:
        found["progress"] = _named(framework.progress, framework.progress.code)
    for line in bundle.targets:
        found[f"target:{line.id}"] = _named(line, line.id, line.unit, 2)
    return found


def _named(named: Bilingual | None, code: str, unit: str = "", decimals: int = 1) -> Json:
    both = dict.fromkeys(LANGUAGES, code) if named is None else names(named)
    return {
        **_cleaned({lang: both[lang] or code for lang in LANGUAGES}),
        "unit": {lang: clean(unit_text(unit, lang)) for lang in LANGUAGES},
        "decimals": decimals,
    }


def _cleaned(texts: Mapping[str, str]) -> Json:
    return {lang: clean(text) for lang, text in texts.items()}


def _both(key: str) -> Json:
    return {lang: label(key, lang) for lang in LANGUAGES}


def _texts() -> Json:
    """The words of the page in both languages."""
    own = {k.removeprefix(LABELS): v for k, v in load_labels().items() if k.startswith(LABELS)}
    others = {k: v for k, v in load_labels().items() if k.startswith(OTHER_LABELS)}
    return {**own, **others}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
