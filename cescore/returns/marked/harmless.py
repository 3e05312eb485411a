"""Formulas that compute and nothing else: no other workbook, no link, no command, no name of code."""

from __future__ import annotations

import re

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

FUNCTIONS = frozenset(
    [
        "ABS",
        "AND",
        "AVERAGE",
        "COUNT",
        "COUNTA",
        "COUNTBLANK",
        "COUNTIF",
        "COUNTIFS",
        "EXACT",
        "FALSE",
        "IF",
        "IFERROR",
        "INDEX",
        "INT",
        "ISBLANK",
        "ISERROR",
        "ISNUMBER",
        "ISTEXT",
        "LEN",
        "LOG10",
        "MATCH",
        "MAX",
        "MIN",
        "MOD",
        "N",
        "NA",
        "NOT",
        "OR",
        "ROUND",
        "SEARCH",
        "SUM",
        "SUMIF",
        "SUMPRODUCT",
        "T",
        "TEXT",
        "TRIM",
        "TRUE",
        "VALUE",
    ]
)
# a number, a text, a place in this workbook, a name of it
_OPERAND = re.compile(
    r"(('[^'\[\]|]*'|[\w.]+)!)?\$?[A-Za-z]{1,3}\$?\d+(:\$?[A-Za-z]{1,3}\$?\d+)?"
    r"|(('[^'\[\]|]*'|[\w.]+)!)?\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}"
    r"|[^\W\d][\w.]*"
)


def is_harmless(formula: str) -> bool:
    """Whether a formula, with its ``=``, holds nothing but arithmetic on cells of its own workbook.

    Examples
    --------
    >>> is_harmless('=IF(SUM(F3:F9)>0,"yes",\\'填报表\\'!F2*2)')
    True
    >>> is_harmless('=HYPERLINK("http://x","y")'), is_harmless("=cmd|'/c calc'!A1")
    (False, False)
    """
    try:
        tokens = Tokenizer(formula).items
    except Exception:  # whatever it is, it is no formula that can be understood
        return False
    return bool(tokens) and all(map(_is_harmless, tokens))


def _is_harmless(token: Token) -> bool:
    if token.type == Token.FUNC and token.subtype == Token.OPEN:
        return token.value.rstrip("(").upper() in FUNCTIONS
    if token.type == Token.OPERAND:
        if token.subtype == Token.RANGE:
            return _OPERAND.fullmatch(token.value) is not None
        return token.subtype in (Token.NUMBER, Token.TEXT, Token.LOGICAL)
    return token.type not in (Token.LITERAL, Token.ARRAY) and "|" not in token.value
