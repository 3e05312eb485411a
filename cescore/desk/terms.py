"""What a framework calls the codes of a panel, given to it for its tables."""

from __future__ import annotations

from dataclasses import replace

from cescore.definitions.model import Framework
from cescore.method.column import Panel
from cescore.method.panel_tables import KnownAs


def termed(panel: Panel, framework: Framework, lang: str, *, unit: str = "") -> Panel:
    """The panel with names and units of its codes.

    Parameters
    ----------
    unit
        Of all columns, where they are not quantities in the framework's own units: scores.
    """
    known = {
        **framework.variables,
        **framework.factors,
        **framework.accounts,
        **framework.groups,
        **framework.indicators,
    }
    terms = {
        code: KnownAs(known[code].zh, known[code].en, unit or getattr(known[code], "unit", ""))
        for code in panel.columns
        if code in known
    }
    return replace(panel, terms=terms, lang=lang)
