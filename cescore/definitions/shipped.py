"""Where the files are that the project brings along: templates, fonts, words, notebooks."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_INSIDE = PACKAGE / "shipped"  # of an installed wheel; a checkout has them beside the package
REPOSITORY = _INSIDE if _INSIDE.is_dir() else PACKAGE.parent
NOTEBOOKS = REPOSITORY / "notebooks"
TEMPLATES = REPOSITORY / "report_templates"
SECTIONS = TEMPLATES / "sections"
LABELS = TEMPLATES / "labels.json"
FINDINGS = TEMPLATES / "findings.json"
FORMS = TEMPLATES / "forms.json"
TERMINAL = TEMPLATES / "terminal.json"
FONTS = TEMPLATES / "static" / "fonts"
