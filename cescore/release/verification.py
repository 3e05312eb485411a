"""What a check came to: facts that were established, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from cescore.release.remarks import ReleaseRemark


@dataclass(frozen=True)
class Verification:
    """In the order in which it was looked at."""

    facts: tuple[ReleaseRemark, ...] = ()
    problems: tuple[ReleaseRemark, ...] = ()
