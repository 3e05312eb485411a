"""The process of one report on a cluster's worker, as the worker's forkserver begins it.

A module of its own, because the forkserver's child imports it by name: that of the worker's task
imports the cluster's library, which costs more than a short report, in each child again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from cescore.run.job import Job, Limits
from cescore.run.processes.child import EXIT_BROKEN, be_report, load_render, run_job


def be_report_of_worker(line: bytes, limits: Mapping[str, Any], render: str) -> None:
    """The forked child: never returns. No report outlives a worker that was killed: the forkserver
    ends with it, and this with that."""
    parent = os.getppid()
    if parent == 1:  # it had gone before
        os._exit(EXIT_BROKEN)
    be_report(parent, lambda: run_job(Job.from_line(line), load_render(render), Limits(**limits)))
