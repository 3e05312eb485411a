"""CPU seconds of the choice of what is withheld, from nothing, and of its audit, by number of firms.

``python -m benchmarks.withholding [--firms 124 250] [--largest 2]``: synthetic workspaces, one city for
every 124 firms. Each of the largest systems is told as it ends, for there a choice takes most of its time;
with ``--largest`` the choice is made of so many systems alone, and what all would take is reckoned from these.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.workspaces import make_workspace
from cescore.disclosure.ledger.ledger import Ledger
from cescore.disclosure.ledger.statements import Figure
from cescore.disclosure.ledger.system_audit import SystemAudit
from cescore.evaluation.yearly import evaluate_workspace
from cescore.intake.workspace import Workspace
from cescore.method.disclosure.withholding import least_withheld

LARGE = 500  # printed sums of a system that is told of by itself


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what each number of firms takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[124])
    parser.add_argument("--largest", type=int, default=0, help="systems to choose of; 0: all")
    options = parser.parse_args(arguments)
    for firms in options.firms:
        with tempfile.TemporaryDirectory() as folder:
            make_workspace(Path(folder), firms)
            _measure(
                Ledger(evaluate_workspace(Workspace.load(Path(folder)))), firms, options.largest
            )


def _measure(ledger: Ledger, firms: int, some: int) -> None:
    began = time.process_time()
    audits = sorted(ledger.audits, key=lambda audit: len(audit.printed))
    read = time.process_time()
    largest = len(audits[-1].printed)
    print(
        f"{firms} firms: {len(ledger.printed)} printed sums in {len(audits)} systems, the largest of "
        f"{largest}; read in {read - began:.1f} s",
        flush=True,
    )
    if some:
        sums = sum(len(audit.printed) for audit in audits if len(audit.printed) > LARGE)
        known = sum(len(audit.printed) for audit in audits[-some:])
        before = time.process_time()
        for audit in audits[-some:]:
            _chosen(audit)
        took = (time.process_time() - before) * sums / known
        print(f"  all of more than {LARGE} sums: {took:.0f} s, reckoned from {some}", flush=True)
        return
    chosen = {figure for audit in audits for figure in _chosen(audit)}
    between = time.process_time()
    proven = [v for audit in audits for v in audit.verdicts(frozenset(chosen & audit.figures))]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(chosen)} figures chosen from nothing in {between - read:.0f} s, audited once more in "
        f"{time.process_time() - between:.0f} s, {len(proven)} parts safe; {peak:.0f} MB",
        flush=True,
    )


def _chosen(audit: SystemAudit) -> set[Figure]:
    began = time.process_time()
    chosen = least_withheld(audit.costs, audit.proofs)
    if len(audit.printed) > LARGE:
        print(
            f"  a system of {len(audit.printed)}: {time.process_time() - began:.1f} s", flush=True
        )
    return chosen


if __name__ == "__main__":
    main()
