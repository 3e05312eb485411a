"""Comments on cells: what a respondent wrote there, apart from what was sent to them."""

from __future__ import annotations

import re

OUR_AUTHOR = "cescore"  # of the comments in a workbook that is sent back
_OUR_LINE = re.compile(r"^(【\S+ \w+】|\[\S+ \w+\])")  # [error not_a_number] …
_THREAD = re.compile(r"^\[Threaded comment\].*?\n\s*(?:Comment|批注|注释)[:：]\s*", re.DOTALL)


def of_respondent(text: str, author: str = "") -> str:
    """A comment without the lines that a workbook was sent back with; "" where nothing is left.

    Examples
    --------
    >>> of_respondent("[error not_a_number] '约3', expected a number\\n按月估算", "cescore")
    '按月估算'
    """
    lines = _THREAD.sub("", text.replace("\r\n", "\n")).split("\n")
    theirs = [line for line in lines if author != OUR_AUTHOR or not _OUR_LINE.match(line)]
    return "\n".join(theirs).strip()
