"""The headline rates of a framework, and what they stand on."""

from __future__ import annotations

from cescore.definitions.model import Framework

DIGITS = 4  # significant ones that a body's headline rate is released with beside others


def headline_codes(framework: Framework) -> tuple[str, ...]:
    """The headline indicators of a framework and those beside them, each once."""
    headline = framework.headline
    codes = (headline.resource_output_rate, headline.resource_recycling_rate, *headline.beside)
    return tuple(dict.fromkeys(code for code in codes if code in framework.indicators))


def headline_inputs(framework: Framework) -> tuple[str, ...]:
    """Variables and accounts in the formulas of the headline rates: numerators and denominators.

    A rate that is a mean of other indicators has no numerator that could be solved for.
    """
    names: dict[str, None] = {}
    for code in headline_codes(framework):
        expression = framework.indicators[code].expression
        names.update(dict.fromkeys(expression.names if expression else ()))
    return tuple(n for n in names if n in framework.variables or n in framework.accounts)
