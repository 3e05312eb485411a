"""Every row accounted for: read = accepted + rejected + blank + header."""

from __future__ import annotations

from dataclasses import dataclass

from cescore.errors import DataError, Sentence


@dataclass(frozen=True)
class RowCount:
    """What became of the rows of one file.

    ``read`` are the records of the file, a quoted line break not ending one; ``header`` counts the
    header with titles above it and footnotes below; ``refused`` says why a file was not read.

    Raises
    ------
    DataError
        The parts do not make up the whole: a row would be lost or counted twice.
    """

    file: str
    read: int
    accepted: int
    rejected: int
    blank: int
    header: int
    refused: str = ""

    def __post_init__(self) -> None:
        parts = self.accepted + self.rejected + self.blank + self.header
        if self.read != parts or min(self.accepted, self.rejected, self.blank, self.header) < 0:
            raise DataError(
                Sentence(
                    "{file}: {read} rows read, but {accepted} accepted + {rejected} rejected + {blank} blank + {header} header = {parts}",
                    file=self.file,
                    read=self.read,
                    accepted=self.accepted,
                    rejected=self.rejected,
                    blank=self.blank,
                    header=self.header,
                    parts=parts,
                )
            )
