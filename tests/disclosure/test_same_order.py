"""A choice is the same whatever Python's hashes are: statements stand in one order."""

import os
import subprocess
import sys

ASKED = """
from cescore.disclosure.ledger.equations import Follows
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.ledger.system_audit import in_words
sources = frozenset(Figure("PK01", f"{code}", 2025) for code in "abcdefgh")
print(in_words(Follows(Figure("PK01", "total", 2025), sources, 0.5)))
"""


def _words(seed: str) -> str:
    command = [sys.executable, "-c", ASKED]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_what_a_statement_is_about_is_said_alike_under_other_hashes() -> None:
    first, second = _words("1"), _words("2")
    assert first == second
    assert "Follows" in first
