"""What must be the same on two machines so that both make the same bytes of a report."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from cescore.definitions.shipped import TEMPLATES
from cescore.run.files import combined, tree_hashes
from cescore.run.inputs.hashed import Inputs, installed, libraries

FONT_FILES = ("*.ttf", "*.otf", "*.woff", "*.woff2")
Fingerprint = Mapping[str, str]


def fingerprint() -> dict[str, str]:
    """Hashes of code, templates and fonts, and versions of all that sets a page, by name."""
    shared = Inputs(Path()).shared
    return {
        "cescore (code)": shared["code"],
        "report_templates": combined(tree_hashes(TEMPLATES, "*")),
        "fonts": combined(tree_hashes(TEMPLATES, *FONT_FILES)),
        **libraries(),
        "distributed": installed("distributed"),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def differences(ours: Fingerprint, theirs: Fingerprint) -> list[str]:
    """What differs, by name, with what was found and expected; hashes by their beginnings."""
    return [
        f"{name}: {_shown(theirs.get(name, ''))}, expected {_shown(ours.get(name, ''))}"
        for name in dict.fromkeys((*ours, *theirs))
        if ours.get(name) != theirs.get(name)
    ]


def _shown(text: str) -> str:
    return text[:12] if len(text) == 64 else text or "none"
