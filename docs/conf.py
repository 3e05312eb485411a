"""How Sphinx builds the site: `make docs` calls it once a language, and it needs no network."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT), str(DOCS)]

from making import commands, method, search, words  # noqa: E402 - they stand beside this file

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
project = "cescore"
version = release = _project["version"]
html_title = "cescore"
language = "en"  # of the sources; the other is laid over them by the catalogues
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "locale", "making"]
nb_execution_mode = "off"  # what pages show is run by the tests
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 4
locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False
gettext_location = False
autodoc_typehints = "signature"
napoleon_use_ivar = True
napoleon_attr_annotations = False
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 80
highlight_language = "text"
smartquotes = False

FONTS = ("CESans-Regular.ttf", "CESans-Bold.ttf", "OFL-sans.txt", "OFL-europe.txt")
html_theme = "furo"
html_static_path = [
    "_static",
    *(str(ROOT / "report_templates/static/fonts" / name) for name in FONTS),
]
html_css_files = ["site.css"]
html_js_files = ["fonts.js"]
templates_path = ["_templates"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_search_summary = False  # it is fetched, which a browser refuses of files
html_theme_options = {"top_of_page_buttons": []}
html_context = {"english_only": (*words.ENGLISH_ONLY, *words.NOT_YET)}


def setup(app: Sphinx) -> None:
    """Pages from the code, links of pages that also stand elsewhere, a search that knows Chinese."""
    app.add_lexer("csv", TextLexer)
    for splitter in (search.English, search.Chinese):
        app.add_search_language(splitter)
    app.connect("builder-inited", _write_pages)
    app.connect("source-read", words.include_a_page_of_the_repository, priority=400)
    app.connect("source-read", words.lead_links_into_the_site)


def _write_pages(app: Sphinx) -> None:
    """What is made from code and params, in the language of the build."""
    generated = DOCS / "generated"
    generated.mkdir(exist_ok=True)
    lang = words.short(app.config.language)
    pages = {"commands": commands.page(lang)} | method.pages(ROOT, lang)
    for name, text in pages.items():
        place = generated / f"{name}.md"
        if not place.is_file() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")
