"""Why a received file is not read at all."""

from __future__ import annotations

from cescore.errors import DataError
from cescore.intake.wording import Phrase, Value, phrase


class FileRefused(DataError):
    """A file that cannot be taken for a return; ``reason`` says why, in the catalogue's words."""

    def __init__(self, key: str, /, **values: Value) -> None:
        super().__init__(key)
        self.reason: Phrase = phrase(key, **values)
