"""Builds the site of documentation in both languages, or renews the catalogues of messages.

    python docs/build_site.py [--no-pictures] [--out FOLDER]
    python docs/build_site.py --messages

Nothing is fetched from a network. A warning of Sphinx is an error.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent), str(DOCS)]

from babel.messages.pofile import read_po, write_po  # noqa: E402
from making import pictures, words  # noqa: E402 - they stand beside this file

BUILT, LOCALE = DOCS / "_build", DOCS / "locale"
CHINESE = LOCALE / "zh_CN" / "LC_MESSAGES"
HEADER = b"""msgid ""
msgstr ""
"Language: zh_CN\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
CHOICE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>cescore</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script>location.replace((/^zh/.test(navigator.language) ? "zh" : "en") + "/index.html")</script></head>
<body><p><a href="en/index.html" lang="en">English</a> · <a href="zh/index.html" lang="zh">中文</a></p></body></html>
"""


def main(arguments: list[str] | None = None) -> int:
    """Do what the options say; the exit status is Sphinx's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", action="store_true", help="renew docs/locale, build nothing")
    parser.add_argument("--no-pictures", action="store_true", help="keep the pictures of reports")
    parser.add_argument("--out", type=Path, default=BUILT / "html")
    asked = parser.parse_args(arguments)
    if asked.messages:
        return renew_messages()
    if not asked.no_pictures:
        print("printing a report for the pictures …", flush=True)
        pictures.make_pictures(DOCS.parent, DOCS / "generated" / "pictures")
    status = build(asked.out)
    if status == 0:
        print(f"{asked.out / 'index.html'}")
    return status


def build(out: Path) -> int:
    """The site of every language below `out`, and a page that chooses between them."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(CHOICE, encoding="utf-8")
    states = [sphinx("html", out / short, f"-Dlanguage={long}") for short, long in LANGUAGES]
    return max(states)


def renew_messages() -> int:
    """The catalogues with what pages say now; new and changed messages wait for their translation."""
    templates = BUILT / "gettext"
    shutil.rmtree(templates, ignore_errors=True)
    if status := sphinx("gettext", templates, "-Dsuppress_warnings=image.not_readable"):
        return status
    for template in templates.rglob("*.pot"):
        if not words.is_translated(template.relative_to(templates).with_suffix("").as_posix()):
            template.unlink()
    command = ["sphinx_intl", "update", "-p", templates, "-d", LOCALE, "-l", "zh_CN", "-w", "0"]
    subprocess.run([sys.executable, "-m", *map(str, command)], check=True)
    for catalogue in sorted(LOCALE.rglob("*.po")):
        settle(catalogue, templates / catalogue.relative_to(CHINESE).with_suffix(".pot"))
    return 0


def settle(catalogue: Path, template: Path) -> None:
    """A catalogue without a page goes; what needs no translation has it; what was said before goes."""
    if not template.is_file():
        catalogue.unlink()
        return
    with catalogue.open("rb") as opened:
        messages = read_po(opened, locale="zh_CN", ignore_obsolete=True)
    for message in messages:
        if message.id and words.is_the_same_in_all(str(message.id)):
            message.string = message.id
            message.flags.discard("fuzzy")
    with catalogue.open("wb") as opened:
        opened.write(HEADER)
        write_po(opened, messages, width=0, omit_header=True)


def sphinx(builder: str, out: Path, *options: str) -> int:
    """Run Sphinx; what it knows of an earlier build of the same language lies beside it."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder, *options]
    known = ["-d", str(out.parent / f".{out.name}-doctrees")]
    return subprocess.run([*command, *known, str(DOCS), str(out)], check=False).returncode


LANGUAGES = tuple(words.LANGUAGES.items())

if __name__ == "__main__":
    sys.exit(main())
