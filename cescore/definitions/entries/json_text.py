"""JSON read in one way: whatever is no document ends in one error that names the file.

Files that this program wrote come back from folders where anybody may have written since: cut off,
altered, or made to harm.
"""

from __future__ import annotations

import json
from typing import Any

from cescore.errors import JsonError, Sentence


def json_document(text: bytes | str, file: object) -> Any:
    """The document that a text holds; ``file`` names it in an error.

    Raises
    ------
    JsonError
        The text is no JSON, is nested too deeply, or holds a number of thousands of digits.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        wrong = Sentence(
            "line {line}, column {column}: {what}",
            line=error.lineno,
            column=error.colno,
            what=error.msg,
        )
        raise JsonError(_told(file, wrong)) from None
    except RecursionError:
        raise JsonError(_told(file, Sentence("nested too deeply"))) from None
    except UnicodeError:
        raise JsonError(_told(file, Sentence("not UTF-8"))) from None
    except ValueError:  # what Python says of a number that is too long
        raise JsonError(_told(file, Sentence("a number of too many digits"))) from None


def _told(file: object, wrong: Sentence) -> Sentence:
    return Sentence("{file}: no JSON: {wrong}", file=file, wrong=wrong)
